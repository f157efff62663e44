"""Cut a feed's document into its items, so that only what is new needs a full parse. Pure.

Python's own expat finds the places: whatever it cannot read, or could be read in two
ways, is not cut, and the whole document is parsed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from monitor.identity import twin_of

HASH_BYTES = 8

_ITEMS: Final = frozenset({"item", "entry"})
_NAMING: Final = frozenset({"guid", "id", "link"})
_RDF_ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as it stands in its document, tags and all."""

    content: bytes
    hash: bytes  # of the content
    # It has an id, or else a link, and no other item has it. Those that share one are
    # told apart by all of them, so they are read together.
    is_distinct: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A well-formed document in three parts; an item is left out without touching the rest."""

    head: bytes
    items: tuple[Item, ...]
    tail: bytes

    def with_only(self, items: Iterable[Item]) -> bytes:
        """Return the document with these items only."""
        return b"".join([self.head, *(item.content for item in items), self.tail])


def cut_document(document: bytes) -> Cut | None:
    """Cut a document in UTF-8, without its XML declaration, before and after each item.

    None when that is not safe: not well-formed, with a document type, without an item,
    with something between two items, or one item within another.
    """
    finder = _Finder()
    try:
        finder.read(document)
    except (expat.ExpatError, _NotSafeError):
        return None
    places = finder.places
    if not places:
        return None
    position = places[0].start
    taken = Counter(name for place in places for name in place.own_names)
    items = []
    for place in places:
        if document[position : place.start].strip():
            return None
        position = place.end
        content = document[place.start : place.end]
        is_distinct = bool(place.own_names) and all(taken[name] == 1 for name in place.own_names)
        items.append(Item(content, item_hash(content), is_distinct))
    return Cut(document[: places[0].start], tuple(items), document[position:])


def item_hash(content: bytes) -> bytes:
    """Return what an item is remembered by."""
    return hashlib.blake2b(content, digest_size=HASH_BYTES).digest()


class _NotSafeError(Exception):
    """Cutting could change what is read."""


@dataclass(slots=True)
class _Place:
    start: int
    end: int = 0
    names: set[str] = field(default_factory=set)  # ids, as they are written
    links: set[str] = field(default_factory=set)

    @property
    def own_names(self) -> set[str]:
        return self.names or self.links


class _Finder:
    """Finds where items begin and end, and what names them."""

    def __init__(self) -> None:
        self.places: list[_Place] = []
        self._document = b""
        self._depth = 0
        self._item_depth = 0  # the depth at which items stand, 0 before the first
        self._item_name = ""
        self._text: list[str] | None = None  # of the id or link that is being read
        self._parser = parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse

    def read(self, document: bytes) -> None:
        self._document = document
        self._parser.Parse(document, True)

    def _refuse(self, *_: object) -> None:
        raise _NotSafeError

    def _start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        local = name.rpartition(" ")[2].lower()
        if local in _ITEMS:
            self._start_item(name, attributes)
        elif self._depth == self._item_depth + 1 and self.places and local in _NAMING:
            if local == "link":
                self.places[-1].links.update(map(_comparable, _values(attributes, "href")))
            self._text = []
            self._parser.CharacterDataHandler = self._text.append

    def _start_item(self, name: str, attributes: list[str]) -> None:
        if not self.places:
            self._item_depth, self._item_name = self._depth, name
        elif (self._depth, name) != (self._item_depth, self._item_name):
            raise _NotSafeError  # one within another, or of another kind
        place = _Place(self._parser.CurrentByteIndex)
        place.names.update(map(_comparable, _values(attributes, _RDF_ABOUT)))
        self.places.append(place)

    def _end(self, name: str) -> None:
        if self._text is not None and self._depth == self._item_depth + 1:
            place = self.places[-1]
            is_link = name.rpartition(" ")[2].lower() == "link"
            text = _comparable("".join(self._text))
            if text:
                (place.links if is_link else place.names).add(text)
            self._text = None
            self._parser.CharacterDataHandler = None
        elif self.places and self._depth == self._item_depth and not self.places[-1].end:
            start = self._parser.CurrentByteIndex
            if not self._document.startswith(b"</", start):
                raise _NotSafeError  # <item/>
            self.places[-1].end = self._document.index(b">", start) + 1
        self._depth -= 1


def _values(attributes: list[str], name: str) -> list[str]:
    return [
        value
        for key, value in zip(attributes[::2], attributes[1::2], strict=True)
        if key == name and value
    ]


def _comparable(name: str) -> str:
    return twin_of("".join(name.split()).lower())
