"""Entries that a person looks for, page by page: by words, score, outlet and language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from monitor.adapters.store.archive import NO_MATCH, Archive, StoredEntry, match_expression
from monitor.adapters.store.counts import HIGH_FROM
from monitor.adapters.store.rows import ENTRY_COLUMNS, FEED_TITLE

NEAR_LIMIT: Final = 5000  # entries of a search that are put in order: the newest of them
# Where high scores are looked for: among so many entries by date, among so many high ones by
# number, and then all that there are are put in order.
WALKED: Final = 15_000
LAST_STORED: Final = 1000
_LAST: Final = 2**63 - 1  # no date and no number is greater


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


class Listing(Archive):
    """Pages of entries, the newest first, each with where the next one begins."""

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
            SELECT {ENTRY_COLUMNS}, {FEED_TITLE} FROM {_source(wanted)} {where}
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
            SELECT {ENTRY_COLUMNS}, {FEED_TITLE} FROM ({among})
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
