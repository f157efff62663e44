"""Score stored entries anew for one profile: so that a change holds for what waits, too."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from monitor.adapters.home import Home
from monitor.adapters.store import PlainEntry, Store
from monitor.model import Party, Placement, Score, TopicProfile
from monitor.pipeline.tuning.profiles import profiles_in_force, scorer_of
from monitor.stages.cluster import StoryBook

BACK: Final = timedelta(days=14)  # how far back a change holds: an issue may carry no older ones
A_DAY: Final = timedelta(days=1)
AT_ONCE: Final = 500  # entries a transaction: each is over in some hundredths of a second


@dataclass(frozen=True, slots=True)
class Rescoring:
    """What scoring anew did."""

    entries_count: int
    above_count: int  # of those, at or over the threshold now


def rescore_changed(
    store: Store, home: Home, now: datetime, *, stopped: Callable[[], bool] = lambda: False
) -> dict[str, Rescoring]:
    """Score the last days' entries anew for each profile that a person changed; tell what was done.

    A home of which nothing is remembered yet is taken to be scored as it is. What is stopped
    midway is done again the next time. What verdicts taught changes no entry by itself.
    """
    remember(store, home, now)
    known = store.scored_as()
    marks = {each.name: mark_of(each, home) for each in home.profiles}
    done: dict[str, Rescoring] = {}
    for profile in home.profiles:
        if known.get(profile.name) == marks[profile.name]:
            continue
        total = Rescoring(0, 0)
        for day in range(int(BACK / A_DAY), 0, -1):
            if stopped():
                return done
            since = now - day * A_DAY
            part = _rescore(store, home, profile, since, since + A_DAY if day > 1 else None)
            total = Rescoring(
                total.entries_count + part.entries_count, total.above_count + part.above_count
            )
        store.note_scored({profile.name: marks[profile.name]}, now)
        done[profile.name] = total
    return done


def remember(store: Store, home: Home, now: datetime) -> None:
    """Before a profile is changed: note how all are, where nothing is remembered yet."""
    if not store.scored_as():
        store.note_scored({each.name: mark_of(each, home) for each in home.profiles}, now)


def mark_of(profile: TopicProfile, home: Home) -> str:
    """Return letters that differ when a profile, as its file says, scores otherwise."""
    said = (profile.parties, profile.terms, profile.against, profile.learned, profile.offset)
    return hashlib.sha256(repr((said, _mark_of_all(home.parties))).encode()).hexdigest()[:32]


def _mark_of_all(parties: tuple[Party, ...]) -> str:
    """Return a mark of all parties; the last one is kept, as thousands of names are in it."""
    kept = _last.get("parties")
    if kept is None or kept[0] is not parties:
        mark = hashlib.sha256(repr(parties).encode()).hexdigest()
        kept = _last["parties"] = parties, mark
    return kept[1]


_last: dict[str, tuple[tuple[Party, ...], str]] = {}


def rescore(
    store: Store, home: Home, profile: TopicProfile, since: datetime, now: datetime
) -> Rescoring:
    """Score the entries dated since then for a profile, with what was learned, and keep that.

    What nears the threshold now and stood in no story is folded: the next issue may carry
    it, as if it had been scored so when it came. What was issued stays issued. A crash
    leaves some entries with the new score and the rest with the old one: do it again.
    """
    done = _rescore(store, home, profile, since, None)
    if since <= now - BACK:
        store.note_scored({profile.name: mark_of(profile, home)}, now)
    return done


def _rescore(
    store: Store, home: Home, profile: TopicProfile, since: datetime, until: datetime | None
) -> Rescoring:
    (profile,) = profiles_in_force([profile], store)
    scorer = scorer_of(replace(home, profiles=(profile,)))
    entries = store.plain_entries(since, until)
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
    book = StoryBook(store.each_story_entry(first), together=pairs.together, apart=pairs.apart)
    placed = book.place([each.entry for each in near])
    return {each.number: placement for each, placement in zip(near, placed, strict=True)}
