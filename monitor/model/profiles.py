"""A topic profile, the parties it names, and what people said to teach it. No dependency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.model.entries import Entry


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of a party."""

    text: str
    kind: str  # country, person, institution, place, company, law
    weight: float = 1.0
    from_year: int | None = None  # the name counts from this year on
    until_year: int | None = None  # and up to the end of this one
    language: str | None = None  # "en" or "es": counts in texts of that language only


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a relation, or the bridge whose names imply every side."""

    name: str  # "mexico", "united-states", "bridge"
    title: str
    aliases: tuple[Alias, ...]
    not_when: tuple[str, ...] = ()  # phrases that hold an alias and mean something else
    is_bridge: bool = False


@dataclass(frozen=True, slots=True)
class SourceArticle:
    """The article a profile was learned from."""

    title: str
    publisher: str
    published: date | None = None


@dataclass(frozen=True, slots=True)
class TopicProfile:
    """A standing interest; the file it was read from is the whole of it."""

    name: str
    title: str
    summary: str
    threshold: float  # an entry is relevant at or above it
    terms: Mapping[str, float]  # word, phrase or "prefix*" -> weight
    against: Mapping[str, float] = field(default_factory=dict)  # weights are positive here too
    parties: tuple[str, ...] = ()  # two, one or none
    source: SourceArticle | None = None
    # What verdicts added, kept beside the file: words with signed points (log odds), and
    # points for every entry.
    learned: Mapping[str, float] = field(default_factory=dict)
    offset: float = 0.0

    @property
    def near_miss_floor(self) -> float:
        """Return the score from which an entry is worth showing as a near miss."""
        return self.threshold * NEAR_MISS_SHARE


# Half the threshold: below it a person who looks through the left-out finds noise.
NEAR_MISS_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of an entry: good is "more of this", else "less of this"."""

    entry: Entry  # as it was when it was judged
    good: bool
    profile: str | None = None  # None: of no one profile
    at: datetime | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class Learned:
    """What verdicts add to a profile; kept beside its file until a person adopts it."""

    profile: str
    words: Mapping[str, float]  # as `TopicProfile.learned`
    offset: float  # as `TopicProfile.offset`
    verdict_count: int
    learned_at: datetime
