"""Measure stories against a person's: B-cubed precision and recall, and across languages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Folded:
    """An entry, the story that a person put it in, and the one that was found for it.

    Entries are compared within their `window` only.
    """

    true: Hashable
    found: Hashable
    language: str | None = None
    window: Hashable = None


@dataclass(frozen=True, slots=True)
class StoryFigures:
    """How well found stories agree with a person's; shares are in [0, 1]."""

    entry_count: int
    true_count: int  # stories as the person sees them
    found_count: int
    precision: float  # of what stands with an entry, the share that belongs there
    recall: float  # of what belongs with an entry, the share that stands there
    pair_count: int  # of two languages in one true story
    pairs_together: float  # the share of them that end in one story

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall, 0 when both are 0."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def evaluate_stories(rows: Sequence[Folded]) -> StoryFigures:
    """Measure each window on its own; entries weigh the same everywhere.

    Without an entry every share is 0.
    """
    windows: defaultdict[Hashable, list[Folded]] = defaultdict(list)
    for row in rows:
        windows[row.window].append(row)
    precision = recall = 0.0
    pairs: list[tuple[Folded, Folded]] = []
    for window in windows.values():
        both = Counter((row.true, row.found) for row in window)
        precision += _overlap(both, Counter(row.found for row in window), 1)
        recall += _overlap(both, Counter(row.true for row in window), 0)
        pairs += _bilingual_pairs(window)
    together = sum(one.found == other.found for one, other in pairs)
    return StoryFigures(
        entry_count=len(rows),
        true_count=len({(row.window, row.true) for row in rows}),
        found_count=len({(row.window, row.found) for row in rows}),
        precision=precision / len(rows) if rows else 0.0,
        recall=recall / len(rows) if rows else 0.0,
        pair_count=len(pairs),
        pairs_together=together / len(pairs) if pairs else 0.0,
    )


def _overlap(
    both: Counter[tuple[Hashable, Hashable]], sizes: Counter[Hashable], side: int
) -> float:
    """Return the sum over entries of the share of their story that is right."""
    return sum(count * count / sizes[pair[side]] for pair, count in both.items())


def _bilingual_pairs(window: Iterable[Folded]) -> list[tuple[Folded, Folded]]:
    stories: defaultdict[Hashable, list[Folded]] = defaultdict(list)
    for row in window:
        if row.language:
            stories[row.true].append(row)
    return [
        pair
        for story in stories.values()
        for pair in combinations(story, 2)
        if pair[0].language != pair[1].language
    ]
