"""What the service knows of itself: its troubles, room on the disk, whether its clock is right."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from monitor.adapters.disk import Ballast, free_bytes
from monitor.adapters.notify import Progress
from monitor.adapters.store import Store
from monitor.errors import DiskFull, MonitorError, StoreError
from monitor.pipeline.upkeep_run import fold_log

logger = logging.getLogger(__name__)

# How long each part may take without getting on at all, in seconds. Mail servers may think
# for ten minutes about one message (RFC 5321), a backup has no steps to get on by.
PATIENCE = {
    "heartbeat": 180.0,
    "database": 300.0,
    "poll": 600.0,
    "digest": 600.0,
    "deliver": 1500.0,
    "learn": 1800.0,
    "upkeep": 7200.0,
    "log": 1800.0,  # folded by a disk that may be slow
    "pages": 300.0,  # they are begun and ended within seconds; who looks after them hangs
}
NO_ROOM_BYTES = 256 * 2**10  # with less, SQLite reports errors that do not say "full"
CLOCK_BEHIND = timedelta(hours=1)
CLOCK_WAIT_S = 900.0  # until a clock that is behind is believed: it was set back on purpose
FULL, LOG, CLOCK = "disk", "log", "clock"
# What has to wait while the disk is full; what is queued goes out all the same.
NEEDS_ROOM = frozenset({"poll", "digest", "learn", "upkeep"})


class Watch:
    """Shared by the service's threads; each trouble is logged and noted once while it lasts."""

    def __init__(
        self,
        state: Path,
        *,
        ballast: Ballast | None = None,
        patience: dict[str, float] | None = None,
        clock_wait_s: float = CLOCK_WAIT_S,
    ) -> None:
        self.progress = Progress(PATIENCE | (patience or {}))
        self._state = state
        self._ballast = ballast or Ballast(state / "ballast")
        self._clock_wait_s = clock_wait_s
        self._lock = threading.Lock()
        self._told: dict[str, str] = {}  # what cannot be done -> why
        self._noted: dict[str, str] = {}  # of these, what the database knows
        self._newest: datetime | None = None  # the latest time the database knows, if in doubt
        self._beat_at: datetime | None = None  # of the last one, as the clock had it then
        self._began = 0.0

    # ------------------------------------------------------------ troubles

    def tell(self, what: str, error: MonitorError | str) -> None:
        """Log a trouble, once for as long as it stays the same; make room when it is the disk.

        What fails for want of room is no trouble of its own: the full disk is told, once.
        """
        if isinstance(error, StoreError) and self._is_for_want_of_room(error):
            self._throw_off()
            logger.info("%s: %s", what, error)
            return
        with self._lock:
            if self._told.get(what) == str(error):
                return
            self._told[what] = str(error)
        logger.error("%s: %s", what, error)

    def over(self, what: str) -> None:
        with self._lock:
            self._told.pop(what, None)

    def troubles(self) -> list[str]:
        """Return what cannot be done, in words."""
        with self._lock:
            return [f"{what}: {text}" for what, text in self._told.items()]

    def waits(self, duty: str) -> bool:
        """Tell whether a duty must not begin now."""
        if self._newest is not None:
            return duty != "pages"
        return duty in NEEDS_ROOM and bool(self._told.keys() & {FULL, LOG})

    @property
    def is_full(self) -> bool:
        return FULL in self._told

    # ------------------------------------------------------------ the beat

    def start(self) -> None:
        """Before the database is opened: make room where there is none at all."""
        free = free_bytes(self._state)
        if free is not None and free < NO_ROOM_BYTES:
            self._throw_off()
        elif not self._ballast.take():
            self._say_full()

    def doubt(self, store: Store, now: datetime) -> None:
        """Hold everything when the clock is behind what the database knows, for a while."""
        newest = store.newest_at()
        if newest is not None and newest - now > CLOCK_BEHIND:
            self._newest, self._began = newest, time.monotonic()
            self.tell(
                CLOCK,
                f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, and the database was used"
                f" on {newest:%Y-%m-%d at %H:%M}. Nothing is polled or sent until the clock is"
                f" right, for {self._clock_wait_s / 60:.0f} minutes at most. Set the clock.",
            )

    def beat(self, store: Store, now: datetime) -> None:
        """Note that the service is alive, and what it cannot do; see what can be done again."""
        if self._newest is None and self._beat_at and self._beat_at - now > CLOCK_BEHIND:
            self.doubt(store, now)  # it was set back while we ran
        self._beat_at = now
        self._believe(now)
        if self.is_full and self._ballast.take():
            logger.warning("there is room on the disk again; everything goes on")
            self.over(FULL)
        if self._newest is None:
            store.heartbeat(now)
        self._note(store, now)
        self.progress.made("database")

    def fold(self, store: Store) -> None:
        """Fold the database's log when it has grown. It waits for the disk, so no beat does it."""
        if fold_log(store):
            self.over(LOG)
        else:
            self.tell(
                LOG,
                "the database's log cannot be folded because another program keeps reading."
                " Nothing is polled or issued until it ends; nothing is lost. End that program.",
            )

    def _believe(self, now: datetime) -> None:
        if self._newest is None:
            return
        is_right = self._newest - now <= CLOCK_BEHIND
        if is_right or time.monotonic() - self._began >= self._clock_wait_s:
            logger.warning("the clock is %s; everything goes on", "right" if is_right else "kept")
            self._newest = None
            self.over(CLOCK)

    def _note(self, store: Store, now: datetime) -> None:
        """Let status and pages know the troubles: written when they change only."""
        with self._lock:
            told = dict(self._told)
        for what, text in told.items():
            if self._noted.get(what) != text:
                store.note_trouble(what, text, now)
                self._noted[what] = text
        if gone := self._noted.keys() - told.keys():
            store.end_trouble(*gone)
            for what in gone:
                del self._noted[what]

    def forget_former(self, store: Store) -> None:
        """Drop the troubles that the service before this one left."""
        store.end_trouble(*(trouble.name for trouble in store.troubles()))

    # ------------------------------------------------------------ the disk

    def _is_for_want_of_room(self, error: StoreError) -> bool:
        if isinstance(error, DiskFull):
            return True
        free = free_bytes(self._state)
        return free is not None and free < NO_ROOM_BYTES

    def _throw_off(self) -> None:
        if not self.is_full:
            with suppress(OSError):
                self._ballast.throw_off()
        self._say_full()
        self.progress.made("database")  # it answered

    def _say_full(self) -> None:
        if not self.is_full:
            text = (
                f"the disk of {self._state} is full. What was stored is kept, and mail that was"
                " queued goes out; nothing is polled or issued until there is room. Free some"
                " space: everything goes on by itself."
            )
            with self._lock:
                self._told[FULL] = text
            logger.error("%s: %s", FULL, text)
