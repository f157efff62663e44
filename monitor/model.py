"""The nouns, frozen: what travels between the rooms. No dependency.

`_at` is an aware UTC datetime, scores are in [0, 1], text is plain text unless its
name ends in `_html`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum, StrEnum

# ---------------------------------------------------------------- feeds and polls


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed as feeds.opml names it."""

    url: str
    title: str
    topics: tuple[str, ...] = ()  # the folders it lies in, outermost first
    language: str | None = None  # "en", "es": the subscriber's hint


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


# ---------------------------------------------------------------- entries


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


# ---------------------------------------------------------------- profiles and scores


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


# ---------------------------------------------------------------- stories


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


@dataclass(frozen=True, slots=True)
class Omission:
    """A story left out of an issue, and why."""

    story: Story
    reason: OmitReason
    detail: str = ""  # "0.08 below 0.50", "in the issue of 12 July"


# ---------------------------------------------------------------- digests and messages


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment at which a digest is due: unique by digest, local date and time."""

    local_date: date
    local_time: time
    due_at: datetime

    @property
    def label(self) -> str:
        """Return "2026-07-12-0700": the slot in file names and Message-IDs."""
        return f"{self.local_date.isoformat()}-{self.local_time:%H%M}"


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


@dataclass(frozen=True, slots=True)
class Rendered:
    """An issue's words and looks, not yet addressed to anyone."""

    subject: str
    text: str
    body_html: str
    page_html: str = ""  # the whole issue for a browser, where the mail has to leave some out


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient; its bytes never change over retries."""

    id: str  # Message-ID with its angle brackets
    sender: str  # envelope address
    recipient: str  # envelope address
    subject: str
    content: bytes  # RFC 5322, CRLF


class OutboxState(StrEnum):
    """Where a message stands; architecture page, "Issues, the ledger"."""

    QUEUED = "queued"
    SENDING = "sending"  # committed before the dialogue: a crash here is safe to retry
    DATA_SENT = "data_sent"  # committed before the body goes out: a crash here is uncertain
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message with its standing."""

    message: Message
    digest: str
    slot_label: str
    state: OutboxState
    queued_at: datetime
    attempt_count: int = 0
    next_attempt_at: datetime | None = None
    problem: str = ""
