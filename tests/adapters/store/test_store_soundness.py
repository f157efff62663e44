"""What is checked before a digest and a delivery: all of a small file, of a large one its parts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Store, database, soundness
from monitor.adapters.store.soundness import CHECKED, HOLDS
from monitor.errors import StoreError
from monitor.model import PollState
from tests.factories import NOON, make_entry, make_placement, make_score, make_subscription

DAY, WEEK = timedelta(days=1), timedelta(days=7)
PAGE = 4096


def fill(path: Path, count: int = 400) -> None:
    """Make a database whose older half was stored before the last week."""
    with Store.open(path) as store:
        store.sync_feeds([make_subscription()], NOON)
        for first in range(0, count, 50):
            at = NOON - (30 * DAY if first < count // 2 else DAY)
            some = [
                make_entry(f"e{n}", title=f"Tariffs {n}", published_at=at, seen_at=at)
                for n in range(first, first + 50)
            ]
            store.save_poll(
                1,
                PollState(),
                [(entry, (make_score(),)) for entry in some],
                [make_placement(entry.key) for entry in some],
                floors={"trade": 0.5},
                first_poll_cutoff=None,
                now=at,
            )
        store.fold_log()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a database that counts as large."""
    path = tmp_path / "monitor.db"
    fill(path)
    monkeypatch.setattr(soundness, "WHOLE_BYTES", 0)
    monkeypatch.setattr(database, "CHECK_ALWAYS_BYTES", 0)
    return path


def leaves(path: Path, name: str) -> list[int]:
    """Return the pages that hold a table's or an index's rows, in their order."""
    with Store.open(path) as store:
        root = store._db.value("SELECT rootpage FROM sqlite_schema WHERE name = ?", [name])
    raw = path.read_bytes()

    def under(page: int) -> list[int]:
        at = (page - 1) * PAGE
        if raw[at] in (10, 13):  # a leaf, of an index or a table
            return [page]
        cells = int.from_bytes(raw[at + 3 : at + 5])
        starts = [int.from_bytes(raw[at + 12 + 2 * n : at + 14 + 2 * n]) for n in range(cells)]
        children = [int.from_bytes(raw[at + start : at + start + 4]) for start in starts]
        return [leaf for child in [*children, int.from_bytes(raw[at + 8 : at + 12])]
                for leaf in under(child)]  # fmt: skip

    return under(root)


def spoil(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)


def test_a_check_of_all_is_remembered_until_one_finds_damage(path: Path) -> None:
    with Store.open(path) as store:
        store.check_fully(NOON)
        assert store.fact(CHECKED) == NOON
    spoil(path, leaves(path, "known")[0])

    with Store.open(path) as store:
        with pytest.raises(StoreError, match="is damaged"):
            store.check_fully(NOON + DAY)
        assert store.fact(CHECKED) is None


@pytest.mark.parametrize("name", ["entry", "entry_by_seen", "score", "feed", "poll", "fact"])
def test_damage_in_what_a_digest_reads_is_found_whenever_all_was_checked(
    path: Path, name: str
) -> None:
    with Store.open(path) as store:
        store.check_fully(NOON)
    spoil(path, leaves(path, name)[-1])

    with Store.open(path) as store, pytest.raises(StoreError, match="is damaged"):
        store.check_for_digest(NOON - WEEK, NOON)


def test_damage_in_what_no_digest_reads_is_found_by_the_next_check_of_all(path: Path) -> None:
    with Store.open(path) as store:
        store.check_fully(NOON)
    spoil(path, leaves(path, "entry")[0])

    with Store.open(path) as store:
        store.check_for_digest(NOON - WEEK, NOON + HOLDS)
        store.check_for_delivery(NOON + HOLDS)
        for check in (store.check_for_delivery, lambda now: store.check_for_digest(NOON, now)):
            with pytest.raises(StoreError, match="is damaged"):
                check(NOON + HOLDS + timedelta(seconds=1))


@pytest.mark.parametrize("checked", [None, NOON + DAY], ids=["never", "by a wrong clock"])
def test_all_is_checked_when_no_check_holds(path: Path, checked: object) -> None:
    if checked:
        with Store.open(path) as store:
            store.check_fully(NOON + DAY)
    spoil(path, leaves(path, "entry")[0])

    with Store.open(path) as store, pytest.raises(StoreError, match="is damaged"):
        store.check_for_digest(NOON - WEEK, NOON)


def test_a_row_that_holds_what_it_cannot_hold_is_found(path: Path) -> None:
    with Store.open(path) as store:
        store.check_fully(NOON)
        newest = "(SELECT max(number) FROM entry)"
        store._db.run(f"UPDATE entry SET background = 7 WHERE number = {newest}")

        with pytest.raises(StoreError, match="1 rows of entry hold what they cannot hold"):
            store.check_for_digest(NOON - WEEK, NOON)


def test_an_index_that_lacks_rows_is_found(path: Path) -> None:
    with Store.open(path) as store:
        store.check_fully(NOON)
    become(path, "sql || ' WHERE seen_at < 0'")
    with Store.open(path) as store:
        store._db._conn.execute("REINDEX entry_by_seen")
    become(path, "replace(sql, ' WHERE seen_at < 0', '')")

    with Store.open(path) as store, pytest.raises(StoreError, match="index entry_by_seen does not"):
        store.check_for_digest(NOON - WEEK, NOON)


def become(path: Path, sql: str) -> None:
    """Change what the database takes an index for."""
    with Store.open(path) as store:
        store._db._conn.execute("PRAGMA writable_schema = 1")
        store._db._conn.execute(
            f"UPDATE sqlite_schema SET sql = {sql} WHERE name = 'entry_by_seen'"
        )


def test_of_a_small_database_all_is_checked_each_time(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundness, "WHOLE_BYTES", 2**30)
    spoil(path, leaves(path, "entry")[0])

    with Store.open(path) as store:
        for check in (store.check_for_delivery, lambda now: store.check_for_digest(now, now)):
            with pytest.raises(StoreError, match="is damaged"):
                check(NOON)


def test_an_empty_database_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundness, "WHOLE_BYTES", 0)

    with Store.open(tmp_path / "new.db") as store:
        store.check_for_digest(NOON - WEEK, NOON)
        store.check_for_digest(NOON - WEEK, NOON)
        assert store.wants_full_check()


def test_a_time_that_cannot_be_is_damage(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new.db") as store:
        store.heartbeat(NOON)
        store._db.run("UPDATE fact SET value = 9000000000000000000")

        with pytest.raises(StoreError, match=r"is damaged \(a time that cannot be\)"):
            store.last_heartbeat()
