"""Backups: whole or not there, thinned out, and the way back, which mails no history."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Store, schema
from monitor.adapters.store.backup import (
    Backup,
    backups,
    make_backup,
    refuse_half_restored,
    restore,
    superfluous,
)
from monitor.errors import StoreError
from monitor.model import Entry, OutboxState, PollState
from tests import releases
from tests.factories import (
    NOON,
    make_digest,
    make_entry,
    make_message,
    make_placement,
    make_profile,
    make_score,
    make_subscription,
)

ROOT = Path(__file__).parents[3]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "monitor.db"


def poll(store: Store, *entries: Entry, now: datetime = NOON) -> None:
    store.sync_feeds([make_subscription()], now)
    store.save_poll(
        1,
        PollState(polled_at=now, succeeded_at=now),
        [(entry, (make_score(),)) for entry in entries],
        [make_placement(entry.key) for entry in entries],
        floors={"trade": 0.5},
        first_poll_cutoff=None,
        now=now,
    )


def candidates(store: Store) -> list[str]:
    found = store.candidates("morning", [make_profile()], NOON - 30 * DAY)
    return [story.lead.entry.key.id for story in found]


# ---------------------------------------------------------------- making


def test_a_backup_is_one_file_for_its_owner_with_all_that_is_committed(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))

        made = make_backup(path, NOON)  # while the database is in use

        poll(store, make_entry("b"))
        noted = store.fact("backup_at")
    with Store.open(made, read_only=True) as copy:
        assert (copy.entry_count(), noted) == (1, NOON)
    assert [each.path for each in backups(path)] == [made]
    assert sorted(each.name for each in made.parent.iterdir()) == [made.name]
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700


def test_a_backup_may_go_anywhere_but_over_something(path: Path, tmp_path: Path) -> None:
    Store.open(path).close()
    target = tmp_path / "news.db"

    assert make_backup(path, NOON, target) == target
    with pytest.raises(StoreError, match=r"there is something of that name"):
        make_backup(path, NOON, target)
    with pytest.raises(StoreError, match=r"cannot be written \(No such file or directory\)"):
        make_backup(path, NOON, tmp_path / "nowhere" / "news.db")

    assert backups(path) == []


def test_there_is_nothing_to_back_up_before_anything_was_polled(path: Path) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        make_backup(path, NOON)


def test_seven_days_and_four_weeks_are_kept() -> None:
    start = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)  # a Monday
    kept: list[Backup] = []
    for number in range(120):
        at = start + number * DAY
        kept.insert(0, Backup(Path(f"{number}"), at, 1))
        gone = set(superfluous(kept))
        kept = [each for each in kept if each not in gone]

    ages = [(start + 119 * DAY - each.made_at).days for each in kept]
    assert ages[:7] == [0, 1, 2, 3, 4, 5, 6]
    assert len(ages) == 11
    weeks = [each.made_at.isocalendar()[1] for each in kept[7:]]
    assert weeks == [weeks[0] - n for n in range(4)]


def test_of_several_backups_a_day_the_newest_is_kept() -> None:
    day = [Backup(Path(f"{n}"), NOON - n * HOUR, 1) for n in range(3)]

    assert list(superfluous(day)) == day[1:]


def test_a_damaged_database_makes_no_backup_and_the_older_ones_stay(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, *(make_entry(f"e{n}") for n in range(40)))
    good = make_backup(path, NOON)
    with path.open("r+b") as file:
        file.seek(4096 * 5)
        file.write(b"\xa5" * 2000)

    with pytest.raises(StoreError, match="is damaged"):
        make_backup(path, NOON + DAY)

    assert [each.path for each in backups(path)] == [good]


KEEP_BACKING_UP = """
import sys, pathlib
from datetime import datetime, timedelta, UTC
from monitor.adapters.store.backup import make_backup
path, at = pathlib.Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
while True:
    at += timedelta(seconds=1)
    print(make_backup(path, at), flush=True)
"""


@pytest.mark.usefixtures("unmeasured")
def test_whoever_is_killed_making_a_backup_leaves_good_ones_only(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, *(make_entry(f"e{n}", summary="words " * 200) for n in range(300)))
    at = NOON
    for number in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", KEEP_BACKING_UP, str(path), at.isoformat()],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        threading.Event().wait(0.01 * number)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        at += timedelta(minutes=1)

        newest = backups(path)[0]
        with Store.open(newest.path, read_only=True) as copy:
            copy.check(whole=True)
            assert copy.entry_count() == 300
    make_backup(path, at)
    assert list(path.parent.glob("backups/*.part*")) == []


def test_what_a_crash_left_and_what_is_superfluous_goes_and_what_is_not_ours_stays(
    path: Path,
) -> None:
    Store.open(path).close()
    folder = path.parent / "backups"
    folder.mkdir()
    left, other = folder / "monitor-20260701T070000Z.db.part", folder / "monitor-mine.db"
    earlier = [folder / f"monitor-20260712T0{hour}0000Z.db" for hour in (1, 2)]
    for each in (left, other, *earlier):
        each.write_bytes(b"x")

    made = make_backup(path, NOON)

    assert sorted(folder.iterdir()) == sorted([made, other])
    assert [each.path for each in backups(path)] == [made]


# ---------------------------------------------------------------- going back


def test_a_backup_is_restored_where_there_is_no_database_and_with_its_log(
    path: Path, tmp_path: Path
) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))
        copy = tmp_path / "carried.db"
        for suffix in ("", "-wal"):  # taken while the database was in use
            shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")

    done = restore(copy, tmp_path / "elsewhere" / "monitor.db", NOON + HOUR)

    assert (done.replaced, done.carried.is_whole) == (None, True)
    with Store.open(tmp_path / "elsewhere" / "monitor.db", check=True) as store:
        assert store.entry_count() == 1


def test_a_backup_that_cannot_be_read_leaves_the_database_as_it_was(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))
    made, before = make_backup(path, NOON), path.read_bytes()

    def fail(source: Path, target: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(shutil, "copyfile", fail)
    with pytest.raises(StoreError, match=r"cannot be restored \(Input/output error\)"):
        restore(made, path, NOON + HOUR)

    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == ["backups", "monitor.db"]


def test_a_restored_backup_mails_nothing_that_is_dated_before_the_restore(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("sent since"), make_entry("undated", published_at=None))
        store.digest_started("morning", NOON - DAY)
        made = make_backup(path, NOON)
    later = NOON + 3 * DAY

    done = restore(made, path, later)

    assert (done.background_count, done.mail_count) == (2, 0)
    with Store.open(path, check=True) as store:
        assert candidates(store) == []
        assert store.digest_started("morning", later) == later  # no slot of the past is due
        # The feed still shows what came after the backup: it may have been sent, too.
        seen = later + HOUR
        poll(
            store,
            make_entry("after the backup", published_at=NOON + DAY, seen_at=seen),
            make_entry("undated, then", published_at=None, seen_at=seen),
            make_entry("news", published_at=seen, seen_at=seen),
            now=seen,
        )
        # From the second document on, what has no date is new when it is seen.
        poll(store, make_entry("undated, now", published_at=None, seen_at=seen), now=seen + HOUR)
        assert candidates(store) == ["news", "undated, now"]
        assert store.entry_count() == 6  # all of it is stored, and can be found


def test_what_is_known_not_to_be_sent_may_be_said(path: Path) -> None:
    with Store.open(path) as store:
        poll(
            store,
            make_entry("old"),
            make_entry("new", published_at=NOON + 2 * HOUR, seen_at=NOON + 2 * HOUR),
        )
    made = make_backup(path, NOON + 3 * HOUR)

    done = restore(made, path, NOON + DAY, told_until=NOON + HOUR)

    assert done.background_count == 1
    with Store.open(path) as store:
        assert candidates(store) == ["new"]


def test_mail_under_way_is_uncertain_and_old_mail_counts_as_sent(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))
        store.issue(make_digest(), messages=[make_message()], subject="Morning")
    made = make_backup(path, NOON)

    restore(made, path, NOON + DAY)
    with Store.open(path) as store:
        (soon,) = store.outbox()
    restore(made, path, NOON + 30 * DAY)
    with Store.open(path) as store:
        (late,) = store.outbox()

    assert (soon.state, late.state) == (OutboxState.UNCERTAIN, OutboxState.SENT)
    assert "restored from a backup on 2026-07-13" in soon.problem


def test_who_unsubscribed_since_the_backup_stays_so(path: Path) -> None:
    Store.open(path).close()
    made = make_backup(path, NOON)
    with Store.open(path) as store, store._db.writing("leaving"):
        store._db.run("INSERT INTO unsubscribed VALUES ('morning', 'ana@example.org', 1)")

    restore(made, path, NOON + DAY)

    with Store.open(path) as store:
        assert store._db.value("SELECT recipient FROM unsubscribed") == "ana@example.org"


def test_the_former_database_is_kept_with_its_log(path: Path) -> None:
    Store.open(path).close()
    made = make_backup(path, NOON)
    store = Store.open(path)
    poll(store, make_entry("a"))

    done = restore(made, path, NOON + DAY)
    store.close()

    assert done.replaced is not None
    with Store.open(done.replaced) as former, Store.open(path) as now:
        assert (former.entry_count(), now.entry_count()) == (1, 0)
        assert now._db._pragma("journal_mode") == "wal"


def test_restores_in_one_second_each_keep_what_they_took_the_place_of(path: Path) -> None:
    Store.open(path).close()
    made = make_backup(path, NOON)

    kept = {restore(made, path, NOON + DAY).replaced for _ in range(3)}

    assert len(kept) == 3
    assert all(each is not None and each.exists() for each in kept)


def test_on_a_disk_without_hard_links_a_backup_is_restored_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with Store.open(path) as store:
        poll(store, make_entry("a"))
    made = make_backup(path, NOON)
    monkeypatch.setattr(os, "link", refuse)

    done = restore(made, path, NOON + DAY)

    assert done.replaced is not None
    assert done.replaced.exists()
    with Store.open(path, check=True) as store:
        assert store.entry_count() == 1


def test_a_backup_that_cannot_be_put_in_its_place_is_told_and_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(path).close()
    made = make_backup(path, NOON)

    def refuse(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(StoreError, match=r"could not be put in its place .* Nothing is lost"):
        restore(made, path, NOON + DAY)
    assert (path.exists(), path.with_name("restoring.db").exists()) == (True, True)


def test_a_damaged_database_gives_way_to_its_backup(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))
    made = make_backup(path, NOON)
    path.write_bytes(b"ruined " * 1000)
    path.with_name("monitor.db-wal").write_bytes(b"ruined too")

    done = restore(made, path, NOON + DAY)

    assert done.replaced is not None
    assert done.replaced.read_bytes().startswith(b"ruined")
    with Store.open(path, check=True) as store:
        assert store.entry_count() == 1


def test_a_database_that_is_gone_is_not_begun_anew_beside_its_backups(path: Path) -> None:
    Store.open(path).close()
    made = make_backup(path, NOON)
    for gone in (path.unlink, path.touch):
        gone()
        with pytest.raises(StoreError, match="gone or empty, though there are backups"):
            Store.open(path)

    restore(made, path, NOON + DAY)

    Store.open(path, check=True).close()


@pytest.mark.parametrize("kind", ["text", "folder", "fifo", "nothing", "link", "other", "newer"])
def test_what_is_no_backup_of_ours_is_refused_and_changes_nothing(
    path: Path, tmp_path: Path, kind: str
) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))
    before = path.read_bytes()
    wrong = tmp_path / "wrong.db"
    match kind:
        case "text":
            wrong.write_text("PK\x03\x04 an archive, say" * 500)
        case "folder":
            wrong.mkdir()
        case "fifo":
            os.mkfifo(wrong)
        case "link":
            wrong.symlink_to(tmp_path / "nowhere")
        case "other":
            with closing(sqlite3.connect(wrong)) as other:
                other.execute("CREATE TABLE bookmark (url)")
        case "newer":
            shutil.copy(path, wrong)
            with closing(sqlite3.connect(wrong)) as newer:
                newer.execute(f"PRAGMA user_version = {schema.VERSION + 1}")

    with pytest.raises(StoreError):
        restore(wrong, path, NOON)

    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == ["monitor.db"]


def test_what_cannot_give_way_to_a_restore_is_told_and_stays(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))
    made, before = make_backup(path, NOON), path.read_bytes()
    note = path.parent / "restoring.db" / "note.txt"
    note.parent.mkdir()
    note.write_text("precious")

    with pytest.raises(
        StoreError, match=r"cannot be restored \(Is a directory\)\. The database is"
    ):
        restore(made, path, NOON + HOUR)

    assert (path.read_bytes(), note.read_text()) == (before, "precious")


def test_a_name_that_tells_no_time_is_no_backup_of_ours(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))
    made = make_backup(path, NOON)
    other = made.with_name("monitor-20269999T999999Z.db")
    other.write_bytes(b"precious")

    assert [each.path for each in backups(path)] == [made]
    assert other.exists()


def test_a_restore_that_was_cut_short_is_told(path: Path) -> None:
    Store.open(path).close()
    refuse_half_restored(path)
    path.with_name("restoring.db").touch()

    with pytest.raises(StoreError, match="a restore was cut short"):
        refuse_half_restored(path)

    made = make_backup(path, NOON)
    restore(made, path, NOON)
    refuse_half_restored(path)


# ---------------------------------------------------------------- upgrades


def as_of_an_older_version(path: Path) -> int:
    """Take the last migration back, as far as the file can tell; returns the older number."""
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.executescript("DROP TABLE trouble; DROP TABLE told; DROP TABLE day_tally;")
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm009_upkeep'")
        old.execute(f"PRAGMA user_version = {schema.VERSION - 1}")
    return schema.VERSION - 1


def test_an_upgrade_keeps_a_copy_of_what_was_there(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))
    older = as_of_an_older_version(path)

    with Store.open(path) as store:
        assert (store.entry_count(), store.troubles()) == (1, [])

    (kept,) = (path.parent / "backups").iterdir()
    assert kept.name == f"before-upgrade-from-{older}.db"
    with closing(sqlite3.connect(kept)) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (older,)
        assert copy.execute("SELECT count(*) FROM entry").fetchone() == (1,)


def test_the_copy_of_a_first_try_to_upgrade_is_not_written_over_by_the_next(path: Path) -> None:
    with Store.open(path) as store:
        poll(store, make_entry("a"))
    kept = path.parent / "backups" / f"before-upgrade-from-{as_of_an_older_version(path)}.db"
    kept.parent.mkdir()
    kept.write_bytes(b"what was there at first")

    Store.open(path).close()

    assert kept.read_bytes() == b"what was there at first"
    assert list(kept.parent.iterdir()) == [kept]


# Opens a copy once for each statement of an upgrade, in a child that is killed at it.
KILLED_AT = """
import os, shutil, signal, sqlite3, sys, pathlib
from monitor.adapters.store import Store
source, folder = map(pathlib.Path, sys.argv[1:])
connect, wanted, status = sqlite3.connect, 0, 1
while status:
    wanted += 1
    copy = folder / str(wanted) / "monitor.db"
    copy.parent.mkdir()
    shutil.copy(source, copy)
    if (child := os.fork()) == 0:
        count = 0
        def trace(statement):
            global count
            count += 1
            if count == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
        def traced(*args, **kwargs):
            connection = connect(*args, **kwargs)
            connection.set_trace_callback(trace)
            return connection
        sqlite3.connect = traced
        Store.open(copy).close()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    print(wanted, os.waitstatus_to_exitcode(status), flush=True)
"""


@pytest.mark.long
@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("release", sorted(releases.FOLDER.glob("*.sql")), ids=lambda p: p.stem)
def test_an_upgrade_killed_at_any_statement_leaves_old_or_new(
    release: Path, tmp_path: Path
) -> None:
    path, folder = tmp_path / "state" / "monitor.db", tmp_path / "copies"
    releases.build(release, path)
    folder.mkdir()
    with closing(sqlite3.connect(path)) as old:
        older = old.execute("PRAGMA user_version").fetchone()[0]
    if older == schema.VERSION:  # of this very version: there is nothing to be killed in but one
        older = as_of_an_older_version(path)
    shapes = {older: releases.shape(path)}

    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT, str(path), str(folder)],
        cwd=ROOT,
        # What measures coverage keeps its data in SQLite, too: its statements are not meant.
        env={name: value for name, value in os.environ.items() if "COVERAGE" not in name},
        capture_output=True,
        text=True,
        check=True,
    )

    ends = [int(line.split()[1]) for line in done.stdout.splitlines()]
    assert set(ends[:-1]) == {-signal.SIGKILL}
    assert ends[-1] == 0
    assert len(ends) > 30
    shapes[schema.VERSION] = releases.shape(folder / str(len(ends)) / "monitor.db")
    for number in range(1, len(ends) + 1):
        copy = folder / str(number) / "monitor.db"
        with closing(sqlite3.connect(copy)) as left:
            version = left.execute("PRAGMA user_version").fetchone()[0]
        assert releases.shape(copy) == shapes[version]
        with Store.open(copy, check=True) as store:
            assert store.entry_count() == 3
