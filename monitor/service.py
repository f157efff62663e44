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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler

from monitor import __version__
from monitor.adapters.home import Home, fingerprint, open_home
from monitor.adapters.lock import Lock
from monitor.adapters.logs import run_named
from monitor.adapters.notify import Supervisor
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.store.backup import refuse_half_restored
from monitor.adapters.store.database import sqlite_version
from monitor.adapters.store.ground import warnings
from monitor.adapters.store.upkeep import ONCE
from monitor.adapters.webhook import WebhookError
from monitor.adapters.workers import Workers
from monitor.errors import ConfigError, MonitorError
from monitor.model import PollOutcome
from monitor.pipeline import (
    first_poll_window,
    mail_server_of,
    plans_of,
    recover_pages,
    run_delivery,
    run_poll,
)
from monitor.pipeline.channel_run import channels_of, run_channels
from monitor.pipeline.due_run import issue_what_is_due
from monitor.pipeline.kept_book import KeptBook
from monitor.pipeline.learning_run import learning_due, run_learning
from monitor.pipeline.profiles import home_in_force, meaning_of
from monitor.pipeline.standing import standing_facts
from monitor.pipeline.upkeep_run import run_upkeep, tell_matters
from monitor.pipeline.watch import Watch
from monitor.stages.health.standing import must_act, standing
from monitor.stages.score import Scorer

if TYPE_CHECKING:
    from monitor.web.server import PageServer

logger = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=30)
SETTLED_AFTER_S = 1.0  # a file that did not change for so long is not being written
# Duties that a stop finds at work have this long, together, to come to a safe point; what
# is cut off after it is safe too (every write is a transaction), only not as tidy.
STOP_WITHIN_S = 6.0
SIGNAL_WITHIN_S = 0.5  # the longest that a signal may go unheard
MATTERS_EVERY = 10  # heartbeats: five minutes
PRUNE_PAUSE_S = 0.05  # between two steps: others write, too
# From so many feeds in one pass on the next passes will have work too, and worker processes
# are kept; else an idle service would hold them, and be woken by them, for nothing.
BUSY_COUNT = 50

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
class _PollTools:
    """What the poll thread keeps from one pass to the next, for as long as the home is the same.

    Worker processes and stories cost more to begin with than most passes take. Connections
    are not kept: by a feed's next poll its server has closed them.
    """

    home: Home
    workers: Workers[Scorer]
    stories: KeptBook


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
        watch: Watch | None = None,
        supervisor: Supervisor | None = None,
        with_pages: bool = False,
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
        self._tools: _PollTools | None = None  # the poll thread's own
        self._watch = watch or Watch(home.state)
        self._supervisor = supervisor or Supervisor({})
        self._is_ready = False
        self._pass_count = 0
        self._ended = threading.Event()
        self._matters_at = 0.0  # time.monotonic of the next look at how things stand
        duties = self._duties = {
            "poll": self._poll,
            "digest": self._digest,
            "deliver": self._deliver,
            "learn": self._learn,
            "upkeep": self._upkeep,
            "log": self._watch.fold,
            **({"pages": self._pages} if with_pages else {}),
        }
        self._page_server: PageServer | None = None  # the pages thread's own
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
        with self._held():
            for warning in warnings(self._current.home.state, sqlite_version()):
                logger.warning("%s", warning)
            self._work()
        return 1 if self._is_broken else 0

    @contextmanager
    def _held(self) -> Iterator[Store]:
        """Hold the home alone, its database checked and brought up to date."""
        state = self._current.home.state
        with Lock(state / "service.lock") as lock:
            if not lock.take():
                raise AlreadyRunning(
                    f"{state}: another monitor runs on this home (process {lock.holder()});"
                    " nothing was started. Stop it first, or use `monitor status`."
                )
            refuse_half_restored(state / "monitor.db")
            self._watch.start()
            with Store.open(state / "monitor.db", check=True) as store:
                self._watch.doubt(store, self._clock())
                self._watch.forget_former(store)
                store.sync_feeds(self._current.home.subscriptions, self._clock())
                recover_pages(store, state / "digests")
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
            self._put_tools_away()
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
        threading.Thread(target=self._keep_watch, name="watchdog", daemon=True).start()
        scheduler.start()
        logger.info("monitor %s is running on %s", __version__, self._current.home.root)
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
        try:
            with Store.open(self._current.home.state / "monitor.db") as store:
                self._watch.beat(store, self._clock())
        except MonitorError as error:
            self._watch.tell("heartbeat", error)
        else:
            self._watch.over("heartbeat")
        self._watch.progress.made("heartbeat")
        if not self._is_ready:
            self._is_ready = True
            self._supervisor.tell(READY="1", STATUS="running")
        self._wake_all()

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
                self._put_tools_away()
            if name == "pages" and self._page_server is not None:
                self._page_server.stop()
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
                with Store.open(self._home().state / "monitor.db") as store:
                    duty(store)
            except MonitorError as error:
                self._watch.tell(name, error)
            else:
                self._watch.over(name)

    def _stopped(self, duty: str) -> Callable[[], bool]:
        """Return what a run asks whether to stop; who asks gets on."""

        def stopped() -> bool:
            self._watch.progress.made(duty)
            if duty == "poll" and (pages := self._page_server) is not None:
                pages.give_way()
            return self._is_stopping

        return stopped

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

    def _tools_of(self, home: Home) -> _PollTools:
        """Return what polls a home, built once; for the poll thread only."""
        if self._tools is None or self._tools.home != home:
            self._put_tools_away()
            workers = Workers(home.config.poll.processes, Scorer(home.profiles, home.parties))
            self._tools = _PollTools(home, workers, KeptBook())
        return self._tools

    def _put_tools_away(self) -> None:
        if self._tools is not None:
            self._tools.workers.close()
            self._tools = None

    # ------------------------------------------------------------ the duties

    def _poll(self, store: Store) -> None:
        home = self._home()
        if not store.due_polls(self._clock()):
            if self._tools:
                self._tools.workers.close()
            return
        began = time.monotonic()
        home = home_in_force(home, store)
        tools = self._tools_of(home)
        poller = Poller(
            poll=home.config.poll,
            network=home.config.network,
            contact=home.config.contact,
            version=__version__,
            access=home.feed_access(),
            allow_loopback=self._allow_loopback,
        )
        with poller:
            report = run_poll(
                store,
                poller,
                tools.workers,
                home.profiles,
                self._clock(),
                settings=home.config.poll,
                window=first_poll_window(home.config),
                meaning=meaning_of(home),
                stories=tools.stories,
                stopped=self._stopped("poll"),
            )
        if report.polled < BUSY_COUNT:
            tools.workers.close()
        store.tally(
            self._clock(),
            polls=report.polled,
            failures=report.outcomes[PollOutcome.FAILED],
            took=timedelta(seconds=time.monotonic() - began),
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
            if self._is_stopping:
                return
            due = f"digest {plan.name} stays due"
            try:
                report = issue_what_is_due(store, plan, self._clock())
            except MonitorError as error:
                self._watch.tell(due, error)
                continue
            self._watch.over(due)
            if report is None:
                continue
            label = report.digest.slot.label
            logger.info("digest %s, slot %s: %s", plan.name, label, report.kind.value)
            self._wake["deliver"].set()

    def _deliver(self, store: Store) -> None:
        home, channels = self._home(), channels_of(self._home())
        if not home.config.mail.host and channels is None:
            return
        stopped = self._stopped("deliver")
        with Lock(home.state / "delivery.lock") as lock:
            if not lock.take():
                return
            if channels is not None:
                resend = home.config.mail.uncertain == "resend"
                run_channels(store, channels, self._clock(), resend=resend, stopped=stopped)
            if home.config.mail.host:
                run_delivery(store, mail_server_of(home), self._clock(), stopped=stopped)

    def _pages(self, store: Store) -> None:
        """Serve the web pages as the settings say; a port that is taken is tried again."""
        from monitor.web.server import PageServer  # what a service without pages does not need

        web, server = self._home().config.web, self._page_server
        if server is not None and (not web.serve or not server.is_as(web)):
            server.stop()
            server = self._page_server = None
        if web.serve and server is None:
            server = PageServer(self._reopen, clock=self._clock)
            server.start()
            self._page_server = server

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

    def _upkeep(self, store: Store) -> None:
        home = self._home()
        if time.monotonic() >= self._matters_at:
            self._matters_at = time.monotonic() + MATTERS_EVERY * self._heartbeat.total_seconds()
            self._tell_matters(store, home)
        report = run_upkeep(
            store,
            home,
            self._clock(),
            stopped=self._stopped("upkeep"),
            pause=lambda: self._ended.wait(PRUNE_PAUSE_S),
        )
        if report.backup:
            logger.info("backup made: %s", report.backup)
        if report.pruned.total:
            counts = report.pruned.text_count, report.pruned.entry_count
            logger.info("pruned %d texts and %d entries", *counts)

    def _tell_matters(self, store: Store, home: Home) -> None:
        """Tell the supervisor how things stand, and the operator's webhook what is new in it."""
        now = self._clock()
        every = standing(standing_facts(store, home, now), now)
        # Who asks is alive, however long ago the last heartbeat was noted.
        matters = tuple(matter for matter in every if matter.name != "service")
        count = sum(matter.must_act for matter in matters)
        words = f"{count} open: see `monitor status`" if must_act(matters) else "all is well"
        if not self._is_stopping:
            self._supervisor.tell(STATUS=words)
        if url := home.webhook():
            try:
                for name in tell_matters(store, matters, url, home.root, now):
                    logger.info("told the webhook: %s", name)
            except WebhookError as error:
                self._watch.tell("webhook", error)
            else:
                self._watch.over("webhook")


def run_service(home: Home) -> int:
    """Run the service until SIGTERM or Ctrl-C; the second signal ends it at once."""
    service = Service(home, with_pages=True, supervisor=Supervisor(os.environ))

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


def run_once(home: Home) -> list[str]:
    """Do what is due once, without a heartbeat; returns what could not be done."""
    return Service(home).once()
