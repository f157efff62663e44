"""The night's check of all of a large database; with a damaged one nothing else is done."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.home import create_home, open_home
from monitor.adapters.store import Store, database, soundness
from monitor.adapters.store.backup import backups
from monitor.adapters.store.soundness import CHECKED
from monitor.errors import StoreError
from monitor.pipeline.upkeep_run import run_upkeep
from tests.factories import NOON

DAY = timedelta(days=1)


def test_a_large_database_is_checked_each_night_and_a_damaged_one_gets_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundness, "WHOLE_BYTES", 0)
    monkeypatch.setattr(database, "CHECK_ALWAYS_BYTES", 0)
    create_home(tmp_path / "home")
    home = open_home(tmp_path / "home", {})
    path = home.prepare_state() / "monitor.db"
    with Store.open(path) as store:
        run_upkeep(store, home, NOON)
        run_upkeep(store, home, NOON + timedelta(hours=1))
        assert store.fact(CHECKED) == NOON
        run_upkeep(store, home, NOON + DAY)
        assert store.fact(CHECKED) == NOON + DAY
        page = store._db.value("SELECT rootpage FROM sqlite_schema WHERE name = 'known'")
        store.fold_log()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)

    with Store.open(path) as store:
        with pytest.raises(StoreError, match="is damaged"):
            run_upkeep(store, home, NOON + 2 * DAY)
        assert store.fact(CHECKED) is None
    assert len(backups(path)) == 2


def test_a_small_database_is_checked_before_each_run_and_not_by_night(tmp_path: Path) -> None:
    create_home(tmp_path / "home")
    home = open_home(tmp_path / "home", {})
    with Store.open(home.prepare_state() / "monitor.db") as store:
        run_upkeep(store, home, NOON)

        assert store.fact(CHECKED) is None
