"""Read a JSON Feed (version 1 or 1.1) into the shape that feedparser gives. Pure; stdlib json."""

from __future__ import annotations

import html
import json
from typing import Any

VERSION_PREFIX = "://jsonfeed.org/version/"
NUMBER_LIMIT = 1e300  # no id; Python refuses to write far longer ones

# JSON Feed's fields, by feedparser's names.
_TEXTS = {
    "title": "title",
    "summary": "summary",
    "published": "date_published",
    "updated": "date_modified",
}


def read_json_feed(text: str) -> dict[str, Any] | None:
    """Return {"feed": ..., "entries": [...]} as feedparser would, None for any other text.

    What is of the wrong type is left out; an item that is no object stands as an empty
    entry. Raises nothing.
    """
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    if VERSION_PREFIX not in _string(document.get("version")):
        return None
    head = {
        "title": _string(document.get("title")),
        "link": _string(document.get("home_page_url")),
        "language": _string(document.get("language")),
    }
    return {"feed": head, "entries": [_entry(item) for item in document["items"]]}


def _entry(item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        return {}
    entry: dict[str, Any] = {ours: _string(item.get(theirs)) for ours, theirs in _TEXTS.items()}
    entry["id"] = _string(item.get("id"))
    # Of a link blog, `url` is the note and `external_url` what it is about.
    entry["link"] = _string(item.get("url")) or _string(item.get("external_url"))
    markup = _string(item.get("content_html")) or html.escape(_string(item.get("content_text")))
    entry["content"] = [{"value": markup}]
    attachments = item.get("attachments")
    entry["links"] = [
        {"rel": "enclosure", "href": _string(each.get("url"))}
        for each in (attachments if isinstance(attachments, list) else ())
        if isinstance(each, dict)
    ]
    return entry


def _string(value: object) -> str:
    """Return a string, or a number as one (some write ids so), "" for everything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value) if abs(value) < NUMBER_LIMIT else ""
