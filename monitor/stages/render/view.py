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
from monitor.model import (
    Digest,
    Entry,
    FeedChange,
    Omission,
    OmitReason,
    Reason,
    Score,
    Section,
    Story,
)
from monitor.stages.choose.balance import country_of
from monitor.stages.choose.rank import host_name, is_second_hand, is_suffix, outlet_key, squeeze
from monitor.stages.render.issue_view import (
    AlsoView,
    BalanceView,
    IssueView,
    LateView,
    MissView,
    NewsView,
    RankView,
    ReasonView,
    ReceiptView,
    Room,
    SectionView,
    StoryView,
    TroubleView,
    UpdateView,
)
from monitor.text import adds_to, clean, clean_link, clip, fold, link_host
from monitor.text.wording import say_day, say_moment, say_short_day, say_since

TITLE_MAX_CHARS = 220
SUMMARY_MAX_CHARS = 180  # two lines at 680 px
NAME_MAX_CHARS = 60  # outlets, feeds, profiles
TERM_MAX_CHARS = 30  # a chip does not wrap, and has to fit 360 px
ADVICE_MAX_CHARS = 240
PROBLEM_MAX_CHARS = 160  # what happened, in full where it is one sentence
ALSO_MAX = 50
REASONS_MAX = 5
MISSES_MAX = 60  # on the page; a mail has room for fewer
TROUBLES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whom the words are for."""

    language: str
    zone: ZoneInfo
    today: date
    shift: float = 0.0  # of every threshold

    def since(self, at: datetime | None) -> str:
        return say_since(at, self.zone, self.language, today=self.today) if at else ""

    def moment(self, at: datetime) -> str:
        return say_moment(at, self.zone, self.language, today=self.today)


def view_issue(
    digest: Digest, *, settings: DigestSettings, zone: str, unconfirmed: Sequence[Story]
) -> IssueView:
    """Return what the templates show of an issue; `fit` makes it smaller."""
    today = digest.slot.local_date
    reader = _Reader(settings.language, ZoneInfo(zone), today, settings.threshold_shift)
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
        outlet_count=len({fold(_outlet(entry)) for entry in entries}),
        foreign_count=sum(bool(_mark(entry, settings.language)) for entry in entries),
        unconfirmed=again if unconfirmed else None,
        sections=tuple(
            SectionView(
                _name(section.profile.title),
                len(section.stories),
                _stories(section.stories, section, ranks, reader),
            )
            for section in digest.sections
        ),
        misses=_misses(digest.omissions),
        near_miss=next((_miss(o) for o in digest.omissions if o.reason is below), None),
        omitted=_omitted(digest.omissions),
        receipt=_receipt(digest, reader, zone),
        late=_late(digest.omissions),
        balance=_balance(everything, settings.language) if everything else None,
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
        misses=view.misses[: room.misses],
        late=view.late[: room.late],
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
    """Return story number -> place: what is offered again first, then the best rank."""
    best_first = sorted(
        digest.stories, key=lambda each: (-each.rank.total if each.rank else 0.0, each.number)
    )
    return {story.number: place for place, story in enumerate([*unconfirmed, *best_first])}


def _stories(
    stories: Iterable[Story], section: Section | None, ranks: Mapping[int, int], reader: _Reader
) -> tuple[StoryView, ...]:
    return tuple(_story(s, section, ranks[s.number], reader) for s in stories)


def _story(story: Story, section: Section | None, rank: int, reader: _Reader) -> StoryView:
    entry = story.lead.entry
    score = _score(story, section, reader)
    also = _also(story, reader.language)
    return StoryView(
        title=_title(entry),
        link=clean_link(entry.link),
        outlet=_outlet(entry),
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
        standing=_standing(story),
        update=_update(story),
    )


def _score(story: Story, section: Section | None, reader: _Reader) -> Score:
    """Return the score that brought a story where it stands.

    The lead's own when that passes: its reasons are words of the headline above them.
    """
    if section is None:
        return story.score
    profile = section.profile
    bar = round(profile.threshold + reader.shift, 6)
    for score in story.lead.scores:
        if score.profile == profile.name and round(score.value, 6) >= bar:
            return score
    return story.score_for(profile.name) or story.score


def _standing(story: Story) -> RankView | None:
    rank = story.rank
    if rank is None:
        return None
    return RankView(
        total=f"{rank.total:.1f}",
        strength=f"{rank.strength:.1f}",
        outlets=f"{rank.outlets:.1f}",
        freshness=f"{rank.freshness:.1f}",
        outlet_count=rank.outlet_count,
    )


def _update(story: Story) -> UpdateView | None:
    update = story.update
    if update is None:
        return None
    return UpdateView(
        update.day,
        _line(update.headline, TITLE_MAX_CHARS),
        tuple(_line(word, TERM_MAX_CHARS) for word in update.news),
    )


def _also(story: Story, language: str) -> tuple[AlsoView, ...]:
    """Return the other outlets, each once, in the story's order."""
    others: dict[str, Entry] = {}
    for scored in story.entries:
        others.setdefault(outlet_key(scored.entry) or fold(_outlet(scored.entry)), scored.entry)
    return tuple(
        AlsoView(_outlet(entry), clean_link(entry.link), _mark(entry, language))
        for entry in list(others.values())[1:]
    )


def _reasons(score: Score) -> tuple[ReasonView, ...]:
    """Return the strongest reasons that speak for the story; those against only if none does.

    A term that counts twice, for its party and for the theme, say, is one to the reader.
    """
    speaking = [r for r in score.reasons if r.points > 0] or list(score.reasons)
    merged: dict[str, list[Reason]] = {}
    for reason in speaking:
        merged.setdefault(fold(reason.term.rpartition(": ")[2]), []).append(reason)
    strongest = sorted(merged.values(), key=lambda group: -abs(sum(r.points for r in group)))
    return tuple(_reason(group) for group in strongest[:REASONS_MAX])


def _reason(group: Sequence[Reason]) -> ReasonView:
    # The scorer writes "Mexico: Sheinbaum": what it is evidence of, then the term.
    kind, _, term = group[0].term.rpartition(": ")
    return ReasonView(
        term=_line(term.rstrip("*"), TERM_MAX_CHARS) or "…",
        kind=_line(kind, TERM_MAX_CHARS),
        points=f"{sum(reason.points for reason in group):+.1f}",
        field=clean(group[0].field),
    )


def _misses(omissions: Sequence[Omission]) -> tuple[MissView, ...]:
    near = [o for o in omissions if o.reason is not OmitReason.ALREADY_SENT][:MISSES_MAX]
    return tuple(_miss(omission) for omission in near)


def _miss(omission: Omission) -> MissView:
    entry = omission.story.lead.entry
    return MissView(
        title=_title(entry),
        link=clean_link(entry.link),
        outlet=_outlet(entry),
        language=_language(entry),
        detail=clean(omission.detail) or omission.reason.value,
    )


def _late(omissions: Sequence[Omission]) -> tuple[LateView, ...]:
    """Return the stories that were sent before and reported on since."""
    sent = [o for o in omissions if o.reason is OmitReason.ALREADY_SENT][:MISSES_MAX]
    return tuple(
        LateView(
            title=_title(omission.story.lead.entry),
            link=clean_link(omission.story.lead.entry.link),
            language=_language(omission.story.lead.entry),
            detail=clean(omission.detail),
            outlets=tuple(dict.fromkeys(_outlet(e.entry) for e in omission.story.entries))[
                :ALSO_MAX
            ],
        )
        for omission in sent
    )


def _balance(stories: Sequence[Story], language: str) -> BalanceView:
    """Count the leads by country, as their feeds' folders tell it, and by language.

    Behind an aggregator the folder says nothing about the outlet.
    """
    leads = [story.lead for story in stories]
    countries = Counter(
        country
        for lead in leads
        if not is_second_hand(lead.entry) and (country := country_of(lead.topics, language))
    )
    languages = Counter(_language(lead.entry) for lead in leads)
    languages.pop("", None)
    return BalanceView(len(leads), tuple(countries.most_common()), tuple(languages.most_common()))


def _omitted(omissions: Sequence[Omission]) -> tuple[tuple[str, int], ...]:
    counts = Counter(omission.reason for omission in omissions)
    return tuple((reason.value, counts[reason]) for reason in OmitReason if counts[reason])


def _receipt(digest: Digest, reader: _Reader, zone: str) -> ReceiptView:
    receipt = digest.receipt
    troubles = tuple(
        TroubleView(
            title=_name(trouble.title),
            problem=_line(trouble.problem, PROBLEM_MAX_CHARS),
            kind=trouble.kind or trouble.problem,
            since=reader.since(trouble.since),
            advice=_line(trouble.advice, ADVICE_MAX_CHARS),
        )
        for trouble in receipt.troubles[:TROUBLES_SHOWN]
    )
    # A feed that broke stands among the troubles already.
    news = [each for each in receipt.news if each.change is not FeedChange.BROKE]
    return ReceiptView(
        feeds_count=receipt.feeds_count,
        feeds_answered_count=receipt.feeds_answered_count,
        entries_new_count=receipt.entries_new_count,
        entries_above_count=receipt.entries_above_count,
        troubles=troubles,
        troubles_more_count=len(receipt.troubles) - len(troubles),
        news=tuple(
            NewsView(_name(each.title), each.change.value, _line(each.detail, PROBLEM_MAX_CHARS))
            for each in news[:TROUBLES_SHOWN]
        ),
        since=reader.since(receipt.since),
        next_issue=reader.moment(receipt.next_issue_at) if receipt.next_issue_at else "",
        zone=zone,
        version=clean(receipt.version),
    )


# ---------------------------------------------------------------- one entry's words


def _title(entry: Entry) -> str:
    """Return the headline; aggregators put " - The Outlet" behind it, which is told anyway."""
    title = clean(entry.title[: 10 * TITLE_MAX_CHARS])
    headline, dash, tail = title.rpartition(" - ")
    if dash and headline and fold(tail) == fold(clean(entry.outlet[:NAME_MAX_CHARS])):
        title = headline
    return clip(title, TITLE_MAX_CHARS) or link_host(entry.link) or "…"


def _outlet(entry: Entry) -> str:
    return _name(entry.outlet) or link_host(clean_link(entry.link)) or "…"


def _summary(entry: Entry) -> str:
    """Return the summary in short, "" when it says no more than the title and the outlet."""
    summary = _line(entry.summary, SUMMARY_MAX_CHARS)
    return summary if adds_to(summary, f"{_title(entry)} {_outlet(entry)}") else ""


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


def _host_to_show(entry: Entry) -> str:
    """Return the link's host, "" when the outlet's name says as much."""
    host = link_host(clean_link(entry.link))
    name, outlet = host_name(host), squeeze(_outlet(entry))
    if host.startswith("xn--") or ".xn--" in host or len(name) < 2 or is_suffix(name):
        return host
    return "" if name in outlet or (len(outlet) > 1 and outlet in name) else host
