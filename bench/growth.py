"""What a poll run takes by how many feeds it has, fitted to small runs; pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: how many feeds, and how many of a hundred change."""

    feeds: int
    changing: int

    @property
    def name(self) -> str:
        return f"{self.feeds}-{self.changing}"

    def changes(self, feed: int) -> bool:
        return feed % 100 < self.changing


FEW, QUIET = Plan(6000, 0), Plan(16_000, 0)  # so many that no host's pause is waited for
FEW_MIXED, MIXED = Plan(2000, 20), Plan(8000, 20)
SMALL = (FEW, QUIET, FEW_MIXED, MIXED)


@dataclass(frozen=True, slots=True)
class Model:
    """What a run takes, by its feeds; fitted to the small runs."""

    start: float
    of_304: float
    first_change: float  # worker processes, tables of words
    of_change: float

    def foretell(self, plan: Plan) -> float:
        changed = plan.feeds * plan.changing / 100
        first = self.first_change if changed else 0.0
        return self.start + first + self.of_304 * (plan.feeds - changed) + self.of_change * changed


def fitted(few: float, quiet: float, few_mixed: float, mixed: float) -> Model:
    """Return the model that tells these four figures of `SMALL` exactly."""
    of_304 = (quiet - few) / (QUIET.feeds - FEW.feeds)
    start = few - of_304 * FEW.feeds
    share = MIXED.changing / 100
    changed = (MIXED.feeds - FEW_MIXED.feeds) * share
    of_change = (mixed - few_mixed - of_304 * (changed / share - changed)) / changed
    rest = of_304 * FEW_MIXED.feeds * (1 - share) + of_change * FEW_MIXED.feeds * share
    return Model(start, of_304, few_mixed - start - rest, of_change)
