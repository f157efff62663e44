"""Cut a feed's document into its items, so that only what is new needs a full parse. Pure.

Python's own expat finds the places: whatever it cannot read, or could be read in two
ways, is not cut, and the whole document is parsed. What it meets on the way is kept, so
that an everyday item needs no second parse (everyday.py).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from monitor.identity import twin_of

HASH_BYTES = 8

_ITEMS: Final = frozenset({"item", "entry"})
_IDS: Final = frozenset({"guid", "id"})
_NAMING: Final = frozenset({*_IDS, "link"})
_RDF_ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"


# One element as expat told it, when it ended: its depth (the root's is 1), its name
# ("namespace local", or "local" in no namespace), its attributes (name, value, name,
# value), and its text behind the last element in it. A plain tuple: there are many.
Element = tuple[int, str, list[str], str]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as it stands in its document, tags and all."""

    content: bytes
    hash: bytes  # of the content
    # It has an id, or else a link, and no other item has it. Those that share one are
    # told apart by all of them, so they are read together.
    is_distinct: bool
    elements: Sequence[Element] = field(default=(), compare=False, repr=False)  # itself the last


@dataclass(frozen=True, slots=True)
class Frame:
    """What a document holds besides its items, and its namespaces."""

    before: Sequence[Element]  # those that ended before the first item began
    behind: Sequence[Element]
    namespaces: dict[str, str] | None  # by prefix; None: one changed its meaning
    defaults: frozenset[str]  # namespaces declared without a prefix


@dataclass(frozen=True, slots=True)
class Cut:
    """A well-formed document in three parts; an item is left out without touching the rest."""

    head: bytes
    items: tuple[Item, ...]
    tail: bytes
    frame: Frame | None = field(default=None, compare=False, repr=False)

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
        own_names = finder.own_names()
    except (expat.ExpatError, _NotSafeError):
        return None
    places = finder.places
    if not places:
        return None
    position = places[0].start
    taken = Counter(name for names in own_names for name in names)
    items = []
    for place, names in zip(places, own_names, strict=True):
        if document[position : place.start].strip():
            return None
        position = place.end
        content = document[place.start : place.end]
        is_distinct = bool(names) and all(taken[name] == 1 for name in names)
        elements = finder.elements[place.first : place.last]
        items.append(Item(content, item_hash(content), is_distinct, elements))
    frame = Frame(
        finder.elements[: places[0].first],
        finder.elements[places[-1].last :],
        finder.namespaces,
        frozenset(finder.defaults),
    )
    return Cut(document[: places[0].start], tuple(items), document[position:], frame)


def item_hash(content: bytes) -> bytes:
    """Return what an item is remembered by."""
    return hashlib.blake2b(content, digest_size=HASH_BYTES).digest()


class _NotSafeError(Exception):
    """Cutting could change what is read."""


@dataclass(slots=True)
class _Place:
    """Where an item stands: in the document, and among the elements."""

    start: int
    first: int
    end: int = 0
    last: int = 0
    naming: list[Element] = field(default_factory=list)  # what may name it


class _Finder:
    """Finds where items begin and end, and what they hold."""

    def __init__(self) -> None:
        self.places: list[_Place] = []
        self.elements: list[Element] = []
        self.namespaces: dict[str, str] | None = {}
        self.defaults: set[str] = set()
        self._item_depth = 0  # the depth at which items stand, 0 before the first
        self._item_name = ""
        self._others: set[str] = set()  # names that are no item's
        self._ids: set[str] = set()  # of them, those of ids
        self._naming_names: set[str] = set()  # and those of ids and links

    def read(self, document: bytes) -> None:
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartNamespaceDeclHandler = self._declare
        self._listen(parser, document)
        try:
            parser.Parse(document, True)
        finally:  # what it calls holds it, and all that was found
            parser.StartElementHandler = parser.EndElementHandler = None

    def _listen(self, parser: expat.XMLParserType, document: bytes) -> None:
        # Not methods: there are two calls for each element, and few things take longer.
        opened: list[list[str]] = []  # the attributes of the elements under way
        texts: list[str] = []
        elements, others, naming_names = self.elements, self._others, self._naming_names
        place: _Place | None = None

        def start(name: str, attributes: list[str]) -> None:
            nonlocal place
            opened.append(attributes)
            if texts:
                texts.clear()
            if name not in others and self._is_item(name, len(opened)):
                place = _Place(parser.CurrentByteIndex, len(elements))
                self.places.append(place)

        def end(name: str) -> None:
            nonlocal place
            depth = len(opened)
            element = depth, name, opened.pop(), "".join(texts)
            if texts:
                texts.clear()
            if place:
                if name in naming_names and depth == self._item_depth + 1:
                    if elements and elements[-1][0] > depth:
                        raise _NotSafeError  # something within an id
                    place.naming.append(element)
                elif depth == self._item_depth:
                    _close(place, parser.CurrentByteIndex, document)
                    place.last = len(elements) + 1
                    place = None
            elements.append(element)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = texts.append

    def own_names(self) -> list[set[str]]:
        """Return what names each item: its ids, else its links."""
        return [self._ids_of(place) or self._links_of(place) for place in self.places]

    def _ids_of(self, place: _Place) -> set[str]:
        found = [each[3] for each in place.naming if each[1] in self._ids]
        found += _values(self.elements[place.last - 1][2], _RDF_ABOUT)
        return set(filter(None, map(_comparable, found)))

    def _links_of(self, place: _Place) -> set[str]:
        found = []
        for _, name, attributes, text in place.naming:
            if name not in self._ids:
                found += [text, *_values(attributes, "href")]
        return set(filter(None, map(_comparable, found)))

    def _refuse(self, *_: object) -> None:
        raise _NotSafeError

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        if not prefix:
            self.defaults.add(uri or "")
        elif self.namespaces and self.namespaces.get(prefix, uri) != uri:
            self.namespaces = None
        elif self.namespaces is not None:
            self.namespaces[prefix] = uri or ""

    def _is_item(self, name: str, depth: int) -> bool:
        """Tell whether an element of this name, not met before or an item's, is an item."""
        local = name.rpartition(" ")[2].lower()
        if local not in _ITEMS:
            self._others.add(name)
            if local in _IDS:
                self._ids.add(name)
            if local in _NAMING:
                self._naming_names.add(name)
            return False
        if not self.places:
            self._item_depth, self._item_name = depth, name
        elif (depth, name) != (self._item_depth, self._item_name):
            raise _NotSafeError  # one within another, or of another kind
        return True


def _close(place: _Place, start: int, document: bytes) -> None:
    if not document.startswith(b"</", start):
        raise _NotSafeError  # <item/>
    place.end = document.index(b">", start) + 1


def _values(attributes: list[str], name: str) -> list[str]:
    if not attributes:
        return attributes
    return [
        value
        for key, value in zip(attributes[::2], attributes[1::2], strict=True)
        if key == name and value
    ]


def _comparable(name: str) -> str:
    return twin_of("".join(name.split()).lower())
