"""feedparser, which reads all that is not everyday; its sole user, imported when first needed.

It gets bytes, never an address or a path, and neither sanitises nor resolves links: both
cost more than the parsing, and everything here ends as plain text anyway.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.sax import SAXParseException

import feedparser

from monitor.errors import ParseError
from monitor.model import Feed, Problem
from monitor.text import clean


def parse(document: bytes, feed: Feed, base: str | None) -> dict[str, Any]:
    """Let feedparser read a document in UTF-8.

    `base` is its address, for documents with an xml:base only: with one, feedparser also
    makes addresses of ids, and a feed that moves would bring all its entries again;
    without, an xml:base leaks to what follows.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    if base is not None:
        headers["content-location"] = base
    try:
        result: dict[str, Any] = feedparser.parse(
            BytesIO(document),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    # The one place where everything is caught: a foreign parser, on foreign bytes, has
    # raised a dozen classes so far, and none of them may end more than this feed.
    except Exception as error:
        problem = f"the parser gave up on it ({type(error).__name__})"
        raise ParseError(feed.url, problem, kind=Problem.PARSER) from error
    return result


def problem_of(parsed: dict[str, Any]) -> str:
    """Return what is malformed, in words, "" when nothing is."""
    if not parsed["bozo"]:
        return ""
    error = parsed.get("bozo_exception")
    where = (
        f"line {error.getLineNumber()}: {clean(error.getMessage())}"
        if isinstance(error, SAXParseException)
        else repr(error)  # feedparser itself objects
    )
    return f"not well-formed XML in {where}"


def read_well_formed(
    document: bytes, feed: Feed, base: str | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """Return what a well-formed feed in UTF-8 says of itself, and its raw entries; else None."""
    parsed = parse(document, feed, base)
    if parsed["bozo"] or not parsed["version"]:
        return None
    return parsed["feed"], parsed["entries"]
