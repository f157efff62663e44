"""The database file: opened, checked, brought up to date, and used in whole transactions.

Sole user of sqlite3 and, with schema.py, of sqlite_utils.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import sqlite_utils

from monitor.adapters.store import ground, schema
from monitor.adapters.store.turn import turn_of
from monitor.errors import DiskFull, StoreError

BUSY_TIMEOUT_S = 10.0  # every write of ours is far shorter, so who waits longer waits in vain
WAL_LIMIT_BYTES = 16 * 2**20  # what the write-ahead log is cut down to once it is free
SWITCH_ATTEMPTS = 5  # of six processes that made a file at once, one in 180 needed a second
GATHERED_MAX = 16  # writes that share a transaction
GATHERED_S = 0.1  # and for how long: others wait for it
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
    PRAGMA temp_store = MEMORY;     -- the service may have no place for temporary files
    PRAGMA journal_size_limit = {WAL_LIMIT_BYTES};
"""

_REQUIRED = {"foreign_keys": 1, "synchronous": 2, "trusted_schema": 0, "cell_size_check": 1}
NO_ROOM_BYTES = 64 * 2**10  # the log's index alone takes half of it
BACKUP_FOLDER = "backups"  # beside the database

# Opening creates the file and closes it again, and a process that closes any handle
# of a file loses its locks on it: no other thread may be connecting meanwhile.
_opening = threading.Lock()


class Database:
    """One connection, for one thread. Reads see one state, writes happen wholly or not at all."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._conn = connection
        self._db = sqlite_utils.Database(connection, execute_plugins=False)
        self._turn = turn_of(str(path.absolute()))
        self._has_turn = False
        self._busy_timeout_s = BUSY_TIMEOUT_S
        self._is_gathering = False
        self._gathered_count = 0  # blocks in the transaction under way
        self._gathered_since = 0.0

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
            elif not _is_there(path):
                raise StoreError(
                    f"{path}: there is no database yet. Poll the feeds once (monitor poll)."
                )
            return cls._connect(path, read_only, check, busy_timeout_s)

    @classmethod
    def _connect(cls, path: Path, read_only: bool, check: bool, busy_timeout_s: float) -> Database:
        # On a disk that may only be read there is no log to share: the file is all there is.
        frozen = read_only and _is_frozen(path.parent)
        mode = "mode=ro&immutable=1" if frozen else "mode=rw"
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?{mode}",
                uri=True,
                timeout=busy_timeout_s,
                isolation_level=None,  # no transaction begins but by our own BEGIN
            )
        except sqlite3.Error as error:
            raise _in_words(error, path, "opening the database") from error
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
        self._db.execute("BEGIN")  # one state for all questions: another may be preparing
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
        """Raise StoreError when the file is damaged. Takes about a second per 500 MB.

        `whole` compares every index with its table too, and takes some times as long.
        """
        pragma = "integrity_check(3)" if whole else "quick_check(3)"
        with self._told("checking the database"):
            findings = [row[0] for row in self._conn.execute(f"PRAGMA {pragma}")]
        if findings != ["ok"]:
            raise StoreError(_damaged(self.path, " ".join(" ".join(findings).split())))

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

    # ------------------------------------------------------------ transactions

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        """Run the block as one transaction: all of it is kept, or nothing.

        `what` says in the error what was being done ("saving a poll"). A StoreError
        of the disk may leave open whether the step was kept: every step may be repeated.
        Within `gathering`, what was gathered so far is kept or lost with it.
        """
        with self._told(what):
            if not (self._is_gathering and self._conn.in_transaction):
                self._begin_writing(what)
                self._gathered_count, self._gathered_since = 0, time.monotonic()
            try:
                yield
                self._gathered_count += 1
                if self._is_full():
                    self._conn.execute("COMMIT")
                    self._give_turn()
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def reading(self, what: str) -> Iterator[None]:
        """Run the block on one state of the database, whatever others write meanwhile."""
        with self._told(what):
            if self._is_gathering and self._conn.in_transaction:  # what is gathered is seen too
                yield
                return
            self._conn.execute("BEGIN")
            try:
                yield
            finally:
                self._roll_back()

    @contextmanager
    def gathering(self) -> Iterator[Callable[[], None]]:
        """Let the writes of the block share transactions, a few at a time; yield what ends one.

        Each commit waits for the disk, and splits the word index once more. Call what is
        yielded before waiting for anything: meanwhile nobody else can write.
        """
        self._is_gathering = True
        try:
            yield self._commit_gathered
        finally:
            self._is_gathering = False
            self._commit_gathered()

    def _commit_gathered(self) -> None:
        with self._told("committing what was gathered"):
            if self._conn.in_transaction:
                try:
                    self._conn.execute("COMMIT")
                    self._give_turn()
                except BaseException:
                    self._roll_back()
                    raise

    def _is_full(self) -> bool:
        """Tell whether the transaction under way is to be committed now."""
        if not self._is_gathering or self._gathered_count >= GATHERED_MAX:
            return True
        return time.monotonic() - self._gathered_since > GATHERED_S

    def _roll_back(self) -> None:
        # What made us roll back is worth telling, not that this failed too; SQLite itself
        # undoes what is open when the connection closes. A full disk has done so already.
        if self._conn.in_transaction:
            with suppress(sqlite3.Error):
                self._conn.execute("ROLLBACK")
        self._give_turn()

    def _begin_writing(self, what: str) -> None:
        """Begin a transaction that writes, in the order in which our threads asked for one."""
        if not self._turn.take(self._busy_timeout_s):
            locked = f"{_WORDS[sqlite3.SQLITE_BUSY]} (SQLite says: database is locked)"
            raise StoreError(f"{self.path}: {what}: {locked}")  # in the words it would be told
        self._has_turn = True
        try:
            self._conn.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._give_turn()
            raise

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._turn.give()

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeError) as error:
            raise _in_words(error, self.path, what) from error

    # ------------------------------------------------------------ statements, inside a block

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; return how many rows it changed."""
        return self._conn.execute(sql, values).rowcount

    def insert(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run an INSERT that adds one row; return its number."""
        return self._conn.execute(sql, values).lastrowid or 0

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._conn.executemany(sql, rows)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        return self._conn.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._conn.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, None when there is no row."""
        found = self.row(sql, values)
        return None if found is None else found[0]


class Part:
    """A part of the store, by noun; the parts of one store share its database."""

    def __init__(self, db: Database) -> None:
        self._db = db


def sqlite_version() -> tuple[int, ...]:
    """Return the version of SQLite that this Python has."""
    return sqlite3.sqlite_version_info


def _make_private(path: Path) -> None:
    """Make the folder (0700) and an empty file (0600), whatever the umask says."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not _is_there(path) and next((path.parent / BACKUP_FOLDER).glob("*.db"), None):
            raise StoreError(
                f"{path}: the database is gone or empty, though there are backups of it. Nothing"
                " was changed and nothing is sent. Restore the newest (`monitor restore FILE`),"
                f" or move {path.parent / BACKUP_FOLDER} away to begin anew."
            )
        if not path.exists():
            path.touch(mode=0o600, exist_ok=True)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except FileExistsError as error:
        raise StoreError(
            f"{path.parent}: this is a file, and the database needs a folder of that name."
            " Nothing was changed. Move the file away."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path}: the database cannot be made or used here ({error.strerror})."
            " Nothing was changed. Make the folder writable for the monitor's user."
        ) from error


def _is_there(path: Path) -> bool:
    """Tell whether there is a database; an empty file is the beginning of one."""
    try:
        return path.is_dir() or path.stat().st_size > 0
    except OSError:
        return False


def _is_frozen(folder: Path) -> bool:
    """Tell whether a folder is on a disk that may only be read."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _has_no_room(folder: Path) -> bool:
    try:
        facts = os.statvfs(folder)
    except OSError:
        return False
    return facts.f_bavail * facts.f_frsize < NO_ROOM_BYTES


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"{folder}: this folder cannot be made ({error.strerror}). Nothing was changed."
            " Make its parent writable for the monitor's user."
        ) from error


def flush(path: Path) -> None:
    """Have a file on the disk before anything relies on it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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


def _in_words(error: sqlite3.Error | UnicodeError, path: Path, what: str) -> StoreError:
    """Return a library's error as ours: where, what happened, what was kept, what to do."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else -1
    if primary == sqlite3.SQLITE_CORRUPT:
        return StoreError(_damaged(path, f"found while {what}"))
    is_no_text = isinstance(error, UnicodeDecodeError)
    if is_no_text or str(error).startswith("Could not decode to UTF-8"):  # and tells the text
        return StoreError(_damaged(path, f"text that is no UTF-8, found while {what}"))
    words = _WORDS.get(
        primary,
        "an unexpected error. Nothing of this step was kept, all before it was. Please report it.",
    )
    if primary == sqlite3.SQLITE_IOERR and _has_no_room(path.parent):
        primary = sqlite3.SQLITE_FULL  # the log's index cannot be made, and no more is said
        words = _WORDS[primary]
    kind = DiskFull if primary == sqlite3.SQLITE_FULL else StoreError
    # A UnicodeEncodeError tells the text that it is about, which is no business of a log.
    detail = str(error) if isinstance(error, sqlite3.Error) else "text that is no valid Unicode"
    return kind(f"{path}: {what}: {words} (SQLite says: {detail})")
