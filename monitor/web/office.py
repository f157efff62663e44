"""What all requests share: the home as its files are, the clock, the keys, who may come in."""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from monitor.adapters.home import Home, fingerprint
from monitor.adapters.home.secret import link_key
from monitor.adapters.home.tomlfile import not_used
from monitor.adapters.store import Store
from monitor.errors import ConfigError
from monitor.web.later import Later
from monitor.web.passwords import Password, read_password

logger = logging.getLogger(__name__)


class Office:
    """Shared by the threads that answer; everything in it may be asked at any time."""

    def __init__(self, open_home: Callable[[], Home], clock: Callable[[], datetime]) -> None:
        self._open_home = open_home
        self._clock = clock
        self._home = open_home()
        self._seen: object = fingerprint(self._home.root)
        self._lock = threading.Lock()
        self._trouble = ""
        self._readers = 0  # GETs under way; counted by the thread that serves, and no other
        self._is_quiet = threading.Event()
        self._is_quiet.set()
        self.later = Later()  # what was given old, made anew
        self.learner = Later()  # what was said, learned from
        self.navigation: tuple[tuple[str, str], ...] = ()  # addresses and labels
        self.state: Path = self._home.prepare_state()
        with self.store(read_only=False):
            pass  # made where there is none, so that pages that only read find one
        self.link_key()  # the same

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Count a page that is being answered; for the thread that serves only."""
        self._readers += 1
        self._is_quiet.clear()
        try:
            yield
        finally:
            self._readers -= 1
            if not self._readers:
                self._is_quiet.set()

    def give_way(self, seconds: float) -> None:
        """Let the pages that are being answered go first, for so long at the most."""
        self._is_quiet.wait(seconds)

    def now(self) -> datetime:
        return self._clock()

    def home(self) -> Home:
        """Return the home, read anew when a person changed a file; with a mistake, as before."""
        with self._lock:
            seen = fingerprint(self._home.root)
            if seen != self._seen:
                self._seen = seen
                try:
                    self._home, self._trouble = self._open_home(), ""
                except ConfigError as error:
                    self._trouble = str(error)
                    logger.warning("%s", not_used(error))
            return self._home

    @property
    def trouble(self) -> str:
        """Return why the files of the home are not used as they are now, "" when they are."""
        return self._trouble

    def store(self, *, read_only: bool) -> Store:
        return Store.open(self.state / "monitor.db", read_only=read_only)

    def link_key(self) -> bytes:
        """Return the key of the links in mail; raises ConfigError."""
        return link_key(self.state)

    def key(self, purpose: str) -> bytes:
        """Return a key of our own for a purpose, always the same for this home."""
        return hmac.new(self.link_key(), f"web, {purpose}".encode(), hashlib.sha256).digest()

    def password(self) -> Password | None:
        """Return the password of the pages as it is set now, None when none is."""
        return read_password(self.state)

    @property
    def has_password(self) -> bool:
        return self.password() is not None
