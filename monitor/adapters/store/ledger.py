"""Who got what: issues of digests, the entries committed to them, what was left out and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from monitor.adapters.store.rows import id_hash, profile_number, to_us
from monitor.adapters.store.slots import IssueKind, Slots
from monitor.adapters.store.stories import lost_entries
from monitor.errors import StoreError
from monitor.model import Digest, EntryKey, Message, Slot, Story


class Ledger(Slots):
    """The digests' memory: what was issued, and therefore is not issued again."""

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
                    "INSERT INTO issue_story VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        issue,
                        position,
                        story.number,
                        profile_number(self._db, section.profile.name),
                        self._entry_number(story.lead.entry.key),
                        story.under,
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
