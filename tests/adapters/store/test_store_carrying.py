"""What people said since a backup is carried over; a damaged database takes nothing away."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Store
from monitor.adapters.store.backup import make_backup, restore
from monitor.adapters.store.carrying import Carried
from monitor.model import Verdict
from tests.factories import NOON, make_entry, make_subscription

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "monitor.db"


def judge(store: Store, name: str, *, good: bool = True, feed: int = 1, **more: object) -> None:
    verdict = Verdict(make_entry(name, feed=feed), good, **more)  # type: ignore[arg-type]
    store.save_verdicts([verdict], NOON)


def said(path: Path) -> dict[str, bool]:
    with Store.open(path) as store:
        return {each.entry.key.id: each.good for each in store.verdicts()}


def backed_up(path: Path) -> Path:
    """A database in which three verdicts were given, and its backup."""
    with Store.open(path) as store:
        store.sync_feeds([make_subscription()], NOON)
        for name in ("kept", "changed", "taken back"):
            judge(store, name)
    return make_backup(path, NOON)


def go_on(path: Path) -> None:
    """Say something new, something else, and nothing any more."""
    with Store.open(path) as store:
        judge(store, "new")
        judge(store, "changed", good=False, at=NOON + HOUR)
        store.take_back(make_entry("taken back").key)


def test_verdicts_are_as_they_were_last_after_a_restore(path: Path) -> None:
    made = backed_up(path)
    go_on(path)

    done = restore(made, path, NOON + DAY)

    assert done.carried == Carried(verdict_count=2, taken_back_count=1)
    assert said(path) == {"kept": True, "changed": False, "new": True}


def test_verdicts_can_be_had_as_the_backup_has_them(path: Path) -> None:
    made = backed_up(path)
    go_on(path)
    with Store.open(path) as store, store._db.writing("leaving"):
        store._db.run("INSERT INTO unsubscribed VALUES ('morning', 'ana@example.org', 1)")

    done = restore(made, path, NOON + DAY, with_verdicts=False)

    assert done.carried == Carried()
    assert said(path) == {"kept": True, "changed": True, "taken back": True}
    with Store.open(path) as store:  # that stays so, whatever else is wanted back
        assert store._db.value("SELECT recipient FROM unsubscribed") == "ana@example.org"


def test_a_damaged_database_gives_the_verdicts_that_can_be_read_and_takes_none(
    path: Path,
) -> None:
    with Store.open(path) as store:
        for n in range(200):  # a part of the file to be damaged
            store.note_trouble(f"t{n}", "x" * 500, NOON)
    made = backed_up(path)
    go_on(path)
    with path.open("r+b") as file:
        at = path.read_bytes().index(b"x" * 400)
        file.seek(at // 4096 * 4096)
        file.write(b"\xa5" * 8192)

    done = restore(made, path, NOON + DAY)

    assert done.carried == Carried(verdict_count=2, taken_back_count=0)
    assert said(path) == {"kept": True, "changed": False, "taken back": True, "new": True}


def test_a_ruined_database_is_told_to_give_nothing(path: Path) -> None:
    made = backed_up(path)
    path.write_bytes(b"ruined " * 1000)

    done = restore(made, path, NOON + DAY)

    assert done.carried == Carried(is_whole=False)
    assert said(path) == {"kept": True, "changed": True, "taken back": True}


def test_a_verdict_that_is_not_what_its_hash_says_is_not_believed(path: Path) -> None:
    made = backed_up(path)
    with Store.open(path) as store, store._db.writing("damaging"):
        store._db.run("UPDATE verdict SET id = 'another' WHERE id = 'kept'")

    done = restore(made, path, NOON + DAY)

    assert done.carried == Carried(is_whole=False)


def test_a_database_of_another_home_takes_nothing_away(path: Path, tmp_path: Path) -> None:
    made = backed_up(path)
    other = tmp_path / "other" / "monitor.db"
    with Store.open(other) as store:
        store.sync_feeds([make_subscription("elsewhere")], NOON)

    done = restore(made, other, NOON + DAY)

    assert done.carried == Carried()
    assert said(other) == {"kept": True, "changed": True, "taken back": True}


def test_verdicts_on_a_feed_that_came_since_stay_with_it(path: Path) -> None:
    made = backed_up(path)
    with Store.open(path) as store:
        feeds = [make_subscription(), make_subscription("later")]
        store.sync_feeds(feeds, NOON)
        judge(store, "of the later feed", feed=2)

    assert restore(made, path, NOON + DAY).carried == Carried(verdict_count=1)

    with Store.open(path) as store:
        store.sync_feeds(feeds, NOON + DAY)
        (verdict,) = [each for each in store.verdicts() if "later" in each.entry.key.id]
        ((feed, _),) = [each for each in store.feeds() if each[0].number == verdict.entry.key.feed]
    assert feed.url == make_subscription("later").url


def test_what_was_adopted_or_declined_since_is_not_learned_or_suggested_again(path: Path) -> None:
    made = backed_up(path)
    with Store.open(path) as store:
        store.drop_learned("trade", settled_at=NOON + HOUR)
        store.decline("tariff", NOON)

    restore(made, path, NOON + DAY)

    with Store.open(path) as store:
        assert store.settled() == {"trade": NOON + HOUR}
        assert store.declined() == {"tariff"}


def spoil(path: Path, table: str, change: str) -> None:
    """Have a table hold what its own rules forbid, as damage may."""
    with sqlite3.connect(path) as database:
        database.executescript(
            f"CREATE TABLE spoiled AS SELECT * FROM {table}; DROP TABLE {table};"
            f"ALTER TABLE spoiled RENAME TO {table}; {change}"
        )
    database.close()


def test_a_wish_that_cannot_be_costs_no_other_wish(path: Path) -> None:
    made = backed_up(path)
    with Store.open(path) as store, store._db.writing("leaving"):
        store._db.run("INSERT INTO unsubscribed VALUES ('morning', 'ana@example.org', 1)")
    spoil(path, "declined", "INSERT INTO declined VALUES (NULL, NULL)")

    done = restore(made, path, NOON + DAY)

    assert done.carried == Carried(is_whole=False)
    with Store.open(path) as store:
        assert store._db.value("SELECT recipient FROM unsubscribed") == "ana@example.org"


def test_a_verdict_that_cannot_be_leaves_those_of_the_backup_as_they_are(path: Path) -> None:
    made = backed_up(path)
    go_on(path)
    spoil(path, "verdict", "UPDATE verdict SET good = NULL")

    done = restore(made, path, NOON + DAY)

    assert done.carried == Carried(is_whole=False)
    assert said(path) == {"kept": True, "changed": True, "taken back": True}
