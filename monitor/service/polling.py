"""The poll duty: what it keeps from one pass to the next, and what it tells of each."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from monitor import __version__
from monitor.adapters.home import Home
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.model import PollOutcome
from monitor.pipeline import first_poll_window, run_poll
from monitor.pipeline.polling.engines import polling_workers
from monitor.pipeline.polling.far_poll import FarWorkers
from monitor.pipeline.polling.kept_book import KeptBook
from monitor.pipeline.tuning.profiles import home_in_force, meaning_of
from monitor.service.around import Around
from monitor.stages.score import Scorer

logger = logging.getLogger(__name__)

# From so many feeds in one pass on the next passes will have work too, and worker processes
# are kept; else an idle service would hold them, and be woken by them, for nothing.
BUSY_COUNT = 50


@dataclass(slots=True)
class _Tools:
    """What is kept for as long as the home is the same.

    Worker processes and stories cost more to begin with than most passes take. Connections
    are not kept: by a feed's next poll its server has closed them.
    """

    home: Home
    workers: Workers[Scorer] | FarWorkers
    stories: KeptBook


class Polling:
    """Polls what is due; for one thread."""

    def __init__(
        self, around: Around, *, allow_loopback: bool, give_way: Callable[[], object]
    ) -> None:
        self._around = around
        self._allow_loopback = allow_loopback
        self._give_way = give_way  # to the pages that are being answered
        self._tools: _Tools | None = None

    def __call__(self, store: Store) -> None:
        home, clock = self._around.home(), self._around.clock
        if not store.due_polls(clock()):
            if self._tools:
                self._tools.workers.close()
            return
        began = time.monotonic()
        home = home_in_force(home, store)
        tools = self._tools_of(home)
        with self._poller(home) as poller:
            report = run_poll(
                store,
                poller,
                tools.workers,
                home.profiles,
                clock(),
                settings=home.config.poll,
                window=first_poll_window(home.config),
                meaning=meaning_of(home),
                stories=tools.stories,
                stopped=self._stopped,
            )
        if report.polled < BUSY_COUNT:
            tools.workers.close()
        store.tally(
            clock(),
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

    def put_away(self) -> None:
        """End the worker processes; called on the thread that polls, or when there is none."""
        if self._tools is not None:
            self._tools.workers.close()
            self._tools = None

    def _stopped(self) -> bool:
        self._give_way()
        return self._around.stopped("poll")

    def _poller(self, home: Home) -> Poller:
        return Poller(
            poll=home.config.poll,
            network=home.config.network,
            contact=home.config.contact,
            version=__version__,
            access=home.feed_access(),
            allow_loopback=self._allow_loopback,
        )

    def _tools_of(self, home: Home) -> _Tools:
        if self._tools is None or self._tools.home != home:
            self.put_away()
            workers = polling_workers(home, __version__, allow_loopback=self._allow_loopback)
            self._tools = _Tools(home, workers, KeptBook())
        return self._tools
