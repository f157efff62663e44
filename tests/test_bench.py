"""The guard of `./run bench --quick`: ratios decide, and noise alone does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from bench.apart import minilm
from bench.growth import SMALL, Model, Plan, fitted
from bench.guard import ALLOWED, TRIES, guard
from bench.pairs import Absent, Figure, Pair, Work, measure
from bench.table import render


def figure(name: str, ratio: float) -> Figure:
    return Figure(name, 5, "yardstick", "entry", ratio, 1.0, ratio)


def told(*ratios: float) -> Callable[[], Sequence[Figure]]:
    """Return a measurement that says one ratio after the other."""
    waiting = iter(ratios)
    return lambda: [figure("fold", next(waiting))]


@pytest.mark.parametrize(
    ("ratios", "is_kept"),
    [
        ((2.0,), True),
        ((2.0 * ALLOWED,), True),  # once is enough, and nothing more is measured
        ((9.0, 9.0, 2.5), True),
        ((2.7, 2.7, 2.7), False),
        ((0.5,), True),
    ],
)
def test_what_is_slower_each_time_is_refused(ratios: tuple[float, ...], is_kept: bool) -> None:
    assert guard([told(*ratios)], {"fold": 2.0})[1] is is_kept


def test_what_was_never_recorded_is_said_to_be_and_refuses_nothing() -> None:
    table, is_kept = guard([told(7.0)], {})

    assert is_kept
    assert [line.split()[-2:] for line in table.splitlines() if "fold" in line] == [
        ["not", "recorded"]
    ]


def test_a_slow_figure_is_measured_so_often_and_no_more() -> None:
    times = []

    def slow() -> Sequence[Figure]:
        times.append(1)
        return [figure("fold", 5.0), figure("pages", 1.0)]

    _, is_kept = guard([slow], {"fold": 2.0, "pages": 1.0})

    assert (is_kept, len(times)) == (False, TRIES)


def test_a_pair_is_measured_by_turns_after_one_round_of_each() -> None:
    done: list[str] = []

    @contextmanager
    def opened() -> Iterator[tuple[Work, Work]]:
        yield (
            lambda: done.append("ours") or sum(range(60_000)),
            lambda: done.append("peer") or sum(range(30_000)),
        )

    found = measure(Pair("sum", 5, "half as much", 2, "number", opened, 1), rounds=4)

    assert done == ["ours", "peer"] + ["peer", "ours", "ours", "peer"] * 2
    assert found.ratio > 0.0


def test_the_table_has_a_row_for_a_peer_that_is_not_there() -> None:
    rows = [Absent("score", 3, "MiniLM", "sentence-transformers"), figure("fold", 0.5)]

    page = render(rows, "--rounds 3")

    assert [line for line in page.splitlines() if line.startswith(("| 3", "| 5"))] == [
        "| 3 | score | | MiniLM | sentence-transformers is not installed | |",
        "| 5 | fold, each entry | 500 ms | yardstick | 1 s | 2.0 |",
    ]


def test_a_peer_that_its_interpreter_cannot_import_is_absent_and_measures_nothing() -> None:
    assert minilm(sys.executable, 3) == Absent(
        "score, five profiles", 3, "all-MiniLM-L6-v2", "sentence-transformers"
    )


def test_a_law_of_growth_is_found_again_from_its_small_runs() -> None:
    law = Model(start=1.5, of_304=0.0003, first_change=2.0, of_change=0.005)

    found = fitted(*map(law.foretell, SMALL))

    assert found.foretell(Plan(100_000, 5)) == pytest.approx(1.5 + 2.0 + 95_000 * 0.0003 + 25)
    assert found.foretell(Plan(100_000, 0)) == pytest.approx(1.5 + 100_000 * 0.0003)
