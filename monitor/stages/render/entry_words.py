"""One entry's words as a reader sees them: one clean, clipped line each, never markup."""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.model import Entry
from monitor.stages.choose.rank import host_name, is_suffix, squeeze
from monitor.text import adds_to, clean, clean_link, clip, fold, link_host

TITLE_MAX_CHARS = 220
SUMMARY_MAX_CHARS = 180  # two lines at 680 px
NAME_MAX_CHARS = 60  # outlets, feeds, profiles

_CODE = re.compile(r"[a-z]{2,3}")
# Some sources take words and marks apart: "U . S . , Mexico". No mark has a space before it.
_SPACED = re.compile(r"(?<=[^\W_]) (?=[.,;:?!](?: |$))")


def headline_of(entry: Entry) -> str:
    """Return the headline; aggregators put " - The Outlet" behind it, which is told anyway."""
    title = _SPACED.sub("", clean(entry.title[: 10 * TITLE_MAX_CHARS]))
    headline, dash, tail = title.rpartition(" - ")
    if dash and headline and fold(tail) == fold(clean(entry.outlet[:NAME_MAX_CHARS])):
        title = headline
    return clip(title, TITLE_MAX_CHARS) or link_host(entry.link) or "…"


def outlet_of(entry: Entry) -> str:
    return short_name(entry.outlet) or link_host(clean_link(entry.link)) or "…"


def summary_of(entry: Entry) -> str:
    """Return the summary in short, "" when it says no more than the title and the outlet."""
    summary = short_line(entry.summary, SUMMARY_MAX_CHARS)
    return summary if adds_to(summary, f"{headline_of(entry)} {outlet_of(entry)}") else ""


@lru_cache(maxsize=4_000)  # outlets are few, their entries many
def short_name(text: str) -> str:
    return short_line(text, NAME_MAX_CHARS)


def short_line(text: str, limit: int) -> str:
    # What is cut anyway need not be cleaned; unseen characters may be many, hence the tenfold.
    return clip(clean(text[: 10 * limit]), limit)


def language_of(entry: Entry) -> str:
    """Return the language for a lang attribute: what the feed says is not to be trusted there."""
    language = entry.language or ""
    return language if _CODE.fullmatch(language) else ""


def mark_of(entry: Entry, language: str) -> str:
    own = language_of(entry)
    return own.upper() if own and own != language else ""


def host_of(entry: Entry) -> str:
    """Return the link's host, "" when the outlet's name says as much."""
    host = link_host(clean_link(entry.link))
    name, outlet = host_name(host), squeeze(outlet_of(entry))
    if host.startswith("xn--") or ".xn--" in host or len(name) < 2 or is_suffix(name):
        return host
    return "" if name in outlet or (len(outlet) > 1 and outlet in name) else host
