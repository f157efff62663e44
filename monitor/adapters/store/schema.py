"""The tables, as migrations that are only ever added to.

Sole user of sqlite_utils, which is loaded when something is left to apply. Times (`_at`) are
whole microseconds since 1970 in UTC, local dates and times are ISO text. A released migration is
never changed: append one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from monitor.adapters.store.tables.backfill import BACKFILL_TABLES
from monitor.adapters.store.tables.edits import EDIT_TABLES
from monitor.adapters.store.tables.outbox import OFFER_TABLES
from monitor.adapters.store.tables.people import PEOPLE_TABLES
from monitor.adapters.store.tables.polls import POLL_TABLES
from monitor.adapters.store.tables.sagas import SAGA_TABLES
from monitor.adapters.store.tables.scores import SCORE_TABLES
from monitor.adapters.store.tables.upkeep import UPKEEP_TABLES
from monitor.adapters.store.tables.web import READER_TABLES, SCORED_TABLES, WEB_TABLES

if TYPE_CHECKING:
    import sqlite3

    import sqlite_utils

    Step = Callable[[sqlite_utils.Database], None]

APPLICATION_ID = 0x4E4D4F4E  # "NMON": tells our file from any other SQLite file

NAME: Final = "monitor"  # of the migrations, in the table that tells which were applied
_END = re.compile(r";[ ]*(?:--.*)?\n")  # of a statement, with the comment behind it


class _Steps:
    """The migrations, in the order in which they are applied."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def __call__(self) -> Callable[[Step], Step]:
        def add(step: Step) -> Step:
            self._steps.append(step)
            return step

        return add

    def apply(self, connection: sqlite3.Connection) -> None:
        """Apply what was not applied yet."""
        import sqlite_utils  # takes longer to load than all else of the store

        wanted = sqlite_utils.Migrations(NAME)
        for step in self._steps:
            wanted()(step)
        wanted.apply(sqlite_utils.Database(connection, execute_plugins=False))

    def applied(self, connection: sqlite3.Connection) -> set[str]:
        """Return the names of those that were applied."""
        query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
        has_any = "SELECT 1 FROM sqlite_schema WHERE name = '_sqlite_migrations'"
        if connection.execute(has_any).fetchone() is None:
            return set()
        return {row[0] for row in connection.execute(query, [NAME])}


migrations = _Steps()

TABLES = """
CREATE TABLE feed (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given to another feed
    url TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    topics TEXT NOT NULL,               -- JSON list of folders, outermost first
    language TEXT,
    position INTEGER NOT NULL,          -- its place in feeds.opml
    added_at INTEGER NOT NULL,
    removed_at INTEGER                  -- no longer subscribed; its entries stay
) STRICT;

CREATE TABLE poll (                     -- apart from feed: written at every poll
    feed INTEGER PRIMARY KEY REFERENCES feed (number),
    etag TEXT,                          -- both validators verbatim
    last_modified TEXT,
    body_hash TEXT,
    next_poll_at INTEGER,               -- NULL: never polled, due now
    polled_at INTEGER,
    succeeded_at INTEGER,
    changed_at INTEGER,
    failing_since INTEGER,
    failure_count INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    problem_text TEXT NOT NULL DEFAULT '',
    warning TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX poll_by_due ON poll (next_poll_at);

CREATE TABLE entry (                    -- what the publisher wrote; it may change
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given again: the ledger outlives entries
    feed INTEGER NOT NULL REFERENCES feed (number),
    id TEXT,                            -- NULL: the link is the id, as it often is
    link TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    outlet TEXT NOT NULL,
    language TEXT,
    published_text TEXT NOT NULL,
    published_at INTEGER,
    seen_at INTEGER NOT NULL,           -- first sight; never moves
    dated_at INTEGER NOT NULL,          -- published, else seen, as at first sight; never moves
    edited_at INTEGER,                  -- when the last edit was seen
    background INTEGER NOT NULL,        -- 1: old already when it was first seen, not for mail
    story INTEGER                       -- number of the entry that started it; NULL: in none
) STRICT;
CREATE INDEX entry_by_seen ON entry (seen_at);
CREATE INDEX entry_by_date ON entry (dated_at);
CREATE INDEX entry_by_story ON entry (story) WHERE story IS NOT NULL;
CREATE INDEX entry_in_story_by_seen ON entry (seen_at) WHERE story IS NOT NULL;

-- Every id a feed ever brought, so that an entry is new only once, even when it was pruned.
-- Hashes: an id may be a long address, and is compared, never shown from here.
CREATE TABLE known (
    feed INTEGER NOT NULL,
    id_hash BLOB NOT NULL,              -- 12 bytes of BLAKE2b
    content_hash BLOB NOT NULL,         -- 8 bytes: tells an edited entry from an unchanged one
    entry INTEGER NOT NULL,
    PRIMARY KEY (feed, id_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE score (                    -- what we made of an entry; can be made again
    entry INTEGER NOT NULL REFERENCES entry (number) ON DELETE CASCADE,
    profile INTEGER NOT NULL REFERENCES profile (number),
    value REAL NOT NULL CHECK (value BETWEEN 0 AND 1),
    PRIMARY KEY (entry, profile)
) STRICT, WITHOUT ROWID;

CREATE TABLE score_reasons (            -- of scores from the near-miss floor on
    entry INTEGER PRIMARY KEY REFERENCES entry (number) ON DELETE CASCADE,
    reasons TEXT NOT NULL               -- JSON, rows.py; a reason of five profiles is kept once
) STRICT;

-- Holds folded words (text.fold) of an entry's title and summary: FTS5's own folding would
-- make n-tilde an n. External content: highlight() finds the words as published in `entry`,
-- and nothing is stored twice. Who changes an entry hands the old folded words back first.
CREATE VIRTUAL TABLE entry_fts USING fts5 (
    title, summary,
    content = 'entry', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 0'
);

CREATE TABLE digest (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    started_at INTEGER NOT NULL         -- slots before it are not made up for
) STRICT;

CREATE TABLE issue (                    -- every slot that was dealt with, whatever came of it
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    digest INTEGER NOT NULL REFERENCES digest (number),
    local_date TEXT NOT NULL,
    local_time TEXT NOT NULL,           -- "07:00"
    due_at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('issue', 'receipt', 'quiet', 'merged')),
    issued_at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,               -- why it was quiet, what it was merged into
    UNIQUE (digest, local_date, local_time)
) STRICT;
CREATE INDEX issue_by_due ON issue (digest, due_at);

CREATE TABLE issue_story (              -- what an issue showed, in its order
    issue INTEGER NOT NULL REFERENCES issue (number),
    position INTEGER NOT NULL,
    story INTEGER NOT NULL,
    profile INTEGER NOT NULL REFERENCES profile (number),  -- its section
    lead INTEGER NOT NULL,              -- entry number
    PRIMARY KEY (issue, position)
) STRICT, WITHOUT ROWID;

-- What readers got. Outlives entries and scores (hence no reference to them), so that
-- nothing is sent twice.
CREATE TABLE commitment (
    digest INTEGER NOT NULL REFERENCES digest (number),
    entry INTEGER NOT NULL,
    issue INTEGER NOT NULL REFERENCES issue (number),
    story INTEGER NOT NULL,
    silent INTEGER NOT NULL,            -- 1: joined a story sent before, was not shown itself
    PRIMARY KEY (digest, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX commitment_by_story ON commitment (digest, story);
CREATE INDEX commitment_by_issue ON commitment (issue);

CREATE TABLE omission (                 -- why a story was left out of an issue
    issue INTEGER NOT NULL REFERENCES issue (number),
    story INTEGER NOT NULL,
    lead INTEGER NOT NULL,              -- entry number
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (issue, story)
) STRICT, WITHOUT ROWID;
CREATE INDEX omission_by_story ON omission (story);

CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    issue INTEGER NOT NULL REFERENCES issue (number),
    message_id TEXT NOT NULL UNIQUE,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL CHECK (subject <> ''),
    content BLOB NOT NULL,              -- the bytes that every attempt sends
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'data_sent', 'sent', 'retry',
                                         'failed', 'uncertain', 'dropped')),
    queued_at INTEGER NOT NULL,
    attempt_count INTEGER NOT NULL DEFAULT 0,
    tried_at INTEGER,                   -- the last attempt
    sent_at INTEGER,                    -- when the mail server took it
    next_attempt_at INTEGER,            -- with state retry only
    problem TEXT NOT NULL DEFAULT '',
    offered_again_by INTEGER REFERENCES outbox (number),  -- opened with its stories
    UNIQUE (issue, recipient)
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, recipient) WHERE state <> 'sent';
CREATE INDEX outbox_by_reoffer ON outbox (offered_again_by) WHERE offered_again_by IS NOT NULL;

CREATE TABLE fact (                     -- single facts, such as the last heartbeat
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

VERDICT_TABLES = """
CREATE TABLE verdict (                  -- what people said of entries
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    feed INTEGER NOT NULL,              -- 0: the entry is of a labelled file, and of no feed
    id_hash BLOB NOT NULL,              -- as in `known`
    profile TEXT NOT NULL,              -- '': of no one profile
    good INTEGER NOT NULL CHECK (good IN (0, 1)),
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    -- The entry as it was judged: publishers edit theirs, and old ones are pruned.
    id TEXT NOT NULL,
    link TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    outlet TEXT NOT NULL,
    language TEXT,
    published_at INTEGER,
    seen_at INTEGER NOT NULL,
    dated_at INTEGER NOT NULL,
    UNIQUE (feed, id_hash, profile)
) STRICT;

CREATE TABLE learned (                  -- what was learned from verdicts, by profile
    profile TEXT PRIMARY KEY,
    settled_at INTEGER,                 -- verdicts up to then were adopted or dropped
    learned_at INTEGER,                 -- NULL: nothing is in force
    verdict_count INTEGER NOT NULL,
    words TEXT NOT NULL,                -- JSON: word -> points
    offset REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""


FEED_HEALTH_TABLES = """
-- What the document asked for; of the hours and days (UTC, Monday first) one bit each.
ALTER TABLE poll ADD COLUMN ttl_s INTEGER;
ALTER TABLE poll ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0;
ALTER TABLE poll ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;
-- What was learned of it: how often it is worth a poll, how often it changes.
ALTER TABLE poll ADD COLUMN rhythm_s INTEGER;
ALTER TABLE poll ADD COLUMN change_gap_s INTEGER;
-- The address polled in place of feed.url; and one that is not believed yet.
ALTER TABLE poll ADD COLUMN moved_to TEXT;
ALTER TABLE poll ADD COLUMN moving_to TEXT;
ALTER TABLE poll ADD COLUMN moving_since INTEGER;
ALTER TABLE poll ADD COLUMN moving_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE poll ADD COLUMN blocked_until INTEGER;
-- 410: not polled any more.
ALTER TABLE poll ADD COLUMN ended_at INTEGER;
ALTER TABLE poll ADD COLUMN missed_at INTEGER;
ALTER TABLE poll ADD COLUMN entry_count INTEGER;
CREATE TABLE feed_news (                -- changes, each once: broke, recovered, moved, gone...
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    feed INTEGER NOT NULL REFERENCES feed (number),
    at INTEGER NOT NULL,
    change TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (feed, at, change)
) STRICT;
CREATE INDEX feed_news_by_time ON feed_news (at);
"""

TRACE_TABLES = """
CREATE TABLE feed_trace (               -- apart from poll: read when a feed has changed only
    feed INTEGER PRIMARY KEY REFERENCES feed (number),
    traces BLOB NOT NULL                -- identity.py packs them: 28 bytes of hashes an entry
) STRICT;
"""

STORY_TABLES = """
CREATE TABLE story_pair (               -- what a person merged or split; it stays so
    one INTEGER NOT NULL,               -- entry numbers, the smaller first
    other INTEGER NOT NULL,
    together INTEGER NOT NULL CHECK (together IN (0, 1)),
    at INTEGER NOT NULL,
    PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;
CREATE TABLE ranking (                  -- where an eligible story stood in an issue, and why
    issue INTEGER NOT NULL REFERENCES issue (number),
    story INTEGER NOT NULL,
    strength REAL NOT NULL,
    outlets REAL NOT NULL,
    freshness REAL NOT NULL,
    outlet_count INTEGER NOT NULL,
    age_s INTEGER NOT NULL,             -- of its newest report
    day INTEGER,                        -- of an update; NULL: it was none
    news TEXT NOT NULL,                 -- JSON list: the words that were new in an update
    PRIMARY KEY (issue, story)
) STRICT, WITHOUT ROWID;
CREATE INDEX ranking_by_story ON ranking (story);
"""


@migrations()
def m001_first_tables(db: sqlite_utils.Database) -> None:
    _run_each(db, TABLES)


@migrations()
def m002_verdicts(db: sqlite_utils.Database) -> None:
    _run_each(db, VERDICT_TABLES)


@migrations()
def m003_feed_health(db: sqlite_utils.Database) -> None:
    _run_each(db, FEED_HEALTH_TABLES)


@migrations()
def m004_traces(db: sqlite_utils.Database) -> None:
    _run_each(db, TRACE_TABLES)


@migrations()
def m005_stories(db: sqlite_utils.Database) -> None:
    _run_each(db, STORY_TABLES)


@migrations()
def m006_offers(db: sqlite_utils.Database) -> None:
    _run_each(db, OFFER_TABLES)


@migrations()
def m007_people(db: sqlite_utils.Database) -> None:
    _run_each(db, PEOPLE_TABLES)


@migrations()
def m013_edits(db: sqlite_utils.Database) -> None:
    _run_each(db, EDIT_TABLES)


@migrations()
def m009_upkeep(db: sqlite_utils.Database) -> None:
    _run_each(db, UPKEEP_TABLES)


@migrations()
def m008_web(db: sqlite_utils.Database) -> None:
    _run_each(db, WEB_TABLES)


@migrations()
def m018_readers(db: sqlite_utils.Database) -> None:
    _run_each(db, READER_TABLES)


@migrations()
def m011_edit_count(db: sqlite_utils.Database) -> None:
    _run_each(db, POLL_TABLES)


@migrations()
def m022_sagas(db: sqlite_utils.Database) -> None:
    _run_each(db, SAGA_TABLES)


@migrations()
def m020_backfill(db: sqlite_utils.Database) -> None:
    _run_each(db, BACKFILL_TABLES)


@migrations()
def m021_scored_as(db: sqlite_utils.Database) -> None:
    _run_each(db, SCORED_TABLES)


@migrations()
def m023_merges(db: sqlite_utils.Database) -> None:
    # Of five million entries half of what a poll's write took was the word index's merging;
    # with eight parts of a size instead of four there is less of it, and searches read a few
    # parts more.
    db.execute("INSERT INTO entry_fts(entry_fts, rank) VALUES('automerge', 8)")


@migrations()
def m024_high_scores(db: sqlite_utils.Database) -> None:
    _run_each(db, SCORE_TABLES)


def _run_each(db: sqlite_utils.Database, statements: str) -> None:
    for statement in _END.split(statements):
        if statement.strip():
            db.execute(statement)


NAMES = frozenset(
    {
        m001_first_tables.__name__,
        m002_verdicts.__name__,
        m003_feed_health.__name__,
        m004_traces.__name__,
        m005_stories.__name__,
        m006_offers.__name__,
        m007_people.__name__,
        m013_edits.__name__,
        m009_upkeep.__name__,
        m008_web.__name__,
        m018_readers.__name__,
        m011_edit_count.__name__,
        m022_sagas.__name__,
        m020_backfill.__name__,
        m021_scored_as.__name__,
        m023_merges.__name__,
        m024_high_scores.__name__,
    }
)
VERSION = len(NAMES)  # PRAGMA user_version
