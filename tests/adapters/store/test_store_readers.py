"""What is kept of a reader, and how it goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Forgotten, Store
from monitor.model import OutboxState, Verdict
from tests.factories import NOON, make_digest, make_entry, make_message, make_subscription

ANA, BEN = "ana@example.org", "ben@example.org"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        yield store


def said(good: bool, who: str, profile: str | None = "trade") -> Verdict:
    return Verdict(make_entry("a"), good, profile, who=who)


def all_said(store: Store) -> list[tuple[bool, str]]:
    return [(verdict.good, verdict.who) for verdict in store.verdicts()]


def test_a_reader_s_verdict_does_not_take_the_place_of_the_owner_s(store: Store) -> None:
    store.save_verdicts([said(True, "owner"), said(False, ANA), said(False, BEN)], NOON)
    store.save_verdicts([said(True, BEN)], NOON + timedelta(hours=1))

    assert all_said(store) == [(True, "owner"), (False, ANA), (True, BEN)]


def test_whoever_keeps_the_monitor_has_one_verdict_under_any_name(store: Store) -> None:
    store.save_verdicts([said(True, "owner"), said(False, "root")], NOON)

    assert all_said(store) == [(False, "root")]


def test_what_was_said_of_an_entry_is_the_owner_s_word(store: Store) -> None:
    key = make_entry("a").key
    store.save_verdicts([said(False, ANA)], NOON)
    assert store.said_of([key]) == {}

    store.save_verdicts([said(True, "owner"), said(False, BEN)], NOON)
    assert store.said_of([key]) == {key: {"trade": True}}


def test_each_takes_back_their_own(store: Store) -> None:
    store.save_verdicts([said(True, "owner"), said(False, ANA)], NOON)

    assert store.take_back(make_entry("a").key, "trade", who=ANA) == 1
    assert all_said(store) == [(True, "owner")]
    assert store.take_back(make_entry("a").key) == 1
    assert all_said(store) == []


def issue(store: Store) -> None:
    messages = [make_message(f"<{to}>", recipient=to) for to in (ANA, BEN)]
    store.issue(make_digest(), messages=messages, subject="News")


def test_all_that_is_kept_of_a_reader_is_shown(store: Store) -> None:
    issue(store)
    store.save_verdicts([said(True, "owner"), said(False, ANA)], NOON)
    store.unsubscribe("morning", ANA, NOON)

    reader = store.reader(ANA)

    assert [(each.good, each.profile) for each in reader.verdicts] == [(False, "trade")]
    assert [(each.digest, each.state) for each in reader.mail] == [("morning", OutboxState.QUEUED)]
    assert reader.left == (("morning", NOON),)
    assert store.reader_counts() == {ANA: (1, 1), BEN: (0, 1)}


def test_a_forgotten_reader_leaves_nothing_and_others_stay(store: Store) -> None:
    issue(store)
    store.save_verdicts([said(True, "owner"), said(False, ANA)], NOON)
    store.unsubscribe("morning", ANA, NOON)

    done = store.forget_reader(ANA, also_that_they_left=True)

    assert done == Forgotten(verdict_count=1, message_count=1, underway_count=0, left_count=1)
    assert store.reader_counts() == {BEN: (0, 1)}
    assert all_said(store) == [(True, "owner")]
    assert store.forget_reader(ANA, also_that_they_left=True) == Forgotten(0, 0, 0, 0)


def test_nobody_is_no_reader(store: Store) -> None:
    store.save_verdicts([said(True, "owner")], NOON)

    assert store.forget_reader("", also_that_they_left=True) == Forgotten(0, 0, 0, 0)
    assert store.reader("").verdicts == ()
    assert all_said(store) == [(True, "owner")]


def test_a_message_that_is_being_sent_stays_until_that_is_over(store: Store) -> None:
    issue(store)
    assert store.claim(f"<{ANA}>", NOON)

    assert store.forget_reader(ANA, also_that_they_left=True).underway_count == 1
    store.mark_data_sent(f"<{ANA}>")
    assert store.mark_sent(f"<{ANA}>", NOON)

    assert store.forget_reader(ANA, also_that_they_left=True).message_count == 1
