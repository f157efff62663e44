"""Who got what: issues of digests, the entries committed to them, what was left out and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import (
    from_us,
    from_us_or_none,
    id_hash,
    profile_number,
    to_us,
    to_us_or_none,
)
from monitor.adapters.store.stories import lost_entries
from monitor.errors import StoreError
from monitor.model import Digest, EntryKey, Message, Slot, Story


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


class Ledger(Part):
    """The digests' memory: what was issued, and therefore is not issued again."""

    # ------------------------------------------------------------ slots

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

    # ------------------------------------------------------------ committing

    def issue(
        self,
        digest: Digest,
        attached: Sequence[Story] = (),
        *,
        merged: Sequence[Slot] = (),
        messages: Sequence[Message] = (),
        subject: str,
        kind: str = IssueKind.ISSUE,
        unconfirmed: Mapping[str, Sequence[Story]] = MappingProxyType({}),
        covered: int | None = None,
    ) -> bool:
        """Commit to an issue: its entries are never chosen again, its messages will be sent.

        `attached` stories are committed without being shown, `merged` slots count as
        answered. `unconfirmed` has, by recipient, the stories that their message names
        again, and only those: they count as offered again. `covered` is the newest entry
        when its stories were chosen; None: not told. All or nothing, and once: returns
        False, and changes nothing, when the slot was dealt with before.
        """
        with self._db.writing("issuing a digest"):
            number = self._handle(digest, IssueKind(kind), subject, "")
            if number is None:
                return False
            self._show(number, digest)
            self._settle(number, digest, attached, merged)
            self._cover(digest.name, covered)
            for message in messages:
                self._queue(number, message, digest.issued_at)
                self._offer_again(digest.name, message, unconfirmed.get(message.recipient, ()))
        return True

    def quiet(
        self,
        digest: Digest,
        attached: Sequence[Story] = (),
        *,
        merged: Sequence[Slot] = (),
        reason: str = "nothing new to say",
        covered: int | None = None,
    ) -> bool:
        """Record that a slot had nothing to say, and what was left out; otherwise as `issue`."""
        with self._db.writing("recording a quiet slot"):
            number = self._handle(digest, IssueKind.QUIET, "", reason)
            if number is None:
                return False
            self._settle(number, digest, attached, merged)
            self._cover(digest.name, covered)
        return True

    def _cover(self, digest: str, covered: int | None) -> None:
        """Note up to which entry the digest has chosen; it never looks back behind that."""
        self._db.run(
            "UPDATE digest SET covered = max(coalesce(covered, 0), ?1) "
            "WHERE name = ?2 AND ?1 IS NOT NULL",
            [covered, digest],
        )

    def _settle(
        self, issue: int, digest: Digest, attached: Sequence[Story], merged: Sequence[Slot]
    ) -> None:
        """Write what an issue and a quiet slot have in common."""
        for story in attached:
            self._commit(issue, story, silent=True)
        self._omit(issue, digest)
        for slot in merged:
            self._add_slot(digest, slot, IssueKind.MERGED, "", f"merged into {digest.slot.label}")

    def _handle(self, digest: Digest, kind: IssueKind, subject: str, detail: str) -> int | None:
        """Add the issue's row; None when the slot was dealt with before."""
        self._db.run(
            "INSERT INTO digest (name, started_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
            [digest.name, to_us(digest.issued_at)],
        )
        return self._add_slot(digest, digest.slot, kind, subject, detail)

    def _add_slot(
        self, digest: Digest, slot: Slot, kind: IssueKind, subject: str, detail: str
    ) -> int | None:
        number: int | None = self._db.value(
            """
            INSERT INTO issue
                (digest, local_date, local_time, due_at, kind, issued_at, subject, detail)
            SELECT number, ?, ?, ?, ?, ?, ?, ? FROM digest WHERE name = ?
            -- Not INSERT OR IGNORE: that would pass over a missing subject, too.
            ON CONFLICT (digest, local_date, local_time) DO NOTHING
            RETURNING number
            """,
            [
                slot.local_date.isoformat(),
                f"{slot.local_time:%H:%M:%S}".removesuffix(":00"),  # an alert has its second
                to_us(slot.due_at),
                kind,
                to_us(digest.issued_at),
                subject,
                detail,
                digest.name,
            ],
        )
        return number

    def _show(self, issue: int, digest: Digest) -> None:
        position = 0
        for section in digest.sections:
            for story in section.stories:
                self._db.run(
                    "INSERT INTO issue_story VALUES (?, ?, ?, ?, ?)",
                    [
                        issue,
                        position,
                        story.number,
                        profile_number(self._db, section.profile.name),
                        self._entry_number(story.lead.entry.key),
                    ],
                )
                position += 1
                self._commit(issue, story, silent=False)
                self._note_rank(issue, story)

    def _commit(self, issue: int, story: Story, *, silent: bool) -> None:
        for scored in story.entries:
            added = self._db.run(
                """
                INSERT INTO commitment (digest, entry, issue, story, silent)
                SELECT digest, ?, number, ?, ? FROM issue WHERE number = ?
                ON CONFLICT (digest, entry) DO NOTHING
                """,
                [self._entry_number(scored.entry.key), story.number, silent, issue],
            )
            if not added and not silent:
                raise StoreError(
                    f"{self._db.path}: another digest run has just issued some of these stories."
                    " Nothing was issued here and nothing is sent twice. Run the digest again."
                )

    def _omit(self, issue: int, digest: Digest) -> None:
        for omission in digest.omissions:
            self._db.run(
                """
                INSERT INTO omission VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (issue, story) DO NOTHING
                """,
                [
                    issue,
                    omission.story.number,
                    self._entry_number(omission.story.lead.entry.key),
                    omission.reason,
                    omission.detail,
                ],
            )
            self._note_rank(issue, omission.story)

    def _note_rank(self, issue: int, story: Story) -> None:
        """Keep the parts of an eligible story's rank, for `monitor explain`."""
        rank, update = story.rank, story.update
        if rank is None:
            return
        self._db.run(
            """
            INSERT INTO ranking VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (issue, story) DO NOTHING
            """,
            [
                issue,
                story.number,
                rank.strength,
                rank.outlets,
                rank.freshness,
                rank.outlet_count,
                round(rank.age.total_seconds()),
                update.day if update else None,
                json.dumps(list(update.news) if update else [], ensure_ascii=False),
            ],
        )

    def _queue(self, issue: int, message: Message, at: datetime) -> None:
        self._db.run(
            """
            INSERT INTO outbox
                (issue, message_id, sender, recipient, subject, content, state, queued_at)
            VALUES (?, ?, ?, ?, ?, ?, 'queued', ?)
            """,
            [
                issue,
                message.id,
                message.sender,
                message.recipient,
                message.subject,
                message.content,
                to_us(at),
            ],
        )

    def _offer_again(self, digest: str, message: Message, shown: Sequence[Story]) -> None:
        """Note which entries a message names again; what it does not name is left for the next.

        A lost message none of whose entries is left was offered again, as a whole.
        """
        for key in (scored.entry.key for story in shown for scored in story.entries):
            self._db.run(
                """
                INSERT INTO offer (entry, message)
                SELECT ?, number FROM outbox WHERE message_id = ?
                ON CONFLICT (entry, message) DO NOTHING
                """,
                [self._entry_number(key), message.id],
            )
        if shown:
            self._settle_lost(digest, message)

    def _settle_lost(self, digest: str, message: Message) -> None:
        """Note of the lost messages that nothing of them is left to tell."""
        left = lost_entries(self._db, digest, message.recipient).keys()
        rows = self._db.rows(
            """
            SELECT outbox.number, commitment.entry
            FROM outbox JOIN issue ON issue.number = outbox.issue
            JOIN digest ON digest.number = issue.digest
            JOIN commitment ON commitment.issue = outbox.issue AND NOT commitment.silent
            WHERE outbox.state IN ('failed', 'uncertain', 'dropped')
                AND outbox.recipient = ? AND digest.name = ? AND outbox.offered_again_by IS NULL
            """,
            [message.recipient, digest],
        )
        waiting = {row["number"] for row in rows if row["entry"] in left}
        told = {row["number"] for row in rows} - waiting
        self._db.run_many(
            """
            UPDATE outbox SET offered_again_by = (SELECT number FROM outbox WHERE message_id = ?)
            WHERE number = ?
            """,
            [(message.id, number) for number in sorted(told)],
        )

    def _entry_number(self, key: EntryKey) -> int | None:
        """Return an entry's number; None, which the tables refuse, for one never stored."""
        number: int | None = self._db.value(
            "SELECT entry FROM known WHERE feed = ? AND id_hash = ?", [key.feed, id_hash(key.id)]
        )
        return number


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
