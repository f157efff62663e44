"""Entries of archives: kept under a feed of the archive's own, which is never polled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.adapters.store.entries import Entries
from monitor.adapters.store.fresh import FreshEntries
from monitor.adapters.store.rows import content_hash, id_hash, to_us
from monitor.model import Entry, EntryKey, Score


class Backfill(Entries):
    """What an archive brings is background: it can be searched, and no digest carries it."""

    def backfill_place(self, archive: str) -> int:
        """Return where reading an archive goes on, 0 when it was never begun."""
        with self._db.reading("looking how far an archive was read"):
            done = self._db.value("SELECT done FROM backfill WHERE archive = ?", [archive])
        return int(done or 0)

    def save_backfill(
        self,
        archive: str,
        title: str,
        entries: Sequence[tuple[Entry, Sequence[Score]]],
        *,
        done: int,
        floors: Mapping[str, float],
        now: datetime,
    ) -> int:
        """Keep a piece of an archive, and that it was read to `done`, together.

        What is there already stays as it is. Returns how many entries are new.
        """
        with self._db.writing("keeping a piece of an archive"):
            feed = self._archive_feed(archive, title, now)
            ids = [id_hash(entry.key.id) for entry, _ in entries]
            known = set(self._known_rows(feed, ids))
            fresh = FreshEntries(self._db, now, undated_is_old=True)
            scored: dict[int, Sequence[Score]] = {}
            for (entry, scores), id_ in zip(entries, ids, strict=True):
                if id_ not in known:
                    known.add(id_)
                    own = replace(entry, key=EntryKey(feed, entry.key.id))
                    scored[fresh.add(own, id_, content_hash(own))] = scores
            fresh.write()
            self._write_scores(scored, floors)
            self._db.run("UPDATE backfill SET done = ? WHERE archive = ?", [done, archive])
        return len(scored)

    def _archive_feed(self, archive: str, title: str, now: datetime) -> int:
        feed = self._db.value("SELECT feed FROM backfill WHERE archive = ?", [archive])
        if feed is None:
            # Removed from the start: feeds that are subscribed are polled.
            feed = self._db.insert(
                """
                INSERT INTO feed (url, title, topics, position, paused, added_at, removed_at)
                VALUES (?, ?, '[]', 0, 1, ?, ?)
                """,
                [f"archive:{archive}", title, to_us(now), to_us(now)],
            )
            self._db.run("INSERT INTO poll (feed) VALUES (?)", [feed])
            self._db.run("INSERT INTO backfill VALUES (?, ?, 0)", [archive, feed])
        return int(feed)
