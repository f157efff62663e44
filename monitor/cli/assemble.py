"""The real adapters, built from a home: the one place where they meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from monitor import __version__
from monitor.adapters.deliver import MailServer
from monitor.adapters.home import Home
from monitor.adapters.lock import Lock
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.errors import ConfigError, StoreError
from monitor.pipeline import mail_server_of
from monitor.pipeline.polling.engines import polling_workers
from monitor.pipeline.polling.far_poll import FarWorkers
from monitor.pipeline.tuning.profiles import home_in_force
from monitor.stages.score import Scorer


def open_store(home: Home) -> Store:
    """Open the home's database, made where missing; a context manager."""
    return Store.open(home.prepare_state() / "monitor.db")


@dataclass(frozen=True, slots=True)
class PollTools:
    """What a poll run works with."""

    home: Home  # with what was learned
    store: Store
    poller: Poller
    workers: Workers[Scorer] | FarWorkers


@contextmanager
def poll_tools(home: Home) -> Iterator[PollTools]:
    """Build what a poll run works with, and put it away afterwards."""
    with ExitStack() as stack:
        store = stack.enter_context(open_store(home))
        home = home_in_force(home, store)
        poller = Poller(
            poll=home.config.poll,
            network=home.config.network,
            contact=home.config.contact,
            version=__version__,
            access=home.feed_access(),
        )
        stack.callback(poller.close)
        workers = polling_workers(home, __version__)
        stack.callback(workers.close)
        yield PollTools(home, store, poller, workers)


def mail_server(home: Home) -> MailServer:
    """Return the home's mail server; raises ConfigError when none is named."""
    if not home.config.mail.host:
        problem = "no mail server is named, so nothing can be delivered; messages stay queued"
        raise ConfigError("monitor.toml, mail.host", problem)
    return mail_server_of(home)


@contextmanager
def delivery_lock(home: Home) -> Iterator[None]:
    """Hold the lock of the outbox; raises StoreError when another process delivers."""
    with Lock(home.prepare_state() / "delivery.lock") as lock:
        if not lock.take():
            raise StoreError(
                f"{home.state}: another monitor is delivering (process {lock.holder()}); "
                "nothing was changed; try again when it is done"
            )
        yield
