"""Backups of the database, and the way back to one.

A backup is one file, whole and checked before it takes its name. After a restore nothing
dated before it is mailed: the backup does not know what was sent since it was made, so what
is that old counts as told. It stays stored, and can be found.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.adapters.store.carrying import Carried, carry_over
from monitor.adapters.store.database import Database
from monitor.adapters.store.files import BACKUP_FOLDER, flush, make_folder, room_bytes
from monitor.adapters.store.rows import to_us
from monitor.adapters.store.upkeep import BACKUP, RESTORED, note_fact
from monitor.errors import StoreError

DAILY_KEPT, WEEKLY_KEPT = 7, 4
RESTORING = "restoring.db"  # while there is one beside the database, a restore is not done
MAIL_OPEN = timedelta(days=7)  # mail under way in a backup younger than this is offered again
_REACH = timedelta(days=61)  # a day more than any digest reaches back
_NAME = re.compile(r"monitor-(\d{8}T\d{6})Z\.db")
_STAMP = "%Y%m%dT%H%M%S"
_COMPANIONS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Backup:
    """One daily backup."""

    path: Path
    made_at: datetime
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    replaced: Path | None  # where the former database is now; None: there was none
    background_count: int  # entries that count as told, of those the backup holds
    mail_count: int  # messages that were under way in the backup
    carried: Carried  # what people said since the backup


def backups(database: Path) -> list[Backup]:
    """Return the daily backups of a database, newest first."""
    found = []
    for path in (database.parent / BACKUP_FOLDER).glob("monitor-*.db"):
        if match := _NAME.fullmatch(path.name):
            # A name that tells no time is somebody's own; one that is gone was just thinned out.
            with suppress(ValueError, FileNotFoundError):
                made_at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
                found.append(Backup(path, made_at, path.stat().st_size))
    return sorted(found, key=lambda each: each.made_at, reverse=True)


def make_backup(database: Path, now: datetime, target: Path | None = None) -> Path:
    """Copy the database while it is in use; return the backup's path once it was checked.

    `target`, which must not exist, instead of the folder of daily backups; those are thinned
    out to 7 daily and 4 weekly ones. Raises StoreError, and leaves the older ones, when it
    cannot be made whole.
    """
    if not database.exists():
        raise StoreError(f"{database}: there is no database yet, and nothing to back up.")
    final = target or database.parent / BACKUP_FOLDER / f"monitor-{now:{_STAMP}}Z.db"
    if target and os.path.lexists(target):
        raise StoreError(f"{target}: there is something of that name; nothing was changed.")
    if target is None:
        make_folder(final.parent)
        for left in final.parent.glob("*.part*"):  # a copy that a crash cut short
            left.unlink(missing_ok=True)
    half = final.with_name(f"{final.name}.part")
    _require_room(database, final)
    try:
        with Database.open(database) as source:
            source.copy_into(half)
        with Database.open(half, read_only=True) as copy:
            copy.check(whole=True)
        half.replace(final)
        flush(final.parent)
    except OSError as error:
        raise StoreError(
            f"{final}: the backup cannot be written ({error.strerror}). The older backups are as"
            " they were. Free some space, or give the monitor's user the right to write there."
        ) from error
    finally:
        for suffix in ("", "-journal", *_COMPANIONS):
            with suppress(OSError):
                _beside(half, suffix).unlink(missing_ok=True)
    if target is None:
        with Database.open(database) as source, source.writing("noting a backup"):
            note_fact(source, BACKUP, now)
        for old in superfluous(backups(database)):
            old.path.unlink(missing_ok=True)
    return final


def _require_room(database: Path, final: Path) -> None:
    """Raise StoreError when a copy would leave nothing on its disk: others need to write, too."""
    free, needed = room_bytes(final.parent), database.stat().st_size * 11 // 10 + 2**20
    if free is not None and free < needed:
        raise StoreError(
            f"{final}: the backup was not begun: it may need {needed / 1e6:.0f} MB, and"
            f" {free / 1e6:.0f} MB are free. The older backups are as they were. Free some space,"
            " or shorten [retention]."
        )


def superfluous(found: Sequence[Backup]) -> Iterator[Backup]:
    """Yield the backups that are not kept, of those given newest first.

    Kept are the newest of each of the last 7 days that have one, and of 4 weeks before.
    """
    days: set[object] = set()
    weeks: set[object] = set()
    for each in found:
        day, week = each.made_at.date(), each.made_at.isocalendar()[:2]
        if day not in days and len(days) < DAILY_KEPT:
            days.add(day)
        elif day not in days and week not in weeks and len(weeks) < WEEKLY_KEPT:
            weeks.add(week)
        else:
            yield each


def restore(
    backup: Path,
    database: Path,
    now: datetime,
    *,
    told_until: datetime | None = None,
    with_verdicts: bool = True,
) -> Restored:
    """Put a backup in the database's place; the former one is kept beside it.

    To be called while nothing else uses the database. What is dated before `told_until`
    (None: now) is never mailed. What people said since is carried over; of verdicts
    not with `with_verdicts` False. Raises StoreError, with the database as it was, when the
    backup is damaged, of a newer version or none of ours.
    """
    fresh = database.with_name(RESTORING)
    try:
        _take_in(backup, fresh)
        with Database.open(fresh) as copy:
            copy.check(whole=True)
            counts = _settle(copy, min(told_until or now, now), now)
            carried = carry_over(copy, database, now, verdicts=with_verdicts)
            copy.fold_log()
        _remove(fresh, only_companions=True)
    except (StoreError, OSError) as error:
        with suppress(OSError):  # what stands there refuses the next start, and says so
            _remove(fresh)
        if isinstance(error, OSError):
            raise StoreError(
                f"{backup}: cannot be restored ({error.strerror}). The database is as it was."
            ) from error
        raise StoreError(f"{error} (Found in {backup}; the database is as it was.)") from error
    try:
        return Restored(_exchange(fresh, database, now), *counts, carried)
    except OSError as error:
        raise StoreError(
            f"{database}: the backup could not be put in its place ({error.strerror}). Nothing is"
            f" lost: it is in {fresh}, what was there is there or beside it. Run the restore again."
        ) from error


def _take_in(backup: Path, fresh: Path) -> None:
    """Copy a backup beside the database, with what its log holds; the backup is not touched."""
    if not backup.is_file():
        raise StoreError(f"{backup}: there is no such file.")
    with backup.open("rb") as file:
        if not file.read(16).startswith(b"SQLite format 3"):
            raise StoreError(f"{backup}: this file is not a database; nothing was changed.")
    _remove(fresh)
    fresh.parent.mkdir(mode=0o700, exist_ok=True)
    fresh.touch(mode=0o600)
    shutil.copyfile(backup, fresh)
    log = _beside(backup, "-wal")
    if log.is_file():
        shutil.copyfile(log, _beside(fresh, "-wal"))


def _settle(copy: Database, told_until: datetime, now: datetime) -> tuple[int, int]:
    """Let what is dated before `told_until` count as told; return how many entries and mails."""
    until = to_us(told_until)
    with copy.writing("settling a restored database"):
        entries = copy.run(
            """
            UPDATE entry SET background = 1
            WHERE background = 0 AND dated_at < ? AND seen_at >= ?
            """,
            [until, to_us(now - _REACH)],
        )
        copy.run("UPDATE digest SET started_at = max(started_at, ?)", [until])
        said = f"restored from a backup on {now:%Y-%m-%d at %H:%M} UTC: "
        recent = to_us(now - MAIL_OPEN)
        mails = copy.run(
            """
            UPDATE outbox SET state = 'uncertain', next_attempt_at = NULL, problem = ?
            WHERE state IN ('queued', 'sending', 'data_sent', 'retry') AND queued_at >= ?
            """,
            [f"{said}it may have been sent since", recent],
        )
        mails += copy.run(
            """
            UPDATE outbox SET state = 'sent', next_attempt_at = NULL, problem = ?
            WHERE state <> 'sent' AND queued_at < ?
            """,
            [f"{said}it counts as sent", recent],
        )
        copy.run("DELETE FROM fact WHERE name IN ('heartbeat_at', 'once_at')")
        copy.run("DELETE FROM trouble")
        copy.run("DELETE FROM web_session")  # who logged out since is not logged in again
        note_fact(copy, RESTORED, told_until)
    return entries, mails


def _exchange(fresh: Path, database: Path, now: datetime) -> Path | None:
    """Put the fresh file in the database's place, at no moment leaving none there."""
    replaced = database.with_name(f"replaced-{now:{_STAMP}}Z.db")
    numbers = itertools.count(2)  # several in one second
    while os.path.lexists(replaced):
        replaced = database.with_name(f"replaced-{now:{_STAMP}}Z-{next(numbers)}.db")
    there = database.exists()
    if there:
        with suppress(StoreError), Database.open(database) as former:
            former.fold_log()
        try:
            os.link(database, replaced)
        except OSError:  # no hard links on this disk: for a moment there is none, and that is told
            database.replace(replaced)
        for suffix in _COMPANIONS:
            # A log left behind would be folded into the file that comes in its place.
            with suppress(FileNotFoundError):
                _beside(database, suffix).replace(_beside(replaced, suffix))
    fresh.replace(database)
    flush(database.parent)
    return replaced if there else None


def _beside(path: Path, suffix: str) -> Path:
    """Return the path of a file that belongs to another: its log, its journal."""
    return path.with_name(f"{path.name}{suffix}")


def _remove(path: Path, *, only_companions: bool = False) -> None:
    for suffix in (*(() if only_companions else ("",)), "-journal", *_COMPANIONS):
        with suppress(FileNotFoundError):
            _beside(path, suffix).unlink()


def refuse_half_restored(database: Path) -> None:
    """Raise StoreError when a restore was cut short: what is there is to be replaced."""
    if database.with_name(RESTORING).exists():
        raise StoreError(
            f"{database}: a restore was cut short. Nothing was started or changed. Run `monitor"
            f" restore` again, or delete {database.with_name(RESTORING)} to go on without it."
        )
