"""What people said of entries, and what was learned from it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import (
    entry_from_row,
    from_us,
    from_us_or_none,
    id_hash,
    to_us,
    to_us_or_none,
)
from monitor.model import EntryKey, Learned, Verdict

_NOTHING = "learned_at = NULL, verdict_count = 0, words = '{}', offset = 0"


class Verdicts(Part):
    """Verdicts outlive the entries they are of; a later one replaces an earlier one."""

    def save_verdicts(self, verdicts: Iterable[Verdict], now: datetime) -> None:
        """Keep verdicts, all or none; those without a date are of now.

        An entry has one verdict for each profile, and one of no profile, from whoever keeps
        the monitor and from each reader: a later one takes the place of an earlier one.
        """
        with self._db.writing("saving verdicts"):
            for verdict in verdicts:
                self._save(verdict, now)

    def _save(self, verdict: Verdict, now: datetime) -> None:
        entry = verdict.entry
        self._db.run(
            """
            INSERT INTO verdict (feed, id_hash, profile, good, at, who, id, link, title, summary,
                outlet, language, published_at, seen_at, dated_at, reader)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (feed, id_hash, profile, reader) DO UPDATE SET
                good = excluded.good, at = excluded.at, who = excluded.who,
                title = excluded.title, summary = excluded.summary
            """,
            [
                entry.key.feed,
                id_hash(entry.key.id),
                verdict.profile or "",
                verdict.good,
                to_us(verdict.at or now),
                verdict.who,
                entry.key.id,
                entry.link,
                entry.title,
                entry.summary,
                entry.outlet,
                entry.language,
                to_us_or_none(entry.published_at),
                to_us(entry.seen_at),
                to_us(entry.dated_at),
                reader_of(verdict.who),
            ],
        )

    def take_back(self, key: EntryKey, profile: str | None = None, *, who: str = "") -> int:
        """Forget what was said of an entry, for one profile or at all; return how much it was.

        `who`: a reader's address, else it is what whoever keeps the monitor said.
        """
        with self._db.writing("taking back a verdict"):
            return self._db.run(
                """
                DELETE FROM verdict
                WHERE feed = ? AND id_hash = ? AND (? IS NULL OR profile = ?) AND reader = ?
                """,
                [key.feed, id_hash(key.id), profile, profile, reader_of(who)],
            )

    def verdicts(self, *, limit: int | None = None) -> list[Verdict]:
        """Return the verdicts, oldest first; with a limit the newest of them."""
        with self._db.reading("reading verdicts"):
            rows = self._db.rows(
                "SELECT * FROM verdict ORDER BY at DESC, number DESC LIMIT ?",
                [-1 if limit is None else limit],
            )
        return [_verdict(row) for row in reversed(rows)]

    # ------------------------------------------------------------ what was learned

    def save_learned(self, learned: Iterable[Learned], now: datetime) -> None:
        """Keep what a learning run made of the verdicts, in the place of all it made before."""
        with self._db.writing("saving what was learned"):
            self._db.run(f"UPDATE learned SET {_NOTHING}")
            self._db.run_many(
                """
                INSERT INTO learned (profile, learned_at, verdict_count, words, offset)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (profile) DO UPDATE SET
                    learned_at = excluded.learned_at, verdict_count = excluded.verdict_count,
                    words = excluded.words, offset = excluded.offset
                """,
                [
                    (
                        each.profile,
                        to_us(each.learned_at),
                        each.verdict_count,
                        json.dumps(dict(each.words), ensure_ascii=False),
                        each.offset,
                    )
                    for each in learned
                ],
            )
            self._db.run(
                """
                INSERT INTO fact VALUES ('learning_at', ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """,
                [to_us(now)],
            )

    def last_learning(self) -> datetime | None:
        """Return when the last learning run was, None when there was none."""
        with self._db.reading("looking up the last learning"):
            return from_us_or_none(
                self._db.value("SELECT value FROM fact WHERE name = 'learning_at'")
            )

    def last_verdict(self) -> datetime | None:
        """Return when the newest verdict was given, None when there is none."""
        with self._db.reading("looking up the last verdict"):
            return from_us_or_none(self._db.value("SELECT max(at) FROM verdict"))

    def learned(self) -> dict[str, Learned]:
        """Return what was learned and is in force, by profile."""
        with self._db.reading("reading what was learned"):
            rows = self._db.rows("SELECT * FROM learned WHERE learned_at IS NOT NULL")
        return {
            row["profile"]: Learned(
                row["profile"],
                json.loads(row["words"]),
                row["offset"],
                row["verdict_count"],
                from_us(row["learned_at"]),
            )
            for row in rows
        }

    def drop_learned(self, profile: str, *, settled_at: datetime | None = None) -> bool:
        """Forget what was learned for a profile; return whether there was anything.

        `settled_at`: verdicts up to then are not learned from again for this profile.
        Without it what was settled before stays so.
        """
        with self._db.writing("dropping what was learned"):
            found = self._db.value(
                "SELECT 1 FROM learned WHERE profile = ? AND learned_at IS NOT NULL", [profile]
            )
            self._db.run(
                f"""
                INSERT INTO learned VALUES (?, ?, NULL, 0, '{{}}', 0)
                ON CONFLICT (profile) DO UPDATE SET {_NOTHING},
                    settled_at = coalesce(excluded.settled_at, settled_at)
                """,
                [profile, to_us_or_none(settled_at)],
            )
        return found is not None

    def settled(self) -> dict[str, datetime]:
        """Return up to when verdicts were adopted or dropped, by profile."""
        with self._db.reading("reading what was settled"):
            rows = self._db.rows("SELECT * FROM learned WHERE settled_at IS NOT NULL")
        return {row["profile"]: from_us(row["settled_at"]) for row in rows}


def reader_of(who: str) -> str:
    """Return the address of the reader who said something, "" when no reader did."""
    return who if "@" in who else ""


def _verdict(row: Any) -> Verdict:
    return Verdict(
        entry=entry_from_row({**dict(row), "published_text": ""}),
        good=bool(row["good"]),
        profile=row["profile"] or None,
        at=from_us_or_none(row["at"]),
        who=row["who"],
    )
