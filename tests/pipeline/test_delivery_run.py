"""The delivery run: each message is delivered once, or said not to be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.authority import authority
from tests.factories import NOON, make_digest, make_message
from tests.smtp import ScriptedSmtp

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ANA, BEN, EVA = "ana@example.org", "ben@example.org", "eva@example.org"
QUICK = Timeouts(connect_s=1, command_s=0.3, after_dot_s=0.3)
PATIENT = Timeouts(connect_s=5, command_s=5, after_dot_s=5)


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


@contextmanager
def many(folder: Path, count: int) -> Iterator[Store]:
    """A store whose outbox holds one message for each of so many readers."""
    messages = [make_message(f"<{n}>", recipient=f"r{n}@example.org") for n in range(count)]
    with Store.open(folder / "many.db") as store:
        store.issue(make_digest(), messages=messages, subject="Morning")
        yield store


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
    [(tried, problem)] = down.problems  # once, whoever else waits
    assert tried.message.recipient == ANA
    assert "Connection refused" in problem
    assert down.waiting_count == 2
    assert {m.problem for m in office.store.outbox()} == {problem}
    assert {m.next_attempt_at for m in office.store.outbox()} == {NOON + MINUTE}
    assert {m.attempt_count for m in office.store.outbox()} == {1}
    assert office.run(timedelta(seconds=59)).outcomes == {}
    assert office.run(MINUTE).outcomes == {OutboxState.SENT: 3}
    assert office.run(DAY).outcomes == {}
    assert office.delivered == [ANA, BEN, EVA]


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("mail", "421 busy"), ("mail", "451 later"), ("rcpt", "450 greylisted"), ("data", "drop"),
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
    office.smtp.faults.append(("mail", "535 wrong password"))

    assert office.run().outcomes == {OutboxState.RETRY: 3}
    assert {"check user and password" in m.problem for m in office.store.outbox()} == {True}
    assert office.run(MINUTE).outcomes == {OutboxState.SENT: 3}


def test_a_wrong_password_is_tried_once_a_run_however_many_messages_wait(tmp_path: Path) -> None:
    tls = authority().server("127.0.0.1")
    with ScriptedSmtp(tls=tls, user=("me", "right")) as smtp, many(tmp_path, 100) as store:
        settings = MailSettings(host="127.0.0.1", port=smtp.port, user="me")
        server = MailServer(settings, "wrong", timeouts=PATIENT, context=authority().client())
        first = run_delivery(store, server, NOON)
        second = run_delivery(store, server, NOON + MINUTE)

    assert (first.outcomes, first.waiting_count) == ({OutboxState.RETRY: 100}, 99)
    assert (second.outcomes, second.waiting_count) == ({OutboxState.RETRY: 100}, 99)
    assert sum(command.startswith("AUTH") for command in smtp.commands) == 2
    assert smtp.mailbox == []


def test_a_message_alone_waits_for_a_dead_server_alone(tmp_path: Path) -> None:
    with ScriptedSmtp(faults=[("banner", "421 down")]) as smtp, many(tmp_path, 1) as store:
        settings = MailSettings(host="127.0.0.1", port=smtp.port, security="none")
        report = run_delivery(store, MailServer(settings, None, timeouts=PATIENT), NOON)

    assert (report.outcomes, report.waiting_count) == ({OutboxState.RETRY: 1}, 0)


def test_a_server_that_hangs_costs_one_wait_a_run(tmp_path: Path) -> None:
    with ScriptedSmtp(faults=[("banner", "hang")] * 9) as smtp, many(tmp_path, 100) as store:
        settings = MailSettings(host="127.0.0.1", port=smtp.port, security="none")
        began = time.monotonic()
        report = run_delivery(store, MailServer(settings, None, timeouts=QUICK), NOON)

    assert time.monotonic() - began < 5 * QUICK.command_s
    assert (report.outcomes, report.waiting_count) == ({OutboxState.RETRY: 100}, 99)
    assert smtp.connection_count == 1


def test_a_server_that_is_down_for_a_day_is_tried_six_times_and_then_gets_everything_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedSmtp(faults=[("banner", "421 down")] * 99) as smtp, many(tmp_path, 100) as store:
        settings = MailSettings(host="127.0.0.1", port=smtp.port, security="none")
        server = MailServer(settings, None, timeouts=PATIENT)
        for quarter in range(4 * 24):  # of an hour
            run_delivery(store, server, NOON + quarter * 15 * MINUTE)
        tried, told = smtp.connection_count, len(caplog.records)
        smtp.faults.clear()
        report = run_delivery(store, server, NOON + 2 * DAY)

    assert (tried, told) == (6, 12)  # each time one line of the message tried, one of the others
    assert report.outcomes == {OutboxState.SENT: 100}
    assert len({mail.recipient for mail in smtp.mailbox}) == len(smtp.mailbox) == 100


@pytest.mark.parametrize(
    ("place", "fault", "ended"),
    [
        ("rcpt", "drop", {OutboxState.RETRY: 100}),
        ("dot", "accept and drop", {OutboxState.RETRY: 98, OutboxState.UNCERTAIN: 2}),
    ],
)
def test_two_connections_lost_in_a_row_end_a_run(
    tmp_path: Path, place: str, fault: str, ended: dict[OutboxState, int]
) -> None:
    with ScriptedSmtp(faults=[(place, fault)] * 100) as smtp, many(tmp_path, 100) as store:
        settings = MailSettings(host="127.0.0.1", port=smtp.port, security="none")
        report = run_delivery(store, MailServer(settings, None, timeouts=QUICK), NOON)

    assert (report.outcomes, report.waiting_count) == (ended, 98)
    assert smtp.connection_count == 2


def test_a_hundred_readers_share_two_connections(tmp_path: Path) -> None:
    with ScriptedSmtp() as smtp, many(tmp_path, 100) as store:
        settings = MailSettings(host="127.0.0.1", port=smtp.port, security="none")
        steps: list[tuple[int, int]] = []
        report = run_delivery(
            *(store, MailServer(settings, None, timeouts=PATIENT), NOON),
            progress=lambda done, total: steps.append((done, total)),
        )

    assert report.outcomes == {OutboxState.SENT: 100}
    assert [mail.recipient for mail in smtp.mailbox] == [f"r{n}@example.org" for n in range(100)]
    assert smtp.connection_count == 2  # fifty messages each
    assert sum(command.upper() == "QUIT" for command in smtp.commands) == 2
    assert steps == [(n, 100) for n in range(100)]


def test_no_more_go_out_in_an_hour_than_the_settings_allow(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedSmtp() as smtp, many(tmp_path, 1000) as store:
        settings = MailSettings(host="127.0.0.1", port=smtp.port, security="none", per_hour=60)
        server = MailServer(settings, None, timeouts=PATIENT)
        by_beat = [
            len(run_delivery(store, server, NOON + n * MINUTE / 2).problems) or len(smtp.mailbox)
            for n in range(121)
        ]
        held = store.outbox(OutboxState.RETRY)

    assert by_beat == [60] * 120 + [120]  # a loop of digests cannot flood anybody
    assert len(held) == 880
    assert {item.attempt_count for item in held} == {0}
    assert len({mail.recipient for mail in smtp.mailbox}) == 120
    told = [r.message for r in caplog.records if "per_hour" in r.message]
    assert [text.split(" messages")[0] for text in told] == ["940", "880"]  # once an hour


@pytest.mark.parametrize("fault", ["accept and drop", "drop"])
def test_where_the_settings_say_so_what_may_have_arrived_is_sent_again(
    tmp_path: Path, fault: str
) -> None:
    with ScriptedSmtp(faults=[("dot", fault)]) as smtp, many(tmp_path, 1) as store:
        settings = MailSettings(
            host="127.0.0.1", port=smtp.port, security="none", uncertain="resend"
        )
        server = MailServer(settings, None, timeouts=PATIENT)
        first = run_delivery(store, server, NOON)
        second = run_delivery(store, server, NOON + MINUTE)
        # The same, when the monitor itself is what ended.
        store.send_again("<0>", NOON)
        store.claim("<0>", NOON)
        store.mark_data_sent("<0>")
        waits = run_delivery(store, server, NOON + MINUTE)
        third = run_delivery(store, server, NOON + 6 * MINUTE)

    assert [r.outcomes for r in (first, second, waits, third)] == [
        *({OutboxState.RETRY: 1}, {OutboxState.SENT: 1}, {}, {OutboxState.SENT: 1})
    ]
    assert len({mail.content for mail in smtp.mailbox}) == 1
    assert len(smtp.mailbox) == 2 + fault.startswith("accept")


def test_what_may_have_arrived_for_three_days_stays_uncertain(tmp_path: Path) -> None:
    with ScriptedSmtp(faults=[("dot", "drop")] * 99) as smtp, many(tmp_path, 1) as store:
        settings = MailSettings(
            host="127.0.0.1", port=smtp.port, security="none", uncertain="resend"
        )
        server = MailServer(settings, None, timeouts=PATIENT)
        run_delivery(store, server, NOON)
        run_delivery(store, server, NOON + 4 * DAY)
        [item] = store.outbox()

    assert item.state is OutboxState.UNCERTAIN


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
