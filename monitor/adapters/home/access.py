"""What it takes to reach a feed besides its address: passwords out of files, proxies."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.adapters.home.tomlfile import NOTHING_STARTED
from monitor.config import Config, FeedSettings, NetworkSettings
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
    login, login_problem = _proxy_login(root, config.network)
    for feed in subscriptions:
        name = next((name for name in config.feeds if is_named(feed, name)), None)
        own = FeedSettings() if name is None else config.feeds[name]
        proxy = own.proxy or config.network.proxy
        proxy = "" if proxy == NO_PROXY else proxy
        is_network_proxy = bool(proxy) and not own.proxy
        access = Access(
            own.user,
            "" if own.user else None,
            proxy,
            login_problem if is_network_proxy else "",
            login if is_network_proxy else None,
        )
        if name is not None and own.password_file:
            setting = f'feeds."{name}".password_file'
            password, problem = _secret(root / own.password_file, setting)
            access = replace(access, password=password, problem=problem or access.problem)
        if access != Access():
            found[feed.url] = access
    return found


def _proxy_login(root: Path, network: NetworkSettings) -> tuple[tuple[str, str] | None, str]:
    """Return the name and password for the proxy, None without; and why there are none."""
    if not network.proxy_user:
        return None, ""
    if not network.proxy_password_file:
        return (network.proxy_user, ""), ""
    password, problem = _secret(root / network.proxy_password_file, "network.proxy_password_file")
    return (None, problem) if password is None else ((network.proxy_user, password), "")


def _secret(path: Path, setting: str) -> tuple[str | None, str]:
    """Return a password out of a file; or None, and why its feeds are not asked."""
    try:
        return read_secret(path, setting), ""
    except ConfigError as error:
        return None, f"not asked: {error.problem.removesuffix(f'; {NOTHING_STARTED}')}"


def unused_names(settings: Mapping[str, FeedSettings], feeds: Sequence[Subscription]) -> list[str]:
    """Return the names of feed settings that no feed has: misspelt, or of a removed feed."""
    return [name for name in settings if not any(is_named(feed, name) for feed in feeds)]


def is_named(feed: Subscription, name: str) -> bool:
    """Tell whether a table of feed settings is about this feed: by address, or whole title."""
    return name == feed.url or name.casefold() == feed.title.casefold()
