"""The heartbeat, and one thread for each duty. Sole user of APScheduler.

Times at which something is due are decided by `stages/due.py` and remembered by the
database; the heartbeat only asks. APScheduler's own cron triggers would skip or
double daily jobs around clock changes in about 170 zones.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from monitor import __version__
from monitor.adapters.home import Home, open_home
from monitor.adapters.logs import run_named
from monitor.adapters.notify import Supervisor
from monitor.adapters.store import Store
from monitor.adapters.store.database import sqlite_version
from monitor.adapters.store.ground import warnings
from monitor.adapters.store.upkeep import ONCE
from monitor.errors import MonitorError
from monitor.pipeline.watch import Watch
from monitor.service.around import Around
from monitor.service.duties import Duties
from monitor.service.holding import holding
from monitor.service.machine import file_number, is_refusal, refused
from monitor.service.pages import Pages
from monitor.service.polling import Polling
from monitor.service.upkeep import Upkeep
from monitor.service.used_home import UsedHome

logger = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=30)
# Duties that a stop finds at work have this long, together, to come to a safe point; what
# is cut off after it is safe too (every write is a transaction), only not as tidy.
STOP_WITHIN_S = 6.0
SIGNAL_WITHIN_S = 0.5  # the longest that a signal may go unheard
REPLACED = (
    "was replaced while it was in use; the monitor stops, so that nothing is sent from a file"
    " that was not checked. Start it again: the file is checked first. To put a backup back, use"
    " `monitor restore`, which also keeps what was sent from being sent twice."
)

JOB_DEFAULTS = {
    # A heartbeat that is still going when the next is due: skip the next, never overlap.
    "max_instances": 1,
    # Several missed, say while the machine slept: catch up once, not many times.
    "coalesce": True,
    # APScheduler drops a job that starts more than this many seconds late; its default
    # is 1. A late heartbeat is still wanted; None means never drop it.
    "misfire_grace_time": None,
}


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
        watch: Watch | None = None,
        supervisor: Supervisor | None = None,
        with_pages: bool = False,
    ) -> None:
        self._reopen = reopen or (lambda: open_home(home.root, os.environ))
        self._home = UsedHome(home, self._reopen, clock, heartbeat)
        self._clock = clock
        self._heartbeat = heartbeat
        self._is_stopping = False
        self._is_broken = False
        # A signal handler may not wait for a lock that the code it interrupted holds:
        # of all that wakes a thread, only this is safe in one.
        self._orders: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._watch = watch or Watch(home.state)
        self._supervisor = supervisor or Supervisor({})
        # Ready is who can do all of its work: the database took a heartbeat, the pages answer.
        self._awaited = {"heartbeat", "pages"} if with_pages else {"heartbeat"}
        self._awaited_lock = threading.Lock()
        self._pass_count = 0
        self._database_seen: int | None = None  # which file it is
        self._ended = threading.Event()
        self._duties = self._make_duties(allow_loopback, with_pages)
        self._wake = {name: threading.Event() for name in self._duties}
        self._threads = [
            threading.Thread(target=self._serve, args=(name, duty), name=name, daemon=True)
            for name, duty in self._duties.items()
        ]

    def _make_duties(
        self, allow_loopback: bool, with_pages: bool
    ) -> dict[str, Callable[[Store], None]]:
        around = Around(
            home=self._home.now,
            clock=self._clock,
            heartbeat=self._heartbeat,
            watch=self._watch,
            supervisor=self._supervisor,
            stopped=self._stopped,
            wake=lambda name: self._wake[name].set(),
            rest=self._ended.wait,
        )
        self._pages = Pages(around, self._reopen)
        self._polling = Polling(
            around, allow_loopback=allow_loopback, give_way=self._pages.give_way
        )
        others = Duties(around)
        return {
            "poll": self._polling,
            "digest": others.digest,
            "deliver": others.deliver,
            "learn": others.learn,
            "upkeep": Upkeep(around),
            "log": self._watch.fold,
            **({"pages": self._pages} if with_pages else {}),
        }

    def run(self) -> int:
        """Work until `stop` is called; returns the exit status, within `STOP_WITHIN_S` of it.

        0, or 1 when a duty ended of a mistake in the program. Raises AlreadyRunning when
        another service holds the home, StoreError when the database cannot be used.
        """
        with self._held():
            for warning in warnings(self._home.as_read.state, sqlite_version()):
                logger.warning("%s", warning)
            self._work()
        return 1 if self._is_broken else 0

    @contextmanager
    def _held(self) -> Iterator[Store]:
        """Hold the home alone, its database checked and brought up to date."""
        home = self._home.as_read
        with holding(home, self._watch, self._clock) as store:
            self._database_seen = file_number(home.state / "monitor.db")
            yield store

    def once(self) -> list[str]:
        """Do what is due, each duty once, and return what could not be done.

        Raises AlreadyRunning when a service holds the home, StoreError when the database
        cannot be used.
        """
        with self._held() as store:
            for name, duty in self._duties.items():
                if name != "pages" and not self._watch.waits(name):
                    self._pass(name, duty)
            self._polling.put_away()
            if not self._watch.waits("deliver"):
                store.note(ONCE, self._clock())
        return self._watch.troubles()

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
        self._watch.progress.made_by_all()
        if "pages" not in self._duties:
            self._watch.progress.waits_not_for("pages")
        threading.Thread(target=self._keep_watch, name="watchdog", daemon=True).start()
        scheduler.start()
        logger.info("monitor %s is running on %s", __version__, self._home.as_read.root)
        self._wait_for_orders()
        self._supervisor.tell(STOPPING="1", STATUS="stopping")
        self._ended.set()
        logger.info("stopping")
        ends_at = time.monotonic() + STOP_WITHIN_S
        scheduler.shutdown(wait=False)
        self._wake_all()
        for thread in self._threads:
            thread.join(max(0.0, ends_at - time.monotonic()))
        logger.info("stopped" if self.is_at_rest else "stopped in the middle of something")

    def _wait_for_orders(self) -> None:
        """Wait until `stop` is called.

        A signal that comes in the instant before the wait begins wakes nobody: Python runs
        its handler when the wait is over. So no wait is long.
        """
        while True:
            try:
                self._orders.get(timeout=SIGNAL_WITHIN_S)
            except queue.Empty:
                continue
            return

    def _wake_all(self) -> None:
        for event in self._wake.values():
            event.set()

    def _beat(self) -> None:
        """One heartbeat: note the time, wake every duty; nothing slow happens here."""
        database = self._home.as_read.state / "monitor.db"
        if file_number(database) not in (self._database_seen, None):
            # Its log may be the former file's. Who starts anew checks it before anything is sent.
            logger.critical("%s %s", database, REPLACED)
            self._is_broken = True
            self.stop()
            return
        try:
            with Store.open(database) as store:
                self._watch.beat(store, self._clock())
        except MonitorError as error:
            self._watch.tell("heartbeat", error)
        except (OSError, MemoryError) as error:
            self._watch.tell("heartbeat", refused(error))
        else:
            self._watch.over("heartbeat")
        self._watch.progress.made("heartbeat")
        self._came("heartbeat")
        self._wake_all()

    def _came(self, part: str) -> None:
        """Note that a part is at work, or was told not to be; after the last, tell it is ready.

        Pages that cannot be had are told of, but keep nobody from polling and sending: a
        supervisor would end a service that is never ready.
        """
        with self._awaited_lock:
            if part not in self._awaited:
                return
            self._awaited.remove(part)
            is_ready = not self._awaited
        if is_ready and not self._is_stopping:
            self._supervisor.tell(READY="1", STATUS="running")

    def _keep_watch(self) -> None:
        """Tell the supervisor that all is alive, for as long as it is, and then be silent."""
        interval = self._supervisor.watchdog_s
        while interval and not self._ended.wait(interval / 3):
            if stuck := self._watch.progress.stuck():
                self._watch.tell("watchdog", f"no progress any more: {', '.join(stuck)}")
            else:
                self._supervisor.tell(WATCHDOG="1")

    def _serve(self, name: str, duty: Callable[[Store], None]) -> None:
        """Run a duty at each heartbeat; a trouble ends one pass of it, never the thread."""
        event = self._wake[name]
        try:
            while not self._is_stopping:
                event.wait()
                event.clear()
                if not self._is_stopping and not self._watch.waits(name):
                    self._pass(name, duty)
                self._watch.progress.made(name)
        finally:
            if name == "poll":
                self._polling.put_away()
            if name == "pages":
                self._pages.stop()
            if not self._is_stopping:
                # Only a mistake in the program leads here. A service that seems to run and
                # no longer does its work is worse than one that ends and is started again.
                logger.critical("%s ended by a mistake in the program; the monitor stops", name)
                self._is_broken = True
                self.stop()

    def _pass(self, name: str, duty: Callable[[Store], None]) -> None:
        self._pass_count += 1
        with run_named(f"{name}-{self._pass_count}"):
            try:
                with Store.open(self._home.now().state / "monitor.db") as store:
                    duty(store)
            except MonitorError as error:
                self._watch.tell(name, error)
            except (OSError, MemoryError, RuntimeError) as error:
                # No file descriptors, no memory, a home that was taken away: such a thing may
                # come anywhere, passes, and must not end what is to run for years.
                if not is_refusal(error):
                    raise
                self._watch.tell(name, refused(error))
            else:
                self._watch.over(name)
        self._came(name)

    def _stopped(self, duty: str) -> bool:
        """Tell a duty whether to come to rest; who asks gets on."""
        self._watch.progress.made(duty)
        return self._is_stopping
