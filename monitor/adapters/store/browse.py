"""What people look through: entries page by page, the reports of a story, former words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from monitor.adapters.store.archive import NO_MATCH, Archive, StoredEntry, match_expression
from monitor.adapters.store.counts import HIGH_FROM
from monitor.adapters.store.database import Database
from monitor.adapters.store.rows import (
    ENTRY_COLUMNS,
    entry_from_row,
    from_us,
    id_hash,
    to_us,
)
from monitor.model import Entry, EntryKey

EDITS_KEPT: Final = 20  # of one entry: some publishers change theirs all day
NEAR_LIMIT: Final = 5000  # entries of a search that are put in order: the newest of them
# Where high scores are looked for: among so many entries by date, among so many high ones by
# number, and then all that there are are put in order.
WALKED: Final = 15_000
LAST_STORED: Final = 1000
_LAST: Final = 2**63 - 1  # no date and no number is greater
ASKED_AT_ONCE: Final = 200  # each question gives way to whoever else computes
_FEED_TITLE = "(SELECT title FROM feed WHERE feed.number = entry.feed) AS feed_title"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person looks for among all entries; "" does not restrict."""

    search: str = ""  # as Archive.entries
    profile: str = ""
    minimum: float = 0.0  # the least score for `profile`
    outlet: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, newest first by the date they are shown with, and where they go on."""

    entries: tuple[StoredEntry, ...]
    next: str  # what `entry_page` takes for the following ones; "" when there are none


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


class Browse(Archive):
    """Questions of the pages; each answers within a hundredth of a second or a few."""

    def entry_page(self, wanted: Wanted, *, after: str = "", limit: int = 40) -> EntryPage:
        """Return entries that are wanted, the page that follows `after`; "" is the first.

        Of a search that finds more than `NEAR_LIMIT`, the last that were stored are told.
        """
        place = _place(after)
        with self._db.reading("reading a page of entries"):
            rows = None
            if _is_of_score(wanted):
                rows = self._walked(wanted, place, limit + 1)
                if rows is None:
                    rows = self._last_stored(wanted, place, limit + 1)
            if rows is None:
                rows = self._sought(wanted, place, limit + 1)
            stored = self._stored(rows[:limit])
        more = len(rows) > limit
        last = rows[limit - 1] if more else None
        return EntryPage(tuple(stored), f"{last['dated_at']}.{last['number']}" if last else "")

    def _sought(self, wanted: Wanted, place: list[int] | None, limit: int) -> list[Any]:
        """Return the entries behind a place: all that are wanted are put in order."""
        conditions, values = _conditions(wanted)
        if place:
            conditions.append("(entry.dated_at, entry.number) < (?, ?)")
            values += place
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        return self._db.rows(
            f"""
            SELECT {ENTRY_COLUMNS}, {_FEED_TITLE} FROM {_source(wanted)} {where}
            ORDER BY entry.dated_at DESC, entry.number DESC LIMIT ?
            """,
            [*_source_values(wanted), *values, limit],
        )

    def _walked(self, wanted: Wanted, place: list[int] | None, limit: int) -> list[Any] | None:
        """Return the entries behind a place, of the next `WALKED`; None: these hold too few.

        What reaches a threshold is common, mostly: this is sooner done than putting all in order
        that ever did. Of an outlet, all of its entries are looked through.
        """
        walked, values = ["(dated_at, number) < (?, ?)"] if place else [], list[Any](place or ())
        if wanted.outlet:
            walked.append("outlet = ?")
            values.append(wanted.outlet)
        among = f"""
            SELECT number AS walked FROM entry
            INDEXED BY {"entry_by_outlet" if wanted.outlet else "entry_by_date"}
            {f"WHERE {' AND '.join(walked)}" if walked else ""}
            ORDER BY dated_at DESC, number DESC LIMIT {-1 if wanted.outlet else WALKED}
        """
        rows = self._reaching(wanted, among, values, None, limit)
        return rows if wanted.outlet or len(rows) == limit else None

    def _last_stored(self, wanted: Wanted, place: list[int] | None, limit: int) -> list[Any] | None:
        """Return the entries behind a place, from those stored last before it; None: too few.

        Entries are numbered as they come, and that is nearly by date. What has another number
        and is dated between all the same is looked for by its date.
        """
        newest = place[1] if place else _LAST
        numbers = [
            row["entry"]
            for row in self._db.rows(
                """
                SELECT entry FROM score
                WHERE profile = (SELECT number FROM profile WHERE name = ?)
                    AND value >= 0.1 AND value >= ? AND entry <= ?
                ORDER BY entry DESC LIMIT ?
                """,
                [wanted.profile, wanted.minimum, newest, LAST_STORED],
            )
        ]
        among = "SELECT value AS walked FROM json_each(?)"
        rows = self._reaching(wanted, among, [json.dumps(numbers)], place, limit)
        if len(rows) < limit:
            return None
        among = """
            SELECT number AS walked FROM entry INDEXED BY entry_by_date
            WHERE (dated_at, number) > (?, ?) AND dated_at <= ? AND (number < ? OR number > ?)
        """
        last, until = rows[-1], place[0] if place else _LAST
        span = [last["dated_at"], last["number"], until, numbers[-1], newest]
        rows += self._reaching(wanted, among, span, place, limit)
        return sorted(rows, key=lambda row: (row["dated_at"], row["number"]), reverse=True)[:limit]

    def _reaching(
        self, wanted: Wanted, among: str, values: list[Any], place: list[int] | None, limit: int
    ) -> list[Any]:
        """Return the wanted ones among the entries that a question calls `walked`."""
        behind = "AND (entry.dated_at, entry.number) < (?, ?)" if place else ""
        return self._db.rows(
            f"""
            SELECT {ENTRY_COLUMNS}, {_FEED_TITLE} FROM ({among})
            CROSS JOIN score ON score.entry = walked AND score.value >= ?
                AND score.profile = (SELECT number FROM profile WHERE name = ?)
            CROSS JOIN entry ON entry.number = walked {behind}
                AND (? = '' OR entry.language = ?)
            ORDER BY entry.dated_at DESC, entry.number DESC LIMIT ?
            """,
            [
                *(*values, wanted.minimum, wanted.profile),
                *(place or ()),
                *(wanted.language, wanted.language, limit),
            ],
        )

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
                    SELECT {ENTRY_COLUMNS}, {_FEED_TITLE} FROM entry WHERE story = ?
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


def _is_of_score(wanted: Wanted) -> bool:
    """Tell whether high scores lead to what is wanted: they have an index."""
    return bool(wanted.profile and not wanted.search and wanted.minimum >= HIGH_FROM)


def _source(wanted: Wanted) -> str:
    """Return where to look: who searches is led by the words, else by the date or the score."""
    if wanted.search:
        return f"""
            (SELECT rowid AS found FROM entry_fts(?) ORDER BY rowid DESC LIMIT {NEAR_LIMIT})
            CROSS JOIN entry ON entry.number = found
        """
    if _is_of_score(wanted):
        return """
            (SELECT score.entry AS found FROM score
                WHERE score.profile = (SELECT number FROM profile WHERE name = ?)
                AND score.value >= 0.1 AND score.value >= ?)
            CROSS JOIN entry ON entry.number = found
        """
    return "entry"


def _source_values(wanted: Wanted) -> list[Any]:
    if wanted.search:
        return [match_expression(wanted.search) or NO_MATCH]
    if _is_of_score(wanted):
        return [wanted.profile, wanted.minimum]
    return []


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions, values = list[str](), list[Any]()
    if wanted.outlet:
        conditions.append("entry.outlet = ?")
        values.append(wanted.outlet)
    if wanted.language:
        conditions.append("entry.language = ?")
        values.append(wanted.language)
    if wanted.profile and not _is_of_score(wanted):
        conditions.append(
            """
            EXISTS (SELECT 1 FROM score WHERE score.entry = entry.number AND score.value >= ?
                AND score.profile = (SELECT number FROM profile WHERE name = ?))
            """
        )
        values += [wanted.minimum, wanted.profile]
    return conditions, values


def _place(after: str) -> list[int] | None:
    """Return date and number of the last entry of the page before; None: the first page."""
    dated, _, number = after.partition(".")
    is_one = dated.lstrip("-").isdecimal() and number.isdecimal() and len(after) < 40
    if not is_one or not after.isascii():
        return None
    place = [int(dated), int(number)]
    return place if all(abs(part) < 2**63 for part in place) else None
