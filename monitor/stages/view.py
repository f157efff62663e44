"""A digest as its templates see it: plain words, safe links, local times, nothing to decide.

Pure. Every text is one clean, clipped line, every link is http(s) or "", so that a
template can be edited without knowing what feeds do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.config import DigestSettings
from monitor.model import Digest, Entry, Omission, OmitReason, Reason, Score, Story
from monitor.text import adds_to, clean, clean_link, clip, fold, link_host
from monitor.wording import say_day, say_moment, say_short_day, say_since

TITLE_MAX_CHARS = 220
SUMMARY_MAX_CHARS = 200  # two lines at 680 px
NAME_MAX_CHARS = 60  # outlets, feeds, profiles
TERM_MAX_CHARS = 30  # a chip does not wrap, and has to fit 360 px
ADVICE_MAX_CHARS = 240
ALSO_MAX = 50
REASONS_MAX = 5
MISSES_SHOWN = 5
TROUBLES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Room:
    """How much of an issue is shown; what is not becomes "+N more"."""

    stories: int | None = None  # of the whole issue, best first; None: all
    also: int = 8  # other outlets a story
    reasons: int = 5


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason; points carry their sign."""

    term: str
    points: str
    field: str  # "title", "summary" or ""


@dataclass(frozen=True, slots=True)
class AlsoView:
    """Another outlet that reports the story."""

    outlet: str
    link: str
    mark: str  # "ES" in an English digest; "" when it is in the digest's language


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story, spoken for by its lead."""

    title: str
    link: str
    outlet: str
    host: str  # ASCII; "" when the outlet's name makes it evident
    time: str
    is_dated: bool  # False: the time is that of first sight
    language: str  # of the lead, as a lang attribute; "" unknown
    mark: str
    summary: str  # "" when it says no more than the title
    also: tuple[AlsoView, ...]
    also_more_count: int
    reasons: tuple[ReasonView, ...]  # strongest first
    score: str
    rank: int  # from 0, in the whole issue: who goes first when there is no room


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section; `more_count` of its `count` stories are not shown here."""

    title: str
    count: int
    stories: tuple[StoryView, ...]

    @property
    def more_count(self) -> int:
        return self.count - len(self.stories)


@dataclass(frozen=True, slots=True)
class MissView:
    """A story left out, with what it lacked."""

    title: str
    link: str
    outlet: str
    language: str
    detail: str


@dataclass(frozen=True, slots=True)
class TroubleView:
    """A feed in trouble."""

    title: str
    problem: str
    since: str  # "since Fri 3 Jul, 06:00", "" unknown
    advice: str  # "": the templates know one for each kind of problem


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What stood behind the issue."""

    feeds_count: int
    feeds_answered_count: int
    entries_new_count: int
    entries_above_count: int
    troubles: tuple[TroubleView, ...]
    troubles_more_count: int
    since: str  # "since Sat 11 Jul, 07:00", "" in the first issue
    next_issue: str  # "Mon 13 Jul, 07:00", "" when none is due
    zone: str
    version: str


@dataclass(frozen=True, slots=True)
class IssueView:
    """Everything a template can show."""

    title: str
    language: str
    day: str  # "Sunday, 12 July 2026"
    short_day: str  # "12 Jul"
    time: str
    page: str  # the issue's page below the state folder
    headline: str  # the most important story's, "" in a quiet issue
    story_count: int  # of the whole issue, unconfirmed ones included
    report_count: int
    outlet_count: int
    foreign_count: int  # reports in another language than the digest's
    unconfirmed: SectionView | None
    sections: tuple[SectionView, ...]
    misses: tuple[MissView, ...]  # what there was no room for, then the nearest
    near_miss: MissView | None  # the best of those below the threshold
    omitted: tuple[tuple[str, int], ...]  # value of an OmitReason, how many stories
    receipt: ReceiptView


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whom the words are for."""

    language: str
    zone: ZoneInfo
    today: date

    def since(self, at: datetime | None) -> str:
        return say_since(at, self.zone, self.language, today=self.today) if at else ""

    def moment(self, at: datetime) -> str:
        return say_moment(at, self.zone, self.language, today=self.today)


def view_issue(
    digest: Digest, *, settings: DigestSettings, zone: str, unconfirmed: Sequence[Story]
) -> IssueView:
    """Return what the templates show of an issue; `fit` makes it smaller."""
    today = digest.slot.local_date
    reader = _Reader(settings.language, ZoneInfo(zone), today)
    ranks = _ranks(digest, unconfirmed)
    again = SectionView("", len(unconfirmed), _stories(unconfirmed, None, ranks, reader))
    everything = [*unconfirmed, *digest.stories]
    entries = [scored.entry for story in everything for scored in story.entries]
    below = OmitReason.BELOW_THRESHOLD
    return IssueView(
        title=_name(settings.title or digest.name),
        language=settings.language,
        day=say_day(today, settings.language),
        short_day=say_short_day(today, settings.language),
        time=f"{digest.slot.local_time:%H:%M}",
        page=f"digests/{digest.name}/{digest.slot.label}.html",
        headline=_title(_top(digest, everything).lead.entry) if everything else "",
        story_count=len(everything),
        report_count=len(entries),
        outlet_count=len({fold(entry.outlet) for entry in entries}),
        foreign_count=sum(bool(_mark(entry, settings.language)) for entry in entries),
        unconfirmed=again if unconfirmed else None,
        sections=tuple(
            SectionView(
                _name(section.profile.title),
                len(section.stories),
                _stories(section.stories, section.profile.name, ranks, reader),
            )
            for section in digest.sections
        ),
        misses=_misses(digest.omissions),
        near_miss=next((_miss(o) for o in digest.omissions if o.reason is below), None),
        omitted=_omitted(digest.omissions),
        receipt=_receipt(digest, reader, zone),
    )


def _top(digest: Digest, everything: Sequence[Story]) -> Story:
    """Return the story that the subject names: what is new goes before what is offered again."""
    return digest.stories[0] if digest.stories else everything[0]


def fit(view: IssueView, room: Room) -> IssueView:
    """Return the issue with no more shown than there is room for."""
    return replace(
        view,
        unconfirmed=_fit_section(view.unconfirmed, room) if view.unconfirmed else None,
        sections=tuple(_fit_section(section, room) for section in view.sections),
    )


def _fit_section(section: SectionView, room: Room) -> SectionView:
    return replace(
        section,
        stories=tuple(
            replace(
                story,
                also=story.also[: room.also],
                also_more_count=story.also_more_count + len(story.also[room.also :]),
                reasons=story.reasons[: room.reasons],
            )
            for story in section.stories
            if room.stories is None or story.rank < room.stories
        ),
    )


def _ranks(digest: Digest, unconfirmed: Sequence[Story]) -> Mapping[int, int]:
    """Return story number -> rank: what is offered again first, then the best margin."""
    margins = {
        story.number: score.value - section.profile.threshold
        for section in digest.sections
        for story in section.stories
        if (score := story.score_for(section.profile.name))
    }
    best_first = sorted(margins, key=lambda number: (-margins[number], number))
    return {
        number: rank
        for rank, number in enumerate([*(story.number for story in unconfirmed), *best_first])
    }


def _stories(
    stories: Iterable[Story], profile: str | None, ranks: Mapping[int, int], reader: _Reader
) -> tuple[StoryView, ...]:
    return tuple(_story(s, profile, ranks.get(s.number, 0), reader) for s in stories)


def _story(story: Story, profile: str | None, rank: int, reader: _Reader) -> StoryView:
    entry = story.lead.entry
    score = (story.score_for(profile) if profile else None) or story.score
    also = _also(story, reader.language)
    return StoryView(
        title=_title(entry),
        link=clean_link(entry.link),
        outlet=_name(entry.outlet),
        host=_host_to_show(entry),
        time=reader.moment(entry.dated_at),
        is_dated=entry.published_at is not None,
        language=_language(entry),
        mark=_mark(entry, reader.language),
        summary=_summary(entry),
        also=also[:ALSO_MAX],
        also_more_count=len(also[ALSO_MAX:]),
        reasons=_reasons(score),
        score=f"{score.value:.2f}",
        rank=rank,
    )


def _also(story: Story, language: str) -> tuple[AlsoView, ...]:
    """Return the other outlets, each once, in the story's order."""
    seen = {fold(story.lead.entry.outlet)}
    also = []
    for entry in (scored.entry for scored in story.entries[1:]):
        if fold(entry.outlet) not in seen:
            seen.add(fold(entry.outlet))
            also.append(
                AlsoView(_name(entry.outlet), clean_link(entry.link), _mark(entry, language))
            )
    return tuple(also)


def _reasons(score: Score) -> tuple[ReasonView, ...]:
    """Return the strongest reasons that speak for the story; those against only if none does."""
    speaking = [r for r in score.reasons if r.points > 0] or list(score.reasons)
    return tuple(_reason(reason) for reason in speaking[:REASONS_MAX])


def _reason(reason: Reason) -> ReasonView:
    term = _line(reason.term.rstrip("*"), TERM_MAX_CHARS)
    return ReasonView(term, f"{reason.points:+.1f}", clean(reason.field))


def _misses(omissions: Sequence[Omission]) -> tuple[MissView, ...]:
    near = [o for o in omissions if o.reason is not OmitReason.ALREADY_SENT][:MISSES_SHOWN]
    return tuple(_miss(omission) for omission in near)


def _miss(omission: Omission) -> MissView:
    entry = omission.story.lead.entry
    return MissView(
        title=_title(entry),
        link=clean_link(entry.link),
        outlet=_name(entry.outlet),
        language=_language(entry),
        detail=clean(omission.detail) or omission.reason.value,
    )


def _omitted(omissions: Sequence[Omission]) -> tuple[tuple[str, int], ...]:
    counts = Counter(omission.reason for omission in omissions)
    return tuple((reason.value, counts[reason]) for reason in OmitReason if counts[reason])


def _receipt(digest: Digest, reader: _Reader, zone: str) -> ReceiptView:
    receipt = digest.receipt
    troubles = tuple(
        TroubleView(
            title=_name(trouble.title),
            problem=_line(trouble.problem, NAME_MAX_CHARS),
            since=reader.since(trouble.since),
            advice=_line(trouble.advice, ADVICE_MAX_CHARS),
        )
        for trouble in receipt.troubles[:TROUBLES_SHOWN]
    )
    return ReceiptView(
        feeds_count=receipt.feeds_count,
        feeds_answered_count=receipt.feeds_answered_count,
        entries_new_count=receipt.entries_new_count,
        entries_above_count=receipt.entries_above_count,
        troubles=troubles,
        troubles_more_count=len(receipt.troubles) - len(troubles),
        since=reader.since(receipt.since),
        next_issue=reader.moment(receipt.next_issue_at) if receipt.next_issue_at else "",
        zone=zone,
        version=clean(receipt.version),
    )


# ---------------------------------------------------------------- one entry's words


def _title(entry: Entry) -> str:
    return _line(entry.title, TITLE_MAX_CHARS) or link_host(entry.link) or "…"


def _summary(entry: Entry) -> str:
    """Return the summary in short, "" when it says no more than the title and the outlet."""
    summary = _line(entry.summary, SUMMARY_MAX_CHARS)
    return summary if adds_to(summary, f"{_title(entry)} {_name(entry.outlet)}") else ""


def _name(text: str) -> str:
    return _line(text, NAME_MAX_CHARS)


def _line(text: str, limit: int) -> str:
    # What is cut anyway need not be cleaned; unseen characters may be many, hence the tenfold.
    return clip(clean(text[: 10 * limit]), limit)


def _language(entry: Entry) -> str:
    """Return the language for a lang attribute: what the feed says is not to be trusted there."""
    language = entry.language or ""
    return language if re.fullmatch(r"[a-z]{2,3}", language) else ""


def _mark(entry: Entry, language: str) -> str:
    own = _language(entry)
    return own.upper() if own and own != language else ""


# What stands after the name in a host: "eluniversal.com.mx", "sre.gob.mx".
_SUFFIXES = frozenset("com org net edu gov gob mil info news int co ac media press tv".split())


def _host_to_show(entry: Entry) -> str:
    """Return the link's host, "" when the outlet's name says as much."""
    host = link_host(clean_link(entry.link))
    labels = host.split(".")
    while len(labels) > 1 and (labels[-1] in _SUFFIXES or len(labels[-1]) == 2):
        labels.pop()
    name, outlet = labels[-1], re.sub(r"[\W_]", "", fold(entry.outlet))
    if host.startswith("xn--") or ".xn--" in host or len(name) < 2:
        return host
    return "" if name in outlet or (len(outlet) > 1 and outlet in name) else host
