"""The home that the service works with: read anew when a person changed a file."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.adapters.home import Home, fingerprint
from monitor.adapters.home.tomlfile import not_used
from monitor.adapters.store import Store
from monitor.errors import ConfigError

logger = logging.getLogger(__name__)

SETTLED_AFTER_S = 1.0  # a file that did not change for so long is not being written


@dataclass(slots=True)
class _Current:
    """The home as last read without an error, and what its files looked like then."""

    home: Home
    seen: object


class UsedHome:
    """Asked by every thread of the service."""

    def __init__(
        self,
        home: Home,
        reopen: Callable[[], Home],
        clock: Callable[[], datetime],
        heartbeat: timedelta,
    ) -> None:
        self._current = _Current(home, fingerprint(home.root))
        self._reopen = reopen
        self._clock = clock
        self._lock = threading.Lock()
        self._changing: tuple[object, float] | None = None  # files' looks, and since when
        self._settled_after_s = min(SETTLED_AFTER_S, heartbeat.total_seconds() / 2)

    @property
    def as_read(self) -> Home:
        """Return the home as it was last read, without a look at its files."""
        return self._current.home

    def now(self) -> Home:
        """Return the home, read anew when a person changed a file.

        A change with a mistake is told once, and the last good state goes on.
        """
        with self._lock:
            seen = fingerprint(self._current.home.root)
            if seen == self._current.seen:
                return self._current.home
            # Editors write in steps: what still changes is looked at when it has settled.
            if self._changing is None or self._changing[0] != seen:
                self._changing = seen, time.monotonic()
            if time.monotonic() - self._changing[1] < self._settled_after_s:
                return self._current.home
            self._changing = None
            try:
                home = self._reopen()
            except ConfigError as error:
                logger.error("%s", not_used(error))
                self._current.seen = seen
                return self._current.home
            with Store.open(home.state / "monitor.db") as store:
                store.sync_feeds(home.subscriptions, self._clock())
            self._current = _Current(home, seen)
            logger.info("settings were changed and are read anew")
            return home
