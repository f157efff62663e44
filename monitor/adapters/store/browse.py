"""What people look through beside pages of entries: the reports of a story, former words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from monitor.adapters.store.archive import StoredEntry
from monitor.adapters.store.database import Database
from monitor.adapters.store.listing import Listing
from monitor.adapters.store.rows import (
    ENTRY_COLUMNS,
    FEED_TITLE,
    entry_from_row,
    from_us,
    id_hash,
    to_us,
)
from monitor.model import Entry, EntryKey

EDITS_KEPT: Final = 20  # of one entry: some publishers change theirs all day
ASKED_AT_ONCE: Final = 200  # each question gives way to whoever else computes


@dataclass(frozen=True, slots=True)
class PlainEntry:
    """An entry without its scores."""

    number: int
    entry: Entry
    story: int | None


@dataclass(frozen=True, slots=True)
class Edit:
    """What an entry said until its publisher changed it."""

    edited_at: datetime
    title: str
    summary: str


class Browse(Listing):
    """Questions of the pages; each answers within a hundredth of a second or a few."""

    def outlets(self, *, limit: int = 400) -> list[str]:
        """Return the outlets' names in order, as many as a list of choices may have."""
        with self._db.reading("reading the outlets"):
            rows = self._db.rows(
                """
                WITH RECURSIVE one (name) AS (
                    SELECT min(outlet) FROM entry
                    UNION ALL
                    SELECT (SELECT min(outlet) FROM entry WHERE outlet > one.name) FROM one
                    WHERE one.name IS NOT NULL
                )
                SELECT name FROM one WHERE name IS NOT NULL LIMIT ?
                """,
                [limit],
            )
        return [row["name"] for row in rows]

    def plain_entries(self, since: datetime, until: datetime | None = None) -> list[PlainEntry]:
        """Return the entries dated since then, without background, newest first.

        `until`: and before then.
        """
        with self._db.reading("reading entries"):
            rows = self._db.rows(
                f"""
                SELECT {ENTRY_COLUMNS} FROM entry
                WHERE dated_at >= ? AND dated_at < ? AND NOT background
                ORDER BY dated_at DESC, number DESC
                """,
                [to_us(since), 2**63 - 1 if until is None else to_us(until)],
            )
        return [PlainEntry(row["number"], entry_from_row(row), row["story"]) for row in rows]

    def reports(self, story: int) -> list[StoredEntry]:
        """Return the entries of a story, oldest first; none when there is no such story."""
        with self._db.reading("reading a story"):
            return self._stored(
                self._db.rows(
                    f"""
                    SELECT {ENTRY_COLUMNS}, {FEED_TITLE} FROM entry WHERE story = ?
                    ORDER BY seen_at, number
                    """,
                    [story],
                )
            )

    def first_reports(self, since: datetime, until: datetime) -> list[tuple[int, str]]:
        """Return number and headline of the first report of each story that began then."""
        with self._db.reading("reading the beginnings of stories"):
            rows = self._db.rows(
                """
                SELECT number, title FROM entry
                WHERE story = number AND seen_at >= ? AND seen_at <= ? ORDER BY seen_at, number
                """,
                [to_us(since), to_us(until)],
            )
        return [(row["number"], row["title"]) for row in rows]

    def edits(self, entry: int) -> list[Edit]:
        """Return what an entry said before, the newest change first."""
        with self._db.reading("reading former words"):
            rows = self._db.rows(
                "SELECT * FROM entry_edit WHERE entry = ? ORDER BY edited_at DESC", [entry]
            )
        return [Edit(from_us(row["edited_at"]), row["title"], row["summary"]) for row in rows]

    def said_of(self, keys: Iterable[EntryKey]) -> dict[EntryKey, dict[str, bool]]:
        """Return what was said of entries: by profile ("": of no one) whether it was good.

        Said by whoever keeps the monitor; what readers said stands beside it.
        """
        hashes = {(key.feed, id_hash(key.id)): key for key in keys}
        found: dict[EntryKey, dict[str, bool]] = {}
        with self._db.reading("reading verdicts on entries"):
            for some in _some(hashes):
                for row in self._db.rows(
                    f"""
                    WITH wanted (feed, id_hash) AS (VALUES {_places(some)})
                    SELECT feed, id_hash, profile, good FROM wanted
                    CROSS JOIN verdict USING (feed, id_hash) WHERE reader = ''
                    """,
                    [value for pair in some for value in pair],
                ):
                    key = hashes[row["feed"], row["id_hash"]]
                    found.setdefault(key, {})[row["profile"]] = bool(row["good"])
        return found

    def numbers_of(self, keys: Iterable[EntryKey]) -> dict[EntryKey, int]:
        """Return the numbers of entries; those that are not kept any more are missing."""
        hashes = {(key.feed, id_hash(key.id)): key for key in keys}
        found = {}
        with self._db.reading("looking up entries"):
            for some in _some(hashes):
                for row in self._db.rows(
                    f"""
                    WITH wanted (feed, id_hash) AS (VALUES {_places(some)})
                    SELECT known.feed, known.id_hash, entry.number FROM wanted
                    CROSS JOIN known USING (feed, id_hash)
                    JOIN entry ON entry.number = known.entry
                    """,
                    [value for pair in some for value in pair],
                ):
                    found[hashes[row["feed"], row["id_hash"]]] = int(row["number"])
        return found


def remember_edit(db: Database, entry: int, title: str, summary: str, at_us: int) -> None:
    """Keep what an entry said, inside the caller's transaction."""
    db.run(
        "INSERT INTO entry_edit VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [entry, at_us, title, summary],
    )
    db.run(
        """
        DELETE FROM entry_edit WHERE entry = ?1 AND edited_at <= (
            SELECT edited_at FROM entry_edit WHERE entry = ?1
            ORDER BY edited_at DESC LIMIT 1 OFFSET ?2
        )
        """,
        [entry, EDITS_KEPT],
    )


# ---------------------------------------------------------------- parts


def _some(hashes: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """Yield feeds and hashes, as many at a time as one question is asked for."""
    pairs = iter(hashes)
    while some := list(islice(pairs, ASKED_AT_ONCE)):
        yield some


def _places(pairs: Sequence[object]) -> str:
    return ", ".join(["(?, ?)"] * len(pairs))
