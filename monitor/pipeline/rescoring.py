"""Score stored entries anew for one profile: so that a change holds for what waits, too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from monitor.adapters.home import Home
from monitor.adapters.store import PlainEntry, Store
from monitor.model import Placement, Score, TopicProfile
from monitor.pipeline.profiles import profiles_in_force, scorer_of
from monitor.stages.cluster import StoryBook

AT_ONCE: Final = 500  # entries a transaction: each is over in some hundredths of a second


@dataclass(frozen=True, slots=True)
class Rescoring:
    """What scoring anew did."""

    entries_count: int
    above_count: int  # of those, at or over the threshold now


def rescore(store: Store, home: Home, profile: TopicProfile, since: datetime) -> Rescoring:
    """Score the entries dated since then for a profile, with what was learned, and keep that.

    What nears the threshold now and stood in no story is folded: the next issue may carry
    it, as if it had been scored so when it came. What was issued stays issued. A crash
    leaves some entries with the new score and the rest with the old one: do it again.
    """
    (profile,) = profiles_in_force([profile], store)
    scorer = scorer_of(replace(home, profiles=(profile,)))
    entries = store.plain_entries(since)
    scores = {each.number: scorer.score(each.entry)[0] for each in entries}
    placements = _placements(store, profile, entries, scores)
    for some in _batches(entries):
        store.save_scores(
            {each.number: scores[each.number] for each in some},
            [placements[each.number] for each in some if each.number in placements],
            floor=profile.near_miss_floor,
        )
    above = sum(score.value >= profile.threshold for score in scores.values())
    return Rescoring(len(entries), above)


def _batches(entries: list[PlainEntry]) -> list[list[PlainEntry]]:
    """Return the entries by their age, so that who is joined is stored first."""
    oldest_first = sorted(entries, key=lambda each: (each.entry.seen_at, each.number))
    return [oldest_first[at : at + AT_ONCE] for at in range(0, len(oldest_first), AT_ONCE)]


def _placements(
    store: Store, profile: TopicProfile, entries: list[PlainEntry], scores: dict[int, Score]
) -> dict[int, Placement]:
    """Return by entry number where those belong that stand in no story and are near now."""
    near = [
        each
        for each in entries
        if each.story is None and scores[each.number].value >= profile.near_miss_floor
    ]
    if not near:
        return {}
    near.sort(key=lambda each: (each.entry.seen_at, each.number))
    first = near[0].entry.seen_at
    pairs = store.story_pairs(first)
    book = StoryBook(store.story_entries(first), together=pairs.together, apart=pairs.apart)
    placed = book.place([each.entry for each in near])
    return {each.number: placement for each, placement in zip(near, placed, strict=True)}
