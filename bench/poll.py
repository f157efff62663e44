"""What polling costs: this project, reader 3.26 and the bare limit on the same synthetic feeds.

    python bench/poll.py                    200 feeds, each round once: under a minute
    python bench/poll.py --feeds 1000 --rounds 3
    python bench/poll.py --full             all figures of the tables: under 10 minutes

Each feed has 30 entries and 45 KB, in English or Spanish, with validators. Rounds: cold
(a new database), nothing changed (every answer a 304), the same with 50 ms latency, one in
ten feeds changed (3 new entries each), and three in ten without validators (whole bodies,
nothing new). "monitor" does all its work, as its service does it: parsing, scores for five
profiles, word index, stories; of its entries the share told is on topic. "reader" has ten
workers and no search index. "bare limit" is libcurl, lxml and SQLite, and does nothing else.

The feeds are served on loopback by another process, whose time is not counted, from --hosts
addresses; the second that this project waits between two requests to one host is left out.
CPU and peak memory are of all processes of a contestant; memory is PSS: what they share
counts once. With several numbers of feeds the cost per feed of the largest is told against
the smallest; --peers-up-to leaves the others out beyond a number (of 10,000 feeds reader
takes 10 minutes). --workloads names some of the rounds, so that a long run fits into a short
while: --feeds 10000 --only monitor --workloads cold "all 304" "one in ten changed" tells memory.
--full is 1,000 and 10,000 feeds, 3 rounds, the others at 1,000, and bench/heartbeat.py.

reader and lxml are the extra [bench] (pip install -e '.[bench]', or pip install reader==3.26
lxml pycurl elsewhere); --python names an interpreter that has them, if this one does not. Who
is not installed is left out, and said to be.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import select
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from polling import heartbeat
from polling.contestants import CONTESTANTS, descendants, take_part
from polling.server import Scene, served

QUICK_FEEDS = 200
FULL_FEEDS = (1_000, 10_000)
FULL_ROUNDS = 3
SAMPLE_S = 0.25  # how often memory is looked at: each look takes some milliseconds
LATENCY_S = 0.05
NEEDED = {"monitor": (), "reader": ("reader",), "bare limit": ("lxml", "pycurl")}


@dataclass
class Workload:
    """One kind of round."""

    name: str
    command: str = "round"
    latency_s: float = 0.0
    changes: bool = False
    bare_share: int = 0


WORKLOADS = (
    Workload("cold", "cold"),
    Workload("all 304"),
    Workload("50 ms latency, all 304", latency_s=LATENCY_S),
    Workload("one in ten changed", changes=True),
    Workload("three in ten without validators", bare_share=3),
)


@dataclass
class Result:
    """What one contestant needed for one workload: medians, and what came of it."""

    wall: float
    cpu: float
    peak_mb: float
    new: int
    on_topic: int = 0  # of the new ones; this project alone looks


@dataclass
class Arena:
    """The feeds and who serves them."""

    feed_count: int
    urls: list[str]
    scenes: Connection
    options: argparse.Namespace
    workloads: tuple[Workload, ...]
    version: int = 0
    results: dict[str, dict[str, Result]] = field(default_factory=dict)

    def show(self, workload: Workload) -> None:
        """Have the server behave; each call is one more change where there are changes."""
        self.version += workload.changes
        self.scenes.send(Scene(workload.latency_s, self.version, workload.bare_share))
        self.scenes.recv()


def main() -> None:
    options = _read_options()
    if options.contestant:
        take_part(options.contestant, json.loads(sys.stdin.readline()), options.connections)
        return
    arenas = []
    for count in options.feeds:
        with _arena(options, count) as arena:
            for name in CONTESTANTS:
                if name in options.only and (name == "monitor" or count <= options.peers_up_to):
                    _run(arena, name)
            _print(arena)
            arenas.append(arena)
    if len(arenas) > 1:
        _print_growth(arenas[0], arenas[-1])
    if options.json:
        figures = {
            str(arena.feed_count): {
                name: {workload: asdict(result) for workload, result in results.items()}
                for name, results in arena.results.items()
            }
            for arena in arenas
        }
        options.json.write_text(json.dumps(figures), encoding="utf-8")
    if options.full:
        print(heartbeat.measure(min(options.feeds)))


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, nargs="+", default=[QUICK_FEEDS])
    parser.add_argument("--quick", action="store_true", help="200 feeds, once: the default")
    parser.add_argument("--full", action="store_true", help="1,000 and 10,000 feeds, 3 rounds")
    parser.add_argument("--peers-up-to", type=int, default=sys.maxsize, metavar="FEEDS")
    parser.add_argument("--hosts", type=int, default=250, help="addresses they are spread over")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=1, help="the medians are of so many")
    parser.add_argument("--cold-rounds", type=int, default=1)
    names = [each.name for each in WORKLOADS]
    parser.add_argument("--workloads", nargs="+", default=names, choices=names)
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures, as JSON as well")
    parser.add_argument("--only", nargs="+", default=list(CONTESTANTS), choices=CONTESTANTS)
    parser.add_argument("--python", default=sys.executable, help="has reader and lxml")
    parser.add_argument("--contestant", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.quick:
        options.feeds, options.rounds, options.cold_rounds = [QUICK_FEEDS], 1, 1
    if options.full:
        options.feeds, options.rounds = list(FULL_FEEDS), FULL_ROUNDS
        options.peers_up_to = FULL_FEEDS[0]
    return options


@contextmanager
def _arena(options: argparse.Namespace, feed_count: int) -> Iterator[Arena]:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with served(feed_count, options.hosts) as (urls, scenes):
        # The first round makes the database: without it the others have nothing to ask for.
        named = {*options.workloads, WORKLOADS[0].name}
        workloads = tuple(each for each in WORKLOADS if each.name in named)
        yield Arena(feed_count, urls, scenes, options, workloads)


# ---------------------------------------------------------------- one contestant


def _run(arena: Arena, name: str) -> None:
    """Put one contestant through all workloads; say so when it is not installed."""
    python = sys.executable if name == "monitor" else arena.options.python
    if missing := _missing(python, NEEDED[name]):
        print(f"{name}: left out, {missing} is not installed (the extra [bench])")
        return
    arena.version = 0
    results = arena.results[name] = {}
    with _started(arena, name, python) as process:
        for workload in arena.workloads:
            is_cold = workload.command == "cold"
            count = arena.options.cold_rounds if is_cold else arena.options.rounds
            rounds = []
            for _ in range(count):
                arena.show(workload)
                rounds.append(_ask(process, workload.command))
            results[workload.name] = Result(
                statistics.median(each["wall"] for each in rounds),
                statistics.median(each["cpu"] for each in rounds),
                max(each["peak_mb"] for each in rounds),
                rounds[-1]["new"],
                rounds[-1].get("on_topic", 0),
            )
            if failed := rounds[-1]["failed"]:
                print(f"{name}, {workload.name}: {failed} feeds failed")


def _missing(python: str, modules: tuple[str, ...]) -> str:
    if python == sys.executable:
        missing = [each for each in modules if importlib.util.find_spec(each) is None]
    else:
        missing = [
            each
            for each in modules
            if subprocess.run([python, "-c", f"import {each}"], capture_output=True).returncode
        ]
    return " and ".join(missing)


@contextmanager
def _started(arena: Arena, name: str, python: str) -> Iterator[subprocess.Popen[str]]:
    connections = str(arena.options.connections)
    command = [python, __file__, "--contestant", name, "--connections", connections]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdin is not None
    try:
        with closing(process.stdin):
            _ask(process, json.dumps(arena.urls))
            yield process
        process.wait(timeout=30)
    finally:
        process.kill()


def _ask(process: subprocess.Popen[str], command: str) -> dict[str, Any]:
    """Return what the contestant answers, with the peak memory meanwhile."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{command}\n")
    peak = 0
    while not select.select([process.stdout], [], [], SAMPLE_S)[0]:
        peak = max(peak, _memory(process.pid))
    answer: dict[str, Any] = json.loads(process.stdout.readline() or "{}")
    if not answer:
        raise SystemExit("the contestant ended")
    return answer | {"peak_mb": max(peak, _memory(process.pid)) / 2**20}


def _memory(pid: int) -> int:
    """Return the bytes that a process and its descendants hold; what they share counts once."""
    total = 0
    for each in descendants(pid):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # it has just ended
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


# ---------------------------------------------------------------- the table


def _print(arena: Arena) -> None:
    print(
        f"{arena.feed_count:,} feeds, medians of {arena.options.rounds} rounds "
        f"({arena.options.cold_rounds} cold); seconds, MB; "
        "x: how many times faster than reader by wall and CPU time"
    )
    print(f"{'':32}{'':12}{'wall':>8}{'CPU':>8}{'peak':>7}{'new':>8}{'x wall':>9}{'x CPU':>8}")
    for workload in arena.workloads:
        for name, results in arena.results.items():
            each = results[workload.name]
            reader = arena.results.get("reader", {}).get(workload.name)
            ratios = ""
            if reader and name != "reader":
                ratios = f"{reader.wall / each.wall:9.1f}{reader.cpu / each.cpu:8.1f}"
            print(
                f"{workload.name:32}{name:12}{each.wall:8.2f}{each.cpu:8.2f}"
                f"{each.peak_mb:7.0f}{each.new:8,}{ratios}"
            )

    if cold := arena.results.get("monitor", {}).get("cold"):
        print(
            f"on topic: {cold.on_topic:,} of {cold.new:,} entries ({cold.on_topic / cold.new:.1%})"
        )


def _print_growth(small: Arena, large: Arena) -> None:
    """Print what a feed costs among many against what it costs among few."""
    ratio = large.feed_count / small.feed_count
    print(f"cost per feed, {large.feed_count:,} feeds against {small.feed_count:,}")
    for name, results in large.results.items():
        for workload in small.workloads:
            one, other = small.results[name][workload.name], results[workload.name]
            wall, cpu = other.wall / one.wall / ratio, other.cpu / one.cpu / ratio
            print(f"{workload.name:32}{name:12}{wall:8.2f} by wall{cpu:8.2f} by CPU")


if __name__ == "__main__":
    main()
