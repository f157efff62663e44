"""Finding many phrases in a text at once, at word boundaries. Sole user of ahocorasick.

A text is read once: cut into words, folded as `text.fold` does, and joined by single
spaces, so that "EE. UU.", "EE.UU." and "ee uu" are one phrase. The words as written
are kept beside the folded ones, because "US" is not "us".
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

import ahocorasick

from monitor.text import fold
from monitor.text.western import latin_bytes, western_text, without_runs

T = TypeVar("T")

# Stands between two texts that are read as one; no phrase can hold it.
DIVIDER: Final = "\x1f"

# "$" belongs to the word before and after it: "US$" is money, not a country.
_WORD = re.compile(r"[^\W_]+(?:\$[^\W_]*)*|\$[^\W_]*(?:\$[^\W_]*)*|" + DIVIDER)
_SYMBOLS = re.compile(r"[^\w\s$" + DIVIDER + "]")

# Letters whose folding takes more than one letter are left to the slow way.
_NOT_ONE_TO_ONE = "ßŒœƒ½¼¾²³¹ªº™µ"


def _quick_tables() -> tuple[Any, bytes, bytes]:
    """Return the tables of the quick way: characters to bytes, bytes to words, to folds.

    Nearly every English and Spanish text fits into one byte a character; three
    table look-ups in C then do what takes `fold` ten times as long.
    """
    letters = bytes(range(256)).decode("cp1252", "replace")
    letters = "".join("\ufffe" if c in _NOT_ONE_TO_ONE or c == "\ufffd" else c for c in letters)
    as_written, folded = bytearray(), bytearray()
    for number, char in enumerate(letters):
        is_word = char.isalnum() or char in ("$", DIVIDER)
        as_written.append(number if is_word else 0x20)
        small = fold(char) if is_word else " "
        folded.append(small.encode("cp1252")[0] if small else 0x20)
    return codecs.charmap_build(letters), bytes(as_written), bytes(folded)


_TO_BYTES, _AS_WRITTEN, _FOLDED = _quick_tables()
_NOT_AS_LATIN: Final = bytes(range(0x80, 0xA0)) + _NOT_ONE_TO_ONE.encode("latin-1", "ignore")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's words, one space before and after each: folded, and as written.

    Both have the same words in the same order, but not always the same length.
    """

    folded: str
    _source: bytes | str  # decoded when asked for: few texts are

    @property
    def written(self) -> str:
        """Return the words with the case and accents of the text."""
        source = self._source
        return source if isinstance(source, str) else western_text(source)

    def written_at(self, start: int, text: str) -> list[str]:
        """Return the words as written of `text`, a pattern found at `start`."""
        if len(self.folded) == len(self._source):
            source = self._source[start + 1 : start + len(text)]
            return (source if isinstance(source, str) else western_text(source)).split(" ")
        first = self.folded.count(" ", 0, start + 1)
        return self.written.split(" ")[first : first + len(text.split())]


def read(text: str) -> Reading:
    """Return the text's words; any string can be read."""
    for mend in (None, _compose, _without_symbols):
        text = mend(text) if mend else text
        coded = latin_bytes(text, _NOT_AS_LATIN)
        if coded is None:
            try:
                coded = codecs.charmap_encode(text, "strict", _TO_BYTES)[0]
            except UnicodeEncodeError:
                continue
        written = without_runs(b" " + coded.translate(_AS_WRITTEN) + b" ")
        return Reading(written.translate(_FOLDED).decode("latin-1"), written)
    return _read_slowly(text)


def _compose(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _without_symbols(text: str) -> str:
    return _SYMBOLS.sub(" ", text)


def _read_slowly(text: str) -> Reading:
    folded, written = [], []
    for word in _WORD.findall(_compose(text)):
        small = "".join(c for c in fold(word) if not c.isspace())
        if small:
            folded.append(small)
            written.append(word)
    return Reading(f" {' '.join(folded)} ", f" {' '.join(written)} ")


@lru_cache(maxsize=2**13)  # the names of parties are asked for at each change of a profile
def pattern(phrase: str) -> str:
    """Return what to look for in a folded reading; "" when the phrase holds no word.

    "T-MEC" gives " t mec ", the prefix "migra*" gives " migra".
    """
    phrase = phrase.strip()
    folded = read(phrase.rstrip("*")).folded
    if not folded.strip():
        return ""
    return folded.rstrip(" ") if phrase.endswith("*") else folded


class Phrasebook(Generic[T]):
    """Finds each of many patterns in one pass over a folded reading."""

    def __init__(self, meanings: Mapping[str, T]) -> None:
        """Take what each pattern (of `pattern`) means; an empty pattern is left out."""
        self._automaton = ahocorasick.Automaton()
        for text, meaning in meanings.items():
            if text:
                self._automaton.add_word(text, meaning)
        if len(self._automaton):
            self._automaton.make_automaton()

    def find(self, folded: str) -> Iterable[tuple[int, T]]:
        """Return every occurrence: where its last character stands, and its meaning."""
        if not len(self._automaton):
            return ()
        found: Iterable[tuple[int, T]] = self._automaton.iter(folded)
        return found
