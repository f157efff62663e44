"""How fast entries are scored, beside TF-IDF likeness to the profiles in the same run.

    python bench/score.py [--entries 10000]

One process, one core: five profiles, entries of 60 words, reasons included. The texts
are made of the profiles' and alias lists' own words among everyday ones, half in
English, half in Spanish.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.stock import PLAIN  # noqa: E402
from monitor.adapters.home import read_seeds  # noqa: E402
from monitor.model import Entry, EntryKey, TopicProfile  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402
from monitor.text import words  # noqa: E402

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)
TITLE_WORDS, SUMMARY_WORDS = 10, 50
NAME_SHARE = 0.08  # of the words: about five names or terms an entry, as in real feeds


def make_entries(count: int, names: Sequence[str]) -> list[Entry]:
    """Return entries of 60 words, the same for the same count."""
    dice = random.Random(7)
    entries = []
    for number in range(count):
        language = "en" if number % 2 else "es"
        text = [
            dice.choice(names) if dice.random() < NAME_SHARE else dice.choice(PLAIN[language])
            for _ in range(TITLE_WORDS + SUMMARY_WORDS)
        ]
        entries.append(
            Entry(
                key=EntryKey(1, str(number)),
                outlet="Sample Wire",
                link=f"https://example.com/{number}",
                title=" ".join(text[:TITLE_WORDS]).capitalize(),
                summary=" ".join(text[TITLE_WORDS:]).capitalize() + ".",
                published_at=NOON,
                seen_at=NOON,
                language=language,
            )
        )
    return entries


class Tfidf:
    """Cosine likeness of TF-IDF vectors: what most rankers of news do."""

    def __init__(self, profiles: Sequence[TopicProfile], entries: Sequence[Entry]) -> None:
        seen = Counter(word for entry in entries for word in set(words(_text(entry))))
        self._idf = {word: math.log(len(entries) / count) for word, count in seen.items()}
        self._profiles = [
            self._vector(" ".join(profile.terms).replace("*", "")) for profile in profiles
        ]

    def score(self, entry: Entry) -> list[float]:
        vector = self._vector(_text(entry))
        return [
            sum(weight * profile.get(word, 0.0) for word, weight in vector.items())
            for profile in self._profiles
        ]

    def _vector(self, text: str) -> dict[str, float]:
        counts = Counter(words(text))
        raw = {word: count * self._idf.get(word, 1.0) for word, count in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        return {word: weight / length for word, weight in raw.items()}


def measure(name: str, score: Callable[[Entry], object], entries: Sequence[Entry]) -> None:
    """Print the best of three rounds: what else the machine does only ever slows one."""
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        for entry in entries:
            score(entry)
        best = min(best, time.perf_counter() - start)
    print(f"{name:34} {len(entries) / best:10,.0f} entries/s {best / len(entries) * 1e6:8.1f} us")


def _text(entry: Entry) -> str:
    return f"{entry.title} {entry.summary}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=10_000)
    count = parser.parse_args().entries
    profiles, parties = read_seeds(ROOT)
    names = [alias.text for party in parties for alias in party.aliases]
    names += [term.rstrip("*") for profile in profiles for term in profile.terms]
    entries = make_entries(count, names)
    print(f"{len(profiles)} profiles, {len(names)} names and terms, {count} entries of 60 words")
    start = time.perf_counter()
    scorer = Scorer(profiles, parties)
    print(f"{'building the scorer':34} {(time.perf_counter() - start) * 1000:10.0f} ms")
    measure("scorer, reasons included", scorer.score, entries)
    measure("TF-IDF cosine, no reasons", Tfidf(profiles, entries).score, entries)


if __name__ == "__main__":
    main()
