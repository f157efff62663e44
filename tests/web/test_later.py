"""What is done after an answer: each once, one after the other, and an end to it."""

from __future__ import annotations

import threading

from monitor.errors import StoreError
from monitor.web.later import Later


def test_of_several_jobs_of_one_name_that_wait_the_last_is_done() -> None:
    later, done, go_on = Later(), list[str](), threading.Event()

    def slowly() -> None:
        go_on.wait(10)
        done.append("first")

    later.do("first", slowly)
    later.do("second", lambda: done.append("too early"))
    later.do("third", lambda: done.append("third"))
    later.do("second", lambda: done.append("second"))
    is_done_at_once = later.wait(0.05)
    go_on.set()

    assert later.wait(10)
    assert not is_done_at_once
    assert done == ["first", "second", "third"]


def test_a_job_that_fails_keeps_no_other_back() -> None:
    later, done = Later(), list[str]()

    def fail() -> None:
        raise StoreError("the disk is full")

    later.do("one", fail)
    later.do("other", lambda: done.append("other"))

    assert later.wait(10)
    assert done == ["other"]


def test_once_ended_nothing_is_begun_any_more() -> None:
    later, done = Later(), list[str]()

    later.end()
    later.do("late", lambda: done.append("late"))

    assert later.wait(10)
    assert done == []
