"""The store at size: what polls, pages, searches, digests and upkeep take, and how that grows.

    python bench/store_size.py [--sizes 50000,500000] [--full] [--folder DIR] [--make SECONDS]

Homes are made by bench/filling.py: 5,000 feeds, 6,850 entries a day, one in twenty-five on
topic, an issue a day. `--full` adds five million entries, which takes a quarter of an hour and
7 GB; `--make 270` goes on making for so long and ends, so that it can be done in parts, and
`--folder` keeps them. Times are wall time in one process beside nothing else; of pages, as a
browser sees them from the server's own process.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.filling import Filler, make_filled, phrases, subjects  # noqa: E402
from bench.pages import PAGES  # noqa: E402
from monitor.adapters.home import open_home  # noqa: E402
from monitor.adapters.store import Store, Wanted  # noqa: E402
from monitor.adapters.store.backup import make_backup  # noqa: E402
from monitor.adapters.store.retention import Ages  # noqa: E402
from monitor.model import Entry, EntryKey, Placement, PollState, Slot  # noqa: E402
from monitor.pipeline import plan_of, run_digest  # noqa: E402
from monitor.pipeline.tuning.rescoring import rescore  # noqa: E402
from monitor.pipeline.tuning.trying import try_profile  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402
from monitor.web.server import PageServer  # noqa: E402

FULL = 5_000_000
SEARCHES = (
    "mexico", "gobierno", "fentanyl", "trade deal", "the", "de la", '"united states"', "arancel*",
    "water treaty", "border wall", "zacatecas", "migra* frontera", "president", "semana", "nothing",
)  # fmt: skip
POLLED = 200  # feeds, of five new entries each
POLL_TURNS = 7
RARE = 800  # entries, of which one reaches a profile that is rare
SPAN = timedelta(days=14)

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", default="50000,500000")
    parser.add_argument("--full", action="store_true", help="Five million entries, too.")
    parser.add_argument("--folder", type=Path, help="Where homes are made, and kept.")
    parser.add_argument("--make", type=float, help="Make for so many seconds, and measure nothing.")
    parser.add_argument("--as-it-is", action="store_true", help="Measure what was made so far.")
    parser.add_argument("--polls", action="store_true", help="Measure what polls write, only.")
    parser.add_argument(
        "--no-upkeep", action="store_true", help="Neither prune nor back up: that takes minutes."
    )
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",") if size]
    sizes += [FULL] if options.full else []
    folder = options.folder or Path(tempfile.mkdtemp())
    try:
        for size in sizes:
            within_s = options.make or float("inf")
            root = folder / str(size)
            if not make_filled(root, size, within_s=within_s, as_it_is=options.as_it_is):
                sys.exit(3)  # to be gone on with
        if not options.make:
            # Polls last: thousands of entries of one minute are no home that anybody has.
            by_size: dict[int, Figures] = {}
            for size in [] if options.polls else sizes:
                by_size[size] = measure(folder / str(size), with_upkeep=not options.no_upkeep)
                print(size, by_size[size], file=sys.stderr, flush=True)
            for size, figures in _all_polls(folder, sizes).items():
                by_size[size] = by_size.get(size, {}) | figures
            _tell(by_size)
    finally:
        if options.folder is None:
            shutil.rmtree(folder)


def measure(root: Path, *, with_upkeep: bool = True) -> Figures:
    """Measure a home; what is written to it stays, and is little."""
    figures: Figures = {}
    home = open_home(root, {})
    path = home.state / "monitor.db"
    with Filler.open(path) as store:
        assert isinstance(store, Filler)
        _warm(path)
        now = store.span()[1]
        figures["entries"] = store.entry_count()
        figures["bytes an entry"] = path.stat().st_size / store.entry_count()
        figures |= _searches(store)
        figures |= _rare_profile(store, [profile.name for profile in home.profiles])
    figures |= _relevance(path)
    figures |= _pages(root, now)
    with Filler.open(path) as store:
        assert isinstance(store, Filler)
        figures |= _digest(store, root, now)
        profile = home.profiles[0]
        changed = replace(profile, threshold=profile.threshold + 0.1)
        with _timed(figures, "profile tried, 14 days, s"):
            try_profile(store, home, changed, now - SPAN)
        with _timed(figures, "profile saved, 14 days, s"):
            rescore(store, home, changed, now - SPAN, now)
        figures |= _prune(store) if with_upkeep else {}
    return figures | (_backed_up(root, path, now) if with_upkeep else {})


def _backed_up(root: Path, path: Path, now: datetime) -> Figures:
    figures: Figures = {}
    backup = root / "backup.db"
    with _timed(figures, "backup, s"):
        make_backup(path, now, backup)
    figures["backup, MB/s"] = backup.stat().st_size / 1e6 / figures["backup, s"]
    backup.unlink()
    return figures


def _warm(path: Path) -> None:
    """Have a connection's first question behind us; the disk's cache is as it is."""
    with Store.open(path, read_only=True) as store:
        store.entries(limit=10)


@contextmanager
def _timed(figures: Figures, name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    figures[name] = time.perf_counter() - began


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[min(int(len(values) * 0.95), len(values) - 1)]


def _all_polls(folder: Path, sizes: Sequence[int]) -> dict[int, Figures]:
    """Measure what polls write, of each home in turn; the growth is the median of the turns'."""
    taken: dict[int, list[Figures]] = {size: [] for size in sizes}
    for _ in range(POLL_TURNS):
        for size in sizes:
            root = folder / str(size)
            with Filler.open(open_home(root, {}).state / "monitor.db") as store:
                assert isinstance(store, Filler)
                taken[size].append(_polls(store, root, store.span()[1]))
    names = list(taken[sizes[0]][0])
    for name in names:
        turns = zip(
            *([each[name] for each in taken[size]] for size in (sizes[0], sizes[-1])), strict=True
        )
        grown = [last / first for first, last in turns]
        print(
            f"{name}: growth {statistics.median(grown):.2f}, {min(grown):.2f} to {max(grown):.2f}",
            file=sys.stderr,
        )
    return {
        size: {name: statistics.median(each[name] for each in found) for name in names}
        for size, found in taken.items()
    }


def _polls(store: Filler, root: Path, now: datetime) -> Figures:
    """Save what polls bring, a few feeds a commit, as the poll run does; 1 in 25 is on topic."""
    topics, plain = subjects(root), phrases("en")
    home = open_home(root, {})
    nothing = Scorer(home.profiles, home.parties).of_nothing
    floors = {profile.name: profile.near_miss_floor for profile in home.profiles}
    cpu_us, wall_us = [], []
    for turn in range(5):
        at = now + timedelta(minutes=turn)
        wall, cpu = time.perf_counter(), time.process_time()
        with store.gathering():
            for feed in range(1, POLLED + 1):
                scored = []
                for n in range(5):
                    number = feed * 5 + n + turn * 1000
                    title, text, language, scores = topics[number % len(topics)]
                    if number % 25:
                        words = [plain[(number * 9 + k) % len(plain)] for k in range(9)]
                        title, text, language = " ".join(words[:2]), " ".join(words[2:]), "en"
                        scores = nothing
                    key = f"https://feed{feed}.example/{time.monotonic_ns()}.{n}"
                    outlet = f"Outlet {feed:04}"
                    entry = Entry(EntryKey(feed, key), outlet, key, title, text, at, at, language)
                    scored.append((entry, scores))
                store.save_poll(
                    feed,
                    PollState(polled_at=at, succeeded_at=at),
                    scored,
                    [Placement(e.key, None) for e, scores in scored if scores is not nothing],
                    floors=floors,
                    first_poll_cutoff=None,
                    now=at,
                )
        wall_us.append((time.perf_counter() - wall) / POLLED / 5 * 1e6)
        cpu_us.append((time.process_time() - cpu) / POLLED / 5 * 1e6)
    return {
        "poll write, us CPU an entry": statistics.median(cpu_us),
        "poll write, us an entry": statistics.median(wall_us),
    }


def _searches(store: Store) -> Figures:
    took = []
    for search in SEARCHES * 3:
        began = time.perf_counter()
        page = store.entry_page(Wanted(search=search))
        if page.next:
            store.entry_page(Wanted(search=search), after=page.next)
        took.append((time.perf_counter() - began) * 500)  # two pages
    return {"search newest first, ms p95": _p95(took)}


def _rare_profile(store: Filler, profiles: Sequence[str]) -> Figures:
    """Ask for two pages of what a profile has that one entry in `RARE` reaches."""
    took = []
    for name in profiles:
        least = store.least_of_best(name, store.entry_count() // RARE)
        wanted = Wanted(profile=name, minimum=least)
        began = time.perf_counter()
        store.entry_page(wanted, after=store.entry_page(wanted).next)
        took.append((time.perf_counter() - began) * 500)  # two pages
    return {"search of a rare profile, ms": max(took)}


def _relevance(path: Path) -> Figures:
    """Ask the index for the best of the newest 10,000 matches; the program has no such order."""
    took = []
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        for search in SEARCHES:
            began = time.perf_counter()
            db.execute(
                """
                SELECT rowid FROM entry_fts WHERE entry_fts MATCH ?1 AND rowid >= coalesce(
                    (SELECT rowid FROM entry_fts WHERE entry_fts MATCH ?1
                     ORDER BY rowid DESC LIMIT 1 OFFSET 10000), 0)
                ORDER BY bm25(entry_fts) LIMIT 40
                """,
                [search],
            ).fetchall()
            took.append((time.perf_counter() - began) * 1000)
    db.close()
    return {"search by bm25, ms p95": _p95(took)}


def _serve(root: Path, now: datetime, port: multiprocessing.Queue[str], stop: Event) -> None:
    with PageServer(lambda: open_home(root, {}), clock=lambda: now, port=0) as server:
        port.put(server.url)
        stop.wait()


def _pages(root: Path, now: datetime) -> Figures:
    context = multiprocessing.get_context("spawn")
    stop, port = context.Event(), context.Queue()
    server = context.Process(target=_serve, args=(root, now, port, stop))
    server.start()
    parts = urlsplit(port.get(timeout=60))
    with Store.open(root / "state" / "monitor.db", read_only=True) as store:
        count = store.entry_count()
        story = store.stories_since(now - timedelta(hours=6))[0].number
    digest = next(iter(open_home(root, {}).config.digests))
    took, first = dict[str, list[float]](), dict[str, list[float]]()
    for turn in range(6):
        for page in PAGES:
            path = page.format(entry=count // 2, story=story, digest=digest)
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
            began = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                print(f"{path}: {answer.status}", file=sys.stderr)
            (took if turn else first).setdefault(page, []).append(
                (time.perf_counter() - began) * 1000  # first: with what is made once
            )
            connection.close()
    stop.set()
    server.join()
    print(f"  {count:,}: " + _slowest(took), file=sys.stderr)
    print(f"  {count:,}: first " + _slowest(first), file=sys.stderr)
    every = [each for times in took.values() for each in times]
    return {
        "pages, ms p95": _p95(every),
        "slowest page, ms p95": max(map(_p95, took.values())),
        "slowest page after a start, ms": max(map(_p95, first.values())),
    }


def _slowest(took: dict[str, list[float]]) -> str:
    slowest = sorted(took, key=lambda page: -_p95(took[page]))[:5]
    return ", ".join(f"{page} {_p95(took[page]):.0f} ms" for page in slowest)


def _digest(store: Store, root: Path, now: datetime) -> Figures:
    home = open_home(root, {})
    plan = plan_of(home, next(iter(home.config.digests)))
    figures: Figures = {}
    with _timed(figures, "all of it checked, s"):
        store.check_fully(now)
    took = []
    for hour in range(1, 5):
        at = now + timedelta(hours=hour)
        slot = Slot(at.date(), at.time().replace(tzinfo=None), at)
        began = time.perf_counter()
        run_digest(store, plan, slot, at)
        took.append(time.perf_counter() - began)
    figures["digest run, first of a process, s"] = took[0]
    figures["digest run, s"] = statistics.median(took[1:])
    return figures


def _prune(store: Filler) -> Figures:
    """Let the oldest hundredth go."""
    count = store.entry_count()
    oldest, newest = store.span()
    span = (newest - oldest) / 100
    ages = Ages(texts=oldest + span, entries=oldest + span)
    began, gone = time.perf_counter(), 0
    while (step := store.prune_step(ages)).total:
        gone += step.entry_count
    took = time.perf_counter() - began
    return {"prune, us an entry": took / max(gone, 1) * 1e6, "pruned, share": gone / count}


def _tell(by_size: dict[int, Figures]) -> None:
    sizes = list(by_size)
    print(f"{'':32}" + "".join(f"{size:>12,}" for size in sizes) + "      growth")
    for name in by_size[sizes[0]]:
        values = [figures[name] for figures in by_size.values()]
        grown = values[-1] / values[0] if values[0] else 0.0
        print(f"{name:32}" + "".join(f"{value:12,.2f}" for value in values) + f"{grown:12.2f}")


if __name__ == "__main__":
    main()
