"""Answers that take longer to work out than a page may take, kept for a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

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

    One that is older than `keep` is still given, up to `serve`, while it is made anew after
    the answer has gone out. While one thread makes it, the others are given the one before.
    """

    def __init__(self, keep: timedelta, *, serve: timedelta | None = None, limit: int = 8) -> None:
        self._keep = keep
        self._serve = serve or keep
        self._limit = limit  # of keys: then all are forgotten
        self._offices: WeakKeyDictionary[Office, dict[Hashable, _Kept[T]]] = WeakKeyDictionary()
        self._lock = threading.Lock()
        _memos.add(self)

    def get(self, desk: Desk, key: Hashable, make: Callable[[Desk], T]) -> T:
        """Return the answer for a key, made now if it is too old; `make` may get another desk."""
        with self._lock:
            known = self._offices.setdefault(desk.office, {})
            if key not in known and len(known) >= self._limit:
                known.clear()
            kept = known.setdefault(key, _Kept())
        if self._is_within(kept, desk, self._keep):
            return kept.value  # type: ignore[return-value]  # it was made
        if self._is_within(kept, desk, self._serve):
            desk.office.later.do(f"{id(self)} {key}", lambda: self._renew(kept, desk, make))
            return kept.value  # type: ignore[return-value]
        has_old = kept.made_at is not None and kept.home is desk.home
        if not kept.making.acquire(blocking=not has_old):
            return kept.value  # type: ignore[return-value]
        try:
            if not self._is_within(kept, desk, self._keep):
                self._make(kept, desk, make)
            return kept.value  # type: ignore[return-value]
        finally:
            kept.making.release()

    def _renew(self, kept: _Kept[T], asked: Desk, make: Callable[[Desk], T]) -> None:
        """Make an answer anew that was given old; the asker's desk is closed by now."""
        office = asked.office
        desk = replace(asked, home=office.home(), now=office.now(), is_post=False, _store=None)
        with kept.making:
            try:
                if not self._is_within(kept, desk, self._keep):
                    self._make(kept, desk, make)
            finally:
                desk.close()

    def _make(self, kept: _Kept[T], desk: Desk, make: Callable[[Desk], T]) -> None:
        kept.value = make(desk)
        kept.made_at, kept.home = desk.now, desk.home

    def look(self, desk: Desk, key: Hashable) -> T | None:
        """Return the answer for a key, None when there is none that is fresh."""
        kept = self._offices.get(desk.office, {}).get(key)
        fresh = kept is not None and self._is_within(kept, desk, self._keep)
        return kept.value if kept is not None and fresh else None

    def forget(self, office: Office) -> None:
        """Have every answer made anew: a person has just changed what it rests on."""
        with self._lock:
            self._offices.pop(office, None)

    def let_go(self, office: Office, now: datetime) -> None:
        """Let the answers go that are too old to be given: some are tens of megabytes."""
        with self._lock:
            known = self._offices.get(office, {})
            for key, kept in list(known.items()):
                if kept.made_at is None or kept.making.locked():
                    continue  # it is being made
                if not timedelta(0) <= now - kept.made_at < max(self._keep, self._serve):
                    del known[key]

    def _is_within(self, kept: _Kept[T], desk: Desk, age: timedelta) -> bool:
        if kept.made_at is None or kept.home is not desk.home:
            return False
        return timedelta(0) <= desk.now - kept.made_at < age


_memos: WeakSet[Memo[Any]] = WeakSet()


def let_go_of_old(office: Office) -> None:
    """Let every answer of an office go that nobody will be given any more."""
    for memo in list(_memos):
        memo.let_go(office, office.now())
