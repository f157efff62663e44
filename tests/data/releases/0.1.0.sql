PRAGMA application_id = 1313689422;
PRAGMA user_version = 12;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE TABLE feed (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given to another feed
    url TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    topics TEXT NOT NULL,               -- JSON list of folders, outermost first
    language TEXT,
    position INTEGER NOT NULL,          -- its place in feeds.opml
    added_at INTEGER NOT NULL,
    removed_at INTEGER                  -- no longer subscribed; its entries stay
, paused INTEGER NOT NULL DEFAULT 0) STRICT;
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
, ttl_s INTEGER, skip_hours INTEGER NOT NULL DEFAULT 0, skip_days INTEGER NOT NULL DEFAULT 0, rhythm_s INTEGER, change_gap_s INTEGER, moved_to TEXT, moving_to TEXT, moving_since INTEGER, moving_count INTEGER NOT NULL DEFAULT 0, blocked_until INTEGER, ended_at INTEGER, missed_at INTEGER, entry_count INTEGER) STRICT;
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
, edit_count INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX entry_by_seen ON entry (seen_at);
CREATE INDEX entry_by_date ON entry (dated_at);
CREATE INDEX entry_by_story ON entry (story) WHERE story IS NOT NULL;
CREATE INDEX entry_in_story_by_seen ON entry (seen_at) WHERE story IS NOT NULL;
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
CREATE VIRTUAL TABLE entry_fts USING fts5 (
    title, summary,
    content = 'entry', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 0'
);
CREATE TABLE digest (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    started_at INTEGER NOT NULL         -- slots before it are not made up for
, covered INTEGER) STRICT;
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
CREATE TABLE learned (                  -- what was learned from verdicts, by profile
    profile TEXT PRIMARY KEY,
    settled_at INTEGER,                 -- verdicts up to then were adopted or dropped
    learned_at INTEGER,                 -- NULL: nothing is in force
    verdict_count INTEGER NOT NULL,
    words TEXT NOT NULL,                -- JSON: word -> points
    offset REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE feed_news (                -- changes, each once: broke, recovered, moved, gone...
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    feed INTEGER NOT NULL REFERENCES feed (number),
    at INTEGER NOT NULL,
    change TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (feed, at, change)
) STRICT;
CREATE INDEX feed_news_by_time ON feed_news (at);
CREATE TABLE feed_trace (               -- apart from poll: read when a feed has changed only
    feed INTEGER PRIMARY KEY REFERENCES feed (number),
    traces BLOB NOT NULL                -- identity.py packs them: 28 bytes of hashes an entry
) STRICT;
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
CREATE TABLE offer (
    entry INTEGER NOT NULL,             -- outlives the entry, as commitments do
    message INTEGER NOT NULL REFERENCES outbox (number),
    PRIMARY KEY (entry, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX offer_by_message ON offer (message);
CREATE INDEX outbox_by_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE TABLE unsubscribed (             -- by name and address: the settings hold both
    digest TEXT NOT NULL,
    recipient TEXT NOT NULL,            -- as the outbox has it
    at INTEGER NOT NULL,                -- the first time they said so
    PRIMARY KEY (digest, recipient)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry_edit (               -- what an entry said before its publisher changed it
    entry INTEGER NOT NULL REFERENCES entry (number) ON DELETE CASCADE,
    edited_at INTEGER NOT NULL,         -- when the change was seen
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (entry, edited_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE declined (                 -- terms that were suggested, and are not wanted
    term TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_by_outlet ON entry (outlet, dated_at);
CREATE INDEX entry_by_feed ON entry (feed, seen_at, background);
CREATE INDEX score_by_value ON score (profile, value) WHERE value >= 0.1;
CREATE TABLE trouble (                  -- what the service cannot do now; gone when it can again
    name TEXT PRIMARY KEY,              -- a duty, or what it is about: "poll", "disk"
    text TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE told (                     -- matters told through the webhook, so each is told once
    name TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE day_tally (                -- what a day (UTC) brought
    day TEXT PRIMARY KEY,
    alive_s INTEGER NOT NULL DEFAULT 0, -- for how long the service ran
    poll_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0,
    poll_ms INTEGER NOT NULL DEFAULT 0  -- what the poll runs took together
) STRICT, WITHOUT ROWID;
CREATE TABLE web_session (
    token_hash BLOB PRIMARY KEY,        -- SHA-256: who reads this table can log in nowhere
    mark BLOB NOT NULL,                 -- of the password it was opened with
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE web_attempt (              -- wrong passwords, by who gave them
    who TEXT PRIMARY KEY,               -- an address, a browser known, or everybody
    count INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE "verdict" (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    feed INTEGER NOT NULL,              -- 0: the entry is of a labelled file, and of no feed
    id_hash BLOB NOT NULL,              -- as in `known`
    profile TEXT NOT NULL,              -- '': of no one profile
    good INTEGER NOT NULL CHECK (good IN (0, 1)),
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    reader TEXT NOT NULL,               -- the address of a recipient; '': whoever keeps the monitor
    id TEXT NOT NULL,
    link TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    outlet TEXT NOT NULL,
    language TEXT,
    published_at INTEGER,
    seen_at INTEGER NOT NULL,
    dated_at INTEGER NOT NULL,
    UNIQUE (feed, id_hash, profile, reader)
) STRICT;
CREATE INDEX verdict_by_who ON verdict (reader) WHERE reader <> '';
INSERT INTO "_sqlite_migrations" VALUES (1, 'monitor', 'm001_first_tables', '2026-11-22 03:30:15.534401+00:00');
INSERT INTO "_sqlite_migrations" VALUES (10, 'monitor', 'm008_web', '2026-11-22 03:30:15.540128+00:00');
INSERT INTO "_sqlite_migrations" VALUES (11, 'monitor', 'm018_readers', '2026-11-22 03:30:15.542418+00:00');
INSERT INTO "_sqlite_migrations" VALUES (12, 'monitor', 'm011_edit_count', '2026-11-22 03:30:15.543208+00:00');
INSERT INTO "_sqlite_migrations" VALUES (2, 'monitor', 'm002_verdicts', '2026-11-22 03:30:15.534676+00:00');
INSERT INTO "_sqlite_migrations" VALUES (3, 'monitor', 'm003_feed_health', '2026-11-22 03:30:15.537100+00:00');
INSERT INTO "_sqlite_migrations" VALUES (4, 'monitor', 'm004_traces', '2026-11-22 03:30:15.537289+00:00');
INSERT INTO "_sqlite_migrations" VALUES (5, 'monitor', 'm005_stories', '2026-11-22 03:30:15.537594+00:00');
INSERT INTO "_sqlite_migrations" VALUES (6, 'monitor', 'm006_offers', '2026-11-22 03:30:15.537917+00:00');
INSERT INTO "_sqlite_migrations" VALUES (7, 'monitor', 'm007_people', '2026-11-22 03:30:15.538358+00:00');
INSERT INTO "_sqlite_migrations" VALUES (8, 'monitor', 'm013_edits', '2026-11-22 03:30:15.539427+00:00');
INSERT INTO "_sqlite_migrations" VALUES (9, 'monitor', 'm009_upkeep', '2026-11-22 03:30:15.539704+00:00');
INSERT INTO "feed" VALUES (1, 'https://times.example/feed', 'Example Times', '[]', NULL, 0, 1783857600000000, NULL, 0);
INSERT INTO "feed" VALUES (2, 'https://other.example/feed', 'Example Times', '[]', NULL, 1, 1783857600000000, NULL, 0);
INSERT INTO "poll" VALUES (1, '"1"', NULL, NULL, 1783857600000000, 1783857600000000, 1783857600000000, NULL, NULL, 0, NULL, '', '', NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO "poll" VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, '', '', NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO "entry" VALUES (1, 1, 'a', 'https://example.com/1/a', 'México y Estados Unidos firman un acuerdo sobre el agua', 'Agua, ñ', 'Example Times', 'en', '', 1783857600000000, 1783857600000000, 1783857600000000, NULL, 0, 1, 0);
INSERT INTO "entry" VALUES (2, 1, 'b', 'https://example.com/1/b', 'Mexico and the United States sign a water accord', 'Agua, ñ', 'Example Times', 'en', '', 1783857600000000, 1783857600000000, 1783857600000000, NULL, 0, 1, 0);
INSERT INTO "entry" VALUES (3, 1, 'c', 'https://example.com/1/c', 'Una mañana en la frontera: niños, años y señales', 'Agua, ñ', 'Example Times', 'en', '', 1783857600000000, 1783857600000000, 1783857600000000, NULL, 0, 1, 0);
INSERT INTO "known" VALUES (1, X'1BA3C523E770F3313CC91AB1', X'147C384494899392', 1);
INSERT INTO "known" VALUES (1, X'78C75AEE12EACF55AB4B0120', X'15CADCC9C89E648D', 2);
INSERT INTO "known" VALUES (1, X'DADE18036B8B30C9AF8994E5', X'DBF6DF3420D346CE', 3);
INSERT INTO "profile" VALUES (1, 'trade');
INSERT INTO "score" VALUES (1, 1, 0.8);
INSERT INTO "score" VALUES (2, 1, 0.8);
INSERT INTO "score" VALUES (3, 1, 0.8);
INSERT INTO "score_reasons" VALUES (1, '[[["accord",1.5,"title"]],{"1":[0]}]');
INSERT INTO "score_reasons" VALUES (2, '[[["accord",1.5,"title"]],{"1":[0]}]');
INSERT INTO "score_reasons" VALUES (3, '[[["accord",1.5,"title"]],{"1":[0]}]');
INSERT INTO "digest" VALUES (1, 'morning', 1783857600000000, NULL);
INSERT INTO "issue" VALUES (1, 1, '2026-07-12', '07:00', 1783857600000000, 'issue', 1783857600000000, 'Morning', '');
INSERT INTO "issue_story" VALUES (1, 0, 1, 1, 1);
INSERT INTO "commitment" VALUES (1, 1, 1, 1, 0);
INSERT INTO "outbox" VALUES (1, 1, '<morning.2026-07-12-0700.1@example.org>', 'monitor@example.org', 'ana@example.org', 'Morning, 12 Jul: A water accord', X'5375626A6563743A204D6F726E696E670D0A0D0A41207761746572206163636F72640D0A', 'queued', 1783857600000000, 0, NULL, NULL, NULL, '', NULL);
INSERT INTO "fact" VALUES ('backup_at', 1783857600000000);
INSERT INTO "fact" VALUES ('heartbeat_at', 1783857600000000);
INSERT INTO "fact" VALUES ('learning_at', 1783857600000000);
INSERT INTO "learned" VALUES ('trade', NULL, 1783857600000000, 2, '{"agua": 1.5}', 0.1);
INSERT INTO "story_pair" VALUES (1, 3, 1, 1783857600000000);
INSERT INTO "unsubscribed" VALUES ('evening', 'ana@example.org', 1);
INSERT INTO "declined" VALUES ('frontera', 1783857600000000);
INSERT INTO "day_tally" VALUES ('2026-07-12', 0, 2, 1, 3000);
INSERT INTO "verdict" VALUES (1, 1, X'1BA3C523E770F3313CC91AB1', '', 1, 1783857600000000, 'owner', '', 'a', 'https://example.com/1/a', 'México y Estados Unidos firman un acuerdo sobre el agua', 'Agua, ñ', 'Example Times', 'en', 1783857600000000, 1783857600000000, 1783857600000000);
INSERT INTO "verdict" VALUES (2, 1, X'DADE18036B8B30C9AF8994E5', '', 0, 1783857600000000, 'ana@example.org', 'ana@example.org', 'c', 'https://example.com/1/c', 'Una mañana en la frontera: niños, años y señales', 'Agua, ñ', 'Example Times', 'en', 1783857600000000, 1783857600000000, 1783857600000000);
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES ('entry', 3);
INSERT INTO "sqlite_sequence" VALUES ('feed', 2);
INSERT INTO "sqlite_sequence" VALUES ('issue', 1);
INSERT INTO "sqlite_sequence" VALUES ('outbox', 1);
INSERT INTO "sqlite_sequence" VALUES ('verdict', 2);
INSERT INTO entry_fts (rowid, title, summary) VALUES (1, 'mexico y estados unidos firman un acuerdo sobre el agua', 'agua, ñ');
INSERT INTO entry_fts (rowid, title, summary) VALUES (2, 'mexico and the united states sign a water accord', 'agua, ñ');
INSERT INTO entry_fts (rowid, title, summary) VALUES (3, 'una mañana en la frontera: niños, años y señales', 'agua, ñ');
