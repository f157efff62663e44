"""A digest: its slots, its sections, its receipt. No dependency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from monitor.model.feeds import FeedNews
from monitor.model.profiles import TopicProfile
from monitor.model.stories import Omission, Story
from monitor.model.upkeep import Upkeep


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment at which a digest is due: unique by digest, local date and time."""

    local_date: date
    local_time: time
    due_at: datetime

    @property
    def label(self) -> str:
        """Return "2026-07-12-0700": the slot in file names and Message-IDs.

        An alert's is told with its seconds: "2026-07-12-140509".
        """
        at = f"{self.local_time:%H%M%S}"
        return f"{self.local_date.isoformat()}-{at.removesuffix('00')}"


@dataclass(frozen=True, slots=True)
class Section:
    """A profile's part of a digest; a story stands in one section only."""

    profile: TopicProfile
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class FeedTrouble:
    """One line of the receipt about a feed that does not work."""

    title: str
    problem: str
    since: datetime | None
    advice: str = ""
    kind: str = ""  # the value of its Problem


@dataclass(frozen=True, slots=True)
class Trend:
    """How many entries passed a profile's threshold on each of some days."""

    title: str  # of the profile
    counts: tuple[int, ...]  # the oldest day first
    last_day: date


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stood behind an issue: the proof that quiet means quiet, not broken."""

    feeds_count: int
    feeds_answered_count: int  # answered since the last issue
    entries_new_count: int  # since the last issue
    entries_above_count: int  # of those, at or over a threshold
    troubles: tuple[FeedTrouble, ...]
    next_issue_at: datetime | None
    since: datetime | None  # the time of the last issue
    version: str
    news: tuple[FeedNews, ...] = ()  # what changed for feeds since the last issue
    trends: tuple[Trend, ...] = ()  # by profile
    merged_count: int = 0  # slots that were missed, and that the issue stands for
    upkeep: Upkeep | None = None  # how the monitor itself did; once a week


@dataclass(frozen=True, slots=True)
class Digest:
    """One issue of a digest, before it is rendered."""

    name: str
    slot: Slot
    issued_at: datetime
    sections: tuple[Section, ...]  # only those with stories, most important first
    omissions: tuple[Omission, ...]
    receipt: Receipt

    @property
    def stories(self) -> tuple[Story, ...]:
        return tuple(story for section in self.sections for story in section.stories)
