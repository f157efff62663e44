"""Those who poll: this project, reader, and as little as can be done. Each in its own process.

Each takes "cold" (a new database) or "round" from its standard input, polls every feed once
and says in a line of JSON what that cost.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from polling.feeds import START


class Contestant(Protocol):
    """One way of polling."""

    def renew(self, folder: Path, urls: Sequence[str]) -> None: ...

    def poll(self) -> dict[str, int]: ...  # what came of it, to be compared


def take_part(name: str, urls: Sequence[str], connections: int) -> None:
    """Answer the commands on standard input until it ends."""
    contestant = CONTESTANTS[name](connections)
    with tempfile.TemporaryDirectory() as folder:
        _say({"ready": True})
        for number, command in enumerate(sys.stdin):
            if command.strip() == "cold":
                contestant.renew(Path(folder, str(number)), urls)
            wall, cpu = time.perf_counter(), cpu_of_tree()
            counts = contestant.poll()
            _say({"wall": time.perf_counter() - wall, "cpu": cpu_of_tree() - cpu} | counts)


def _say(facts: dict[str, Any]) -> None:
    print(json.dumps(facts), flush=True)


# ---------------------------------------------------------------- what it costs


def descendants(pid: int) -> list[int]:
    """Return the process and all that it started, Linux only."""
    found = [pid]
    for each in found:
        try:
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # it has just ended
    return found


def cpu_of_tree() -> float:
    """Return the CPU seconds of this process and of all processes that it started."""
    total = time.process_time()
    for pid in descendants(os.getpid())[1:]:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return total


# ---------------------------------------------------------------- this project


class Ours:
    """The whole poll run, as `monitor poll` does it: five profiles, word index, stories."""

    def __init__(self, connections: int) -> None:
        from monitor.adapters.home import create_home, open_home
        from monitor.pipeline import run_poll  # before a round, as reader is

        self._run_poll = run_poll
        self._connections = connections
        self._stack = ExitStack()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        create_home(folder)
        self._home = open_home(folder, {})

    def renew(self, folder: Path, urls: Sequence[str]) -> None:
        from monitor.adapters.store import Store
        from monitor.adapters.workers import Workers
        from monitor.config import PollSettings
        from monitor.model import Subscription
        from monitor.pipeline.polling.kept_book import KeptBook
        from monitor.stages.score import Scorer

        self._stack.pop_all().close()
        self._now = START
        self._settings = PollSettings(connections=self._connections)
        self._stories = KeptBook()  # as the service does
        self._store = self._stack.enter_context(Store.open(folder / "monitor.db"))
        self._store.sync_feeds([Subscription(url, url) for url in urls], START)
        scorer = Scorer(self._home.profiles, self._home.parties)
        self._workers = self._stack.enter_context(Workers(0, scorer))

    def poll(self) -> dict[str, int]:
        from monitor.adapters.poll import Poller
        from monitor.config import NetworkSettings

        self._now += timedelta(hours=1)
        poller = Poller(
            poll=self._settings,
            network=NetworkSettings(),
            contact="",
            version="bench",
            allow_loopback=True,
            spacing_s=0.0,
        )
        with poller:
            report = self._run_poll(
                self._store,
                poller,
                self._workers,
                self._home.profiles,
                self._now,
                settings=self._settings,
                stories=self._stories,
                every=True,
            )
        return {
            "new": report.entries_new,
            "failed": len(report.problems),
            "on_topic": report.entries_above,
        }


# ---------------------------------------------------------------- reader


class Reader:
    """The library of that name, ten workers as its documentation proposes, no search index."""

    def __init__(self, connections: int) -> None:
        import reader

        self._make = reader.make_reader
        self._reader: Any = None

    def renew(self, folder: Path, urls: Sequence[str]) -> None:
        if self._reader:
            self._reader.close()
        folder.mkdir()
        self._reader = self._make(str(folder / "reader.sqlite"))
        for url in urls:
            self._reader.add_feed(url)

    def poll(self) -> dict[str, int]:
        new = failed = 0
        for result in self._reader.update_feeds_iter(workers=10, scheduled=False):
            failed += isinstance(result.value, Exception)
            new += getattr(result.value, "new", 0) or 0
        return {"new": new, "failed": failed}


# ---------------------------------------------------------------- as little as can be done


class Bare:
    """libcurl's multi handle, lxml and SQLite: no scores, no index, no guard, no manners."""

    def __init__(self, connections: int) -> None:
        import pycurl
        from lxml import etree

        self._curl, self._etree, self._connections = pycurl, etree, connections
        self._multi = pycurl.CurlMulti()

    def renew(self, folder: Path, urls: Sequence[str]) -> None:
        folder.mkdir()
        self._db = sqlite3.connect(folder / "bare.db", isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode = WAL;"
            "CREATE TABLE feed (url TEXT PRIMARY KEY, etag TEXT, hash BLOB) WITHOUT ROWID;"
            "CREATE TABLE entry (feed TEXT, id TEXT, title TEXT, link TEXT, date TEXT, text TEXT,"
            " PRIMARY KEY (feed, id)) WITHOUT ROWID;"
        )
        self._db.executemany("INSERT INTO feed (url) VALUES (?)", [(url,) for url in urls])

    def poll(self) -> dict[str, int]:
        self._new = self._failed = 0
        self._db.execute("BEGIN")
        self._fetch(self._db.execute("SELECT * FROM feed").fetchall())
        self._db.execute("COMMIT")
        return {"new": self._new, "failed": self._failed}

    def _fetch(self, feeds: list[tuple[str, str | None, bytes | None]]) -> None:
        waiting, idle = iter(feeds), [self._curl.Curl() for _ in range(self._connections)]
        under_way: dict[Any, tuple[Any, list[bytes], list[str]]] = {}
        while True:
            for feed in islice(waiting, len(idle)):
                self._start(idle.pop(), feed, under_way)
            if not under_way:
                break
            self._multi.perform()
            _, done, broken = self._multi.info_read(1000)
            self._failed += len(broken)
            for curl in [*done, *(each[0] for each in broken)]:
                self._multi.remove_handle(curl)
                feed, chunks, etag = under_way.pop(curl)
                if curl.getinfo(self._curl.RESPONSE_CODE) == 200:
                    self._keep(feed, b"".join(chunks), "".join(etag))
                idle.append(curl)
            if not done:
                self._multi.select(0.1)

    def _start(self, curl: Any, feed: Any, under_way: dict[Any, Any]) -> None:
        chunks: list[bytes] = []
        etag: list[str] = []

        def header(line: bytes) -> None:
            if line[:5].lower() == b"etag:":
                etag.append(line[5:].strip().decode("latin-1"))

        curl.setopt(self._curl.URL, feed[0])
        curl.setopt(self._curl.WRITEFUNCTION, chunks.append)
        curl.setopt(self._curl.HEADERFUNCTION, header)
        curl.setopt(self._curl.HTTPHEADER, [f"If-None-Match: {feed[1]}"] if feed[1] else [])
        self._multi.add_handle(curl)
        under_way[curl] = feed, chunks, etag

    def _keep(self, feed: Any, body: bytes, etag: str) -> None:
        url, digest = feed[0], hashlib.blake2b(body).digest()
        if digest == feed[2]:
            return
        names = ("guid", "title", "link", "pubDate", "description")
        rows = [
            (url, *(item.findtext(name) for name in names))
            for item in self._etree.fromstring(body).iter("item")
        ]
        before = self._db.total_changes
        self._db.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._new += self._db.total_changes - before
        self._db.execute("UPDATE feed SET etag = ?, hash = ? WHERE url = ?", (etag, digest, url))


CONTESTANTS: dict[str, Callable[[int], Contestant]] = {
    "monitor": Ours,
    "reader": Reader,
    "bare limit": Bare,
}
