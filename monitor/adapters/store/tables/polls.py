"""What polls remember of entries besides what they say."""

from __future__ import annotations

POLL_TABLES = """
-- Updates so far: what changes with every fetch (a counter, a date) stops being written.
ALTER TABLE entry ADD COLUMN edit_count INTEGER NOT NULL DEFAULT 0;
"""
