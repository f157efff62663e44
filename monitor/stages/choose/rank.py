"""Where a story stands among others: one formula with named parts; docs/ranking.md says why.

    rank = strength + outlets + freshness

Pure. Each part is in points, the unit of a score's reasons, and is shown with the story.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from math import log, log2
from typing import Final, NamedTuple

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
_HOST_START: Final = len("https://")
_NO_TIME: Final = timedelta(0)
_SECTION = re.compile(r"\s[-–—|•]\s.*$")  # "El Financiero — Economía"
_OUTLET_POINTS: Final = tuple(OUTLETS * log2(1 + count) for count in range(OUTLETS_MAX + 1))


def rank_story(story: Story, *, value: float, bar: float, now: datetime) -> Rank:
    """Rank a story whose best score for its section's profile is `value`, of at least `bar`.

    Strength is the distance in points, before they were squashed: near 1 values differ
    little, points do. Freshness goes by the newest report; a date ahead makes none fresher.
    """
    if len(story.entries) == 1:  # as most are
        entry = story.entries[0].entry
        newest, count = entry.told_at, 1 if outlet_key(entry) else 0
    else:
        entries = [scored.entry for scored in story.entries]
        newest, count = _newest(entries), outlet_count(entries)
    age = now - newest if newest < now else _NO_TIME
    return Rank(
        strength=_points(value) - _points_of_bar(bar),
        outlets=_OUTLET_POINTS[min(count, OUTLETS_MAX)],
        freshness=FRESHNESS * 0.5 ** (age / HALF_LIFE),
        outlet_count=count,
        age=age,
    )


def _newest(entries: Sequence[Entry]) -> datetime:
    newest = entries[0].told_at
    for entry in entries[1:]:
        # As `dated_at` has it: thousands of entries are asked in each issue.
        dated = entry.first_dated_at or entry.published_at or entry.seen_at
        if dated > newest:  # none is told after its date
            newest = max(newest, entry.told_at)
    return newest


def outlet_count(entries: Sequence[Entry]) -> int:
    """Return how many outlets report independently: one text in five papers is one report."""
    if len(entries) == 1:
        return 1 if outlet_key(entries[0]) else 0
    names = []
    for entry in entries:  # outlet_key, written out: ten thousand are asked in an issue
        link = entry.link
        end = link.find("/", _HOST_START)
        names.append(_outlet_of(entry.outlet, link if end < 0 else link[:end])[0])
    count = len({name for name in names if name})
    if count < 2:
        return count
    titles: set[str] = set()
    for name, entry in zip(names, entries, strict=True):
        if name:
            titles.add(_bare(entry.title))
            if len(titles) == count:
                break  # more headlines make no more outlets
    return len(titles)


def _bare(title: str) -> str:
    """Return a headline as it is compared: folded, without a section or an outlet behind it."""
    if title.isascii():  # quickly told
        return title.lower() if "-" not in title and "|" not in title else _without_section(title)
    return _without_section(title) if _has_divider(title) else fold(title)


def _has_divider(title: str) -> bool:
    return "-" in title or "–" in title or "—" in title or "|" in title or "•" in title


def _without_section(title: str) -> str:
    return fold(_SECTION.sub("", title))


class Outlet(NamedTuple):
    """What an entry's outlet and the host of its link tell of it."""

    key: str  # tells it from others; "": it is none
    is_platform: bool  # a post of people, not a report of an outlet
    is_second_hand: bool  # the link leads to a page about the report, or there is none


def outlet_of(entry: Entry) -> Outlet:
    """Return what is known of who published an entry."""
    link = entry.link
    # The part that link_host reads: a link is long, and the same hosts come all day.
    end = link.find("/", _HOST_START)
    return _outlet_of(entry.outlet, link if end < 0 else link[:end])


def outlet_key(entry: Entry) -> str:
    """Return what tells an entry's outlet from others, "" when it is none.

    A feed of several outlets has a name that is in none of its links: there the host
    tells them apart.
    """
    link = entry.link
    end = link.find("/", _HOST_START)
    return _outlet_of(entry.outlet, link if end < 0 else link[:end])[0]


def is_second_hand(entry: Entry) -> bool:
    """Tell whether an entry's link leads to a page about the report, or to none."""
    return outlet_of(entry).is_second_hand


@lru_cache(maxsize=20_000)
def _outlet_of(outlet: str, address: str) -> Outlet:
    host = link_host(address)
    is_platform = not PLATFORMS.isdisjoint({host.removeprefix("m."), fold(outlet)})
    is_second_hand = not address or host in AGGREGATORS or is_platform
    return Outlet("" if is_platform else _key(outlet, host), is_platform, is_second_hand)


def _key(outlet: str, host: str) -> str:
    name = squeeze(_SECTION.sub("", outlet)) or squeeze(outlet)
    own = host_name(host)
    if not own or host in AGGREGATORS or own in squeeze(outlet):
        return name
    return name if name and name in own else f"{name} {own}".strip()


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
    points = log(value / (1 - value))
    return -ODDS_MAX if points < -ODDS_MAX else min(points, ODDS_MAX)


_points_of_bar = lru_cache(maxsize=64)(_points)  # profiles are few, stories thousands
