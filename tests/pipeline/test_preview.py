"""The next issue before it is issued: seen, or sent to one person; nothing is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.adapters.home import Home, open_home
from monitor.adapters.lock import Lock
from monitor.adapters.store import Store
from monitor.config import MailSettings
from monitor.errors import ConfigError, DeliveryError, StoreError
from monitor.pipeline.digests.digest_run import chosen_for, upcoming
from monitor.pipeline.digests.plans import DigestPlan, plan_of
from monitor.pipeline.digests.preview import preview, send_test
from monitor.stages import due
from tests.factories import NOON, make_entry
from tests.pages import make_home, store_entries
from tests.smtp import ScriptedSmtp


@pytest.fixture
def home(tmp_path: Path) -> Home:
    make_home(tmp_path)
    home = open_home(tmp_path, {})
    home.prepare_state()
    store_entries(tmp_path, [make_entry(title="Tariffs rise")])
    return home


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with Store.open(home.state / "monitor.db") as store:
        yield store


def by_mail(home: Home, smtp: ScriptedSmtp) -> Home:
    mail = MailSettings("127.0.0.1", smtp.port, "none", sender="News <news@example.org>")
    return replace(home, config=replace(home.config, mail=mail))


def never(home: Home) -> DigestPlan:
    plan = plan_of(home, "morning")
    return replace(plan, settings=replace(plan.settings, days=()))


def test_the_next_issue_is_rendered_as_a_test(home: Home, store: Store) -> None:
    rendered = preview(store, plan_of(home, "morning"), NOON)

    assert "Tariffs rise" in rendered.text
    assert store.issues() == []


def test_the_issue_after_the_next_is_told_as_what_comes_then(home: Home, store: Store) -> None:
    plan = plan_of(home, "morning")
    slot = due.next_slot(plan.settings, plan.zone, NOON)
    assert slot is not None
    after = due.next_slot(plan.settings, plan.zone, slot.due_at)
    assert after is not None

    assert chosen_for(store, plan, slot, NOON).receipt.next_issue_at == after.due_at


def test_of_a_digest_without_slots_nothing_is_upcoming_and_an_alert_is_seen_as_of_now(
    home: Home, store: Store
) -> None:
    plan = plan_of(home, "morning")
    alert = replace(plan, settings=replace(plan.settings, kind="alert"))

    assert upcoming(store, never(home), NOON) is None
    assert "Tariffs rise" in preview(store, alert, NOON).text


def test_a_test_is_sent_and_nothing_counts_as_sent(home: Home, store: Store) -> None:
    with ScriptedSmtp() as smtp:
        home = by_mail(home, smtp)
        message = send_test(store, home, plan_of(home, "morning"), "me@example.org", NOON)

    assert [mail.recipient for mail in smtp.mailbox] == ["me@example.org"]
    assert ".test." in message.id
    assert (store.issues(), store.outbox()) == ([], [])


def test_without_a_slot_or_a_server_nothing_is_sent(home: Home, store: Store) -> None:
    no_mail = replace(home, config=replace(home.config, mail=MailSettings()))

    with pytest.raises(ConfigError, match="no mail server"):
        send_test(store, no_mail, plan_of(no_mail, "morning"), "me@example.org", NOON)
    with pytest.raises(ConfigError, match="no time"):
        send_test(store, home, never(home), "me@example.org", NOON)
    with pytest.raises(ConfigError, match="no time"):
        preview(store, never(home), NOON)


def test_while_a_delivery_runs_no_test_is_sent(home: Home, store: Store) -> None:
    with ScriptedSmtp() as smtp, Lock(home.state / "delivery.lock") as lock:
        assert lock.take()
        home = by_mail(home, smtp)

        with pytest.raises(StoreError, match="delivering just now"):
            send_test(store, home, plan_of(home, "morning"), "me@example.org", NOON)

    assert smtp.mailbox == []


def test_a_server_that_is_not_there_is_told(home: Home, store: Store) -> None:
    with ScriptedSmtp() as smtp:
        gone = by_mail(home, smtp)

    with pytest.raises(DeliveryError):
        send_test(store, gone, plan_of(gone, "morning"), "me@example.org", NOON)
