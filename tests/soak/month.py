"""A month of a thousand feeds, hourly, in simulated time: no digest missed, no memory lost."""

from __future__ import annotations

import logging
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.adapters.home import create_home, open_home
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.model import Subscription
from monitor.pipeline import DigestKind, run_digest, run_poll, slot_due
from monitor.pipeline.digest_run import plan_of
from monitor.pipeline.kept_book import KeptBook
from monitor.pipeline.upkeep_run import run_upkeep
from monitor.stages.score import Scorer

DAYS, FEEDS = 30, 1000
START = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
SLOPE_BYTES, ALL_BYTES = 2**20, 250 * 2**20  # a day; in all
WARM_UP_DAYS = 0.5  # until caches, of words say, are as full as they get
ROOT = Path(__file__).parents[2]
SETTINGS = """
zone = "UTC"
contact = "https://example.org/"
[poll]
interval = "1h"
slowest = "1h"
[digests.morning]
times = ["07:00"]
quiet = "receipt"
"""
# In a process of its own, so that it does not count: feed N shows its newest entries.
SERVER = """
import random, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from email.utils import formatdate
WORDS = open(sys.argv[1], encoding="utf-8").read().split()
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        _, feed, hour, at = self.path.split("/")
        newest = int(hour) // 6 + int(feed) % 7  # four new ones a day
        tag = f'"{newest}"'
        same = self.headers.get("If-None-Match") == tag
        items = []
        for number in range(newest, newest - 20, -1):
            words = random.Random(int(feed) * 100003 + number)
            title = " ".join(words.choices(WORDS, k=9))
            text = " ".join(words.choices(WORDS, k=40))
            link = f"https://feed{feed}.example/{number}"
            items.append(f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
                         f"<description>{text}</description>"
                         f"<pubDate>{formatdate(int(at))}</pubDate></item>")
        body = f"<rss version='2.0'><channel><title>{feed}</title>{''.join(items)}</channel></rss>"
        body = b"" if same else body.encode()
        self.send_response(304 if same else 200)
        self.send_header("ETag", tag)
        if not same:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
"""


def run(seed: int, count: int | None) -> Iterator[str]:
    """Live through `count` days; look at memory, descriptors and threads after each poll run."""
    logging.disable(logging.WARNING)
    days = count or DAYS
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "words"
        words.write_text(" ".join(_vocabulary(seed)))
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(words)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            yield from _live(Path(folder) / "home", port, days)
        finally:
            server.kill()
            server.communicate()
            logging.disable(logging.NOTSET)


def _vocabulary(seed: int) -> list[str]:
    """Words of news and words of nothing, so that a fair share is about the two countries."""
    letters = random.Random(seed)
    made = ["".join(letters.choices("abcdefghilmnoprstuv", k=letters.randrange(4, 9))) for _ in
            range(4000)]  # fmt: skip
    return made + ["Mexico", "Sheinbaum", "Washington", "tariffs", "USMCA", "border", "trade"] * 8


def _live(root: Path, port: int, days: int) -> Iterator[str]:
    create_home(root)
    (root / "monitor.toml").write_text(SETTINGS)
    home = open_home(root, {})
    plan, issued, samples = plan_of(home, "morning"), 0, list[tuple[float, int, int, int]]()
    kept = KeptBook()
    with (
        Store.open(home.prepare_state() / "monitor.db") as store,
        Workers(home.config.poll.processes, Scorer(home.profiles, home.parties)) as workers,
    ):
        for hour in range(days * 24 + 1):
            now = START + timedelta(hours=hour)
            _subscribe(store, port, hour, now)
            poller = Poller(
                poll=home.config.poll,
                network=home.config.network,
                contact=home.config.contact,
                version="soak",
                allow_loopback=True,
                spacing_s=0.0,
            )
            with poller:
                run_poll(store, poller, workers, home.profiles, now, settings=home.config.poll,
                         stories=kept, every=True)  # fmt: skip
            slot, merged = slot_due(store, plan, now)
            if slot:
                report = run_digest(store, plan, slot, now, merged=merged)
                issued += report.kind in {DigestKind.ISSUE, DigestKind.RECEIPT}
            run_upkeep(store, home, now)
            samples.append((hour / 24, *_usage()))
        status = store.status()
    assert issued == days, f"{issued} digests in {days} days"
    yield f"{days} days, {status.feeds_count} feeds, {status.entries_count} entries"
    yield f"{issued} digests of {days}"
    yield f"the database has {status.size_bytes / max(status.entries_count, 1):.0f} bytes an entry"
    yield from _told(samples)


def _subscribe(store: Store, port: int, hour: int, now: datetime) -> None:
    """Let the simulated hour be part of what the server is asked, and the feeds stay the same."""
    at = int(now.timestamp())
    if hour == 0:
        store.sync_feeds(
            [
                Subscription(f"http://127.0.0.1:{port}/{n}/0/{at}", f"Feed {n}")
                for n in range(FEEDS)
            ],
            now,
        )
        return
    with store._db.writing("letting an hour go by"):
        for number in range(FEEDS):
            url = f"http://127.0.0.1:{port}/{number}/{hour}/{at}"
            store._db.run("UPDATE feed SET url = ? WHERE number = ?", [url, number + 1])


def _told(samples: list[tuple[float, int, int, int]]) -> Iterator[str]:
    warm = [sample for sample in samples if sample[0] >= WARM_UP_DAYS]
    slope = _slope([(day, size) for day, size, _, _ in warm])
    most = max(size for _, size, _, _ in samples)
    files = [count for _, _, count, _ in warm]
    threads = [count for _, _, _, count in warm]
    yield f"memory (sum of PSS): {most / 2**20:.0f} MB at most, {slope / 2**20:+.2f} MB a day"
    yield f"descriptors {min(files)} to {max(files)}, threads {min(threads)} to {max(threads)}"
    assert most <= ALL_BYTES
    assert max(files) - min(files) <= 4
    assert max(threads) - min(threads) <= 2
    if warm[-1][0] - warm[0][0] >= 3:  # in less, what is warmed up late looks like a slope
        assert slope < SLOPE_BYTES


def _slope(points: list[tuple[float, int]]) -> float:
    """Return the least-squares slope."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def _usage() -> tuple[int, int, int]:
    """Return the PSS of this process and its workers, and its descriptors and threads."""
    family = _family(os.getpid())
    size = sum(_pss(pid) for pid in family)
    return size, _count("/proc/self/fd"), _count("/proc/self/task")


def _count(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            if not _is_server(int(child)):
                found += _family(int(child))
    return found


def _is_server(pid: int) -> bool:
    return b"ThreadingHTTPServer" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
