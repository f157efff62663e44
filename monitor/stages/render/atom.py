"""An Atom feed (RFC 4287) as bytes: what this monitor itself publishes.

Pure. Text goes out as plain text; whatever a feed wrote, the XML is well-formed.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the feed."""

    id: str  # an IRI that never changes and is nobody else's
    title: str
    link: str  # to read on, absolute or beside the feed; "" when there is none
    updated: datetime
    summary: str = ""
    author: str = ""
    published: datetime | None = None
    language: str = ""


def render_atom(
    *, id: str, title: str, updated: datetime, items: Sequence[Item], language: str = "en"
) -> bytes:
    """Return the feed, items in their order; `updated` is what holds where there are none."""
    feed = ET.Element("feed", {"xmlns": ATOM, _XML_LANG: language})
    _add(feed, "id", id)
    _add(feed, "title", title or "…")
    _add(feed, "updated", _rfc3339(max((item.updated for item in items), default=updated)))
    author = ET.SubElement(feed, "author")
    _add(author, "name", "News monitor")
    _add(feed, "generator", "News monitor")
    for item in items:
        _add_item(feed, item)
    ET.indent(feed)
    text: str = ET.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _add_item(feed: ET.Element, item: Item) -> None:
    entry = ET.SubElement(feed, "entry", {_XML_LANG: item.language} if item.language else {})
    _add(entry, "id", item.id)
    _add(entry, "title", item.title or "…")
    _add(entry, "updated", _rfc3339(item.updated))
    if item.published is not None:
        _add(entry, "published", _rfc3339(item.published))
    if item.author:
        author = ET.SubElement(entry, "author")
        _add(author, "name", item.author)
    if item.link:
        ET.SubElement(entry, "link", {"rel": "alternate", "href": _NO_XML.sub("", item.link)})
        if item.summary:
            _add(entry, "summary", item.summary)
    else:
        # Without a link an entry must have its content (RFC 4287, 4.1.2).
        _add(entry, "content", item.summary or item.title or "…")


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _NO_XML.sub("", text)


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
