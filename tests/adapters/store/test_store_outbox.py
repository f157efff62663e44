"""Messages on their way: claimed once, retried, never sent when that is uncertain."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Store
from monitor.errors import StoreError
from monitor.model import OutboxMessage, OutboxState
from tests.factories import NOON, make_digest, make_message, make_slot

HOUR = timedelta(hours=1)
FIRST, SECOND = (
    make_message("<1@example.org>"),
    make_message("<2@example.org>", recipient="second@example.org"),
)
ID = FIRST.id

Step = Callable[[Store], object]
CLAIM: Step = lambda store: store.claim(ID, NOON)  # noqa: E731
DATA: Step = lambda store: store.mark_data_sent(ID)  # noqa: E731
SENT: Step = lambda store: store.mark_sent(ID, NOON)  # noqa: E731
RETRY: Step = lambda store: store.mark_retry(ID, NOON + HOUR, "451 later")  # noqa: E731
FAILED: Step = lambda store: store.mark_failed(ID, "550 no")  # noqa: E731
UNCERTAIN: Step = lambda store: store.mark_uncertain(ID, "lost")  # noqa: E731
DROPPED: Step = lambda store: store.mark_dropped(ID, "by hand")  # noqa: E731
RECOVER: Step = lambda store: store.recover_outbox(NOON)  # noqa: E731


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as store:
        receipt = make_digest(slot=make_slot())
        store.issue(receipt, messages=(FIRST, SECOND), subject="Receipt", kind="receipt")
        yield store


def first(store: Store) -> OutboxMessage:
    [found] = [each for each in store.outbox() if each.message.id == ID]
    return found


def test_a_message_is_due_as_it_was_queued(store: Store) -> None:
    assert store.due_messages(NOON) == [
        OutboxMessage(
            message=message,
            digest="morning",
            slot_label="2026-07-12-0700",
            state=OutboxState.QUEUED,
            queued_at=NOON,
            number=number,
        )
        for number, message in enumerate((FIRST, SECOND), start=1)
    ]


@pytest.mark.parametrize(
    ("steps", "state", "problem"),
    [
        ([], OutboxState.QUEUED, ""),
        ([CLAIM], OutboxState.SENDING, ""),
        ([CLAIM, DATA], OutboxState.DATA_SENT, ""),
        ([CLAIM, DATA, SENT], OutboxState.SENT, ""),
        ([CLAIM, SENT], OutboxState.SENT, ""),
        ([CLAIM, RETRY], OutboxState.RETRY, "451 later"),
        ([CLAIM, DATA, RETRY], OutboxState.RETRY, "451 later"),
        ([CLAIM, FAILED], OutboxState.FAILED, "550 no"),
        ([CLAIM, DATA, FAILED], OutboxState.FAILED, "550 no"),
        ([CLAIM, RETRY, FAILED], OutboxState.FAILED, "550 no"),
        ([CLAIM, DATA, UNCERTAIN], OutboxState.UNCERTAIN, "lost"),
        ([CLAIM, UNCERTAIN], OutboxState.UNCERTAIN, "lost"),
        ([CLAIM, DATA, UNCERTAIN, SENT], OutboxState.SENT, ""),
        ([DROPPED], OutboxState.DROPPED, "by hand"),
        ([CLAIM, RETRY, DROPPED], OutboxState.DROPPED, "by hand"),
        # Where a step does not begin, it changes nothing.
        ([SENT], OutboxState.QUEUED, ""),
        ([RETRY], OutboxState.QUEUED, ""),
        ([UNCERTAIN], OutboxState.QUEUED, ""),
        ([CLAIM, DROPPED], OutboxState.SENDING, ""),
        ([CLAIM, DATA, SENT, RETRY], OutboxState.SENT, ""),
        ([CLAIM, DATA, SENT, FAILED], OutboxState.SENT, ""),
        ([CLAIM, DATA, SENT, UNCERTAIN], OutboxState.SENT, ""),
        ([CLAIM, DATA, UNCERTAIN, CLAIM], OutboxState.UNCERTAIN, "lost"),
        ([CLAIM, FAILED, RETRY], OutboxState.FAILED, "550 no"),
        # What a crash leaves behind.
        ([CLAIM, RECOVER], OutboxState.QUEUED, ""),
        ([CLAIM, SENT, RECOVER], OutboxState.SENT, ""),
    ],
)
def test_a_message_moves_as_the_architecture_says(
    store: Store, steps: list[Step], state: OutboxState, problem: str
) -> None:
    for step in steps:
        step(store)

    assert (first(store).state, first(store).problem) == (state, problem)
    [second] = [each for each in store.outbox() if each.message.id == SECOND.id]
    assert (second.state, second.attempt_count) == (OutboxState.QUEUED, 0)


def test_a_step_tells_whether_it_was_taken(store: Store) -> None:
    assert [step(store) for step in (SENT, CLAIM, CLAIM, RETRY, RETRY, DROPPED, DROPPED)] == [
        *(False, True, False, True, False, True, False)
    ]
    assert not store.claim("<unknown@example.org>", NOON)


def test_a_message_to_be_tried_later_is_not_due_before(store: Store) -> None:
    CLAIM(store)
    RETRY(store)
    before = NOON + HOUR - timedelta(microseconds=1)

    assert [each.message.id for each in store.due_messages(before)] == [SECOND.id]
    assert not store.claim(ID, before)
    assert [each.message.id for each in store.due_messages(NOON + HOUR)] == [ID, SECOND.id]
    assert store.claim(ID, NOON + HOUR)
    assert (first(store).attempt_count, first(store).next_attempt_at) == (2, None)


@pytest.mark.parametrize(
    "steps",
    [[CLAIM], [CLAIM, DATA], [CLAIM, SENT], [CLAIM, FAILED], [CLAIM, UNCERTAIN], [DROPPED]],
)
def test_a_message_under_way_or_ended_is_never_due(store: Store, steps: list[Step]) -> None:
    for step in steps:
        step(store)

    assert [each.message.id for each in store.due_messages(NOON + 99 * HOUR)] == [SECOND.id]


def test_a_message_put_off_by_a_clock_that_was_wrong_is_due(store: Store) -> None:
    future = NOON + 365 * 24 * HOUR
    assert store.claim(ID, future)
    assert store.mark_retry(ID, future + HOUR, "451 later")

    assert ID in [each.message.id for each in store.due_messages(NOON)]
    assert store.claim(ID, NOON)


def test_every_attempt_has_the_same_bytes(store: Store) -> None:
    bytes_of_attempts = []
    for hour in range(3):
        [item, *_] = store.due_messages(NOON + hour * HOUR)
        bytes_of_attempts.append(item.message.content)
        store.claim(ID, NOON + hour * HOUR)
        store.mark_retry(ID, NOON + (hour + 1) * HOUR, "451 later")

    assert bytes_of_attempts == [FIRST.content] * 3


def test_a_body_does_not_go_out_for_a_message_that_was_taken_over(store: Store) -> None:
    CLAIM(store)
    RECOVER(store)

    with pytest.raises(StoreError, match="was taken over by another process and is not sent"):
        DATA(store)

    assert first(store).state is OutboxState.QUEUED


def test_after_a_crash_only_what_cannot_have_arrived_is_sent_again(store: Store) -> None:
    CLAIM(store)
    store.claim(SECOND.id, NOON)
    store.mark_data_sent(SECOND.id)

    assert store.recover_outbox(NOON + HOUR) == (1, 1)

    assert [each.message.id for each in store.due_messages(NOON + HOUR)] == [ID]
    [uncertain] = store.outbox(OutboxState.UNCERTAIN)
    assert uncertain.message == SECOND
    assert uncertain.problem == (
        "the monitor stopped while it handed the message over; found on 2026-07-12 at 13:00 UTC"
    )
    assert store.recover_outbox(NOON + HOUR) == (0, 0)


def test_the_outbox_is_told_by_state_newest_first(store: Store) -> None:
    CLAIM(store)

    assert [each.message.id for each in store.outbox()] == [SECOND.id, ID]
    assert [each.message.id for each in store.outbox(limit=1)] == [SECOND.id]
    assert [each.message.id for each in store.outbox(OutboxState.SENDING)] == [ID]
    assert [each.message.id for each in store.outbox(OutboxState.SENDING, OutboxState.QUEUED)] == [
        SECOND.id,
        ID,
    ]
    assert store.outbox(OutboxState.FAILED) == []


def test_of_many_claimers_one_gets_the_message(store: Store, path: Path) -> None:
    gate, taken = threading.Barrier(6), []

    def claim() -> None:
        with Store.open(path) as own:
            gate.wait()
            taken.append(own.claim(ID, NOON))

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [False] * 5 + [True]
    assert first(store).attempt_count == 1
