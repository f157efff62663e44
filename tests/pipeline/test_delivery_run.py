"""The delivery run: each message is delivered once, or said not to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.deliver import MailServer, Timeouts
from monitor.adapters.store import Store
from monitor.config import MailSettings
from monitor.errors import StoreError
from monitor.model import OutboxMessage, OutboxState
from monitor.pipeline import DeliveryReport, run_delivery
from tests.factories import NOON, make_digest, make_message
from tests.smtp import ScriptedSmtp

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ANA, BEN, EVA = "ana@example.org", "ben@example.org", "eva@example.org"
QUICK = Timeouts(connect_s=1, command_s=0.3, after_dot_s=0.3)


@dataclass(slots=True)
class Office:
    """A store with an issue for three recipients, and a mail server."""

    store: Store
    smtp: ScriptedSmtp

    def server(self, port: int | None = None) -> MailServer:
        settings = MailSettings(host="127.0.0.1", port=port or self.smtp.port, security="none")
        return MailServer(settings, None, timeouts=QUICK)

    def run(self, after: timedelta = timedelta(0), **options: object) -> DeliveryReport:
        return run_delivery(self.store, self.server(), NOON + after, **options)  # type: ignore[arg-type]

    @property
    def states(self) -> dict[str, OutboxState]:
        return {item.message.recipient: item.state for item in self.store.outbox()}

    def message(self, recipient: str) -> OutboxMessage:
        return next(m for m in self.store.outbox() if m.message.recipient == recipient)

    @property
    def delivered(self) -> list[str]:
        return [each.recipient for each in self.smtp.mailbox]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ScriptedSmtp() as smtp, Store.open(tmp_path / "monitor.db") as store:
        messages = [make_message(f"<{to}>", recipient=to) for to in (ANA, BEN, EVA)]
        store.issue(make_digest(), messages=messages, subject="Morning")
        yield Office(store, smtp)


def test_each_message_is_sent_once_as_it_was_queued(office: Office) -> None:
    report = office.run()
    again = office.run(MINUTE)

    assert report.outcomes == {OutboxState.SENT: 3}
    assert (report.problems, again.outcomes) == ([], {})
    assert [(m.recipient, m.content) for m in office.smtp.mailbox] == [
        (to, make_message().content) for to in (ANA, BEN, EVA)
    ]
    assert set(office.states.values()) == {OutboxState.SENT}


def test_while_the_mail_server_is_down_messages_stay_and_are_delivered_once(
    office: Office,
) -> None:
    with ScriptedSmtp() as other:
        nobody_there = other.port
    down = run_delivery(office.store, office.server(nobody_there), NOON)

    assert down.outcomes == {OutboxState.RETRY: 3}
    assert [item.message.recipient for item, _ in down.problems] == [ANA, BEN, EVA]
    assert all("Connection refused" in problem for _, problem in down.problems)
    assert office.message(ANA).next_attempt_at == NOON + MINUTE
    assert office.run(timedelta(seconds=59)).outcomes == {}
    assert office.run(MINUTE).outcomes == {OutboxState.SENT: 3}
    assert office.run(DAY).outcomes == {}
    assert office.delivered == [ANA, BEN, EVA]


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("banner", "421 busy"), ("mail", "451 later"), ("rcpt", "450 greylisted"), ("data", "drop"),
        ("dot", "452 full"), ("rcpt", "hang"),
    ],
)  # fmt: skip
def test_what_is_refused_for_now_is_tried_again_and_delivered(
    office: Office, place: str, fault: str
) -> None:
    office.smtp.faults.append((place, fault))

    first = office.run()

    assert first.outcomes == {OutboxState.RETRY: 1, OutboxState.SENT: 2}
    assert office.run(MINUTE).outcomes == {OutboxState.SENT: 1}
    assert sorted(office.delivered) == [ANA, BEN, EVA]


def test_what_is_refused_for_good_is_not_tried_again(office: Office) -> None:
    office.smtp.faults.append(("rcpt", "550 no such user"))

    report = office.run()

    assert report.outcomes == {OutboxState.FAILED: 1, OutboxState.SENT: 2}
    assert office.run(DAY).outcomes == {}
    assert office.delivered == [BEN, EVA]
    assert "550 no such user" in office.message(ANA).problem


def test_a_mistake_in_the_login_fails_no_message(office: Office) -> None:
    office.smtp.faults += [("mail", "535 wrong password")] * 3

    assert office.run().outcomes == {OutboxState.RETRY: 3}
    assert "check user and password" in office.message(ANA).problem
    assert office.run(MINUTE).outcomes == {OutboxState.SENT: 3}


@pytest.mark.parametrize("fault", ["accept and drop", "accept and hang", "drop"])
def test_what_may_have_arrived_is_not_sent_again(office: Office, fault: str) -> None:
    office.smtp.faults.append(("dot", fault))

    report = office.run()

    assert report.outcomes == {OutboxState.UNCERTAIN: 1, OutboxState.SENT: 2}
    assert office.run(DAY).outcomes == {}
    assert office.delivered.count(ANA) == fault.startswith("accept")
    assert office.states == {
        ANA: OutboxState.UNCERTAIN, BEN: OutboxState.SENT, EVA: OutboxState.SENT,
    }  # fmt: skip


def test_a_message_is_given_up_after_three_days(office: Office) -> None:
    office.smtp.faults += [("mail", "451 later")] * 100
    now: datetime | None = NOON
    tried: list[timedelta] = []
    while now:
        tried.append(now - NOON)
        run_delivery(office.store, office.server(), now)
        now = office.message(ANA).next_attempt_at

    assert office.states[ANA] is OutboxState.FAILED
    assert [wait / MINUTE for wait in tried] == [0, 1, 6, 21, 81, 321, 1761, 3201, 4320]


def test_a_run_that_is_stopped_leaves_the_rest_for_the_next(office: Office) -> None:
    report = office.run(stopped=lambda: len(office.smtp.mailbox) == 2)

    assert report.outcomes == {OutboxState.SENT: 2}
    assert office.states[EVA] is OutboxState.QUEUED
    assert office.run().outcomes == {OutboxState.SENT: 1}


def test_what_a_crash_left_under_way_is_settled_first(office: Office) -> None:
    for recipient in (ANA, BEN):
        office.store.claim(f"<{recipient}>", NOON)
    office.store.mark_data_sent(f"<{BEN}>")

    report = office.run(MINUTE)

    assert report.outcomes == {OutboxState.SENT: 2}
    assert office.states == {
        ANA: OutboxState.SENT, BEN: OutboxState.UNCERTAIN, EVA: OutboxState.SENT,
    }  # fmt: skip


class Rushed(Store):
    """A store whose messages another process sends first."""

    def claim(self, message_id: str, now: datetime) -> bool:
        return False if ANA in message_id else super().claim(message_id, now)


def test_a_message_that_another_process_took_is_left_to_it(office: Office, tmp_path: Path) -> None:
    with Rushed.open(tmp_path / "monitor.db") as store:
        report = run_delivery(store, office.server(), NOON)

    assert report.outcomes == {OutboxState.SENT: 2}
    assert office.delivered == [BEN, EVA]


class Full(Store):
    """A store whose disk is full when the body is to go out."""

    def mark_data_sent(self, message_id: str) -> None:
        raise StoreError("the disk is full")


def test_nothing_goes_out_that_cannot_be_remembered(office: Office, tmp_path: Path) -> None:
    with Full.open(tmp_path / "monitor.db") as store, pytest.raises(StoreError):
        run_delivery(store, office.server(), NOON)

    assert office.delivered == []
    assert office.run().outcomes == {OutboxState.SENT: 3}
