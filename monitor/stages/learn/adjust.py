"""Learn from verdicts: what words add to a profile's score, given what a reader found good.

A logistic regression whose prior mean is the profile as its person wrote it: the score
so far is the starting point, and each word may move it only as far as the verdicts
insist. Five verdicts move little, fifty a lot; what a person set stays as it is, the
words learned stand beside it with points of their own. Plain Python, a second or two
for a thousand verdicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Final

from monitor.model import TopicProfile
from monitor.text.background import Usage
from monitor.text.matching import read

# How sure the prior is that a word adds nothing: 1 / variance, in points (log odds).
# Six lets a rare word of headlines move by about a point after a dozen verdicts; a word
# that stands everywhere is held back up to seven times as much.
WORD_PRECISION: Final = 6.0
RARE_SHARE: Final = 1e-5
COMMON_SHARE: Final = 3e-3
LEAST_TELLING: Final = 0.15
OFFSET_PRECISION: Final = 2.0
# A word earns points only when this many verdicts' entries hold it.
SUPPORT_MIN: Final = 3
# As in score.py: a word in the title counts so many times as much.
TITLE_FACTOR: Final = 2.5
LEAST_POINTS: Final = 0.03  # less is not worth a line
WORDS_MAX: Final = 300

NEWTON_STEPS: Final = 12
SOLVER_STEPS: Final = 25
CLOSE_ENOUGH: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader said of an entry, and what the profile thinks of it without verdicts.

    `points` are the score before squashing, less those of the threshold: over 0 is
    relevant. The title comes without its outlet's name.
    """

    title: str
    summary: str
    good: bool
    points: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class LearnedWord:
    """A word or pair of words with the points it adds, and what they rest on."""

    term: str
    points: float  # log odds in the summary; TITLE_FACTOR times as many in the title
    good_count: int  # entries with it that were called good
    bad_count: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What verdicts add to a profile."""

    words: tuple[LearnedWord, ...] = ()  # strongest first
    offset: float = 0.0  # points added to every entry
    verdict_count: int = 0


def points_over(value: float, threshold: float) -> float:
    """Return by how many points (log odds) a score is over a threshold, both in [0, 1]."""
    return _log_odds(value) - _log_odds(threshold)


def adjust_weights(verdicts: Sequence[Verdict], usage: Usage) -> Adjustment:
    """Return what the verdicts add; nothing when there are none.

    Always learned anew from all verdicts: the same ones, in any order, add the same.
    """
    verdicts = sorted(verdicts, key=lambda v: (v.title, v.summary, v.good, v.points, v.weight))
    held = [dict(_terms(verdict, usage)) for verdict in verdicts]
    support = Counter(term for terms in held for term in terms)
    vocabulary = sorted(term for term, count in support.items() if count >= SUPPORT_MIN)
    if not verdicts:
        return Adjustment()
    problem = _Problem.of(
        verdicts, held, {term: WORD_PRECISION / _telling(term, usage) for term in vocabulary}
    )
    weights = problem.solve()
    return Adjustment(
        _words(vocabulary, weights, verdicts, held), round(weights[-1], 3), len(verdicts)
    )


def adjusted(profile: TopicProfile, adjustment: Adjustment) -> TopicProfile:
    """Return the profile with what verdicts added, for the scorer; its own weights stay."""
    learned = {word.term: word.points for word in adjustment.words}
    return replace(profile, learned=learned, offset=adjustment.offset)


def _telling(term: str, usage: Usage) -> float:
    """Return how much a term tells, from LEAST_TELLING (it stands everywhere) to 1."""
    telling = log(COMMON_SHARE / usage.term(term)) / log(COMMON_SHARE / RARE_SHARE)
    return min(1.0, max(LEAST_TELLING, telling))


def _terms(verdict: Verdict, usage: Usage) -> Iterator[tuple[str, float]]:
    """Yield the words and pairs of words of an entry; the title's come last and win."""
    for text, factor in ((verdict.summary, 1.0), (verdict.title, TITLE_FACTOR)):
        words = read(text).folded.split()
        fit = [usage.can_be_term(word) for word in words]
        for number, word in enumerate(words):
            if fit[number]:
                yield word, factor
                if number and fit[number - 1]:
                    yield f"{words[number - 1]} {word}", factor


def _words(
    vocabulary: Sequence[str],
    weights: Sequence[float],
    verdicts: Sequence[Verdict],
    held: Sequence[dict[str, float]],
) -> tuple[LearnedWord, ...]:
    ranked = sorted(zip(vocabulary, weights, strict=False), key=lambda w: (-abs(w[1]), w[0]))
    kept = {term: round(w, 3) for term, w in ranked[:WORDS_MAX] if abs(w) >= LEAST_POINTS}
    good, total = Counter[str](), Counter[str]()
    for verdict, terms in zip(verdicts, held, strict=True):
        for term in kept.keys() & terms.keys():
            total[term] += 1
            good[term] += verdict.good
    return tuple(
        LearnedWord(term, points, good[term], total[term] - good[term])
        for term, points in kept.items()
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    """The regression: rows of (feature, value), the last feature being the offset."""

    rows: list[list[tuple[int, float]]]
    starts: list[float]  # the points that are there already
    goals: list[float]  # 1 good, 0 bad
    importances: list[float]
    precisions: list[float]  # of the prior, whose mean is 0

    @classmethod
    def of(
        cls,
        verdicts: Sequence[Verdict],
        held: Sequence[dict[str, float]],
        precisions: Mapping[str, float],
    ) -> _Problem:
        numbers = {term: number for number, term in enumerate(precisions)}
        offset = len(numbers)
        rows = [
            [(numbers[term], value) for term, value in terms.items() if term in numbers]
            + [(offset, 1.0)]
            for terms in held
        ]
        return cls(
            rows,
            [verdict.points for verdict in verdicts],
            [float(verdict.good) for verdict in verdicts],
            [verdict.weight for verdict in verdicts],
            [*precisions.values(), OFFSET_PRECISION],
        )

    def solve(self) -> list[float]:
        """Return the weights of least loss: Newton's method, each step by conjugate gradients."""
        weights = [0.0] * len(self.precisions)
        loss = self._loss(weights)
        for _ in range(NEWTON_STEPS):
            chances = [_chance(points) for points in self._points(weights)]
            slope = self._slope(weights, chances)
            if max(map(abs, slope)) < CLOSE_ENOUGH:
                break
            step = self._newton_step(slope, chances)
            weights, before = self._along(weights, step, loss), loss
            loss = self._loss(weights)
            if before - loss < CLOSE_ENOUGH**2:
                break
        return weights

    def _points(self, weights: Sequence[float]) -> list[float]:
        return [
            start + sum([weights[number] * value for number, value in row])
            for start, row in zip(self.starts, self.rows, strict=True)
        ]

    def _loss(self, weights: Sequence[float]) -> float:
        """Return the negative log of the posterior, less a constant."""
        loss = sum(0.5 * p * w * w for p, w in zip(self.precisions, weights, strict=True))
        rows = zip(self._points(weights), self.goals, self.importances, strict=True)
        for points, goal, importance in rows:
            loss += importance * (_softplus(points) - goal * points)
        return loss

    def _slope(self, weights: Sequence[float], chances: Sequence[float]) -> list[float]:
        slope = [p * w for p, w in zip(self.precisions, weights, strict=True)]
        rows = zip(self.rows, chances, self.goals, self.importances, strict=True)
        for row, chance, goal, importance in rows:
            error = importance * (chance - goal)
            for number, value in row:
                slope[number] += error * value
        return slope

    def _newton_step(self, slope: Sequence[float], chances: Sequence[float]) -> list[float]:
        bends = [i * c * (1 - c) for i, c in zip(self.importances, chances, strict=True)]
        step = [0.0] * len(slope)
        rest = [-value for value in slope]
        direction, size = rest[:], _dot(rest, rest)
        enough = size * CLOSE_ENOUGH
        for _ in range(SOLVER_STEPS):
            if size <= enough:
                break
            bent = self._bend(direction, bends)
            length = size / _dot(direction, bent)
            step = [s + length * d for s, d in zip(step, direction, strict=True)]
            rest = [r - length * b for r, b in zip(rest, bent, strict=True)]
            size, before = _dot(rest, rest), size
            direction = [r + size / before * d for r, d in zip(rest, direction, strict=True)]
        return step

    def _bend(self, direction: Sequence[float], bends: Sequence[float]) -> list[float]:
        """Return the second derivative times a direction."""
        bent = [p * d for p, d in zip(self.precisions, direction, strict=True)]
        for row, bend in zip(self.rows, bends, strict=True):
            along = bend * sum([direction[number] * value for number, value in row])
            for number, value in row:
                bent[number] += along * value
        return bent

    def _along(self, weights: Sequence[float], step: Sequence[float], loss: float) -> list[float]:
        """Return the weights a step further, of half the length until the loss falls."""
        share = 1.0
        for _ in range(20):
            moved = [w + share * s for w, s in zip(weights, step, strict=True)]
            if self._loss(moved) <= loss:
                return moved
            share /= 2
        return list(weights)


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum([a * b for a, b in zip(one, other, strict=True)])


def _chance(points: float) -> float:
    return 1 / (1 + exp(-points)) if points > -700 else 0.0


def _softplus(points: float) -> float:
    return points + log(1 + exp(-points)) if points > 0 else log(1 + exp(max(points, -700)))


def _log_odds(value: float) -> float:
    value = min(max(value, 1e-9), 1 - 1e-9)
    return log(value / (1 - value))
