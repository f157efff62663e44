"""The delivery run: outbox -> mail server, one dialogue per recipient."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from monitor.adapters.deliver import MailServer
from monitor.adapters.store import Store
from monitor.errors import DeliveryError
from monitor.model import OutboxMessage, OutboxState
from monitor.stages import due

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class DeliveryReport:
    """What a delivery run did, counted by the state each message ended in."""

    outcomes: Counter[OutboxState] = field(default_factory=Counter)
    problems: list[tuple[OutboxMessage, str]] = field(default_factory=list)


def run_delivery(
    store: Store,
    server: MailServer,
    now: datetime,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> DeliveryReport:
    """Send every message of the outbox that is due, each at most once.

    The caller holds the delivery lock: what an earlier run left half done is settled
    first. Refused for now: tried again later; refused for good: failed; lost after
    the body went out: uncertain, and not sent again. A StoreError ends the run.
    """
    report = DeliveryReport()
    store.recover_outbox(now)
    for item in store.due_messages(now):
        if stopped():
            break
        if store.claim(item.message.id, now):
            _deliver(store, server, item, now, report)
    return report


def _deliver(
    store: Store, server: MailServer, item: OutboxMessage, now: datetime, report: DeliveryReport
) -> None:
    message_id = item.message.id
    try:
        server.send(item.message, on_data=lambda: store.mark_data_sent(message_id))
    except DeliveryError as error:
        report.problems.append((item, error.problem))
        report.outcomes[_settle(store, item, error, now)] += 1
    else:
        store.mark_sent(message_id, now)
        logger.info("sent %s to %s", message_id, item.message.recipient)
        report.outcomes[OutboxState.SENT] += 1


def _settle(store: Store, item: OutboxMessage, error: DeliveryError, now: datetime) -> OutboxState:
    """Record what a failed try means for its message."""
    message_id = item.message.id
    if error.uncertain:
        store.mark_uncertain(message_id, error.problem)
        logger.warning("uncertain whether it arrived, not sent again: %s", error)
        return OutboxState.UNCERTAIN
    again_at = due.next_attempt_at(item.queued_at, item.attempt_count + 1, now)
    if error.permanent or again_at is None:
        store.mark_failed(message_id, error.problem)
        logger.error("given up: %s", error)
        return OutboxState.FAILED
    store.mark_retry(message_id, again_at, error.problem)
    logger.warning("tried again at %s: %s", again_at.isoformat(timespec="minutes"), error)
    return OutboxState.RETRY
