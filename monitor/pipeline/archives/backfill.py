"""What workers do with a piece of an archive: its entries with scores; imports little."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from monitor.adapters.archive_files import json_line
from monitor.adapters.archives import FEEDS, LINES, Piece
from monitor.errors import ParseError
from monitor.model import Entry, EntryKey, Feed, Score
from monitor.stages.parse import parse_feed
from monitor.stages.score import Scorer
from monitor.text import clean_link, guess_language, plain_text
from monitor.text.dates import credible_date, parse_date
from monitor.text.page import page_article

SUMMARY_CHARS: Final = 2000  # of a page's article: as much as a feed would have brought
TEXTS: Final = ("title", "summary", "published", "source", "url")
UNREAD_SHOWN: Final = 3  # of a piece
ROUNDING: Final = 1e-9
_decode: Final = json.JSONDecoder().decode


@dataclass(frozen=True, slots=True)
class BackfillKit:
    """What a worker scores with; picklable."""

    scorer: Scorer
    now: datetime
    floors: dict[str, float]  # by profile; what is at or over one is kept with its reasons
    keep_all: bool  # the others too, without reasons
    as_lines: bool = False  # what is kept comes as JSON lines: less to hand over


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry that is kept, its scores with reasons when it is near a threshold."""

    entry: Entry
    scores: tuple[Score, ...]
    is_near: bool


@dataclass(frozen=True, slots=True)
class ScoredPiece:
    """What a worker made of a piece."""

    kept: tuple[Kept, ...]
    entries_count: int
    near_count: int
    kept_count: int
    unread_count: int  # lines and documents that are no entries
    unread: tuple[str, ...]  # where the first of them stand, and why
    lines: bytes = b""  # what was kept, as it is written, in place of `kept`


def score_piece(kit: BackfillKit, piece: Piece) -> ScoredPiece:
    """Read the entries of a piece and score them; pure, and run in a worker."""
    unread: list[str] = []
    kept, count = [], 0
    nothing = tuple(Score(each.profile, each.value, ()) for each in kit.scorer.of_nothing)
    for entry in entries_of(piece, kit.now, unread):
        count += 1
        finding = kit.scorer.find(entry)
        values = kit.scorer.values(finding) if finding else {}
        if finding and any(value >= kit.floors[name] - ROUNDING for name, value in values.items()):
            scores = kit.scorer.weigh(finding)
            if any(score.value >= kit.floors[score.profile] for score in scores):
                # Language and link cost a third of all else, and most entries never need them.
                kept.append(Kept(told(entry), scores, True))
                continue
        if kit.keep_all:
            bare = tuple(Score(*pair, ()) for pair in values.items()) or nothing
            kept.append(Kept(told(entry), bare, False))
    near_count = sum(each.is_near for each in kept)
    told_unread = tuple(unread[:UNREAD_SHOWN])
    if kit.as_lines:
        lines = b"".join(json_line(each.entry, each.scores) for each in kept)
        return ScoredPiece((), count, near_count, len(kept), len(unread), told_unread, lines)
    return ScoredPiece(tuple(kept), count, near_count, len(kept), len(unread), told_unread)


def told(entry: Entry) -> Entry:
    """Return an entry with its language, and its link as it is kept."""
    link = clean_link(entry.link)
    key = entry.key if entry.key.id != entry.link else EntryKey(entry.key.feed, link)
    language = entry.language or guess_language(f"{entry.title} {entry.summary}")
    return replace(entry, key=key, link=link, language=language)


def entries_of(piece: Piece, now: datetime, unread: list[str]) -> Iterator[Entry]:
    """Yield a piece's entries, without what most never need (`told`).

    Where something is none, `unread` is told the place and why.
    """
    if piece.kind == LINES:
        yield from _of_lines(piece, now, unread)
        return
    for page in piece.pages:
        if piece.kind == FEEDS:
            try:
                feed = Feed(0, page.url, page.url)
                parsed = parse_feed(
                    page.body, feed=feed, url=page.url, content_type=None, seen_at=now
                )
            except ParseError as error:
                unread.append(f"{piece.archive}: {error}")
                continue
            yield from parsed.entries
            continue
        title, text = page_article(page.body)
        if not title:
            unread.append(f"{piece.archive}: {page.url}: no article was found in the page")
            continue
        yield Entry(
            key=EntryKey(0, page.url),
            outlet=_host(page.url),
            link=page.url,
            title=plain_text(title),
            summary=plain_text(text[:SUMMARY_CHARS]),
            published_at=credible_date(parse_date(page.saved_at), now),
            seen_at=now,
            published_text=page.saved_at,
        )


def _of_lines(piece: Piece, now: datetime, unread: list[str]) -> Iterator[Entry]:
    at = piece.start
    for line in piece.lines.split(b"\n"):
        if line.strip():
            try:
                yield _entry(_json(line), now)
            except (ValueError, RecursionError) as error:
                said = str(error) if type(error) is ValueError else "not JSON"
                unread.append(f"{piece.archive}, byte {at}: {said}")
        at += len(line) + 1


def _json(line: bytes) -> Any:
    """Return what a line says, as json.loads: that looks for other encodings first."""
    try:
        return _decode(line.decode("utf-8"))
    except ValueError:
        return json.loads(line)


def _entry(said: Any, now: datetime) -> Entry:
    """Return a line's entry; ValueError, with plain words, when it holds none."""
    if not isinstance(said, dict):
        raise ValueError("no object")
    values = [said.get(key) or "" for key in TEXTS]
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"one of {', '.join(TEXTS)} is no text")
    title, summary, published, source, url = values
    own_id = said.get("id")
    if own_id is None and not url:
        raise ValueError("neither id nor url")
    if not title and not summary:
        raise ValueError("neither title nor summary")
    return Entry(
        key=EntryKey(0, str(own_id) if own_id is not None else url),
        outlet=_outlet(source),
        link=url,
        title=plain_text(title),
        summary=plain_text(summary),
        published_at=credible_date(parse_date(published), now) if published else None,
        seen_at=now,
        published_text=published,
    )


@lru_cache(maxsize=4096)
def _outlet(source: str) -> str:
    return plain_text(source)


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].removeprefix("www.")
