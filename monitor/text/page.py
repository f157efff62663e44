"""The article of a web page by its paragraphs: enough to learn from, where no library reads it."""

from __future__ import annotations

import re
from typing import Final

from monitor.text.tags import TagReader

LEAST_CHARS: Final = 200  # of an article; a page of less is a notice or a list
PARAGRAPH_CHARS: Final = 40  # shorter ones are captions, buttons and bylines
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([A-Za-z0-9_-]+)""", re.IGNORECASE)
_ELSEWHERE: Final = frozenset(
    "script style nav aside footer header form figure noscript template svg button".split()
)
_TEXT: Final = frozenset("p h2 h3 li blockquote".split())


def page_article(body: bytes) -> tuple[str, str]:
    """Return title and text of a page's article; the text is "" when there is none.

    The paragraphs inside <article> where the page has one that holds enough, else all.
    """
    reader = _Paragraphs()
    reader.feed(_decoded(body))
    reader.close()
    for paragraphs in (reader.inside, reader.all):
        text = "\n".join(paragraphs)
        if len(text) >= LEAST_CHARS:
            return " ".join((reader.heading or reader.title).split()), text
    return "", ""


def _decoded(body: bytes) -> str:
    named = _CHARSET.search(body[:4000])
    for encoding in (named[1].decode("ascii") if named else "utf-8", "utf-8"):
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):  # some names are of what decodes nothing
            continue
    return body.decode("cp1252", "replace")


class _Paragraphs(TagReader):
    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.heading = ""
        self.all: list[str] = []
        self.inside: list[str] = []
        self._elsewhere = 0
        self._article = 0
        self._into = ""  # "title", "h1" or "p": what the characters belong to
        self._said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ELSEWHERE:
            self._elsewhere += 1
        elif tag == "article":
            self._article += 1
        elif tag in _TEXT or tag in ("title", "h1"):
            self._end()
            self._into = tag if tag in ("title", "h1") else "p"

    def handle_endtag(self, tag: str) -> None:
        if tag in _ELSEWHERE:
            self._elsewhere = max(self._elsewhere - 1, 0)
        elif tag == "article":
            self._end()
            self._article = max(self._article - 1, 0)
        elif tag in _TEXT or tag in ("title", "h1", "body"):
            self._end()

    def handle_data(self, data: str) -> None:
        if self._into and (not self._elsewhere or self._into == "title"):
            self._said.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        said, into = " ".join("".join(self._said).split()), self._into
        self._said, self._into = [], ""
        if into == "title":
            self.title = self.title or said
        elif into == "h1":
            self.heading = self.heading or said
        elif len(said) >= PARAGRAPH_CHARS:
            self.all.append(said)
            if self._article:
                self.inside.append(said)
