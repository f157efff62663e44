"""An outlet's own name in its entries, which says nothing of what they are about."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final, Protocol

from monitor.text.matching import pattern

_OUTLET_MAX_WORDS: Final = 7
_AGGREGATORS: Final = ("https://news.google.com/", "https://www.msn.com/")


class Readable(Protocol):
    """What of an entry says what it is about; see `model.Entry`."""

    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def outlet(self) -> str: ...
    @property
    def link(self) -> str: ...
    @property
    def language(self) -> str | None: ...
    @property
    def dated_at(self) -> datetime: ...


def split_outlet(entry: Readable) -> tuple[str, str]:
    """Return the title without the outlet's name at its end, and the outlet's name.

    The tail is an outlet's name when it is the entry's own outlet, when the summary
    ends with it too or an aggregator made the headline, or when it is a short name.
    """
    title = entry.title
    at = max(title.rfind(" - "), title.rfind(" | "), title.rfind(" – "), title.rfind(" — "))
    if at <= 0:
        return title, entry.outlet
    tail = title[at + 3 :].strip()
    if not _is_outlet(tail, entry):
        return title, entry.outlet
    return title[:at].removesuffix(f" - {tail}"), tail


def _is_outlet(tail: str, entry: Readable) -> bool:
    words = tail.split()
    if not words or len(words) > _OUTLET_MAX_WORDS or tail[-1] in "?!":
        return False
    if tail == entry.outlet or entry.link.startswith(_AGGREGATORS):
        return True
    return entry.summary.endswith(tail) or all(w[0].isupper() for w in words if len(w) > 3)


@lru_cache(maxsize=4096)
def outlet_pattern(outlet: str) -> str:
    """Return how an outlet's name reads; "" for one word, which may be meant ("Mexico")."""
    name = pattern(outlet.rstrip("*"))
    return name if name.count(" ") > 2 else ""
