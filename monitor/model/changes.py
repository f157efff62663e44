"""What a person changes of a profile; a draft until it is saved. No dependency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from monitor.model.profiles import TopicProfile


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What is to be different; a weight of None takes a term out."""

    threshold: float | None = None  # None: as it is
    terms: Mapping[str, float | None] = field(default_factory=dict)
    against: Mapping[str, float | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.threshold is not None or bool(self.terms) or bool(self.against)

    def of(self, profile: TopicProfile) -> TopicProfile:
        """Return the profile with the change."""
        return replace(
            profile,
            threshold=profile.threshold if self.threshold is None else self.threshold,
            terms=_changed(profile.terms, self.terms),
            against=_changed(profile.against, self.against),
        )


def _changed(weights: Mapping[str, float], changes: Mapping[str, float | None]) -> dict[str, float]:
    merged = {**weights, **changes}
    return {term: weight for term, weight in merged.items() if weight is not None}
