"""The database file: opened, checked, brought up to date, and used in whole transactions.

Sole user of sqlite3 and, with schema.py, of sqlite_utils.
"""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlite_utils

from monitor.adapters.store import schema
from monitor.errors import StoreError

BUSY_TIMEOUT_S = 10.0  # every write of ours is far shorter, so who waits longer waits in vain
WAL_LIMIT_BYTES = 16 * 2**20  # what the write-ahead log is cut down to once it is free
SWITCH_ATTEMPTS = 5  # of six processes that made a file at once, one in 180 needed a second
CHECK_ALWAYS_BYTES = 8 * 2**20  # up to this size a check takes a few hundredths of a second
OLDEST_SQLITE = (3, 38, 0)  # STRICT tables, RETURNING and the JSON functions

# For every connection; the first two are no defaults although everybody thinks so.
_PRAGMAS = f"""
    PRAGMA foreign_keys = 1;
    PRAGMA synchronous = FULL;      -- NORMAL may lose the last commits in a power cut
    PRAGMA trusted_schema = 0;
    PRAGMA cell_size_check = 1;
    PRAGMA mmap_size = 0;           -- with mmap a stray write reaches the file
    PRAGMA temp_store = MEMORY;     -- the service may have no place for temporary files
    PRAGMA journal_size_limit = {WAL_LIMIT_BYTES};
"""

# Opening creates the file and closes it again, and a process that closes any handle
# of a file loses its locks on it: no other thread may be connecting meanwhile.
_opening = threading.Lock()


class Database:
    """One connection, for one thread. Reads see one state, writes happen wholly or not at all."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._conn = connection
        self._db = sqlite_utils.Database(connection, execute_plugins=False)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        check: bool = False,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> Database:
        """Open the database file, made and brought up to date where needed.

        The file is readable by its owner alone. A small one is checked for damage
        each time, a large one when `check` is set. `read_only` neither makes a file nor
        lets anything be written. Raises StoreError with what to do.
        """
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreError(
                f"This Python has SQLite {sqlite3.sqlite_version}; the monitor needs"
                f" {'.'.join(map(str, OLDEST_SQLITE))} or newer. Nothing was changed."
            )
        with _opening:
            if not read_only:
                _make_private(path)
            elif not path.exists():
                raise StoreError(
                    f"{path}: there is no database yet. Poll the feeds once (monitor poll)."
                )
            return cls._connect(path, read_only, check, busy_timeout_s)

    @classmethod
    def _connect(cls, path: Path, read_only: bool, check: bool, busy_timeout_s: float) -> Database:
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?mode=rw",
                uri=True,
                timeout=busy_timeout_s,
                isolation_level=None,  # no transaction begins but by our own BEGIN
            )
        except sqlite3.Error as error:
            raise _in_words(error, path, "opening the database") from error
        database = cls(path, connection)
        try:
            with database._told("opening the database"):
                connection.executescript(_PRAGMAS)
                database._prepare()
                connection.row_factory = sqlite3.Row
                if check or path.stat().st_size <= CHECK_ALWAYS_BYTES:
                    database.check()
                if read_only:
                    connection.execute("PRAGMA query_only = 1")
        except BaseException:
            connection.close()
            raise
        return database

    def close(self) -> None:
        """Close the connection; the last one to close folds the log into the file."""
        self._conn.close()

    # ------------------------------------------------------------ preparation

    def _prepare(self) -> None:
        """Refuse what is not ours or too new; make what is new; bring up to date what is old."""
        self._db.execute("BEGIN")  # one state for all questions: another may be preparing
        try:
            if self._is_current():
                return
        finally:
            self._roll_back()
        if self._pragma("journal_mode") != "wal":
            self._switch_to_wal()
        self._db.execute("BEGIN IMMEDIATE")  # from here on no other process prepares
        try:
            if not self._is_current():  # another may just have been faster
                schema.migrations.apply(self._db)
                self._db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {schema.VERSION}")
            self._db.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _is_current(self) -> bool:
        """Tell whether nothing is left to prepare; raise StoreError for what we must not touch."""
        owner = self._pragma("application_id")
        tables = self._conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if owner != schema.APPLICATION_ID and (owner or tables):
            raise StoreError(
                f"{self.path}: this database belongs to another program. It was not changed."
                " Move it away, or name another home."
            )
        unknown = {m.name for m in schema.migrations.applied(self._db)} - schema.NAMES
        if unknown or self._pragma("user_version") > schema.VERSION:
            raise StoreError(
                f"{self.path}: this database was written by a newer version of the monitor."
                " It was not changed. Install that version again, or restore a backup that"
                " this version made."
            )
        return bool(self._pragma("user_version") == schema.VERSION)

    def _switch_to_wal(self) -> None:
        for _ in range(SWITCH_ATTEMPTS):
            with suppress(sqlite3.OperationalError):
                self._conn.execute("PRAGMA auto_vacuum = INCREMENTAL")  # comes before any page
                self._conn.execute("PRAGMA journal_mode = WAL")
                return
            # The switch may fail at once when another is at it; BEGIN IMMEDIATE waits.
            self._conn.execute("BEGIN IMMEDIATE")
            self._conn.execute("ROLLBACK")
        self._conn.execute("PRAGMA journal_mode = WAL")

    def _pragma(self, name: str) -> Any:
        return self._conn.execute(f"PRAGMA {name}").fetchone()[0]

    def check(self) -> None:
        """Raise StoreError when the file is damaged. Takes about a second per 500 MB."""
        with self._told("checking the database"):
            findings = [row[0] for row in self._conn.execute("PRAGMA quick_check(3)")]
        if findings != ["ok"]:
            raise StoreError(_damaged(self.path, " ".join(" ".join(findings).split())))

    # ------------------------------------------------------------ transactions

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        """Run the block as one transaction: all of it is kept, or nothing.

        `what` says in the error what was being done ("saving a poll"). A StoreError
        of the disk may leave open whether the step was kept: every step may be repeated.
        """
        with self._told(what):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def reading(self, what: str) -> Iterator[None]:
        """Run the block on one state of the database, whatever others write meanwhile."""
        with self._told(what):
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._roll_back()

    def _roll_back(self) -> None:
        # What made us roll back is worth telling, not that this failed too; SQLite itself
        # undoes what is open when the connection closes. A full disk has done so already.
        if self._conn.in_transaction:
            with suppress(sqlite3.Error):
                self._conn.execute("ROLLBACK")

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeEncodeError) as error:
            raise _in_words(error, self.path, what) from error

    # ------------------------------------------------------------ statements, inside a block

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; return how many rows it changed."""
        return int(self._db.execute(sql, values).rowcount)

    def insert(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run an INSERT that adds one row; return its number."""
        return int(self._db.execute(sql, values).lastrowid or 0)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._conn.executemany(sql, rows)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, None when there is no row."""
        found = self.row(sql, values)
        return None if found is None else found[0]


class Part:
    """A part of the store, by noun; the parts of one store share its database."""

    def __init__(self, db: Database) -> None:
        self._db = db


def _make_private(path: Path) -> None:
    """Make the folder (0700) and an empty file (0600), whatever the umask says."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not path.exists():
            path.touch(mode=0o600, exist_ok=True)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"{path}: the database cannot be made or used here ({error.strerror})."
            " Nothing was changed. Make the folder writable for the monitor's user."
        ) from error


def _damaged(path: Path, finding: str) -> str:
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
_WORDS[sqlite3.SQLITE_LOCKED] = _WORDS[sqlite3.SQLITE_BUSY]
_WORDS[sqlite3.SQLITE_PERM] = _WORDS[sqlite3.SQLITE_CANTOPEN]


def _in_words(error: sqlite3.Error | UnicodeEncodeError, path: Path, what: str) -> StoreError:
    """Return a library's error as ours: where, what happened, what was kept, what to do."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else -1
    if primary == sqlite3.SQLITE_CORRUPT:
        return StoreError(_damaged(path, f"found while {what}"))
    words = _WORDS.get(
        primary,
        "an unexpected error. Nothing of this step was kept, all before it was. Please report it.",
    )
    # A UnicodeEncodeError tells the text that it is about, which is no business of a log.
    detail = str(error) if isinstance(error, sqlite3.Error) else "text that is no valid Unicode"
    return StoreError(f"{path}: {what}: {words} (SQLite says: {detail})")
