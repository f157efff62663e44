"""What is known before any article is read: how often words are used, which go together.

Pure: it is handed the texts of the shipped tables (`monitor/knowledge/`), and reads
none. Frequencies are shares of running text in (0, 1); words are folded.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from monitor.text import STOP_WORDS
from monitor.text.matching import read

LANGUAGES: Final = ("en", "es")

# How many times more often news uses a word than language at large does: the rough
# classes of newsroom.toml. They matter by their order, not by their exact size.
NEWS_FACTORS: Final = {"often": 12.0, "more": 6.0, "somewhat": 2.8}
# Words more frequent than this ("the", "con") tell nothing and are no term.
SMALL_WORD: Final = 2e-3
# Words that stand together do so about this many times more often than chance.
COHESION: Final = 30.0
# No phrase is taken for rarer than this: the tables say nothing about phrases.
PHRASE_FLOOR: Final = 2e-7


@dataclass(frozen=True, slots=True)
class Background:
    """The shipped tables, read."""

    frequencies: Mapping[str, Mapping[str, float]]  # language -> word -> share
    newsroom: Mapping[str, float]  # word -> how many times more often news uses it
    subjects: Mapping[str, tuple[str, ...]]  # subject -> the words it uses

    @classmethod
    def parse(cls, tables: Mapping[str, str], newsroom: str, subjects: str) -> Background:
        """Read a table of words a language, the newsroom's words, and the subjects."""
        factors = {
            word: NEWS_FACTORS[group]
            for group, text in reversed(tomllib.loads(newsroom).items())
            for word in read(text).folded.split()
        }
        by_subject = {
            name: tuple(dict.fromkeys(filter(None, map(plain_term, text.split(",")))))
            for name, text in tomllib.loads(subjects).items()
        }
        return cls(
            {language: dict(_rows(text)) for language, text in tables.items()}, factors, by_subject
        )

    def usage(self, languages: Iterable[str]) -> Usage:
        """Return how often words are used where any of the languages is written."""
        tables = [self.frequencies[language] for language in languages]
        merged: dict[str, float] = {}
        for table in tables:
            for word, share in table.items():
                merged[word] = max(share, merged.get(word, 0.0))
        for word, factor in self.newsroom.items():
            if word in merged:
                merged[word] *= factor
        return Usage(merged)


class Usage:
    """How often words, prefixes and phrases are used; an unknown word is a rare one."""

    def __init__(self, frequencies: Mapping[str, float]) -> None:
        self._shares = frequencies
        self._rare = min(frequencies.values(), default=1e-6) / 2
        self._words = sorted(frequencies)
        self._sums = [0.0, *accumulate(frequencies[word] for word in self._words)]

    def word(self, word: str) -> float:
        return self._shares.get(word, self._rare)

    def term(self, term: str) -> float:
        """Return the share of a word, a phrase, or "prefix*", folded as `plain_term` does."""
        words = term.rstrip("*").split(" ")
        if len(words) == 1:
            return self._prefix(words[0]) if term.endswith("*") else self.word(words[0])
        share = COHESION ** (len(words) - 1)
        for word in words:
            share *= self.word(word)
        return max(share, PHRASE_FLOOR)

    def can_be_term(self, word: str) -> bool:
        """Tell whether a folded word may be a term: three letters, no number, no small word."""
        if word in STOP_WORDS:  # of the other language, in an article of one
            return False
        return len(word) > 2 and word.isalpha() and self.word(word) < SMALL_WORD

    def _prefix(self, prefix: str) -> float:
        start = bisect_left(self._words, prefix)
        end = bisect_left(self._words, prefix + "\U0010ffff")
        return max(self._sums[end] - self._sums[start], self._rare)


def plain_term(term: str) -> str:
    """Return a term's folded words, one space between, with its star; "" when it has none."""
    words = " ".join(read(term.strip().rstrip("*")).folded.split())
    return f"{words}*" if words and term.rstrip().endswith("*") else words


def _rows(text: str) -> Iterator[tuple[str, float]]:
    """Yield the words of a table; each line opens with log10 of the uses in 10^9 words."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            power, *words = line.split()
            share = 10 ** (float(power) - 9)
            for word in words:
                yield word, share
