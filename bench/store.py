"""What storing costs: the rows of polls, with scores and word index, a commit each or a few.

    python bench/store.py [--feeds 200] [--folder DIR]

Parses and scores synthetic feeds of 30 entries for five profiles, beforehand, and then
writes them as the poll run does. Prints CPU and wall time per entry and entries per second:
with a transaction for each feed, with those shared that are ready at one moment, and the
word index alone, in the same two ways. `--folder` is on the disk that is meant.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from polling.feeds import START, document

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from monitor.adapters.home import read_seeds  # noqa: E402
from monitor.adapters.store import Store  # noqa: E402
from monitor.model import Entry, Feed, PollState, Score, Subscription  # noqa: E402
from monitor.stages.parse import parse_feed  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402
from monitor.text import fold  # noqa: E402

NOW = START + timedelta(hours=1)
Scored = list[tuple[Entry, tuple[Score, ...]]]
TABLE = """
    CREATE VIRTUAL TABLE words USING fts5
        (title, summary, content = '', tokenize = 'unicode61 remove_diacritics 0')
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    profiles, parties = read_seeds(ROOT)
    scorer = Scorer(profiles, parties)
    floors = {profile.name: profile.near_miss_floor for profile in profiles}
    feeds = {number: _read(number, scorer) for number in range(1, options.feeds + 1)}
    print(f"{len(feeds)} feeds, {sum(map(len, feeds.values()))} entries")
    for name, together in (("a commit each", False), ("a few a commit", True)):
        with _store(options.folder, feeds) as store:
            _measure(
                f"polls, {name}", feeds, lambda s=store, t=together: _save(s, feeds, floors, t)
            )
    for name, size in (("a commit each", 1), ("a few a commit", 16)):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            path = Path(folder, "words.db")
            _measure(f"word index, {name}", feeds, lambda p=path, n=size: _index(p, feeds, n))


def _read(number: int, scorer: Scorer) -> Scored:
    feed = Feed(number, f"https://news{number}.example/feed", f"Feed {number}")
    parsed = parse_feed(
        document(number, 0), feed=feed, url=feed.url, content_type=None, seen_at=NOW
    )
    return [(entry, scorer.score(entry)) for entry in parsed.entries]


@contextmanager
def _store(folder: Path | None, feeds: dict[int, Scored]) -> Iterator[Store]:
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        Store.open(Path(place, "monitor.db")) as store,
    ):
        subscriptions = [Subscription(f"https://news{n}.example/feed", f"Feed {n}") for n in feeds]
        store.sync_feeds(subscriptions, START)
        yield store


def _save(store: Store, feeds: dict[int, Scored], floors: dict[str, float], together: bool) -> None:
    if together:
        with store.gathering():
            _save(store, feeds, floors, together=False)
        return
    for number, scored in feeds.items():
        store.save_poll(
            number, PollState(), scored, (), floors=floors, first_poll_cutoff=START, now=NOW
        )


def _index(path: Path, feeds: dict[int, Scored], size: int) -> None:
    batches: list[Sequence[Scored]] = [
        list(feeds.values())[n : n + size] for n in range(0, len(feeds), size)
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {TABLE};")
        for batch in batches:
            db.execute("BEGIN IMMEDIATE")
            db.executemany(
                "INSERT INTO words (title, summary) VALUES (?, ?)",
                [(fold(e.title), fold(e.summary)) for scored in batch for e, _ in scored],
            )
            db.execute("COMMIT")


def _measure(name: str, feeds: dict[int, Scored], work: Callable[[], None]) -> None:
    count = sum(map(len, feeds.values()))
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"{name:28}{cpu / count * 1e6:6.0f} us CPU{wall / count * 1e6:7.0f} us wall an entry,"
        f"{count / cpu:8,.0f} entries a CPU second"
    )


if __name__ == "__main__":
    main()
