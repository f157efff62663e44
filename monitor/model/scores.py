"""A score and its reasons. No dependency."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.entries import Entry


@dataclass(frozen=True, slots=True)
class Reason:
    """One signed contribution to a score, before squashing."""

    term: str
    points: float
    field: str = ""  # "title", "summary", or "" when it is not of one place


@dataclass(frozen=True, slots=True)
class Score:
    """How relevant an entry is to one profile; always explains itself."""

    profile: str
    value: float
    reasons: tuple[Reason, ...] = ()  # strongest first; they add up to the unsquashed score


@dataclass(frozen=True, slots=True)
class ScoredEntry:
    """An entry with its scores, best first, never empty."""

    entry: Entry
    scores: tuple[Score, ...]
    topics: tuple[str, ...] = ()  # the folders that its feed lies in

    @property
    def best(self) -> Score:
        return self.scores[0]
