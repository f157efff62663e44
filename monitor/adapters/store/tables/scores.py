"""How high scores are found: by profile and entry, so that what is old is not looked at."""

from __future__ import annotations

# Entries are numbered as they come. By value, as it was, "of the last days" led through all
# that ever scored, and each new entry touched another page of the index.
SCORE_TABLES = """
DROP INDEX score_by_value;
CREATE INDEX score_high ON score (profile, entry, value) WHERE value >= 0.1;
"""
