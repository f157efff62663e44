"""What is open and what a person can do about it, in both languages; pure.

The status command, the status page and the webhook tell the same matters from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from monitor.model import FeedTrouble, MailTrouble, OutboxState, Problem, Trouble
from monitor.stages.health.standing_words import ADVICE, TEXT, advice_for_feed
from monitor.text.feed_words import say_of_feed

ALIVE_WITHIN = timedelta(minutes=3)  # the service notes a heartbeat every 30 s
ONCE_WITHIN = timedelta(days=1)  # `monitor once` runs from cron, daily at the least
LATE_AFTER = timedelta(minutes=30)  # a digest
BACKUP_WITHIN = timedelta(days=3)
CLOCK_SLACK = timedelta(minutes=5)
BROKEN_AFTER = timedelta(minutes=90)  # a feed: its third failure in a row
FAILING_LONG = timedelta(days=7)  # a trouble that usually passes by itself
MOST_FEEDS = 3  # at the least, and half of all: then it is not the feeds

# Troubles of a feed that do not pass until somebody does something.
FOR_A_PERSON = frozenset(
    {
        Problem.GONE,
        Problem.NOT_FOUND,
        Problem.BLOCKED,
        Problem.FORBIDDEN_ADDRESS,
        Problem.NOT_A_FEED,
        Problem.BOT_WALL,
        Problem.TOO_LARGE,
        Problem.REDIRECTS,
    }
)


@dataclass(frozen=True, slots=True)
class LateDigest:
    """A slot that was due and is not issued."""

    name: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """How things stand, as `pipeline.standing` reads them from the home's memory."""

    heartbeat_at: datetime | None = None  # None: the service never ran
    once_at: datetime | None = None  # the last `monitor once`
    feeds_count: int = 0
    entries_count: int = 0
    relevant_count: int = 0  # entries at or over a threshold, of the last day
    feed_troubles: tuple[FeedTrouble, ...] = ()
    late: tuple[LateDigest, ...] = ()
    next_at: Mapping[str, datetime | None] = field(default_factory=lambda: MappingProxyType({}))
    issued_at: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    outbox: Mapping[OutboxState, int] = field(default_factory=lambda: MappingProxyType({}))
    mail: tuple[MailTrouble, ...] = ()
    troubles: tuple[Trouble, ...] = ()  # the service's own
    backup_at: datetime | None = None
    size_bytes: int = 0  # of the database
    log_bytes: int = 0  # of its write-ahead log
    free_bytes: int | None = None  # on the disk of the state; None: not known
    poll_count: int = 0  # today, UTC
    failure_count: int = 0  # of those
    poll_took: timedelta = timedelta()  # today's poll runs together


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that is open. `name` stays the same for as long as it is."""

    kind: str  # "service", "digest", "mail", "feed", "feeds", "backup", "clock", "trouble"
    name: str  # "digest morning": tells it from others of its kind
    text: str  # what happened
    advice: str  # what to do
    since: datetime | None = None
    must_act: bool = True  # False: worth knowing; it mends itself, or nothing hangs on it


def standing(facts: Facts, now: datetime, language: str = "en") -> tuple[Matter, ...]:
    """Return what is open, most urgent first; nothing when all is well.

    `language` is "en" or "es". What a mail server, a disk or a publisher's server said stays in
    its words.
    """
    tell = _Teller("es" if language == "es" else "en")
    return (
        *_of_service(facts, now, tell),
        *(
            tell("trouble", each.name, each.since, what=each.name, said=each.text)
            for each in facts.troubles
        ),
        *(
            tell("digest", f"digest {each.name}", each.due_at, what=each.name)
            for each in facts.late
            if now - each.due_at > LATE_AFTER
        ),
        *(
            tell(
                "mail lost" if each.is_over else "mail",
                "mail lost" if each.is_over else "mail",
                each.since,
                count=each.count,
                said=each.problem,
            )
            for each in facts.mail
        ),
        *_of_backup(facts, now, tell),
        *_of_feeds(facts, now, tell),
    )


def must_act(matters: tuple[Matter, ...]) -> bool:
    """Tell whether a person has to do something: the exit status of `monitor status`."""
    return any(matter.must_act for matter in matters)


class _Teller:
    """Makes matters out of the words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(
        self,
        kind: str,
        name: str,
        since: datetime | None,
        *,
        must_act: bool = True,
        advice: str = "",
        **values: object,
    ) -> Matter:
        text = TEXT[self.language][kind].format(**values)
        return Matter(
            kind.partition(" ")[0],
            name,
            text,
            advice or ADVICE[self.language][kind],
            since,
            must_act,
        )


def _of_service(facts: Facts, now: datetime, tell: _Teller) -> Iterator[Matter]:
    seen = [at for at in (facts.heartbeat_at, facts.once_at) if at]
    if not seen:
        return
    last = max(seen)
    if last - now > CLOCK_SLACK:
        yield tell("clock", "clock", last)
    elif last == facts.once_at and now - last > ONCE_WITHIN:
        yield tell("once", "service", last)
    elif last == facts.heartbeat_at and now - last > ALIVE_WITHIN:
        yield tell("service", "service", last)


def _of_backup(facts: Facts, now: datetime, tell: _Teller) -> Iterator[Matter]:
    if facts.backup_at and now - facts.backup_at > BACKUP_WITHIN:
        yield tell("backup", "backup", facts.backup_at)


def _of_feeds(facts: Facts, now: datetime, tell: _Teller) -> Iterator[Matter]:
    broken = [
        each
        for each in facts.feed_troubles
        if (each.since and now - each.since >= BROKEN_AFTER) or each.kind == Problem.GONE
    ]
    if len(broken) >= MOST_FEEDS and 2 * len(broken) > facts.feeds_count:
        first = min((each.since for each in broken if each.since), default=None)
        yield tell("feeds", "feeds", first, count=len(broken), all=facts.feeds_count)
        return
    for each in broken:
        long = each.since is not None and now - each.since >= FAILING_LONG
        yield tell(
            "feed",
            f"feed {each.title}",
            each.since,
            must_act=long or each.kind in FOR_A_PERSON,
            advice=advice_for_feed(each.kind, each.advice, tell.language),
            what=each.title,
            said=say_of_feed(each.problem, tell.language),
        )
