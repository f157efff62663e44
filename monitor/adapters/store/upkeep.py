"""What is remembered of the monitor itself: heartbeats, troubles, each day's work."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from monitor.adapters.store.database import Database, Part
from monitor.adapters.store.rows import from_us, from_us_or_none, to_us
from monitor.model import MailTrouble, Trouble, Upkeep

BEAT_GAP = timedelta(seconds=90)  # between two heartbeats of one running service
TRIES_BEFORE_TOLD = 3  # of a message: about 20 minutes, which is longer than a server restarts
LOST_TOLD_FOR = timedelta(days=3)
TALLIES_KEPT = timedelta(days=400)

# Facts, by name.
HEARTBEAT = "heartbeat_at"
ONCE = "once_at"  # the last `monitor once`
BACKUP = "backup_at"  # the last good daily backup
TOLD = "told_at"  # the last message of the webhook
RESTORED = "restored_at"  # what is dated before it is background: see backup.py


class Troubles(Part):
    """How the service does; it writes, and status, pages and receipts read."""

    def heartbeat(self, now: datetime) -> None:
        """Note that the service is alive."""
        with self._db.writing("noting a heartbeat"):
            before = look_up_fact(self._db, HEARTBEAT)
            if before is not None and timedelta() < now - before <= BEAT_GAP:
                self._db.run(
                    """
                    INSERT INTO day_tally (day, alive_s) VALUES (?1, ?2)
                    ON CONFLICT (day) DO UPDATE SET alive_s = alive_s + ?2
                    """,
                    [now.date().isoformat(), round((now - before).total_seconds())],
                )
            note_fact(self._db, HEARTBEAT, now)

    def last_heartbeat(self) -> datetime | None:
        """Return when the service was last alive, None when it never ran."""
        return self.fact(HEARTBEAT)

    def fact(self, name: str) -> datetime | None:
        """Return a noted time, None when it never came."""
        with self._db.reading("looking up a time"):
            return look_up_fact(self._db, name)

    def note(self, name: str, now: datetime) -> None:
        """Note that something happened now."""
        with self._db.writing("noting a time"):
            note_fact(self._db, name, now)

    def newest_at(self) -> datetime | None:
        """Return the latest time that a clock showed here, None before anything happened."""
        with self._db.reading("looking for the latest time"):
            found = self._db.value(
                """
                SELECT max(at) FROM (
                    SELECT max(seen_at) AS at FROM entry
                    UNION ALL SELECT value FROM fact WHERE name = ?
                )
                """,
                [HEARTBEAT],
            )
        return from_us_or_none(found)

    # ------------------------------------------------------------ troubles

    def note_trouble(self, name: str, text: str, now: datetime) -> None:
        """Note what cannot be done; since when is kept for as long as it lasts."""
        with self._db.writing("noting a trouble"):
            self._db.run(
                """
                INSERT INTO trouble VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET text = excluded.text
                """,
                [name, text, to_us(now)],
            )

    def end_trouble(self, *names: str) -> None:
        """Note that these can be done again."""
        with self._db.writing("noting the end of a trouble"):
            self._db.run_many("DELETE FROM trouble WHERE name = ?", [(name,) for name in names])

    def troubles(self) -> list[Trouble]:
        """Return what cannot be done, longest first."""
        with self._db.reading("reading the troubles"):
            rows = self._db.rows("SELECT * FROM trouble ORDER BY since, name")
        return [Trouble(row["name"], row["text"], from_us(row["since"])) for row in rows]

    def mail_troubles(self, now: datetime) -> list[MailTrouble]:
        """Return what the mail server does not take, and what was given up and not yet made up."""
        with self._db.reading("looking for mail that fails"):
            rows = self._db.rows(
                """
                SELECT count(*) AS n, min(queued_at) AS since, state = 'failed' AS is_over,
                    max(problem) AS problem
                FROM outbox
                WHERE state = 'retry' AND attempt_count >= ?
                    OR state = 'failed' AND offered_again_by IS NULL AND queued_at >= ?
                GROUP BY is_over ORDER BY is_over
                """,
                [TRIES_BEFORE_TOLD, to_us(now - 2 * LOST_TOLD_FOR)],
            )
        return [
            MailTrouble(row["n"], from_us(row["since"]), row["problem"], bool(row["is_over"]))
            for row in rows
        ]

    # ------------------------------------------------------------ telling once

    def untold(self, names: Collection[str]) -> tuple[list[str], list[str]]:
        """Return which open matters were not told yet, and which told ones are over."""
        with self._db.reading("looking up what was told"):
            told = {row["name"] for row in self._db.rows("SELECT name FROM told")}
        return [name for name in names if name not in told], sorted(told - set(names))

    def mark_told(self, told: Collection[str], over: Collection[str], now: datetime) -> None:
        """Note which matters were told, and forget those that are over."""
        with self._db.writing("noting what was told"):
            self._db.run_many(
                "INSERT INTO told VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                [(name, to_us(now)) for name in told],
            )
            self._db.run_many("DELETE FROM told WHERE name = ?", [(name,) for name in over])

    # ------------------------------------------------------------ each day's work

    def tally(self, now: datetime, *, polls: int, failures: int, took: timedelta) -> None:
        """Add a poll run to the day's work."""
        with self._db.writing("counting a poll run"):
            self._db.run(
                """
                INSERT INTO day_tally (day, poll_count, failure_count, poll_ms)
                VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (day) DO UPDATE SET poll_count = poll_count + ?2,
                    failure_count = failure_count + ?3, poll_ms = poll_ms + ?4
                """,
                [now.date().isoformat(), polls, failures, took // timedelta(milliseconds=1)],
            )
            oldest = (now - TALLIES_KEPT).date().isoformat()
            self._db.run("DELETE FROM day_tally WHERE day < ?", [oldest])

    def upkeep(self, now: datetime, span: timedelta) -> Upkeep:
        """Return what the days of a span brought, today's included."""
        with self._db.reading("reading the days' work"):
            row = self._db.rows(
                """
                SELECT coalesce(sum(alive_s), 0) AS alive, coalesce(sum(poll_count), 0) AS polls,
                    coalesce(sum(failure_count), 0) AS failures,
                    coalesce(sum(poll_ms), 0) AS poll_ms
                FROM day_tally WHERE day > ?
                """,
                [(now - span).date().isoformat()],
            )[0]
            size = self._db.value("PRAGMA page_count") * self._db.value("PRAGMA page_size")
        alive = min(timedelta(seconds=row["alive"]), span)
        took = timedelta(milliseconds=row["poll_ms"])
        return Upkeep(span, alive, row["polls"], row["failures"], took, size)


def look_up_fact(db: Database, name: str) -> datetime | None:
    """Return a noted time, None when it never came; inside a block."""
    return from_us_or_none(db.value("SELECT value FROM fact WHERE name = ?", [name]))


def note_fact(db: Database, name: str, at: datetime) -> None:
    db.run(
        """
        INSERT INTO fact VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        [name, to_us(at)],
    )
