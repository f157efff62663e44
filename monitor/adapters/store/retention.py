"""What is let go with age, in small steps: full texts first, then entries.

What tells that an entry was seen (`known`) and what was sent (`commitment`) stays: a pruned
entry neither comes back nor is sent again. Verdicts keep the words they were given on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import to_us
from monitor.text import fold

STEP = 500  # rows in one transaction: a few hundredths of a second
VACUUM_PAGES = 256  # one megabyte

PRUNED = "pruned_at"  # the last time that pruning came to its end


@dataclass(frozen=True, slots=True)
class Ages:
    """From when on what is kept; what was first seen before is let go."""

    texts: datetime  # summaries, former wordings, the bytes of sent messages
    entries: datetime  # entries with their scores; why stories were left out of issues


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning let go, or would."""

    text_count: int = 0
    message_count: int = 0  # sent messages whose bytes went
    entry_count: int = 0
    note_count: int = 0  # omissions, rankings, news of feeds

    def __add__(self, other: Pruned) -> Pruned:
        return Pruned(
            self.text_count + other.text_count,
            self.message_count + other.message_count,
            self.entry_count + other.entry_count,
            self.note_count + other.note_count,
        )

    @property
    def total(self) -> int:
        return self.text_count + self.message_count + self.entry_count + self.note_count


_TEXTS = "FROM entry WHERE seen_at < ?1 AND seen_at >= ?2 AND summary <> ''"
_MESSAGES = "FROM outbox WHERE state = 'sent' AND queued_at < ?1 AND length(content) > 0"
_ENTRIES = "FROM entry WHERE seen_at < ?1"
_ISSUES = "(SELECT number FROM issue WHERE issued_at < ?1)"
_NOTES = {
    "omission": f"FROM omission WHERE issue IN {_ISSUES}",
    "ranking": f"FROM ranking WHERE issue IN {_ISSUES}",
    "feed_news": "FROM feed_news WHERE at < ?1",
}


class Retention(Part):
    """Every step is one short transaction; who stops in between goes on later."""

    def prunable(self, ages: Ages) -> Pruned:
        """Return what pruning would let go now; changes nothing."""
        texts, entries = to_us(ages.texts), to_us(ages.entries)
        with self._db.reading("counting what is old"):
            return Pruned(
                self._db.value(f"SELECT count(*) {_TEXTS}", [texts, entries]),
                self._db.value(f"SELECT count(*) {_MESSAGES}", [texts]),
                self._db.value(f"SELECT count(*) {_ENTRIES}", [entries]),
                sum(
                    self._db.value(f"SELECT count(*) {each}", [entries]) for each in _NOTES.values()
                ),
            )

    def prune_step(self, ages: Ages, limit: int = STEP) -> Pruned:
        """Let the oldest go, `limit` rows at most; nothing when all is done."""
        texts, entries = to_us(ages.texts), to_us(ages.entries)
        return (
            self._prune_entries(entries, limit)
            or self._prune_texts(texts, entries, limit)
            or self._prune_messages(texts, limit)
            or self._prune_notes(entries, limit)
            or Pruned()
        )

    def vacuum_step(self, pages: int = VACUUM_PAGES) -> int:
        """Give free pages back to the disk; return how many are left."""
        with self._db.writing("giving free pages back"):
            self._db.rows(f"PRAGMA incremental_vacuum({pages})")
            return int(self._db.value("PRAGMA freelist_count"))

    def _prune_entries(self, before: int, limit: int) -> Pruned | None:
        with self._db.writing("pruning entries"):
            rows = self._db.rows(
                f"SELECT number, title, summary {_ENTRIES} ORDER BY seen_at LIMIT ?2",
                [before, limit],
            )
            self._forget_words(rows)
            # Scores, reasons and former wordings go with the entry.
            self._db.run_many(
                "DELETE FROM entry WHERE number = ?", [(row["number"],) for row in rows]
            )
        return Pruned(entry_count=len(rows)) if rows else None

    def _prune_texts(self, before: int, kept_from: int, limit: int) -> Pruned | None:
        with self._db.writing("pruning texts"):
            rows = self._db.rows(
                f"SELECT number, title, summary {_TEXTS} ORDER BY seen_at LIMIT ?3",
                [before, kept_from, limit],
            )
            numbers = [(row["number"],) for row in rows]
            self._forget_words(rows)
            self._db.run_many(
                "INSERT INTO entry_fts (rowid, title, summary) VALUES (?, ?, '')",
                [(row["number"], fold(row["title"])) for row in rows],
            )
            self._db.run_many("UPDATE entry SET summary = '' WHERE number = ?", numbers)
            self._db.run_many("DELETE FROM entry_edit WHERE entry = ?", numbers)
        return Pruned(text_count=len(rows)) if rows else None

    def _forget_words(self, rows: list[Any]) -> None:
        """Take entries out of the word index, which wants its words back for that."""
        self._db.run_many(
            "INSERT INTO entry_fts (entry_fts, rowid, title, summary) VALUES ('delete', ?, ?, ?)",
            [(row["number"], fold(row["title"]), fold(row["summary"])) for row in rows],
        )

    def _prune_messages(self, before: int, limit: int) -> Pruned | None:
        with self._db.writing("pruning messages"):
            count = self._db.run(
                f"""
                UPDATE outbox SET content = x''
                WHERE number IN (SELECT number {_MESSAGES} LIMIT ?2)
                """,
                [before, max(limit // 10, 1)],  # each is some hundred times as long as a row
            )
        return Pruned(message_count=count) if count else None

    def _prune_notes(self, before: int, limit: int) -> Pruned | None:
        keys = {"omission": "issue, story", "ranking": "issue, story", "feed_news": "number"}
        with self._db.writing("pruning notes"):
            for table, old in _NOTES.items():
                key = keys[table]
                count = self._db.run(
                    f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} {old} LIMIT ?2)",
                    [before, limit],
                )
                if count:
                    return Pruned(note_count=count)
        return None
