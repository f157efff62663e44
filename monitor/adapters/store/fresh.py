"""New entries on their way into the tables: gathered, and written a table at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.adapters.store.database import Database
from monitor.adapters.store.rows import to_us, to_us_or_none
from monitor.model import Entry
from monitor.text import fold

# Searches and archives bring up what is months old; a digest reaches back a week as well.
OLD_NEWS = timedelta(days=7)

INDEX = "INSERT INTO entry_fts (rowid, title, summary) VALUES (?, ?, ?)"
_ENTRY = """
    INSERT INTO entry (number, feed, id, link, title, summary, outlet, language, published_text,
        published_at, seen_at, dated_at, background)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_KNOWN = "INSERT INTO known VALUES (?, ?, ?, ?)"


class FreshEntries:
    """New entries of one feed, within one transaction, which gives them their numbers."""

    def __init__(self, db: Database, cutoff: datetime | None, undated_is_old: bool) -> None:
        """Take what makes an entry background: dated before the cutoff, or undated."""
        self._db = db
        self._cutoff = cutoff
        self._undated_is_old = undated_is_old
        # AUTOINCREMENT's own memory: a number is never given again, though its entry is gone.
        last = db.value("SELECT seq FROM sqlite_sequence WHERE name = 'entry'")
        self._last = int(last or 0)
        self._entries: list[tuple[object, ...]] = []
        self._known: list[tuple[object, ...]] = []
        self._words: list[tuple[object, ...]] = []

    def add(self, entry: Entry, id_hash: bytes, content_hash: bytes) -> int:
        """Take an entry; return the number it is written under."""
        self._last = number = self._last + 1
        key, link = entry.key, entry.link
        self._entries.append((
            number,
            key.feed,
            None if key.id == link else key.id,
            link,
            entry.title,
            entry.summary,
            entry.outlet,
            entry.language,
            entry.published_text,
            to_us_or_none(entry.published_at),
            to_us(entry.seen_at),
            to_us(entry.dated_at),
            self._is_background(entry),
        ))  # fmt: skip
        self._known.append((key.feed, id_hash, content_hash, number))
        self._words.append((number, fold(entry.title), fold(entry.summary)))
        return number

    def write(self) -> None:
        """Write what was taken since the last time."""
        self._db.run_many(_ENTRY, self._entries)
        self._db.run_many(_KNOWN, self._known)
        self._db.run_many(INDEX, self._words)
        for rows in (self._entries, self._known, self._words):
            rows.clear()

    def _is_background(self, entry: Entry) -> bool:
        if entry.published_at is None:
            return self._undated_is_old
        oldest = entry.seen_at - OLD_NEWS
        return entry.published_at < max(oldest, self._cutoff or oldest)
