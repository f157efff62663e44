"""Which story each entry stands in, and no more: to see whether what is kept still holds."""

from __future__ import annotations

from datetime import datetime

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import to_us
from monitor.model import EntryKey


class Places(Part):
    """The places of entries in stories; `Entries.story_entries` has the entries too."""

    def story_places(self, since: datetime) -> list[tuple[EntryKey, int]]:
        """Return the entries in stories first seen at or after `since`, each with its story."""
        with self._db.reading("looking where entries stand"):
            rows = self._db.rows(
                """
                SELECT feed, coalesce(id, link), story FROM entry
                WHERE story IS NOT NULL AND seen_at >= ?
                """,
                [to_us(since)],
            )
        return [(EntryKey(feed, id_), story) for feed, id_, story in rows]

    def count_in_stories(self, since: datetime) -> int:
        """Return how many entries first seen at or after `since` stand in stories."""
        with self._db.reading("counting the entries of stories"):
            count = self._db.value(
                "SELECT count(*) FROM entry WHERE story IS NOT NULL AND seen_at >= ?",
                [to_us(since)],
            )
        return int(count)
