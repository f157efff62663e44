"""How much alike two entries are, by terms that count by how rare they are of late."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from monitor.stages.cluster.template import fill_one_pattern
from monitor.stages.cluster.terms import EVERYWHERE, Terms

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

# A few common words in common prove little, however well they fill two short titles:
# less in common than three words of the rarest kind takes up to this away.
THIN_PENALTY: Final = 0.2
THICK_RARITY: Final = 3.2
# Things in common make no event ("school", "bridge", "garden") unless a name, an act or a number
# holds them together: less of these in common than this takes up to that away.
LOOSE_PENALTY: Final = 0.25
HELD_RARITY: Final = 0.8
# Words that no table knows are mostly common ones, which look rare in a young book: what is
# not shared of them tells two events apart, what is shared counts for this part only.
RAISED_CREDIT: Final = 0.1
# The farther apart in time, the less likely one event; the first hours tell the most.
DAY_PENALTY: Final = 0.1  # times the root of the days
# The 12th round is not the 13th, however alike the reports, nor is 18 % of duties 31 %.
NUMBER_PENALTY: Final = 1.0
# "Mayor killed in Colima" is not "Mayor killed in Sonora": see `fill_one_pattern`.
# Looked at only where two entries would otherwise fold: most pairs are unlike anyway.
PATTERN_FROM: Final = 0.2
PATTERN_LIKENESS: Final = -0.2


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


class Comparison:
    """One entry, ready to be compared with many at one moment of the book."""

    def __init__(self, terms: Terms, rarity: Rarity) -> None:
        self._rarity = rarity.at_this_moment()
        self._rarities: dict[str, float] = {}
        self.terms = terms
        self.weights = {sign: weight * self._of(sign) for sign, weight in terms.weights.items()}
        self._length = math.sqrt(sum(weight * weight for weight in self.weights.values()))

    def likeness(self, other: Terms, apart_h: float) -> float:
        """Return how likely an entry is on the same event: about 0 to 1, below for a veto."""
        dot = square = common = held = 0.0
        holding = self.terms.holding
        mine, known, rarity = self.weights, self._rarities, self._of
        raised = self.terms.raised | other.raised
        for sign, share in other.weights.items():
            weight = share * (known[sign] if sign in known else rarity(sign))
            square += weight * weight
            if sign in mine:
                if sign in raised:
                    weight *= RAISED_CREDIT
                dot += mine[sign] * weight
                common += weight
                if sign in holding:
                    held += weight
        likeness = dot / (self._length * math.sqrt(square)) if dot else 0.0
        likeness -= THIN_PENALTY * (1 - min(1.0, common / THICK_RARITY))
        likeness -= LOOSE_PENALTY * (1 - min(1.0, held / HELD_RARITY))
        likeness -= DAY_PENALTY * math.sqrt(apart_h / 24)
        if self.terms.figures and _differ(self.terms.figures, other.figures):
            likeness -= NUMBER_PENALTY
        if likeness > PATTERN_FROM and fill_one_pattern(self.terms, other):
            return PATTERN_LIKENESS
        return likeness

    def _of(self, sign: str) -> float:
        found = self._rarities[sign] = self._rarity(sign)
        return found


def _differ(one: dict[str, frozenset[str]], other: dict[str, frozenset[str]]) -> bool:
    """Tell whether two titles give different numbers of the same kind."""
    return any(not one[kind] & other[kind] for kind in one.keys() & other.keys())
