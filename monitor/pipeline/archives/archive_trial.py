"""A change of a profile, tried on archives; nothing is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from monitor.adapters.archives import Piece, pieces
from monitor.adapters.home import Home
from monitor.adapters.store import PlainEntry, Store
from monitor.adapters.workers import WorkerDied
from monitor.errors import MonitorError
from monitor.model import Entry, TopicProfile
from monitor.pipeline.archives.backfill import ROUNDING, LineEntry, entries_of, told
from monitor.pipeline.tuning.profiles import profiles_in_force
from monitor.pipeline.tuning.trying import Trial, TrialGround, draft_in_force, lines_of, try_draft
from monitor.stages.score import Scorer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrialKit:
    """What a worker needs; picklable. A score under `least` is under every line."""

    scorers: tuple[Scorer, ...]  # of the profile as it is, and as it would be
    now: datetime
    least: float


@dataclass(frozen=True, slots=True)
class Tried:
    """What of a piece a profile takes, before or after."""

    entries: tuple[Entry, ...]
    entries_count: int


class TrialWorkers(Protocol):
    """Workers of either kind that hold a `TrialKit`."""

    def map(
        self, function: Callable[[TrialKit, Piece], Tried], items: Iterable[Piece]
    ) -> Iterator[tuple[Piece, Tried | MonitorError | WorkerDied]]:
        """Yield each item with its result, as they are done."""

    def close(self) -> None:
        """End what was started."""


def try_on_archives(
    home: Home,
    store: Store | None,
    draft: TopicProfile,
    paths: Sequence[Path],
    now: datetime,
    workers_of: Callable[[TrialKit], TrialWorkers],
) -> Trial:
    """Try a draft on the entries of archives; see `trying.try_draft`.

    What is stored is not looked at, nor are verdicts. Raises ArchiveError for a file that
    cannot be read.
    """
    draft = draft_in_force(store, draft)
    in_force = profiles_in_force(home.profiles, store)
    own = tuple(profile for profile in in_force if profile.name == draft.name)
    others = tuple(profile for profile in in_force if profile.name != draft.name)
    homes = (replace(home, profiles=in_force), replace(home, profiles=(*others, draft)))
    bars = [bar for each in homes if (bar := lines_of(each).get(draft.name)) is not None]
    scorers = tuple(Scorer((each,), home.parties) for each in (*own, draft))
    kit = TrialKit(scorers, now, min(bars, default=draft.threshold) - ROUNDING)
    entries: list[PlainEntry] = []
    count = 0
    workers = workers_of(kit)
    try:
        for path in paths:
            for piece, result in workers.map(taken, pieces(path)):
                if isinstance(result, MonitorError):
                    raise result
                if isinstance(result, WorkerDied):
                    place = f"{piece.archive}, {piece.start} to {piece.end}"
                    logger.warning("%s is left out of the trial: %s", place, result.reason)
                    continue
                count += result.entries_count
                entries += (PlainEntry(0, entry, None) for entry in result.entries)
    finally:
        workers.close()
    ground = TrialGround(home, in_force, tuple(entries), ())
    return replace(try_draft(ground, draft), entries_count=count)


def taken(kit: TrialKit, piece: Piece) -> Tried:
    """Return the entries of a piece that the profile takes; pure, and run in a worker."""
    found, count = [], 0
    for entry in entries_of(piece, kit.now, []):
        count += 1
        if any(_value(scorer, entry) >= kit.least for scorer in kit.scorers):
            found.append(told(entry))
    return Tried(tuple(found), count)


def _value(scorer: Scorer, entry: Entry | LineEntry) -> float:
    finding = scorer.find(entry)
    return max(scorer.values(finding).values()) if finding else 0.0
