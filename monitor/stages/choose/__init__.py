"""Stories -> digest: which stories an issue carries, in which order, and why the others not.

Pure. The order of the candidates never matters, and each one is either chosen or
has exactly one omission. docs/ranking.md tells the rules to readers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.config import DigestSettings
from monitor.model import (
    Digest,
    OmitReason,
    Receipt,
    Section,
    Shown,
    Slot,
    Story,
    TopicProfile,
    Update,
)
from monitor.stages.choose.leaving import full_outlets, omissions
from monitor.stages.choose.memory import Memory, Recalled
from monitor.stages.choose.rank import outlet_key
from monitor.stages.choose.saga import Sagas
from monitor.stages.choose.standing import (
    DECIMALS,
    UNRANKED,
    Standing,
    as_update,
    in_order,
    rests,
    standing_of,
)

LOOKED_AT = 60  # of the best, for sagas and for what was told; of a long issue twice its length


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
    bars = [(each.name, round(each.threshold + shift, DECIMALS)) for each in carried]
    standings = [standing_of(each, bars, settings, slot, issued_at) for each in candidates]
    if shown:
        standings = _recalled(standings, Memory(shown), settings, slot, issued_at)
    eligible = sorted((each for each in standings if each.why_not is None), key=_by_rank)
    best = eligible[: _looked_at(settings)] if settings.related else []
    ordered = {each.story.number: in_order(each, settings.language) for each in best}
    chosen = _choose(eligible, ordered, settings, shown)
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
        omissions(left_out, ordered, chosen.values(), settings),
        receipt,
    )


def _choose(
    eligible: Sequence[Standing],
    ordered: Mapping[int, Story],
    settings: DigestSettings,
    shown: Sequence[Shown],
) -> dict[int, Story]:
    """Return the stories there is room for, by number: each outlet's share first, then the rest.

    `ordered` are the best, which may be of one saga: a story of one that is told already
    goes under it, and needs no room.
    """
    chosen: dict[int, Story] = {}
    leads: Counter[str] = Counter()
    room = settings.length
    sagas = Sagas(ordered.values(), shown, most=settings.related + 1)
    for share in (settings.outlet_share, settings.length):
        for place, standing in enumerate(eligible):
            number = standing.story.number
            if not room and place >= len(ordered):
                break
            first = None if number in chosen else sagas.first_of(number)
            if number in chosen or (not room and first is None):
                continue
            full = full_outlets(leads, share)
            story = ordered.get(number) if not full else None
            story = story or in_order(standing, settings.language, full=full)
            outlet = outlet_key(story.lead.entry)
            if first is None and leads[outlet] >= share:
                continue
            if first is None:
                leads[outlet] += 1
                room -= 1
            sagas.add(number)
            chosen[number] = replace(story, rank=standing.rank, update=standing.update, under=first)
    return chosen


def _looked_at(settings: DigestSettings) -> int:
    return max(LOOKED_AT, 2 * settings.length)


def _recalled(
    standings: Sequence[Standing],
    memory: Memory,
    settings: DigestSettings,
    slot: Slot,
    now: datetime,
) -> list[Standing]:
    """Return the standings, the best with what readers know of them under another number."""
    eligible = sorted((each for each in standings if each.why_not is None), key=_by_rank)
    known: dict[int, Standing] = {}
    for standing in eligible[: _looked_at(settings)]:
        recalled = memory.recall(standing.story)
        if recalled:
            known[standing.story.number] = _told_before(standing, recalled, settings, slot, now)
    return [known.get(each.story.number, each) for each in standings]


def _told_before(
    standing: Standing, recalled: Recalled, settings: DigestSettings, slot: Slot, now: datetime
) -> Standing:
    """Return the standing of a story that is like one told before: an update, or already sent.

    Where that may have been another event it is carried all the same, with what came earlier.
    """
    earlier = recalled.shown.earlier
    story = replace(standing.story, issued=recalled.shown.issued, earlier=earlier)
    sent = standing._replace(story=story, why_not=OmitReason.ALREADY_SENT)
    told = as_update(sent, settings, slot, now)
    if recalled.is_known:
        return told
    day = (slot.local_date - earlier.first).days + 1
    update = told.update or Update(day, earlier.headline, ())
    return standing._replace(update=update, moved=told.moved)


def attached(digest: Digest, settings: DigestSettings) -> tuple[Story, ...]:
    """Return the stories whose new entries are committed without being shown.

    Readers know the event already, or it was let go, which this issue tells. What a story
    brings while it rests is not: it may be the news that it comes back with.
    """
    return tuple(
        o.story
        for o in digest.omissions
        if o.reason is OmitReason.LET_GO
        or (o.reason is OmitReason.ALREADY_SENT and not rests(o.story, settings, digest.issued_at))
    )


def _by_rank(standing: Standing) -> tuple[float, int]:
    """Order by rank; the number breaks ties."""
    return -standing.rank.total, standing.story.number


def _by_total(story: Story) -> tuple[float, int]:
    """Order chosen stories by rank, as `_by_rank` does."""
    return -(story.rank or UNRANKED).total, story.number


def _by_distance(standing: Standing) -> tuple[float, float, int]:
    """Order those that are not eligible by what they lack."""
    return -standing.margin, -standing.value, standing.story.number
