"""Feeds damaged at random, 10,000 of them: no exception but ParseError, no hang, no lost rule.

    python -m tests.fuzz [--count 10000] [--seed 1] [--feeds DIR]

The same seed gives the same feeds. A case that fails is named by its number, and its
bytes are written to a file; `tests/data/feeds` is where a small one of its kind belongs.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import ParseError
from monitor.model import Feed, ParsedFeed
from monitor.stages.parse import parse_feed
from monitor.stages.parse.entry_reader import SUMMARY_MAX_CHARS, TITLE_MAX_CHARS
from monitor.text import clean

ZOO = Path(__file__).parent / "data" / "feeds"
SEEN_AT = datetime(2026, 7, 12, 12, tzinfo=UTC)
URL = "https://prueba.example/feed"
FEED = Feed(7, URL, "Prueba")
HANG_S = 60  # a case of a few kilobytes takes milliseconds

ATOMS = [b"<item>", b"</item>", b"<entry>", b"<![CDATA[", b"]]>", b"<title>", b"&#xD800;", b"\x00",
         b"\xff\xfe", b"<link/>", b"&", b"<", b"\xed\xa0\x80", b"<?xml version='1.0'?>", b"\x1b$B",
         b"<guid>", b"xml:base='http://['", b"-->", b"<!--", b"<!DOCTYPE x [", b"{", b"}", b'"',
         b"\\ud800", b"1e999", b"[" * 50, b"<svg>", b"&#x110000;", b"&#99999999999;",
         b"<guid>always</guid>", b"<item/>"]  # fmt: skip
CONTENT_TYPES = [None, None, None, "text/xml; charset=utf-16", "text/html; charset=idna",
                 "a/b; charset=latin-1", "application/feed+json"]  # fmt: skip
ENCODINGS = ["utf-16", "utf-16-le", "utf-32-be", "cp1252", "latin-1", "utf-8-sig", "cp037", "utf-7",
             "shift_jis", "gb18030", "iso2022_jp"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One damaged feed."""

    number: int
    body: bytes
    content_type: str | None


def cases(bodies: Sequence[bytes], seed: int, count: int) -> Iterator[Case]:
    """Yield damaged feeds, the same ones for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        body = bytearray(chance.choice(bodies))
        for _ in range(chance.randint(1, 5)):
            _damage(body, chance, bodies)
        yield Case(number, bytes(body), chance.choice(CONTENT_TYPES))


def _damage(body: bytearray, chance: random.Random, bodies: Sequence[bytes]) -> None:
    at = chance.randrange(len(body) + 1)
    match chance.randrange(9):
        case 0:  # truncate
            del body[at:]
        case 1 | 2:  # flip a bit
            for _ in range(chance.randint(1, 8)):
                if body:
                    body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        case 3:  # duplicate
            body[at:at] = body[chance.randrange(len(body) + 1) :][: chance.randint(1, 2000)]
        case 4:  # swap the encoding
            text = bytes(body).decode("utf-8", "replace")
            body[:] = text.encode(chance.choice(ENCODINGS), "replace")
        case 5:
            del body[at : at + chance.randint(1, 60)]
        case 6:  # the end of another
            body[at:] = chance.choice(bodies)[at:]
        case _:
            body[at:at] = chance.choice(ATOMS)


def parse(
    body: bytes,
    *,
    url: str = URL,
    content_type: str | None = None,
    seen: frozenset[bytes] = frozenset(),
) -> ParsedFeed:
    """Parse as the poll run does, with plain values for what is not said."""
    feed = Feed(7, url, "Prueba")
    return parse_feed(
        body, feed=feed, url=url, content_type=content_type, seen_at=SEEN_AT, seen=seen
    )


def check(parsed: ParsedFeed) -> None:
    """Assert what holds of every parsed feed, however it came."""
    keys = [entry.key for entry in parsed.entries]
    assert len(set(keys)) == len(keys)
    assert [mark.id for mark in parsed.marks if mark.id] == [key.id for key in keys]
    for entry in parsed.entries:
        shown = (entry.title, entry.summary, entry.outlet, entry.published_text, entry.key.id)
        assert shown == tuple(clean(text) for text in shown)
        assert entry.key.id
        assert entry.title
        assert len(entry.title) <= TITLE_MAX_CHARS or entry.title == entry.link
        assert len(entry.summary) <= SUMMARY_MAX_CHARS
        assert re.fullmatch(r"|https?://[!-~]+", entry.link)
        assert entry.published_at is None or entry.published_at.tzinfo is UTC
        repr(entry).encode()


def check_parts(body: bytes, whole: ParsedFeed, chance: random.Random, **how: str | None) -> None:
    """Assert that what is parsed after a part was seen is what it is in the whole."""
    hashes = [mark.hash for mark in whole.marks]
    if not all(hashes):
        return  # could not be cut: the next parse is of the whole as well
    seen = frozenset(each for each in hashes if chance.random() < 0.5)
    part = parse(body, seen=seen, content_type=how.get("content_type"))
    passed_over = {mark.hash for mark in part.marks if mark.id is None}
    expected = [
        entry
        for mark, entry in zip(whole.marks, whole.entries, strict=True)
        if mark.hash not in passed_over
    ]
    assert passed_over <= seen
    assert list(part.entries) == expected
    assert [mark.hash for mark in part.marks] == hashes
    assert (part.title, part.ttl, part.warning) == (whole.title, whole.ttl, whole.warning)


def run_case(case: Case) -> str:
    """Run one case; return what became of it. Raises AssertionError or worse when it fails."""
    try:
        whole = parse(case.body, content_type=case.content_type)
    except ParseError as error:
        return error.kind
    check(whole)
    check_parts(case.body, whole, random.Random(case.number), content_type=case.content_type)
    return "read" if whole.entries else "empty"


def read_feeds(folders: Sequence[Path]) -> list[bytes]:
    """Return the documents of the folders; large ones only slow the fuzzing down."""
    paths = [path for folder in folders for path in sorted(folder.iterdir())]
    bodies = [path.read_bytes() for path in paths if path.is_file() and path.suffix != ".md"]
    return [body for body in bodies if len(body) <= 64 * 1024]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--feeds", type=Path, action="append", default=[], help="more feeds")
    options = parser.parse_args()
    began, slowest = time.monotonic(), (0.0, 0)
    outcomes: Counter[str] = Counter()
    for case in cases(read_feeds([ZOO, *options.feeds]), options.seed, options.count):
        faulthandler.dump_traceback_later(HANG_S, exit=True)
        start = time.monotonic()
        try:
            outcomes[run_case(case)] += 1
        except BaseException:
            with suppress(OSError):
                Path(f"fuzz-{options.seed}-{case.number}.bin").write_bytes(case.body)
            print(f"case {case.number}: {case.content_type}", file=sys.stderr)
            raise
        slowest = max(slowest, (time.monotonic() - start, case.number))
    faulthandler.cancel_dump_traceback_later()
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    print(f"{options.count} damaged feeds in {time.monotonic() - began:.0f} s: {counts}")
    print(f"slowest: case {slowest[1]}, {slowest[0] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
