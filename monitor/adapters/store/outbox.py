"""Messages committed to and where each stands; two deliverers never send the same one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import from_us, from_us_or_none, to_us, to_us_or_none
from monitor.errors import StoreError
from monitor.model import Message, OutboxMessage, OutboxState

LOST_TRACK = "the monitor stopped while it handed the message over"

# No message is put off for longer; a later time was written while the clock was wrong.
LONGEST_WAIT = timedelta(days=3)

RESENT_AFTER = timedelta(minutes=5)  # what a crash cut off; a crash loop must not send in a loop

_LONGEST_WAIT_US = LONGEST_WAIT // timedelta(microseconds=1)
_IS_DUE = """
    (state = 'queued' OR state = 'retry'
        AND (next_attempt_at <= ?1 OR next_attempt_at > ?1 + ?2))
"""
# What goes to a channel of a digest, and not by mail.
_IS_POST = "(outbox.recipient GLOB 'webhook:*' OR outbox.recipient GLOB 'apprise:*')"
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

    def due_messages(
        self, now: datetime, *, after: int = 0, limit: int = 1000, posts: bool = False
    ) -> list[OutboxMessage]:
        """Return the messages to be tried now, by number from `after` on, which is not among them.

        Mail, or with `posts` what goes to channels. A time that no try can have been put off to
        was written while the clock was wrong.
        """
        with self._db.reading("looking for messages to send"):
            rows = self._db.rows(
                f"""
                {_MESSAGE} WHERE {_IS_DUE} AND {_IS_POST} = ?5 AND outbox.number > ?3
                ORDER BY outbox.number LIMIT ?4
                """,
                [to_us(now), _LONGEST_WAIT_US, after, limit, posts],
            )
        return [_outbox_message(row) for row in rows]

    def due_count(self, now: datetime) -> int:
        """Return how many mails are to be tried now."""
        with self._db.reading("counting messages to send"):
            return int(
                self._db.value(
                    f"SELECT count(*) FROM outbox WHERE {_IS_DUE} AND NOT {_IS_POST}",
                    [to_us(now), _LONGEST_WAIT_US],
                )
            )

    def waiting(self) -> tuple[int, datetime | None]:
        """Return how many messages wait for a later try, and when the first of them is due."""
        with self._db.reading("counting messages that wait"):
            [row] = self._db.rows(
                "SELECT count(*) AS n, min(next_attempt_at) AS at FROM outbox WHERE state = 'retry'"
            )
        return row["n"], from_us_or_none(row["at"])

    def make_due(self) -> int:
        """Let what waits for a later try be due at once; the tries made so far still count."""
        with self._db.writing("making waiting messages due"):
            return self._db.run(
                "UPDATE outbox SET state = 'queued', next_attempt_at = NULL WHERE state = 'retry'"
            )

    def sent_times(self, since: datetime, until: datetime) -> list[datetime]:
        """Return when mail went out, or may have, after `since`; oldest first."""
        with self._db.reading("counting messages sent"):
            rows = self._db.rows(
                f"""
                SELECT sent_at AS at FROM outbox
                WHERE sent_at > ?1 AND sent_at <= ?2 AND NOT {_IS_POST}
                UNION ALL
                SELECT tried_at FROM outbox
                WHERE state = 'uncertain' AND tried_at > ?1 AND tried_at <= ?2 AND NOT {_IS_POST}
                ORDER BY at
                """,
                [to_us(since), to_us(until)],
            )
        return [from_us(row["at"]) for row in rows]

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

    def outbox_message(self, name: str) -> OutboxMessage | None:
        """Return the message of this number ("17", "#17") or Message-ID; None: there is none."""
        digits = name.strip().removeprefix("#")
        number = int(digits) if digits.isdecimal() and len(digits) < 19 else None
        with self._db.reading("looking for a message"):
            rows = self._db.rows(
                f"""
                {_MESSAGE}
                WHERE outbox.number = ?1 OR outbox.message_id IN (?2, '<' || ?2 || '>')
                """,
                [number, name.strip()],
            )
        return _outbox_message(rows[0]) if rows else None

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

    def send_again(self, message_id: str, now: datetime) -> bool:
        """Put a message back among those to be tried, as if it had just been queued.

        False, and nothing changes, while it is under way.
        """
        with self._db.writing("queueing a message again"):
            changed = self._db.run(
                """
                UPDATE outbox SET state = 'queued', queued_at = ?, attempt_count = 0,
                    next_attempt_at = NULL, sent_at = NULL, problem = ''
                WHERE message_id = ? AND state NOT IN ('sending', 'data_sent')
                """,
                [to_us(now), message_id],
            )
        return changed == 1

    def put_off(
        self, again: Mapping[str, datetime | None], problem: str, over: str, now: datetime
    ) -> Counter[OutboxState]:
        """Count a try for messages that the server's trouble keeps from being tried at all.

        Each is due again at its time, with this problem; with None it is given up, and `over`
        says why. Returns how many ended where.
        """
        ended: Counter[OutboxState] = Counter()
        with self._db.writing("putting messages off"):
            for message_id, at in again.items():
                state = OutboxState.RETRY if at else OutboxState.FAILED
                ended[state] += self._db.run(
                    """
                    UPDATE outbox SET state = ?, problem = ?, next_attempt_at = ?,
                        tried_at = ?, attempt_count = attempt_count + 1
                    WHERE message_id = ? AND state IN ('queued', 'retry')
                    """,
                    [state, problem if at else over, to_us_or_none(at), to_us(now), message_id],
                )
        return +ended

    def hold(self, until: datetime, problem: str, now: datetime) -> int:
        """Let every mail that is due wait until a time, no try counted; return how many."""
        with self._db.writing("holding messages back"):
            return self._db.run(
                f"UPDATE outbox SET state = 'retry', next_attempt_at = ?3, problem = ?4"
                f" WHERE {_IS_DUE} AND NOT {_IS_POST}",
                [to_us(now), _LONGEST_WAIT_US, to_us(until), problem],
            )

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

    def recover_outbox(self, now: datetime, *, resend: bool = False) -> tuple[int, int]:
        """Sort out what a crash left under way; to be called under the delivery lock only.

        Before its body a message can safely go out again; after it, it may have arrived. It
        is uncertain then, or with `resend` sent again after a while, though it may come twice.
        Returns how many were queued again and how many may have arrived.
        """
        found = f"{LOST_TRACK}; found on {now:%Y-%m-%d at %H:%M} UTC"
        with self._db.writing("recovering the outbox"):
            queued = self._db.run("UPDATE outbox SET state = 'queued' WHERE state = 'sending'")
            lost = self._db.run(
                """
                UPDATE outbox SET state = ?, problem = ?, next_attempt_at = ?
                WHERE state = 'data_sent'
                """,
                [
                    OutboxState.RETRY if resend else OutboxState.UNCERTAIN,
                    found,
                    to_us(now + RESENT_AFTER) if resend else None,
                ],
            )
        return queued, lost


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
        number=row["number"],
        sent_at=from_us_or_none(row["sent_at"]),
        is_offered_again=row["offered_again_by"] is not None,
    )
