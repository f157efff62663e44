"""What holds for every test: hypothesis, the log, what is measured, and what is made only once."""

import gc
import logging
import os
import ssl
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from monitor.adapters.store import database
from monitor.adapters.store.transactions import BUSY_TIMEOUT_S
from tests.measuring import first_examples_measured, unmeasured

# A shared machine is slow at times, and that is no failure.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is made while tests are collected stays: nobody needs to look there for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Of many examples of a law, which lines run is noted for the first ones."""
    law = getattr(getattr(item, "obj", None), "hypothesis", None)
    with first_examples_measured(law) if law else nullcontext():
        return (yield)


@pytest.fixture(autouse=True)
def _log_as_loud_as_before() -> Iterator[None]:
    """A command that is called in a test's own process sets how much is logged for good."""
    log = logging.getLogger("monitor")
    before = log.level
    yield
    log.setLevel(before)


@pytest.fixture(autouse=True, scope="session")
def _certificate_authorities_are_read_once() -> Iterator[None]:
    """The system's list takes 30 ms to read, the same each time; other lists are read as ever."""
    load = ssl.create_default_context
    load_named = cache(lambda *names: load())

    def trusting(*arguments: Any, **named: Any) -> ssl.SSLContext:
        if arguments or named:
            return load(*arguments, **named)
        return load_named(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", trusting)
        yield


@pytest.fixture(autouse=True, scope="session")
def _new_databases_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty database is made once, by the store itself, and copied for who needs one.

    To make one takes six times as long as the test that wants it. The store's own tests make
    theirs (tests/adapters/store/conftest.py), and so does each process that a test starts.
    """
    make_private = database.make_private

    @cache
    def empty() -> bytes:
        path = tmp_path_factory.mktemp("empty") / "monitor.db"
        make_private(path)
        # Not by `open`: whoever needs the copy is just opening its own, one at a time.
        database.Database._connect(path, False, False, BUSY_TIMEOUT_S, False).close()
        return path.read_bytes()

    def make_copy(path: Path) -> None:
        is_new = not path.exists()
        make_private(path)
        if is_new and path.stat().st_size == 0:
            copy = path.with_name(f".{path.name}.empty")
            copy.touch(mode=0o600)
            copy.write_bytes(empty())
            copy.replace(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "make_private", make_copy)
        yield


@pytest.fixture(name="unmeasured")
def _unmeasured() -> Iterator[None]:
    """Which lines run is not noted: see tests/measuring.py for what that is good for."""
    with unmeasured():
        yield
