"""The tables of upkeep: what is wrong, what was told, what each day brought."""

UPKEEP_TABLES = """
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
"""
