"""What worker processes do: a feed's body -> entries with scores; imports as little as it can.

Every worker holds what this module imports, so the runs are not among it.
"""

from __future__ import annotations

import copyreg
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

from monitor.model import (
    Entry,
    EntryKey,
    Feed,
    ItemMark,
    ParsedFeed,
    Reason,
    Retrieved,
    Score,
)
from monitor.stages.parse import parse_feed
from monitor.stages.score import Scorer

# What a worker needs sooner or later, and the process that starts it does not.
WORKERS_IMPORT = ("monitor.stages.parse.judge",)


@dataclass(frozen=True, slots=True)
class ParseJob:
    """A body to be parsed in a worker: picklable, and all that the work needs."""

    feed: Feed
    retrieved: Retrieved
    seen_at: datetime
    seen: frozenset[bytes] = frozenset()  # hashes of the items that need not be read again
    body_hash: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedJob:
    """What a worker made of a body: each entry with its scores, best first."""

    parsed: ParsedFeed
    scores: tuple[tuple[Score, ...], ...]


def parse_and_score(scorer: Scorer, job: ParseJob) -> ParsedJob:
    """Parse one body and score its entries; pure, and run in a worker process."""
    parsed = parse_feed(
        job.retrieved.body or b"",
        feed=job.feed,
        url=job.retrieved.url or job.feed.url,
        content_type=job.retrieved.content_type,
        seen_at=job.seen_at,
        seen=job.seen,
    )
    return ParsedJob(parsed, tuple(scorer.score(entry) for entry in parsed.entries))


def _travel_light(cls: type) -> None:
    """Pickle a dataclass as its fields in order: Python's own way for slots takes 2.5 times that.

    A document comes back as some hundreds of them.
    """
    values = attrgetter(*(each.name for each in fields(cls)))
    copyreg.pickle(cls, lambda each: (cls, values(each)))


for _each in (Entry, EntryKey, ItemMark, Reason, Score):
    _travel_light(_each)
