"""An hour of many feeds against what small runs foretell: 304s cost so much, changes so much.

    python bench/scale.py [--feeds 100000] [--folder DIR] [--prepare]

One server process on loopback, 50 ms before each answer, two feeds a host; one feed in twenty
has three new entries, all others answer 304. What starting, a 304, the first change and each
further one cost is fitted to four small runs and foretells the large one. The small runs are
made before it and again after it: the mean of both stands beside a run in the middle, even where
the machine grew slower meanwhile. Beside each run a fixed piece of work is done twice a second;
what a processor second is worth in that run is told by it, and what other programs took as well.

The homes are prepared before (`--prepare`, into `--folder`: for 100,000 feeds 5,000 real first
polls); then the whole takes some two minutes and a half.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "bench"))

from polling.feeds import document  # noqa: E402

from bench.footprint import family  # noqa: E402
from bench.growth import SMALL, Plan, fitted  # noqa: E402
from bench.yardstick import work  # noqa: E402
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


PACE_S = 0.5
FIRST = -15  # nice


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took."""

    wall_s: float
    cpu_s: float  # of the polling process and its workers
    peak_mb: float
    pace_s: float = 0.0  # processor time of the fixed piece of work meanwhile
    others: float = 0.0  # the share of the machine that other programs had

    def __str__(self) -> str:
        return (
            f"{self.wall_s:7.1f} s wall, {self.cpu_s:7.1f} s CPU, {self.peak_mb:5.0f} MB, "
            f"pace {self.pace_s * 1000:5.1f} ms, others {self.others:4.0%}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--prepare", action="store_true")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with suppress(PermissionError):  # who may, goes first: a clock tells of nothing else then
        os.setpriority(os.PRIO_PROCESS, 0, FIRST)
    large = Plan(options.feeds, 5)
    with tempfile.TemporaryDirectory() as made, _served() as (port, server):
        folder = options.folder or Path(made)
        for plan in (*SMALL, large):
            _prepare(folder, plan, port)
        if options.prepare:
            return

        def taken(*plans: Plan) -> list[Cost]:
            costs = []
            for plan in plans:
                costs.append(_run(folder, plan, port, server))
                print(f"{plan.feeds:8,} feeds, {plan.changing:2} % changed {costs[-1]}", flush=True)
            return costs

        before, (measured,), after = taken(*SMALL), taken(large), taken(*SMALL)
    _tell(large, before, measured, after)


def _tell(large: Plan, before: list[Cost], measured: Cost, after: list[Cost]) -> None:
    small = list(zip(before, after, strict=True))
    walls = [(first.wall_s + second.wall_s) / 2 for first, second in small]
    # What a processor second is worth differs from run to run, and is told by the pace.
    cpus = [(one.cpu_s / one.pace_s + two.cpu_s / two.pace_s) / 2 for one, two in small]
    cpus = [cpu * measured.pace_s for cpu in cpus]
    for name, took, model in (
        ("clock", measured.wall_s, fitted(*walls)),
        ("processor", measured.cpu_s, fitted(*cpus)),
    ):
        foretold = model.foretell(large)
        print(
            f"{name}: {model.start:.1f} s to start, {model.of_304 * 1000:.3f} ms a 304, "
            f"{model.first_change:.1f} s the first change, {model.of_change * 1000:.2f} ms each; "
            f"foretold {foretold:.1f} s, measured {took:.1f} s ({took / foretold - 1:+.0%})"
        )
    most = max(cost.others for cost in (*before, *after))
    print(
        f"other programs had {measured.others:.0%} of the machine, "
        f"and in the small runs up to {most:.0%}"
    )


# ---------------------------------------------------------------- the server


@contextmanager
def _served() -> Iterator[tuple[int, int]]:
    """Yield the port and the process of the server."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    server.daemon = True
    server.start()
    try:
        yield ours.recv(), server.pid or 0
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


def _run(folder: Path, plan: Plan, port: int, server: int) -> Cost:
    """Poll a home's feeds, of a copy, in a process of its own, which is measured."""
    copy = folder / "run.db"
    for path in folder.glob("run.db*"):
        path.unlink()
    shutil.copy(folder / f"{plan.name}.db", copy)
    os.sync()  # the copy is not to be written out beside the run
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(theirs, copy))
    process.start()
    ours.recv()  # it is about to begin
    paces, machine_s, served_s = [], _machine_s(), _process_s(server)
    while not ours.poll(PACE_S):
        began = time.process_time()
        work()
        paces.append(time.process_time() - began)
    cost: Cost = ours.recv()
    process.join()
    known_s = cost.cpu_s + _process_s(server) - served_s + sum(paces)
    others = (_machine_s() - machine_s - known_s) / cost.wall_s / (os.cpu_count() or 1)
    return replace(cost, pace_s=statistics.median(paces or [0.0]), others=max(others, 0.0))


def _measure(pipe: multiprocessing.connection.Connection, path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Store.open(path) as store:
        pipe.send(None)
        began, began_s = time.perf_counter(), _family_s()
        _poll(store, NOW)
        wall = time.perf_counter() - began
        cpu = _family_s() - began_s
    pipe.send(Cost(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _family_s() -> float:
    """Return the processor time of this process and of all that it started, ended ones too."""
    return sum(map(_process_s, family(os.getpid())))


def _process_s(process: int) -> float:
    """Return the processor time of a process, and of those of its children that ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _machine_s() -> float:
    """Return the processor time of everything that ran since the machine started."""
    user, nice, system, _, _, irq, soft_irq, stolen = map(
        int, Path("/proc/stat").read_text().split()[1:9]
    )
    return (user + nice + system + irq + soft_irq + stolen) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
