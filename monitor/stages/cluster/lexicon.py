"""Words of two languages -> one language-neutral sign, by the word tables and by kinship."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import Final

from monitor.stages.cluster.words import (
    ACTS,
    MATTERS,
    NAME_TABLES,
    PLACE_TABLES,
    THING_TABLES,
)

STEM_MIN_CHARS: Final = 2  # of a prefix in the tables
NAME_STEM_MIN_CHARS: Final = 3
KIN_CHARS: Final = 7  # where words of one Latin root still agree: "negotia", "negocia"
LANGUAGES: Final = ("es", "en")


class Kind(Enum):
    """What sort of evidence a sign is."""

    ACT = "act"
    THING = "thing"
    MATTER = "matter"  # a thing that is spoken of in passing: "effort", "position"
    NAME = "name"  # of the tables: an institution, a country, a fixed expression
    PROPER = "proper"  # written with a capital and in no table: mostly people and firms
    PERHAPS = "perhaps"  # the same where any word has a capital: in Title Case, or first
    NUMBER = "number"
    AMOUNT = "amount"  # millions and more, whatever their unit
    WORD = "word"  # any other


_SIGNS = re.compile(r"([a-z0-9_]+):([^|;]*)\|([^;]*);")

# Words of one root, as Spanish and English spell it: "inmigración", "immigration". Letters
# that are doubled become one, and "es" loses its first before p, t and c, between the two.
_SPELLINGS: Final = (("ph", "f"), ("th", "t"), ("ck", "c"), ("qu", "c"), ("k", "c"), ("y", "i"))
_SPELLINGS_AFTER: Final = (("nm", "m"), ("w", "v"), ("x", "j"), ("h", ""))
_DOUBLED = re.compile(r"([a-zñ])\1")
_ENDINGS: Final = frozenset(
    """aciones acion ation ations ciones cion tion tions mente ly idades idad ity ities ico icos
    ica icas ic ics ista istas ist ists ado ados ada adas ido idos ida idas ed ing ar er ir ando
    iendo aron ieron an en os as es s o a e""".split()
)
_ENDINGS_LONGEST_FIRST: Final = tuple(sorted({len(each) for each in _ENDINGS}, reverse=True))


def _lines(table: str, comma: str | None) -> Iterator[tuple[str, str, str]]:
    """Yield the table's signs as (language, word or phrase, sign)."""
    for match in _SIGNS.finditer(table):
        for language, side in zip(LANGUAGES, match.groups()[1:], strict=True):
            for word in side.split(comma):
                yield language, " ".join(word.split()), match.group(1)


def _read_words() -> dict[str, dict[str, tuple[str, Kind]]]:
    found: dict[str, dict[str, tuple[str, Kind]]] = {language: {} for language in LANGUAGES}
    kinds: dict[str, Kind] = {}
    for tables, kind in (
        ((ACTS,), Kind.ACT),
        (THING_TABLES, Kind.THING),
        ((MATTERS,), Kind.MATTER),
    ):
        for table in tables:
            for language, word, sign in _lines(table, None):
                found[language].setdefault(word, (sign, kinds.setdefault(sign, kind)))
    return found


def _read_phrases() -> dict[str, dict[str, list[tuple[tuple[str, ...], str]]]]:
    """Return by language and first word the phrases that begin with it, the longest first."""
    known: dict[str, dict[tuple[str, ...], str]] = {language: {} for language in LANGUAGES}
    for table in NAME_TABLES:
        for language, phrase, sign in _lines(table, ","):
            known[language].setdefault(tuple(phrase.split()), sign)
    found: dict[str, dict[str, list[tuple[tuple[str, ...], str]]]] = {}
    for language, phrases in known.items():
        by_first = found[language] = {}
        for words, sign in sorted(phrases.items(), key=lambda each: -len(each[0])):
            if words and (len(words) > 1 or not words[0].endswith("*")):
                by_first.setdefault(words[0], []).append((words, sign))
    return found


def _read_stems() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for table in NAME_TABLES:
        for language, phrase, sign in _lines(table, ","):
            if phrase.endswith("*") and " " not in phrase:
                found[language].setdefault(phrase[:-1], sign)
    return found


def _reaches(stems: Iterable[str], letters: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for stem in stems:
        found[stem[:letters]] = max(found.get(stem[:letters], 0), len(stem))
    return found


_WORDS: Final = _read_words()
_PHRASES: Final = _read_phrases()
_STEMS: Final = _read_stems()
# By a stem's first letters the longest that begins so: most words begin no stem at all.
_REACHES: Final = {
    language: _reaches((each[:-1] for each in table if each.endswith("*")), STEM_MIN_CHARS)
    for language, table in _WORDS.items()
}
_NAME_REACHES: Final = {
    language: _reaches(stems, NAME_STEM_MIN_CHARS) for language, stems in _STEMS.items()
}
_PLACES: Final = frozenset(sign for each in PLACE_TABLES for _, _, sign in _lines(each, ","))


def is_place(sign: str) -> bool:
    """Tell whether a sign is a country, a region, a state or a town of the tables."""
    return sign in _PLACES


@lru_cache(maxsize=5_000)
def sign_of(word: str, language: str) -> tuple[str, Kind] | None:
    """Return what a folded word stands for in a language, None when no table knows it."""
    table = _WORDS[language]
    whole = table.get(word)
    if whole is None and language == "en" and word.endswith("s"):
        whole = table.get(word[:-1])
    return whole or _by_stem(word, language)


def _by_stem(word: str, language: str) -> tuple[str, Kind] | None:
    table = _WORDS[language]
    longest = _REACHES[language].get(word[:STEM_MIN_CHARS], 0)
    for end in range(min(len(word), longest), STEM_MIN_CHARS - 1, -1):
        found = table.get(word[:end] + "*")
        if found:
            return found
    return None


@lru_cache(maxsize=5_000)
def begins_name(word: str, language: str) -> bool:
    """Tell whether any name can begin with a folded word."""
    return word in _PHRASES[language] or _name_stem(word, language) is not None


def name_at(words: Sequence[str], start: int, language: str) -> tuple[str, int] | None:
    """Return the longest name that begins at a word, and of how many words it is."""
    for phrase, sign in _PHRASES[language].get(words[start], ()):
        end = start + len(phrase)
        if end == start + 1 or _reads(words[start + 1 : end], phrase[1:]):
            return sign, len(phrase)
    stem = _name_stem(words[start], language)
    return (stem, 1) if stem else None


def _reads(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Tell whether words are those of a phrase, whose last may be a prefix."""
    if len(words) != len(phrase) or tuple(words[:-1]) != tuple(phrase[:-1]):
        return False
    last = phrase[-1]
    return words[-1].startswith(last[:-1]) if last.endswith("*") else words[-1] == last


@lru_cache(maxsize=5_000)
def _name_stem(word: str, language: str) -> str | None:
    stems = _STEMS[language]
    longest = _NAME_REACHES[language].get(word[:NAME_STEM_MIN_CHARS], 0)
    for end in range(min(len(word), longest), NAME_STEM_MIN_CHARS - 1, -1):
        found = stems.get(word[:end])
        if found:
            return found
    return None


@lru_cache(maxsize=20_000)
def kin(word: str) -> str:
    """Return the root that a word shares with its kin in the other language.

    "terrorista" and "terrorist" give one root, and so do most words of Latin origin.
    """
    if len(word) < 4 or word.isdigit():
        return word
    root = word
    for found, written in _SPELLINGS:
        root = root.replace(found, written)
    if _DOUBLED.search(root):  # to look takes a third of the time
        root = _DOUBLED.sub(r"\1", root)
    if root.startswith(("esp", "est", "esc")):
        root = root[1:]
    for found, written in _SPELLINGS_AFTER:
        root = root.replace(found, written)
    bare = _without_ending(root)
    return (bare if len(bare) >= 3 else root)[:KIN_CHARS]


def _without_ending(root: str) -> str:
    for length in _ENDINGS_LONGEST_FIRST:
        if root[-length:] in _ENDINGS:
            return root[:-length]
    return root
