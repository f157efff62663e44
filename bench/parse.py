"""What parsing costs: feedparser alone, through it, the quick way, and only what is new.

    python bench/parse.py [--feeds DIR] [--recording WIRE.jsonl] [--new 3] [--rounds 5]

Prints CPU time per document and entry: feedparser alone (sanitiser and resolver off), all
entries by way of feedparser, by the quick way where a document allows it, `--new` of its
items new, none new, and the cutting alone; and how many entries the quick way reads. Each
way is compared with the others, entry by entry. Without `--feeds`, documents of 30 entries
are made up, half in English, half in Spanish. With `--recording` (see tests/replay.py),
every document that its feeds showed, hour by hour, is parsed whole and in part.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from polling.feeds import document

sys.path.insert(0, str(Path(__file__).parents[1]))

from monitor.errors import ParseError
from monitor.model import Feed, ParsedFeed
from monitor.stages.parse import parse_feed
from monitor.stages.parse.cut import cut_document
from monitor.stages.parse.everyday import read_everyday
from monitor.stages.parse.judge import parse
from monitor.text.document import decode_document
from tests.replay import IN_FEED, Wire, read_recording

SEEN_AT = datetime(2026, 7, 12, 12, tzinfo=UTC)
FEED = Feed(1, "https://bench.example/feed", "")


def main() -> None:
    options = _read_options()
    if options.recording:
        _replay(options.recording)
        return
    if options.feeds:
        paths = sorted(options.feeds.iterdir())
        bodies = {path.name: path.read_bytes() for path in paths if path.is_file()}
    else:
        bodies = {f"made up {n}": document(n, 0) for n in range(options.count)}
    rows = [row for body in bodies.values() if (row := _measure(body, options))]
    count = sum(row.count for row in rows)
    quick = sum(row.count for row in rows if row.is_quick)
    print(f"{len(bodies)} documents, {len(rows)} of them feeds that can be cut, {count} entries")
    print(f"read the quick way: {quick} entries ({quick / count:.0%}), all as feedparser's")
    print(
        f"entries that came with a cut document, all as in the whole: {sum(r.same for r in rows)}"
    )
    whole = sum(row.by_feedparser for row in rows)
    for name, values in (
        ("feedparser alone", [row.feedparser for row in rows]),
        ("all by feedparser", [row.by_feedparser for row in rows]),
        ("all read", [row.whole for row in rows]),
        (f"{options.new} new", [row.part for row in rows]),
        ("none new", [row.none for row in rows]),
        ("cutting alone", [row.cutting for row in rows]),
    ):
        print(
            f"{name:18}{statistics.mean(values) * 1000:8.2f} ms a document"
            f"{sum(values) / count * 1e6:7.0f} us an entry of it"
            f"{whole / sum(values):7.1f} times less than all by feedparser"
        )


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=Path, help="a folder of feed documents")
    parser.add_argument("--recording", type=Path)
    parser.add_argument("--count", type=int, default=40, help="documents to make up")
    parser.add_argument("--new", type=int, default=3, help="items that are new")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


@dataclass(frozen=True, slots=True)
class _Row:
    """CPU seconds of one document."""

    feedparser: float
    by_feedparser: float
    whole: float
    part: float
    none: float
    cutting: float
    count: int
    is_quick: bool
    same: int  # entries that a partial parse gave, each as the whole parse gave it


def _measure(body: bytes, options: argparse.Namespace) -> _Row | None:
    try:
        whole = _parse(body)
    except ParseError:
        return None
    hashes = [mark.hash for mark in whole.marks]
    if not hashes or not all(hashes):
        return None
    seen = frozenset(hashes[options.new :])
    same = _compare(whole, _parse(body, seen))
    text = decode_document(body, None).text
    plain = text.encode()
    cut = cut_document(plain)
    assert cut is not None
    is_quick = "xml:base" not in text and read_everyday(cut, cut.items) is not None
    if is_quick and _parse_by_feedparser(body) != whole:
        raise SystemExit("the quick way differs from feedparser")
    return _Row(
        _time(lambda: parse(plain, FEED, None), options.rounds),
        _time(lambda: _parse_by_feedparser(body), options.rounds),
        _time(lambda: _parse(body), options.rounds),
        _time(lambda: _parse(body, seen), options.rounds),
        _time(lambda: _parse(body, frozenset(hashes)), options.rounds),
        _time(lambda: cut_document(plain), options.rounds),
        len(whole.entries),
        is_quick,
        same,
    )


def _parse_by_feedparser(body: bytes) -> ParsedFeed:
    """Parse with the quick way closed."""
    with patch("monitor.stages.parse.read_everyday", return_value=None):
        return _parse(body)


def _parse(body: bytes, seen: frozenset[bytes] = frozenset(), url: str = "") -> ParsedFeed:
    feed = Feed(1, url, "") if url else FEED
    return parse_feed(
        body, feed=feed, url=url or FEED.url, content_type=None, seen_at=SEEN_AT, seen=seen
    )


def _compare(whole: ParsedFeed, part: ParsedFeed) -> int:
    """Return how many entries a partial parse gave; stop at one that differs from the whole's."""
    passed_over = {mark.hash for mark in part.marks if mark.id is None}
    expected = [
        entry
        for mark, entry in zip(whole.marks, whole.entries, strict=True)
        if mark.hash not in passed_over
    ]
    if list(part.entries) != expected:
        raise SystemExit("a partial parse differs from the whole")
    return len(expected)


def _time(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def _replay(path: Path) -> None:
    """Parse what every recorded feed showed each hour, whole and after what it showed before."""
    rows = read_recording(path)
    wire = Wire(rows)
    seen: dict[str, frozenset[bytes]] = {}
    bodies: dict[str, bytes] = {}
    documents = entries = 0
    cpu_whole = cpu_part = 0.0
    now = min(row.first_seen for row in rows)
    end = max(row.first_seen for row in rows) + IN_FEED
    while now <= end:
        wire.now = now
        for source in wire.sources:
            body = wire.feed(source)
            if body == bodies.get(source):
                continue
            bodies[source] = body
            start = time.process_time()
            whole = _parse(body)
            middle = time.process_time()
            part = _parse(body, seen.get(source, frozenset()))
            cpu_whole += middle - start
            cpu_part += time.process_time() - middle
            documents += 1
            entries += _compare(whole, part)
            seen[source] = frozenset(mark.hash for mark in part.marks)
        now += timedelta(hours=1)
    print(f"{documents} changed documents of {len(wire.sources)} feeds, {entries} entries read:")
    print(f"each as in the whole; CPU {cpu_whole:.2f} s whole, {cpu_part:.2f} s cut,")
    print(f"{cpu_whole / cpu_part:.1f} times less")


if __name__ == "__main__":
    main()
