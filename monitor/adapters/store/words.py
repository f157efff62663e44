"""The errors of SQLite in words: what happened, where, what was kept, what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from monitor.adapters.store.files import has_no_room
from monitor.errors import DiskFull, StoreError


def damaged(path: Path, finding: str) -> str:
    return (
        f"{path}: the database is damaged ({finding}). Nothing was changed and nothing is sent"
        " from it. Stop the monitor, keep a copy of the file with its -wal file, and restore"
        " the newest backup."
    )


# By SQLite's primary result code: what happened, what was kept, what to do.
_WORDS: dict[int, str] = {
    sqlite3.SQLITE_BUSY: (
        "the database is locked by another process. Nothing of this step was kept, all before"
        " it was. Try again; if it stays so, look for a monitor command that hangs."
    ),
    sqlite3.SQLITE_FULL: (
        "the disk is full. Nothing of this step was kept, all before it was. Free some space;"
        " the step is done again by itself."
    ),
    sqlite3.SQLITE_READONLY: (
        "the database may only be read. Nothing was changed. Give the monitor's user the right"
        " to write the file and its folder."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the database cannot be opened. Nothing was changed. Look at the rights of the file and"
        " its folder, and whether the disk is there."
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk reported an error. The step may or may not have been kept, all before it was;"
        " it is safe to do it again. Look at the disk."
    ),
    sqlite3.SQLITE_CONSTRAINT: (
        "what was to be stored breaks a rule of the database. Nothing of this step was kept, all"
        " before it was. This is a mistake in the program: please report it."
    ),
    sqlite3.SQLITE_NOTADB: (
        "this file is not a database. It was not changed. Move it away, or restore a backup."
    ),
}
LOCKED = _WORDS[sqlite3.SQLITE_BUSY]  # told without SQLite, too
_WORDS[sqlite3.SQLITE_LOCKED] = _WORDS[sqlite3.SQLITE_BUSY]
_WORDS[sqlite3.SQLITE_PERM] = _WORDS[sqlite3.SQLITE_CANTOPEN]


def in_words(error: sqlite3.Error | UnicodeError, path: Path, what: str) -> StoreError:
    """Return a library's error as ours: where, what happened, what was kept, what to do."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else -1
    if primary == sqlite3.SQLITE_CORRUPT:
        return StoreError(damaged(path, f"found while {what}"))
    is_no_text = isinstance(error, UnicodeDecodeError)
    if is_no_text or str(error).startswith("Could not decode to UTF-8"):  # and tells the text
        return StoreError(damaged(path, f"text that is no UTF-8, found while {what}"))
    words = _WORDS.get(
        primary,
        "an unexpected error. Nothing of this step was kept, all before it was. Please report it.",
    )
    if primary == sqlite3.SQLITE_IOERR and has_no_room(path.parent):
        primary = sqlite3.SQLITE_FULL  # the log's index cannot be made, and no more is said
        words = _WORDS[primary]
    kind = DiskFull if primary == sqlite3.SQLITE_FULL else StoreError
    # A UnicodeEncodeError tells the text that it is about, which is no business of a log.
    detail = str(error) if isinstance(error, sqlite3.Error) else "text that is no valid Unicode"
    return kind(f"{path}: {what}: {words} (SQLite says: {detail})")
