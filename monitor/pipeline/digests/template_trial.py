"""A home's own templates tried before an issue needs them, on a sample that shows everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Final

from monitor.config import DigestSettings
from monitor.errors import RenderError
from monitor.model import (
    Digest,
    Entry,
    EntryKey,
    FeedChange,
    FeedNews,
    FeedTrouble,
    Omission,
    OmitReason,
    Problem,
    Rank,
    Reason,
    Receipt,
    Score,
    ScoredEntry,
    Section,
    Slot,
    Story,
    TopicProfile,
    Trend,
    Update,
    Upkeep,
)
from monitor.stages.render import Links, render_issue

_AT: Final = datetime(2026, 7, 12, 13, tzinfo=UTC)
_SLOT: Final = Slot(date(2026, 7, 12), time(7), _AT)
_PROFILE: Final = TopicProfile("sample", "Sample", "A sample.", 0.5, {"water": 1.0})
_LINKS: Final = Links(
    base="https://news.example.org",
    mark="sample",
    digest="sample",
    reader="reader@example.org",
    numbers={EntryKey(0, str(number)): number for number in range(300)},
)
_LANGUAGES: Final = ("en", "es")
_CROWD: Final = 60  # stories: more than a mail has room for


def faults_of(templates: Mapping[str, str]) -> tuple[RenderError, ...]:
    """Return what is wrong with templates, each template and line once; () when nothing is.

    A sample is rendered in both languages: an issue with all that one can hold, a quiet one
    and an alert, with links and without. A fault ends one sample, and hides what follows it.
    """
    found: dict[tuple[str, int | None], RenderError] = {}
    for (digest, settings, unconfirmed), links in product(_samples(), (_LINKS, Links())):
        try:
            render_issue(
                digest,
                settings=settings,
                zone="America/Mexico_City",
                templates=templates,
                unconfirmed=unconfirmed,
                links=links,
            )
        except RenderError as error:
            found.setdefault((error.template, error.line), error)
    return tuple(found.values())


def _samples() -> Iterator[tuple[Digest, DigestSettings, tuple[Story, ...]]]:
    """Yield digests with the settings they are rendered by, and what is offered again."""
    full = Digest("sample", _SLOT, _AT, (Section(_PROFILE, _stories()),), _omissions(), _receipt())
    many = tuple(_story(100 + n, f"Story {n}", 12) for n in range(_CROWD))
    crowd = replace(full, sections=(Section(_PROFILE, many),))
    again = (_story(20, "Rain is late", 2),)
    bare = Receipt(0, 0, 0, 0, (), None, None, "0")
    for language in _LANGUAGES:
        settings = DigestSettings(title="Sample", language=language)
        yield full, settings, ()
        yield full, settings, again
        yield crowd, settings, ()
        yield replace(full, sections=(), omissions=()), settings, ()
        yield replace(full, sections=(), omissions=(), receipt=bare), settings, ()
        hardly = replace(_receipt(), feeds_answered_count=1, troubles=())
        yield replace(full, sections=(), omissions=(), receipt=hardly), settings, ()
        yield full, replace(settings, kind="alert"), ()


def _stories() -> tuple[Story, ...]:
    rank = Rank(1.5, 2.0, 2.5, 3, timedelta(hours=5))
    moved = Update(2, "Dam at half", ("Río Bravo", "40"))
    related = [replace(_story(30 + n, f"Water {n}", 3), rank=rank, under=1) for n in range(10)]
    return (
        replace(_story(1, "Reservoirs fill after the rain", 12), rank=rank, update=moved),
        replace(related[0], update=moved),
        *related[1:],
        replace(_story(3, "Una ley de aguas pasa al Senado", 2, "es"), rank=rank),
        _story(4, "", 1, None),
    )


def _story(number: int, title: str, reports: int, language: str | None = "en") -> Story:
    """Return a story of so many reports, the second without a link, the third without a date."""
    score = Score(
        "sample",
        0.9,
        (Reason("theme: water*", 1.5, "title"), Reason("rain", 0.4, "summary"), Reason("ad", -1.0)),
    )
    entries = tuple(
        Entry(
            key=EntryKey(feed, str(number)),
            outlet=f"Outlet {feed}",
            link="" if feed == 1 else f"https://outlet{feed}.example/{number}",
            title=title,
            summary="What the first report says of it, in a sentence." if not feed else "",
            published_at=None if feed == 2 else _AT - timedelta(hours=feed + 1),
            seen_at=_AT - timedelta(hours=feed),
            language=language,
        )
        for feed in range(reports)
    )
    return Story(number, tuple(ScoredEntry(each, (score,), ("México",)) for each in entries))


def _omissions() -> tuple[Omission, ...]:
    """Return a story left out for each reason that a digest has."""
    reasons = [each for each in OmitReason if each.name not in ("SAME_STORY", "SAME_SAGA")]
    return tuple(
        Omission(
            replace(_story(10 + n, f"Left out {n}", 1), issued=_SLOT.local_date), reason, "why"
        )
        for n, reason in enumerate(reasons)
    )


def _receipt() -> Receipt:
    yesterday = _SLOT.local_date - timedelta(days=1)
    return Receipt(
        feeds_count=20,
        feeds_answered_count=18,
        entries_new_count=210,
        entries_above_count=9,
        troubles=(
            FeedTrouble("Outlet 5", "no such host", _AT - timedelta(days=2), kind=Problem.DNS),
            FeedTrouble("Outlet 6", "something new", None, "Look.", "new"),
            *(FeedTrouble(f"Outlet {n}", "too slow", _AT, kind=Problem.TIMEOUT) for n in range(12)),
        ),
        next_issue_at=_AT + timedelta(days=1),
        since=_AT - timedelta(days=1),
        version="0",
        news=tuple(FeedNews(_AT, change, "a -> b", "Outlet 7") for change in FeedChange),
        trends=(Trend("Sample", (0, 3, 1, 8), yesterday),),
        merged_count=2,
        upkeep=Upkeep(
            timedelta(hours=160), timedelta(hours=168), 4000, 12, timedelta(0), 5_000_000
        ),
    )
