"""Which stories of one issue are of one saga: several events, one affair that a reader follows.

Pure. Looser than folding, and with less at stake: a story of a saga is told in a line of its
own under the saga's best one. docs/ranking.md tells the rules to readers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import sqrt
from typing import Final

from monitor.model import Entry, Story
from monitor.stages.choose.movement import FAINT
from monitor.stages.cluster.lexicon import LANGUAGES, Kind, is_place
from monitor.stages.cluster.terms import EVERYWHERE, TITLE_WORDS, without_tail
from monitor.stages.cluster.tokens import tokens_of

REPORTS: Final = 5  # of a story whose headlines are read, the lead's first
# What the lead's does not say counts for this part: what two others say, and what one does.
TWO_OTHERS: Final = 0.7
ONE_OTHER: Final = 0.3
# A saga is told by what it is about: its persons, its institutions and things. What somebody
# did about it is new every day.
KIND_WEIGHTS: Final = {
    Kind.ACT: 0.45,
    Kind.THING: 0.9,
    Kind.MATTER: 0.2,
    Kind.NAME: 1.1,
    Kind.PROPER: 1.2,
    Kind.PERHAPS: 0.8,
    Kind.NUMBER: 0.3,
    Kind.AMOUNT: 0.9,
    Kind.WORD: 0.35,
}
THEME_WEIGHT: Final = 0.8  # of what can make a saga; the rest counts no more than that does
FAINT_SHARE: Final = 0.4  # of an act of speech or attention
# Who is in half of all headlines, and where it happens, helps a theme and makes none.
PARTIES: Final = frozenset(("mexico", "usa"))
ACTORS: Final = (EVERYWHERE | {"president"}) - PARTIES
ACTOR_WEIGHT: Final = 0.5
# What many stories of an issue hold is its subject rather than a saga: the share that is held
# takes so much of the weight, down to the least. Some stories are taken to hold nothing, so
# that shares mean something in a short issue.
RAREST: Final = 1.25
COMMONEST: Final = 0.4
STEEPNESS: Final = 1.7
OTHERS: Final = 20
# Two strong subjects in common, and a quarter of all that the two headlines say.
COMMON_LINE: Final = 1.1
SHARE_LINE: Final = 0.25
SIGNS_SHARED: Final = 2  # one alone, however rare, may be named in passing
# What a saga's stories say helps another one in, that has most of it in common with the first.
FIRST_LINE: Final = 0.75


@dataclass(frozen=True, slots=True)
class _Subjects:
    """What a story's headlines are about."""

    weights: Mapping[str, float]  # by sign
    themes: frozenset[str]  # the signs that can make a saga: persons, institutions, things
    said: float  # all weights of the lead's headline: a story of many reports says no more


class Sagas:
    """The stories that an issue has given a place, each with those that go under it."""

    def __init__(self, stories: Iterable[Story]) -> None:
        found = {story.number: _headlines(story) for story in stories}
        held = Counter(sign for each in found.values() for sign in set().union(*each))
        known = len(found) + OTHERS
        rarity = {sign: _rarity(sign, count / known) for sign, count in held.items()}
        self._subjects = {number: _subjects(each, rarity) for number, each in found.items()}
        self._stories: dict[int, list[int]] = {}  # first of a saga -> all of it

    def first_of(self, number: int, room: int) -> int | None:
        """Return the story that this one goes under, None when it is the first of its saga.

        A saga takes `room` stories besides its first.
        """
        if number not in self._subjects:
            return None
        found = [
            (self._likeness(number, first, others), -place, first)
            for place, (first, *others) in enumerate(self._stories.values())
            if len(others) < room
        ]
        best = max(found, default=None)
        return best[2] if best and best[0] >= 1 else None

    def add(self, number: int, first: int | None) -> None:
        """Give a story its place: under the first of its saga, or as the first of one."""
        if first is not None:
            self._stories[first].append(number)
        elif number in self._subjects:
            self._stories[number] = [number]

    def _likeness(self, number: int, first: int, others: Sequence[int]) -> float:
        """Return how surely a story is of a saga; from 1 on it is."""
        mine, known = self._subjects[number], self._subjects
        to_first = _likeness(mine, known[first])
        if to_first < FIRST_LINE:
            return to_first
        to_others = max((_likeness(mine, known[other]) for other in others), default=0.0)
        return max(to_first, (to_first + to_others) / 2)


def _likeness(one: _Subjects, other: _Subjects) -> float:
    """Return what two stories have in common, by the line that it has to reach."""
    shared = one.weights.keys() & other.weights.keys()
    # A lead's headline may say nothing that weighs ("Mexico"), whatever its other reports do.
    if len(shared) < SIGNS_SHARED or not one.said or not other.said:
        return 0.0
    theme = rest = 0.0
    for sign in shared:
        common = sqrt(one.weights[sign] * other.weights[sign])
        if sign in one.themes:
            theme += common
        else:
            rest += common
    common = theme + min(theme, rest)
    return min(common / COMMON_LINE, common / sqrt(one.said * other.said) / SHARE_LINE)


def _rarity(sign: str, share: float) -> float:
    if sign in ACTORS or is_place(sign):
        return 1.0
    return max(COMMONEST, RAREST - STEEPNESS * share)


def _subjects(headlines: Sequence[Mapping[str, float]], rarity: Mapping[str, float]) -> _Subjects:
    counts = Counter(sign for headline in headlines for sign in headline)
    found: dict[str, float] = {}
    for place, headline in enumerate(headlines):
        for sign, weight in headline.items():
            share = 1.0 if not place else TWO_OTHERS if counts[sign] > 1 else ONE_OTHER
            found[sign] = max(found.get(sign, 0.0), weight * rarity[sign] * share)
    themes = frozenset(
        sign for each in headlines for sign, weight in each.items() if weight >= THEME_WEIGHT
    )
    said = sum(weight * rarity[sign] for sign, weight in headlines[0].items())
    return _Subjects(found, themes, said)


def _headlines(story: Story) -> list[Mapping[str, float]]:
    return [_headline_subjects(scored.entry) for scored in story.entries[:REPORTS]]


def _headline_subjects(entry: Entry) -> Mapping[str, float]:
    language = entry.language if entry.language in LANGUAGES else "es"
    found: dict[str, float] = {}
    for token in islice(tokens_of(without_tail(entry.title), language), TITLE_WORDS):
        weight = _weight(token.sign, token.kind)
        if weight > found.get(token.sign, 0.0):
            found[token.sign] = weight
    return found


def _weight(sign: str, kind: Kind) -> float:
    if sign in PARTIES or sign.startswith("month-"):
        return 0.0
    if sign in ACTORS or is_place(sign):
        return ACTOR_WEIGHT
    return KIND_WEIGHTS[kind] * (FAINT_SHARE if sign in FAINT else 1.0)
