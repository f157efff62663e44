"""What an everyday document says of itself, around its items; by feedparser's rules. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from monitor.stages.parse.attributes import (
    ENTITY,
    FRAMED,
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
from monitor.stages.parse.cut import Element, Frame, Item
from monitor.stages.parse.vocabulary import Kind, Vocabulary

_RSS_1 = "http://purl.org/rss/1.0/ "
_SUMMARIES: Final = frozenset({"description", "dc_description", "summary", "itunes_summary"})
_NOT_BEHIND: Final = _SUMMARIES | {"title"}  # there they depend on what the last item held
_ITEM_DEPTHS: Final = {"feed": 2, "rss": 3, "rdf_rdf": 2}


class Head:
    """What stands around the items."""

    def __init__(self, words: Vocabulary) -> None:
        self.raw: dict[str, Any] = {}
        self.has_content = False
        self._words = words
        self._has_title = self._has_summary = False

    def read(self, frame: Frame, item: Item) -> None:
        """Read the fields that are asked for into `raw`."""
        *behind, (_, root_name, attributes, _) = frame.behind
        root, (depth, item_name, _, _) = self._words.tag(root_name), item.elements[-1]
        is_other_rdf = root == "rdf_rdf" and not item_name.lower().startswith(_RSS_1)
        if _ITEM_DEPTHS.get(root) != depth or is_other_rdf:
            raise UnusualError
        if self._words.tag(item_name) not in {"item", "entry"}:
            raise UnusualError
        if any(self._words.tag(name) in _NOT_BEHIND for _, name, _, _ in behind):
            raise UnusualError
        self._open(root, attributes)
        if root == "feed":
            self._read_all([*frame.before, *behind], 2)
        else:
            self._read_all(self._of_channel([*frame.before, *behind]), 3)

    def _open(self, root: str, attributes: list[str]) -> None:
        check_base(attributes)
        said = [
            value
            for name, value in zip(attributes[::2], attributes[1::2], strict=True)
            if name.lower().endswith("lang")
        ]
        if len(said) > 1:
            raise UnusualError
        if said and said[0] and root in {"feed", "rss"}:
            self.raw["language"] = said[0].replace("_", "-")

    def _of_channel(self, elements: Sequence[Element]) -> Sequence[Element]:
        """Return what the channel holds; behind it only an image and a form may stand."""
        at = [number for number, each in enumerate(elements) if each[0] == 2]
        tags = [self._words.tag(elements[number][1]) for number in at]
        if tags[:1] != ["channel"] or not {*tags[1:]} <= FRAMED.keys():
            raise UnusualError
        channel = elements[at[0]]
        for name in channel[2][::2]:
            if name.rpartition(" ")[2].lower() in {"base", "href", "lastmod"}:
                raise UnusualError
        Head(self._words)._read_all(elements[at[0] + 1 :], 2)
        return elements[: at[0]]

    def _read_all(self, elements: Sequence[Element], top: int) -> None:
        nested: list[Known] = []
        for depth, name, attributes, text in elements:
            tag, kind = self._words.in_head(name)
            if attributes:
                check_base(attributes)
            if depth > top:
                nested.append((depth, tag, kind, text, attributes))
                continue
            if kind is Kind.UNUSUAL or (nested and not _may_hold(tag, kind, nested)):
                raise UnusualError
            nested.clear()
            if kind is Kind.FIELD:
                self._take(tag, text.strip(), attributes)

    def _take(self, tag: str, text: str, attributes: list[str]) -> None:
        if tag in FRAMED:
            self._has_title = False
        elif tag == "title":
            self._take_title(text, attributes)
        elif tag in _SUMMARIES:
            # The second one after a summary is a content to feedparser.
            self.has_content = self.has_content or self._has_summary
            self._has_summary = self._has_summary or not tag.endswith("description")
        elif tag == "link":
            _, href, is_page = link_of(attributes)
            if href is None:
                self.raw["link"] = ENTITY.sub(r"&\1", mended(address_of(text)))
            elif is_page:
                self.raw["link"] = href
        elif tag in {"guid", "id"}:
            if not attributes or named_values(attributes).get("ispermalink", "true") == "true":
                self.raw.setdefault("link", mended(address_of(text)))
        elif tag in {"language", "dc_language"}:
            self.raw["language"] = mended(text)
        elif attributes:  # then they count, and not the text
            raise UnusualError
        else:
            self.raw[tag] = mended(text)

    def _take_title(self, text: str, attributes: list[str]) -> None:
        check_type(attributes)
        value = mended(text)
        if not self._has_title:
            self.raw["title"] = value
        self._has_title = self._has_title or bool(value)


def _may_hold(tag: str, kind: Kind, nested: Sequence[Known]) -> bool:
    """Tell whether what an element of the head holds says nothing of the head."""
    if tag in FRAMED:
        return is_framed(tag, nested)
    return kind is Kind.IGNORED and all(each[2] is Kind.IGNORED for each in nested)
