"""Stories -> digest: which stories an issue carries, in which order, and why the others not.

Pure. The order of the candidates never matters, and each one is either chosen or
has exactly one omission.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.config import DigestSettings
from monitor.model import (
    Digest,
    Entry,
    Omission,
    OmitReason,
    Receipt,
    ScoredEntry,
    Section,
    Slot,
    Story,
    TopicProfile,
)
from monitor.text import adds_to, link_host
from monitor.wording import (
    say_issue_full,
    say_issue_of,
    say_no_profile,
    say_outlet_full,
    say_shortfall,
)

# A flooding outlet (promise H16) may lead this many stories of one issue, whatever its length.
OUTLET_LEADS_MAX = 50

SHOWN_MAX = 50  # omissions whose entries are put in order, for somebody may read them
LOOK_CHARS = 400  # of a summary, to tell whether it says something

# Links of these hosts lead to a page about a page: a publisher's own link is better.
AGGREGATORS = frozenset({"news.google.com", "news.yahoo.com", "msn.com", "flipboard.com"})

# Scores and thresholds are written with two or three decimals; 0.4 + 0.2 is not 0.6 in binary.
_DECIMALS = 6

# What a reader may miss comes first: passed but no room, then nearly passed, then seen before.
_OMISSIONS_ORDER = (OmitReason.NO_ROOM, OmitReason.BELOW_THRESHOLD, OmitReason.ALREADY_SENT)


@dataclass(frozen=True, slots=True)
class _Standing:
    """A candidate under the profile that suits it best."""

    story: Story
    profile: TopicProfile | None  # None: the digest carries no profile
    value: float
    bar: float  # what the value had to reach

    @property
    def margin(self) -> float:
        return round(self.value - self.bar, _DECIMALS)


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
    profile it exceeds most. The best `settings.length` of the eligible are carried. A
    story that this digest carried before is left out, whatever its new entries score.
    """
    carried = [p for p in profiles if not settings.profiles or p.name in settings.profiles]
    standings = sorted((_standing(s, carried, settings) for s in candidates), key=_best_first)
    sections: dict[str, list[Story]] = {}
    left_out: list[tuple[_Standing, OmitReason, str]] = []
    leads: Counter[str] = Counter()
    for standing in standings:
        why = _why_not(standing, settings.length - leads.total(), settings)
        story = standing.story if why else _in_order(standing, settings.language)
        outlet = story.lead.entry.outlet
        if not why and leads[outlet] >= OUTLET_LEADS_MAX:
            detail = say_outlet_full(OUTLET_LEADS_MAX, outlet, settings.language)
            why = OmitReason.NO_ROOM, detail
        if why:
            left_out.append((standing, *why))
        elif standing.profile:
            sections.setdefault(standing.profile.name, []).append(story)
            leads[outlet] += 1
    by_name = {profile.name: profile for profile in carried}
    chosen = tuple(Section(by_name[key], tuple(stories)) for key, stories in sections.items())
    return Digest(name, slot, issued_at, chosen, _omissions(left_out, settings), receipt)


def _omissions(
    left_out: list[tuple[_Standing, OmitReason, str]], settings: DigestSettings
) -> tuple[Omission, ...]:
    """Return the omissions, what a reader may miss most first."""
    left_out.sort(key=lambda each: _OMISSIONS_ORDER.index(each[1]))
    return tuple(
        # Only the first are ever shown, and there may be thousands.
        Omission(
            _in_order(standing, settings.language) if place < SHOWN_MAX else standing.story,
            reason,
            detail,
        )
        for place, (standing, reason, detail) in enumerate(left_out)
    )


def attached(digest: Digest) -> tuple[Story, ...]:
    """Return the stories that this digest carried before.

    Their new entries are committed without being shown: the reader knows the event.
    """
    return tuple(o.story for o in digest.omissions if o.reason is OmitReason.ALREADY_SENT)


def _standing(story: Story, carried: Sequence[TopicProfile], settings: DigestSettings) -> _Standing:
    """Put a story under the profile that it exceeds most, or misses least."""
    best = _Standing(story, None, 0.0, 0.0)
    for profile in carried:
        score = story.score_for(profile.name)
        bar = round(profile.threshold + settings.threshold_shift, _DECIMALS)
        standing = _Standing(story, profile, score.value if score else 0.0, bar)
        # Of equal margins the digest's first profile has it.
        if best.profile is None or standing.margin > best.margin:
            best = standing
    return best


def _best_first(standing: _Standing) -> tuple[float, float, int, int]:
    """Order by margin, then score, then how many outlets report it; the number breaks ties."""
    outlets = {scored.entry.outlet for scored in standing.story.entries}
    return -standing.margin, -standing.value, -len(outlets), standing.story.number


def _why_not(
    standing: _Standing, room: int, settings: DigestSettings
) -> tuple[OmitReason, str] | None:
    """Return why a story is not carried, None when it is."""
    issued, language = standing.story.issued, settings.language
    if issued is not None:
        return OmitReason.ALREADY_SENT, say_issue_of(issued, language)
    if standing.profile is None:
        return OmitReason.BELOW_THRESHOLD, say_no_profile(language)
    if standing.margin < 0:
        detail = say_shortfall(standing.value, standing.bar, language)
        return OmitReason.BELOW_THRESHOLD, detail
    if room <= 0:
        return OmitReason.NO_ROOM, say_issue_full(settings.length, language)
    return None


def _in_order(standing: _Standing, language: str) -> Story:
    """Return the candidate's story led by the entry that serves the reader best.

    First an entry that itself passes, so that the headline shows why the story is here;
    then a publisher before an aggregator, the digest's language, a summary that says
    something, and the earliest among equals.
    """

    profile = standing.profile.name if standing.profile else ""

    def place(scored: ScoredEntry) -> tuple[object, ...]:
        entry = scored.entry
        passes = any(
            score.profile == profile and round(score.value - standing.bar, _DECIMALS) >= 0
            for score in scored.scores
        )
        return (
            not passes,
            link_host(entry.link) in AGGREGATORS or not entry.link,
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
