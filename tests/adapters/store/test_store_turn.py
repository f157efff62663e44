"""Turns among threads: handed on in order, given up in time, taken in the very last moment."""

from __future__ import annotations

import threading
import time

from monitor.adapters.store.turn import Turn

SOON_S = 10.0


def waiting(turn: Turn, timeout_s: float, answers: list[bool]) -> threading.Thread:
    """Start a thread that asks for the turn, and wait until it does."""
    thread = threading.Thread(target=lambda: answers.append(turn.take(timeout_s)))
    thread.start()
    ends_at = time.monotonic() + SOON_S
    while not turn.is_wanted and time.monotonic() < ends_at:
        time.sleep(0.001)
    return thread


def test_a_turn_is_handed_to_who_waits_and_is_free_when_nobody_does() -> None:
    turn, answers = Turn(), list[bool]()
    assert turn.take(0)
    other = waiting(turn, SOON_S, answers)

    turn.give()
    other.join(SOON_S)
    turn.give()

    assert answers == [True]
    assert turn.take(0)


def test_who_waits_in_vain_gives_up_and_is_forgotten() -> None:
    turn = Turn()
    assert turn.take(0)

    assert not turn.take(0.01)
    assert not turn.is_wanted


def test_a_turn_that_is_handed_on_as_the_time_runs_out_is_taken() -> None:
    turn, answers = Turn(), list[bool]()
    assert turn.take(0)
    other = waiting(turn, 0.05, answers)
    with turn._mutex:  # whoever gives up must look here first, whether it is too late
        time.sleep(0.2)
        turn._waiting.popleft().release()
    other.join(SOON_S)

    assert answers == [True]
