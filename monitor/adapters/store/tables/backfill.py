"""The table of archives: how far each was read into the store."""

from __future__ import annotations

BACKFILL_TABLES = """
CREATE TABLE backfill (                 -- archives that were read, or are being read
    archive TEXT PRIMARY KEY,           -- its name and what it begins with, as a hash
    feed INTEGER NOT NULL REFERENCES feed (number),  -- what its entries are kept under
    done INTEGER NOT NULL               -- where reading goes on; written with what was read
) STRICT, WITHOUT ROWID;
"""
