"""Ten writers beside a poll of many feeds: nobody is told that the database is locked."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from monitor.adapters.store import Store
from monitor.errors import StoreError
from monitor.model import PollState, Verdict
from tests.factories import NOON, make_entry, make_placement, make_score, make_subscription

SECONDS, WRITERS, FEEDS, PER_FEED = 60, 10, 500, 30
P99_S = 1.0


def run(seed: int, count: int | None) -> Iterator[str]:
    """Write verdicts and troubles for `count` seconds, while polls of 500 feeds are saved."""
    waits: list[float] = []
    errors: list[str] = []
    polls = [0]
    ends_at = time.monotonic() + (count or SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "monitor.db"
        with Store.open(path) as store:
            store.sync_feeds([make_subscription(f"f{n}") for n in range(FEEDS)], NOON)
        threads = [
            threading.Thread(target=_write, args=(path, n, ends_at, waits, errors))
            for n in range(WRITERS)
        ]
        threads.append(threading.Thread(target=_poll, args=(path, ends_at, polls, errors)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    waits.sort()
    p99 = waits[int(len(waits) * 0.99)]
    yield f"{len(waits)} writes by {WRITERS} beside {polls[0]} polls, {len(errors)} errors"
    middle, worst = waits[len(waits) // 2], waits[-1]
    yield f"p50 {middle * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms, worst {worst:.2f} s"
    assert errors == []
    assert p99 < P99_S


def _write(path: Path, number: int, ends_at: float, waits: list[float], errors: list[str]) -> None:
    with Store.open(path) as store:
        done = 0
        while time.monotonic() < ends_at:
            began = time.monotonic()
            try:
                if done % 2:
                    store.note_trouble(f"t{number}", f"{done}", NOON)
                else:
                    entry = make_entry(f"judged {number} {done}")
                    store.save_verdicts([Verdict(entry, good=True)], NOON)
            except StoreError as error:
                errors.append(str(error))
            waits.append(time.monotonic() - began)
            done += 1
            time.sleep(0.05)  # a person clicks no faster


def _poll(path: Path, ends_at: float, polls: list[int], errors: list[str]) -> None:
    with Store.open(path) as store:
        while time.monotonic() < ends_at:
            feed = 1 + polls[0] % FEEDS
            entries = [make_entry(f"{polls[0]} {n}", feed=feed) for n in range(PER_FEED)]
            try:
                store.save_poll(
                    feed,
                    PollState(etag=str(polls[0])),
                    [(entry, (make_score(),)) for entry in entries],
                    [make_placement(entry.key) for entry in entries],
                    floors={"trade": 0.5},
                    first_poll_cutoff=None,
                    now=NOON,
                )
            except StoreError as error:
                errors.append(str(error))
            polls[0] += 1
