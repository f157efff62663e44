"""How long it takes to place a new entry, by how many the book holds.

    python bench/cluster.py [--sizes 1000,10000,50000]

One process, one core, processor time. Headlines are made of the alias lists' names and of the
words that folding knows, in English and Spanish; in each book half of the entries share a story
with another, and all fall into 72 hours.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from monitor.adapters.home import read_seeds  # noqa: E402
from monitor.model import Entry, EntryKey, StoryEntry  # noqa: E402
from monitor.stages.cluster import WINDOW, StoryBook  # noqa: E402
from monitor.stages.cluster.words import ACTS, THING_TABLES  # noqa: E402

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)
PLACED = 300  # entries whose placing is timed
ROUNDS = 3  # the best counts: what else the machine does only ever slows one
NAMES_PER_TITLE, WORDS_PER_TITLE = 2, 7


def headlines(count: int) -> list[Entry]:
    """Return headlines about the parties that the seeds name."""
    _, parties = read_seeds(ROOT)
    names = [alias.text.rstrip("*") for party in parties for alias in party.aliases]
    return make_entries(count, names, vocabulary())


def vocabulary() -> dict[str, list[str]]:
    """Return the words that folding knows, by language; rare ones as often as common ones."""
    found: dict[str, list[str]] = {"es": [], "en": []}
    for table in (ACTS, *THING_TABLES):
        for sign in table.split(";"):
            sides = sign.partition(":")[2].split("|")
            for language, side in zip(("es", "en"), sides, strict=False):
                found[language] += [word.rstrip("*") for word in side.split()]
    return found


def make_entries(count: int, names: Sequence[str], words: dict[str, list[str]]) -> list[Entry]:
    """Return headlines in the order of their dates, the same for the same count."""
    dice = random.Random(11)
    entries = []
    for number in range(count):
        language = "en" if number % 3 == 0 else "es"
        # The square prefers the front: some names are in every tenth headline.
        title = [
            names[int(len(names) * dice.random() ** 2)].title() for _ in range(NAMES_PER_TITLE)
        ]
        title += dice.choices(words[language], k=WORDS_PER_TITLE)
        at = NOON + WINDOW * (number / count)
        entries.append(
            Entry(
                key=EntryKey(1, str(number)),
                outlet=f"Outlet {number % 40}",
                link=f"https://example.com/{number}",
                title=" ".join(title),
                summary="",
                published_at=at,
                seen_at=at + timedelta(minutes=5),
                language=language,
            )
        )
    return entries


def measure(size: int, names: Sequence[str], words: dict[str, list[str]]) -> tuple[float, float]:
    """Return the milliseconds of reading a book, per entry, and of placing one more."""
    entries = make_entries(size + PLACED, names, words)
    known = [StoryEntry(entry, number // 2) for number, entry in enumerate(entries[:size])]
    reading, placing = [], []
    for _ in range(ROUNDS if size <= 10_000 else 1):
        start = time.process_time()
        book = StoryBook(known)
        read = time.process_time()
        book.place(entries[size:])
        reading.append(read - start)
        placing.append(time.process_time() - read)
    return min(reading) / size * 1000, min(placing) / PLACED * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,50000")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    _, parties = read_seeds(ROOT)
    names = [alias.text.rstrip("*") for party in parties for alias in party.aliases]
    words = vocabulary()
    print(f"{'entries in the book':>20} {'reading, each':>15} {'placing one more':>18}")
    for size in sizes:
        read_ms, place_ms = measure(size, names, words)
        print(f"{size:20,} {read_ms:12.3f} ms {place_ms:15.3f} ms")


if __name__ == "__main__":
    main()
