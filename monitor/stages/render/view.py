"""A digest as its templates see it: plain words, safe links, local times, nothing to decide.

Pure. Every text is one clean, clipped line, every link is http(s) or "", so that a
template can be edited without knowing what feeds do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from monitor.config import DigestSettings
from monitor.model import (
    Digest,
    Entry,
    Omission,
    OmitReason,
    Reason,
    Score,
    Section,
    Story,
)
from monitor.stages.choose.rank import outlet_key
from monitor.stages.render.entry_words import (
    TITLE_MAX_CHARS,
    headline_of,
    host_of,
    language_of,
    mark_of,
    outlet_of,
    short_line,
    short_name,
    summary_of,
)
from monitor.stages.render.issue_view import (
    AlsoView,
    IssueView,
    LateView,
    MissView,
    RankView,
    ReasonView,
    RelatedView,
    Room,
    SectionView,
    StoryView,
    UpdateView,
)
from monitor.stages.render.links import Links
from monitor.stages.render.reader import Reader
from monitor.stages.render.receipt_view import view_balance, view_receipt, view_trends
from monitor.text import clean, clean_link, fold
from monitor.text.wording import say_day, say_short_day

TERM_MAX_CHARS = 30  # a chip does not wrap, and has to fit 360 px
ALSO_MAX = 50
REASONS_MAX = 5
_NO_LINKS = Links()
MISSES_MAX = 60  # on the page; a mail has room for fewer


def view_issue(
    digest: Digest,
    *,
    settings: DigestSettings,
    zone: str,
    unconfirmed: Sequence[Story],
    links: Links = _NO_LINKS,
) -> IssueView:
    """Return what the templates show of an issue; `fit` makes it smaller."""
    today, label = digest.slot.local_date, digest.slot.label
    reader = Reader(settings.language, ZoneInfo(zone), today, settings.threshold_shift, links)
    ranks = _ranks(digest, unconfirmed)
    again = SectionView("", len(unconfirmed), _stories(unconfirmed, None, ranks, reader))
    everything = [*unconfirmed, *digest.stories]
    entries = [scored.entry for story in everything for scored in story.entries]
    below = OmitReason.BELOW_THRESHOLD
    return IssueView(
        title=short_name(settings.title or digest.name),
        language=settings.language,
        day=say_day(today, settings.language),
        short_day=say_short_day(today, settings.language),
        time=f"{digest.slot.local_time:%H:%M}",
        page=links.issue(label) or f"digests/{digest.name}/{label}.html",
        headline=headline_of(_top(digest, everything).lead.entry) if everything else "",
        story_count=len(everything),
        report_count=len(entries),
        outlet_count=len({fold(outlet_of(entry)) for entry in entries}),
        foreign_count=sum(bool(mark_of(entry, settings.language)) for entry in entries),
        unconfirmed=again if unconfirmed else None,
        sections=tuple(_section(section, ranks, reader) for section in digest.sections),
        misses=_misses(digest.omissions, reader),
        near_miss=next((_miss(o, reader) for o in digest.omissions if o.reason is below), None),
        omitted=_omitted(digest.omissions),
        receipt=view_receipt(digest, reader, zone),
        late=_late(digest.omissions, reader),
        balance=view_balance(everything, settings.language) if everything else None,
        trends=view_trends(digest.receipt.trends, settings.language),
        is_alert=settings.kind == "alert",
        leave=links.leave(),
    )


def _section(section: Section, ranks: Mapping[int, int], reader: Reader) -> SectionView:
    stories = _stories(section.stories, section, ranks, reader)
    return SectionView(short_name(section.profile.title), len(section.stories), stories)


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
        misses_more_count=len(view.misses[room.misses :]),
        late=view.late[: room.late],
        late_more_count=len(view.late[room.late :]),
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
                related=story.related[: room.related],
                related_more_count=len(story.related[room.related :]),
            )
            for story in section.stories
            if room.stories is None or story.rank < room.stories
        ),
    )


def _ranks(digest: Digest, unconfirmed: Sequence[Story]) -> Mapping[int, int]:
    """Return story number -> place: what is offered again first, then the best rank."""
    best_first = sorted(
        _firsts(digest.stories),
        key=lambda each: (-each.rank.total if each.rank else 0.0, each.number),
    )
    return {story.number: place for place, story in enumerate([*unconfirmed, *best_first])}


def _stories(
    stories: Sequence[Story], section: Section | None, ranks: Mapping[int, int], reader: Reader
) -> tuple[StoryView, ...]:
    related: dict[int, list[Story]] = {}
    for each in stories:
        if each.under is not None:
            related.setdefault(each.under, []).append(each)
    return tuple(
        replace(
            _story(s, section, ranks[s.number], reader),
            related=tuple(_related(each, reader) for each in related.get(s.number, ())),
        )
        for s in _firsts(stories)
    )


def _firsts(stories: Iterable[Story]) -> list[Story]:
    """Return the stories that stand by themselves, without those told under another."""
    return [story for story in stories if story.under is None]


def _related(story: Story, reader: Reader) -> RelatedView:
    entry = story.lead.entry
    return RelatedView(
        title=headline_of(entry),
        link=clean_link(entry.link),
        outlet=outlet_of(entry),
        language=language_of(entry),
        mark=mark_of(entry, reader.language),
        outlet_count=len({outlet_key(scored.entry) for scored in story.entries}),
        day=story.update.day if story.update else 0,
    )


def _story(story: Story, section: Section | None, rank: int, reader: Reader) -> StoryView:
    entry = story.lead.entry
    score = _score(story, section, reader)
    also = _also(story, reader.language)
    return StoryView(
        title=headline_of(entry),
        link=clean_link(entry.link),
        outlet=outlet_of(entry),
        host=host_of(entry),
        time=reader.moment(entry.told_at),
        is_dated=entry.published_at is not None and not entry.is_ahead,
        language=language_of(entry),
        mark=mark_of(entry, reader.language),
        summary=summary_of(entry),
        also=also[:ALSO_MAX],
        also_more_count=len(also[ALSO_MAX:]),
        reasons=_reasons(score),
        score=f"{score.value:.2f}",
        rank=rank,
        standing=_standing(story),
        update=_update(story),
        number=story.number,
        more=reader.links.verdict(entry.key, score.profile, good=True),
        less=reader.links.verdict(entry.key, score.profile, good=False),
    )


def _score(story: Story, section: Section | None, reader: Reader) -> Score:
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
        short_line(update.headline, TITLE_MAX_CHARS),
        tuple(short_line(word, TERM_MAX_CHARS) for word in update.news),
    )


def _also(story: Story, language: str) -> tuple[AlsoView, ...]:
    """Return the other outlets, each once, in the story's order."""
    others: dict[str, Entry] = {}
    for scored in story.entries:
        others.setdefault(outlet_key(scored.entry) or fold(outlet_of(scored.entry)), scored.entry)
    # A feed of several outlets gives them all one name: there the host says who it is.
    shared = {name for name, count in Counter(map(outlet_of, others.values())).items() if count > 1}
    return tuple(
        AlsoView(_apart(entry, shared), clean_link(entry.link), mark_of(entry, language))
        for entry in list(others.values())[1:]
    )


def _apart(entry: Entry, shared: Container[str]) -> str:
    name = outlet_of(entry)
    return (host_of(entry) or name) if name in shared else name


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
        term=short_line(term.rstrip("*"), TERM_MAX_CHARS) or "…",
        kind=short_line(kind, TERM_MAX_CHARS),
        points=f"{sum(reason.points for reason in group):+.1f}",
        field=clean(group[0].field),
    )


def _misses(omissions: Sequence[Omission], reader: Reader) -> tuple[MissView, ...]:
    near = [o for o in omissions if o.reason is not OmitReason.ALREADY_SENT][:MISSES_MAX]
    return tuple(_miss(omission, reader) for omission in near)


def _miss(omission: Omission, reader: Reader) -> MissView:
    entry, profile = omission.story.lead.entry, omission.story.score.profile
    return MissView(
        title=headline_of(entry),
        link=clean_link(entry.link),
        outlet=outlet_of(entry),
        language=language_of(entry),
        detail=clean(omission.detail) or omission.reason.value,
        wanted=reader.links.verdict(entry.key, profile, good=True),
    )


def _late(omissions: Sequence[Omission], reader: Reader) -> tuple[LateView, ...]:
    """Return the stories that were sent before and reported on since."""
    sent = [o for o in omissions if o.reason is OmitReason.ALREADY_SENT][:MISSES_MAX]
    return tuple(
        LateView(
            title=headline_of(omission.story.lead.entry),
            link=clean_link(omission.story.lead.entry.link),
            language=language_of(omission.story.lead.entry),
            detail=clean(omission.detail),
            outlets=tuple(dict.fromkeys(outlet_of(e.entry) for e in omission.story.entries))[
                :ALSO_MAX
            ],
            page=reader.links.story(omission.story.lead.entry.key),
        )
        for omission in sent
    )


def _omitted(omissions: Sequence[Omission]) -> tuple[tuple[str, int], ...]:
    counts = Counter(omission.reason for omission in omissions)
    return tuple((reason.value, counts[reason]) for reason in OmitReason if counts[reason])
