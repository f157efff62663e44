"""What is remembered of how the monitor itself does. No dependency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that the service cannot do now."""

    name: str  # a duty, or what it is about: "poll", "digest morning", "disk"
    text: str  # for a person: what happened, what was kept, what to do
    since: datetime


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """Messages that do not get through."""

    count: int
    since: datetime  # when the oldest of them was queued
    problem: str  # what the mail server said last
    is_over: bool  # given up: nothing tries them again


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What some days brought, and what it takes: a line of the receipt."""

    span: timedelta  # the days told of
    alive: timedelta  # for how much of it the service ran
    poll_count: int
    failure_count: int  # polls that brought nothing usable
    poll_took: timedelta  # what the poll runs took together
    size_bytes: int  # of the database
