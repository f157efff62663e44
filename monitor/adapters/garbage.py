"""Python's looks for garbage, at which every thread stands still: made rare, small, or put off.

What is not in a circle goes without them; they cost most where much is kept, as here. And what
the C library keeps for each thread of what was given back: made little.
"""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

# New objects between two looks. With Python's 700 they took a third of the time of pages that
# keep much.
LOOK_AT: Final = 10_000


_M_ARENA_MAX: Final = -8  # of glibc's malloc.h
ARENAS: Final = 1


class _PutOff:
    """How many threads have put the looks off."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.were_on = False


_put_off = _PutOff()


def look_rarely() -> None:
    """Look at every `LOOK_AT` new objects: for a process that starts, and for what it does then.

    What a start makes is modules, which stay: the looks at them took a fifth of its time.
    """
    gc.set_threshold(max(LOOK_AT, gc.get_threshold()[0]), 10, 10)


def share_memory() -> None:
    """Have all threads take their memory from one place, before they begin.

    glibc gives each a place of its own, of which a thread that works now and then keeps what it
    ever needed. They hardly meet there: one thread at a time runs Python. Elsewhere: nothing.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)


@cache
def settle() -> None:
    """Look once, and never again at what there is by now; look rarely from here on.

    For a process that stays, once it has started: its modules, tables and settings stay with
    it. Once only, however often it is asked: what comes later may go again.
    """
    gc.collect()
    gc.freeze()
    look_rarely()


@contextmanager
def put_off() -> Iterator[None]:
    """Look for no garbage meanwhile: for some seconds of work that keeps what it makes.

    One look while an issue is made took up to 0.2 s, for it went over every candidate and all
    that the process remembers. Threads may be in it at once; with the last one the looks go on.
    """
    with _put_off.lock:
        if not _put_off.count:
            _put_off.were_on = gc.isenabled()
            gc.disable()
        _put_off.count += 1
    try:
        yield
    finally:
        with _put_off.lock:
            _put_off.count -= 1
            if not _put_off.count and _put_off.were_on:
                gc.enable()
