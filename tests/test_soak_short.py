"""A short part of each long run, so that it works on the day it is needed."""

from __future__ import annotations

import pytest

from tests.soak import flips, kills, month, terms, torn, writers
from tests.soak.__main__ import SEED


@pytest.mark.usefixtures("unmeasured")
def test_a_few_kills_lose_nothing() -> None:
    assert "none twice" in " ".join(kills.run(SEED, 2))


@pytest.mark.usefixtures("unmeasured")
def test_a_few_power_cuts_leave_whole_steps() -> None:
    assert next(iter(torn.run(SEED, 3))).startswith("3 copies opened whole")


@pytest.mark.usefixtures("unmeasured")
def test_a_few_damaged_pages_mail_nothing() -> None:
    assert [*flips.run(SEED, 3)] != []


@pytest.mark.usefixtures("unmeasured")
def test_a_few_stops_are_peaceful() -> None:
    assert next(iter(terms.run(SEED, 2))).startswith("2 of 2 ended with 0")


@pytest.mark.usefixtures("unmeasured")
def test_a_second_of_many_writers_locks_nobody_out() -> None:
    assert ", 0 errors" in next(iter(writers.run(SEED, 1)))


@pytest.mark.parametrize(
    ("points", "slope"),
    [
        ([(0, 0.0, 5), (0, 1.0, 5), (0, 2.0, 5)], 0.0),
        ([(0, 0.0, 1), (0, 2.0, 5)], 2.0),
        ([(0, 0.0, 1), (0, 2.0, 5), (1, 3.0, 0), (1, 5.0, 4)], 2.0),
        ([(0, 0.0, 7)], 0.0),
    ],
)
def test_a_slope_is_what_is_gained_a_day_within_a_part(
    points: list[tuple[int, float, int]], slope: float
) -> None:
    assert month.slope_within(points) == slope
