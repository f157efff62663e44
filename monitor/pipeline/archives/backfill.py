"""What workers do with a piece of an archive: its entries with scores; imports little."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from monitor.adapters.archive_files import json_line
from monitor.adapters.archives import FEEDS, LINES, Piece
from monitor.errors import ParseError
from monitor.model import Entry, EntryKey, Feed, Score
from monitor.stages.parse import parse_feed
from monitor.stages.score import Finding, Scorer
from monitor.text import clean_link, guess_language, plain_text
from monitor.text.dates import credible_date, parse_date
from monitor.text.page import page_article

SUMMARY_CHARS: Final = 2000  # of a page's article: as much as a feed would have brought
TEXTS: Final = ("title", "summary", "published", "source", "url")
UNREAD_SHOWN: Final = 3  # of a piece
ROUNDING: Final = 1e-9
AT_ONCE: Final = 256  # entries: a step that is done to so many in a row takes a tenth less time
_decode: Final = json.JSONDecoder().raw_decode


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
    entries = entries_of(piece, kit.now, unread)
    kept: list[Kept] = []
    lines: list[bytes] = []
    count = near_count = kept_count = 0
    while some := list(islice(entries, AT_ONCE)):
        found = _kept(kit, some)
        count += len(some)
        kept_count += len(found)
        near_count += sum([each.is_near for each in found])
        if kit.as_lines:
            lines += [json_line(each.entry, each.scores) for each in found]
        else:
            kept += found
    return ScoredPiece(
        tuple(kept),
        count,
        near_count,
        kept_count,
        len(unread),
        tuple(unread[:UNREAD_SHOWN]),
        b"".join(lines),
    )


def _kept(kit: BackfillKit, entries: Sequence[Entry | LineEntry]) -> list[Kept]:
    """Return what is kept of some entries, by steps of which each is done to all of them."""
    scorer, least = kit.scorer, min(kit.floors.values(), default=1.0) - ROUNDING
    sieve = None if kit.keep_all else scorer.sieve(kit.floors)
    findings = [scorer.find(entry, sieve) for entry in entries]
    near = [_near(kit, each) if each and scorer.most(each) >= least else () for each in findings]
    # Language and link cost a third of all else, and most entries never need them.
    return [
        Kept(told(entry), scores or _bare(kit, finding), bool(scores))
        for entry, finding, scores in zip(entries, findings, near, strict=True)
        if scores or kit.keep_all
    ]


def _near(kit: BackfillKit, finding: Finding) -> tuple[Score, ...]:
    """Return the scores of an entry when one of them is near its threshold, else ()."""
    scores = kit.scorer.weigh(finding)
    return scores if any(score.value >= kit.floors[score.profile] for score in scores) else ()


def _bare(kit: BackfillKit, finding: Finding | None) -> tuple[Score, ...]:
    """Return the scores of what is far, without reasons."""
    if finding is None:
        return tuple(Score(each.profile, each.value) for each in kit.scorer.of_nothing)
    return tuple(Score(*pair) for pair in kit.scorer.values(finding).items())


def told(entry: Entry | LineEntry) -> Entry:
    """Return an entry with its language, and its link as it is kept."""
    if isinstance(entry, LineEntry):
        return entry.told()
    link = clean_link(entry.link)
    key = entry.key if entry.key.id != entry.link else EntryKey(entry.key.feed, link)
    language = entry.language or guess_language(f"{entry.title} {entry.summary}")
    return replace(entry, key=key, link=link, language=language)


def entries_of(piece: Piece, now: datetime, unread: list[str]) -> Iterator[Entry | LineEntry]:
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


def _of_lines(piece: Piece, now: datetime, unread: list[str]) -> Iterator[LineEntry]:
    at = piece.start
    for line in piece.lines.split(b"\n"):
        if line.strip():
            try:
                yield LineEntry(_json(line), now)
            except (ValueError, RecursionError) as error:
                said = str(error) if type(error) is ValueError else "not JSON"
                unread.append(f"{piece.archive}, byte {at}: {said}")
        at += len(line) + 1


def _json(line: bytes) -> Any:
    """Return what a line says, as json.loads: that looks for other encodings first."""
    with suppress(ValueError):
        text = line.decode("utf-8")
        said, end = _decode(text)
        if end == len(text):
            return said
    return json.loads(line)


class LineEntry:
    """An entry of a line, with what a score needs; the rest is read once it is `told`."""

    __slots__ = ("_id", "_published", "_seen_at", "link", "outlet", "summary", "title")
    language = None

    def __init__(self, said: Any, now: datetime) -> None:
        """Take what a line says; ValueError, with plain words, when that is no entry."""
        if not isinstance(said, dict):
            raise ValueError("no object")
        values = [said.get(key) or "" for key in TEXTS]
        if set(map(type, values)) != {str}:
            raise ValueError(f"one of {', '.join(TEXTS)} is no text")
        own_id = said.get("id")
        title, summary, published, source, link = values
        if own_id is None and not link:
            raise ValueError("neither id nor url")
        if not title and not summary:
            raise ValueError("neither title nor summary")
        self._id = link if own_id is None else str(own_id)
        self.title, self.summary = plain_text(title), plain_text(summary)
        self.outlet, self.link = _outlet(source), link
        self._published, self._seen_at = published, now

    @property
    def dated_at(self) -> datetime:
        return self._published_at or self._seen_at

    @property
    def _published_at(self) -> datetime | None:
        said = self._published
        return credible_date(parse_date(said), self._seen_at) if said else None

    def told(self) -> Entry:
        """Return the whole entry."""
        link = clean_link(self.link)
        return Entry(
            key=EntryKey(0, self._id if self._id != self.link else link),
            outlet=self.outlet,
            link=link,
            title=self.title,
            summary=self.summary,
            published_at=self._published_at,
            seen_at=self._seen_at,
            language=guess_language(f"{self.title} {self.summary}"),
            published_text=self._published,
        )


@lru_cache(maxsize=4096)
def _outlet(source: str) -> str:
    return plain_text(source)


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].removeprefix("www.")
