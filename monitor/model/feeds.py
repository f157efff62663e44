"""A feed, how it is asked, and what is remembered of asking it. No dependency."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed as feeds.opml names it."""

    url: str
    title: str
    topics: tuple[str, ...] = ()  # the folders it lies in, outermost first
    language: str | None = None  # "en", "es": the subscriber's hint
    is_paused: bool = False  # not polled until a person resumes it


@dataclass(frozen=True, slots=True)
class Feed:
    """A subscribed feed. The number stays when the address changes."""

    number: int
    url: str
    title: str
    topics: tuple[str, ...] = ()
    language: str | None = None


class Problem(StrEnum):
    """What kind of trouble a feed is in; the value is a word a person can read."""

    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TLS = "tls"
    FORBIDDEN_ADDRESS = "forbidden address"
    REDIRECTS = "redirects"
    TOO_LARGE = "too large"
    TRUNCATED = "truncated"
    BLOCKED = "blocked"  # 401, 403, 429, 451
    NOT_FOUND = "not found"
    GONE = "gone"
    SERVER = "server error"
    BOT_WALL = "bot wall"
    NOT_A_FEED = "not a feed"
    PARSER = "parser"
    UNKNOWN = "unknown"


class FeedChange(StrEnum):
    """What can happen to a feed that a person should hear of, once."""

    BROKE = "broke"
    RECOVERED = "recovered"
    MOVED = "moved"
    GONE = "gone"
    MISSED = "entries may have been missed"


@dataclass(frozen=True, slots=True)
class FeedNews:
    """One change of how a feed is doing: news, where a state is none."""

    at: datetime
    change: FeedChange
    detail: str = ""  # for a person: the problem, the old and the new address
    title: str = ""  # of the feed; "" where it is clear which one


@dataclass(frozen=True, slots=True)
class Access:
    """How one feed is reached where that takes more than its address."""

    user: str = ""  # "": the one in the address, if any
    password: str | None = field(default=None, repr=False)  # None: the one in the address
    proxy: str = ""  # "http://proxy.example:3128"; "": straight
    problem: str = ""  # why it cannot be used: then the feed is not asked, and this is told
    proxy_login: tuple[str, str] | None = field(default=None, repr=False)  # user, password


@dataclass(frozen=True, slots=True)
class PollState:
    """What is remembered about polling one feed."""

    etag: str | None = None  # verbatim, sent back byte for byte
    last_modified: str | None = None  # verbatim too, never parsed
    body_hash: str | None = None  # of the last accepted body
    next_poll_at: datetime | None = None  # None: never polled, due now
    polled_at: datetime | None = None  # the last try
    succeeded_at: datetime | None = None  # the last answer that was accepted or 304
    changed_at: datetime | None = None  # the last poll that brought a new or edited entry
    failing_since: datetime | None = None
    failure_count: int = 0  # in a row
    problem: Problem | None = None
    problem_text: str = ""  # for a person: what happened
    warning: str = ""  # readable, but malformed: what was mended
    ttl: timedelta | None = None  # the document's own wish; a 304 does not repeat it
    skip_hours: frozenset[int] = frozenset()  # UTC hours not to be polled in
    skip_days: frozenset[int] = frozenset()  # UTC days of the week not to be polled on, Monday 0
    rhythm: timedelta | None = None  # the learned interval; None: the settings' one
    change_gap: timedelta | None = None  # how long after a change the next one usually comes
    moved_to: str | None = None  # adopted: polled in place of the feed's own address
    moving_to: str | None = None  # where wholly permanent redirects lead, not yet adopted
    moving_since: datetime | None = None
    moving_count: int = 0  # polls that led there, one after the other
    blocked_until: datetime | None = None  # the server's own 429 asked to wait till then
    ended_at: datetime | None = None  # the publisher said 410: not polled any more
    missed_at: datetime | None = None  # when it was last told that entries may have been missed
    entry_count: int | None = None  # in the last document; None: not counted
    news: tuple[FeedNews, ...] = ()  # what this poll changed; kept apart, never read back here
    traces: bytes | None = None  # of what the document held, None: as before; kept apart too


@dataclass(frozen=True, slots=True)
class PollRequest:
    """One conditional GET to be made."""

    feed: Feed
    etag: str | None = None
    last_modified: str | None = None
    url: str = ""  # asked in place of the feed's own address: where it moved to

    @property
    def address(self) -> str:
        """Return the address to ask."""
        return self.url or self.feed.url


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A poll's answer. `body` None means not changed (a 304 is no error)."""

    body: bytes | None
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None
    url: str = ""  # where the body came from, after redirects
    moved_to: str | None = None  # the address a wholly permanent (301, 308) chain ended at
    fresh_for: timedelta | None = None  # max-age - Age, or Expires - Date; None: not said


class PollOutcome(Enum):
    """What became of one poll."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
