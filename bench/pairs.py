"""Two pieces of work beside each other, in turn, so that both meet the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

YARDSTICK = "yardstick"  # the peer of what nobody else does; see yardstick.py

Work = Callable[[], object]
# Made ready while it is open; gives our work and the peer's.
Opened = Callable[[], AbstractContextManager[tuple[Work, Work]]]


@dataclass(frozen=True)
class Pair:
    """What is measured, and beside what."""

    name: str
    issue: int
    peer: str
    count: int  # pieces of our work in one round: entries, documents, pages
    unit: str
    opened: Opened
    peer_count: int = 0  # pieces of the peer's work in a round; 0: as many


@dataclass(frozen=True)
class Figure:
    """Medians of paired rounds; seconds for one piece of work."""

    name: str
    issue: int
    peer: str
    unit: str
    ours_s: float
    peer_s: float
    ratio: float  # how many times the peer's time ours is: less is better


@dataclass(frozen=True)
class Absent:
    """A peer that is not there."""

    name: str
    issue: int
    peer: str
    missing: str


def measure(pair: Pair, rounds: int) -> Figure:
    """Run both by turns and return the medians, and the median of the rounds' ratios.

    Processor time of this process: what else the machine does counts for neither.
    """
    with pair.opened() as (ours, peer):
        taken = list(_rounds(ours, peer, rounds))
    ours_s = statistics.median(each for each, _ in taken) / pair.count
    peer_s = statistics.median(each for _, each in taken) / (pair.peer_count or pair.count)
    share = (pair.peer_count or pair.count) / pair.count
    ratio = statistics.median(ours / peer for ours, peer in taken) * share
    return Figure(pair.name, pair.issue, pair.peer, pair.unit, ours_s, peer_s, ratio)


def _rounds(ours: Work, peer: Work, rounds: int) -> Iterator[tuple[float, float]]:
    ours(), peer()  # what is made once is made
    for number in range(rounds):
        # By turns who is first: a clock that slows down slows either as often.
        works = (ours, peer) if number % 2 else (peer, ours)
        taken = {work: _seconds(work) for work in works}
        yield taken[ours], taken[peer]


def _seconds(work: Work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
