"""Where a story stands among others: one formula with named parts; docs/ranking.md says why.

    rank = strength + outlets + freshness

Pure. Each part is in points, the unit of a score's reasons, and is shown with the story.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from math import log, log2
from typing import Final

from monitor.model import Entry, Rank, Story
from monitor.text import fold, link_host

OUTLETS: Final = 1.0  # points for the first outlet, and for each doubling of what follows
OUTLETS_MAX: Final = 31  # beyond, agencies' copies are counted rather than reports
FRESHNESS: Final = 3.0  # points of a report that comes in as the issue is made
HALF_LIFE: Final = timedelta(hours=24)  # a day later half of them are left
ODDS_MAX: Final = 9.0  # points; a value that was rounded to 1 has no logarithm

# Links of these hosts lead to a page about a page, and what people post is no report: a
# publisher's own link is better, and neither counts as an outlet.
AGGREGATORS: Final = frozenset({"news.google.com", "news.yahoo.com", "msn.com", "flipboard.com"})
PLATFORMS: Final = frozenset(
    "facebook.com x.com twitter.com instagram.com tiktok.com youtube.com threads.net t.me"
    " reddit.com linkedin.com".split()
)

# What stands after the name in a host: "eluniversal.com.mx", "sre.gob.mx".
_SUFFIXES: Final = frozenset(
    "com org net edu gov gob mil info news int co ac media press tv".split()
)
_SECTION = re.compile(r"\s[-–—|•]\s.*$")  # "El Financiero — Economía"


def rank_story(story: Story, *, value: float, bar: float, now: datetime) -> Rank:
    """Rank a story whose best score for its section's profile is `value`, of at least `bar`.

    Strength is the distance in points, before they were squashed: near 1 values differ
    little, points do. Freshness goes by the newest report.
    """
    entries = [scored.entry for scored in story.entries]
    newest = max(entry.dated_at for entry in entries)
    age = max(now - newest, timedelta(0))
    count = outlet_count(entries)
    return Rank(
        strength=_points(value) - _points(bar),
        outlets=OUTLETS * log2(1 + min(count, OUTLETS_MAX)),
        freshness=FRESHNESS * 0.5 ** (age / HALF_LIFE),
        outlet_count=count,
        age=age,
    )


def outlet_count(entries: list[Entry]) -> int:
    """Return how many outlets report independently: one text in five papers is one report."""
    reports = [(outlet_key(entry), entry.title) for entry in entries]
    names = {name for name, _ in reports if name}
    if len(names) < 2:
        return len(names)
    return min(len(names), len({fold(_SECTION.sub("", title)) for name, title in reports if name}))


def outlet_key(entry: Entry) -> str:
    """Return what tells an entry's outlet from others, "" when it is none.

    A feed of several outlets has a name that is in none of its links: there the host
    tells them apart.
    """
    return _outlet_key(entry.outlet, _host(entry.link))


@lru_cache(maxsize=20_000)
def _outlet_key(outlet: str, host: str) -> str:
    if _is_platform(outlet, host):
        return ""
    name = squeeze(_SECTION.sub("", outlet)) or squeeze(outlet)
    own = host_name(host)
    if not own or host in AGGREGATORS or own in squeeze(outlet):
        return name
    return name if name and name in own else f"{name} {own}".strip()


def is_platform(entry: Entry) -> bool:
    """Tell whether an entry is a post of people, not a report of an outlet."""
    return _is_platform(entry.outlet, _host(entry.link))


@lru_cache(maxsize=20_000)
def _is_platform(outlet: str, host: str) -> bool:
    return not PLATFORMS.isdisjoint({host.removeprefix("m."), fold(outlet)})


@lru_cache(maxsize=20_000)
def _host(link: str) -> str:
    # The part that link_host reads: an address is long, and the same hosts come all day.
    # An entry's own is asked for again by each of an issue's rules.
    return _host_of("/".join(link.split("/", 3)[:3]))


@lru_cache(maxsize=20_000)
def _host_of(address: str) -> str:
    return link_host(address)


def is_second_hand(entry: Entry) -> bool:
    """Tell whether an entry's link leads to a page about the report, or to none."""
    return not entry.link or _host(entry.link) in AGGREGATORS or is_platform(entry)


def squeeze(name: str) -> str:
    """Return a name's letters and digits alone, folded."""
    return re.sub(r"[\W_]", "", fold(name))


def host_name(host: str) -> str:
    """Return the label that names whose host it is: "eluniversal" of eluniversal.com.mx."""
    labels = host.split(".")
    while len(labels) > 1 and (labels[-1] in _SUFFIXES or len(labels[-1]) == 2):
        labels.pop()
    return labels[-1]


def is_suffix(label: str) -> bool:
    """Tell whether a label of a host stands behind names and is none itself."""
    return label in _SUFFIXES


def _points(value: float) -> float:
    """Return the points that a value was squashed from; `score.squash` undone."""
    if value <= 0:
        return -ODDS_MAX
    if value >= 1:
        return ODDS_MAX
    return max(-ODDS_MAX, min(ODDS_MAX, log(value / (1 - value))))
