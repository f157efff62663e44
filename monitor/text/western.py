"""Texts of one byte a character: what is done to each of them is then done in C. Pure.

Nearly every English and Spanish text fits into Windows-1252. A look-up in a table of 256
bytes does what takes Unicode's own functions ten times as long; whatever does not fit is
left to them.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Final

_LETTERS: Final = bytes(range(256)).decode("cp1252", "replace").replace("\ufffd", "\ufffe")
_ENCODING: Final = codecs.charmap_build(_LETTERS)
_CONTROLS: Final = bytes(range(0x80, 0xA0))  # of Latin-1; Windows has letters there
_LATIN: Final = bytes(range(256)).decode("latin-1")


def western_bytes(text: str) -> bytes | None:
    """Return the text in Windows-1252, None when it does not fit."""
    coded = latin_bytes(text, _CONTROLS)
    if coded is not None:
        return coded
    try:
        return codecs.charmap_encode(text, "strict", _ENCODING)[0]
    except UnicodeEncodeError:
        return None


def latin_bytes(text: str, unless: bytes) -> bytes | None:
    """Return the text in Latin-1, which takes a third of the time where that is enough.

    None where it is not, or where it holds one of the bytes that stand for something else; those
    are none of ASCII.
    """
    if text.isascii():
        return text.encode()
    try:
        coded = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    return coded if len(coded.translate(None, unless)) == len(coded) else None


def western_set(is_meant: Callable[[str], object]) -> bytes:
    """Return those of the characters that are meant, as bytes."""
    return "".join(c for c in _LETTERS if c != "\ufffe" and is_meant(c)).encode("cp1252")


class CharacterTable:
    """A change of texts that changes each character by itself, into one other."""

    def __init__(self, change: Callable[[str], str]) -> None:
        """Take the change; a character of which it makes several or none is left to it."""
        changed = [change(c) if c != "\ufffe" else "" for c in _LETTERS]
        pairs = [
            (c, to) if len(to) == 1 else ("\ufffe", "?")
            for c, to in zip(_LETTERS, changed, strict=True)
        ]
        self._encoding = codecs.charmap_build("".join(c for c, _ in pairs))
        self._decoding = "".join(to for _, to in pairs)
        # Latin-1 is enough for most texts, where all of ASCII stays one byte a character.
        latin = [to if len(to) == 1 and to <= "\xff" else "" for to in map(change, _LATIN)]
        self._of_latin = "".join(to or "?" for to in latin).encode("latin-1")
        self._not_latin = bytes(number for number, to in enumerate(latin) if not to)
        self._is_quick = min(self._not_latin, default=0x80) >= 0x80

    def apply(self, text: str) -> str | None:
        """Return the changed text, None where it must be changed the long way."""
        quick = latin_bytes(text, self._not_latin) if self._is_quick else None
        if quick is not None:
            return quick.translate(self._of_latin).decode("latin-1")
        try:
            coded = codecs.charmap_encode(text, "strict", self._encoding)[0]
        except UnicodeEncodeError:
            return None
        return codecs.charmap_decode(coded, "strict", self._decoding)[0]


def one_line(text: str, coded: bytes, unseen: bytes) -> str:
    """Return a text with one space for each run of spaces, none around it, nothing unseen.

    It comes in Windows-1252 too, as do the characters that are not seen.
    """
    line = without_runs(coded.translate(_SPACES, unseen)).strip(b" ")
    return text if line == coded else western_text(line)


def without_runs(spaced: bytes) -> bytes:
    """Return the text with one space for each run of them."""
    # Quicker than to split and join, as runs are short, or to look for one first.
    while len(shorter := spaced.replace(b"  ", b" ")) < len(spaced):
        spaced = shorter
    return spaced


def western_text(coded: bytes) -> str:
    """Return what Windows-1252 says."""
    if len(coded.translate(None, _CONTROLS)) == len(coded):
        return coded.decode("latin-1")
    return codecs.charmap_decode(coded, "strict", _LETTERS)[0]


_SPACES: Final = bytes(
    0x20 if letter.isspace() else number for number, letter in enumerate(_LETTERS)
)
