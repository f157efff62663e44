"""What holds for every test: how hypothesis works here, and how loud the program's log is."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.measuring import unmeasured

# A shared machine is slow at times, and that is no failure.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")


@pytest.fixture(autouse=True)
def _log_as_loud_as_before() -> Iterator[None]:
    """A command that is called in a test's own process sets how much is logged for good."""
    log = logging.getLogger("monitor")
    before = log.level
    yield
    log.setLevel(before)


@pytest.fixture(name="unmeasured")
def _unmeasured() -> Iterator[None]:
    """Which lines run is not noted: see tests/measuring.py for what that is good for."""
    with unmeasured():
        yield
