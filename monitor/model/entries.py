"""An entry as its publisher wrote it, and what one document held. No dependency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

AHEAD = timedelta(hours=1)  # clocks and zones of publishers are off by less


@dataclass(frozen=True, slots=True, order=True)
class EntryKey:
    """Identity: ids are unique only within a feed, and feeds move."""

    feed: int
    id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as its publisher wrote it.

    Scores, feedback and delivery are kept elsewhere: publishers edit entries at
    will, and an edit must never lose what the reader told us.
    """

    key: EntryKey
    outlet: str  # who published it; behind an aggregator, the original publisher
    link: str  # absolute http(s), without tracking parameters; "" when there is none
    title: str
    summary: str
    published_at: datetime | None  # None: missing, unparsable, before 1990, over 24 h ahead
    seen_at: datetime  # our own clock at first sight
    language: str | None = None  # "en" or "es" by the words themselves, None unsure
    published_text: str = ""  # the date as the publisher wrote it
    first_dated_at: datetime | None = None  # the store's: the first date, once an edit moved it

    @property
    def dated_at(self) -> datetime:
        """Return the date to order and show by; it never moves after first sight."""
        return self.first_dated_at or self.published_at or self.seen_at

    @property
    def is_ahead(self) -> bool:
        """Tell whether it was seen well before its date: that is an event's, or a mistake."""
        return self.dated_at - self.seen_at > AHEAD

    @property
    def told_at(self) -> datetime:
        """Return when it was news: its date, or its first sight where the date lies ahead."""
        dated = self.dated_at
        return dated if dated <= self.seen_at or not self.is_ahead else self.seen_at


@dataclass(frozen=True, slots=True)
class ItemMark:
    """One item of a feed's document, whether it was parsed or not."""

    hash: bytes  # of its bytes; b"" where the document could not be cut into items
    id: str | None  # of the entry that was read from it; None: seen before, not read again


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one body held, in document order; a repeated id is already told apart."""

    title: str
    entries: tuple[Entry, ...]
    warning: str = ""  # what was malformed, "" when nothing was
    ttl: timedelta | None = None  # RSS ttl or syn:update*, the publisher's wish
    skip_hours: frozenset[int] = frozenset()  # RSS skipHours: UTC hours, 0 to 23
    skip_days: frozenset[int] = frozenset()  # RSS skipDays: UTC days of the week, Monday 0
    marks: tuple[ItemMark, ...] = ()  # of the entries, and of the items seen before
    waiting_count: int = 0  # items that were too many for one poll: neither entry nor mark

    @property
    def seen_count(self) -> int:
        """Return how many items were seen before, and have no entry here."""
        return sum(mark.id is None for mark in self.marks)
