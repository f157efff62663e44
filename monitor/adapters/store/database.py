"""The database: opened, checked, brought up to date, copied."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from monitor.adapters.store import ground, schema
from monitor.adapters.store.files import (
    BACKUP_FOLDER,
    flush,
    is_frozen,
    is_there,
    make_folder,
    make_private,
)
from monitor.adapters.store.transactions import BUSY_TIMEOUT_S, Transactions
from monitor.adapters.store.words import damaged, in_words
from monitor.errors import StoreError

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
    PRAGMA wal_autocheckpoint = 4000;  -- pages: each folding of the log waits for the disk twice
    PRAGMA cache_size = -8192;      -- KiB: of a large file each new entry touches pages all over
    PRAGMA temp_store = MEMORY;     -- the service may have no place for temporary files
    PRAGMA journal_size_limit = {WAL_LIMIT_BYTES};
    PRAGMA fullfsync = 1;           -- macOS: else its disks may answer before they have written
    PRAGMA checkpoint_fullfsync = 1;
"""

_REQUIRED = {"foreign_keys": 1, "synchronous": 2, "trusted_schema": 0, "cell_size_check": 1}

# Opening creates the file and closes it again, and a process that closes any handle
# of a file loses its locks on it: no other thread may be connecting meanwhile.
_opening = threading.Lock()


class Database(Transactions):
    """The file, for one thread: see `Transactions` for what is done with it."""

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        check: bool | None = False,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        any_thread: bool = False,
    ) -> Database:
        """Open the database file, made and brought up to date where needed.

        The file is readable by its owner alone. A small one is checked for damage
        each time, a large one when `check` is set; None: not even a small one. `read_only`
        neither makes a file nor lets anything be written. `any_thread`: it may be handed from
        thread to thread, for one at a time. Raises StoreError with what to do.
        """
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreError(
                f"This Python has SQLite {sqlite3.sqlite_version}; the monitor needs"
                f" {'.'.join(map(str, OLDEST_SQLITE))} or newer. Nothing was changed."
            )
        with _opening:
            if not read_only:
                make_private(path)
            elif not is_there(path):
                raise StoreError(
                    f"{path}: there is no database yet. Poll the feeds once (monitor poll)."
                )
            return cls._connect(path, read_only, check, busy_timeout_s, any_thread)

    @classmethod
    def _connect(
        cls,
        path: Path,
        read_only: bool,
        check: bool | None,
        busy_timeout_s: float,
        any_thread: bool,
    ) -> Database:
        # On a disk that may only be read there is no log to share: the file is all there is.
        frozen = read_only and is_frozen(path.parent)
        mode = "mode=ro&immutable=1" if frozen else "mode=rw"
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?{mode}",
                uri=True,
                timeout=busy_timeout_s,
                isolation_level=None,  # no transaction begins but by our own BEGIN
                check_same_thread=not any_thread,
            )
        except sqlite3.Error as error:
            raise in_words(error, path, "opening the database") from error
        database = cls(path, connection)
        database._busy_timeout_s = busy_timeout_s
        try:
            with database._told("opening the database"):
                connection.executescript(_PRAGMAS)
                database._require_pragmas()
                if frozen:
                    database._require_current()
                else:
                    database._prepare(may_switch=not read_only)
                connection.row_factory = sqlite3.Row
                is_small = path.stat().st_size <= CHECK_ALWAYS_BYTES
                if check or (check is not None and is_small):
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
        self._give_turn()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ------------------------------------------------------------ preparation

    def _require_pragmas(self) -> None:
        """Refuse a connection on which the promises would not hold, for whatever reason."""
        for name, value in _REQUIRED.items():
            if (found := self._pragma(name)) != value:
                raise StoreError(
                    f"{self.path}: this SQLite ({sqlite3.sqlite_version}) does not take the"
                    f" setting {name} = {value} (it says {found}). Nothing was changed. Install"
                    " a Python with an ordinary SQLite."
                )

    def _require_current(self) -> None:
        if not self._is_current():
            raise StoreError(
                f"{self.path}: this database is of an older version and cannot be brought up to"
                " date on a disk that may only be read. Nothing was changed. Copy the home to"
                " another disk."
            )

    def _prepare(self, *, may_switch: bool) -> None:
        """Refuse what is not ours or too new; make what is new; bring up to date what is old."""
        self._conn.execute("BEGIN")  # one state for all questions: another may be preparing
        try:
            is_current = self._is_current()
        finally:
            self._roll_back()
        has_log = self._pragma("journal_mode") == "wal"
        if is_current and (has_log or not may_switch):
            return
        if not is_current:
            self._keep_before_upgrade()
        if not has_log and not self._is_on_network():  # new, or restored from a backup
            self._switch_to_wal()
        self._conn.execute("BEGIN IMMEDIATE")  # from here on no other process prepares
        try:
            if not self._is_current():  # another may just have been faster
                schema.migrations.apply(self._conn)
                self._conn.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                self._conn.execute(f"PRAGMA user_version = {schema.VERSION}")
            self._conn.execute("COMMIT")
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
        unknown = schema.migrations.applied(self._conn) - schema.NAMES
        if unknown or self._pragma("user_version") > schema.VERSION:
            raise StoreError(
                f"{self.path}: this database was written by a newer version of the monitor."
                " It was not changed. Install that version again, or restore a backup that"
                " this version made."
            )
        return bool(self._pragma("user_version") == schema.VERSION)

    def _is_on_network(self) -> bool:
        # The log's shared memory does not reach other machines: the old journal does.
        return ground.is_network(ground.file_system(self.path.parent))

    def _keep_before_upgrade(self) -> None:
        """Keep a copy of a database of an older version, before it is brought up to date."""
        version = self._pragma("user_version")
        if not version:
            return
        folder = self.path.parent / BACKUP_FOLDER
        make_folder(folder)
        kept = folder / f"before-upgrade-from-{version}.db"
        if not kept.exists():
            half = folder / f"{kept.name}.{os.getpid()}.part"
            self.copy_into(half)
            half.replace(kept)

    def copy_into(self, target: Path) -> None:
        """Write all that is committed into a new file, whole and compact, for its owner alone.

        Others may write meanwhile. Raises StoreError, and leaves no file, when it fails.
        """
        try:
            target.unlink(missing_ok=True)
            target.touch(mode=0o600)
            with self._told(f"copying it to {target}"):
                self._conn.execute("VACUUM INTO ?", [str(target)])
            flush(target)
        except BaseException:
            with suppress(OSError):
                target.unlink()
            raise

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

    def check(self, *, whole: bool = False) -> None:
        """Raise StoreError when the file is damaged. Takes some seconds a gigabyte.

        `whole` compares every index with its table too, and takes some times as long.
        """
        pragma = "integrity_check(3)" if whole else "quick_check(3)"
        with self._told("checking the database"):
            findings = [row[0] for row in self._conn.execute(f"PRAGMA {pragma}")]
        if findings != ["ok"]:
            raise StoreError(damaged(self.path, " ".join(" ".join(findings).split())))

    def log_bytes(self) -> int:
        """Return the size of the write-ahead log, 0 when there is none."""
        try:
            return self.path.with_name(f"{self.path.name}-wal").stat().st_size
        except OSError:
            return 0

    def fold_log(self) -> bool:
        """Fold the log into the file and cut it to nothing; False when a reader is in the way."""
        with self._told("folding the log"):
            busy = self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy


class Part:
    """A part of the store, by noun; the parts of one store share its database."""

    def __init__(self, db: Database) -> None:
        self._db = db


def sqlite_version() -> tuple[int, ...]:
    """Return the version of SQLite that this Python has."""
    return sqlite3.sqlite_version_info
