"""The clock: a heartbeat, and one thread for each duty. Sole user of APScheduler.

Times at which something is due are decided by `stages/due.py` and remembered by the
database; the heartbeat only asks. APScheduler's own cron triggers would skip or
double daily jobs around clock changes in about 170 zones.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler

from monitor import __version__
from monitor.adapters.deliver import MailServer
from monitor.adapters.home import Home, fingerprint, open_home
from monitor.adapters.lock import Lock
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.errors import ConfigError, MonitorError
from monitor.pipeline import (
    first_poll_window,
    plans_of,
    recover_pages,
    run_delivery,
    run_digest,
    run_poll,
    slot_due,
)
from monitor.pipeline.learning_run import learning_due, run_learning
from monitor.pipeline.profiles import home_in_force, meaning_of
from monitor.stages.score import Scorer

logger = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=30)
SETTLED_AFTER_S = 1.0  # a file that did not change for so long is not being written
# Duties that a stop finds at work have this long, together, to come to a safe point; what
# is cut off after it is safe too (every write is a transaction), only not as tidy.
STOP_WITHIN_S = 6.0

JOB_DEFAULTS = {
    # A heartbeat that is still going when the next is due: skip the next, never overlap.
    "max_instances": 1,
    # Several missed, say while the machine slept: catch up once, not many times.
    "coalesce": True,
    # APScheduler drops a job that starts more than this many seconds late; its default
    # is 1. A late heartbeat is still wanted; None means never drop it.
    "misfire_grace_time": None,
}


class AlreadyRunning(MonitorError):
    """Another service runs on this home."""


@dataclass(slots=True)
class _Current:
    """The home as last read without an error, and what its files looked like then."""

    home: Home
    seen: object


class Service:
    """Polls, issues and delivers until it is told to stop."""

    def __init__(
        self,
        home: Home,
        *,
        reopen: Callable[[], Home] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        heartbeat: timedelta = HEARTBEAT,
        allow_loopback: bool = False,
    ) -> None:
        self._current = _Current(home, fingerprint(home.root))
        self._reopen = reopen or (lambda: open_home(home.root, os.environ))
        self._clock = clock
        self._heartbeat = heartbeat
        self._allow_loopback = allow_loopback
        self._is_stopping = False
        self._is_broken = False
        # A signal handler may not wait for a lock that the code it interrupted holds:
        # of all that wakes a thread, only this is safe in one.
        self._orders: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._home_lock = threading.Lock()
        self._changing: tuple[object, float] | None = None  # files' looks, and since when
        self._settled_after_s = min(SETTLED_AFTER_S, heartbeat.total_seconds() / 2)
        self._scorer: tuple[Home, Scorer] | None = None
        self._told: dict[str, str] = {}  # by duty: its trouble, told once and not at every beat
        duties = {
            "poll": self._poll,
            "digest": self._digest,
            "deliver": self._deliver,
            "learn": self._learn,
        }
        self._wake = {name: threading.Event() for name in duties}
        self._threads = [
            threading.Thread(target=self._serve, args=(name, duty), name=name, daemon=True)
            for name, duty in duties.items()
        ]

    def run(self) -> int:
        """Work until `stop` is called; returns the exit status, within `STOP_WITHIN_S` of it.

        0, or 1 when a duty ended of a mistake in the program. Raises AlreadyRunning when
        another service holds the home, StoreError when the database cannot be used.
        """
        state = self._current.home.state
        with Lock(state / "service.lock") as lock:
            if not lock.take():
                raise AlreadyRunning(
                    f"{state}: another monitor runs on this home (process {lock.holder()});"
                    " nothing was started. Stop it first, or use `monitor status`."
                )
            with Store.open(state / "monitor.db") as store:
                store.sync_feeds(self._current.home.subscriptions, self._clock())
                recover_pages(store, state / "digests")
            self._work()
        return 1 if self._is_broken else 0

    @property
    def is_stopping(self) -> bool:
        return self._is_stopping

    @property
    def is_at_rest(self) -> bool:
        """Tell whether no duty is at work any more."""
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Ask every duty to come to rest; safe to call from a signal handler."""
        self._is_stopping = True
        self._orders.put(None)

    def _work(self) -> None:
        scheduler = BackgroundScheduler(job_defaults=JOB_DEFAULTS, timezone=UTC)
        scheduler.add_job(
            self._beat,
            "interval",
            seconds=self._heartbeat.total_seconds(),
            next_run_time=datetime.now(UTC),
        )
        for thread in self._threads:
            thread.start()
        scheduler.start()
        logger.info("monitor %s is running on %s", __version__, self._current.home.root)
        self._orders.get()
        logger.info("stopping")
        ends_at = time.monotonic() + STOP_WITHIN_S
        scheduler.shutdown(wait=False)
        self._wake_all()
        for thread in self._threads:
            thread.join(max(0.0, ends_at - time.monotonic()))
        logger.info("stopped" if self.is_at_rest else "stopped in the middle of something")

    def _wake_all(self) -> None:
        for event in self._wake.values():
            event.set()

    def _beat(self) -> None:
        """One heartbeat: note the time, wake every duty; nothing slow happens here."""
        try:
            with Store.open(self._current.home.state / "monitor.db") as store:
                store.heartbeat(self._clock())
        except MonitorError as error:
            self._tell("heartbeat", error)
        else:
            self._told.pop("heartbeat", None)
        self._wake_all()

    def _serve(self, name: str, duty: Callable[[Store], None]) -> None:
        """Run a duty at each heartbeat; a trouble ends one pass of it, never the thread."""
        event = self._wake[name]
        try:
            while not self._is_stopping:
                event.wait()
                event.clear()
                if not self._is_stopping:
                    self._pass(name, duty)
        finally:
            if not self._is_stopping:
                # Only a mistake in the program leads here. A service that seems to run and
                # no longer does its work is worse than one that ends and is started again.
                logger.critical("%s ended by a mistake in the program; the monitor stops", name)
                self._is_broken = True
                self.stop()

    def _pass(self, name: str, duty: Callable[[Store], None]) -> None:
        try:
            with Store.open(self._home().state / "monitor.db") as store:
                duty(store)
        except MonitorError as error:
            self._tell(name, error)
        else:
            self._told.pop(name, None)

    def _tell(self, what: str, error: MonitorError) -> None:
        """Log a trouble, once for as long as it stays the same."""
        if self._told.get(what) != str(error):
            self._told[what] = str(error)
            logger.error("%s: %s", what, error)

    def _home(self) -> Home:
        """Return the home, read anew when a person changed a file.

        A change with a mistake is told once, and the last good state goes on.
        """
        with self._home_lock:
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
                logger.error("changed settings are not used: %s", error)
                self._current.seen = seen
                return self._current.home
            with Store.open(home.state / "monitor.db") as store:
                store.sync_feeds(home.subscriptions, self._clock())
            self._current = _Current(home, seen)
            logger.info("settings were changed and are read anew")
            return home

    def _scorer_of(self, home: Home) -> Scorer:
        """Return the home's scorer, built once; for the poll thread only."""
        if self._scorer is None or self._scorer[0] != home:
            self._scorer = home, Scorer(home.profiles, home.parties)
        return self._scorer[1]

    # ------------------------------------------------------------ the duties

    def _poll(self, store: Store) -> None:
        home = self._home()
        if not store.due_polls(self._clock()):
            return
        home = home_in_force(home, store)
        poller = Poller(
            poll=home.config.poll,
            network=home.config.network,
            contact=home.config.contact,
            version=__version__,
            access=home.feed_access(),
            allow_loopback=self._allow_loopback,
        )
        with poller, Workers(home.config.poll.processes, self._scorer_of(home)) as workers:
            report = run_poll(
                store,
                poller,
                workers,
                home.profiles,
                self._clock(),
                settings=home.config.poll,
                window=first_poll_window(home.config),
                meaning=meaning_of(home),
                stopped=lambda: self._is_stopping,
            )
        logger.info(
            "polled %d feeds: %s; %d new entries, %d above a threshold",
            report.polled,
            ", ".join(f"{count} {kind.value}" for kind, count in report.outcomes.items()),
            report.entries_new,
            report.entries_above,
        )

    def _digest(self, store: Store) -> None:
        for plan in plans_of(self._home()):
            now = self._clock()
            slot, merged = slot_due(store, plan, now)
            if slot is None or self._is_stopping:
                continue
            due = f"digest {plan.name} stays due"
            try:
                report = run_digest(store, plan, slot, now, merged=merged)
            except MonitorError as error:
                self._tell(due, error)
                continue
            self._told.pop(due, None)
            logger.info("digest %s, slot %s: %s", plan.name, slot.label, report.kind.value)
            self._wake["deliver"].set()

    def _deliver(self, store: Store) -> None:
        home = self._home()
        if not home.config.mail.host:
            return
        with Lock(home.state / "delivery.lock") as lock:
            if lock.take():
                server = MailServer(home.config.mail, home.mail_password())
                run_delivery(store, server, self._clock(), stopped=lambda: self._is_stopping)

    def _learn(self, store: Store) -> None:
        home, now = self._home(), self._clock()
        if not learning_due(store, home.config.zone, now):
            return
        for learned in run_learning(store, home, now):
            logger.info(
                "%s learned from %d good and %d bad verdicts",
                learned.profile,
                learned.good_count,
                learned.bad_count,
            )


def run_service(home: Home) -> int:
    """Run the service until SIGTERM or Ctrl-C; the second signal ends it at once."""
    service = Service(home)

    def on_signal(number: int, frame: FrameType | None) -> None:
        if service.is_stopping:
            os._exit(1)
        service.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    status = service.run()
    if not service.is_at_rest:
        # Python would wait at its end for what a mail server keeps waiting.
        logging.shutdown()
        sys.stdout.flush()
        os._exit(status)
    return status
