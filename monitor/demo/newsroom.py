"""The sample newsroom: invented outlets and entries, read from `outlets/*.toml`.

Nothing in it happened. The entries carry how long ago they were published, so that
the newsroom is as fresh as the `now` it is printed for.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from monitor.text import words

OUTLETS = Path(__file__).parent / "outlets"


class Format(StrEnum):
    """What the outlet's feed is written in."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"


class Markup(StrEnum):
    """How the summary is wrapped."""

    PLAIN = "plain"
    ESCAPED = "escaped"  # HTML, escaped, with an image
    CDATA = "cdata"
    CONTENT = "content"  # a plain summary, and the full text in a second element


class Validators(StrEnum):
    """What the outlet's server gives for a conditional GET."""

    BOTH = "both"
    ETAG = "etag"  # a weak one
    LAST_MODIFIED = "last-modified"
    NONE = "none"


class Trouble(StrEnum):
    """What is wrong with the feed; the value is a phrase a person can read."""

    NONE = ""
    EDITED = "edited"
    UNDATED = "undated"
    SPANISH_DATES = "spanish dates"
    WINDOWS_1252 = "windows-1252"
    MALFORMED = "malformed"
    SLOW = "slow"
    MOVED = "moved"  # 301
    BOT_WALL = "bot wall"  # an HTML page with status 200
    FORBIDDEN = "forbidden"  # an HTML page with status 403
    MISSING = "missing"  # 404


# The feeds that no poll can read, whatever it does.
UNREADABLE = frozenset({Trouble.BOT_WALL, Trouble.FORBIDDEN, Trouble.MISSING})


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """One invented entry, and what a careful reader would say about it."""

    ago: timedelta  # published so long before the newsroom's now
    title: str
    summary: str
    corrected: str = ""  # the headline after the newsroom's correction
    undated: bool = False  # the feed does not say when it was published
    source: str = ""  # in the aggregator: who published it
    event: str = ""  # entries on one event share this word
    relevant: bool = False  # about relations between Mexico and the United States

    @property
    def slug(self) -> str:
        """Return the end of the entry's link; a correction does not change it."""
        plain = self.title.replace("’", "").replace("'", "")
        return "-".join(words(plain)[:9]).replace("ñ", "n")


@dataclass(frozen=True, slots=True)
class Outlet:
    """One invented outlet, its feed and its trouble."""

    key: str  # the file's stem, and the first step of the feed's path
    name: str
    home: str
    about: str
    language: str
    format: Format
    entries: tuple[SampleEntry, ...]  # newest first
    trouble: Trouble = Trouble.NONE
    markup: Markup = Markup.PLAIN
    validators: Validators = Validators.BOTH
    opaque_ids: bool = False  # ids that are no links
    relative_links: bool = False

    def opaque_id(self, entry: SampleEntry) -> str:
        """Return an id that says nothing, as content systems make them."""
        return sha256(f"{self.key}/{entry.slug}".encode()).hexdigest()[:16]


_KINDS: dict[str, type[StrEnum]] = {
    "format": Format,
    "trouble": Trouble,
    "markup": Markup,
    "validators": Validators,
}


@cache
def load_newsroom() -> tuple[Outlet, ...]:
    """Return the outlets of the sample newsroom, by key."""
    return tuple(
        _outlet(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(OUTLETS.glob("*.toml"))
    )


def _outlet(key: str, table: dict[str, Any]) -> Outlet:
    for name, kind in _KINDS.items():
        if name in table:
            table[name] = kind(table[name])
    entries = tuple(_entry(entry) for entry in table.pop("entries"))
    return Outlet(key=key, entries=entries, **table)


def _entry(table: dict[str, Any]) -> SampleEntry:
    return SampleEntry(ago=timedelta(hours=table.pop("ago")), **table)
