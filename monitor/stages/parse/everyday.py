"""Read everyday items from what expat told of them, as feedparser would. Pure.

Well-formed RSS and Atom of known words needs no parser that mends. Fields come out
under feedparser's names and with its rules, of which entry_reader.py sees nothing:
which of two titles counts, when a description is a content, what a guid is for. Whatever
is not known here to the letter is left to feedparser.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from monitor.stages.parse.attributes import (
    ENTITY,
    Known,
    UnusualError,
    address_of,
    check_base,
    check_type,
    is_framed,
    link_of,
    mended,
    named_values,
)
from monitor.stages.parse.cut import Cut, Element, Item
from monitor.stages.parse.everyday_head import Head
from monitor.stages.parse.vocabulary import Kind, Vocabulary, is_plain

_ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"
_CLOSED: Final = frozenset({Kind.FIELD, Kind.LEAF})  # what stands in these is markup
# Entities and document types that feedparser takes out wherever they stand before the root.
_DECLARATIONS: Final = (b"<!entity", b"<!doctype")


def read_everyday(
    cut: Cut, items: Sequence[Item]
) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """Return what the document says of itself, and these of its items; None where unsure."""
    frame = cut.frame
    if frame is None or frame.namespaces is None:
        return None
    if not is_plain(frame.namespaces, frame.defaults):
        return None
    if any(each in cut.head.lower() for each in _DECLARATIONS):
        return None
    words = Vocabulary(frame.namespaces)
    try:
        head = Head(words)
        head.read(frame, cut.items[0])
        entries = [_Entry(words) for _ in items]
        if entries and head.has_content:
            entries[0].has_content = True  # feedparser forgets it only with the first entry
        pairs = zip(entries, items, strict=True)
        return head.raw, [entry.read(item.elements) for entry, item in pairs]
    except UnusualError:
        return None


class _Entry:
    """One item on its way to be an entry."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._raw: dict[str, Any] = {}
        self._depths: dict[str, int] = {}  # of the elements that fields were taken from
        self._title_depth = -1  # of the title that counts
        self.has_content = False

    def read(self, elements: Sequence[Element]) -> dict[str, Any]:
        """Return the entry as feedparser gives it, without what is not asked for."""
        depth, _, attributes, _ = elements[-1]
        if attributes:
            self._open(attributes)
        top, in_item, met = depth + 1, self._words.in_item, self._words.met
        nested: list[Known] = []
        for depth, name, attributes, text in elements[:-1]:
            tag, kind = met.get(name) or in_item(name)
            if attributes:
                check_base(attributes)
            if depth > top:
                nested.append((depth, tag, kind, text, attributes))
                continue
            if nested:
                self._take_nested(tag, kind, nested)
                nested.clear()
            elif tag == "image":
                self._title_depth = -1
            if kind is Kind.FIELD:
                _READERS[tag](self, text.strip(), attributes, depth)
            elif kind is Kind.UNUSUAL and tag != "image":
                raise UnusualError
        return self._raw

    def _take_nested(self, tag: str, kind: Kind, nested: Sequence[Known]) -> None:
        """Take what an element held: its fields are the entry's, but for those of an image."""
        if kind in _CLOSED or (tag == "image" and not is_framed(tag, nested)):
            raise UnusualError
        if tag == "image":
            self._title_depth = -1
        before = 0
        for depth, each, kind, text, attributes in nested:
            if kind is Kind.UNUSUAL and tag != "image":
                raise UnusualError
            if before > depth and kind is not Kind.IGNORED:
                raise UnusualError
            if kind is Kind.FIELD and (tag != "image" or each == "title"):
                _READERS[each](self, text.strip(), attributes, depth)
            before = depth

    def _open(self, attributes: list[str]) -> None:
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            local = name.rpartition(" ")[2].lower()
            if local in {"base", "href", "lastmod"} or (local == "about" and name != _ABOUT):
                raise UnusualError
            if local == "about" and value:
                self._raw["id"] = value

    def _store(self, name: str, value: str, depth: int) -> None:
        """Keep a field unless one that stands less deep was kept."""
        if depth <= self._depths.get(name, depth):
            self._depths[name] = depth
            self._raw[name] = value

    def title(self, text: str, attributes: list[str], depth: int) -> None:
        value = self.media_title(text, attributes, depth)
        if value:
            self._title_depth = depth

    def media_title(self, text: str, attributes: list[str], depth: int) -> str:
        if attributes:
            check_type(attributes)
        value = mended(text)
        if not -1 < self._title_depth <= depth:
            self._store("title", value, depth)
        return value

    def summary(self, text: str, attributes: list[str], depth: int) -> None:
        """Take a second one for the content, unless there is a content."""
        if "summary" in self._raw and not self.has_content:
            self.content(text, attributes, depth)
        else:
            if attributes:
                check_type(attributes)
            self._store("summary", mended(text), depth)

    def content(self, text: str, attributes: list[str], depth: int) -> None:
        if attributes:
            check_type(attributes)
        value = mended(text)
        self.has_content = True
        self._raw.setdefault("content", []).append({"value": value})
        self._raw.setdefault("summary", value)

    def published(self, text: str, attributes: list[str], depth: int) -> None:
        self._store("published", mended(text), depth)

    def updated(self, text: str, attributes: list[str], depth: int) -> None:
        self._store("updated", mended(text), depth)

    def created(self, text: str, attributes: list[str], depth: int) -> None:
        self._store("created", mended(text), depth)

    def guid(self, text: str, attributes: list[str], depth: int) -> None:
        is_link = not attributes or named_values(attributes).get("ispermalink", "true") == "true"
        value = mended(address_of(text) if is_link else text)
        self._store("id", value, depth)
        if is_link:
            self._raw.setdefault("link", value)

    def link(self, text: str, attributes: list[str], depth: int) -> None:
        rel, href, is_page = link_of(attributes)
        link = {"rel": rel}
        self._raw.setdefault("links", []).append(link)
        if href is not None:
            link["href"] = href
            if is_page:
                self._raw["link"] = href
            return
        value = mended(address_of(text))
        if "&" in value:
            value = ENTITY.sub(r"&\1", value.replace("&amp;", "&"))
        self._raw["link"] = value
        if value:
            link["href"] = value

    def enclosure(self, text: str, attributes: list[str], depth: int) -> None:
        named = named_values(attributes)
        href = named.get("url", named.get("uri", named.get("href"))) or named.get("href", "")
        self._raw.setdefault("links", []).append({"rel": "enclosure", "href": href})

    def source(self, text: str, attributes: list[str], depth: int) -> None:
        named, value, source = named_values(attributes), mended(text), {}
        if "url" in named:
            source["href"] = named["url"]
        if value:
            source["title"] = value
        self._raw["source"] = source
        self._title_depth = -1

    def feedburner_origlink(self, text: str, attributes: list[str], depth: int) -> None:
        self._store_bare("feedburner_origlink", text, attributes, depth)

    def news_source(self, text: str, attributes: list[str], depth: int) -> None:
        self._store_bare("news_source", text, attributes, depth)

    def _store_bare(self, name: str, text: str, attributes: list[str], depth: int) -> None:
        if attributes:
            raise UnusualError  # then they count, and not the text
        self._store(name, mended(text), depth)


_Reader = Callable[[_Entry, str, list[str], int], object]
_READERS: Final[dict[str, _Reader]] = {
    **dict.fromkeys(("content", "content_encoded"), _Entry.content),
    **dict.fromkeys(("created", "dcterms_created"), _Entry.created),
    **dict.fromkeys(("title", "dc_title"), _Entry.title),
    "media_title": _Entry.media_title,
    **dict.fromkeys(
        ("description", "dc_description", "itunes_summary", "media_description", "summary"),
        _Entry.summary,
    ),
    **dict.fromkeys(("issued", "dcterms_issued", "pubdate", "published"), _Entry.published),
    **dict.fromkeys(
        ("updated", "dc_date", "dcterms_modified", "lastbuilddate", "modified"), _Entry.updated
    ),
    **dict.fromkeys(("guid", "id"), _Entry.guid),
    "link": _Entry.link,
    "enclosure": _Entry.enclosure,
    "source": _Entry.source,
    "feedburner_origlink": _Entry.feedburner_origlink,
    "news_source": _Entry.news_source,
}
