"""What worker processes do: a feed's body -> entries with scores; imports as little as it can.

Every worker holds what this module imports, so the runs are not among it.
"""

from __future__ import annotations

import copyreg
from collections.abc import Mapping, Sequence
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
    # Of scores below these, by profile, no reasons are asked for: they would not be kept, and
    # are most of what travels. None: every reason is.
    floors: Mapping[str, float] | None = None


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
    scores = tuple(map(scorer.score, parsed.entries))
    return ParsedJob(parsed, scores if job.floors is None else _shortened(scores, job.floors))


def _shortened(
    every: Sequence[tuple[Score, ...]], floors: Mapping[str, float]
) -> tuple[tuple[Score, ...], ...]:
    """Return the scores without the reasons of those below the floors."""
    # Entries in which nothing was found share their scores, and go on sharing them.
    short = {id(scores): scores for scores in every}
    for name, scores in short.items():
        short[name] = tuple(_bare(each) if _is_below(each, floors) else each for each in scores)
    return tuple(short[id(scores)] for scores in every)


def _is_below(score: Score, floors: Mapping[str, float]) -> bool:
    return score.value < floors.get(score.profile, 0.0)


def _bare(score: Score) -> Score:
    return Score(score.profile, score.value)


def _travel_light(cls: type) -> None:
    """Pickle a dataclass as its fields in order: Python's own way for slots takes 2.5 times that.

    A document comes back as some hundreds of them.
    """
    values = attrgetter(*(each.name for each in fields(cls)))
    copyreg.pickle(cls, lambda each: (cls, values(each)))


for _each in (
    *(Entry, EntryKey, ItemMark, Reason, Score),
    *(Feed, Retrieved, ParsedFeed, ParseJob, ParsedJob),
):
    _travel_light(_each)
