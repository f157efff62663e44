"""Whole transactions on one connection: reads see one state, writes happen wholly or not at all."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from monitor.adapters.store.turn import turn_of
from monitor.adapters.store.words import LOCKED, in_words
from monitor.errors import StoreError

BUSY_TIMEOUT_S = 10.0  # every write of ours is far shorter, so who waits longer waits in vain
GATHERED_MAX = 16  # writes that share a transaction
GATHERED_S = 0.1  # and for how long: others wait for it


class Transactions:
    """What is done on a connection, for one thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._conn = connection
        self._turn = turn_of(str(path.absolute()))
        self._has_turn = False
        self._busy_timeout_s = BUSY_TIMEOUT_S
        self._is_gathering = False
        self._gathered_count = 0  # blocks in the transaction under way
        self._gathered_since = 0.0

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
        if self._turn.is_wanted:  # a person who says something waits for it
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
            locked = f"{LOCKED} (SQLite says: database is locked)"
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
            raise in_words(error, self.path, what) from error

    # ------------------------------------------------------------ statements, inside a block

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; return how many rows it changed."""
        return self._conn.execute(sql, values).rowcount

    def insert(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run an INSERT that adds one row; return its number."""
        return self._conn.execute(sql, values).lastrowid or 0

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._conn.executemany(sql, rows)

    def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        return self._conn.execute(sql, values).fetchall()

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[sqlite3.Row]:
        """Yield the rows one by one, where all of them would take much memory."""
        yield from self._conn.execute(sql, values)

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._conn.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, None when there is no row."""
        found = self.row(sql, values)
        return None if found is None else found[0]
