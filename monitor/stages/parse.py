"""Turn the bytes of a feed into entries in plain text with settled dates. Sole user of feedparser.

feedparser gets bytes, never an address or a path, and neither sanitises nor resolves
links: both cost more than the parsing, and everything here ends as plain text anyway.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final
from urllib.parse import urljoin, urlsplit
from xml.sax import SAXParseException

import feedparser

from monitor.dates import credible_date, parse_date
from monitor.document import Document, read_document
from monitor.errors import ParseError
from monitor.model import Entry, EntryKey, Feed, ParsedFeed, Problem
from monitor.text import clean, clean_link, clip, fold, guess_language, plain_text

TITLE_MAX_CHARS = 500
SUMMARY_MAX_CHARS = 2000
ID_MAX_CHARS = 1000  # a longer one is stored as its hash
DATE_MAX_CHARS = 100
OUTLET_MAX_CHARS = 80
# A body of megabytes is cut before it is stripped of markup; only its beginning is kept.
MARKUP_MAX_CHARS = 64 * 1024
TITLE_FROM_SUMMARY_CHARS = 100

AGGREGATORS: Final = frozenset({"news.google.com"})  # these append " - Outlet" to every title

_PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_NUMBER = re.compile(r"\s*(\d{1,6})\s*$")
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
    body: bytes, *, feed: Feed, url: str, content_type: str | None, seen_at: datetime
) -> ParsedFeed:
    """Return the entries of a feed's document, in its order.

    `url` is where the body came from, for relative links. What is malformed but
    readable gives entries and a warning; an empty feed gives none. Raises ParseError
    for what is no feed (a web page, a bot wall, nothing) and for what breaks the parser.
    """
    document = read_document(body, content_type)
    if not document.text.strip():
        raise ParseError(feed.url, "the answer is empty, not a feed", kind=Problem.NOT_A_FEED)
    parsed = _parse(document, feed, url)
    found: list[dict[str, Any]] = parsed["entries"]
    problem = _problem(parsed)
    _refuse_other_documents(document.text, parsed, found, problem, feed)

    notes = [*document.mended, *([problem] if problem else [])]
    if problem and _ends_inside_an_entry(document.text):
        # Half an entry would count as another one when the whole comes.
        found = found[:-1]
        notes.append("the document ends within an entry, which is left for the next poll")
    head = parsed["feed"]
    reader = _Reader(feed, head, url, seen_at)
    entries = [entry for entry in map(reader.read, found) if entry is not None]
    if len(entries) < len(found):
        notes.append(f"passed over, without a word or a link: {len(found) - len(entries)}")
    return ParsedFeed(
        title=plain_text(_text(head, "title"), limit=TITLE_MAX_CHARS),
        entries=tuple(_tell_apart(entries)),
        warning="; ".join(notes),
        ttl=_ttl(head),
    )


def _parse(document: Document, feed: Feed, url: str) -> dict[str, Any]:
    headers = {"content-type": "application/xml; charset=utf-8"}
    if "xml:base" in document.text:
        # Only then: with a base, feedparser also makes addresses of ids, and a feed that
        # moves would bring all its entries again. Without, xml:base leaks to what follows.
        headers["content-location"] = url
    try:
        result: dict[str, Any] = feedparser.parse(
            BytesIO(document.text.encode()),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    # The one place where everything is caught: a foreign parser, on foreign bytes, has
    # raised a dozen classes so far, and none of them may end more than this feed.
    except Exception as error:
        problem = f"the parser gave up on it ({type(error).__name__})"
        raise ParseError(feed.url, problem, kind=Problem.PARSER) from error
    return result


def _problem(parsed: dict[str, Any]) -> str:
    """Return what is malformed, in words, "" when nothing is."""
    if not parsed["bozo"]:
        return ""
    error = parsed.get("bozo_exception")
    if not isinstance(error, SAXParseException):
        return f"not well-formed ({type(error).__name__})"  # an undeclared prefix, say
    return f"not well-formed XML in line {error.getLineNumber()}: {clean(error.getMessage())}"


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
        words = "JSON, not an RSS or Atom feed"
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


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads feedparser's entries with what their document and subscription say."""

    feed: Feed
    head: dict[str, Any]
    url: str
    seen_at: datetime

    def read(self, raw: dict[str, Any]) -> Entry | None:
        """Return the entry, None when it has neither a word nor a link."""
        title = plain_text(_text(raw, "title"), limit=TITLE_MAX_CHARS)
        summary = _summary(raw)
        link = self._link(raw)
        if not (title or summary or link):
            return None
        outlet, title = self._outlet(raw, title)
        if outlet and fold(summary) in {fold(f"{title} {outlet}"), fold(title)}:
            summary = ""  # an aggregator's summary is its title again
        title = title or clip(summary, TITLE_FROM_SUMMARY_CHARS) or link
        published_at, published_text = self._date(raw)
        return Entry(
            key=EntryKey(self.feed.number, _identity(raw, link, title, summary)),
            outlet=outlet or self.feed.title or clean(_text(self.head, "title")),
            link=link,
            title=title,
            summary=summary,
            published_at=published_at,
            seen_at=self.seen_at,
            language=guess_language(f"{title} {summary}") or self._language(),
            published_text=published_text,
        )

    def _language(self) -> str | None:
        if self.feed.language:
            return self.feed.language
        said = _text(self.head, "language")[:2].lower()
        return said if said in {"en", "es"} else None

    def _link(self, raw: dict[str, Any]) -> str:
        for address in _addresses(raw):
            address = address.strip()
            link = address and (clean_link(address) or clean_link(self._absolute(address)))
            if link:
                return link
        return ""

    def _absolute(self, address: str) -> str:
        try:
            return urljoin(urljoin(self.url, _text(self.head, "link")), address)
        except ValueError:
            return ""

    def _outlet(self, raw: dict[str, Any], title: str) -> tuple[str, str]:
        """Return the original publisher behind an aggregator, "" if none, and the bare title."""
        source = raw.get("source")
        source = source if isinstance(source, dict) else {}
        outlet = plain_text(_text(source, "title") or _text(raw, "news_source"))
        outlet = clip(outlet, OUTLET_MAX_CHARS)
        bare, dash, tail = title.rpartition(" - ")
        if outlet:
            if dash and bare and fold(tail) == fold(outlet):
                return outlet, bare
            at_home = _host(_text(source, "href")) in {_host(self.url), _host(self.feed.url)}
            return ("" if at_home else outlet), title
        if _host(self.feed.url) in AGGREGATORS and bare and 0 < len(tail) <= OUTLET_MAX_CHARS:
            return tail, bare
        return "", title

    def _date(self, raw: dict[str, Any]) -> tuple[datetime | None, str]:
        """Return the first date that can be believed, and what the publisher wrote."""
        written = ""
        for name in ("published", "updated", "created"):
            text = clean(_text(raw, name)[: DATE_MAX_CHARS * 2])[:DATE_MAX_CHARS]
            if not text:
                continue
            written = written or text
            # Not feedparser's own reading: it makes 2 March of 30 February.
            at = credible_date(parse_date(text), self.seen_at)
            if at is not None:
                return at, text
        return None, written


def _text(raw: dict[str, Any], name: str) -> str:
    """Return a field as it stands; feedparser's own lookup guesses at others and warns."""
    value = dict.get(raw, name)
    return value if isinstance(value, str) else ""


def _summary(raw: dict[str, Any]) -> str:
    """Return the summary as text, the beginning of the content when there is none."""
    contents = dict.get(raw, "content") or ()
    candidates = [_text(raw, "summary"), *(_text(content, "value") for content in contents)]
    for markup in candidates:
        text = plain_text(markup[:MARKUP_MAX_CHARS], limit=SUMMARY_MAX_CHARS)
        if text:
            return text
    return ""


def _addresses(raw: dict[str, Any]) -> Iterator[str]:
    """Yield what may be the entry's address, the most likely first."""
    yield _text(raw, "feedburner_origlink")
    named = _text(raw, "id")
    link = _text(raw, "link")
    # feedparser takes a guid for the link when there is none: "1234" is no address.
    if link != named or "://" in link:
        yield link
    links = dict.get(raw, "links") or ()
    for kind in ("alternate", "related", "via", "enclosure"):
        for other in links:
            if _text(other, "rel") == kind:
                yield _text(other, "href")
    if "://" in named:
        yield named


def _identity(raw: dict[str, Any], link: str, title: str, summary: str) -> str:
    """Return the publisher's id, else the link, else a hash of the words."""
    said = clean(_text(raw, "id")[: 10 * ID_MAX_CHARS])
    if len(said) > ID_MAX_CHARS:
        return _hash(_text(raw, "id"))
    return said or link or _hash(f"{title}\n{summary}")


def _hash(words: str) -> str:
    return "hash:" + hashlib.sha256(words.encode(errors="replace")).hexdigest()[:32]


def _tell_apart(entries: list[Entry]) -> Iterator[Entry]:
    """Yield the entries, each with an id of its own.

    Entries that share an id get their link added, or a hash of their title where the
    link is shared too: what an entry says, not where it stands, so that each keeps its
    key when the next one is put on top. Only what is wholly the same is numbered.
    """
    ids = Counter(entry.key.id for entry in entries)
    links = {(entry.key.id, entry.link) for entry in entries if ids[entry.key.id] > 1}
    links_count = Counter(id_ for id_, _ in links)
    titles = {(entry.key.id, entry.link, entry.title) for entry in entries}
    titles_count = Counter((id_, link) for id_, link, _ in titles)
    taken: Counter[str] = Counter()
    for entry in entries:
        name = entry.key.id
        if links_count[entry.key.id] > 1 and entry.link:
            name = f"{name}|{entry.link}"
        if titles_count[entry.key.id, entry.link] > 1:
            name = f"{name}|{_hash(entry.title)}"
        taken[name] += 1
        if taken[name] > 1:
            name = f"{name}|{taken[name]}"
        yield entry if name == entry.key.id else replace(entry, key=replace(entry.key, id=name))


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _ttl(head: dict[str, Any]) -> timedelta | None:
    """Return how long the publisher asks to wait between polls, the longer of two ways to say."""
    wishes = []
    minutes = _number(_text(head, "ttl"))
    if minutes:
        wishes.append(timedelta(minutes=minutes))
    period = _PERIODS.get(_text(head, "sy_updateperiod").strip().lower())
    if period:
        wishes.append(period / (_number(_text(head, "sy_updatefrequency")) or 1))
    return max(wishes, default=None)


def _number(text: str) -> int:
    match = _NUMBER.match(text)
    return int(match.group(1)) if match else 0
