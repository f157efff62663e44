"""Each released version's database is brought up to date, with all that people would miss."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor import __version__
from monitor.adapters.store import Store, schema
from monitor.model import OutboxState
from tests import releases
from tests.factories import NOON

RELEASES = sorted(releases.FOLDER.glob("*.sql"))


def test_this_version_has_its_database_kept() -> None:
    assert releases.FOLDER / f"{__version__}.sql" in RELEASES


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_a_released_database_is_brought_up_to_date_with_everything_in_it(
    release: Path, tmp_path: Path
) -> None:
    path = tmp_path / "state" / "monitor.db"
    releases.build(release, path)
    with closing(sqlite3.connect(path)) as old:
        version = old.execute("PRAGMA user_version").fetchone()[0]

    with Store.open(path, check=True) as store:
        store.check(whole=True)
        assert store.entry_count() == 3
        assert [feed.title for feed, _ in store.feeds()] == ["Example Times", "Example Times"]
        assert [state.etag for _, state in store.feeds()] == ['"1"', None]
        assert [each.entry.key.id for each in store.entries(search="mañana")] == ["c"]
        assert [each.slot.label for each in store.issues()] == ["2026-07-12-0700"]
        assert store.status().outbox == {OutboxState.QUEUED: 1}
        assert [(each.who, each.good) for each in store.verdicts()] == [
            ("owner", True),
            (releases.READER, False),
        ]
        assert store.learned()["trade"].words == {"agua": 1.5}
        assert store.declined() == {"frontera"}
        assert (store.last_heartbeat(), store.last_learning()) == (NOON, NOON)
        assert store.unsubscribed("evening") == {releases.READER}

    with closing(sqlite3.connect(path)) as new:
        assert new.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert new.execute("PRAGMA foreign_key_check").fetchall() == []
    kept = path.parent / "backups" / f"before-upgrade-from-{version}.db"
    assert kept.exists() == (version < schema.VERSION)


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_after_the_upgrade_it_is_made_like_a_new_one(release: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old" / "monitor.db", tmp_path / "new" / "monitor.db"
    releases.build(release, old)
    for path in (old, new):
        Store.open(path).close()

    assert releases.shape(old) == releases.shape(new)


def test_what_is_kept_of_a_database_makes_it_again(tmp_path: Path) -> None:
    first, second = tmp_path / "first" / "monitor.db", tmp_path / "second" / "monitor.db"
    releases.fill(first)
    text = tmp_path / "kept.sql"
    text.write_text("\n".join(releases.dump(first)) + "\n", encoding="utf-8")

    releases.build(text, second)

    assert list(releases.dump(second)) == list(releases.dump(first))
    with Store.open(second, check=True) as store:
        store.check(whole=True)
