"""feeds.opml changed by the program: feeds added, paused, removed; the file before is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from monitor.adapters.home import read_subscriptions, save_subscriptions
from monitor.errors import ConfigError
from monitor.model import Subscription

FEEDS_MAX = 20_000  # more in one list are a mistake, and nobody could look at them


# Who changes the list reads it first: two pages that save at once must not lose one's change.
_changing = threading.Lock()


def add_feeds(root: Path, feeds: Iterable[Subscription]) -> list[Subscription]:
    """Add feeds at the end of the list; return those that were not there."""
    with _changing:
        return _add(root, feeds)


def _add(root: Path, feeds: Iterable[Subscription]) -> list[Subscription]:
    known = read_subscriptions(root)
    there = {feed.url for feed in known}
    added = []
    for feed in feeds:
        if feed.url not in there:
            there.add(feed.url)
            added.append(feed)
    if len(known) + len(added) > FEEDS_MAX:
        problem = f"that would be over {FEEDS_MAX:,} feeds; nothing was added"
        raise ConfigError("feeds.opml", problem)
    if added:
        save_subscriptions(root, [*known, *added])
    return added


def pause_feed(root: Path, url: str, *, paused: bool) -> bool:
    """Have a feed polled no more, or again; return whether that changed anything.

    Its line in feeds.opml says so: who edits that file by hand, or moves it to another
    machine, takes it along.
    """
    return _change(root, url, lambda feed: replace(feed, is_paused=paused))


def remove_feed(root: Path, url: str) -> bool:
    """Take a feed out of the list; its entries stay. Return whether it was there."""
    with _changing:
        feeds = read_subscriptions(root)
        left = [feed for feed in feeds if feed.url != url]
        if len(left) < len(feeds):
            save_subscriptions(root, left)
    return len(left) < len(feeds)


def _change(root: Path, url: str, change: Callable[[Subscription], Subscription]) -> bool:
    with _changing:
        feeds = read_subscriptions(root)
        changed = [change(feed) if feed.url == url else feed for feed in feeds]
        if list(feeds) != changed:
            save_subscriptions(root, changed)
    return list(feeds) != changed
