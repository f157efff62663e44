"""An hour of many feeds against what small runs foretell: 304s cost so much, changes so much.

    python bench/scale.py [--feeds 100000] [--folder DIR] [--prepare]

One server process on loopback, 50 ms before each answer, two feeds a host; one feed in twenty
has three new entries, all others answer 304. First 500 and 8,000 feeds without a change and 2,000
of which half changed: what starting, a 304 and a changed feed cost, fitted to these, foretells the
large run, which is then made. The homes are prepared before (`--prepare`, into `--folder`: for
100,000 feeds 5,000 real first polls).
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "bench"))

from polling.feeds import document  # noqa: E402

from monitor import __version__  # noqa: E402
from monitor.adapters.home import read_seeds  # noqa: E402
from monitor.adapters.poll import Poller  # noqa: E402
from monitor.adapters.store import Store  # noqa: E402
from monitor.adapters.workers import Workers  # noqa: E402
from monitor.config import NetworkSettings, PollSettings  # noqa: E402
from monitor.model import PollState, Subscription  # noqa: E402
from monitor.pipeline import run_poll  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
LATENCY_S = 0.05
PER_HOST = 2  # the pause between its feeds must not be what small runs wait for
DOCUMENTS = 40  # different ones; feeds share them, and an entry is known by its feed
SETTINGS = PollSettings(connections=128)


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: how many feeds, and how many of a hundred change."""

    feeds: int
    changing: int

    @property
    def name(self) -> str:
        return f"{self.feeds}-{self.changing}"

    def changes(self, feed: int) -> bool:
        return feed % 100 < self.changing


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took."""

    wall_s: float
    cpu_s: float  # of this process and its workers
    peak_mb: float

    def __str__(self) -> str:
        return f"{self.wall_s:8.1f} s wall, {self.cpu_s:7.1f} s CPU, {self.peak_mb:5.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--prepare", action="store_true")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    plans = [Plan(500, 0), Plan(8000, 0), Plan(2000, 50), Plan(options.feeds, 5)]
    with tempfile.TemporaryDirectory() as made, _served() as port:
        folder = options.folder or Path(made)
        for plan in plans:
            _prepare(folder, plan, port)
        if options.prepare:
            return
        costs = []
        for plan in plans:
            costs.append(_run(folder, plan, port))
            print(f"{plan.feeds:8,} feeds, {plan.changing:2} % changed {costs[-1]}", flush=True)
    _tell(plans, costs)


def _tell(plans: list[Plan], costs: list[Cost]) -> None:
    few, quiet, mixed, large = plans
    for name in ("wall_s", "cpu_s"):
        took = [getattr(cost, name) for cost in costs]
        of_304 = (took[1] - took[0]) / (quiet.feeds - few.feeds)
        start = max(took[0] - of_304 * few.feeds, 0.0)
        of_changed = (took[2] - start - of_304 * mixed.feeds / 2) / (mixed.feeds / 2)
        changed = large.feeds * large.changing / 100
        foretold = start + of_304 * (large.feeds - changed) + of_changed * changed
        print(
            f"{name}: {start:.1f} s to start, {of_304 * 1000:.3f} ms a 304, "
            f"{of_changed * 1000:.2f} ms a changed feed; foretold {foretold:.1f} s, "
            f"measured {took[3]:.1f} s ({took[3] / foretold - 1:+.0%})"
        )


# ---------------------------------------------------------------- the server


@contextmanager
def _served() -> Iterator[int]:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    server.daemon = True
    server.start()
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


def _serve(pipe: multiprocessing.connection.Connection) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(
            _Answers, "0.0.0.0", 0, backlog=4096
        )
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


@cache
def _answer(number: int, version: str) -> bytes:
    body = document(number, int(version))
    return (
        f'HTTP/1.1 200 OK\r\nETag: "{version}"\r\nContent-Type: application/rss+xml\r\n'
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class _Answers(asyncio.Protocol):
    """`/c/N` has changed for whoever knows its first version; `/s/N` never does."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            _, changing, number = request.split(b" ", 2)[1].split(b"/")
            if b'If-None-Match: "0"' not in request:
                answer = _answer(int(number) % DOCUMENTS, "0")
            elif changing == b"c":
                answer = _answer(int(number) % DOCUMENTS, "1")
            else:
                answer = b'HTTP/1.1 304 Not Modified\r\nETag: "0"\r\n\r\n'
            asyncio.get_running_loop().call_later(LATENCY_S, self._write, answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


# ---------------------------------------------------------------- the homes


def _address(plan: Plan, feed: int, port: int) -> str:
    number = feed // PER_HOST
    host = f"127.{number // 62500 + 1}.{number // 250 % 250 + 1}.{number % 250 + 1}"
    return f"http://{host}:{port}/{'c' if plan.changes(feed) else 's'}/{feed}"


def _prepare(folder: Path, plan: Plan, port: int) -> None:
    """Make a store that knows the feeds; those that will change were really polled once.

    The port differs from time to time: then the addresses are changed, and nothing else.
    """
    path = folder / f"{plan.name}.db"
    is_new = not path.exists()
    with Store.open(path) as store:
        urls = [_address(plan, feed, port) for feed in range(plan.feeds)]
        if not is_new:
            store._db._conn.execute(
                "UPDATE feed SET url = 'http://' || substr(url, 8, instr(substr(url, 8), ':')) "
                "|| ? || substr(url, 7 + instr(substr(url, 8), '/'))",
                [port],
            )
            return
        titles = [Subscription(url, f"Feed {n}") for n, url in enumerate(urls) if plan.changes(n)]
        store.sync_feeds(titles, NOW - timedelta(hours=3))
        if titles:
            _poll(store, NOW - timedelta(hours=2))
        known = {url: n for n, url in enumerate(urls)}
        store.sync_feeds([Subscription(url, f"Feed {n}") for n, url in enumerate(urls)], NOW)
        state = PollState(
            etag='"0"',
            next_poll_at=NOW - timedelta(minutes=1),
            polled_at=NOW - timedelta(hours=1),
            succeeded_at=NOW - timedelta(hours=1),
        )
        store.save_unchanged(
            [(feed.number, state) for feed, _ in store.feeds() if not plan.changes(known[feed.url])]
        )


def _poll(store: Store, now: datetime) -> None:
    profiles, parties = read_seeds(None)
    with (
        Poller(
            poll=SETTINGS,
            network=NetworkSettings(),
            contact="",
            version=__version__,
            allow_loopback=True,
        ) as poller,
        Workers(0, Scorer(profiles, parties)) as workers,
    ):
        report = run_poll(store, poller, workers, profiles, now, settings=SETTINGS)
    if report.problems:
        print(f"{len(report.problems)} failed, such as {report.problems[0]}", file=sys.stderr)


def _run(folder: Path, plan: Plan, port: int) -> Cost:
    """Poll a home's feeds, of a copy, in a process of its own, which is measured."""
    copy = folder / "run.db"
    for path in folder.glob("run.db*"):
        path.unlink()
    shutil.copy(folder / f"{plan.name}.db", copy)
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(theirs, copy))
    process.start()
    cost: Cost = ours.recv()
    process.join()
    return cost


def _measure(pipe: multiprocessing.connection.Connection, path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Store.open(path) as store:
        began = time.perf_counter()
        _poll(store, NOW)
        wall = time.perf_counter() - began
    own = resource.getrusage(resource.RUSAGE_SELF)
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    pipe.send(Cost(wall, cpu, own.ru_maxrss / 1024))


if __name__ == "__main__":
    main()
