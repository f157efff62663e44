"""Stories -> digest: which stories an issue carries, in which order, and why the others not.

Pure. The order of the candidates never matters, and each one is either chosen or
has exactly one omission. docs/ranking.md tells the rules to readers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

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
    Shown,
    Slot,
    Story,
    TopicProfile,
    Update,
)
from monitor.stages.choose.memory import Memory
from monitor.stages.choose.movement import movement
from monitor.stages.choose.rank import outlet_key, outlet_of, rank_story
from monitor.stages.choose.saga import Sagas
from monitor.text import adds_to
from monitor.text.wording import (
    say_issue_full,
    say_issue_of,
    say_let_go,
    say_no_profile,
    say_outlet_full,
    say_shortfall,
)

LOOKED_AT = 60  # of the best, for sagas and for what was told; of a long issue twice its length
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
# The same few words are said of thousands of stories.
_say_issue_of = lru_cache(maxsize=256)(say_issue_of)
_say_issue_full = lru_cache(maxsize=16)(say_issue_full)
_UNRANKED = Rank(0.0, 0.0, 0.0)  # of a story that is not eligible anyway
_NOTHING_NEW: Mapping[EntryKey, int] = MappingProxyType({})


class _Standing(NamedTuple):
    """A candidate under the profile that suits it best."""

    story: Story
    profile: str  # its name; "": the digest carries no profile
    value: float
    bar: float  # what the value had to reach
    margin: float  # of the value over the bar, without the dust of binary fractions
    rank: Rank
    why_not: OmitReason | None  # of the roomiest issue; None: it is eligible
    update: Update | None = None  # it was carried before, and moved since
    moved: Mapping[EntryKey, int] = _NOTHING_NEW


def choose_stories(
    candidates: Sequence[Story],
    *,
    name: str,
    slot: Slot,
    settings: DigestSettings,
    profiles: Sequence[TopicProfile],
    receipt: Receipt,
    issued_at: datetime,
    shown: Sequence[Shown] = (),
) -> Digest:
    """Choose what one issue of a digest carries.

    A story is eligible when its best score for one of the digest's profiles is at or
    over that profile's threshold plus `threshold_shift`; it stands in the section of the
    profile it exceeds most. The best `settings.length` of the eligible by rank are carried,
    of which one outlet leads `outlet_share` at most while others wait. Up to `settings.related`
    others of its saga stand under each, and take no room. A story that this digest carried
    before comes back only if it moved, and so does one that is like one of the stories `shown`
    lately; one that found no room in `patience` issues is let go.
    """
    carried = [p for p in profiles if not settings.profiles or p.name in settings.profiles]
    shift = settings.threshold_shift
    bars = [(each.name, round(each.threshold + shift, _DECIMALS)) for each in carried]
    standings = [_standing(each, bars, settings, slot, issued_at) for each in candidates]
    if shown:
        standings = _recalled(standings, Memory(shown), settings, slot, issued_at)
    eligible = sorted((each for each in standings if each.why_not is None), key=_by_rank)
    best = eligible[: _looked_at(settings)] if settings.related else []
    ordered = {each.story.number: _in_order(each, settings.language) for each in best}
    chosen = _choose(eligible, ordered, settings)
    sections: dict[str, list[Story]] = {}
    for standing in eligible:
        story = chosen.get(standing.story.number)
        if story and story.under is None:
            related = (each for each in chosen.values() if each.under == story.number)
            sections.setdefault(standing.profile, []).append(story)
            sections[standing.profile].extend(sorted(related, key=_by_total))
    by_name = {profile.name: profile for profile in carried}
    waiting = [each for each in eligible if each.story.number not in chosen]
    others = [each for each in standings if each.why_not is not None]
    left_out = (*waiting, *sorted(others, key=_by_distance))
    return Digest(
        name,
        slot,
        issued_at,
        tuple(Section(by_name[key], tuple(stories)) for key, stories in sections.items()),
        _omissions(left_out, ordered, chosen.values(), settings),
        receipt,
    )


def _choose(
    eligible: Sequence[_Standing], ordered: Mapping[int, Story], settings: DigestSettings
) -> dict[int, Story]:
    """Return the stories there is room for, by number: each outlet's share first, then the rest.

    `ordered` are the best, which may be of one saga: a story of one that is told already
    goes under it, and needs no room.
    """
    chosen: dict[int, Story] = {}
    leads: Counter[str] = Counter()
    room = settings.length
    sagas = Sagas(ordered.values())
    for share in (settings.outlet_share, settings.length):
        for place, standing in enumerate(eligible):
            number = standing.story.number
            if not room and place >= len(ordered):
                break
            first = None if number in chosen else sagas.first_of(number, settings.related)
            if number in chosen or (not room and first is None):
                continue
            full = _full(leads, share)
            story = ordered.get(number) if not full else None
            story = story or _in_order(standing, settings.language, full=full)
            outlet = outlet_key(story.lead.entry)
            if first is None and leads[outlet] >= share:
                continue
            if first is None:
                leads[outlet] += 1
                room -= 1
            sagas.add(number, first)
            chosen[number] = replace(story, rank=standing.rank, update=standing.update, under=first)
    return chosen


def _looked_at(settings: DigestSettings) -> int:
    return max(LOOKED_AT, 2 * settings.length)


def _recalled(
    standings: Sequence[_Standing],
    memory: Memory,
    settings: DigestSettings,
    slot: Slot,
    now: datetime,
) -> list[_Standing]:
    """Return the standings, the best with what readers know of them under another number."""
    eligible = sorted((each for each in standings if each.why_not is None), key=_by_rank)
    known: dict[int, _Standing] = {}
    for standing in eligible[: _looked_at(settings)]:
        story = memory.recall(standing.story)
        if story is not standing.story:
            sent = standing._replace(story=story, why_not=OmitReason.ALREADY_SENT)
            known[story.number] = _as_update(sent, settings, slot, now)
    return [known.get(each.story.number, each) for each in standings]


def _full(leads: Mapping[str, int], share: int) -> frozenset[str]:
    return frozenset(outlet for outlet, count in leads.items() if count >= share)


def _omissions(
    left_out: Iterable[_Standing],
    ordered: Mapping[int, Story],
    chosen: Iterable[Story],
    settings: DigestSettings,
) -> tuple[Omission, ...]:
    """Return the omissions, what a reader may miss most first."""
    leads = Counter(outlet_key(story.lead.entry) for story in chosen if story.under is None)
    full = _full(leads, settings.outlet_share)
    told: dict[OmitReason, list[tuple[_Standing, str]]] = {each: [] for each in _OMISSIONS_ORDER}
    for standing in left_out:
        reason, detail = _told(standing, full, settings)
        told[reason].append((standing, detail))
    found: list[Omission] = []
    for reason, several in told.items():
        for standing, detail in several:
            story = standing.story
            # Only the first are ever shown, and there may be thousands.
            if len(found) < SHOWN_MAX:
                story = ordered.get(story.number) or _in_order(standing, settings.language)
            if standing.why_not is None:
                story = _placed(story, standing.rank)
            found.append(Omission(story, reason, detail))
    return tuple(found)


def _placed(story: Story, rank: Rank) -> Story:
    """Return a story with its rank; in full, for `replace` takes five times as long."""
    return Story(
        story.number,
        story.entries,
        story.issued,
        story.earlier,
        story.passed_over,
        rank,
        story.update,
        story.under,
    )


def _told(
    standing: _Standing, full: frozenset[str], settings: DigestSettings
) -> tuple[OmitReason, str]:
    """Return why a story is not carried, and in which words."""
    story, language = standing.story, settings.language
    if standing.why_not is OmitReason.ALREADY_SENT and story.issued:
        return OmitReason.ALREADY_SENT, _say_issue_of(story.issued, language)
    if not standing.profile:
        return OmitReason.BELOW_THRESHOLD, say_no_profile(language)
    if standing.why_not:
        detail = say_shortfall(standing.value, standing.bar, language)
        return OmitReason.BELOW_THRESHOLD, detail
    issue_count = story.passed_over + 1
    if issue_count >= settings.patience:
        return OmitReason.LET_GO, say_let_go(issue_count, language)
    if full and all(outlet_key(entry) in full for entry in _passing(standing)):
        outlet = min(entry.outlet for entry in _passing(standing))
        return OmitReason.OUTLET_FULL, say_outlet_full(settings.outlet_share, outlet, language)
    return OmitReason.NO_ROOM, _say_issue_full(settings.length, language)


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
    bars: Sequence[tuple[str, float]],
    settings: DigestSettings,
    slot: Slot,
    now: datetime,
) -> _Standing:
    """Put a story under the profile that it exceeds most, or misses least.

    `bars` are the digest's profiles, each with what a score has to reach.
    """
    values = _best_values(story)
    best: tuple[float, str, float, float] | None = None
    for profile, profile_bar in bars:
        profile_value = values.get(profile, 0.0)
        over = round(profile_value - profile_bar, _DECIMALS)
        # Of equal margins the digest's first profile has it.
        if best is None or over > best[0]:
            best = over, profile, profile_value, profile_bar
    margin, name, value, bar = best or (0.0, "", 0.0, 0.0)
    sent = OmitReason.ALREADY_SENT if story.issued is not None else None
    if not name or margin < 0:
        below = sent or OmitReason.BELOW_THRESHOLD
        return _Standing(story, name, value, bar, margin, _UNRANKED, below)
    rank = rank_story(story, value=value, bar=bar, now=now)
    standing = _Standing(story, name, value, bar, margin, rank, sent)
    return _as_update(standing, settings, slot, now)


def _best_values(story: Story) -> Mapping[str, float]:
    """Return the best score's value for each profile that scored any of a story's entries."""
    found: dict[str, float] = {}
    for scored in story.entries:
        for score in scored.scores:
            if score.value > found.get(score.profile, -1.0):
                found[score.profile] = score.value
    return found


def _as_update(
    standing: _Standing, settings: DigestSettings, slot: Slot, now: datetime
) -> _Standing:
    """Return the standing with what is new, when the story was carried, rested and moved."""
    story, earlier = standing.story, standing.story.earlier
    if earlier is None or settings.movement < 1 or _rests(story, settings, now):
        return standing
    moved = movement(list(_passing(standing)), earlier, least=settings.movement)
    if moved.most < settings.movement:
        return standing
    day = (slot.local_date - earlier.first).days + 1
    update = Update(day, earlier.headline, moved.news)
    return standing._replace(why_not=None, update=update, moved=moved.points)


def _by_rank(standing: _Standing) -> tuple[float, int]:
    """Order by rank; the number breaks ties."""
    return -standing.rank.total, standing.story.number


def _by_total(story: Story) -> tuple[float, int]:
    """Order chosen stories by rank, as `_by_rank` does."""
    return -(story.rank or _UNRANKED).total, story.number


def _by_distance(standing: _Standing) -> tuple[float, float, int]:
    """Order those that are not eligible by what they lack."""
    return -standing.margin, -standing.value, standing.story.number


def _passing(standing: _Standing) -> Iterator[Entry]:
    """Yield the entries of a story that themselves pass."""
    return (scored.entry for scored in standing.story.entries if _passes(scored, standing))


def _passes(scored: ScoredEntry, standing: _Standing) -> bool:
    for score in scored.scores:
        if score.profile == standing.profile and round(score.value - standing.bar, _DECIMALS) >= 0:
            return True
    return False


def _in_order(standing: _Standing, language: str, *, full: frozenset[str] = frozenset()) -> Story:
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
            not _passes(scored, standing),
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
