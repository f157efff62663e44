"""Stories -> digest: which stories an issue carries, in which order, and why the others not.

Pure. The order of the candidates never matters, and each one is either chosen or
has exactly one omission. docs/ranking.md tells the rules to readers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from monitor.config import DigestSettings
from monitor.model import (
    Digest,
    Entry,
    EntryKey,
    Omission,
    OmitReason,
    Rank,
    Receipt,
    ScoredEntry,
    Section,
    Slot,
    Story,
    TopicProfile,
    Update,
)
from monitor.stages.choose.movement import movement
from monitor.stages.choose.rank import is_platform, is_second_hand, outlet_key, rank_story
from monitor.text import adds_to
from monitor.text.wording import (
    say_issue_full,
    say_issue_of,
    say_let_go,
    say_no_profile,
    say_outlet_full,
    say_shortfall,
)

SHOWN_MAX = 60  # omissions whose entries are put in order, for somebody may read them
LOOK_CHARS = 400  # of a summary, to tell whether it says something

# Scores and thresholds are written with two or three decimals; 0.4 + 0.2 is not 0.6 in binary.
_DECIMALS = 6

# What a reader may miss comes first: what is told for the last time, then what passed but
# waits for room, then what nearly passed, then what was seen before.
_OMISSIONS_ORDER = (
    OmitReason.LET_GO,
    OmitReason.NO_ROOM,
    OmitReason.OUTLET_FULL,
    OmitReason.BELOW_THRESHOLD,
    OmitReason.ALREADY_SENT,
)
_UNRANKED = Rank(0.0, 0.0, 0.0)  # of a story that is not eligible anyway
_NOTHING_NEW: Mapping[EntryKey, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Standing:
    """A candidate under the profile that suits it best."""

    story: Story
    profile: str  # its name; "": the digest carries no profile
    value: float
    bar: float  # what the value had to reach
    margin: float  # of the value over the bar, without the dust of binary fractions
    rank: Rank
    update: Update | None = None  # it was carried before, and moved since
    moved: Mapping[EntryKey, int] = field(default_factory=lambda: _NOTHING_NEW)

    @property
    def why_not(self) -> OmitReason | None:
        """Return why a story would be left out of the roomiest issue, None when it is eligible."""
        if self.story.issued is not None and self.update is None:
            return OmitReason.ALREADY_SENT
        return OmitReason.BELOW_THRESHOLD if not self.profile or self.margin < 0 else None


def choose_stories(
    candidates: Sequence[Story],
    *,
    name: str,
    slot: Slot,
    settings: DigestSettings,
    profiles: Sequence[TopicProfile],
    receipt: Receipt,
    issued_at: datetime,
) -> Digest:
    """Choose what one issue of a digest carries.

    A story is eligible when its best score for one of the digest's profiles is at or
    over that profile's threshold plus `threshold_shift`; it stands in the section of the
    profile it exceeds most. The best `settings.length` of the eligible by rank are carried,
    of which one outlet leads `outlet_share` at most while others wait. A story that this
    digest carried before comes back only if it moved; one that found no room in `patience`
    issues is let go.
    """
    carried = [p for p in profiles if not settings.profiles or p.name in settings.profiles]
    standings = [_standing(each, carried, settings, slot, issued_at) for each in candidates]
    eligible = sorted((each for each in standings if each.why_not is None), key=_by_rank)
    chosen = _choose(eligible, settings)
    sections: dict[str, list[Story]] = {}
    for standing in eligible:
        if standing.story.number in chosen:
            story = chosen[standing.story.number]
            sections.setdefault(standing.profile, []).append(story)
    by_name = {profile.name: profile for profile in carried}
    left_out = [each for each in standings if each.story.number not in chosen]
    return Digest(
        name,
        slot,
        issued_at,
        tuple(Section(by_name[key], tuple(stories)) for key, stories in sections.items()),
        _omissions(left_out, chosen.values(), settings),
        receipt,
    )


def _choose(eligible: Sequence[_Standing], settings: DigestSettings) -> dict[int, Story]:
    """Return the stories there is room for, by number: each outlet's share first, then the rest."""
    chosen: dict[int, Story] = {}
    leads: Counter[str] = Counter()
    for share in (settings.outlet_share, settings.length):
        for standing in eligible:
            if len(chosen) >= settings.length:
                return chosen
            if standing.story.number in chosen:
                continue
            story = _in_order(standing, settings.language, full=_full(leads, share))
            outlet = outlet_key(story.lead.entry)
            if leads[outlet] < share:
                chosen[story.number] = replace(story, rank=standing.rank, update=standing.update)
                leads[outlet] += 1
    return chosen


def _full(leads: Mapping[str, int], share: int) -> frozenset[str]:
    return frozenset(outlet for outlet, count in leads.items() if count >= share)


def _omissions(
    left_out: Iterable[_Standing], chosen: Iterable[Story], settings: DigestSettings
) -> tuple[Omission, ...]:
    """Return the omissions, what a reader may miss most first."""
    leads = Counter(outlet_key(story.lead.entry) for story in chosen)
    full = _full(leads, settings.outlet_share)
    told = [(each, *_told(each, full, settings)) for each in left_out]
    told.sort(key=lambda each: (_OMISSIONS_ORDER.index(each[1]), _by_distance(each[0])))
    return tuple(
        Omission(_as_left_out(standing, place, settings.language), reason, detail)
        for place, (standing, reason, detail) in enumerate(told)
    )


def _as_left_out(standing: _Standing, place: int, language: str) -> Story:
    # Only the first are ever shown, and there may be thousands.
    story = _in_order(standing, language) if place < SHOWN_MAX else standing.story
    return replace(story, rank=standing.rank) if standing.why_not is None else story


def _told(
    standing: _Standing, full: frozenset[str], settings: DigestSettings
) -> tuple[OmitReason, str]:
    """Return why a story is not carried, and in which words."""
    story, language = standing.story, settings.language
    if standing.why_not is OmitReason.ALREADY_SENT and story.issued:
        return OmitReason.ALREADY_SENT, say_issue_of(story.issued, language)
    if not standing.profile:
        return OmitReason.BELOW_THRESHOLD, say_no_profile(language)
    if standing.why_not:
        detail = say_shortfall(standing.value, standing.bar, language)
        return OmitReason.BELOW_THRESHOLD, detail
    issue_count = story.passed_over + 1
    if issue_count >= settings.patience:
        return OmitReason.LET_GO, say_let_go(issue_count, language)
    passing = [scored.entry for scored in story.entries if _passes(scored, standing)]
    if full and all(outlet_key(entry) in full for entry in passing):
        outlet = min(entry.outlet for entry in passing)
        return OmitReason.OUTLET_FULL, say_outlet_full(settings.outlet_share, outlet, language)
    return OmitReason.NO_ROOM, say_issue_full(settings.length, language)


def attached(digest: Digest, settings: DigestSettings) -> tuple[Story, ...]:
    """Return the stories whose new entries are committed without being shown.

    Readers know the event already, or it was let go, which this issue tells. What a story
    brings while it rests is not: it may be the news that it comes back with.
    """
    return tuple(
        o.story
        for o in digest.omissions
        if o.reason is OmitReason.LET_GO
        or (o.reason is OmitReason.ALREADY_SENT and not _rests(o.story, settings, digest.issued_at))
    )


def _rests(story: Story, settings: DigestSettings, now: datetime) -> bool:
    """Tell whether a story was carried too lately to come back, however it moved."""
    if story.earlier is None or settings.movement < 1:
        return False
    # An issue of the future was sent while the clock was wrong: nothing waits for it.
    return timedelta(0) <= now - story.earlier.issued_at < settings.cooldown


def _standing(
    story: Story,
    carried: Sequence[TopicProfile],
    settings: DigestSettings,
    slot: Slot,
    now: datetime,
) -> _Standing:
    """Put a story under the profile that it exceeds most, or misses least."""
    best: tuple[float, str, float, float] | None = None
    for profile in carried:
        score = story.score_for(profile.name)
        value = score.value if score else 0.0
        bar = round(profile.threshold + settings.threshold_shift, _DECIMALS)
        margin = round(value - bar, _DECIMALS)
        # Of equal margins the digest's first profile has it.
        if best is None or margin > best[0]:
            best = margin, profile.name, value, bar
    margin, name, value, bar = best or (0.0, "", 0.0, 0.0)
    if not name or margin < 0:
        return _Standing(story, name, value, bar, margin, _UNRANKED)
    rank = rank_story(story, value=value, bar=bar, now=now)
    ranked = _Standing(story, name, value, bar, margin, rank)
    return _as_update(ranked, settings, slot, now)


def _as_update(
    standing: _Standing, settings: DigestSettings, slot: Slot, now: datetime
) -> _Standing:
    """Return the standing with what is new, when the story was carried, rested and moved."""
    story, earlier = standing.story, standing.story.earlier
    if earlier is None or settings.movement < 1 or _rests(story, settings, now):
        return standing
    reports = [scored.entry for scored in story.entries if _passes(scored, standing)]
    moved = movement(reports, earlier)
    if moved.most < settings.movement:
        return standing
    day = (slot.local_date - earlier.first).days + 1
    return replace(standing, update=Update(day, earlier.headline, moved.news), moved=moved.points)


def _by_rank(standing: _Standing) -> tuple[float, int]:
    """Order by rank; the number breaks ties."""
    return -standing.rank.total, standing.story.number


def _by_distance(standing: _Standing) -> tuple[float, float, int]:
    """Order the eligible by rank, the others by what they lack."""
    if standing.why_not is None:
        return -standing.rank.total, 0.0, standing.story.number
    return -standing.margin, -standing.value, standing.story.number


def _passes(scored: ScoredEntry, standing: _Standing) -> bool:
    return any(
        score.profile == standing.profile and round(score.value - standing.bar, _DECIMALS) >= 0
        for score in scored.scores
    )


def _in_order(standing: _Standing, language: str, *, full: frozenset[str] = frozenset()) -> Story:
    """Return the candidate's story led by the entry that serves the reader best.

    First a report, not a post, that itself passes, so that the headline shows why the
    story is here, of an outlet that is not in `full`; in an update the one with most news;
    then a publisher before an aggregator, the digest's language, a summary that says
    something, and the earliest among equals.
    """

    if len(standing.story.entries) == 1:
        return standing.story

    def place(scored: ScoredEntry) -> tuple[object, ...]:
        entry = scored.entry
        return (
            is_platform(entry),
            not _passes(scored, standing),
            outlet_key(entry) in full,
            -standing.moved.get(entry.key, 0),
            is_second_hand(entry),
            _language_rank(entry, language),
            not adds_to(entry.summary[:LOOK_CHARS], f"{entry.outlet} {entry.title[:LOOK_CHARS]}"),
            entry.dated_at,
            entry.key,
        )

    return replace(standing.story, entries=tuple(sorted(standing.story.entries, key=place)))


def _language_rank(entry: Entry, language: str) -> int:
    if entry.language == language:
        return 0
    return 1 if entry.language is None else 2
