"""What it takes to reach a feed besides its address: passwords out of files, proxies."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.adapters.home.tomlfile import NOTHING_STARTED
from monitor.config import Config, FeedSettings
from monitor.errors import ConfigError
from monitor.model import Access, Subscription

SETTINGS_FILE = "monitor.toml"
NO_PROXY = "none"


def read_secret(path: Path, setting: str) -> str:
    """Return the one line of a file that only its owner may read; raises ConfigError."""
    where = f"{SETTINGS_FILE}, {setting}"
    try:
        mode = path.stat().st_mode
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(where, f"{path} cannot be read ({reason}); {NOTHING_STARTED}") from error
    if not secret or "\n" in secret:
        problem = f"{path} should hold the password in one line and nothing else; {NOTHING_STARTED}"
        raise ConfigError(where, problem)
    if stat.S_IMODE(mode) & 0o077 and os.name == "posix":
        problem = f"other users may read {path}; run: chmod 600 {path}; {NOTHING_STARTED}"
        raise ConfigError(where, problem)
    return secret


def feed_access(
    root: Path, config: Config, subscriptions: Sequence[Subscription]
) -> dict[str, Access]:
    """Return how to reach each feed for which the settings say something, by its address.

    A password that cannot be read keeps that one feed from being asked, and no other.
    """
    found: dict[str, Access] = {}
    for feed in subscriptions:
        name = next((name for name in config.feeds if is_named(feed, name)), None)
        own = FeedSettings() if name is None else config.feeds[name]
        proxy = own.proxy or config.network.proxy
        proxy = "" if proxy == NO_PROXY else proxy
        if name is None or not own.password_file:
            if own.user or proxy:
                found[feed.url] = Access(own.user, "" if own.user else None, proxy)
            continue
        try:
            password = read_secret(root / own.password_file, f'feeds."{name}".password_file')
        except ConfigError as error:
            problem = f"not asked: {error.problem.removesuffix(f'; {NOTHING_STARTED}')}"
            found[feed.url] = Access(own.user, proxy=proxy, problem=problem)
        else:
            found[feed.url] = Access(own.user, password, proxy)
    return found


def unused_names(settings: Mapping[str, FeedSettings], feeds: Sequence[Subscription]) -> list[str]:
    """Return the names of feed settings that no feed has: misspelt, or of a removed feed."""
    return [name for name in settings if not any(is_named(feed, name) for feed in feeds)]


def is_named(feed: Subscription, name: str) -> bool:
    """Tell whether a table of feed settings is about this feed: by address, or whole title."""
    return name == feed.url or name.casefold() == feed.title.casefold()
