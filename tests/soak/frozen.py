"""A heartbeat, a sender or a database that stands still: the watchdog is told nothing then."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from monitor.adapters.store import Store
from monitor.pipeline.watch import Watch
from tests.factories import make_item, make_rss
from tests.servers import Reply, Site
from tests.smtp import ScriptedSmtp
from tests.test_service import SIX, Clock, Place, wait_for
from tests.test_service_keeping import Listener, watched

COUNT = 30
# The share of it that `count` is of COUNT, a minute at the least. It beats twenty times a
# second: two minutes have as many beats as a day of a service that beats each half minute.
HEALTHY_S = float(os.environ.get("HEALTHY_SECONDS", "3600"))
PARTS: tuple[tuple[str, type, str], ...] = (
    ("heartbeat", Watch, "beat"),
    ("sender", Store, "due_count"),
    ("database", Store, "heartbeat"),
)


def run(seed: int, count: int | None) -> Iterator[str]:
    """Freeze each part in turn; then let a healthy service be listened to."""
    wanted, silent = count or COUNT, 0
    logging.disable(logging.CRITICAL)  # that beats are skipped is what is tried
    with tempfile.TemporaryDirectory() as folder:
        for number in range(wanted):
            _, owner, name = PARTS[number % len(PARTS)]
            silent += _is_silent(Path(folder) / str(number), owner, name)
        assert silent == wanted, f"silent {silent} of {wanted}"
        yield f"silent {silent} of {wanted} with a frozen part"
        seconds = max(HEALTHY_S * wanted / COUNT if count else HEALTHY_S, 60.0)
        longest = _longest_silence(Path(folder) / "healthy", seconds)
    logging.disable(logging.NOTSET)
    yield f"healthy for {seconds:.0f} s, {seconds * 20:.0f} beats: the longest silence was"
    yield f"  {longest:.2f} s of 1 s allowed"
    assert longest < 1.0


def _place(root: Path, body: Callable[[Place, Listener], Any]) -> Any:
    root.mkdir()
    feed = Reply(make_rss(make_item("a", at=SIX)), headers={"ETag": '"1"'})
    with Site({"/feed": feed}) as site, ScriptedSmtp() as smtp:
        listener = Listener(root / "notify")
        try:
            return body(Place(root / "home", site, smtp), listener)
        finally:
            listener.close()


def _is_silent(root: Path, owner: type, name: str) -> bool:
    def body(place: Place, listener: Listener) -> bool:
        whole = getattr(owner, name)
        with place.served(Clock(SIX), **watched(place, listener)):
            wait_for(lambda: listener.pings_since(0) > 5)
            setattr(owner, name, lambda *args, **kwargs: time.sleep(2.0))
            try:
                time.sleep(1.2)
                began = time.monotonic()
                time.sleep(0.6)
                return listener.pings_since(began) == 0
            finally:
                setattr(owner, name, whole)

    return bool(_place(root, body))


def _longest_silence(root: Path, seconds: float) -> float:
    def body(place: Place, listener: Listener) -> float:
        options = watched(place, listener, 5.0)
        with place.served(Clock(SIX), **options):
            wait_for(lambda: listener.pings_since(0) > 0)
            time.sleep(seconds)
            pings = [when for when, line in listener.said if line == "WATCHDOG=1"]
        return max(later - before for before, later in pairwise(pings))

    return float(_place(root, body))
