from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.poll.lanes import Lanes
from monitor.model import Problem


def test_a_server_has_one_errand_at_a_time_and_a_pause_after_it() -> None:
    lanes: Lanes[str] = Lanes(spacing_s=1.0)
    lanes.add("a", "a1")
    lanes.add("a", "a2")

    assert lanes.next_at() == 0.0
    assert lanes.start() == "a1"
    assert lanes.next_at() is None

    lanes.release("a", now=5.0)
    assert lanes.next_at() == 6.0
    assert lanes.start() == "a2"


def test_servers_do_not_wait_for_each_other() -> None:
    lanes: Lanes[str] = Lanes(spacing_s=1.0)
    for name in "abc":
        lanes.add(name, name + "1")
        lanes.add(name, name + "2")

    assert [lanes.start() for _ in range(3)] == ["a1", "b1", "c1"]


def test_a_redirected_errand_goes_to_the_front() -> None:
    lanes: Lanes[str] = Lanes(spacing_s=0.0)
    lanes.add("a", "a1")
    lanes.add("a", "a2")
    lanes.start()

    lanes.add("a", "hop", first=True)
    lanes.release("a", now=1.0)

    assert lanes.start() == "hop"


def test_after_its_second_429_a_server_is_left_alone() -> None:
    lanes: Lanes[str] = Lanes(spacing_s=0.0)
    for number in range(4):
        lanes.add("a", f"a{number}")
    lanes.add("b", "b0")

    lanes.start()
    assert lanes.note("a", None, 429) == ()
    lanes.release("a", 0.0)
    lanes.start()
    lanes.start()
    assert lanes.note("a", None, 429) == ("a2", "a3")
    lanes.release("a", 0.0)

    assert lanes.next_at() is None
    assert lanes.note("b", None, 200) == ()


def test_a_server_that_cannot_be_reached_three_times_in_a_row_is_left_alone() -> None:
    lanes: Lanes[str] = Lanes(spacing_s=0.0)
    for number in range(9):
        lanes.add("a", f"a{number}")
    notes = []
    heard = [Problem.TIMEOUT, Problem.REFUSED, None, Problem.DNS, Problem.TIMEOUT, Problem.REFUSED]
    for kind in heard:
        lanes.start()
        notes.append(lanes.note("a", kind, None))
        lanes.release("a", 0.0)

    assert notes == [(), (), (), (), (), ("a6", "a7", "a8")]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40))
def test_every_errand_is_started_once_and_no_server_has_two(steps: list[tuple[str, bool]]) -> None:
    lanes: Lanes[tuple[str, int]] = Lanes(spacing_s=1.0)
    started: list[tuple[str, int]] = []
    busy: list[str] = []
    now = 0.0
    for number, (name, is_first) in enumerate(steps):
        lanes.add(name, (name, number), first=is_first)
        if lanes.next_at() is not None and number % 2:
            started.append(lanes.start())
            busy.append(started[-1][0])
        assert len(busy) == len(set(busy))
    while busy or lanes.next_at() is not None:
        for name in busy:
            lanes.release(name, now)
        busy.clear()
        now = max(now, lanes.next_at() or now)
        if lanes.next_at() is not None:
            started.append(lanes.start())
            busy.append(started[-1][0])

    assert sorted(started, key=lambda each: each[1]) == [
        (name, number) for number, (name, _) in enumerate(steps)
    ]
