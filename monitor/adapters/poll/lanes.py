"""Who may be asked next: one request at a time per server and a pause between them; pure.

A lane is a server's line of waiting errands; `now` is any clock
in seconds that never goes back.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from monitor.model import Problem

MAX_BLOCKED = 2  # one 429 may be about that feed alone; after the second the server is left alone
MAX_UNREACHED = 3  # in a row: a dead server must not cost each of its feeds a time-out

_UNREACHED = frozenset({Problem.DNS, Problem.REFUSED, Problem.TIMEOUT})

E = TypeVar("E")


@dataclass(slots=True)
class _Lane(Generic[E]):
    waiting: deque[E] = field(default_factory=deque)
    is_busy: bool = False
    is_listed: bool = False  # stands in the heap
    free_at: float = 0.0
    blocked_count: int = 0
    unreached_count: int = 0


class Lanes(Generic[E]):
    """The lanes of one poll, and the order in which they are free."""

    def __init__(self, spacing_s: float) -> None:
        self._spacing_s = spacing_s
        self._lanes: dict[str, _Lane[E]] = {}
        self._free: list[tuple[float, int, str]] = []  # heap: when, order of arrival, name
        self._arrivals = 0

    def add(self, name: str, errand: E, *, first: bool = False) -> None:
        """Put an errand at the end of a lane, or at its front."""
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane()
        if first:
            lane.waiting.appendleft(errand)
        else:
            lane.waiting.append(errand)
        self._list(name, lane)

    def next_at(self) -> float | None:
        """Return when the next errand may start; None when no lane waits for its time."""
        return self._free[0][0] if self._free else None

    def start(self) -> E:
        """Take the errand that `next_at` spoke of; its lane is busy until `release`."""
        _, _, name = heapq.heappop(self._free)
        lane = self._lanes[name]
        lane.is_busy, lane.is_listed = True, False
        return lane.waiting.popleft()

    def release(self, name: str, now: float) -> None:
        """Free a lane, after the pause."""
        lane = self._lanes[name]
        lane.is_busy = False
        lane.free_at = now + self._spacing_s
        self._list(name, lane)

    def note(self, name: str, kind: Problem | None, status: int | None) -> tuple[E, ...]:
        """Take down how the server answered; return those it is not to be asked for any more.

        They are taken out of the lane. A 429 counts for the whole poll, a server
        that cannot be reached only while nothing else is heard from it.
        """
        lane = self._lanes[name]
        lane.blocked_count += status == 429
        lane.unreached_count = lane.unreached_count + 1 if kind in _UNREACHED else 0
        if lane.blocked_count < MAX_BLOCKED and lane.unreached_count < MAX_UNREACHED:
            return ()
        spared = tuple(lane.waiting)
        lane.waiting.clear()
        return spared

    def _list(self, name: str, lane: _Lane[E]) -> None:
        if lane.waiting and not lane.is_busy and not lane.is_listed:
            lane.is_listed = True
            self._arrivals += 1
            heapq.heappush(self._free, (lane.free_at, self._arrivals, name))
