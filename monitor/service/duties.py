"""The duties that need nothing kept between two passes: digests, delivery, learning."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from monitor.adapters.home import Home
from monitor.adapters.lock import Lock
from monitor.adapters.store import Store
from monitor.errors import MonitorError
from monitor.pipeline import mail_server_of, plans_of, run_delivery
from monitor.pipeline.digests.channel_run import channels_of, run_channels
from monitor.pipeline.digests.due_run import issue_what_is_due
from monitor.pipeline.tuning.learning_run import learning_due, run_learning
from monitor.pipeline.tuning.rescoring import rescore_changed
from monitor.service.around import Around

logger = logging.getLogger(__name__)


class Duties:
    """One method each, called with a store of its own."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._scored: Home | None = None  # the learning thread's own
        self._unread: frozenset[str] = frozenset()  # channels, the delivery thread's own

    def digest(self, store: Store) -> None:
        """Issue what is due; a digest that cannot be issued keeps no other one back."""
        watch = self._around.watch
        for plan in plans_of(self._around.home()):
            if self._around.stopped("digest"):
                return
            due = f"digest {plan.name} stays due"
            try:
                report = issue_what_is_due(store, plan, self._around.clock())
            except MonitorError as error:
                watch.tell(due, error)
                continue
            watch.over(due)
            if report is None:
                continue
            label = report.digest.slot.label
            logger.info("digest %s, slot %s: %s", plan.name, label, report.kind.value)
            self._around.wake("deliver")

    def deliver(self, store: Store) -> None:
        """Send what is due, by mail and by channel; one at a time on a home."""
        home, clock = self._around.home(), self._around.clock
        channels = channels_of(home)
        self._tell_unread({} if channels is None else channels.unread)
        if not home.config.mail.host and channels is None:
            return
        with Lock(home.state / "delivery.lock") as lock:
            if not lock.take():
                return
            if channels is not None:
                resend = home.config.mail.uncertain == "resend"
                run_channels(store, channels, clock(), resend=resend, stopped=self._delivery_stops)
            if home.config.mail.host:
                run_delivery(store, mail_server_of(home), clock(), stopped=self._delivery_stops)

    def _tell_unread(self, unread: Mapping[str, str]) -> None:
        """Say whose address cannot be read: what is for that channel waits, and nothing else."""
        for name in self._unread - unread.keys():
            self._around.watch.over(f"{name} waits")
        for name, problem in unread.items():
            self._around.watch.tell(f"{name} waits", problem)
        self._unread = frozenset(unread)

    def _delivery_stops(self) -> bool:
        return self._around.stopped("deliver")

    def learn(self, store: Store) -> None:
        """Learn from the verdicts, once a night; score anew by the profiles that were changed."""
        home, now = self._around.home(), self._around.clock()
        if learning_due(store, home.config.zone, now):
            for learned in run_learning(store, home, now):
                logger.info(
                    "%s learned from %d good and %d bad verdicts",
                    learned.profile,
                    learned.good_count,
                    learned.bad_count,
                )
        self._rescore(store, home, now)

    def _rescore(self, store: Store, home: Home, now: datetime) -> None:
        if home is self._scored:  # no file was changed since
            return
        for name, done in rescore_changed(
            store, home, now, stopped=lambda: self._around.stopped("learn")
        ).items():
            counts = done.entries_count, done.above_count
            logger.info("%s was changed: %d entries scored anew, %d over its line", name, *counts)
        if not self._around.stopped("learn"):
            self._scored = home
