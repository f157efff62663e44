"""Nouns to columns and back: times, hashes, reasons, entries with their scores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.adapters.store.database import Database
from monitor.adapters.store.words import damaged
from monitor.errors import StoreError
from monitor.identity import id_hash as id_hash  # what the other parts know an id by
from monitor.model import Entry, EntryKey, Reason, Score

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

ENTRY_COLUMNS = """
    entry.number, entry.feed, entry.id, entry.link, entry.title, entry.summary, entry.outlet,
    entry.language, entry.published_text, entry.published_at, entry.seen_at, entry.dated_at,
    entry.edited_at, entry.background, entry.story
"""
FEED_TITLE = "(SELECT title FROM feed WHERE feed.number = entry.feed) AS feed_title"


def to_us(at: datetime) -> int:
    """Return an aware time in microseconds since 1970; a naive one raises TypeError."""
    return (at - _EPOCH) // _MICROSECOND


def to_us_or_none(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def from_us(us: int) -> datetime:
    """Return a time; StoreError for a number that none of ours ever was."""
    try:
        return _EPOCH + timedelta(microseconds=us)
    except OverflowError as error:
        raise StoreError(damaged(Path("monitor.db"), "a time that cannot be")) from error


def from_us_or_none(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def content_hash(entry: Entry) -> bytes:
    """Return what tells an edited entry from an unchanged one: title, summary, link, date."""
    date = "" if entry.published_at is None else str(to_us(entry.published_at))
    words = "\0".join((entry.title, entry.summary, entry.link, date))
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def reasons_to_json(by_profile: Mapping[int, Sequence[Reason]]) -> str:
    """Return [[[term, points, field], ...], {profile number: [places in that list]}].

    Profiles of one subject share most of their reasons, so each is written once. Points
    are kept to a millionth.
    """
    places: dict[tuple[str | float, ...], int] = {}
    of_profile = {}
    for profile, reasons in by_profile.items():
        short = [(r.term, round(r.points, 6), r.field)[: 3 if r.field else 2] for r in reasons]
        of_profile[profile] = [places.setdefault(each, len(places)) for each in short]
    return json.dumps([list(places), of_profile], ensure_ascii=False, separators=(",", ":"))


def reasons_from_json(text: str) -> dict[int, tuple[Reason, ...]]:
    """Return the reasons by profile number, strongest first as they were given."""
    every, of_profile = json.loads(text)
    reasons = [Reason(*parts) for parts in every]
    return {
        int(profile): tuple(reasons[place] for place in places)
        for profile, places in of_profile.items()
    }


def entry_from_row(row: Any) -> Entry:
    """Return an entry from a row of ENTRY_COLUMNS."""
    first = row["dated_at"]
    usual = row["seen_at"] if row["published_at"] is None else row["published_at"]
    return Entry(
        key=EntryKey(row["feed"], row["link"] if row["id"] is None else row["id"]),
        outlet=row["outlet"],
        link=row["link"],
        title=row["title"],
        summary=row["summary"],
        published_at=from_us_or_none(row["published_at"]),
        seen_at=from_us(row["seen_at"]),
        language=row["language"],
        published_text=row["published_text"],
        # Told only when an edit moved the publisher's date.
        first_dated_at=None if first == usual else from_us(first),
    )


def profile_number(db: Database, name: str) -> int:
    """Return a profile's number, given now if it has none, inside the caller's transaction."""
    number = db.value("SELECT number FROM profile WHERE name = ?", [name])
    if number is None:
        number = db.insert("INSERT INTO profile (name) VALUES (?)", [name])
    return int(number)


def scores_of(db: Database, numbers: Iterable[int]) -> dict[int, list[Score]]:
    """Return the stored scores of entries by entry number, best value first."""
    wanted = json.dumps(list(numbers))
    reasons = {
        row["entry"]: reasons_from_json(row["reasons"])
        for row in db.rows(
            "SELECT * FROM score_reasons WHERE entry IN (SELECT value FROM json_each(?))", [wanted]
        )
    }
    found: dict[int, list[Score]] = {}
    for row in db.rows(
        """
        SELECT score.entry, score.profile, score.value, profile.name
        FROM json_each(?) AS wanted
        JOIN score ON score.entry = wanted.value
        JOIN profile ON profile.number = score.profile
        ORDER BY score.entry, score.value DESC, profile.name
        """,
        [wanted],
    ):
        because = reasons.get(row["entry"], {}).get(row["profile"], ())
        found.setdefault(row["entry"], []).append(Score(row["name"], row["value"], because))
    return found
