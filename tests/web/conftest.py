"""Pages for the tests of one module, and one browser for all of them."""

from collections.abc import Iterator

import pytest
from selenium import webdriver

from tests.chromium import browser_paths, chromium
from tests.pages import PASSWORD, Pages, served


@pytest.fixture(scope="module")
def open_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Pages without a password, on the monitor's own machine."""
    with served(tmp_path_factory.mktemp("open") / "home") as pages:
        yield pages


@pytest.fixture(scope="module")
def locked_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Pages with a password."""
    with served(tmp_path_factory.mktemp("locked") / "home", password=PASSWORD) as pages:
        yield pages


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One Chromium for all tests; where there is none, what it would show is not tried."""
    if browser_paths() is None:
        pytest.skip("chromium and chromium-driver are not installed: no page is tried in a browser")
    with chromium(tmp_path_factory.mktemp("chromium")) as started:
        yield started
