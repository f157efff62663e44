"""What a person searches for, and where a text holds it: accents optional, n-tilde kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.text import clip, fold, words

PHRASES_MAX: Final = 50  # more are no question but a text: the first are looked for
_ASKED = re.compile(r'"([^"]*)"?|(\S+)')  # words, and phrases in double quotes
_WORD = re.compile(r"[^\W_]+")
_LEAD = 60  # characters before the first mark of a snippet


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow one another, folded; `is_prefix`: the last one only begins so."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text as it stands there."""

    text: str
    is_marked: bool = False  # it is what was asked for


def asked(text: str) -> tuple[Phrase, ...]:
    """Return what must all occur; "a phrase" in this order, mexic* begins so.

    Any text will do; one without a word asks for nothing.
    """
    found = []
    for phrase, single in _ASKED.findall(text):
        # "U.S." and "l'eau" are several words, and stand beside each other.
        parts = tuple(part for word in words(phrase or single) for part in _WORD.findall(word))
        if parts:
            found.append(Phrase(parts, is_prefix=single.endswith("*")))
    return tuple(found[:PHRASES_MAX])


def marked(text: str, phrases: Sequence[Phrase]) -> tuple[Piece, ...]:
    """Return the text in pieces, what was asked for marked; joined they are the text."""
    pieces: list[Piece] = []
    at = 0
    for start, end in _spans(text, phrases):
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], is_marked=True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return tuple(pieces)


def snippet(text: str, phrases: Sequence[Phrase], limit: int) -> tuple[Piece, ...]:
    """Return about `limit` characters of the text around what was asked for first, in pieces."""
    first = next(_spans(text, phrases), None)
    start = 0
    if first is not None and first[1] > limit:
        start = text.find(" ", max(first[0] - _LEAD, 0)) + 1
        start = min(start, first[0])
    shown = clip(text[start:], limit)
    return marked(f"… {shown}" if start else shown, phrases)


def _spans(text: str, phrases: Sequence[Phrase]) -> Iterator[tuple[int, int]]:
    """Yield where phrases stand in a text, from left to right, none within another."""
    if not phrases:
        return
    found = [(fold(word[0]), word.start(), word.end()) for word in _WORD.finditer(text)]
    begins = tuple({phrase.words[0] for phrase in phrases})
    at = 0
    while at < len(found):
        if not found[at][0].startswith(begins):  # as good as every word of a long text
            at += 1
            continue
        size = max((len(p.words) for p in phrases if _stands_at(found, at, p)), default=0)
        if size:
            yield found[at][1], found[at + size - 1][2]
        at += size or 1


def _stands_at(found: Sequence[tuple[str, int, int]], at: int, phrase: Phrase) -> bool:
    held = [word for word, _, _ in found[at : at + len(phrase.words)]]
    if len(held) < len(phrase.words) or held[:-1] != list(phrase.words[:-1]):
        return False
    last = phrase.words[-1]
    return held[-1].startswith(last) if phrase.is_prefix else held[-1] == last
