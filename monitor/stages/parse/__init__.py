"""Turn the bytes of a feed into entries in plain text with settled dates.

What is new in a document is cut out (cut.py) and, where it is everyday, read at once
(everyday.py); all else is read by feedparser (judge.py). Both give the same entries.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from monitor.errors import ParseError
from monitor.identity import twin_of
from monitor.model import Entry, Feed, ItemMark, ParsedFeed, Problem
from monitor.stages.parse.cut import Item, cut_document, item_hash
from monitor.stages.parse.entry_reader import (
    TITLE_MAX_CHARS,
    EntryReader,
    tell_apart,
    text_of,
)
from monitor.stages.parse.everyday import read_everyday
from monitor.stages.parse.json_feed import read_json_feed
from monitor.text import plain_text
from monitor.text.document import Document, decode_document, mend_document

# Of a flood, as many are read in one poll as can be stored in two; the rest comes again.
ITEMS_MAX = 1000

_PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_NUMBER = re.compile(r"\s*(\d{1,6})\s*$")
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPS = re.compile("<skip(?:hours|days)>", re.IGNORECASE)
_SKIP_HOURS = re.compile(r"<skipHours>(.{0,2000}?)</skipHours>", re.IGNORECASE | re.DOTALL)
_SKIP_DAYS = re.compile(r"<skipDays>(.{0,1000}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*(\w{3,9})\s*</day>", re.IGNORECASE)
_OPENED = re.compile(r"<(?:[\w-]+:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_WEB_PAGE = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_BOT_WALL = re.compile(
    r"just a moment\.\.\.|attention required!|challenge-platform|cf-chl|cf_chl|captcha|_incapsula_"
    r"|datadome|perimeterx|are you (?:a )?(?:human|robot)|verify(?:ing)? (?:that )?you are"
    r"|enable javascript and cookies|unusual traffic|checking your browser|ddos protection"
    r"|pardon our interruption|access denied|request unsuccessful|sucuri website firewall",
    re.IGNORECASE,
)
SNIFF_CHARS = 20_000


def parse_feed(
    body: bytes,
    *,
    feed: Feed,
    url: str,
    content_type: str | None,
    seen_at: datetime,
    seen: Container[bytes] = frozenset(),
) -> ParsedFeed:
    """Return the entries of a feed's document, in its order.

    `url` is where the body came from, for relative links. Items whose hash is `seen`
    (the `marks` of an earlier poll) are not read again, and of the others at most
    `ITEMS_MAX`; but only where the document can safely be cut into its items. What is
    malformed but readable gives entries and a warning; an empty feed gives none. Raises
    ParseError for what is no feed (a web page, a bot wall, nothing) and for what breaks
    the parser.
    """
    document = decode_document(body, content_type)
    reading = _read_json(document, seen) or _read_xml(document, seen, feed, url)
    reader = EntryReader(feed, reading.head, url, seen_at)
    read = [reader.read(raw) for raw in reading.found]
    entries = tuple(tell_apart([entry for entry in read if entry is not None]))
    notes = [*reading.notes]
    if len(entries) < len(read):
        notes.append(f"passed over, without a word or a link: {len(read) - len(entries)}")
    skip_hours, skip_days = _skipped_times(document.text)
    return ParsedFeed(
        title=plain_text(text_of(reading.head, "title"), limit=TITLE_MAX_CHARS),
        entries=entries,
        warning="; ".join(notes),
        ttl=_ttl(reading.head),
        skip_hours=skip_hours,
        skip_days=skip_days,
        marks=tuple(_marks(reading.hashes, read, entries)),
        waiting_count=reading.waiting_count,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a document holds, as feedparser names it."""

    head: dict[str, Any]
    found: list[dict[str, Any]]  # the entries that were to be read
    notes: tuple[str, ...] = ()
    # Of every item, whether it is to be read; empty where the document was not cut.
    hashes: tuple[tuple[bytes, bool], ...] = ()
    waiting_count: int = 0


def _marks(
    hashes: Sequence[tuple[bytes, bool]],
    read: Sequence[Entry | None],
    entries: Sequence[Entry],
) -> Iterator[ItemMark]:
    """Yield the marks; what was passed over leaves none, so that it is told each time."""
    remaining = iter(entries)
    named = (None if entry is None else next(remaining).key.id for entry in read)
    if not hashes:
        yield from (ItemMark(b"", name) for name in named if name)
        return
    for content_hash, is_read in hashes:
        if not is_read:
            yield ItemMark(content_hash, None)
        elif name := next(named):
            yield ItemMark(content_hash, name)


def _read_json(document: Document, seen: Container[bytes]) -> _Reading | None:
    if not document.text.startswith("{"):
        return None
    parsed = read_json_feed(document.text)
    if parsed is None:
        return None
    raws = parsed["entries"]
    ids = Counter(twin_of(raw.get("id", "")) for raw in raws)
    items = []
    for raw in raws:
        content = json.dumps(raw, sort_keys=True).encode()
        name = twin_of(raw.get("id", ""))
        items.append(Item(content, item_hash(content), bool(name) and ids[name] == 1))
    chosen, waiting_count = _choose_items(items, seen)
    hashes = _hashes(items, chosen, seen)
    of_item = dict(zip(map(id, items), raws, strict=True))
    found = [of_item[id(item)] for item in chosen]
    return _Reading(parsed["feed"], found, document.mended, hashes, waiting_count)


def _read_xml(document: Document, seen: Container[bytes], feed: Feed, url: str) -> _Reading:
    """Return what is new in the document, or all of it where that is not safe."""
    reading = _read_unseen(document, seen, feed, url)
    if reading is not None:
        return reading
    mended = mend_document(document)
    if mended.text != document.text:
        reading = _read_unseen(mended, seen, feed, url)
    return reading or _read_whole(mended, feed, url)


def _read_unseen(
    document: Document, seen: Container[bytes], feed: Feed, url: str
) -> _Reading | None:
    """Return what the document holds but for the items seen before, None where that is unsafe."""
    cut = cut_document(document.text.encode(errors="surrogatepass"))
    if cut is None:
        return None
    items, waiting_count = _choose_items(cut.items, seen)
    # With an xml:base feedparser makes addresses of ids and links.
    base = url if "xml:base" in document.text else None
    read = None if base else read_everyday(cut, items)
    if read is None:
        from monitor.stages.parse import judge  # 7 MB and a tenth of a second: few need it

        read = judge.read_well_formed(cut.with_only(items), feed, base)
        if read is None or len(read[1]) != len(items):
            return None
    hashes = _hashes(cut.items, items, seen)
    return _Reading(*read, document.mended, hashes, waiting_count)


def _hashes(
    items: Iterable[Item], chosen: Iterable[Item], seen: Container[bytes]
) -> tuple[tuple[bytes, bool], ...]:
    """Return the hash of each item that was chosen or seen, and whether it was chosen."""
    places = set(map(id, chosen))
    return tuple(
        (item.hash, id(item) in places)
        for item in items
        if id(item) in places or (item.is_distinct and item.hash in seen)
    )


def _choose_items(items: Iterable[Item], seen: Container[bytes]) -> tuple[list[Item], int]:
    """Return the items to be read, and how many are left for another poll."""
    chosen, room, waiting_count = [], ITEMS_MAX, 0
    for item in items:
        if not item.is_distinct:
            chosen.append(item)
        elif item.hash not in seen:
            if room:
                chosen.append(item)
                room -= 1
            else:
                waiting_count += 1
    return chosen, waiting_count


def _read_whole(document: Document, feed: Feed, url: str) -> _Reading:
    if not document.text.strip():
        raise ParseError(feed.url, "the answer is empty, not a feed", kind=Problem.NOT_A_FEED)
    from monitor.stages.parse import judge  # as above

    base = url if "xml:base" in document.text else None
    parsed = judge.parse(document.text.encode(), feed, base)
    found: list[dict[str, Any]] = parsed["entries"]
    problem = judge.problem_of(parsed)
    _refuse_other_documents(document.text, parsed, found, problem, feed)
    notes = [*document.mended, *([problem] if problem else [])]
    if problem and _ends_inside_an_entry(document.text):
        # Half an entry would count as another one when the whole comes.
        found = found[:-1]
        notes.append("the document ends within an entry, which is left for the next poll")
    return _Reading(parsed["feed"], found, tuple(notes))


def _refuse_other_documents(
    text: str,
    parsed: dict[str, Any],
    found: list[dict[str, Any]],
    problem: str,
    feed: Feed,
) -> None:
    is_page = _WEB_PAGE.match(text) is not None
    if parsed["version"] and (found or not problem):
        return
    if found and not is_page:
        return
    start = text[:SNIFF_CHARS]
    if _BOT_WALL.search(start) and not parsed["version"]:
        words = "a bot wall, not a feed: the site asks for proof that a person is reading"
        raise ParseError(feed.url, words, kind=Problem.BOT_WALL)
    if parsed["version"]:
        raise ParseError(feed.url, f"no entry can be read: {problem}", kind=Problem.PARSER)
    if is_page:
        words = "a web page, not a feed"
    elif start.lstrip()[:1] in "{[":
        words = "JSON, not a feed"
    elif start.lstrip().startswith("<"):
        words = "XML of another kind, not an RSS or Atom feed"
    else:
        words = "not a feed"
    raise ParseError(feed.url, words, kind=Problem.NOT_A_FEED)


def _ends_inside_an_entry(text: str) -> bool:
    opened = [match.start() for match in _OPENED.finditer(text)]
    closed = [match.start() for match in _CLOSED.finditer(text)]
    if not opened or (not closed and len(opened) > 1):  # some publishers never close one
        return False
    return not closed or opened[-1] > closed[-1]


def _ttl(head: dict[str, Any]) -> timedelta | None:
    """Return how long the publisher asks to wait between polls, the longer of two ways to say."""
    wishes = []
    minutes = _number(text_of(head, "ttl"))
    if minutes:
        wishes.append(timedelta(minutes=minutes))
    period = _PERIODS.get(text_of(head, "sy_updateperiod").strip().lower())
    if period:
        wishes.append(period / (_number(text_of(head, "sy_updatefrequency")) or 1))
    return max(wishes, default=None)


def _number(text: str) -> int:
    match = _NUMBER.match(text)
    return int(match.group(1)) if match else 0


def _skipped_times(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return the UTC hours and the days (Monday 0) in which an RSS feed asks not to be polled."""
    if not _SKIPS.search(text):
        return frozenset(), frozenset()
    hours, days = _SKIP_HOURS.search(text), _SKIP_DAYS.search(text)
    said_hours = map(int, _HOUR.findall(hours.group(1))) if hours else ()
    said_days = (day.lower() for day in _DAY.findall(days.group(1))) if days else ()
    return (
        frozenset(hour % 24 for hour in said_hours if hour <= 24),
        frozenset(_DAYS.index(day) for day in said_days if day in _DAYS),
    )
