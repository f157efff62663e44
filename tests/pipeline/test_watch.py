"""What the service knows of itself: told once, noted for others, and over when it is over."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.disk import Ballast
from monitor.adapters.home import create_home, open_home
from monitor.adapters.store import Store
from monitor.errors import DiskFull, StoreError
from monitor.pipeline import upkeep_run, watch
from monitor.pipeline.standing import late_digests, standing_facts
from monitor.pipeline.upkeep_run import run_upkeep
from monitor.pipeline.watch import Watch
from monitor.stages.health.standing import Facts, LateDigest
from tests.factories import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "state" / "monitor.db")


def watching(store: Store) -> Watch:
    return Watch(store._db.path.parent, ballast=Ballast(store._db.path.parent / "ballast", 1000))


def names(store: Store) -> list[str]:
    return [trouble.name for trouble in store.troubles()]


def test_a_trouble_is_logged_once_and_noted_with_the_beat(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with store:
        found = watching(store)
        for _ in range(3):
            found.tell("poll", StoreError("locked"))
        found.tell("poll", StoreError("something else"))
        found.beat(store, NOON)
        noted = names(store)
        found.over("poll")
        found.over("poll")
        found.beat(store, NOON + HOUR)

        assert [record.message for record in caplog.records] == [
            "poll: locked",
            "poll: something else",
        ]
        assert (noted, names(store), found.troubles()) == (["poll"], [], [])
        assert store.last_heartbeat() == NOON + HOUR


def test_a_full_disk_holds_what_needs_room_and_nothing_else(store: Store) -> None:
    with store:
        found = watching(store)
        found.start()
        assert (store._db.path.parent / "ballast").exists()

        found.tell("poll", DiskFull("full"))

        assert found.is_full
        assert not (store._db.path.parent / "ballast").exists()
        held = {duty: found.waits(duty) for duty in ("poll", "digest", "learn", "deliver", "pages")}
        assert held == {
            "poll": True, "digest": True, "learn": True, "deliver": False, "pages": False,
        }  # fmt: skip
        found.beat(store, NOON)  # there is room again

        assert not found.is_full
        assert (store._db.path.parent / "ballast").exists()


def test_a_log_that_cannot_be_folded_lets_polls_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store:
        found = watching(store)
        monkeypatch.setattr(watch, "fold_log", lambda store: False)
        found.fold(store)
        found.beat(store, NOON)
        assert (found.waits("poll"), found.waits("log"), names(store)) == (True, False, ["log"])
        monkeypatch.undo()

        found.fold(store)
        found.beat(store, NOON + HOUR)

        assert (found.waits("poll"), names(store)) == (False, [])


def test_a_log_that_a_reader_holds_is_borne_up_to_a_size(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep_run, "LOG_FOLDED_FROM", 0)
    reader = sqlite3.connect(store._db.path)
    with store, closing(reader):
        store._db.run("PRAGMA busy_timeout = 10")
        store.heartbeat(NOON)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        store.heartbeat(NOON + HOUR)

        borne = upkeep_run.fold_log(store)
        monkeypatch.setattr(upkeep_run, "LOG_TOO_LONG", store.log_bytes() - 1)
        is_too_long = not upkeep_run.fold_log(store)
        reader.execute("ROLLBACK")

        assert (borne, is_too_long, upkeep_run.fold_log(store)) == (True, True, True)


def test_where_no_ballast_can_be_taken_the_disk_counts_as_full(store: Store) -> None:
    with store:
        state = store._db.path.parent
        found = Watch(state, ballast=Ballast(state / "ballast", 2**60))
        found.start()
        found.tell("poll", DiskFull("full"))  # nothing to throw off, and told once

        assert found.is_full
        assert not (state / "ballast").exists()
        assert len(found.troubles()) == 1


def test_a_clock_that_is_a_little_behind_is_believed(store: Store) -> None:
    with store:
        store.heartbeat(NOON)
        for behind, held in ((timedelta(minutes=59), False), (timedelta(minutes=61), True)):
            found = watching(store)
            found.doubt(store, NOON - behind)
            assert found.waits("poll") is held
            assert found.waits("pages") is False


def test_the_facts_are_those_of_the_home(tmp_path: Path) -> None:
    create_home(tmp_path)
    home = open_home(tmp_path, {})
    with Store.open(home.prepare_state() / "monitor.db") as store:
        fresh = standing_facts(store, home, NOON)
        store.digest_started("morning", NOON - DAY)
        store.heartbeat(NOON)
        run_upkeep(store, home, NOON)
        later = standing_facts(store, home, NOON)

        due_at = NOON.replace(hour=13) - DAY  # 7:00 in Mexico City
        assert late_digests(store, home, NOON + HOUR) == (LateDigest("morning", due_at),)
    assert (fresh.heartbeat_at, fresh.backup_at, fresh.late) == (None, None, ())
    assert (later.heartbeat_at, later.backup_at) == (NOON, NOON)
    assert set(later.next_at) == {"morning"}
    assert isinstance(later, Facts)
