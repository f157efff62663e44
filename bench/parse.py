"""What parsing costs, and what cutting a document into its items saves.

    python bench/parse.py [--feeds DIR] [--recording WIRE.jsonl] [--new 3] [--rounds 5]

Prints CPU time per document: all of it read, `--new` of its items new, none new, and the
cutting alone. Each partial parse is compared with the whole one, entry by entry. Without
`--feeds`, documents of 30 entries are made up, half in English, half in Spanish. With
`--recording` (see tests/replay.py), every document that its feeds showed, hour by hour, is
parsed both ways.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from monitor.errors import ParseError
from monitor.model import Feed, ParsedFeed
from monitor.stages.parse import parse_feed
from monitor.stages.parse.cut import cut_document
from monitor.text.document import decode_document
from tests.replay import IN_FEED, Wire, read_recording

SEEN_AT = datetime(2026, 7, 12, 12, tzinfo=UTC)
ENTRIES, BYTES_PER_ENTRY = 30, 1500
WORDS = {
    "en": "the minister said on Monday that both countries will talk about trade at the border",
    "es": "el ministro dijo el lunes que los dos países hablarán del comercio en la frontera",
}


def main() -> None:
    options = _read_options()
    if options.recording:
        _replay(options.recording)
        return
    if options.feeds:
        paths = sorted(options.feeds.iterdir())
        bodies = {path.name: path.read_bytes() for path in paths if path.is_file()}
    else:
        bodies = {f"made up {n}": _make_up(n) for n in range(options.count)}
    rows = [row for body in bodies.values() if (row := _measure(body, options))]
    print(f"{len(bodies)} documents, {len(rows)} of them feeds that can be cut")
    print(
        f"entries that came with a cut document, all as in the whole: {sum(r.same for r in rows)}"
    )
    for name, values in (
        ("all read", [row.whole for row in rows]),
        (f"{options.new} new", [row.part for row in rows]),
        ("none new", [row.none for row in rows]),
        ("cutting alone", [row.cutting for row in rows]),
    ):
        print(
            f"{name:14} {statistics.mean(values) * 1000:7.2f} ms a document"
            f"  {sum(row.whole for row in rows) / sum(values):6.1f} times less than all read"
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

    whole: float
    part: float
    none: float
    cutting: float
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
    document = decode_document(body, None).text.encode()
    return _Row(
        _time(lambda: _parse(body), options.rounds),
        _time(lambda: _parse(body, seen), options.rounds),
        _time(lambda: _parse(body, frozenset(hashes)), options.rounds),
        _time(lambda: cut_document(document), options.rounds),
        same,
    )


def _parse(body: bytes, seen: frozenset[bytes] = frozenset(), url: str = "") -> ParsedFeed:
    url = url or "https://bench.example/feed"
    return parse_feed(
        body, feed=Feed(1, url, ""), url=url, content_type=None, seen_at=SEEN_AT, seen=seen
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


def _make_up(number: int) -> bytes:
    """Return a feed of 45 KB."""
    chance = random.Random(number)
    words = WORDS["en" if number % 2 else "es"].split()
    items = []
    for n in range(ENTRIES):
        at = format_datetime(SEEN_AT - timedelta(hours=n))
        text = " ".join(chance.choices(words, k=BYTES_PER_ENTRY // 7))
        items.append(
            f"<item><title>{' '.join(chance.choices(words, k=9))}</title>"
            f"<link>https://bench.example/{number}/{n}</link><guid>{number}-{n}</guid>"
            f"<pubDate>{at}</pubDate><description>&lt;p&gt;{text}&lt;/p&gt;</description></item>\n"
        )
    head = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>x</title>\n"
    return (head + "".join(items) + "</channel></rss>").encode()


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
