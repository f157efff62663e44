"""What people wish beside their files: terms declined, feeds polled soon, feeds paused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Store
from monitor.model import PollState
from tests.factories import NOON, make_subscription

REST = timedelta(minutes=15)
LATER = NOON + timedelta(hours=3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        yield store


def test_a_declined_term_stays_declined(store: Store) -> None:
    store.decline("screwworm", NOON)
    store.decline("screwworm", LATER)

    assert store.declined() == {"screwworm"}


def test_a_feed_that_has_rested_is_polled_soon(store: Store) -> None:
    store.save_failure(1, PollState(polled_at=NOON - REST, next_poll_at=LATER))

    assert store.poll_soon(1, NOON, rested=REST)
    assert [feed.number for feed, _ in store.due_polls(NOON)] == [1]


@pytest.mark.parametrize(
    "state",
    [
        PollState(polled_at=NOON - REST / 2, next_poll_at=LATER),
        PollState(polled_at=NOON - REST, next_poll_at=LATER, blocked_until=LATER),
        PollState(polled_at=NOON - REST, next_poll_at=LATER, ended_at=NOON),
    ],
    ids=["polled a moment ago", "asked to wait", "ended"],
)
def test_a_feed_that_has_to_rest_is_not_polled_sooner(store: Store, state: PollState) -> None:
    store.save_failure(1, state)

    assert not store.poll_soon(1, NOON, rested=REST)
    assert store.due_polls(NOON) == []


def test_a_paused_feed_is_never_due_and_comes_back_as_it_was(store: Store) -> None:
    feed = make_subscription()
    store.save_failure(1, PollState(etag="x", next_poll_at=NOON))

    store.sync_feeds([replace(feed, is_paused=True)], NOON)

    assert store.due_polls(LATER, every=True) == []
    assert [each.url for each, _ in store.feeds()] == [feed.url]
    store.sync_feeds([feed], NOON)
    assert [state.etag for _, state in store.due_polls(NOON)] == ["x"]
