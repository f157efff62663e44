"""What takes long is made once in a while, and anew when a file or a person changed something."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from monitor.adapters.home import open_home
from monitor.web.desk import Desk
from monitor.web.memo import Memo, let_go_of_old
from monitor.web.office import Office
from monitor.web.visit import Visit
from tests.factories import NOON
from tests.pages import make_home

KEEP = timedelta(seconds=20)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    make_home(tmp_path / "home")
    office = Office(lambda: open_home(tmp_path / "home", {}), lambda: NOON)
    visit = Visit("127.0.0.1", False, "127.0.0.1", False, "/", "", {}, True)
    return Desk(office, visit, office.home(), NOON, "en", "owner", "/", "")


def counter() -> Callable[[Desk], int]:
    """Return what gives 0, 1, 2 and so on."""
    numbers = count()
    return lambda _: next(numbers)


def test_an_answer_is_made_once_until_it_is_too_old(desk: Desk) -> None:
    memo, make = Memo[int](KEEP), counter()

    assert [memo.get(desk, "a", make) for _ in range(3)] == [0, 0, 0]
    assert memo.look(desk, "a") == 0
    desk.now += KEEP
    assert memo.look(desk, "a") is None
    assert memo.get(desk, "a", make) == 1
    desk.now -= timedelta(days=1)  # the clock was set back
    assert memo.get(desk, "a", make) == 2


def test_a_changed_home_another_key_and_a_deed_make_it_anew(desk: Desk) -> None:
    memo, make = Memo[int](KEEP, limit=2), counter()
    memo.get(desk, "a", make)

    assert memo.get(desk, "b", make) == 1
    desk.home = replace(desk.home)
    assert memo.get(desk, "a", make) == 2
    memo.forget(desk.office)
    assert memo.get(desk, "a", make) == 3
    for key in "bcd":
        memo.get(desk, key, make)
    assert memo.look(desk, "a") is None


def test_while_one_thread_makes_it_the_others_are_given_the_one_before(desk: Desk) -> None:
    memo = Memo[str](KEEP)
    memo.get(desk, "a", lambda _: "old")
    desk.now += KEEP
    begun, go_on = threading.Event(), threading.Event()

    def slowly(_: Desk) -> str:
        begun.set()
        go_on.wait(10)
        return "new"

    maker = threading.Thread(target=memo.get, args=(desk, "a", slowly))
    maker.start()
    begun.wait(10)

    assert memo.get(desk, "a", lambda _: "not asked for") == "old"
    go_on.set()
    maker.join()
    assert memo.get(desk, "a", lambda _: "not asked for") == "new"


def test_an_answer_that_fails_is_asked_for_again(desk: Desk) -> None:
    memo = Memo[int](KEEP)

    with pytest.raises(ZeroDivisionError):
        memo.get(desk, "a", lambda _: 1 // 0)

    assert memo.get(desk, "a", lambda _: 7) == 7


def test_one_that_is_a_little_old_is_given_and_made_anew_after_it(desk: Desk) -> None:
    memo, make = Memo[int](KEEP, serve=4 * KEEP), counter()
    memo.get(desk, "a", make)
    desk.office._clock = lambda: desk.now
    desk.now += 2 * KEEP

    assert memo.get(desk, "a", make) == 0
    assert desk.office.later.wait(10)
    assert memo.look(desk, "a") == 1
    desk.now += 4 * KEEP  # too old to be shown
    assert memo.get(desk, "a", make) == 2


def test_what_nobody_will_be_given_any_more_is_let_go(desk: Desk) -> None:
    memo, make = Memo[int](KEEP, serve=2 * KEEP), counter()
    desk.office._clock = lambda: desk.now
    memo.get(desk, "a", make)
    desk.now += KEEP
    memo.get(desk, "b", make)

    let_go_of_old(desk.office)
    assert list(memo._offices[desk.office]) == ["a", "b"]
    desk.now += KEEP
    let_go_of_old(desk.office)

    assert list(memo._offices[desk.office]) == ["b"]
