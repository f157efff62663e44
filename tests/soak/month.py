"""A month of a thousand feeds, hourly, in simulated time: no digest missed, no memory lost.

In parts, each of ten minutes, until it says 30.0 of 30 days (its memory and its home are in
the folder, and a part takes up where the one before ended):

    mkdir -p FOLDER && MONTH_HOME=FOLDER MONTH_SECONDS=600 ./run soak month
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.adapters.home import Home, create_home, open_home
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.model import Subscription
from monitor.pipeline import DigestKind, run_digest, run_poll, slot_due
from monitor.pipeline.digests.digest_run import plan_of
from monitor.pipeline.polling.kept_book import KeptBook
from monitor.pipeline.upkeep_run import run_upkeep
from monitor.stages.score import Scorer
from tests.soak._leash import LEASH

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
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from email.utils import formatdate
WORDS, START = open(sys.argv[1], encoding="utf-8").read().split(), int(sys.argv[2])
@lru_cache(50_000)
def item(feed, number):
    words = random.Random(feed * 100003 + number)
    title = " ".join(words.choices(WORDS, k=9))
    text = " ".join(words.choices(WORDS, k=40))
    link = f"https://feed{feed}.example/{number}"
    at = formatdate(START + (6 * number - feed % 6) * 3600)
    return (f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
            f"<description>{text}</description><pubDate>{at}</pubDate></item>")
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 2**16  # head and body in one: the second of two waits for 40 ms
    def do_GET(self):
        _, feed, hour = map(int, ("0" + self.path).split("/"))
        newest = (hour + feed % 6) // 6  # four new ones a day, of each sixth feed in each hour
        tag = f'"{newest}"'
        same = self.headers.get("If-None-Match") == tag
        items = "" if same else "".join(item(feed, n) for n in range(newest, newest - 20, -1))
        body = f"<rss version='2.0'><channel><title>{feed}</title>{items}</channel></rss>"
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


@dataclass
class Sample:
    """What the processes took after one simulated hour."""

    part: int  # which run of this soak: each is a process of its own, and warms up anew
    day: float
    bytes: int
    files: int
    threads: int


@dataclass
class Life:
    """How far the month has come; kept between the parts of it."""

    hour: int = 0  # the next one
    part: int = 0
    issued: int = 0
    samples: list[Sample] = field(default_factory=list)

    @classmethod
    def of(cls, file: Path) -> Life:
        if not file.exists():
            return cls()
        kept = json.loads(file.read_text())
        samples = [Sample(**each) for each in kept.pop("samples")]
        return cls(**{**kept, "part": kept["part"] + 1}, samples=samples)


def run(seed: int, count: int | None) -> Iterator[str]:
    """Live through `count` days; look at memory, descriptors and threads after each poll run.

    It takes a while. With MONTH_HOME, a folder, it goes on where the last run ended, and with
    MONTH_SECONDS it ends after so long; what it claims is looked at in the last part.
    """
    logging.disable(logging.WARNING)
    days = count or DAYS
    with ExitStack() as stack:
        stack.callback(logging.disable, logging.NOTSET)
        made = stack.enter_context(tempfile.TemporaryDirectory())
        folder = Path(os.environ.get("MONTH_HOME", made))
        words = folder / "words"
        words.write_text(" ".join(_vocabulary(seed)))
        server = subprocess.Popen(
            [
                sys.executable,
                "-c",
                LEASH + "leash()\n" + SERVER,
                str(words),
                str(int(START.timestamp())),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(server.communicate)
        stack.callback(server.kill)
        assert server.stdout is not None
        port = int(server.stdout.readline())
        life = Life.of(folder / "life.json")
        _live(life, folder, port, days)
        yield from _told(life, folder / "home", days)


def _vocabulary(seed: int) -> list[str]:
    """Words of news and words of nothing, so that a fair share is about the two countries."""
    letters = random.Random(seed)
    made = ["".join(letters.choices("abcdefghilmnoprstuv", k=letters.randrange(4, 9))) for _ in
            range(4000)]  # fmt: skip
    return made + ["Mexico", "Sheinbaum", "Washington", "tariffs", "USMCA", "border", "trade"] * 8


def _live(life: Life, folder: Path, port: int, days: int) -> None:
    """Go on with the month, up to its end or for as long as there is time."""
    ends_at = time.monotonic() + float(os.environ.get("MONTH_SECONDS", "inf"))
    root = folder / "home"
    if not root.exists():
        create_home(root)
        (root / "monitor.toml").write_text(SETTINGS)
    home = open_home(root, {})
    kept = KeptBook()
    with (
        Store.open(home.prepare_state() / "monitor.db") as store,
        Workers(home.config.poll.processes, Scorer(home.profiles, home.parties)) as workers,
    ):
        while life.hour <= days * 24 and time.monotonic() < ends_at:
            now = START + timedelta(hours=life.hour)
            _subscribe(store, port, life.hour)
            life.issued += _one_hour(home, store, workers, kept, now)
            life.samples.append(Sample(life.part, life.hour / 24, *_usage()))
            life.hour += 1
            (folder / "life.json.part").write_text(json.dumps(asdict(life)))
            (folder / "life.json.part").replace(folder / "life.json")


def _one_hour(
    home: Home, store: Store, workers: Workers[Scorer], kept: KeptBook, now: datetime
) -> bool:
    """Poll every feed, issue what is due, do the night's work; return whether it was issued."""
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
    plan = plan_of(home, "morning")
    slot, merged = slot_due(store, plan, now)
    kind = run_digest(store, plan, slot, now, merged=merged).kind if slot else None
    run_upkeep(store, home, now)
    return kind in {DigestKind.ISSUE, DigestKind.RECEIPT}


def _subscribe(store: Store, port: int, hour: int) -> None:
    """Let the simulated hour be part of what the server is asked, and the feeds stay the same."""
    now = START + timedelta(hours=hour)
    urls = [f"http://127.0.0.1:{port}/{number}/{hour}" for number in range(FEEDS)]
    if hour == 0:
        feeds = [Subscription(url, f"Feed {number}") for number, url in enumerate(urls)]
        store.sync_feeds(feeds, now)
        return
    with store._db.writing("letting an hour go by"):
        store._db.run_many(
            "UPDATE feed SET url = ? WHERE number = ?",
            [(url, number) for number, url in enumerate(urls, start=1)],
        )


def _told(life: Life, root: Path, days: int) -> Iterator[str]:
    done = (life.hour - 1) / 24
    with Store.open(root / "state" / "monitor.db") as store:
        status = store.status()
    yield f"{done:.1f} of {days} days, {status.feeds_count} feeds, {status.entries_count} entries"
    due = int(done + 17 / 24)  # 07:00 has come on so many days
    yield f"{life.issued} digests of {due}"
    assert life.issued == due
    yield f"the database has {status.size_bytes / max(status.entries_count, 1):.0f} bytes an entry"
    begins = {part: min(each.day for each in life.samples if each.part == part)
              for part in {each.part for each in life.samples}}  # fmt: skip
    warm = [each for each in life.samples if each.day - begins[each.part] >= WARM_UP_DAYS]
    most = max(each.bytes for each in life.samples)
    slope = slope_within([(each.part, each.day, each.bytes) for each in warm])
    files = [each.files for each in warm] or [0]
    threads = [each.threads for each in warm] or [0]
    yield f"memory (sum of PSS): {most / 2**20:.0f} MB at most, {slope / 2**20:+.2f} MB a day"
    yield f"descriptors {min(files)} to {max(files)}, threads {min(threads)} to {max(threads)}"
    assert most <= ALL_BYTES
    assert max(files) - min(files) <= 4
    assert max(threads) - min(threads) <= 2
    if done >= 3:  # in less, what is warmed up late looks like a slope
        assert slope < SLOPE_BYTES


def slope_within(points: Sequence[tuple[int, float, int]]) -> float:
    """Return the least-squares slope of (part, x, y), each part having a level of its own."""
    rise = spread = 0.0
    for part in {part for part, _, _ in points}:
        own = [(x, y) for its, x, y in points if its == part]
        mean_x = sum(x for x, _ in own) / len(own)
        mean_y = sum(y for _, y in own) / len(own)
        rise += sum((x - mean_x) * (y - mean_y) for x, y in own)
        spread += sum((x - mean_x) ** 2 for x, _ in own)
    return rise / spread if spread else 0.0


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
