"""What all requests share: the home as its files are, the clock, the keys, who may come in."""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from monitor.adapters.home import Home, fingerprint
from monitor.adapters.home.secret import KEY_FILE, link_key
from monitor.adapters.home.tomlfile import not_used
from monitor.adapters.store import Store
from monitor.errors import ConfigError
from monitor.web.later import Later
from monitor.web.passwords import PASSWORD_FILE, Password, read_password
from monitor.web.readers import ReadStores

logger = logging.getLogger(__name__)


LOOK_EVERY_S = 0.25  # at the files of the home, while there is much to do
BUSY_FOR_S = 1.0  # after a poll last gave way

T = TypeVar("T")


class _KeptFile(Generic[T]):
    """What a file holds, read again when it is another one or was written to."""

    def __init__(self, path: Path, read: Callable[[], T]) -> None:
        self._path = path
        self._read = read
        self._known: tuple[tuple[int, ...], T] | None = None

    def get(self) -> T:
        """Return what the file holds now; raises what reading it raises."""
        try:
            found = self._path.stat()
        except OSError:
            return self._read()
        mark = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode)
        known = self._known
        if known is None or known[0] != mark:
            known = mark, self._read()
            self._known = known
        return known[1]


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
        self._looked_at = float("-inf")  # at the home's files
        self._asked_at = float("-inf")  # by a poll, whether it may go on
        self.later = Later()  # what was given old, made anew
        self.learner = Later()  # what was said, learned from
        self.navigation: tuple[tuple[str, str], ...] = ()  # addresses and labels
        self.state: Path = self._home.prepare_state()
        self.read_stores = ReadStores(self._database)
        weakref.finalize(self, self.read_stores.end)
        self._link_key = _KeptFile(self.state / KEY_FILE, lambda: link_key(self.state))
        self._password = _KeptFile(self.state / PASSWORD_FILE, lambda: read_password(self.state))
        with self.store():
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
        self._asked_at = time.monotonic()
        self._is_quiet.wait(seconds)

    def look_again(self) -> None:
        """Look at the files at the next request: one of ours may have changed one."""
        self._looked_at = float("-inf")

    def _may_wait(self) -> bool:
        """Tell whether the files were looked at a moment ago, while there is much to do.

        A look asks the disk some thirty times, and beside a poll waits as often for its turn.
        """
        now = time.monotonic()
        is_busy = self._readers > 1 or now - self._asked_at < BUSY_FOR_S
        return is_busy and now - self._looked_at < LOOK_EVERY_S

    def now(self) -> datetime:
        return self._clock()

    def home(self) -> Home:
        """Return the home, read anew when a person changed a file; with a mistake, as before."""
        if self._may_wait():
            return self._home
        with self._lock:
            self._looked_at = time.monotonic()
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

    @property
    def _database(self) -> Path:
        return self.state / "monitor.db"

    def store(self) -> Store:
        """Return the database, to be written to and closed; `read_stores` has what only reads."""
        return Store.open(self._database)

    def link_key(self) -> bytes:
        """Return the key of the links in mail; raises ConfigError."""
        return self._link_key.get()

    def key(self, purpose: str) -> bytes:
        """Return a key of our own for a purpose, always the same for this home."""
        return hmac.new(self.link_key(), f"web, {purpose}".encode(), hashlib.sha256).digest()

    def password(self) -> Password | None:
        """Return the password of the pages as it is set now, None when none is."""
        return self._password.get()

    @property
    def has_password(self) -> bool:
        return self.password() is not None
