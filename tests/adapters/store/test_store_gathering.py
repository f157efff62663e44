"""Writes that share a transaction: fewer waits for the disk, and nothing half kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.store import Store, transactions
from monitor.adapters.store.database import Database
from monitor.errors import StoreError
from monitor.model import PollState
from tests.factories import NOON, make_entry, make_subscription


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription("times")], NOON)
        yield store


@pytest.fixture
def other(tmp_path: Path, store: Store) -> Iterator[Store]:
    """What another process sees."""
    with Store.open(tmp_path / "monitor.db") as other:
        yield other


def save(store: Store, *names: str, feed: int = 1) -> None:
    for name in names:
        scored = [(make_entry(id=name, feed=feed), ())]
        store.save_poll(feed, PollState(), scored, (), floors={}, first_poll_cutoff=None, now=NOON)


def test_what_is_gathered_is_seen_here_at_once_and_elsewhere_when_committed(
    store: Store, other: Store
) -> None:
    with store.gathering() as commit:
        save(store, "a", "b")
        before = store.entry_count(), other.entry_count()
        commit()
        after = other.entry_count()
        save(store, "c")

    assert (before, after, other.entry_count()) == ((2, 0), 2, 3)


def test_who_waits_to_write_ends_the_gathering_at_the_next_write(
    store: Store, tmp_path: Path
) -> None:
    def say() -> None:
        with Store.open(tmp_path / "monitor.db") as mine:
            mine.heartbeat(NOON)

    with store.gathering():
        save(store, "a")
        waiting = threading.Thread(target=say)
        waiting.start()
        while not store._db._turn.is_wanted:
            time.sleep(0.001)
        save(store, "b")  # and with it what was gathered is committed
        waiting.join(10)
        said = store.status().heartbeat_at

    assert said == NOON


def test_without_gathering_each_write_is_committed(store: Store, other: Store) -> None:
    save(store, "a")

    assert other.entry_count() == 1


def test_no_more_than_a_few_writes_are_gathered(store: Store, other: Store) -> None:
    with store.gathering():
        save(store, *map(str, range(transactions.GATHERED_MAX - 1)))
        before = other.entry_count()
        save(store, "last")

        assert (before, other.entry_count()) == (0, transactions.GATHERED_MAX)


def test_nothing_is_gathered_for_long(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "GATHERED_S", -1.0)  # it has passed already

    with store.gathering():
        save(store, "a")

        assert other.entry_count() == 1


def test_a_write_that_fails_takes_what_was_gathered_with_it(store: Store) -> None:
    def save_two() -> None:
        with store.gathering():
            save(store, "a")
            save(store, "b", feed=99)  # there is no such feed

    with pytest.raises(StoreError):
        save_two()

    assert store.entry_count() == 0
    save(store, "a")
    assert store.entry_count() == 1


def test_what_fails_beside_the_writes_loses_none_of_them(store: Store) -> None:
    def save_and_stumble() -> None:
        with store.gathering():
            save(store, "a")
            raise KeyError

    with pytest.raises(KeyError):
        save_and_stumble()

    assert store.entry_count() == 1


def test_a_commit_that_fails_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    def break_a_rule(db: Database) -> None:
        with db.gathering() as commit:
            with db.writing("breaking a rule"):
                db.run("PRAGMA defer_foreign_keys = 1")
                db.run("INSERT INTO poll (feed) VALUES (99)")
            commit()

    with Database.open(tmp_path / "monitor.db") as db:
        with pytest.raises(StoreError, match="committing what was gathered"):
            break_a_rule(db)

        assert db.value("SELECT count(*) FROM poll") == 0


def test_to_commit_nothing_is_no_error(store: Store) -> None:
    with store.gathering() as commit:
        commit()
        commit()
