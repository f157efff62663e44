"""The upkeep duty: the night's work, and how things stand, told to who supervises."""

from __future__ import annotations

import logging
import time

from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.adapters.webhook import WebhookError
from monitor.pipeline.standing import standing_facts
from monitor.pipeline.upkeep_run import run_upkeep, tell_matters
from monitor.service.around import Around
from monitor.stages.health.standing import must_act, standing

logger = logging.getLogger(__name__)

MATTERS_EVERY = 10  # heartbeats: five minutes
PRUNE_PAUSE_S = 0.05  # between two steps: others write, too
BACKUP_AGAIN_S = 3600.0  # after one that could not be made: it copies all there is each time
BACKUP = "backup"


class Upkeep:
    """Looks after the database and tells what is open; for one thread."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._matters_at = 0.0  # time.monotonic of the next look at how things stand
        self._backup_at = 0.0  # before then none is tried

    def __call__(self, store: Store) -> None:
        around, home = self._around, self._around.home()
        if time.monotonic() >= self._matters_at:
            every_s = MATTERS_EVERY * around.heartbeat.total_seconds()
            self._matters_at = time.monotonic() + every_s
            self._tell_matters(store, home)
        report = run_upkeep(
            store,
            home,
            around.clock(),
            with_backup=time.monotonic() >= self._backup_at,
            stopped=lambda: around.stopped("upkeep"),
            pause=lambda: around.rest(PRUNE_PAUSE_S),
        )
        if report.problem:
            self._backup_at = time.monotonic() + BACKUP_AGAIN_S
            around.watch.tell(BACKUP, report.problem)
        if report.backup:
            around.watch.over(BACKUP)
            logger.info("backup made: %s", report.backup)
        if report.pruned.total:
            counts = report.pruned.text_count, report.pruned.entry_count
            logger.info("pruned %d texts and %d entries", *counts)

    def _tell_matters(self, store: Store, home: Home) -> None:
        """Tell the supervisor how things stand, and the operator's webhook what is new in it."""
        around, now = self._around, self._around.clock()
        every = standing(standing_facts(store, home, now), now)
        # Who asks is alive, however long ago the last heartbeat was noted.
        matters = tuple(matter for matter in every if matter.name != "service")
        count = sum(matter.must_act for matter in matters)
        words = f"{count} open: see `monitor status`" if must_act(matters) else "all is well"
        if not around.stopped("upkeep"):
            around.supervisor.tell(STATUS=words)
        if url := home.webhook():
            try:
                for name in tell_matters(store, matters, url, home.root, now):
                    logger.info("told the webhook: %s", name)
            except WebhookError as error:
                around.watch.tell("webhook", error)
            else:
                around.watch.over("webhook")
