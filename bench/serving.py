"""How long the web pages take in the process that polls, as `monitor run` does both.

    python bench/serving.py                        200,000 entries, 500 feeds, 10 clients
    python bench/serving.py --home DIR             keeps the home, and uses it again

First every feed brings 30 new entries, then one in ten brings three, round after round. Ten
clients, another process, each look at a page, say what an entry is worth when they look at
one, and read for a moment: a second, half of it more or less (--pause 0: they never read, so that
ten requests are always under way). Time runs from the request to the last byte, and so
holds what the client and the machine's other work take; what the serving process worked in
all is told beside it. Wanted: 100 ms for 95 of 100, and nobody told that the database is
locked. (bench/pages.py asks for every page, with the polling in another process.)
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import multiprocessing
import os
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import home as many
from polling.server import Scene, served

from monitor.adapters.home import Home, open_home, save_subscriptions
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.config import NetworkSettings
from monitor.model import Subscription
from monitor.pipeline import run_poll
from monitor.pipeline.polling.kept_book import KeptBook
from monitor.stages.score import Scorer
from monitor.web.server import PageServer

WANTED_MS = 100.0
HOSTS = 50
DAYS = 60
SAVED_AT_ONCE = 40_000
LOCKED = b"database is locked"
PATHS = ("/", "/", "/search?q=mexico", "/search?q=gobierno", "/profiles/{profile}", "/feeds",
         "/entries/{entry}", "/digests", "/people", "/status", "/health")  # fmt: skip


@dataclass(frozen=True)
class Look:
    """One answer, as a client saw it."""

    path: str  # with # for a number
    seconds: float
    status: int
    is_locked: bool
    size: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds a client reads")
    parser.add_argument("--home", type=Path)
    told = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = told.home or Path(stack.enter_context(tempfile.TemporaryDirectory()), "home")
        urls, scenes = stack.enter_context(served(told.feeds, HOSTS))
        home = _home(folder, told.entries, urls)
        began = time.monotonic()
        server = PageServer(
            lambda: open_home(folder, {}),
            clock=lambda: many.NOW + timedelta(seconds=time.monotonic() - began),
            port=0,
        )
        stack.enter_context(server)
        _looks(server.url, told, 3.0)  # what is worked out once is worked out
        print(f"{told.entries:,} entries stored, {told.clients} clients, {os.cpu_count()} cores")
        _tell("while nothing is polled", *_measured(server.url, told))
        with _polling(home, scenes, server) as rounds:
            busy = _measured(server.url, told)
    _tell(f"while {told.feeds} feeds are polled again and again ({len(rounds)} rounds)", *busy)
    print("  new entries by round: " + ", ".join(map(str, rounds)))
    return 0


def _measured(url: str, told: argparse.Namespace) -> tuple[list[Look], float]:
    """Return the looks, and what the serving process worked meanwhile, in seconds."""
    before = time.process_time()
    looks = _looks(url, told, told.seconds)
    return looks, time.process_time() - before


def _home(folder: Path, entries: int, urls: list[str]) -> Home:
    """Return a home with so many entries, whose feeds are those on loopback."""
    if not (folder / "monitor.toml").exists():
        print(f"making {entries:,} entries...", file=sys.stderr)
        many.AT_ONCE = SAVED_AT_ONCE
        many.make_home(folder, entries=entries, days=DAYS)
    subscriptions = [Subscription(url, f"Outlet {n:03}") for n, url in enumerate(urls)]
    save_subscriptions(folder, subscriptions)
    with contextlib.closing(sqlite3.connect(folder / "state" / "monitor.db")) as database:
        # The port is another each time; the feeds are the same.
        database.executemany(
            "UPDATE feed SET url = ? WHERE number = ?",
            [(url, number) for number, url in enumerate(urls, start=1)],
        )
        database.execute("UPDATE poll SET etag = NULL, last_modified = NULL, body_hash = NULL")
        database.commit()
    return open_home(folder, {})


@contextlib.contextmanager
def _polling(home: Home, scenes: Any, server: PageServer) -> Iterator[list[int]]:
    """Poll every feed, round after round, as the service does; yield the rounds' new entries."""
    ended, rounds = threading.Event(), list[int]()

    def stopped() -> bool:  # as the service does it
        server.give_way()
        return ended.is_set()

    def poll() -> None:
        book, now = KeptBook(), many.NOW
        scorer = Scorer(home.profiles, home.parties)
        with Store.open(home.state / "monitor.db") as store, Workers(0, scorer) as workers:
            while not ended.is_set():
                scenes.send(Scene(version=len(rounds)))
                scenes.recv()
                now += timedelta(minutes=20)
                poller = Poller(
                    poll=home.config.poll,
                    network=NetworkSettings(),
                    contact="",
                    version="bench",
                    allow_loopback=True,
                    spacing_s=0.0,
                )
                with poller:
                    report = run_poll(
                        store,
                        poller,
                        workers,
                        home.profiles,
                        now,
                        settings=home.config.poll,
                        stories=book,
                        every=True,
                        stopped=stopped,
                    )
                rounds.append(report.entries_new)

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield rounds
    finally:
        ended.set()
        thread.join()


# ---------------------------------------------------------------- who looks


def _looks(url: str, told: argparse.Namespace, seconds: float) -> list[Look]:
    """Have clients look at pages from a process of their own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_clients, (url, told.clients, seconds, told.pause, told.entries))


def _clients(url: str, count: int, seconds: float, pause: float, entries: int) -> list[Look]:
    port = int(url.rstrip("/").rpartition(":")[2])
    ends_at = time.monotonic() + seconds
    found: list[list[Look]] = [[] for _ in range(count)]
    threads = [
        threading.Thread(target=_client, args=(port, number, ends_at, pause, entries, found))
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [look for own in found for look in own]


def _client(
    port: int, number: int, ends_at: float, pause: float, entries: int, found: list[list[Look]]
) -> None:
    dice = random.Random(number)
    ask = _asker(port, found[number])
    time.sleep(dice.uniform(0, 1) * pause)
    names = re.findall(rb'href="/profiles/([\w-]+)"', ask("GET", "/profiles")[1])
    while time.monotonic() < ends_at:
        profile = dice.choice(names).decode()
        entry = entries - dice.randrange(5_000)
        path = dice.choice(PATHS).format(profile=profile, entry=entry)
        status, body = ask("GET", path)
        token = re.search(rb'name="csrf" value="([0-9a-f]+)"', body)
        if path.startswith("/entries/") and status == 200 and token:
            fields = {"csrf": token[1].decode(), "verdict": "good", "profile": profile}
            ask("POST", f"{path}/verdict", urlencode(fields).encode())
        time.sleep(dice.uniform(0.5, 1.5) * pause)


def _asker(port: int, looks: list[Look]) -> Callable[..., tuple[int, bytes]]:
    """Return what asks over one kept connection, with its cookie, and notes each answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    cookie = ""

    def ask(method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        nonlocal cookie
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        line.request(method, path, body, headers)
        answer = line.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - began
        if given := answer.getheader("set-cookie"):
            cookie = given.partition(";")[0]
        shown = f"{method} {re.sub(r'[0-9]+', '#', path.partition('?')[0])}"
        shown = re.sub(r"/profiles/.*", "/profiles/*", shown)
        looks.append(Look(shown, seconds, answer.status, LOCKED in content, len(content)))
        return answer.status, content

    return ask


# ---------------------------------------------------------------- what came of it


def _tell(what: str, looks: list[Look], worked_s: float) -> None:
    print(f"\n{what}: {len(looks)} answers, the process worked {worked_s:.1f} s")
    by_path: dict[str, list[Look]] = defaultdict(list)
    for look in looks:
        by_path[look.path].append(look)
    columns = ("answers", "median", "p95", "p99", "most")
    print(f"  {'page':28}" + "".join(f" {each:>8}" for each in columns) + f" {'KB':>6}")
    for path, own in sorted(by_path.items()):
        _line(path, own)
    _line("all", looks)
    failed = sum(look.status >= 500 and look.path != "GET /health" for look in looks)
    locked = sum(look.is_locked for look in looks)
    p95 = _percentile([look.seconds for look in looks], 0.95) * 1000
    print(f"  p95 {p95:.0f} ms (wanted {WANTED_MS:.0f}); failed {failed}; locked {locked}")


def _line(path: str, looks: list[Look]) -> None:
    times = [look.seconds * 1000 for look in looks]
    print(
        f"  {path:28} {len(looks):8} {statistics.median(times):8.1f}"
        f" {_percentile(times, 0.95):8.1f} {_percentile(times, 0.99):8.1f} {max(times):8.1f}"
        f" {max(look.size for look in looks) / 1024:6.0f}"
    )


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    raise SystemExit(main())
