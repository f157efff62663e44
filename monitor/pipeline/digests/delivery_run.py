"""The delivery run: outbox -> mail server, one transaction per recipient."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.adapters.deliver import MailServer
from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.errors import DeliveryError
from monitor.model import OutboxMessage, OutboxState
from monitor.stages import due

logger = logging.getLogger(__name__)

AN_HOUR = timedelta(hours=1)
PAGE = 20  # messages held in memory at a time
# So many lost connections in a row are no accident: the others would be lost, or become
# uncertain, one after the other, each after a long wait.
SICK_AFTER = 2


@dataclass(slots=True)
class DeliveryReport:
    """What a delivery run did, counted by the state each message ended in."""

    outcomes: Counter[OutboxState] = field(default_factory=Counter)
    problems: list[tuple[OutboxMessage, str]] = field(default_factory=list)  # of those tried
    waiting_count: int = 0  # not tried: the server's trouble would have been theirs
    held_count: int = 0  # not tried: as many went out within an hour as may
    held_until: datetime | None = None


def mail_server_of(home: Home) -> MailServer:
    """Return the home's mail server; raises ConfigError when it cannot be used so."""
    return MailServer(home.config.mail, home.mail_password(), token=home.mail_token())


def run_delivery(
    store: Store,
    server: MailServer,
    now: datetime,
    *,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> DeliveryReport:
    """Send every message of the outbox that is due, each at most once.

    The caller holds the delivery lock: what an earlier run left half done is settled
    first. Refused for now: tried again later; refused for good: failed; lost after
    the body went out: uncertain, and not sent again, unless the settings ask for it. What
    is the server's trouble is tried once, and the other messages wait with it. No more go
    out in an hour than the settings allow. A StoreError ends the run.
    """
    report = DeliveryReport()
    store.recover_outbox(now, resend=_resends(server))
    total = store.due_count(now)
    if not total:
        return report
    store.check_for_delivery(now)  # nothing is sent from a damaged database
    logger.info("mail for %s: %d to be sent", server.name, total)
    room = server.settings.per_hour - len(store.sent_times(now - AN_HOUR, now))
    lost_in_a_row = 0
    with closing(server):
        for done, item in enumerate(_due(store, now)):
            if stopped():
                break
            if done >= room:
                _hold(store, server, now, report)
                break
            progress(done, total)
            error = _deliver(store, server, item, now, report)
            lost_in_a_row = lost_in_a_row + 1 if error and error.scope == "connection" else 0
            if error and (error.scope == "server" or lost_in_a_row >= SICK_AFTER):
                _let_wait(store, error, now, report)
                break
    return report


def _resends(server: MailServer) -> bool:
    return server.settings.uncertain == "resend"


def _due(store: Store, now: datetime) -> Iterator[OutboxMessage]:
    """Yield what is due, in the order it was queued, a page at a time."""
    after = 0
    while page := store.due_messages(now, after=after, limit=PAGE):
        yield from page
        after = page[-1].number


def _deliver(
    store: Store, server: MailServer, item: OutboxMessage, now: datetime, report: DeliveryReport
) -> DeliveryError | None:
    message_id = item.message.id
    if not store.claim(message_id, now):
        return None  # another process has it
    try:
        server.send(item.message, on_data=lambda: store.mark_data_sent(message_id))
    except DeliveryError as error:
        report.problems.append((item, error.problem))
        report.outcomes[settle(store, item, error, now, resend=_resends(server))] += 1
        return error
    store.mark_sent(message_id, now)
    logger.info("sent %s to %s", message_id, item.message.recipient)
    report.outcomes[OutboxState.SENT] += 1
    return None


def settle(
    store: Store, item: OutboxMessage, error: DeliveryError, now: datetime, *, resend: bool
) -> OutboxState:
    """Record what a failed try means for its message."""
    message_id = item.message.id
    again_at = due.next_attempt_at(item.queued_at, item.attempt_count + 1, now)
    if error.uncertain and (not resend or again_at is None):
        store.mark_uncertain(message_id, error.problem)
        logger.warning("uncertain whether it arrived, not sent again: %s", error)
        return OutboxState.UNCERTAIN
    if error.permanent or again_at is None:
        store.mark_failed(message_id, error.problem if error.permanent else _too_long(error))
        logger.error("given up: %s", error)
        return OutboxState.FAILED
    store.mark_retry(message_id, again_at, error.problem)
    logger.warning("tried again at %s: %s", again_at.isoformat(timespec="minutes"), error)
    return OutboxState.RETRY


def _too_long(error: DeliveryError) -> str:
    return f"given up after {due.RETRY_UNTIL.days} days; the last time: {error.problem}"


def _let_wait(store: Store, error: DeliveryError, now: datetime, report: DeliveryReport) -> None:
    """Let the messages that were not tried share the try that told how the server is.

    A wrong password tried once for each of a hundred messages locks the account; a dead
    server would be waited for a hundred times.
    """
    ended: Counter[OutboxState] = Counter()
    while page := store.due_messages(now, limit=PAGE):
        again = {
            item.message.id: due.next_attempt_at(item.queued_at, item.attempt_count + 1, now)
            for item in page
        }
        ended += store.put_off(again, error.problem, _too_long(error), now)
    if ended:
        report.outcomes += ended
        report.waiting_count = ended.total()
        logger.warning("%d more messages wait: %s", ended.total(), error.problem)


def _hold(store: Store, server: MailServer, now: datetime, report: DeliveryReport) -> None:
    """Let the rest wait until there is room in the hour again."""
    limit = server.settings.per_hour
    sent = store.sent_times(now - AN_HOUR, now)
    # The oldest of as many as may go out in an hour makes room first.
    until = (sent[-limit] if len(sent) >= limit else now) + AN_HOUR
    problem = f"{limit} messages went out within an hour, as many as [mail] per_hour allows"
    report.held_count = store.hold(until, problem, now)
    report.held_until = until
    logger.warning(
        "%d messages wait until %s: %s",
        *(report.held_count, until.isoformat(timespec="minutes"), problem),
    )
