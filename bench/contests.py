"""The pairs of the table: each issue's work beside a peer, or beside the yardstick."""

from __future__ import annotations

import http.client
import http.server
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
from polling.feeds import document

from bench import cluster, digest, home, score, store, yardstick
from bench.pairs import YARDSTICK, Opened, Pair, Work
from monitor.adapters.garbage import put_off
from monitor.adapters.home import open_home, read_seeds, shipped_root
from monitor.config import DigestSettings
from monitor.model import Feed, Receipt, StoryEntry, TopicProfile
from monitor.stages.choose import choose_stories
from monitor.stages.cluster import StoryBook
from monitor.stages.parse import parse_feed
from monitor.stages.render import render_issue
from monitor.stages.score import Scorer
from monitor.web.server import PageServer

ROOT = Path(__file__).parent.parent
ROUNDS_MAX = 10  # of a pair, the first one included
PAGES = ("/", "/search?q=mexico", "/feeds", "/profiles", "/status")


@dataclass(frozen=True)
class Size:
    """How much of each there is."""

    documents: int
    entries: int
    in_book: int
    placed: int
    candidates: int
    stored_feeds: int
    home_entries: int
    page_rounds: int


QUICK = Size(20, 1_000, 1_000, 100, 500, 40, 1_000, 4)
FULL = Size(40, 5_000, 10_000, 200, 5_000, 100, 10_000, 10)


def contests(size: Size) -> list[Pair]:
    """Return what is measured in this process, with peers that are always there."""
    texts = yardstick.TEXTS
    yard = (YARDSTICK, "text")
    return [
        Pair("parse, all new", 4, "feedparser", size.documents, "document", _parse(size)),
        Pair("score, five profiles", 3, "TF-IDF cosine", size.entries, "entry", _score(size)),
        Pair(
            *(f"place in a book of {size.in_book:,}", 5, yard[0], size.placed, "entry"),
            *(_cluster(size), texts),
        ),
        Pair(
            *(f"choose and render 40 of {size.candidates:,}", 6, yard[0], 1, "issue"),
            *(_digest(size), texts),
        ),
        Pair(
            *("store polls", 8, "SQLite and its word index alone", size.stored_feeds * 30),
            *("entry", _store(size)),
        ),
        Pair(
            *(f"pages, {size.home_entries:,} entries", 7, "a static page by http.server"),
            *(len(PAGES) * size.page_rounds, "page", _pages(size)),
        ),
    ]


def _parse(size: Size) -> Opened:
    @contextmanager
    def opened() -> Iterator[tuple[Work, Work]]:
        bodies = [document(number, 0) for number in range(size.documents)]
        feed = Feed(1, "https://bench.example/feed", "")

        def ours() -> None:
            for body in bodies:
                parse_feed(body, feed=feed, url=feed.url, content_type=None, seen_at=home.NOW)

        def peer() -> None:
            for body in bodies:
                feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)

        yield ours, peer

    return opened


def _score(size: Size) -> Opened:
    @contextmanager
    def opened() -> Iterator[tuple[Work, Work]]:
        profiles, parties = read_seeds(ROOT)
        names = [alias.text for party in parties for alias in party.aliases]
        names += [term.rstrip("*") for profile in profiles for term in profile.terms]
        entries = score.make_entries(size.entries, names)
        scorer, tfidf = Scorer(profiles, parties), score.Tfidf(profiles, entries)
        yield (
            lambda: [scorer.score(entry) for entry in entries],
            lambda: [tfidf.score(entry) for entry in entries],
        )

    return opened


def _cluster(size: Size) -> Opened:
    @contextmanager
    def opened() -> Iterator[tuple[Work, Work]]:
        entries = cluster.headlines(size.in_book + size.placed * ROUNDS_MAX)
        known = [StoryEntry(entry, n // 2) for n, entry in enumerate(entries[: size.in_book])]
        starts = count(size.in_book, size.placed)  # others in each round
        book = StoryBook(known)

        def ours() -> None:
            start = next(starts)
            book.place(entries[start : start + size.placed])

        yield ours, yardstick.work

    return opened


def _digest(size: Size) -> Opened:
    @contextmanager
    def opened() -> Iterator[tuple[Work, Work]]:
        folder = shipped_root() / "templates"
        templates = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
        settings = DigestSettings(length=digest.LENGTH)
        profile = TopicProfile("news", "News", "What happened.", 0.5, {"water": 1.0})
        receipt = Receipt(40, 38, 210, 90, (), None, None, "0")
        # Other stories in each round: nothing may be known of them beforehand.
        made = (digest.make_stories(size.candidates, seed) for seed in count())
        waiting = [next(made) for _ in range(ROUNDS_MAX)]

        @put_off()  # as the digest run does
        def ours() -> None:
            chosen = choose_stories(
                waiting.pop(),
                name="morning",
                slot=digest.SLOT,
                settings=settings,
                profiles=[profile],
                receipt=receipt,
                issued_at=digest.NOW,
            )
            render_issue(chosen, settings=settings, zone="UTC", templates=templates)

        yield ours, yardstick.work

    return opened


def _store(size: Size) -> Opened:
    @contextmanager
    def opened() -> Iterator[tuple[Work, Work]]:
        profiles, parties = read_seeds(ROOT)
        scorer = Scorer(profiles, parties)
        floors = {profile.name: profile.near_miss_floor for profile in profiles}
        feeds = {n: store._read(n, scorer) for n in range(1, size.stored_feeds + 1)}

        def ours() -> None:
            with store._store(None, feeds) as opened:
                store._save(opened, feeds, floors, together=True)

        def peer() -> None:
            with tempfile.TemporaryDirectory() as folder:
                store._index(Path(folder, "words.db"), feeds, 16)

        yield ours, peer

    return opened


def _pages(size: Size) -> Opened:
    @contextmanager
    def opened() -> Iterator[tuple[Work, Work]]:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "home")
            home.make_home(root, entries=size.home_entries, days=30)
            server = PageServer(lambda: open_home(root, {}), clock=lambda: home.NOW, port=0)
            with server, _static() as static:
                yield (
                    lambda: _ask(server.url, PAGES * size.page_rounds),
                    lambda: _ask(static, PAGES * size.page_rounds),
                )

    return opened


def _ask(url: str, paths: tuple[str, ...]) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    with closing(connection):
        for path in paths:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{url}{path} answered {answer.status}")


class _Static(http.server.BaseHTTPRequestHandler):
    """One page of 20 KB, whatever is asked for."""

    protocol_version = "HTTP/1.1"
    body = b"<p>A page.</p>" * 1_400

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _static() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Static) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
