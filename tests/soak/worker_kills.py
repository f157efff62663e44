"""SIGKILL of a cluster's workers during poll runs: nothing lost, nothing twice, nobody hurried."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import threading
import time
from bisect import bisect
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor import __version__
from monitor.adapters.cluster_workers import ClusterWorkers
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.config import NetworkSettings, PollSettings
from monitor.model import Subscription
from monitor.pipeline import run_poll
from monitor.pipeline.polling.far_poll import FarWorkers
from monitor.pipeline.polling.far_reading import PollKit
from monitor.stages.score import Scorer
from tests.cluster import dask_address, dask_cluster
from tests.factories import NOON, make_item, make_profile, make_rss
from tests.servers import Asked, Reply, Site

COUNT = 20
HOSTS, FEEDS = 4, 10  # feeds of each host
SPACING_S = 0.08
LATE_S = 0.02  # a busy server notes a request so much late
HOUR = timedelta(hours=3)


class Press:
    """Servers whose every feed has one more entry with each edition."""

    def __init__(self, open_things: ExitStack, feeds: int) -> None:
        self.edition = 0
        self.feeds = feeds  # of each host
        self.runs_at = [0.0]
        self.sites = [
            open_things.enter_context(Site(host=f"127.0.0.{n + 1}")) for n in range(HOSTS)
        ]
        for site in self.sites:
            site.scripts.update({f"/{n}": self._reply for n in range(feeds)})

    def _reply(self, asked: Asked) -> Reply:
        tag = f'"{self.edition}"'
        if asked.header("If-None-Match") == tag:
            return Reply(status=304, headers={"ETag": tag})
        items = (make_item(str(n), title=f"Report {n}") for n in range(self.edition + 1))
        return Reply(make_rss(*items), headers={"ETag": tag})

    @property
    def subscriptions(self) -> list[Subscription]:
        return [
            Subscription(site.url(f"/{n}"), f"{site.host} {n}")
            for site in self.sites
            for n in range(self.feeds)
        ]

    @property
    def unconditional_count(self) -> int:
        return sum(not a.header("If-None-Match") for site in self.sites for a in site.asked)

    @property
    def shortest_pause_s(self) -> float:
        """Return it within a run: the next one begins when hours have passed."""
        pauses = [
            after.at - before.at
            for site in self.sites
            for before, after in zip(site.asked, site.asked[1:], strict=False)
            if bisect(self.runs_at, before.at) == bisect(self.runs_at, after.at)
        ]
        return min(pauses)


def run(seed: int, count: int | None) -> Iterator[str]:
    """Kill a worker in each of so many poll runs, then count entries and requests."""
    return killed(seed, count or COUNT)


def killed(seed: int, kills: int, *, processes: int = 1, feeds: int = FEEDS) -> Iterator[str]:
    """Kill workers that have `processes` for parsing while so many feeds a server are polled."""
    moments = random.Random(seed)
    profile = make_profile()
    kit = PollKit(
        PollSettings(processes=processes),
        NetworkSettings(),
        "",
        __version__,
        Scorer((profile,), ()),
        allow_loopback=True,
        spacing_s=SPACING_S,
    )
    with ExitStack() as open_things:
        press = Press(open_things, feeds)
        folder = open_things.enter_context(tempfile.TemporaryDirectory())
        store = open_things.enter_context(Store.open(Path(folder) / "monitor.db"))
        cluster = open_things.enter_context(dask_cluster(2, processes=True))
        address = dask_address(cluster)
        workers = open_things.enter_context(
            FarWorkers(ClusterWorkers(address, kit, version=__version__), batch_size=feeds)
        )
        poller = open_things.enter_context(
            Poller(poll=kit.poll, network=kit.network, contact="", version=__version__)
        )
        store.sync_feeds(press.subscriptions, NOON)
        polled, struck = [], 0
        for number in range(kills + 1):
            press.edition = number
            press.runs_at.append(time.monotonic())
            strike = _strike(cluster, moments, feeds * SPACING_S) if number else None
            report = run_poll(
                store, poller, workers, (profile,), NOON + number * HOUR, settings=kit.poll
            )
            struck += strike.end() if strike else 0
            polled.append(report.polled)
        _check(store, press, polled, kills)
        yield f"{struck} workers killed in {kills} poll runs of {HOSTS * press.feeds} feeds"
        yield f"{HOSTS * press.feeds * (kills + 1)} entries written, each stored once"
        yield f"unconditional requests: {press.unconditional_count}, one a feed"
        yield f"shortest pause at a server: {press.shortest_pause_s:.3f} s of {SPACING_S}"


class _Strike:
    """A kill that comes at its moment, if the run lasts that long."""

    def __init__(self, pid: int, after_s: float) -> None:
        self._pid = pid
        self._is_done = False
        self._timer = threading.Timer(after_s, self._kill)
        self._timer.start()

    def _kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        self._is_done = True

    def end(self) -> int:
        """End the waiting; tell how many were killed."""
        self._timer.cancel()
        self._timer.join()
        return int(self._is_done)


def _strike(cluster: Any, moments: random.Random, within_s: float) -> _Strike:
    nanny = moments.choice([each for each in cluster.workers.values() if each.pid])
    return _Strike(nanny.pid, moments.uniform(0.05, within_s))


def _check(store: Store, press: Press, polled: list[int], kills: int) -> None:
    entries = [(each.entry.key.feed, each.entry.key.id) for each in store.entries(limit=100_000)]
    expected = {(feed.number, str(n)) for feed, _ in store.feeds() for n in range(kills + 1)}
    assert set(entries) == expected, f"{len(expected - set(entries))} entries lost"
    assert len(entries) == len(expected), f"{len(entries) - len(expected)} entries stored twice"
    assert polled == [HOSTS * press.feeds] * (kills + 1), polled
    assert press.unconditional_count == HOSTS * press.feeds, press.unconditional_count
    assert press.shortest_pause_s >= SPACING_S - LATE_S, press.shortest_pause_s
