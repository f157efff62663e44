"""Looks for garbage are rare in a process that stays, and put off while an issue is made."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from monitor.adapters.garbage import LOOK_AT, put_off, settle


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.enable()


def test_no_garbage_is_looked_for_meanwhile() -> None:
    with put_off():
        assert not gc.isenabled()
        with put_off():
            pass
        assert not gc.isenabled()

    assert gc.isenabled()


def test_the_last_of_several_threads_lets_the_looks_go_on() -> None:
    is_in, may_end = threading.Event(), threading.Event()

    def work() -> None:
        with put_off():
            is_in.set()
            may_end.wait(10)

    thread = threading.Thread(target=work)
    with put_off():
        thread.start()
        assert is_in.wait(10)

    assert not gc.isenabled()
    may_end.set()
    thread.join()
    assert gc.isenabled()


def test_a_failure_lets_them_go_on_too() -> None:
    with pytest.raises(KeyError), put_off():
        raise KeyError

    assert gc.isenabled()


def test_who_wants_none_at_all_gets_none() -> None:
    gc.disable()

    with put_off():
        pass

    assert not gc.isenabled()


def test_a_process_that_stays_looks_rarely_and_not_at_what_it_began_with() -> None:
    settle()

    assert gc.get_threshold()[0] >= LOOK_AT
    assert gc.get_freeze_count() > 10_000
