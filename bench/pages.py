"""How fast the pages answer with many entries stored, while a poll of 500 feeds is saved.

    python bench/pages.py [--entries 200000] [--clients 10] [--rounds 5] [--keep DIR]

The pages are served by a process of their own; another saves what a poll of 500 feeds brings,
again and again; the clients ask for every page, and the time to the last byte is told.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import re
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.home import FEEDS, NOW, make_home  # noqa: E402
from monitor.adapters.home import open_home  # noqa: E402
from monitor.adapters.store import Store  # noqa: E402
from monitor.model import Entry, EntryKey, Placement, PollState  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402
from monitor.web.server import PageServer  # noqa: E402

PAUSE_S = 0.5  # a person takes longer to read a page, so this is more than ten of them
PAGES = (
    "/", "/?language=es", "/search", "/search?q=mexico", "/search?q=fentanyl+gobierno",
    "/search?profile=economic-dialogue", "/search?outlet=Outlet+007&language=en",
    "/entries/{entry}", "/stories/{story}", "/profiles", "/profiles/economic-dialogue", "/feeds",
    "/feeds?sort=share", "/digests", "/digests/{digest}", "/new-profile", "/status", "/people",
)  # fmt: skip


def serve(root: Path, port: multiprocessing.Queue[str], stop: Event) -> None:
    with PageServer(lambda: open_home(root, {}), clock=lambda: NOW, port=0) as server:
        port.put(server.url)
        stop.wait()


def poll(root: Path, stop: Event) -> None:
    """Save what a poll run does: two new entries of each feed, scored, in stories of their own."""
    home = open_home(root, {})
    scorer, round_number = Scorer(home.profiles, home.parties), 0
    with Store.open(home.state / "monitor.db") as store:
        while not stop.is_set():
            round_number += 1
            for feed in range(1, FEEDS + 1):
                entries = [_entry(feed, f"{round_number}.{n}") for n in range(2)]
                scored = [(entry, scorer.score(entry)) for entry in entries]
                store.save_poll(
                    feed,
                    PollState(polled_at=NOW, succeeded_at=NOW),
                    scored,
                    [Placement(entry.key, None) for entry in entries],
                    floors={},
                    first_poll_cutoff=None,
                    now=NOW,
                )
                time.sleep(0.02)  # 50 answers a second
                if stop.is_set():
                    break


def _entry(feed: int, id: str) -> Entry:
    title = f"México y Estados Unidos hablan de aranceles, informe {id} de {feed}"
    return Entry(EntryKey(feed, f"new-{feed}-{id}"), f"Outlet {feed:03}", "", title, "", NOW, NOW)


def ask(url: str, paths: Sequence[str], took: dict[str, list[tuple[float, int, int]]]) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    for path in paths:
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        size = len(answer.read())
        took[path].append((time.perf_counter() - began, answer.status, size))
        time.sleep(PAUSE_S)
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="A home to make, or one that was made so.")
    parser.add_argument("--quiet", action="store_true", help="Without the poll beside it.")
    options = parser.parse_args()
    root = options.keep or Path(tempfile.mkdtemp()) / "home"
    if not root.exists():
        make_home(root, entries=options.entries, days=60)
    measure(root, options.clients, options.rounds, with_poll=not options.quiet)


def measure(root: Path, clients: int, rounds: int, *, with_poll: bool) -> None:
    context = multiprocessing.get_context("spawn")
    stop, port = context.Event(), context.Queue()
    others = [context.Process(target=serve, args=(root, port, stop))]
    if with_poll:
        others.append(context.Process(target=poll, args=(root, stop)))
    for other in others:
        other.start()
    url = port.get(timeout=60)
    with Store.open(root / "state" / "monitor.db", read_only=True) as store:
        count = store.entry_count()
        story = store.stories_since(NOW - timedelta(hours=6))[0].number
    digest = next(iter(open_home(root, {}).config.digests))
    paths = [path.format(entry=count // 2, story=story, digest=digest) for path in PAGES]
    took: dict[str, list[tuple[float, int, int]]] = defaultdict(list)
    ask(url, paths, defaultdict(list))  # what is made once is made
    threads = [
        threading.Thread(target=ask, args=(url, [*paths[n:], *paths[:n]] * rounds, took))
        for n in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    for other in others:
        other.join()
    tell(took, count)


def tell(took: dict[str, list[tuple[float, int, int]]], count: int) -> None:
    print(f"{count:,} entries at the start")
    print(f"{'page':42} {'p50':>7} {'p95':>7} {'most':>7}  {'KB':>6}  not 200")
    for path, answers in took.items():
        times = sorted(seconds * 1000 for seconds, _, _ in answers)
        failed = sum(status != 200 for _, status, _ in answers)
        size = max(size for _, _, size in answers) / 1000
        name = re.sub(r"\d{4,}", "N", path)
        print(
            f"{name:42} {_at(times, 0.5):7.1f} {_at(times, 0.95):7.1f} {times[-1]:7.1f}"
            f"  {size:6.1f}  {failed}"
        )
    every = sorted(seconds * 1000 for answers in took.values() for seconds, _, _ in answers)
    print(f"{'all':42} {_at(every, 0.5):7.1f} {_at(every, 0.95):7.1f} {every[-1]:7.1f}")


def _at(values: Sequence[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]


if __name__ == "__main__":
    main()
