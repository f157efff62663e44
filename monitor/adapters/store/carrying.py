"""What people said since a backup was made: carried over into it when it is restored.

Entries, stories and issues are the machine's, and a backup has them as they were. Verdicts
and wishes are somebody's work: they are taken from the database that gives way, as far as it
can be read, damaged or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.adapters.store.database import Database
from monitor.adapters.store.rows import id_hash, to_us
from monitor.errors import StoreError

_COLUMNS = (
    "feed", "id_hash", "profile", "reader", "good", "at", "who", "id", "link", "title",
    "summary", "outlet", "language", "published_at", "seen_at", "dated_at",
)  # fmt: skip
_KEY = _COLUMNS[:4]
# Each by itself: who left is not forgotten because of what is wrong elsewhere.
_WISHES = (
    (
        "SELECT digest, recipient, at FROM unsubscribed",
        "INSERT INTO unsubscribed VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    (
        "SELECT term, at FROM declined",
        "INSERT INTO declined VALUES (?, ?) ON CONFLICT DO NOTHING",
    ),
    # Verdicts that were adopted or dropped since are not learned from once more.
    (
        "SELECT profile, settled_at FROM learned WHERE settled_at IS NOT NULL",
        """
        INSERT INTO learned VALUES (?, ?, NULL, 0, '{}', 0)
        ON CONFLICT (profile) DO UPDATE SET
            settled_at = max(coalesce(settled_at, 0), excluded.settled_at)
        """,
    ),
)


@dataclass(frozen=True, slots=True)
class Carried:
    """What came over."""

    verdict_count: int = 0  # said since the backup, or changed
    taken_back_count: int = 0  # in the backup, and taken back since
    is_whole: bool = True  # False: not everything in the former database could be read


def carry_over(copy: Database, former: Path, now: datetime, *, verdicts: bool = True) -> Carried:
    """Take into a copy of a backup what people said since; `former` is only read.

    Without `verdicts` it is only who wants no more mail. Nothing that the copy has is taken
    away because of a database that is damaged, or that does not go on from it: what such a
    one does not know may never have reached it.
    """
    if not former.exists():
        return Carried()
    is_whole = _carry_wishes(copy, former)
    if not verdicts:
        return Carried(is_whole=is_whole)
    feeds = _read(former, "SELECT * FROM feed")
    said = _read(former, f"SELECT {', '.join(_COLUMNS)} FROM verdict ORDER BY number")
    # What lies on a damaged page may be read all the same; a verdict's hash tells it.
    sound = [row for row in said or [] if id_hash(row["id"]) == row["id_hash"]]
    is_whole &= feeds is not None and said is not None and len(sound) == len(said)
    goes_on = is_whole and _goes_on_from(former, copy)
    try:
        with copy.writing("carrying over verdicts"):
            numbers = {row["number"]: _feed_in(copy, row, now) for row in feeds or []} | {0: 0}
            taken_back = _take_back(copy, sound) if goes_on else 0
            count = sum(_say(copy, row, numbers) for row in sound if row["feed"] in numbers)
    except StoreError:  # damage that could be read, and breaks a rule of ours
        return Carried(is_whole=False)
    return Carried(count, taken_back, is_whole)


def _carry_wishes(copy: Database, former: Path) -> bool:
    """Carry over who left, what was declined or adopted; return whether all could be read."""
    is_whole = True
    for look, keep in _WISHES:
        rows = _read(former, look)
        try:
            with copy.writing("carrying over wishes"):
                copy.run_many(keep, rows or [])
        except StoreError:  # damage that could be read, and breaks a rule of ours
            rows = None
        is_whole &= rows is not None
    return is_whole


def _read(former: Path, sql: str) -> list[Any] | None:
    """Return what is found, None when it cannot be read: damage lies in one place, mostly."""
    try:
        with (
            Database.open(former, read_only=True, check=None) as database,
            database.reading("looking for what people said"),
        ):
            return database.rows(sql)
    except StoreError:
        return None


def _goes_on_from(former: Path, copy: Database) -> bool:
    """Tell whether a database is whole, and knows all that the copy knew and more."""
    sequence = "SELECT name, seq FROM sqlite_sequence WHERE name IN ('entry', 'verdict', 'issue')"
    with copy.reading("looking how far a backup goes"):
        before = {row["name"]: row["seq"] for row in copy.rows(sequence)}
        feeds = {tuple(row) for row in copy.rows("SELECT number, added_at FROM feed")}
    try:
        with (
            Database.open(former, read_only=True, check=True) as database,
            database.reading("looking how far the former database goes"),
        ):
            after = {row["name"]: row["seq"] for row in database.rows(sequence)}
            known = {tuple(row) for row in database.rows("SELECT number, added_at FROM feed")}
    except StoreError:
        return False
    return feeds <= known and all(after.get(name, 0) >= seq for name, seq in before.items())


def _feed_in(copy: Database, row: Any, now: datetime) -> int:
    """Return the number that a feed has in the copy; one it does not know is added, not polled."""
    number: int | None = copy.value("SELECT number FROM feed WHERE url = ?", [row["url"]])
    if number is not None:
        return number
    number = copy.insert(
        """
        INSERT INTO feed (url, title, topics, language, position, paused, added_at, removed_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            *(row[name] for name in ("url", "title", "topics", "language", "position", "paused")),
            row["added_at"],
            to_us(now),  # the list of feeds takes it back
        ],
    )
    copy.run("INSERT INTO poll (feed) VALUES (?)", [number])
    return number


def _take_back(copy: Database, said: list[Any]) -> int:
    """Drop what was taken back since the backup, a forgotten reader's verdicts among it."""
    kept = {tuple(row[name] for name in _KEY) for row in said}
    dropped = [
        row["number"]
        for row in copy.rows(f"SELECT number, {', '.join(_KEY)} FROM verdict")
        if tuple(row[name] for name in _KEY) not in kept
    ]
    copy.run_many("DELETE FROM verdict WHERE number = ?", [(number,) for number in dropped])
    return len(dropped)


def _say(copy: Database, row: Any, numbers: dict[int, int]) -> int:
    """Keep a verdict unless the copy has it, or a later one in its place; return how many."""
    values = {name: row[name] for name in _COLUMNS} | {"feed": numbers[row["feed"]]}
    return copy.run(
        f"""
        INSERT INTO verdict ({", ".join(_COLUMNS)}) VALUES ({", ".join("?" * len(_COLUMNS))})
        ON CONFLICT (feed, id_hash, profile, reader) DO UPDATE SET
            good = excluded.good, at = excluded.at, who = excluded.who,
            title = excluded.title, summary = excluded.summary
            WHERE excluded.at > verdict.at
        """,
        list(values.values()),
    )
