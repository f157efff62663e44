"""A story: entries on one event, and where it stands among others. No dependency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from monitor.model.entries import Entry, EntryKey
from monitor.model.scores import Score, ScoredEntry


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """An entry that stands in a story, as much of it as folding needs."""

    entry: Entry
    story: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a new entry belongs: with the story of `joins`, or None: it starts one.

    `absorbs` names an entry each of other stories that the new one shows to be the same.
    """

    key: EntryKey
    joins: EntryKey | None
    absorbs: tuple[EntryKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the readers of a digest know already of a story that it carried."""

    first: date  # local date of the first issue that carried it
    issued_at: datetime  # of the last
    headline: str  # of its lead in the last; "" when that entry was pruned
    shown: tuple[Entry, ...] = ()
    attached: tuple[Entry, ...] = ()  # came after the last and were not shown


@dataclass(frozen=True, slots=True)
class Shown:
    """A story that a digest showed, with what its readers know of it."""

    number: int
    issued: date  # local date of the last issue that showed it
    earlier: Earlier


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a story stands among others: points of named parts, which add up."""

    strength: float  # how far its best score passes the threshold
    outlets: float  # how many report it
    freshness: float  # how new its newest report is
    outlet_count: int = 0
    age: timedelta = timedelta(0)  # of its newest report

    @property
    def total(self) -> float:
        return self.strength + self.outlets + self.freshness


@dataclass(frozen=True, slots=True)
class Update:
    """What brought a story back that a digest had carried."""

    day: int  # 2: the day after the first issue that carried it
    headline: str  # that its readers know it by
    news: tuple[str, ...]  # the words that are new in it, as the headlines have them


@dataclass(frozen=True, slots=True)
class Story:
    """Entries on one event, best first, never empty."""

    number: int
    entries: tuple[ScoredEntry, ...]
    issued: date | None = None  # local date of the last issue of this digest that carried it
    earlier: Earlier | None = None  # what its readers know already; None: nothing, or not told
    passed_over: int = 0  # issues that had no room for it since its newest entry came
    rank: Rank | None = None  # once it is chosen, or left out for want of room
    update: Update | None = None  # once it is chosen again
    under: int | None = None  # the story of its saga that it is told under, once it is chosen

    @property
    def lead(self) -> ScoredEntry:
        """Return the entry that speaks for the story."""
        return self.entries[0]

    @property
    def score(self) -> Score:
        return self.lead.best

    def score_for(self, profile: str) -> Score | None:
        """Return the best score of any of its entries for a profile, None when it has none."""
        found = [
            score for scored in self.entries for score in scored.scores if score.profile == profile
        ]
        return max(found, key=lambda score: score.value, default=None)


class OmitReason(StrEnum):
    """Why a story is not in an issue; the value is a phrase a person can read."""

    BELOW_THRESHOLD = "below the threshold"
    ALREADY_SENT = "already sent"
    NO_ROOM = "no room"
    OUTLET_FULL = "over its outlet's share"
    LET_GO = "let go"
    SAME_STORY = "same story"  # of an entry: another one spoke for its story
    SAME_SAGA = "same saga"  # of an entry: its story was told in a line under another


@dataclass(frozen=True, slots=True)
class Omission:
    """A story left out of an issue, and why."""

    story: Story
    reason: OmitReason
    detail: str = ""  # "0.08 below 0.50", "in the issue of 12 July"
