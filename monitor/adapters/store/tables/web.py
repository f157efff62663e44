"""The tables of the web pages: who is logged in, and who guesses passwords."""

WEB_TABLES = """
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
"""

# One verdict of each reader beside the owner's: before, a reader's took the owner's place.
READER_TABLES = """
CREATE TABLE verdict_by_reader (
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
INSERT INTO verdict_by_reader
    SELECT number, feed, id_hash, profile, good, at, who, iif(instr(who, '@'), who, ''), id, link,
        title, summary, outlet, language, published_at, seen_at, dated_at
    FROM verdict;
DROP TABLE verdict;
ALTER TABLE verdict_by_reader RENAME TO verdict;
CREATE INDEX verdict_by_who ON verdict (reader) WHERE reader <> '';
"""

# A changed profile's entries are scored anew by the service: it must see that one was changed.
SCORED_TABLES = """
CREATE TABLE scored_as (                -- how a profile was when the entries were scored by it
    profile TEXT PRIMARY KEY,
    mark TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
