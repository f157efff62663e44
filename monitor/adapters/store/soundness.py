"""Whether the database is sound: all of it at times, what is about to be read each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import to_us
from monitor.adapters.store.upkeep import look_up_fact, note_fact
from monitor.adapters.store.words import damaged
from monitor.errors import StoreError

CHECKED = "checked_at"  # fact: the last time that all of a large database was found sound
WHOLE_BYTES: Final = 32 * 2**20  # up to here all is checked each time: a tenth of a second
HOLDS: Final = timedelta(hours=30)  # a night's check, for the day after and a late next one
FOUND_MAX = 3  # of what is wrong, as many are told

# What grows with every entry. Of these the rows of the last days are looked at; all others,
# those still to come included, are looked at whole.
_LARGE = ("entry", "entry_edit", "known", "score", "score_reasons", "feed_trace")
_INDEX = "entry_fts"  # of words: read by searches only

# By name what is counted of an index, and the same by the table: an index that has lost a row,
# or holds one twice, tells another number of rows or another sum of their numbers.
_TWICE = {
    "entry_by_seen": "seen_at >= :since",
    "entry_by_date": "dated_at >= :since",
    "entry_in_story_by_seen": "seen_at >= :since AND story IS NOT NULL",
    "entry_by_story": "story >= :first",
}
# What no row holds. Looking for it reads each row's page; SQLite sees what no page can be.
_WRONG = {
    "entry": """
        typeof(link) <> 'text' OR typeof(summary) <> 'text' OR typeof(title) <> 'text'
            OR typeof(outlet) <> 'text' OR typeof(published_text) <> 'text'
            OR typeof(feed) <> 'integer'
            OR typeof(seen_at) <> 'integer' OR typeof(dated_at) <> 'integer'
            OR background NOT IN (0, 1) OR typeof(story) NOT IN ('integer', 'null')
    """,
    "score": """
        typeof(value) <> 'real' OR value NOT BETWEEN 0 AND 1
            OR profile NOT IN (SELECT number FROM profile)
    """,
    "score_reasons": "NOT json_valid(reasons)",
}
_KEY = {"entry": "number"}  # what a table's rows are found by; of others the entry's number


class Soundness(Part):
    """Damage is found before anything is made of it; only the time of a check is written."""

    def check(self, *, whole: bool = False) -> None:
        """Raise StoreError when the file is damaged; some seconds a gigabyte.

        `whole` compares every index with its table too, and takes some times as long.
        """
        self._db.check(whole=whole)

    def check_fully(self, now: datetime) -> None:
        """Check the whole file, and remember that it was sound; raise StoreError when it is not."""
        try:
            self._db.check()
        except StoreError:
            with suppress(StoreError), self._db.writing("forgetting a check"):
                self._db.run("DELETE FROM fact WHERE name = ?", [CHECKED])
            raise
        with self._db.writing("noting a check"):
            note_fact(self._db, CHECKED, now)

    def wants_full_check(self) -> bool:
        """Tell whether the file is too large for being checked whole before each run."""
        with self._db.reading("looking up the size"):
            pages, size = self._db.value("PRAGMA page_count"), self._db.value("PRAGMA page_size")
        return bool(pages * size > WHOLE_BYTES)

    def check_for_digest(self, since: datetime, now: datetime) -> None:
        """Raise StoreError when what a digest reads of the time since then is damaged.

        Of a small file, and of one of which a full check does not hold any more, all is checked.
        Otherwise every table that does not grow with the entries is; of these, every row that
        was stored since `since`, in the table and in each index that leads to it.
        """
        if self._is_checked_fully(now):
            self._check_tables(self._small_tables())
            self._check_recent(to_us(since))

    def check_for_delivery(self, now: datetime) -> None:
        """Raise StoreError when what the delivery run reads is damaged; else as for a digest."""
        if self._is_checked_fully(now):
            self._check_tables(self._small_tables())

    def _is_checked_fully(self, now: datetime) -> bool:
        """Tell whether an earlier check of all holds; check all where it is not so."""
        if not self.wants_full_check():
            self._db.check()
            return False
        with self._db.reading("looking up the last check"):
            checked = look_up_fact(self._db, CHECKED)
        if checked is not None and timedelta() <= now - checked <= HOLDS:
            return True
        self.check_fully(now)
        return False

    def _small_tables(self) -> list[str]:
        with self._db.reading("reading the tables' names"):
            rows = self._db.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
        names = [row["name"] for row in rows if not row["name"].startswith(_INDEX)]
        return ["sqlite_schema", *(name for name in names if name not in _LARGE)]

    def _check_tables(self, names: list[str]) -> None:
        findings: list[str] = []
        with self._db.reading("checking what is read"):
            for name in names:
                rows = self._db.rows(f"PRAGMA quick_check({_quoted(name)})")
                findings += [row[0] for row in rows if row[0] != "ok"]
        self._tell(findings)

    def _check_recent(self, since: int) -> None:
        """Read what was stored since then, row by row, and by each index."""
        findings = []
        with self._db.reading("checking the last entries"):
            first = self._db.value(
                "SELECT min(+number) FROM entry INDEXED BY entry_by_seen WHERE seen_at >= ?",
                [since],
            )
            names = {"since": since, "first": first or 0}
            for table, wrong in _WRONG.items():
                sums = ", ".join(_sums(rows) for rows in _TWICE.values() if table == "entry")
                count, *found = self._one(
                    f"""
                    SELECT count(*) FILTER (WHERE {wrong}) {", " if sums else ""} {sums}
                    FROM {table} NOT INDEXED WHERE {_KEY.get(table, "entry")} >= :first
                    """,
                    names,
                )
                if count:
                    findings.append(f"{count} rows of {table} hold what they cannot hold")
                if found:
                    findings += self._unlike(found, names)
        self._tell(findings)

    def _unlike(self, by_table: Sequence[Any], names: Mapping[str, int]) -> Iterator[str]:
        for place, (index, rows) in enumerate(_TWICE.items()):
            by_index = self._one(
                f"""
                SELECT count(*), total(number) FROM entry INDEXED BY {index}
                WHERE {rows} AND number >= :first
                """,
                names,
            )
            if list(by_index) != by_table[2 * place : 2 * place + 2]:
                yield f"the index {index} does not match its table"

    def _one(self, sql: str, names: Mapping[str, int]) -> tuple[Any, ...]:
        return tuple(self._db.rows(sql, names)[0])

    def _tell(self, findings: Sequence[str]) -> None:
        if findings:
            told = " ".join(" ".join(findings[:FOUND_MAX]).split())
            raise StoreError(damaged(self._db.path, told))


def _sums(rows: str) -> str:
    return f"count(*) FILTER (WHERE {rows}), coalesce(total(number) FILTER (WHERE {rows}), 0)"


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
