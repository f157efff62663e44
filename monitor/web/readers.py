"""Connections that only read, kept from page to page.

To open one takes forty questions to SQLite. While a poll computes, each of them waits for the
poll to let this thread on, and a page would wait longer for its database than for its words.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.adapters.store import Store

KEPT_MAX: Final = 4  # at rest; each may hold 2 MB of the database
KEPT_S: Final = 60.0  # then another is opened, which looks at the file's version again


@dataclass(frozen=True, slots=True)
class _Kept:
    store: Store
    opened_at: float
    file: tuple[int, int] | None  # which one it is: a restored backup is another


class ReadStores:
    """The stores of one database that pages read from; each for one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._resting: deque[_Kept] = deque()
        self._lent: dict[int, _Kept] = {}
        self._is_over = False

    def take(self) -> Store:
        """Return a store to read from until it is given back. Raises StoreError."""
        file = _file_of(self._path)
        stale: list[_Kept] = []
        kept = None
        with self._lock:
            while self._resting and kept is None:
                kept = self._resting.pop()  # the one used last knows most
                if file is None or not self._is_good(kept, file):
                    stale.append(kept)
                    kept = None
        for each in stale:
            each.store.close()
        if kept is None:
            store = Store.open(self._path, read_only=True, any_thread=True)
            kept = _Kept(store, time.monotonic(), file)
        with self._lock:
            self._lent[id(kept.store)] = kept
        return kept.store

    def give_back(self, store: Store) -> None:
        """Keep a store for the next page, or close it."""
        with self._lock:
            kept = self._lent.pop(id(store), None)
            keep = kept is not None and not self._is_over and len(self._resting) < KEPT_MAX
            if keep and kept is not None and self._is_good(kept, kept.file):
                self._resting.append(kept)
                return
        store.close()

    @contextmanager
    def lent(self) -> Iterator[Store]:
        """Lend a store for a block."""
        store = self.take()
        try:
            yield store
        finally:
            self.give_back(store)

    def end(self) -> None:
        """Close what is at rest, and keep nothing more."""
        with self._lock:
            self._is_over = True
            resting, self._resting = self._resting, deque()
        for each in resting:
            each.store.close()

    @staticmethod
    def _is_good(kept: _Kept, file: tuple[int, int] | None) -> bool:
        return kept.file == file and time.monotonic() - kept.opened_at < KEPT_S


def _file_of(path: Path) -> tuple[int, int] | None:
    try:
        known = path.stat()
    except OSError:
        return None
    return known.st_dev, known.st_ino
