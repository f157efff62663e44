"""Which stories hold a sign: eight bytes for each, as a book of thousands asks for."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

COUNT_BITS: Final = 20  # for the entries of one story; the rest of 64 is the story's number
_ONE_STORY: Final = 1 << COUNT_BITS
_COUNT: Final = _ONE_STORY - 1


class Holders:
    """By sign the stories that hold it, each with how many of its entries do."""

    def __init__(self) -> None:
        self._held: dict[str, array[int]] = {}  # number and count in one, by number

    def stories(self, sign: str) -> Iterator[int]:
        """Yield the numbers of the stories that hold a sign."""
        for each in self._held.get(sign, ()):
            yield each >> COUNT_BITS

    def story_count(self, sign: str) -> int:
        return len(self._held.get(sign, ()))

    def entry_count(self, sign: str, number: int) -> int:
        """Return how many entries of a story hold a sign."""
        held = self._held.get(sign)
        if held is None:
            return 0
        at = _place(held, number)
        return held[at] & _COUNT if _is_at(held, at, number) else 0

    def change(self, sign: str, number: int, step: int) -> int:
        """Count entries of a story in, or with a negative step out.

        Returns 1 if it is one story more that holds the sign, -1 if it is one fewer, else 0.
        """
        held = self._held.get(sign)
        if held is None:
            held = self._held[sign] = array("Q")
        at = _place(held, number)
        if not _is_at(held, at, number):
            held.insert(at, number * _ONE_STORY + step)
            return 1
        if held[at] & _COUNT != -step:
            held[at] += step
            return 0
        del held[at]
        if not held:
            del self._held[sign]
        return -1


def _place(held: array[int], number: int) -> int:
    return bisect_left(held, number * _ONE_STORY)


def _is_at(held: array[int], at: int, number: int) -> bool:
    return at < len(held) and held[at] >> COUNT_BITS == number
