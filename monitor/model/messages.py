"""A rendered issue, a message to one recipient, and where that stands. No dependency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rendered:
    """An issue's words and looks, not yet addressed to anyone."""

    subject: str
    text: str
    body_html: str
    page_html: str = ""  # the whole issue for a browser, where the mail has to leave some out
    offered: frozenset[int] = frozenset()  # the unconfirmed stories that the mail does name
    page_text: str = ""  # the text without any reader's links; "": `text` has none


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient; its bytes never change over retries."""

    id: str  # Message-ID with its angle brackets
    sender: str  # envelope address
    recipient: str  # envelope address
    subject: str
    content: bytes  # RFC 5322, CRLF


class OutboxState(StrEnum):
    """Where a message stands; architecture page, "Issues, the ledger"."""

    QUEUED = "queued"
    SENDING = "sending"  # committed before the dialogue: a crash here is safe to retry
    DATA_SENT = "data_sent"  # committed before the body goes out: a crash here is uncertain
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message with its standing."""

    message: Message
    digest: str
    slot_label: str
    state: OutboxState
    queued_at: datetime
    attempt_count: int = 0
    next_attempt_at: datetime | None = None
    problem: str = ""
    number: int = 0  # what a person calls it by
    sent_at: datetime | None = None  # when the mail server took it
    is_offered_again: bool = False  # a later message told all its stories
