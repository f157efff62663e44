"""Messages committed to and where each stands; two deliverers never send the same one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import from_us, from_us_or_none, to_us, to_us_or_none
from monitor.errors import StoreError
from monitor.model import Message, OutboxMessage, OutboxState

LOST_TRACK = "the monitor stopped while it handed the message over"

# No message is put off for longer; a later time was written while the clock was wrong.
LONGEST_WAIT = timedelta(days=3)

_LONGEST_WAIT_US = LONGEST_WAIT // timedelta(microseconds=1)
_IS_DUE = """
    (state = 'queued' OR state = 'retry'
        AND (next_attempt_at <= ?1 OR next_attempt_at > ?1 + ?2))
"""
_MESSAGE = """
    SELECT outbox.*, digest.name AS digest,
        issue.local_date || '-' || replace(issue.local_time, ':', '') AS slot_label
    FROM outbox JOIN issue ON issue.number = outbox.issue
    JOIN digest ON digest.number = issue.digest
"""


class Outbox(Part):
    """The delivery run's memory.

    A message moves queued -> sending -> data_sent -> sent, or to retry, failed, uncertain,
    dropped. A `mark_` method returns False, and changes nothing, when the message does not
    stand where its step begins.
    """

    def due_messages(self, now: datetime) -> list[OutboxMessage]:
        """Return the messages to be tried now, longest queued first.

        A time that no try can have been put off to was written while the clock was wrong.
        """
        with self._db.reading("looking for messages to send"):
            rows = self._db.rows(
                f"{_MESSAGE} WHERE {_IS_DUE} ORDER BY outbox.queued_at, outbox.number",
                [to_us(now), _LONGEST_WAIT_US],
            )
        return [_outbox_message(row) for row in rows]

    def outbox(self, *states: OutboxState, limit: int = 1000) -> list[OutboxMessage]:
        """Return the messages in these states, or in any when none is named, newest first."""
        with self._db.reading("reading the outbox"):
            rows = self._db.rows(
                f"""
                {_MESSAGE}
                WHERE outbox.state IN (SELECT value FROM json_each(?))
                ORDER BY outbox.number DESC LIMIT ?
                """,
                [json.dumps(states or list(OutboxState)), limit],
            )
        return [_outbox_message(row) for row in rows]

    def claim(self, message_id: str, now: datetime) -> bool:
        """Take a due message for sending; False when another process has it or it is not due."""
        with self._db.writing("claiming a message"):
            changed = self._db.run(
                f"""
                UPDATE outbox SET state = 'sending', tried_at = ?1, next_attempt_at = NULL,
                    attempt_count = attempt_count + 1
                WHERE message_id = ?3 AND {_IS_DUE}
                """,
                [to_us(now), _LONGEST_WAIT_US, message_id],
            )
        return changed == 1

    def mark_data_sent(self, message_id: str) -> None:
        """Note, before the body goes out, that from here on the message may arrive.

        Raises StoreError when the message is not ours to send any more: stop then.
        """
        if not self._move(message_id, OutboxState.DATA_SENT, ["sending"]):
            raise StoreError(
                f"{self._db.path}: {message_id} was taken over by another process and is not"
                " sent from here. Nothing was changed. Let one process deliver at a time."
            )

    def mark_sent(self, message_id: str, now: datetime) -> bool:
        """Note that the mail server took the message."""
        states = ["sending", "data_sent", "uncertain"]
        return self._move(message_id, OutboxState.SENT, states, sent_at=now)

    def mark_retry(self, message_id: str, next_attempt_at: datetime, problem: str) -> bool:
        """Note that the mail server did not take the message for now."""
        states = ["sending", "data_sent"]
        return self._move(
            message_id, OutboxState.RETRY, states, problem, next_attempt_at=next_attempt_at
        )

    def mark_failed(self, message_id: str, problem: str) -> bool:
        """Note that the message was refused for good, or tried for too long."""
        states = ["queued", "sending", "data_sent", "retry"]
        return self._move(message_id, OutboxState.FAILED, states, problem)

    def mark_uncertain(self, message_id: str, problem: str) -> bool:
        """Note that the message may have arrived, so that it is not sent again."""
        return self._move(message_id, OutboxState.UNCERTAIN, ["sending", "data_sent"], problem)

    def mark_dropped(self, message_id: str, problem: str) -> bool:
        """Note that a person took the message out of the outbox."""
        return self._move(message_id, OutboxState.DROPPED, ["queued", "retry"], problem)

    def _move(
        self,
        message_id: str,
        state: OutboxState,
        from_states: Sequence[str],
        problem: str = "",
        *,
        next_attempt_at: datetime | None = None,
        sent_at: datetime | None = None,
    ) -> bool:
        with self._db.writing(f"noting that a message is {state.value}"):
            changed = self._db.run(
                """
                UPDATE outbox SET state = ?, problem = ?, next_attempt_at = ?, sent_at = ?
                WHERE message_id = ? AND state IN (SELECT value FROM json_each(?))
                """,
                [
                    state,
                    problem,
                    to_us_or_none(next_attempt_at),
                    to_us_or_none(sent_at),
                    message_id,
                    json.dumps(from_states),
                ],
            )
        return changed == 1

    def recover_outbox(self, now: datetime) -> tuple[int, int]:
        """Sort out what a crash left under way; to be called under the delivery lock only.

        Before its body a message can safely go out again; after it, it may have arrived.
        Returns how many were queued again and how many are uncertain now.
        """
        with self._db.writing("recovering the outbox"):
            queued = self._db.run("UPDATE outbox SET state = 'queued' WHERE state = 'sending'")
            uncertain = self._db.run(
                "UPDATE outbox SET state = 'uncertain', problem = ? WHERE state = 'data_sent'",
                [f"{LOST_TRACK}; found on {now:%Y-%m-%d at %H:%M} UTC"],
            )
        return queued, uncertain


def _outbox_message(row: Any) -> OutboxMessage:
    return OutboxMessage(
        message=Message(
            id=row["message_id"],
            sender=row["sender"],
            recipient=row["recipient"],
            subject=row["subject"],
            content=row["content"],
        ),
        digest=row["digest"],
        slot_label=row["slot_label"],
        state=OutboxState(row["state"]),
        queued_at=from_us(row["queued_at"]),
        attempt_count=row["attempt_count"],
        next_attempt_at=from_us_or_none(row["next_attempt_at"]),
        problem=row["problem"],
    )
