"""An entry's terms as a book keeps them: a few hundred bytes where `Terms` takes thousands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Final

from monitor.stages.cluster.lexicon import is_place
from monitor.stages.cluster.terms import PEOPLE, Terms

RAISED: Final = 1
NAME: Final = 2
HOLDING: Final = 4
# Of the title.
TITLE: Final = 8
ACT: Final = 16
SURE_NAME: Final = 32
PLACE: Final = 64
PERSON: Final = 128  # one of `PEOPLE`

_NO_FIGURES: Final[dict[str, frozenset[str]]] = {}


@dataclass(frozen=True, eq=False, slots=True)
class KeptTerms:
    """What an entry is compared by, each sign once; read under the names that `Terms` has.

    A sign goes by its place in `signs`, which are in the order of the weights.
    """

    signs: tuple[str, ...]
    marks: bytes  # of each sign: whether it is RAISED, a NAME, HOLDING, in the TITLE...
    language: str
    figures: dict[str, frozenset[str]]
    shares: bytes  # of each sign: where in the palette its weight stands
    palette: tuple[float, ...]
    title: bytes  # the places of the title's signs, as they follow each other

    @property
    def weights(self) -> Iterator[float]:
        """Yield the weight of each sign."""
        return map(self.palette.__getitem__, self.shares)

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(map(self.signs.__getitem__, self.title))

    @property
    def raised(self) -> frozenset[str]:
        return self._marked(RAISED)

    @property
    def names(self) -> frozenset[str]:
        return self._marked(NAME)

    @property
    def holding(self) -> frozenset[str]:
        return self._marked(HOLDING)

    def _marked(self, mark: int) -> frozenset[str]:
        pairs = zip(self.signs, self.marks, strict=True)
        return frozenset([sign for sign, each in pairs if each & mark])


def keep_terms(terms: Terms) -> KeptTerms:
    """Pack an entry's terms; nothing that is compared is lost."""
    # A book holds thousands of entries, and each sign of them once.
    signs = tuple(map(intern, terms.weights))
    place = {sign: number for number, sign in enumerate(signs)}
    palette = _shared(tuple(sorted(set(terms.weights.values()))))
    shade = {weight: number for number, weight in enumerate(palette)}
    marks = bytearray(len(signs))
    titled = frozenset(terms.order)
    for mark, marked in (
        (RAISED, terms.raised),
        (NAME, terms.names),
        (HOLDING, terms.holding),
        (TITLE, titled),
        (ACT, terms.acts),
        (SURE_NAME, terms.sure),
        (PLACE, filter(is_place, titled)),
        (PERSON, titled & PEOPLE),
    ):
        for sign in marked:
            marks[place[sign]] |= mark
    return KeptTerms(
        signs,
        bytes(marks),
        intern(terms.language),
        terms.figures or _NO_FIGURES,
        bytes(map(shade.__getitem__, terms.weights.values())),
        palette,
        bytes(map(place.__getitem__, terms.order)),
    )


@lru_cache(maxsize=1024)
def _shared(palette: tuple[float, ...]) -> tuple[float, ...]:
    """Return the same tuple for equal ones: most entries weigh with the same few numbers."""
    return palette
