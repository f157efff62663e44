"""B-cubed figures, checked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.evaluate.stories import Folded, evaluate_stories


def test_stories_found_as_they_are_have_every_figure_1() -> None:
    figures = evaluate_stories([Folded("a", 1, "en"), Folded("a", 1, "es"), Folded("b", 2)])

    assert (figures.precision, figures.recall, figures.f1) == (1, 1, 1)
    assert (figures.pair_count, figures.pairs_together) == (1, 1)
    assert (figures.entry_count, figures.true_count, figures.found_count) == (3, 2, 2)


def test_every_entry_alone_is_precise_and_recalls_little() -> None:
    figures = evaluate_stories([Folded("a", n) for n in range(4)])

    assert (figures.precision, figures.recall, figures.f1) == (1, 0.25, 0.4)


def test_one_story_for_all_recalls_everything_and_is_not_precise() -> None:
    figures = evaluate_stories([Folded(name, 1) for name in "aabb"])

    assert (figures.precision, figures.recall) == (0.5, 1)


def test_entries_of_different_windows_are_not_compared() -> None:
    rows = [Folded("a", 1, "en", window=1), Folded("a", 1, "es", window=2)]

    figures = evaluate_stories(rows)

    assert (figures.precision, figures.recall, figures.true_count) == (1, 1, 2)
    assert figures.pair_count == 0


def test_a_pair_of_unknown_language_is_not_counted() -> None:
    assert evaluate_stories([Folded("a", 1, "en"), Folded("a", 1)]).pair_count == 0


def test_no_entry_has_no_figure() -> None:
    figures = evaluate_stories([])

    assert (figures.precision, figures.recall, figures.f1, figures.pairs_together) == (0, 0, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_b_cubed_is_the_mean_over_entries(pairs: list[tuple[int, int]]) -> None:
    figures = evaluate_stories([Folded(true, found) for true, found in pairs])

    def mean(side: int) -> float:
        shares = []
        for pair in pairs:
            story = [other for other in pairs if other[side] == pair[side]]
            shares.append(story.count(pair) / len(story))
        return sum(shares) / len(shares)

    assert figures.precision == pytest.approx(mean(1))
    assert figures.recall == pytest.approx(mean(0))
