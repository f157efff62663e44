"""A candidate under the profile that suits it best: does it pass, and where does it stand?

Pure. Thousands are looked at for each issue, so what most of them do not need is not worked out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from monitor.config import DigestSettings
from monitor.model import (
    Entry,
    EntryKey,
    OmitReason,
    Rank,
    ScoredEntry,
    Slot,
    Story,
    Update,
)
from monitor.stages.choose.movement import movement
from monitor.stages.choose.rank import outlet_of, rank_story
from monitor.text import adds_to

LOOK_CHARS: Final = 400  # of a summary, to tell whether it says something

# Scores and thresholds are written with two or three decimals; 0.4 + 0.2 is not 0.6 in binary.
DECIMALS: Final = 6
UNRANKED: Final = Rank(0.0, 0.0, 0.0)  # of a story that is not eligible anyway
_NOTHING_NEW: Mapping[EntryKey, int] = MappingProxyType({})


class Standing(NamedTuple):
    """A candidate under the profile that suits it best."""

    story: Story
    profile: str  # its name; "": the digest carries no profile
    value: float
    bar: float  # what the value had to reach
    margin: float  # of the value over the bar, without the dust of binary fractions
    rank: Rank  # of one that is eligible
    why_not: OmitReason | None  # of the roomiest issue; None: it is eligible
    update: Update | None = None  # it was carried before, and moved since
    moved: Mapping[EntryKey, int] = _NOTHING_NEW


def standing_of(
    story: Story,
    bars: Sequence[tuple[str, float]],
    settings: DigestSettings,
    slot: Slot,
    now: datetime,
) -> Standing:
    """Put a story under the profile that it exceeds most, or misses least.

    `bars` are the digest's profiles, each with what a score has to reach.
    """
    values = _best_values(story)
    best: tuple[float, str, float, float] | None = None
    for profile, profile_bar in bars:
        profile_value = values.get(profile, 0.0)
        over = round(profile_value - profile_bar, DECIMALS)
        # Of equal margins the digest's first profile has it.
        if best is None or over > best[0]:
            best = over, profile, profile_value, profile_bar
    margin, name, value, bar = best or (0.0, "", 0.0, 0.0)
    sent = OmitReason.ALREADY_SENT if story.issued is not None else None
    if not name or margin < 0:
        below = sent or OmitReason.BELOW_THRESHOLD
        return Standing(story, name, value, bar, margin, UNRANKED, below)
    if story.earlier is not None:
        standing = Standing(story, name, value, bar, margin, UNRANKED, sent)
        standing = as_update(standing, settings, slot, now)
        if standing.why_not is not None:
            return standing
        return standing._replace(rank=rank_story(story, value=value, bar=bar, now=now))
    rank = UNRANKED if sent else rank_story(story, value=value, bar=bar, now=now)
    return Standing(story, name, value, bar, margin, rank, sent)


def _best_values(story: Story) -> Mapping[str, float]:
    """Return the best score's value for each profile that scored any of a story's entries."""
    found: dict[str, float] = {}
    for scored in story.entries:
        for score in scored.scores:
            profile, value = score.profile, score.value
            if value > found.get(profile, -1.0):
                found[profile] = value
    return found


def as_update(standing: Standing, settings: DigestSettings, slot: Slot, now: datetime) -> Standing:
    """Return the standing with what is new, when the story was carried, rested and moved."""
    story, earlier = standing.story, standing.story.earlier
    if earlier is None or settings.movement < 1 or rests(story, settings, now):
        return standing
    moved = movement(list(passing(standing)), earlier, least=settings.movement)
    if moved.most < settings.movement:
        return standing
    day = (slot.local_date - earlier.first).days + 1
    update = Update(day, earlier.headline, moved.news)
    return standing._replace(why_not=None, update=update, moved=moved.points)


def rests(story: Story, settings: DigestSettings, now: datetime) -> bool:
    """Tell whether a story was carried too lately to come back, however it moved."""
    if story.earlier is None or settings.movement < 1:
        return False
    # An issue of the future was sent while the clock was wrong: nothing waits for it.
    return timedelta(0) <= now - story.earlier.issued_at < settings.cooldown


def passing(standing: Standing) -> Iterator[Entry]:
    """Yield the entries of a story that themselves pass."""
    return (scored.entry for scored in standing.story.entries if passes(scored, standing))


def passes(scored: ScoredEntry, standing: Standing) -> bool:
    for score in scored.scores:
        if score.profile == standing.profile and round(score.value - standing.bar, DECIMALS) >= 0:
            return True
    return False


def in_order(standing: Standing, language: str, *, full: frozenset[str] = frozenset()) -> Story:
    """Return the candidate's story led by the entry that serves the reader best.

    First a report, not a post, that itself passes, so that the headline shows why the
    story is here, of an outlet that is not in `full`, without a date ahead; in an update the
    one with most news; then a publisher before an aggregator, the digest's language, a
    summary that says something, and the earliest among equals.
    """

    if len(standing.story.entries) == 1:
        return standing.story

    def place(scored: ScoredEntry) -> tuple[object, ...]:
        entry = scored.entry
        outlet = outlet_of(entry)
        return (
            outlet.is_platform,
            not passes(scored, standing),
            outlet.key in full,
            entry.is_ahead,
            -standing.moved.get(entry.key, 0),
            outlet.is_second_hand,
            _language_rank(entry, language),
            not _says_more(entry.summary, entry.outlet, entry.title),
            entry.dated_at,
            entry.key,
        )

    return replace(standing.story, entries=tuple(sorted(standing.story.entries, key=place)))


@lru_cache(maxsize=1000)  # a story is put in order several times in an issue
def _says_more(summary: str, outlet: str, title: str) -> bool:
    return adds_to(summary[:LOOK_CHARS], f"{outlet} {title[:LOOK_CHARS]}")


def _language_rank(entry: Entry, language: str) -> int:
    if entry.language == language:
        return 0
    return 1 if entry.language is None else 2
