"""Read one raw entry, as feedparser gives it, into plain text with a settled date. Pure.

A raw entry is a dictionary with feedparser's names; those of a JSON Feed come in the
same shape.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from monitor.identity import twin_of
from monitor.model import Entry, EntryKey, Feed
from monitor.text import clean, clean_link, clip, fold, guess_language, plain_text, words
from monitor.text.dates import credible_date, parse_date

TITLE_MAX_CHARS = 500
SUMMARY_MAX_CHARS = 2000
ID_MAX_CHARS = 1000  # a longer one is stored as its hash
DATE_MAX_CHARS = 100
OUTLET_MAX_CHARS = 80
# A body of megabytes is cut before it is stripped of markup; only its beginning is kept.
MARKUP_MAX_CHARS = 64 * 1024
TITLE_FROM_SUMMARY_CHARS = 100
LANGUAGE_CHARS = 600  # of a summary: its first sentences tell what the others would

TITLE_START_WORDS = 3
TAIL_MAX_CHARS = 1200  # a title twice, and a little
INVITATION_MAX_CHARS = 200  # one line, as `_INVITATION` lets it be, and a little

AGGREGATORS: Final = frozenset({"news.google.com"})  # these append " - Outlet" to every title

_INVITING = (
    r"(?:read (?:more|on|the (?:full|rest|whole)|full)|continue reading|keep reading|learn more"
    r"|more (?:here|»|&raquo;|→)"
    r"|(?:seguir|sigue|continuar|continúa|continua) (?:leyendo|la lectura)"
    r"|leer (?:más|mas|m&aacute;s|(?:la )?(?:nota|noticia) completa|(?:el )?artículo completo)"
    r"|(?:ver|lee|lea) (?:más|mas|la nota completa|(?:el )?artículo completo))"
)
# One of these is in each: they are looked for sooner than the pattern is tried everywhere.
_INVITING_WORDS: Final = ("read", "more", "ley", "lect", "leer", "má", "mas", "maſ", "complet")
# As a link, whatever stands before it; the markup may be escaped once more.
_INVITING_LINK = re.compile(
    rf"(?:<|&lt;)a\s[^<>]*?(?:>|&gt;)(?:\s|&nbsp;|\[|<[^<>]*>){{0,5}}{_INVITING}\b"
    r"(?:(?!</a|&lt;/a).){0,400}(?:<|&lt;)/a(?:>|&gt;)"
    r"(?:\s|&nbsp;|[\])…»→.]|(?:<|&lt;)/?(?:p|div|span|br|em|strong|b|i)\b[^<>&]{0,80}(?:>|&gt;)){0,20}",
    re.IGNORECASE | re.DOTALL,
)
# As words only: with a capital, behind the end of a sentence; else it may be a part of one.
_INVITATION = re.compile(
    rf"(?:^|(?<=[.…!?:»”\"'’)\]]))\s*[\[(]?\s*(?=[A-Z])(?i:{_INVITING})"
    r"(?:\s(?:story|article|post))?(?:\s(?:at|on|in|en|here|aquí)\b[^.!?…]{0,80})?"
    r"\s*[\])…»→>.]{0,5}\s*$"
)
# WordPress: "The post TITLE appeared first on SITE."
_POST = re.compile(
    r"\b(?:The (?:post|article)|La (?:entrada|nota|noticia|publicación)"
    r"|El (?:post|artículo|cargo))\s"
)
_APPEARED = re.compile(
    r"\s(?:(?:first )?appeared (?:first )?(?:on|in)"
    r"|(?:se )?(?:apareció|aparece|publicó)(?: por)? primer[oa](?: vez)? en)\s.{0,120}$"
)


@dataclass(frozen=True, slots=True)
class EntryReader:
    """Reads raw entries with what their document and subscription say."""

    feed: Feed
    head: dict[str, Any]  # what the document says of itself
    url: str
    seen_at: datetime

    def read(self, raw: dict[str, Any]) -> Entry | None:
        """Return the entry, None when it has neither a word nor a link."""
        title = plain_text(text_of(raw, "title"), limit=TITLE_MAX_CHARS)
        summary = _summary(raw, title)
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
            outlet=outlet or self.feed.title or clean(text_of(self.head, "title")),
            link=link,
            title=title,
            summary=summary,
            published_at=published_at,
            seen_at=self.seen_at,
            language=guess_language(f"{title} {summary[:LANGUAGE_CHARS]}") or self._language(),
            published_text=published_text,
        )

    def _language(self) -> str | None:
        if self.feed.language:
            return self.feed.language
        said = text_of(self.head, "language")[:2].lower()
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
            return urljoin(urljoin(self.url, text_of(self.head, "link")), address)
        except ValueError:
            return ""

    def _outlet(self, raw: dict[str, Any], title: str) -> tuple[str, str]:
        """Return the original publisher behind an aggregator, "" if none, and the bare title."""
        source = raw.get("source")
        source = source if isinstance(source, dict) else {}
        outlet = plain_text(text_of(source, "title") or text_of(raw, "news_source"))
        outlet = clip(outlet, OUTLET_MAX_CHARS)
        bare, dash, tail = title.rpartition(" - ")
        if outlet:
            if dash and bare and fold(tail) == fold(outlet):
                return outlet, bare
            at_home = _host(text_of(source, "href")) in {_host(self.url), _host(self.feed.url)}
            return ("" if at_home else outlet), title
        if _host(self.feed.url) in AGGREGATORS and bare and 0 < len(tail) <= OUTLET_MAX_CHARS:
            return tail, bare
        return "", title

    def _date(self, raw: dict[str, Any]) -> tuple[datetime | None, str]:
        """Return the first date that can be believed, and what the publisher wrote."""
        written = ""
        for name in ("published", "updated", "created"):
            text = clean(text_of(raw, name)[: DATE_MAX_CHARS * 2])[:DATE_MAX_CHARS].rstrip()
            if not text:
                continue
            written = written or text
            # Not feedparser's own reading: it makes 2 March of 30 February.
            at = credible_date(parse_date(text), self.seen_at)
            if at is not None:
                return at, text
        return None, written


def text_of(raw: dict[str, Any], name: str) -> str:
    """Return a field as it stands; feedparser's own lookup guesses at others and warns."""
    value = dict.get(raw, name)
    return value if isinstance(value, str) else ""


def _summary(raw: dict[str, Any], title: str) -> str:
    """Return the summary as text, the beginning of the content when there is none."""
    contents = dict.get(raw, "content") or ()
    candidates = [text_of(raw, "summary"), *(text_of(content, "value") for content in contents)]
    for markup in candidates:
        text = plain_text(_without_link(markup[:MARKUP_MAX_CHARS]))
        text = clip(_without_tail(text, title), SUMMARY_MAX_CHARS)
        if text:
            return text
    return ""


def _without_link(markup: str) -> str:
    """Drop a link at the end whose words only invite to read on."""
    tail = markup[-TAIL_MAX_CHARS:].rstrip()
    start = max(tail.rfind("<a "), tail.rfind("&lt;a "))
    if start < 0 or not _INVITING_LINK.fullmatch(tail, start):
        return markup
    return markup[: max(len(markup) - TAIL_MAX_CHARS, 0)] + tail[:start]


def _without_tail(text: str, title: str) -> str:
    """Drop what is not of the article at the end of a summary: where it appeared, "Read more"."""
    start = max(len(text) - TAIL_MAX_CHARS, 0)
    tail = text[start:]
    # Two words are looked for sooner than a pattern is tried at each space.
    may_have = "appeared" in tail or "primer" in tail
    if may_have and (appeared := _APPEARED.search(tail)):
        for post in _POST.finditer(tail, 0, appeared.start()):
            # Its title follows; without it, the sentence is the article's own.
            named = words(tail[post.end() : appeared.start()])[:TITLE_START_WORDS]
            if named and named == words(title)[: len(named)]:
                tail = tail[: post.start()].rstrip()
                break
    end = tail[-INVITATION_MAX_CHARS:].lower()
    if any(each in end for each in _INVITING_WORDS):
        invitation = _INVITATION.search(tail, max(len(tail) - INVITATION_MAX_CHARS, 0))
        tail = tail[: invitation.start()] if invitation else tail
    return text[:start] + tail


def _addresses(raw: dict[str, Any]) -> Iterator[str]:
    """Yield what may be the entry's address, the most likely first."""
    yield text_of(raw, "feedburner_origlink")
    named = text_of(raw, "id")
    link = text_of(raw, "link")
    # feedparser takes a guid for the link when there is none: "1234" is no address.
    if link != named or "://" in link:
        yield link
    links = dict.get(raw, "links") or ()
    for kind in ("alternate", "related", "via", "enclosure"):
        for other in links:
            if text_of(other, "rel") == kind:
                yield text_of(other, "href")
    if "://" in named:
        yield named


def _identity(raw: dict[str, Any], link: str, title: str, summary: str) -> str:
    """Return the publisher's id, else the link, else a hash of the words."""
    said = clean(text_of(raw, "id")[: 10 * ID_MAX_CHARS])
    if len(said) > ID_MAX_CHARS:
        return _hash(text_of(raw, "id"))
    return said or link or _hash(f"{title}\n{summary}")


def _hash(words: str) -> str:
    return "hash:" + hashlib.sha256(words.encode(errors="replace")).hexdigest()[:32]


def tell_apart(entries: list[Entry]) -> Iterator[Entry]:
    """Yield the entries, each with an id of its own.

    Entries that share an id get their link added, or a hash of their title where the
    link is shared too: what an entry says, not where it stands, so that each keeps its
    key when the next one is put on top. Only what is wholly the same is numbered.
    """
    counts = Counter(twin_of(entry.key.id) for entry in entries)
    shared = {id_ for id_, count in counts.items() if count > 1}
    links = {(entry.key.id, entry.link) for entry in entries if twin_of(entry.key.id) in shared}
    links_count = Counter(twin_of(id_) for id_, _ in links)
    titles = {(entry.key.id, entry.link, entry.title) for entry in entries}
    titles_count = Counter((id_, link) for id_, link, _ in titles)
    taken: Counter[str] = Counter()
    for entry in entries:
        name = entry.key.id
        if links_count[twin_of(name)] > 1 and entry.link:
            name = f"{name}|{entry.link}"
        if titles_count[entry.key.id, entry.link] > 1:
            name = f"{name}|{_hash(entry.title)}"
        taken[twin_of(name)] += 1
        if taken[twin_of(name)] > 1:
            name = f"{name}|{taken[twin_of(name)]}"
        yield entry if name == entry.key.id else replace(entry, key=replace(entry.key, id=name))


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
