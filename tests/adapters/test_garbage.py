"""Looks for garbage are rare in a process that stays, and put off while an issue is made."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.garbage import LOOK_AT, look_rarely, put_off, settle, share_memory


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


def test_a_command_looks_rarely_and_never_oftener_than_before() -> None:
    before = gc.get_threshold()
    try:
        gc.set_threshold(700, 10, 10)
        look_rarely()
        assert gc.get_threshold() == (LOOK_AT, 10, 10)
        gc.set_threshold(LOOK_AT * 2, 10, 10)
        look_rarely()
        assert gc.get_threshold() == (LOOK_AT * 2, 10, 10)
    finally:
        gc.set_threshold(*before)


IN_A_THREAD = """
import ctypes, sys, threading
from pathlib import Path
from monitor.adapters.garbage import share_memory

if sys.argv[1] == "shared":
    share_memory()
kept = []
thread = threading.Thread(target=lambda: kept.append((ctypes.c_char * 50_000)()))
thread.start()
thread.join()
heap = next(line for line in Path("/proc/self/maps").read_text().splitlines() if "[heap]" in line)
first, last = (int(end, 16) for end in heap.split()[0].split("-"))
print(first <= ctypes.addressof(kept[0]) < last)
"""


def test_a_c_library_that_knows_no_such_thing_is_asked_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    share_memory()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())

    share_memory()


@pytest.mark.skipif(
    not Path("/proc/self/maps").exists(), reason="no list of a process's memory: not Linux"
)
@pytest.mark.parametrize(("how", "is_shared"), [("shared", "True"), ("each its own", "False")])
def test_threads_take_their_memory_from_one_place(how: str, is_shared: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", IN_A_THREAD, how], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == is_shared
