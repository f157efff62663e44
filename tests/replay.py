"""Ten days of real news in two minutes: a recorded wire, served as RSS under a simulated clock.

    python -m tests.replay WIRE.jsonl [--keep DIR]

The real poller, workers, store, digest run and delivery run work on it; only the clock is
simulated. A line of the recording has `first_seen`, `published`, `source`, `title`,
`summary` and `url`; an entry is in its source's feed from `first_seen` on, for two days.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import threading
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from monitor.adapters.home import create_home, open_home
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.model import EntryKey, Subscription
from monitor.pipeline import DigestKind, DigestReport, run_digest, run_poll, slot_due
from monitor.pipeline.digests.digest_run import plan_of
from monitor.stages.score import Scorer

HEARTBEAT = timedelta(minutes=10)  # simulated; finer ones would only ask more often
IN_FEED = timedelta(days=2)  # how long a feed shows an entry
SETTINGS = """\
zone = "America/Mexico_City"
contact = "https://example.org/"

[digests.morning]
times = ["07:00"]
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of the recording."""

    id: str
    source: str
    title: str
    summary: str
    url: str
    published: datetime | None
    first_seen: datetime

    @staticmethod
    def read(row: Mapping[str, Any]) -> Recorded:
        published = row.get("published")
        return Recorded(
            row["id"],
            row["source"],
            row["title"],
            row["summary"],
            row["url"],
            datetime.fromisoformat(published) if published else None,
            datetime.fromisoformat(row["first_seen"]),
        )

    def as_item(self) -> str:
        date = f"<pubDate>{format_datetime(self.published)}</pubDate>" if self.published else ""
        return (
            f"<item><title>{escape(self.title)}</title><link>{escape(self.url)}</link>"
            f"<guid isPermaLink='false'>{escape(self.id)}</guid>{date}"
            f"<description>{escape(escape(self.summary))}</description>{self._source()}</item>"
        )

    def _source(self) -> str:
        """Return the element by which Google News names the publisher; the recording lost it."""
        head, dash, outlet = self.title.rpartition(" - ")
        if not (head and dash and self.url.startswith("https://news.google.com/")):
            return ""
        return f"<source url='https://news.google.com'>{escape(outlet)}</source>"


class Wire:
    """The recorded feeds as they stood at `now`."""

    def __init__(self, rows: Sequence[Recorded]) -> None:
        self.now = datetime.min.replace(tzinfo=UTC)
        self.requests: Counter[int] = Counter()  # status -> answers
        self._items: dict[str, list[tuple[datetime, str]]] = {}
        for row in sorted(rows, key=lambda row: row.first_seen):
            self._items.setdefault(row.source, []).append((row.first_seen, row.as_item()))
        self.sources = sorted(self._items)

    def feed(self, source: str) -> bytes:
        """Return the feed as it stands now, newest first."""
        items = self._items[source]
        first, last = (
            bisect_right(items, moment, key=itemgetter(0))
            for moment in (self.now - IN_FEED, self.now)
        )
        shown = "\n".join(item for _, item in reversed(items[first:last]))
        return (
            f"<rss version='2.0'><channel><title>{escape(source)}</title>{shown}</channel></rss>"
        ).encode()

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve the feeds on loopback; yields the base address."""
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = wire.feed(unquote(self.path[1:]))
                etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
                same = self.headers.get("If-None-Match") == etag
                wire.requests[304 if same else 200] += 1
                self.send_response(304 if same else 200)
                self.send_header("ETag", etag)
                if not same:
                    self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if not same:
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@dataclass(slots=True)
class Outcome:
    """What a replay gave, to be asserted or printed."""

    recorded_count: int
    stored_count: int = 0
    slots: list[tuple[str, DigestReport]] = field(default_factory=list)
    requests: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def issued_twice(self) -> list[EntryKey]:
        """Entries that stand in more than one issue."""
        seen: Counter[EntryKey] = Counter(
            scored.entry.key
            for _, report in self.slots
            if report.kind is DigestKind.ISSUE
            for story in report.digest.stories
            for scored in story.entries
        )
        return [key for key, count in seen.items() if count > 1]


def replay(rows: Sequence[Recorded], home_path: Path, start: datetime, end: datetime) -> Outcome:
    """Run the monitor over a recording, from `start` to `end`, in a home of its own."""
    began = time.monotonic()
    create_home(home_path)
    (home_path / "monitor.toml").write_text(SETTINGS)
    home = open_home(home_path, {})
    plan = plan_of(home, "morning")
    wire = Wire(rows)
    outcome = Outcome(len(rows))
    with (
        wire.served() as base,
        Store.open(home.state / "monitor.db") as store,
        Workers(home.config.poll.processes, Scorer(home.profiles, home.parties)) as workers,
    ):
        store.sync_feeds(
            [Subscription(f"{base}/{quote(source, safe='')}", source) for source in wire.sources],
            start,
        )
        poller = Poller(
            poll=home.config.poll,
            network=home.config.network,
            contact=home.config.contact,
            version="replay",
            allow_loopback=True,
            spacing_s=0.0,
        )
        now = start
        while now <= end:
            wire.now = now
            if store.due_polls(now):
                run_poll(store, poller, workers, home.profiles, now, settings=home.config.poll)
            slot, merged = slot_due(store, plan, now)
            if slot:
                report = run_digest(store, plan, slot, now, merged=merged)
                outcome.slots.append((slot.label, report))
            now += HEARTBEAT
        poller.close()
        outcome.stored_count = store.entry_count()
    outcome.requests = wire.requests
    outcome.seconds = time.monotonic() - began
    return outcome


def read_recording(path: Path) -> list[Recorded]:
    with path.open(encoding="utf-8") as lines:
        return [Recorded.read(json.loads(line)) for line in lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recording", type=Path)
    parser.add_argument("--keep", type=Path, help="keep the home here, pages and all")
    options = parser.parse_args()
    home = options.keep or Path(tempfile.mkdtemp())
    outcome = replay(
        read_recording(options.recording),
        home,
        datetime(2026, 7, 10, 6, tzinfo=UTC),  # midnight in Mexico City
        datetime(2026, 7, 20, 14, tzinfo=UTC),
    )
    for label, report in outcome.slots:
        left_out = Counter(str(o.reason) for o in report.digest.omissions)
        print(
            f"{label}  {report.kind.value:8} {len(report.digest.stories):3} stories,"
            f" {sum(len(s.entries) for s in report.digest.stories):3} entries;"
            f" left out: {dict(left_out)}"
        )
    print(
        f"{outcome.recorded_count} recorded, {outcome.stored_count} stored,"
        f" {len(outcome.issued_twice)} in two issues; answers {dict(outcome.requests)};"
        f" {outcome.seconds:.0f} s"
    )
    with Store.open(home / "state" / "monitor.db", read_only=True) as store:
        status = store.status()
    size = status.size_bytes / max(status.entries_count, 1)
    print(f"the database takes {size:.0f} bytes an entry")
    if not options.keep:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
