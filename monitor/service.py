"""The clock: a heartbeat, and one thread for each duty. Sole user of APScheduler.

Times at which something is due are decided by `stages/due.py` and remembered by the
database; the heartbeat only asks. APScheduler's own cron triggers would skip or
double daily jobs around clock changes in about 170 zones.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
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
from monitor.pipeline import run_delivery, run_digest, run_poll, slot_due
from monitor.pipeline.digest_run import plans_of
from monitor.stages.score import Scorer

logger = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=30)
# A duty that a stop finds at work has this long to come to a safe point; what is cut
# off after it is safe too (every write is a transaction), only not as tidy.
STOP_WITHIN_S = 8.0

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
        self._stopping = threading.Event()
        self._home_lock = threading.Lock()
        self._wake = {name: threading.Event() for name in ("poll", "digest", "deliver")}

    def run(self) -> None:
        """Work until `stop` is called; returns when every duty has come to rest.

        Raises AlreadyRunning when another service holds the home, StoreError when the
        database cannot be used.
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
            self._work()

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Ask every duty to come to rest; safe to call from a signal handler."""
        self._stopping.set()
        for event in self._wake.values():
            event.set()

    def _work(self) -> None:
        threads = [
            threading.Thread(target=self._guarded, args=(name, duty), name=name, daemon=True)
            for name, duty in (
                ("poll", self._poll),
                ("digest", self._digest),
                ("deliver", self._deliver),
            )
        ]
        scheduler = BackgroundScheduler(job_defaults=JOB_DEFAULTS, timezone=UTC)
        scheduler.add_job(
            self._beat,
            "interval",
            seconds=self._heartbeat.total_seconds(),
            next_run_time=datetime.now(UTC),
        )
        for thread in threads:
            thread.start()
        scheduler.start()
        logger.info("monitor %s is running on %s", __version__, self._current.home.root)
        self._stopping.wait()
        logger.info("stopping")
        scheduler.shutdown(wait=False)
        for thread in threads:
            thread.join(STOP_WITHIN_S / len(threads))
        logger.info("stopped")

    def _beat(self) -> None:
        """One heartbeat: note the time, wake every duty; nothing slow happens here."""
        try:
            with Store.open(self._current.home.state / "monitor.db") as store:
                store.heartbeat(self._clock())
        except MonitorError as error:
            logger.error("heartbeat: %s", error)
        for event in self._wake.values():
            event.set()

    def _guarded(self, name: str, duty: Callable[[Store], None]) -> None:
        """Run a duty at each heartbeat; a failure ends one pass of it, never the thread."""
        event = self._wake[name]
        while not self._stopping.is_set():
            event.wait()
            event.clear()
            if self._stopping.is_set():
                break
            try:
                with Store.open(self._home().state / "monitor.db") as store:
                    duty(store)
            except MonitorError as error:
                logger.error("%s: %s", name, error)

    def _home(self) -> Home:
        """Return the home, read anew when a person changed a file.

        A change with a mistake is told once, and the last good state goes on.
        """
        with self._home_lock:
            now_seen = fingerprint(self._current.home.root)
            if now_seen == self._current.seen:
                return self._current.home
            try:
                home = self._reopen()
            except ConfigError as error:
                logger.error("changed settings are not used: %s", error)
                self._current.seen = now_seen
                return self._current.home
            logger.info("settings were changed and are read anew")
            with Store.open(home.state / "monitor.db") as store:
                store.sync_feeds(home.subscriptions, self._clock())
            self._current = _Current(home, now_seen)
            return home

    def _poll(self, store: Store) -> None:
        home = self._home()
        if not store.due_polls(self._clock()):
            return
        poller = Poller(
            poll=home.config.poll,
            network=home.config.network,
            contact=home.config.contact,
            version=__version__,
            allow_loopback=self._allow_loopback,
        )
        scorer = Scorer(home.profiles, home.parties)
        try:
            with Workers(home.config.poll.processes, scorer) as workers:
                report = run_poll(
                    store,
                    poller,
                    workers,
                    home.profiles,
                    self._clock(),
                    settings=home.config.poll,
                    stopped=self._stopping.is_set,
                )
        finally:
            poller.close()
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
            if slot is None or self._stopping.is_set():
                continue
            try:
                report = run_digest(store, plan, slot, now, merged=merged)
            except MonitorError as error:
                logger.error("digest %s stays due: %s", plan.name, error)
                continue
            logger.info("digest %s, slot %s: %s", plan.name, slot.label, report.kind.value)
            self._wake["deliver"].set()

    def _deliver(self, store: Store) -> None:
        home = self._home()
        if not home.config.mail.host:
            return
        with Lock(home.state / "delivery.lock") as lock:
            if lock.take():
                server = MailServer(home.config.mail, home.mail_password())
                run_delivery(store, server, self._clock(), stopped=self._stopping.is_set)


def run_service(home: Home) -> int:
    """Run the service until SIGTERM or Ctrl-C; the second signal ends it at once."""
    service = Service(home)

    def on_signal(number: int, frame: FrameType | None) -> None:
        if service.is_stopping:
            os._exit(1)
        service.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    service.run()
    return 0
