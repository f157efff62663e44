"""Measure scores against verdicts: average precision, precision, recall, reliability.

Entries of equal score are one step, so the order in which they come never matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

HIGH_PRECISION: Final = 0.9  # recall is asked for at this precision
BIN_COUNT: Final = 10  # of the reliability table


@dataclass(frozen=True, slots=True)
class Judged:
    """A score, and whether a person found the entry relevant.

    `weight` says for how many entries of the stream this one stands, over 0;
    `threshold` from which score on it is taken as relevant.
    """

    score: float
    relevant: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Point:
    """One place on the way from "take nothing" to "take everything"."""

    threshold: float  # what scores at least this is taken
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall, 0 when both are 0."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Entries of like score: a calibrated scorer's mean score is the share of relevant ones."""

    low: float
    high: float
    count: int
    mean_score: float
    relevant_share: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well scores tell relevant entries from others; every figure is in [0, 1]."""

    count: int
    relevant_count: int
    average_precision: float
    recall_at_high_precision: float  # the most recall to be had at precision 0.9 or better
    best_f1: Point
    at_threshold: Point
    reliability: tuple[Bin, ...]  # bins without an entry are left out


def evaluate(rows: Sequence[Judged], threshold: float = 0.5) -> Evaluation:
    """Measure the scores, weighted; without a relevant row every share of them is 0."""
    points = tuple(_points(rows))
    steps = zip((0.0, *(point.recall for point in points)), points, strict=False)
    return Evaluation(
        count=len(rows),
        relevant_count=sum(row.relevant for row in rows),
        average_precision=sum((p.recall - before) * p.precision for before, p in steps),
        recall_at_high_precision=max(
            (point.recall for point in points if point.precision >= HIGH_PRECISION), default=0.0
        ),
        best_f1=max(points, key=lambda point: point.f1, default=Point(threshold, 0.0, 0.0)),
        at_threshold=_at(rows, threshold),
        reliability=tuple(_reliability(rows)),
    )


def _points(rows: Iterable[Judged]) -> Iterator[Point]:
    """Yield precision and recall at each score that occurs, the highest first."""
    steps: dict[float, tuple[float, float]] = {}
    for row in rows:
        taken, good = steps.get(row.score, (0.0, 0.0))
        steps[row.score] = taken + row.weight, good + row.weight * row.relevant
    relevant = sum(good for _, good in steps.values())
    taken = good = 0.0
    for score in sorted(steps, reverse=True):
        taken, good = taken + steps[score][0], good + steps[score][1]
        yield Point(score, good / taken if taken else 0.0, good / relevant if relevant else 0.0)


def _at(rows: Iterable[Judged], threshold: float) -> Point:
    taken = good = relevant = 0.0
    for row in rows:
        relevant += row.weight * row.relevant
        if row.score >= threshold:
            taken += row.weight
            good += row.weight * row.relevant
    return Point(threshold, good / taken if taken else 0.0, good / relevant if relevant else 0.0)


def _reliability(rows: Iterable[Judged]) -> Iterator[Bin]:
    bins: list[list[Judged]] = [[] for _ in range(BIN_COUNT)]
    for row in rows:
        bins[min(int(row.score * BIN_COUNT), BIN_COUNT - 1)].append(row)
    for number, held in enumerate(bins):
        weight = sum(row.weight for row in held)
        if weight:
            yield Bin(
                number / BIN_COUNT,
                (number + 1) / BIN_COUNT,
                len(held),
                sum(row.score * row.weight for row in held) / weight,
                sum(row.weight for row in held if row.relevant) / weight,
            )
