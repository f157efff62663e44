"""How late the service's heartbeat comes while it polls feeds of which one in ten hangs."""

from __future__ import annotations

import logging
import statistics
import tempfile
import threading
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from polling.server import Scene, served

BEAT_S = 0.5  # far more often than the real one: as many chances to be late
LASTS_S = 90.0  # 100 hanging feeds on 64 connections, 30 s each, take over a minute
HANGING_SHARE = 1  # of ten
LATE_S = 2.0  # what the 99th percentile must stay under


def measure(feed_count: int) -> str:
    """Run a service on so many feeds, all of them due, and say how late its beats were."""
    from monitor.adapters.home import create_home, open_home, save_subscriptions
    from monitor.adapters.store import Store
    from monitor.model import Subscription
    from monitor.service import Service

    logging.getLogger("monitor").setLevel(logging.CRITICAL)  # each failure is a line
    beats: list[float] = []

    class Watched(Service):
        def _beat(self) -> None:
            super()._beat()
            beats.append(time.monotonic())  # its note is in the database, every duty is woken

    with tempfile.TemporaryDirectory() as folder, served(feed_count, feed_count) as (urls, scenes):
        scenes.send(Scene(hanging_share=HANGING_SHARE))
        scenes.recv()
        root = Path(folder, "home")
        create_home(root)
        save_subscriptions(root, [Subscription(url, url) for url in urls])
        home = open_home(root, {})
        home.prepare_state()
        service = Watched(home, heartbeat=timedelta(seconds=BEAT_S), allow_loopback=True)
        thread = threading.Thread(target=service.run)
        thread.start()
        time.sleep(LASTS_S)
        service.stop()
        thread.join()
        with Store.open(home.state / "monitor.db") as store:
            states = [state for _, state in store.feeds()]
    answered = sum(state.succeeded_at is not None for state in states)
    hung = sum(state.problem is not None for state in states)
    late = [max(0.0, gap - BEAT_S) for gap in _gaps(beats)]
    p99 = statistics.quantiles(late, n=100)[98]
    return (
        f"heartbeat every {BEAT_S:g} s for {LASTS_S:g} s, {feed_count:,} feeds polled meanwhile "
        f"({answered:,} answered, {hung:,} hung): {len(beats)} beats, late by p50 "
        f"{statistics.median(late):.3f} s, p99 {p99:.3f} s, at most {max(late):.3f} s "
        f"(p99 must be under {LATE_S:g} s: {'kept' if p99 < LATE_S else 'MISSED'})"
    )


def _gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]
