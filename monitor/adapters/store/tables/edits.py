"""What the pages ask and do: former words of entries, scores by value, paused feeds."""

from __future__ import annotations

EDIT_TABLES = """
ALTER TABLE feed ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;  -- not polled
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
-- Nine of ten scores say that nothing was found; who asks for high ones passes them over.
CREATE INDEX score_by_value ON score (profile, value) WHERE value >= 0.1;
"""
