"""The measures, against figures worked out by hand and against their own laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.evaluate import Bin, Judged, Point, evaluate

ROWS = st.lists(
    st.builds(Judged, st.floats(0, 1), st.booleans(), st.floats(0.1, 300)), min_size=1, max_size=30
)


def rows(marks: str) -> list[Judged]:
    """Return rows in falling score: "+" relevant, "-" not."""
    return [Judged(1 - number / 100, mark == "+") for number, mark in enumerate(marks)]


def test_average_precision_is_the_mean_precision_at_each_relevant_row() -> None:
    assert evaluate(rows("+-+-")).average_precision == pytest.approx((1 + 2 / 3) / 2)


def test_a_perfect_order_has_average_precision_1() -> None:
    found = evaluate(rows("+++--"))

    assert found.average_precision == pytest.approx(1.0)
    assert found.recall_at_high_precision == pytest.approx(1.0)
    assert found.best_f1.f1 == pytest.approx(1.0)
    assert (found.count, found.relevant_count) == (5, 3)


def test_rows_of_one_score_are_one_step() -> None:
    tied = [Judged(0.5, True), Judged(0.5, False), Judged(0.5, True), Judged(0.5, False)]

    assert evaluate(tied).average_precision == pytest.approx(0.5)


def test_a_weight_says_how_many_entries_a_row_stands_for() -> None:
    light = evaluate([Judged(0.9, False, 1), Judged(0.8, True, 3)])
    heavy = evaluate([Judged(0.9, False, 97), Judged(0.8, True, 3)])

    assert light.average_precision == pytest.approx(0.75)
    assert heavy.average_precision == pytest.approx(0.03)


def test_recall_at_high_precision_is_the_most_to_be_had_at_nine_in_ten() -> None:
    found = evaluate(rows("+" * 9 + "-" + "+" * 9 + "--+"))

    assert found.recall_at_high_precision == pytest.approx(18 / 19)


def test_precision_and_recall_are_told_at_the_threshold() -> None:
    scores = [Judged(0.9, True), Judged(0.5, False), Judged(0.4, True), Judged(0.1, False)]

    assert evaluate(scores, 0.5).at_threshold == Point(0.5, 0.5, 0.5)
    assert evaluate(scores, 0.95).at_threshold == Point(0.95, 0.0, 0.0)


def test_best_f1_names_its_threshold() -> None:
    best = evaluate(rows("++-+---")).best_f1

    assert best == Point(0.97, 0.75, 1.0)
    assert best.f1 == pytest.approx(6 / 7)


def test_the_reliability_table_sets_scores_beside_shares() -> None:
    table = evaluate(
        [Judged(0.92, True), Judged(0.98, False, 3), Judged(1.0, True), Judged(0.05, False)]
    ).reliability

    assert table == (
        Bin(0.0, 0.1, 1, 0.05, 0.0),
        Bin(0.9, 1.0, 3, pytest.approx((0.92 + 3 * 0.98 + 1) / 5), pytest.approx(2 / 5)),
    )


@pytest.mark.parametrize("marks", ["", "---"])
def test_without_a_relevant_row_every_share_of_them_is_0(marks: str) -> None:
    found = evaluate(rows(marks))

    assert found.average_precision == 0
    assert found.recall_at_high_precision == 0
    assert found.best_f1.f1 == 0
    assert found.at_threshold.recall == 0


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(judged: list[Judged], random: object) -> None:
    shuffled = list(judged)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    before, after = evaluate(judged), evaluate(shuffled)

    assert after.average_precision == pytest.approx(before.average_precision)
    assert after.at_threshold.precision == pytest.approx(before.at_threshold.precision)


@given(ROWS)
def test_every_figure_lies_in_0_to_1(judged: list[Judged]) -> None:
    found = evaluate(judged)

    figures = (
        found.average_precision,
        found.recall_at_high_precision,
        found.best_f1.f1,
        found.at_threshold.precision,
        found.at_threshold.recall,
        *(share for one in found.reliability for share in (one.mean_score, one.relevant_share)),
    )
    assert all(-1e-9 <= figure <= 1 + 1e-9 for figure in figures)
    assert found.recall_at_high_precision <= 1 + 1e-9
