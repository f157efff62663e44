"""What elements say by their attributes and texts, by feedparser's rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from monitor.stages.parse.vocabulary import Kind
from monitor.text.western import western_bytes

_XML = "http://www.w3.org/XML/1998/namespace "
_NO_MATTER: Final = frozenset({f"{_XML}lang", f"{_XML}space"})
_TYPES: Final = frozenset({"text", "plain", "html", "text/plain", "text/html"})
_PAGES: Final = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})
_SLASHES = re.compile("^([A-Za-z][A-Za-z0-9+-.]*://)/+")
# What these hold is theirs, and nothing else may stand in them.
FRAMED: Final = {
    "image": frozenset({"title", "link", "description", "url", "width", "height"}),
    "textinput": frozenset({"title", "link", "description", "name"}),
}
ENTITY = re.compile("&([A-Za-z0-9_]+);")
# Numbers that were meant as Windows-1252.
WINDOWS: Final = {
    number: character
    for number in range(0x80, 0xA0)
    if (character := bytes([number]).decode("cp1252", "replace")) != "\ufffd"
}

# An element whose name was looked at: depth, tag, kind, text, attributes.
Known = tuple[int, str, Kind, str, list[str]]


class UnusualError(Exception):
    """It is not known to the letter what feedparser makes of this."""


def is_framed(tag: str, nested: Sequence[Known]) -> bool:
    """Tell whether an image or a form holds what is its own, and nothing within that."""
    return all(each in FRAMED[tag] and depth == nested[0][0] for depth, each, _, _, _ in nested)


def link_of(attributes: list[str]) -> tuple[str, str | None, bool]:
    """Return what kind of link it is, its address, and whether it is of a page to be read."""
    if not attributes:
        return "alternate", None, True
    named = named_values(attributes)
    if "url" in named or "uri" in named:
        raise UnusualError
    rel = named.get("rel", "alternate").lower()
    media = named.get("type", "application/atom+xml" if rel == "self" else "text/html").lower()
    href = named.get("href")
    return rel, None if href is None else address_of(href), rel == "alternate" and media in _PAGES


def named_values(attributes: list[str]) -> dict[str, str]:
    named = {}
    for name, value in zip(attributes[::2], attributes[1::2], strict=True):
        if " " in name and name not in _NO_MATTER:
            raise UnusualError
        named[name.lower()] = value
    return named


def check_base(attributes: list[str]) -> None:
    for name in attributes[::2]:
        if name[-4:].lower() == "base":
            raise UnusualError  # every address is relative to it


def check_type(attributes: list[str]) -> None:
    """Raise where a content is not simply text or escaped markup."""
    for name, value in zip(attributes[::2], attributes[1::2], strict=True):
        local = name.rpartition(" ")[2].lower()
        if local == "mode" or (local == "type" and (local != name or value.lower() not in _TYPES)):
            raise UnusualError


def address_of(text: str) -> str:
    return _SLASHES.sub(r"\1", text) if ":///" in text else text


def mended(text: str) -> str:
    """Return the text with what was encoded twice, or numbered as in Windows-1252, set right."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    # The quick way to see that none of those characters is in it.
    return text.translate(WINDOWS) if western_bytes(text) is None else text
