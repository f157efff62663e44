"""The column that tells which story of an issue stood in a line under another."""

SAGA_TABLES = """
-- The story of its saga that it was told under; NULL: it stood by itself.
ALTER TABLE issue_story ADD COLUMN under INTEGER;
"""
