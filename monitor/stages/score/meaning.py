"""Likeness in meaning as one more reason of a score: optional, and off by default.

Pure: how alike two texts are is told by whatever model a person named. Likeness alone
finds little, so it may tip the balance, and never takes the place of the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from monitor.model import Entry, Reason, Score, TopicProfile
from monitor.stages.score import Scorer, squash

# What any two texts of one language have in common, as a cosine: it says nothing.
ORDINARY: Final = 0.3
REASON: Final = "alike in meaning"

# Texts to a row of cosines each: how alike each is to each of the second texts.
Likeness = Callable[[Sequence[str], Sequence[str]], Sequence[Sequence[float]]]


class Meaning:
    """Adds likeness to the profiles to scores; `weight`: the points of being the same text."""

    def __init__(self, profiles: Sequence[TopicProfile], likeness: Likeness, weight: float) -> None:
        self._names = [profile.name for profile in profiles]
        self._thresholds = {profile.name: profile.threshold for profile in profiles}
        self._texts = [profile_text(profile) for profile in profiles]
        self._likeness = likeness
        self._weight = weight

    def add(
        self, scored: Sequence[tuple[Entry, Sequence[Score]]]
    ) -> list[tuple[Entry, tuple[Score, ...]]]:
        """Return the entries with scores that have the new reason, in the scorer's order."""
        if not scored:
            return []
        texts = [f"{entry.title}. {entry.summary}" for entry, _ in scored]
        rows = self._likeness(texts, self._texts)
        return [
            (entry, self._with_reason(scores, dict(zip(self._names, row, strict=True))))
            for (entry, scores), row in zip(scored, rows, strict=True)
        ]

    def _with_reason(
        self, scores: Sequence[Score], alike: Mapping[str, float]
    ) -> tuple[Score, ...]:
        changed = [self._weigh(score, alike[score.profile]) for score in scores]
        changed.sort(key=lambda score: self._thresholds[score.profile] - score.value)
        return tuple(changed)

    def _weigh(self, score: Score, cosine: float) -> Score:
        points = self._weight * (cosine - ORDINARY) / (1 - ORDINARY)
        reasons = sorted((*score.reasons, Reason(REASON, points)), key=lambda r: -abs(r.points))
        return Score(score.profile, squash(sum(r.points for r in reasons)), tuple(reasons))


class MeaningScorer:
    """A scorer and its meaning, for one entry at a time."""

    def __init__(self, scorer: Scorer, meaning: Meaning) -> None:
        self.profiles = scorer.profiles
        self.plain = scorer  # for what is too much for a model
        self._meaning = meaning

    def score(self, entry: Entry) -> tuple[Score, ...]:
        """Return one score a profile, the one that clears its threshold best first."""
        return self._meaning.add([(entry, self.plain.score(entry))])[0][1]


def profile_text(profile: TopicProfile) -> str:
    """Return what a profile says of itself in sentences: its seed as far as the file keeps it."""
    source = profile.source.title if profile.source else ""
    return ". ".join(text for text in (profile.title, source, profile.summary) if text)
