"""What the HTML of an issue may hold: nothing that loads, runs or sends anything. Pure.

Feeds cannot bring it about, an edited template could.
"""

from __future__ import annotations

import re
from typing import Final

from monitor.errors import RenderError
from monitor.text.tags import TagReader

_FORBIDDEN_TAGS: Final = frozenset(
    "script iframe frame object embed applet link img picture source video audio track svg math"
    " form input button textarea select base"
    # What stands in these is text to some readers and markup to others.
    " xmp plaintext listing noembed noframes noscript template".split()
)
_FORBIDDEN_ATTRIBUTES: Final = frozenset(
    "src srcset background poster data action formaction".split()
)
_LINK: Final = re.compile(r"(https?://|mailto:|#)")
_LOADING_CSS: Final = re.compile(r"url\s*\(|@import|image-set|\\", re.IGNORECASE)
_CONDITION: Final = re.compile(r"\[if[^\]]*\]>")

# Markup as css-inline writes it: a style element, a comment, or one tag, attributes in quotes.
_ATTRIBUTE: Final = re.compile(r' ([a-z][a-z-]*)="([^"]*)"')
_PIECES: Final = re.compile(
    rf"(<style>[^<]*</style>|<!--.*?-->|<!DOCTYPE html>"
    rf"|</?(?!style)[a-z][a-z0-9]*(?:{_ATTRIBUTE.pattern.replace('(', '(?:')})*>)",
    re.DOTALL,
)


def inspect_markup(*pages: str) -> None:
    """Raise RenderError when one of the pages would load, run or send anything.

    Of pages whose pieces can be told apart each piece is read once, however often it comes.
    """
    known: set[str] = set()
    for page in pages:
        texts_and_pieces = _PIECES.split(page)
        if "<" in "".join(texts_and_pieces[::2]):
            _Inspector().inspect(page)
            continue
        for piece in set(texts_and_pieces[1::2]):
            kept = _ATTRIBUTE.sub(_unless_harmless, piece) if piece[1] != "!" else piece
            if kept not in known:
                _Inspector().inspect(kept)
                known.add(kept)


def _unless_harmless(attribute: re.Match[str]) -> str:
    """Return an attribute, "" when it is one of those that differ from story to story."""
    name, value = attribute.groups()
    is_harmless = name in ("title", "lang") or (
        name == "href" and value.startswith(("https://", "http://"))
    )
    return "" if is_harmless else attribute[0]


class _Inspector(TagReader):
    """Refuses HTML that acts or loads."""

    def inspect(self, markup: str) -> None:
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FORBIDDEN_TAGS:
            _refuse(f"<{tag}> is not allowed: a digest loads and runs nothing")
        for name, value in attrs:
            if name in _FORBIDDEN_ATTRIBUTES or name.startswith("on"):
                _refuse(f"the attribute {name} is not allowed: a digest loads nothing")
            if name == "href" and not _LINK.match(value or ""):
                _refuse("a link must begin with http:, https: or mailto:")
            if name == "style":
                _check_css(value or "")
            if name == "http-equiv":
                _refuse("<meta http-equiv> is not allowed")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            _check_css(data)

    def handle_comment(self, data: str) -> None:
        # What stands in a condition is markup to Outlook.
        found = _CONDITION.match(data)
        if found:
            _Inspector().inspect(data[found.end() :].removesuffix("<![endif]"))


def _check_css(css: str) -> None:
    if _LOADING_CSS.search(css):
        _refuse("CSS may not load anything: no url(), no @import")


def _refuse(problem: str) -> None:
    raise RenderError("digest.html", None, problem)
