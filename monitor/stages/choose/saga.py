"""Which stories of one issue are of one saga: several events, one affair that a reader follows.

Pure. Looser than folding, and with less at stake: a story of a saga is told in a line of its
own under the saga's best one. docs/ranking.md tells the rules to readers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import combinations
from math import sqrt
from typing import Final

from monitor.model import Shown, Story
from monitor.stages.choose.subjects import (
    THEME_WEIGHT,
    Signs,
    is_background,
    noted,
    subjects_of,
    told_of,
)

# What many stories of an issue hold is its subject rather than a saga: the share that is held
# takes so much of the weight, down to the least. Some stories are taken to hold nothing, so
# that shares mean something in a short issue.
RAREST: Final = 1.25
COMMONEST: Final = 0.4
STEEPNESS: Final = 1.0
OTHERS: Final = 20
# What most of an issue of some length holds is what its reader asked for: a desk that follows
# lithium reads of lithium in every headline.
SUBJECT_OF: Final = 6  # stories at the least
SUBJECT_SHARE: Final = 0.15
ALONE_SHARE: Final = 0.7  # of what hardly any other says, today or lately: no saga hangs on it
LEAST_SIGNS: Final = 3  # of a story that is compared: one word and a number are of anything
# The stories of a week tell what goes together: where one says "the pilot" and another "the
# fugitive", a third had both. A sign brings another that stands with it in four stories and
# this many times as often as by chance, by the share of its stories, one taken to be without.
LINKED_STORIES: Final = 4
LINKED_LIFT: Final = 2.0
UNLINKED: Final = 1
# Two sagas are one from this mean cosine on, of the nearer half of all pairs between them.
LINE: Final = 0.34


class Sagas:
    """The stories that an issue may carry, each of one saga: its own, or one with others."""

    def __init__(self, stories: Iterable[Story], shown: Iterable[Shown], *, most: int) -> None:
        """Put stories together, `most` at most; `shown` is what readers were told lately."""
        said = {story.number: subjects_of(story) for story in stories}
        sagas = _grouped(said, _profiles(said, shown), most) if said else []
        self._sagas = {number: saga[0] for saga in sagas for number in saga}
        self._first: dict[int, int] = {}  # by saga

    def first_of(self, number: int) -> int | None:
        """Return the story that this one goes under, None when it is the first of its saga."""
        return self._first.get(self._sagas.get(number, number))

    def add(self, number: int) -> None:
        """Give a story its place: the first of a saga is the one that others go under."""
        self._first.setdefault(self._sagas.get(number, number), number)


class _Links:
    """Which signs go together, in the stories of an issue and in those told lately."""

    def __init__(self, stories: Sequence[Collection[str]]) -> None:
        self._stories = stories
        self._holding: dict[str, list[int]] = {}
        for place, signs in enumerate(stories):
            for sign in signs:
                self._holding.setdefault(sign, []).append(place)
        self._known: dict[str, list[tuple[str, float]]] = {}

    def count(self, sign: str) -> int:
        return len(self._holding.get(sign, ()))

    def of(self, sign: str) -> list[tuple[str, float]]:
        """Return the signs that one brings, each with its share of the stories."""
        if sign not in self._known:
            self._known[sign] = [] if is_background(sign) else self._found(sign)
        return self._known[sign]

    def _found(self, sign: str) -> list[tuple[str, float]]:
        places = self._holding.get(sign, ())
        if len(places) < LINKED_STORIES:
            return []
        together = Counter(other for place in places for other in self._stories[place])
        by_chance = (len(places) + UNLINKED) / len(self._stories)
        return [
            (other, count / (len(places) + UNLINKED))
            for other, count in together.items()
            if count >= LINKED_STORIES
            and other != sign
            and count >= LINKED_LIFT * by_chance * len(self._holding[other])
            and not is_background(other)
        ]


def _profiles(said: Mapping[int, Signs], shown: Iterable[Shown]) -> list[Signs]:
    """Return what each story is about and what goes with that, by sign; of length 1."""
    links = _Links([*map(noted, said.values()), *map(told_of, shown)])
    held = Counter(sign for each in said.values() for sign in each)
    known = len(said) + OTHERS
    rarity = {sign: _rarity(sign, count / known) for sign, count in held.items()}
    for sign, count in held.items():
        if len(said) >= SUBJECT_OF and count > len(said) / 2:
            rarity[sign] *= SUBJECT_SHARE
        if count == 1 and links.count(sign) < LINKED_STORIES:
            rarity[sign] *= ALONE_SHARE
    return [
        _profile(signs, rarity, links) if _says_enough(signs) else {} for signs in said.values()
    ]


def _says_enough(signs: Signs) -> bool:
    return sum([weight > 0 for weight in signs.values()]) >= LEAST_SIGNS


def _profile(signs: Signs, rarity: Mapping[str, float], links: _Links) -> Signs:
    found = {sign: weight * rarity[sign] for sign, weight in signs.items()}
    brought: dict[str, float] = {}
    for sign, weight in found.items():
        for other, share in links.of(sign):
            part = weight * share * rarity.get(other, RAREST)
            if part > brought.get(other, 0.0):
                brought[other] = part
    for sign, weight in brought.items():
        found[sign] = found.get(sign, 0.0) + weight
    length = sqrt(sum([weight * weight for weight in found.values()]))
    return {sign: weight / length for sign, weight in found.items() if weight}


def _rarity(sign: str, share: float) -> float:
    return 1.0 if is_background(sign) else max(COMMONEST, RAREST - STEEPNESS * share)


def _grouped(
    said: Mapping[int, Signs], profiles: Sequence[Signs], most: int
) -> Iterable[Sequence[int]]:
    """Return the stories' numbers by saga: the likest two sagas become one, and so on."""
    sagas = {place: [number] for place, number in enumerate(said)}
    pairs = _cosines(said, profiles)
    likeness: dict[int, dict[int, list[float]]] = {place: {} for place in sagas}
    for (one, other), cosine in pairs.items():
        likeness[one][other] = likeness[other][one] = [cosine]
    nearest = [(-cosine, *pair) for pair, cosine in pairs.items() if cosine >= LINE]
    heapify(nearest)
    while nearest:
        _, one, other = heappop(nearest)
        if one not in sagas or other not in sagas or len(sagas[one]) + len(sagas[other]) > most:
            continue
        joined = sagas.pop(one) + sagas.pop(other)
        rows = likeness.pop(one), likeness.pop(other)
        place = len(profiles) + len(sagas)  # fewer each time, and so never twice
        row: dict[int, list[float]] = {}
        for third in rows[0].keys() | rows[1].keys():
            if third not in sagas:
                continue
            cosines = sorted([*rows[0].get(third, ()), *rows[1].get(third, ())], reverse=True)
            row[third] = likeness[third][place] = cosines
            mean = _nearer_half(cosines, len(joined) * len(sagas[third]))
            if mean >= LINE:
                heappush(nearest, (-mean, third, place))
        sagas[place], likeness[place] = joined, row
    return sagas.values()


def _nearer_half(cosines: Sequence[float], pairs_count: int) -> float:
    """Return the mean of the greater half of all pairs; those that are missing are 0."""
    half = (pairs_count + 1) // 2
    return sum(cosines[:half]) / half


def _cosines(said: Mapping[int, Signs], profiles: Sequence[Signs]) -> dict[tuple[int, int], float]:
    """Return how alike two stories are, by their places; nothing for two without a theme."""
    themes = {s for signs in said.values() for s, weight in signs.items() if weight >= THEME_WEIGHT}
    holding: dict[str, list[tuple[int, float]]] = {}
    for place, signs in enumerate(profiles):
        for sign, weight in signs.items():
            holding.setdefault(sign, []).append((place, weight))
    found: dict[tuple[int, int], float] = {}
    for sign in sorted(holding, key=lambda sign: (sign not in themes, sign)):
        is_theme = sign in themes
        for (one, mine), (other, theirs) in combinations(holding[sign], 2):
            pair = one, other
            if is_theme or pair in found:
                found[pair] = found.get(pair, 0.0) + mine * theirs
    return found
