"""Feeds as OPML, the way other readers export them: well-formed or not.

A well-formed file goes through the XML parser, with document types refused. What is
no XML is read tag by tag, and what had to be mended is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from monitor.errors import ConfigError
from monitor.model import Subscription
from monitor.text import clean, clean_link
from monitor.text.tags import TagReader

TITLE_MAX_CHARS = 200
FOLDERS_MAX = 20  # folders within folders: more are no order but an attack
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FEED_SCHEME = re.compile(r"^feed:(//)?(?=https?:)|^feed:(?=//)", re.IGNORECASE)
_LOGIN_SAFE = ":%!$&'()*+,;=~-._"
_ADDRESSES = ("xmlurl", "url", "feedurl")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True)
class OpmlReading:
    """The feeds of a file in its order, and what had to be mended or left out."""

    subscriptions: tuple[Subscription, ...]
    repairs: tuple[str, ...] = ()


def read_opml(data: bytes, name: str = "the file") -> OpmlReading:
    """Read an OPML file as it is in the wild; raises ConfigError when it is no OPML."""
    repairs: list[str] = []
    text = _decoded(data, repairs)
    outlines = _outlines(text, name, repairs)
    return OpmlReading(_subscriptions(outlines, repairs), tuple(repairs))


def write_opml(subscriptions: Iterable[Subscription], title: str = "Feeds") -> bytes:
    """Return OPML 2.0 with folders kept; the same feeds give the same bytes."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', "  <head>"]
    lines += [f"    <title>{clean(title)}</title>", "  </head>", "  <body>"]
    open_folders: tuple[str, ...] = ()
    for topics, members in _by_folder(subscriptions).items():
        shared = 0
        while shared < min(len(topics), len(open_folders)) and (
            topics[shared] == open_folders[shared]
        ):
            shared += 1
        for depth in range(len(open_folders) - 1, shared - 1, -1):
            lines.append(f"{_indent(depth)}</outline>")
        for depth in range(shared, len(topics)):
            lines.append(f"{_indent(depth)}<outline text={_quoted(topics[depth])}>")
        lines += [_indent(len(topics)) + _outline(member) for member in members]
        open_folders = topics
    for depth in range(len(open_folders) - 1, -1, -1):
        lines.append(f"{_indent(depth)}</outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""]).encode("utf-8")


def _indent(depth: int) -> str:
    return "  " * (depth + 2)


def _quoted(text: str) -> str:
    # Not at the top: it loads half of urllib, and most commands write no list.
    from xml.sax.saxutils import quoteattr

    return quoteattr(text)


def _outline(feed: Subscription) -> str:
    language = f" language={_quoted(feed.language)}" if feed.language else ""
    paused = ' paused="yes"' if feed.is_paused else ""
    return (
        f'<outline type="rss" text={_quoted(feed.title)}{language}{paused}'
        f" xmlUrl={_quoted(feed.url)}/>"
    )


def _by_folder(
    subscriptions: Iterable[Subscription],
) -> dict[tuple[str, ...], list[Subscription]]:
    """Return the feeds by folder; every folder once, parents before their children."""
    folders: dict[tuple[str, ...], list[Subscription]] = {}
    for feed in subscriptions:
        folders.setdefault(feed.topics, []).append(feed)
    rank = {topics[:depth]: 0 for topics in folders for depth in range(1, len(topics) + 1)}
    for number, topics in enumerate(rank):
        rank[topics] = number

    def place(topics: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(rank[topics[:depth]] for depth in range(1, len(topics) + 1))

    return {topics: folders[topics] for topics in sorted(folders, key=place)}


# ---------------------------------------------------------------- reading


def feed_address(text: str) -> str:
    """Return the web address of a feed as it is kept, "" when it is none.

    As `clean_link`, but a name and password stay: they are the key to a private feed.
    "feed:" and "//" before an address, as some readers write them, mean https.
    """
    text = _FEED_SCHEME.sub("", "".join(text.split()))
    text = f"https:{text}" if text.startswith("//") else text
    address = clean_link(text)
    login = urlsplit(text).netloc.rpartition("@")[0] if address else ""
    return address.replace("://", f"://{quote(login, safe=_LOGIN_SAFE)}@", 1) if login else address


@dataclass(frozen=True, slots=True)
class _Outline:
    attributes: dict[str, str]  # names in small letters
    topics: tuple[str, ...]
    line: int | None


def _decoded(data: bytes, repairs: list[str]) -> str:
    declared = _DECLARED.match(data)
    encoding = declared[1].decode("ascii") if declared else "utf-8"
    for mark, by_mark in _BOMS.items():
        if data.startswith(mark):
            encoding = by_mark
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        repairs.append(f"not valid {encoding}: read as windows-1252")
        return data.decode("cp1252", errors="replace")


def _outlines(text: str, name: str, repairs: list[str]) -> list[_Outline]:
    if "<!DOCTYPE" in text[:2000].upper() or "<!ENTITY" in text.upper():
        repairs.append("a document type was left out: it can hide endless text")
        text = re.sub(r"(?is)<!DOCTYPE[^\[>]*(\[.*?\])?\s*>", "", text)
    try:
        root = ElementTree.fromstring(_DECLARATION.sub("", text))
    except ElementTree.ParseError as error:
        found = _Tolerant.read(text)
        line = error.position[0]
        problem = f"not well-formed XML (line {line}): read tag by tag"
        root_tag = found.root
        outlines = found.outlines
        repairs.append(problem)
    else:
        root_tag, outlines = root.tag, list(_walk(root))
    if root_tag.rpartition("}")[2].casefold() != "opml" and not outlines:
        raise ConfigError(name, "this is no OPML: expected <opml> with <outline> inside; not read")
    return outlines


def _walk(root: ElementTree.Element) -> Iterable[_Outline]:
    """Yield the outlines in the file's order; a stack, for a file may be deeper than Python's."""
    waiting: list[tuple[ElementTree.Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, topics = waiting.pop()
        if element is not root and element.tag.rpartition("}")[2].casefold() == "outline":
            attributes = {key.casefold(): value for key, value in element.attrib.items()}
            yield _Outline(attributes, topics, None)
            topics = _inside(attributes, topics)
        waiting += [(child, topics) for child in reversed(element)]


def _inside(attributes: dict[str, str], topics: tuple[str, ...]) -> tuple[str, ...]:
    folder = clean(attributes.get("text") or attributes.get("title") or "")
    is_folder = folder and not _address(attributes) and len(topics) < FOLDERS_MAX
    return (*topics, folder) if is_folder else topics


class _Tolerant(TagReader):
    """Outlines of what is no XML: every start tag is taken as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.root = ""
        self.outlines: list[_Outline] = []
        self._open: list[tuple[str, ...]] = []

    @classmethod
    def read(cls, text: str) -> _Tolerant:
        parser = cls()
        parser.feed(text)
        parser.close()
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.root = self.root or tag
        if tag == "outline":
            self._open.append(self._add(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.root = self.root or tag
        if tag == "outline":
            self._add(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "outline" and self._open:
            self._open.pop()

    def _add(self, attrs: list[tuple[str, str | None]]) -> tuple[str, ...]:
        topics = self._open[-1] if self._open else ()
        attributes = {key.casefold(): value or "" for key, value in attrs}
        self.outlines.append(_Outline(attributes, topics, self.getpos()[0]))
        return _inside(attributes, topics)


def _address(attributes: dict[str, str]) -> str:
    if attributes.get("type", "").casefold() in {"link", "include"}:
        return ""
    return next((attributes[key].strip() for key in _ADDRESSES if attributes.get(key)), "")


def _subscriptions(outlines: list[_Outline], repairs: list[str]) -> tuple[Subscription, ...]:
    found: dict[str, Subscription] = {}
    for outline in outlines:
        address = _address(outline.attributes)
        if not address:
            continue
        title = clean(outline.attributes.get("title") or outline.attributes.get("text") or "")
        url, shown = feed_address(address), title or address[:100]
        if not url:
            repairs.append(f"left out, not an http or https address: {clean(shown)}")
        elif url in found:
            repairs.append(f"left out, the same address as {found[url].title}: {shown}")
        else:
            language = outline.attributes.get("language", "").strip().casefold()[:2]
            found[url] = Subscription(
                url=url,
                title=title[:TITLE_MAX_CHARS] or url,
                topics=outline.topics,
                language=language if language in {"en", "es"} else None,
                is_paused=outline.attributes.get("paused", "").strip().casefold() == "yes",
            )
    return tuple(found.values())
