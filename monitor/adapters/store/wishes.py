"""What people wish beside their files: terms not to be suggested, feeds to be polled soon."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import to_us


class Wishes(Part):
    """Each wish is one transaction and may be repeated."""

    def decline(self, term: str, now: datetime) -> None:
        """Remember that a suggested term is not wanted."""
        with self._db.writing("declining a suggestion"):
            self._db.run(
                "INSERT INTO declined VALUES (?, ?) ON CONFLICT DO NOTHING", [term, to_us(now)]
            )

    def declined(self) -> frozenset[str]:
        """Return the terms that are not to be suggested again."""
        with self._db.reading("reading declined suggestions"):
            return frozenset(row["term"] for row in self._db.rows("SELECT term FROM declined"))

    def poll_soon(self, feed: int, now: datetime, *, rested: timedelta) -> bool:
        """Have a feed polled with the next run; False when it has to rest.

        So it has when it was polled less than `rested` ago, when its publisher asked to wait,
        and when it ended. Everything that is known of it stays.
        """
        with self._db.writing("having a feed polled soon"):
            changed = self._db.run(
                """
                UPDATE poll SET next_poll_at = ?1
                WHERE feed = ?2 AND ended_at IS NULL
                    AND (polled_at IS NULL OR polled_at <= ?3 OR polled_at > ?1)
                    AND (blocked_until IS NULL OR blocked_until <= ?1)
                """,
                [to_us(now), feed, to_us(now - rested)],
            )
        return changed == 1
