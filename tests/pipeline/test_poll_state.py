"""What is remembered of a feed after a poll that brought nothing, and which servers are left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.errors import PollError
from monitor.model import PollState, Problem
from monitor.pipeline.polling.poll_state import after_failure, held_until
from tests.factories import NOON, make_feed

FEED = make_feed()
HOUR = timedelta(hours=1)


def refusal(**options: object) -> PollError:
    return PollError(FEED.url, "too many requests", kind="blocked", **options)  # type: ignore[arg-type]


def test_a_feed_that_was_not_even_asked_is_put_off_and_has_not_failed() -> None:
    old = PollState(polled_at=NOON - HOUR, succeeded_at=NOON - HOUR)

    new = after_failure(FEED, old, refusal(is_postponed=True, retry_after=2 * HOUR), NOON)

    assert new.next_poll_at is not None
    assert new.next_poll_at >= NOON + 2 * HOUR
    assert new == replace(old, next_poll_at=new.next_poll_at)


def test_a_server_is_left_alone_from_its_second_refusal_on_until_the_latest_it_named() -> None:
    def blocked(count: int, hours: int) -> PollState:
        return PollState(
            failure_count=count, problem=Problem.BLOCKED, blocked_until=NOON + hours * HOUR
        )

    once, again = make_feed(1), replace(make_feed(2), url=FEED.url)
    other = make_feed(3)
    dead = PollState(failure_count=9, problem=Problem.DNS)

    assert held_until([(once, blocked(1, 1)), (other, dead)]) == {}
    assert set(held_until([(once, blocked(2, 1))]).values()) == {NOON + HOUR}
    held = held_until([(once, blocked(1, 3)), (again, blocked(1, 1)), (other, blocked(1, 9))])
    assert list(held.values()) == [NOON + 3 * HOUR]
