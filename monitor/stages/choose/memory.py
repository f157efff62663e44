"""Does a new story tell an event that readers were told of days ago, under another number?

Pure. Folding forgets after three days and lets a weak likeness start a story; readers remember.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from monitor.model import Entry, Shown, Story
from monitor.stages.cluster.kept_terms import KeptTerms, keep_terms
from monitor.stages.cluster.likeness import Comparison, Rarity
from monitor.stages.cluster.terms import EVERYWHERE, terms_of

REPORTS: Final = 12  # of a story that was shown, the last
# Log odds, days left aside. Well over folding's line: what is taken for known is not shown.
KNOWN_LINE: Final = 1.7
# From here on it may be the same event or the next one of an affair: it is shown, and says what
# readers were told earlier.
FOLLOWING_LINE: Final = 1.0
# As folding joins: the nearer half of the reports, and a little of the nearest.
NEAREST_SHARE: Final = 0.15
SHARED: Final = 3  # signs at least; comparing takes long


@dataclass(frozen=True, slots=True)
class _Known:
    shown: Shown
    reports: tuple[KeptTerms, ...]
    signs: frozenset[str]  # of all reports


@dataclass(frozen=True, slots=True)
class Recalled:
    """A story that a digest has shown, and that another one is like."""

    shown: Shown
    is_known: bool  # it is the same event; else that, or what came of it


class Memory:
    """The stories that a digest has shown lately."""

    def __init__(self, shown: Iterable[Shown]) -> None:
        self._rarity = Rarity()
        self._known = [_read(each) for each in shown]
        for known in self._known:
            self._rarity.story_count += 1
            for terms in known.reports:
                self._rarity.add(terms.signs)
            for sign in known.signs:
                self._rarity.add_to_story(sign)

    def recall(self, story: Story) -> Recalled | None:
        """Return what readers know that a story may be, None when it is like nothing."""
        if story.issued is not None or not self._known:
            return None
        comparison = Comparison(_terms(story.lead.entry), self._rarity)
        found = [(self._likeness(comparison, known), known.shown) for known in self._known]
        likeness, shown = max(found, key=lambda pair: (pair[0], pair[1].number))
        if likeness < FOLLOWING_LINE:
            return None
        return Recalled(shown, is_known=likeness >= KNOWN_LINE)

    def _likeness(self, comparison: Comparison, known: _Known) -> float:
        mine = comparison.weights.keys() - EVERYWHERE
        if all(len(mine.intersection(terms.signs)) < SHARED for terms in known.reports):
            return 0.0
        # Who is named for the first time makes it news, whatever else is alike.
        if not comparison.terms.names.issubset(known.signs):
            return 0.0
        likeness = [comparison.likeness(terms, 0.0) for terms in known.reports]
        return _as_a_whole(likeness)


def _as_a_whole(likeness: Sequence[float]) -> float:
    half = sorted(likeness, reverse=True)[: (len(likeness) + 1) // 2]
    return NEAREST_SHARE * half[0] + (1 - NEAREST_SHARE) * sum(half) / len(half)


def _read(shown: Shown) -> _Known:
    reports = tuple(_terms(entry) for entry in shown.earlier.shown[-REPORTS:])
    return _Known(shown, reports, frozenset(sign for each in reports for sign in each.signs))


# Reports that were shown are looked at again by each issue of a week, and by each page.
@lru_cache(maxsize=4_000)
def _terms(entry: Entry) -> KeptTerms:
    return keep_terms(terms_of(entry))
