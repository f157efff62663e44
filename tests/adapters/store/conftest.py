"""The store's own tests begin where there is no database yet: see tests/conftest.py."""

import pytest

from monitor.adapters.store import database, files


@pytest.fixture(autouse=True)
def _databases_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "make_private", files.make_private)
