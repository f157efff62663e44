"""How much alike two entries are, by terms that count by how rare they are of late."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import compress
from operator import mul
from typing import Final, NamedTuple

from monitor.stages.cluster.kept_terms import (
    ACT,
    HOLDING,
    PERSON,
    PLACE,
    RAISED,
    SURE_NAME,
    TITLE,
    KeptTerms,
)
from monitor.stages.cluster.template import fill_one_pattern
from monitor.stages.cluster.terms import EVERYWHERE

# As many entries as this are taken to have been read before the first: rarity means
# something in a book of a few entries, too.
BACKGROUND_COUNT: Final = 60
# Names that are everywhere are never rare, whatever the window says yet: the share of the
# background that is taken to hold them.
EVERYWHERE_SHARE: Final = 0.05
EVERYWHERE_BACKGROUND: Final = 1 + round(BACKGROUND_COUNT * EVERYWHERE_SHARE)
# Rarity is asked for a thousand times an entry.
_LOGS: Final = (0.0, *(math.log(count) for count in range(1, 4096)))
STORY_SHARE: Final = 0.3  # of rarity: by stories that hold a term, the rest by entries

# What each finding says for one event or against it, in points of log odds: below 0 two events
# are likelier than one. Fitted to labelled pairs of Spanish and English reports, and chosen by
# what it does on windows that it was not fitted to: see docs/ranking.md.
ALIKE: Final = 2.31  # the cosine of all terms
ALIKE_ABROAD: Final = 1.04  # that much more in another language, where titles agree less
TITLES_ALIKE: Final = 1.93  # the cosine of the titles' terms
TITLES_SHARED: Final = 0.2  # the share of the shorter title that the other one has
SHARED_ABROAD: Final = -0.94
ABROAD: Final = -0.28  # another language
# A few common words in common prove little, however well they fill two short titles:
# less in common than three words of the rarest kind takes up to this away.
THIN: Final = -1.72
THICK_RARITY: Final = 3.2
# Things in common make no event ("school", "bridge", "garden") unless a name, an act or a number
# holds them together: less of these in common than this takes up to that away.
LOOSE: Final = -1.7
HELD_RARITY: Final = 0.8
ROOT_DAYS: Final = -2.1  # times the root of the days between them: the first hours tell the most
# One headline says what a leader did, the other what somebody else did: for each of `PEOPLE`.
OTHER_PERSON: Final = -0.76
OTHER_PLACE: Final = -1.03  # each title names a place that the other does not
OTHER_NAMES: Final = -0.43  # times the rarity of the names that each has of its own
OWN_NAMES_MAX: Final = 2.0
OTHER_ACT: Final = -0.28  # both tell acts, and none is the same
# Markets that rise are not those that fall. Set by hand: the labelled reports have few of these.
OPPOSITE_ACT: Final = -1.0
_PAIRS: Final = (
    *(("grow", "lose"), ("grow", "cut"), ("win", "lose"), ("open", "close"), ("begin", "end")),
    *(("approve", "reject"), ("arrest", "release")),
)
OPPOSITES: Final = frozenset((*_PAIRS, *((two, one) for one, two in _PAIRS)))
# Words that no table knows are mostly common ones, which look rare in a young book: what is
# not shared of them tells two events apart, what is shared counts for this part only.
RAISED_CREDIT: Final = 0.1
# The 12th round is not the 13th, however alike the reports, nor is 18 % of duties 31 %; and
# "Mayor killed in Colima" is not "Mayor killed in Sonora": see `fill_one_pattern`.
VETO: Final = -6.0
PATTERN: Final = -2.6
# The pattern is looked at only where two entries would nearly fold: most pairs are unlike.
PATTERN_FROM: Final = -1.0
ROUNDING: Final = 1e-9  # sums of other numbers may come out that much less
TOLD_APART_FROM: Final = -3.0


class Rarity:
    """How rare each term is among the entries and stories of the window.

    1 is a term that nothing else holds, 0 one that everything holds. A term of one
    story with many entries is still rare: stories count beside entries.
    """

    def __init__(self) -> None:
        self._entries: Counter[str] = Counter()
        self._stories: Counter[str] = Counter()
        self.entry_count = 0
        self.story_count = 0

    def add(self, signs: Iterable[str], step: int = 1) -> None:
        """Count an entry's terms in; with `step` -1, out."""
        self.entry_count += step
        for sign in signs:
            _count(self._entries, sign, step)

    def add_to_story(self, sign: str, step: int = 1) -> None:
        """Count one story more, or with `step` -1 one fewer, that holds a term."""
        _count(self._stories, sign, step)

    def at_this_moment(self) -> Callable[[str], float]:
        """Return what tells a term's rarity in [0, 1] until the next entry is counted."""
        entries, stories = self._entries, self._stories
        all_entries = _log(self.entry_count + BACKGROUND_COUNT)
        all_stories = _log(self.story_count + BACKGROUND_COUNT)
        entry_share, story_share = (1 - STORY_SHARE) / all_entries, STORY_SHARE / all_entries

        def rarity(sign: str) -> float:
            background = EVERYWHERE_BACKGROUND if sign in EVERYWHERE else 1
            among_entries = all_entries - _log(entries.get(sign, 0) + background)
            among_stories = all_stories - _log(stories.get(sign, 0) + background)
            return max(0.0, entry_share * among_entries + story_share * among_stories)

        return rarity


def _count(counts: Counter[str], sign: str, step: int) -> None:
    counts[sign] += step
    if not counts[sign]:
        del counts[sign]  # a book that is kept for months meets every word there is


def _log(count: int) -> float:
    return _LOGS[count] if count < len(_LOGS) else math.log(count)


TOLD_BY: Final = (ACT, SURE_NAME, PLACE, PERSON)


class _InCommon(NamedTuple):
    """What two entries have in common."""

    cosine: float
    title_cosine: float
    title_share: float  # of the shorter title
    rarity: float
    held: float  # of it, by names, acts and numbers

    def points(self, *, is_abroad: bool) -> float:
        points = ALIKE * self.cosine + TITLES_ALIKE * self.title_cosine
        points += TITLES_SHARED * self.title_share
        points += THIN * (1 - min(1.0, self.rarity / THICK_RARITY))
        points += LOOSE * (1 - min(1.0, self.held / HELD_RARITY))
        if is_abroad:
            points += ABROAD + ALIKE_ABROAD * self.cosine + SHARED_ABROAD * self.title_share
        return points


class Comparison:
    """One entry, ready to be compared with many at one moment of the book."""

    def __init__(self, terms: KeptTerms, rarity: Rarity) -> None:
        self._rarities = _Rarities(rarity.at_this_moment())
        self.terms = terms
        self.weights = dict(zip(terms.signs, self._weighed(terms), strict=True))
        self._marks = dict(zip(terms.signs, terms.marks, strict=True))
        rarities = map(self._rarities.__getitem__, terms.signs)
        mine = zip(self.weights.values(), terms.marks, rarities, strict=True)
        self._mine = dict(zip(terms.signs, mine, strict=True))
        self._length = _length(self.weights.values())
        titled = [self.weights[sign] for sign, mark in self._marks.items() if mark & TITLE]
        self._title_length, self._title_sum = _length(titled), sum(titled)
        self._names = self._marked(SURE_NAME)
        self._places = self._marked(PLACE)
        self._people = self._marked(PERSON)
        self._acts = self._marked(ACT)

    def _marked(self, mark: int) -> list[str]:
        return [sign for sign, each in self._marks.items() if each & mark]

    def likeness(self, other: KeptTerms, apart_h: float) -> float:
        """Return the log odds that an entry is on the same event, -6 to about 5."""
        if self.terms.figures and _differ(self.terms.figures, other.figures):
            return VETO
        common = self._in_common(other)
        points = common.points(is_abroad=other.language != self.terms.language)
        points += ROOT_DAYS * math.sqrt(apart_h / 24)
        if points > TOLD_APART_FROM:
            points += self._told_apart(other)
        if points > PATTERN_FROM and fill_one_pattern(self.terms, other):
            return min(points, PATTERN)
        return max(VETO, points)

    def at_most(self, other: KeptTerms, apart_h: float) -> float:
        """Return what `likeness` cannot be over, for a fraction of its cost.

        Only what both hold is looked at. That the other one holds more makes it less alike.
        """
        if self.terms.figures and _differ(self.terms.figures, other.figures):
            return VETO
        mine, palette = self._mine, other.palette
        dot = square = common = held = title_dot = title_square = 0.0
        both = compress(
            zip(other.signs, other.marks, other.shares, strict=True),
            map(mine.__contains__, other.signs),
        )
        for sign, mark, share in both:
            own, my_mark, rarity = mine[sign]
            weight = palette[share] * rarity
            square += weight * weight
            if mark & TITLE:
                title_square += weight * weight
            if (mark | my_mark) & RAISED:
                weight *= RAISED_CREDIT
            dot += own * weight
            common += weight
            if my_mark & HOLDING:
                held += weight
            if mark & my_mark & TITLE:
                title_dot += own * weight
        is_abroad = other.language != self.terms.language
        found = _InCommon(
            dot / (self._length * math.sqrt(square)) if dot else 0.0,
            title_dot / (self._title_length * math.sqrt(title_square)) if title_dot else 0.0,
            0.0 if is_abroad or not title_dot else 1.0,
            common,
            held,
        )
        points = found.points(is_abroad=is_abroad) + ROOT_DAYS * math.sqrt(apart_h / 24)
        return max(VETO, points + ROUNDING)

    def _in_common(self, other: KeptTerms) -> _InCommon:
        dot = square = common = held = title_dot = title_square = title_sum = shared = 0.0
        mine, marks = self.weights, self._marks
        for sign, mark, weight in zip(other.signs, other.marks, self._weighed(other), strict=True):
            square += weight * weight
            if mark & TITLE:
                title_square += weight * weight
                title_sum += weight
            own = mine.get(sign)
            if own is None:
                continue
            both = marks[sign]
            credit = RAISED_CREDIT if (mark | both) & RAISED else 1.0
            dot += own * weight * credit
            common += weight * credit
            if both & HOLDING:
                held += weight * credit
            if mark & both & TITLE:
                title_dot += own * weight * credit
                shared += min(own, weight) * credit
        shorter = min(self._title_sum, title_sum)
        return _InCommon(
            dot / (self._length * math.sqrt(square)) if dot else 0.0,
            title_dot / (self._title_length * math.sqrt(title_square)) if title_dot else 0.0,
            shared / shorter if shared else 0.0,
            common,
            held,
        )

    def _told_apart(self, other: KeptTerms) -> float:
        """Return what the titles' own people, places, names and acts take away."""
        marks = dict(zip(other.signs, other.marks, strict=True))
        theirs = {mark: [s for s, each in marks.items() if each & mark] for mark in TOLD_BY}
        points = OTHER_PERSON * len(set(self._people) ^ set(theirs[PERSON]))
        places, their_places = set(self._places), set(theirs[PLACE])
        if places - their_places and their_places - places:
            points += OTHER_PLACE
        named = sum(self._rarities[sign] for sign in self._names if sign not in marks)
        if named:
            others = sum(self._rarities[s] for s in theirs[SURE_NAME] if s not in self._marks)
            points += OTHER_NAMES * min(named, others, OWN_NAMES_MAX)
        acts = theirs[ACT] if self._acts else []
        if acts and not any(self._marks.get(sign, 0) & ACT for sign in acts):
            points += OTHER_ACT
        only = {sign for sign in acts if sign not in self._marks}
        own = (sign for sign in self._acts if sign not in marks)
        if any((sign, other) in OPPOSITES for sign in own for other in only):
            points += OPPOSITE_ACT
        return points

    def _weighed(self, terms: KeptTerms) -> Iterator[float]:
        """Yield the weight of each sign as rare as it is now."""
        return map(mul, terms.weights, map(self._rarities.__getitem__, terms.signs))


class _Rarities(dict[str, float]):
    """The rarity of each sign, told once."""

    def __init__(self, rarity: Callable[[str], float]) -> None:
        self._rarity = rarity

    def __missing__(self, sign: str) -> float:
        found = self[sign] = self._rarity(sign)
        return found


def _length(weights: Iterable[float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights))


def _differ(one: dict[str, frozenset[str]], other: dict[str, frozenset[str]]) -> bool:
    """Tell whether two titles give different numbers of the same kind."""
    return any(not one[kind] & other[kind] for kind in one.keys() & other.keys())
