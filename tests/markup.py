"""HTML as a test wants to look at it: elements in order, their text and attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def matches(self, selector: str) -> bool:
        """Tell whether this is a "tag" or bears a ".class"."""
        if selector.startswith("."):
            return selector[1:] in self.attributes.get("class", "").split()
        return self.tag == selector


class Markup(HTMLParser):
    """Parses on construction. A line break or a new cell counts as a space in texts."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.styles: list[str] = []
        self._open: list[Element] = []
        self.feed(markup)
        self.close()

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.elements if element.matches(selector)]

    def values(self, attribute: str) -> list[str]:
        return [e.attributes[attribute] for e in self.elements if attribute in e.attributes]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag == "br":
            self.handle_data(" ")
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].tag == "style":
            self.styles.append(data)
        for element in self._open:
            element.pieces.append(data)
