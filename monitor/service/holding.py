"""One service on a home: alone, on a database that was checked and brought up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from monitor.adapters.home import Home
from monitor.adapters.lock import Lock
from monitor.adapters.store import Store
from monitor.adapters.store.backup import refuse_half_restored
from monitor.errors import MonitorError
from monitor.pipeline import recover_pages
from monitor.pipeline.watch import Watch


class AlreadyRunning(MonitorError):
    """Another service runs on this home."""


@contextmanager
def holding(home: Home, watch: Watch, clock: Callable[[], datetime]) -> Iterator[Store]:
    """Hold the home alone for the block.

    Raises AlreadyRunning when another does, StoreError when the database cannot be used.
    """
    state = home.state
    with Lock(state / "service.lock") as lock:
        if not lock.take():
            raise AlreadyRunning(
                f"{state}: another monitor runs on this home (process {lock.holder()});"
                " nothing was started. Stop it first, or use `monitor status`."
            )
        refuse_half_restored(state / "monitor.db")
        watch.start()
        with Store.open(state / "monitor.db") as store:
            store.check_fully(clock())
            watch.doubt(store, clock())
            watch.forget_former(store)
            store.sync_feeds(home.subscriptions, clock())
            recover_pages(store, state / "digests")
            yield store
