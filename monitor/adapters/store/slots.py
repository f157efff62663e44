"""The slots that were dealt with: what came of each, and when which digest last spoke."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import from_us, from_us_or_none, to_us, to_us_or_none
from monitor.model import Slot


class IssueKind(StrEnum):
    """What came of a slot."""

    ISSUE = "issue"
    RECEIPT = "receipt"  # nothing new to say, and said so
    QUIET = "quiet"  # nothing to say, and nothing sent
    MERGED = "merged"  # missed, and answered by a later slot


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """One slot that was dealt with."""

    digest: str
    slot: Slot
    kind: IssueKind
    issued_at: datetime
    subject: str
    detail: str  # why it was quiet, or what it was merged into
    story_count: int
    message_count: int


class Slots(Part):
    """When each digest began, and what it has dealt with since."""

    def digest_started(self, digest: str, now: datetime, *, record: bool = True) -> datetime:
        """Return when the digest was first seen: now, the first time; older slots are not due.

        With `record` False nothing is written, and a first time is not remembered. A first
        time in the future was noted while the clock was wrong: then it is now, too.
        """
        if not record:
            with self._db.reading("looking up a digest"):
                known = self._db.value("SELECT started_at FROM digest WHERE name = ?", [digest])
            return min(from_us_or_none(known) or now, now)
        with self._db.writing("looking up a digest"):
            self._db.run(
                """
                INSERT INTO digest (name, started_at, covered)
                VALUES (?, ?, (SELECT coalesce(max(number), 0) FROM entry))
                ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at
                    WHERE digest.started_at > excluded.started_at
                """,
                [digest, to_us(now)],
            )
            started = self._db.value("SELECT started_at FROM digest WHERE name = ?", [digest])
        return from_us(started)

    def last_handled(self, digest: str) -> datetime | None:
        """Return the due time of the newest slot that was dealt with, None before the first."""
        return self._last(digest, "due_at", list(IssueKind))

    def last_issued_at(self, digest: str, until: datetime | None = None) -> datetime | None:
        """Return when the digest last said something, at `until` or before: stories, a receipt.

        `until` is for who must not believe in a future that a wrong clock left behind.
        """
        return self._last(digest, "issued_at", [IssueKind.ISSUE, IssueKind.RECEIPT], until)

    def last_message_at(
        self, digest: str, recipient: str | None = None, until: datetime | None = None
    ) -> datetime | None:
        """Return when the digest last put a message in the outbox, for one recipient or any."""
        with self._db.reading("looking up the last message"):
            found = self._db.value(
                """
                SELECT max(issue.issued_at) FROM issue JOIN digest ON digest.number = issue.digest
                WHERE digest.name = ?1 AND (?3 IS NULL OR issue.issued_at <= ?3)
                    AND EXISTS (SELECT 1 FROM outbox WHERE outbox.issue = issue.number
                        AND (?2 IS NULL OR outbox.recipient = ?2))
                """,
                [digest, recipient, to_us_or_none(until)],
            )
        return from_us_or_none(found)

    def _last(
        self,
        digest: str,
        column: str,
        kinds: Sequence[IssueKind],
        until: datetime | None = None,
    ) -> datetime | None:
        with self._db.reading("looking up the last issue"):
            found = self._db.value(
                f"""
                SELECT max(issue.{column}) FROM issue JOIN digest ON digest.number = issue.digest
                WHERE digest.name = ?1 AND issue.kind IN (SELECT value FROM json_each(?2))
                    AND (?3 IS NULL OR issue.{column} <= ?3)
                """,
                [digest, json.dumps(kinds), to_us_or_none(until)],
            )
        return from_us_or_none(found)

    def is_issued(self, digest: str, slot_label: str) -> bool:
        """Tell whether that slot's issue, stories or a receipt, was committed to."""
        with self._db.reading("looking up an issue"):
            found = self._db.value(
                """
                SELECT 1 FROM issue JOIN digest ON digest.number = issue.digest
                WHERE digest.name = ? AND issue.kind IN ('issue', 'receipt')
                    AND issue.local_date || '-' || replace(issue.local_time, ':', '') = ?
                """,
                [digest, slot_label],
            )
        return found is not None

    def issues(self, digest: str | None = None, *, limit: int = 100) -> list[IssueRecord]:
        """Return the slots that were dealt with, of one digest or all, newest first."""
        with self._db.reading("reading the issues"):
            rows = self._db.rows(
                """
                SELECT digest.name, issue.*,
                    (SELECT count(*) FROM issue_story WHERE issue_story.issue = issue.number)
                        AS story_count,
                    (SELECT count(*) FROM outbox WHERE outbox.issue = issue.number)
                        AS message_count
                FROM issue JOIN digest ON digest.number = issue.digest
                WHERE ?1 IS NULL OR digest.name = ?1
                ORDER BY issue.due_at DESC, issue.number DESC LIMIT ?2
                """,
                [digest, limit],
            )
        return [_issue_record(row) for row in rows]


def _issue_record(row: Any) -> IssueRecord:
    return IssueRecord(
        digest=row["name"],
        slot=Slot(
            date.fromisoformat(row["local_date"]),
            time.fromisoformat(row["local_time"]),
            from_us(row["due_at"]),
        ),
        kind=IssueKind(row["kind"]),
        issued_at=from_us(row["issued_at"]),
        subject=row["subject"],
        detail=row["detail"],
        story_count=row["story_count"],
        message_count=row["message_count"],
    )
