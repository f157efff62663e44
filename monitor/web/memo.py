"""Answers that take longer to work out than a page may take, kept for a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from monitor.adapters.home import Home
from monitor.web.desk import Desk
from monitor.web.office import Office

T = TypeVar("T")


@dataclass(slots=True)
class _Kept(Generic[T]):
    making: threading.Lock = field(default_factory=threading.Lock)
    made_at: datetime | None = None
    home: Home | None = None  # as its files were then
    value: T | None = None


class Memo(Generic[T]):
    """One kind of answer, by office and key; made anew after a while, or when a file changed.

    While one thread makes it, the others are given the one before.
    """

    def __init__(self, keep: timedelta, *, limit: int = 8) -> None:
        self._keep = keep
        self._limit = limit  # of keys: then all are forgotten
        self._offices: WeakKeyDictionary[Office, dict[Hashable, _Kept[T]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get(self, desk: Desk, key: Hashable, make: Callable[[], T]) -> T:
        """Return the answer for a key, made now if it is too old."""
        with self._lock:
            known = self._offices.setdefault(desk.office, {})
            if key not in known and len(known) >= self._limit:
                known.clear()
            kept = known.setdefault(key, _Kept())
        if self._is_fresh(kept, desk):
            return kept.value  # type: ignore[return-value]  # it was made
        has_old = kept.made_at is not None and kept.home is desk.home
        if not kept.making.acquire(blocking=not has_old):
            return kept.value  # type: ignore[return-value]
        try:
            if not self._is_fresh(kept, desk):
                kept.value = make()
                kept.made_at, kept.home = desk.now, desk.home
            return kept.value  # type: ignore[return-value]
        finally:
            kept.making.release()

    def look(self, desk: Desk, key: Hashable) -> T | None:
        """Return the answer for a key, None when there is none that is fresh."""
        kept = self._offices.get(desk.office, {}).get(key)
        return kept.value if kept is not None and self._is_fresh(kept, desk) else None

    def forget(self, desk: Desk) -> None:
        """Have every answer made anew: a person has just changed what it rests on."""
        with self._lock:
            self._offices.pop(desk.office, None)

    def _is_fresh(self, kept: _Kept[T], desk: Desk) -> bool:
        if kept.made_at is None or kept.home is not desk.home:
            return False
        return timedelta(0) <= desk.now - kept.made_at < self._keep
