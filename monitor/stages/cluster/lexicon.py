"""Words of two languages -> one language-neutral sign, by three small tables and by kinship."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Final

from monitor.stages.cluster.acts import ACTS
from monitor.stages.cluster.names import NAMES
from monitor.stages.cluster.things import THINGS

STEM_MIN_CHARS: Final = 2  # of a prefix in the tables
KIN_CHARS: Final = 7  # where words of one Latin root still agree: "negotia", "negocia"
LANGUAGES: Final = ("es", "en")


class Kind(Enum):
    """What sort of evidence a sign is."""

    ACT = "act"
    THING = "thing"
    NAME = "name"  # of the tables: an institution, a country, a fixed expression
    PROPER = "proper"  # written with a capital and in no table: mostly people and firms
    NUMBER = "number"
    WORD = "word"  # any other


_SIGNS = re.compile(r"([a-z0-9]+):([^|;]*)\|([^;]*);")

# Words of one root, as Spanish and English spell it: "inmigración", "immigration".
_SPELLINGS: Final = tuple(
    (re.compile(found), written)
    for found, written in (
        ("ph", "f"),
        ("th", "t"),
        ("ck|qu|k", "c"),
        ("y", "i"),
        (r"([a-zñ])\1", r"\1"),
        ("^es(?=[ptc])", "s"),
        ("nm", "m"),
        ("w", "v"),
        ("x", "j"),
        ("h", ""),
    )
)
_ENDINGS = re.compile(
    "(aciones|acion|ations?|ciones|cion|tions?|mente|ly|idades|idad|ity|ities|icos?|icas?|ics?"
    "|istas?|ists?|ados?|adas?|idos?|idas?|ed|ing|ar|er|ir|ando|iendo|aron|ieron|an|en|os|as"
    "|es|s|o|a|e)$"
)


def _lines(table: str, comma: str | None) -> Iterator[tuple[str, str, str]]:
    """Yield the table's signs as (language, word or phrase, sign)."""
    for match in _SIGNS.finditer(table):
        for language, side in zip(LANGUAGES, match.groups()[1:], strict=True):
            for word in side.split(comma):
                yield language, " ".join(word.split()), match.group(1)


def _read_words() -> dict[str, dict[str, tuple[str, Kind]]]:
    found: dict[str, dict[str, tuple[str, Kind]]] = {language: {} for language in LANGUAGES}
    for table, kind in ((ACTS, Kind.ACT), (THINGS, Kind.THING)):
        for language, word, sign in _lines(table, None):
            found[language].setdefault(word, (sign, kind))
    return found


def _read_phrases() -> dict[str, dict[tuple[str, ...], str]]:
    found: dict[str, dict[tuple[str, ...], str]] = {language: {} for language in LANGUAGES}
    for language, phrase, sign in _lines(NAMES, ","):
        found[language].setdefault(tuple(phrase.split()), sign)
    return found


_WORDS: Final = _read_words()
_PHRASES: Final = _read_phrases()
_LONGEST: Final = max(len(phrase) for phrases in _PHRASES.values() for phrase in phrases)


@lru_cache(maxsize=50_000)
def sign_of(word: str, language: str) -> tuple[str, Kind] | None:
    """Return what a folded word stands for in a language, None when no table knows it."""
    table = _WORDS[language]
    whole = table.get(word)
    if whole is None and language == "en" and word.endswith("s"):
        whole = table.get(word[:-1])
    return whole or _by_stem(word, table)


def _by_stem(word: str, table: Mapping[str, tuple[str, Kind]]) -> tuple[str, Kind] | None:
    for end in range(len(word), STEM_MIN_CHARS - 1, -1):
        found = table.get(word[:end] + "*")
        if found:
            return found
    return None


def name_at(words: Sequence[str], start: int, language: str) -> tuple[str, int] | None:
    """Return the longest name that begins at a word, and of how many words it is."""
    phrases = _PHRASES[language]
    for count in range(min(_LONGEST, len(words) - start), 0, -1):
        found = phrases.get(tuple(words[start : start + count]))
        if found:
            return found, count
    stem = _name_stem(words[start], language)
    return (stem, 1) if stem else None


@lru_cache(maxsize=50_000)
def _name_stem(word: str, language: str) -> str | None:
    phrases = _PHRASES[language]
    for end in range(len(word), 3, -1):
        found = phrases.get((word[:end] + "*",))
        if found:
            return found
    return None


@lru_cache(maxsize=50_000)
def kin(word: str) -> str:
    """Return the root that a word shares with its kin in the other language.

    "terrorista" and "terrorist" give one root, and so do most words of Latin origin.
    """
    if len(word) < 4 or word.isdigit():
        return word
    root = word
    for found, written in _SPELLINGS:
        root = found.sub(written, root)
    bare = _ENDINGS.sub("", root)
    return (bare if len(bare) >= 3 else root)[:KIN_CHARS]
