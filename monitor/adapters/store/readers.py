"""What is kept of one reader, to be shown and to be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import from_us, from_us_or_none
from monitor.model import OutboxState

_UNDERWAY = (OutboxState.SENDING.value, OutboxState.DATA_SENT.value)


@dataclass(frozen=True, slots=True)
class ReaderVerdict:
    """What a reader said of an entry."""

    at: datetime
    good: bool
    profile: str  # "": of no one profile
    title: str


@dataclass(frozen=True, slots=True)
class ReaderMail:
    """A message to a reader."""

    queued_at: datetime
    digest: str
    subject: str
    state: OutboxState
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reader:
    """All that is kept of a reader; newest first."""

    address: str
    verdicts: tuple[ReaderVerdict, ...]
    mail: tuple[ReaderMail, ...]
    left: tuple[tuple[str, datetime], ...]  # digests that they unsubscribed from, and when


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was deleted."""

    verdict_count: int
    message_count: int
    underway_count: int  # messages that are being sent now, and stay
    left_count: int


class Readers(Part):
    """Readers by their address, as the outbox has it."""

    def reader_counts(self) -> dict[str, tuple[int, int]]:
        """Return everybody of whom something is kept: verdicts and messages, by address."""
        with self._db.reading("counting what is kept of readers"):
            rows = self._db.rows(
                """
                SELECT address, sum(verdicts) AS verdicts, sum(messages) AS messages FROM (
                    SELECT reader AS address, count(*) AS verdicts, 0 AS messages
                    FROM verdict WHERE reader <> '' GROUP BY reader
                    UNION ALL SELECT recipient, 0, count(*) FROM outbox GROUP BY recipient
                    UNION ALL SELECT recipient, 0, 0 FROM unsubscribed
                ) GROUP BY address ORDER BY address
                """
            )
        return {row["address"]: (row["verdicts"], row["messages"]) for row in rows}

    def reader(self, address: str, *, limit: int = 200) -> Reader:
        """Return what is kept of a reader, the newest `limit` of each; it may be nothing."""
        with self._db.reading("reading what is kept of a reader"):
            verdicts = self._db.rows(
                "SELECT * FROM verdict WHERE reader = ? AND reader <> '' ORDER BY at DESC LIMIT ?",
                [address, limit],
            )
            mail = self._db.rows(
                """
                SELECT outbox.*, digest.name AS digest FROM outbox
                JOIN issue ON issue.number = outbox.issue
                JOIN digest ON digest.number = issue.digest
                WHERE outbox.recipient = ? ORDER BY outbox.number DESC LIMIT ?
                """,
                [address, limit],
            )
            left = self._db.rows(
                "SELECT digest, at FROM unsubscribed WHERE recipient = ? ORDER BY digest", [address]
            )
        return Reader(
            address,
            tuple(
                ReaderVerdict(from_us(row["at"]), bool(row["good"]), row["profile"], row["title"])
                for row in verdicts
            ),
            tuple(
                ReaderMail(
                    from_us(row["queued_at"]),
                    row["digest"],
                    row["subject"],
                    OutboxState(row["state"]),
                    from_us_or_none(row["sent_at"]),
                )
                for row in mail
            ),
            tuple((row["digest"], from_us(row["at"])) for row in left),
        )

    def forget_reader(self, address: str, *, also_that_they_left: bool) -> Forgotten:
        """Delete what is kept of a reader: verdicts and messages, sent or not.

        A message that is being sent now stays. `also_that_they_left`: a reader who is still
        named in the settings would be written to again.
        """
        mine = "SELECT number FROM outbox WHERE recipient = ? AND state NOT IN (?, ?)"
        values = [address, *_UNDERWAY]
        with self._db.writing("forgetting a reader"):
            verdicts = self._db.run(
                "DELETE FROM verdict WHERE reader = ? AND reader <> ''", [address]
            )
            self._db.run(f"DELETE FROM offer WHERE message IN ({mine})", values)
            # Messages name each other; only a reader's own do.
            self._db.run("UPDATE outbox SET offered_again_by = NULL WHERE recipient = ?", [address])
            messages = self._db.run(f"DELETE FROM outbox WHERE number IN ({mine})", values)
            left = (
                self._db.run("DELETE FROM unsubscribed WHERE recipient = ?", [address])
                if also_that_they_left
                else 0
            )
            underway = self._db.value("SELECT count(*) FROM outbox WHERE recipient = ?", [address])
        return Forgotten(verdicts, messages, underway, left)
