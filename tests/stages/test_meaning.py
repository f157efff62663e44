"""Likeness in meaning: one more reason, off where nobody asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Reason, SourceArticle
from monitor.stages.score import Scorer, squash
from monitor.stages.score.meaning import ORDINARY, REASON, Meaning, MeaningScorer, profile_text
from tests.factories import make_entry, make_profile

TRADE = make_profile("trade")
WINE = replace(make_profile("wine", title="Wine"), terms={"wine*": 2.0})
SCORER = Scorer([TRADE, WINE], [])


def alike(*rows: Sequence[float]) -> MeaningScorer:
    return MeaningScorer(SCORER, Meaning([TRADE, WINE], lambda texts, seeds: rows, weight=2.0))


def test_likeness_is_one_reason_more_and_the_points_still_add_up() -> None:
    entry = make_entry(title="Tariffs on wine")

    before = {score.profile: score for score in SCORER.score(entry)}
    after = {score.profile: score for score in alike([1.0, ORDINARY]).score(entry)}

    assert set(after["trade"].reasons) == {*before["trade"].reasons, Reason(REASON, 2.0)}
    assert after["trade"].value > before["trade"].value
    assert after["wine"].value == pytest.approx(before["wine"].value)


def test_the_best_profile_comes_first_again() -> None:
    entry = make_entry(title="A quiet day")

    assert [score.profile for score in alike([0.0, 1.0]).score(entry)] == ["wine", "trade"]
    assert [score.profile for score in alike([1.0, 0.0]).score(entry)] == ["trade", "wine"]


@given(st.floats(-1, 1))
def test_a_value_is_the_squashed_sum_of_its_reasons(cosine: float) -> None:
    for score in alike([cosine, cosine]).score(make_entry()):
        assert score.value == pytest.approx(squash(sum(r.points for r in score.reasons)))


def test_nothing_to_add_to_asks_no_model() -> None:
    assert alike().profiles == (TRADE, WINE)
    assert Meaning([TRADE], lambda texts, seeds: [[1 / 0]], weight=1.0).add([]) == []


def test_a_profile_is_compared_by_its_sentences() -> None:
    told = replace(TRADE, source=SourceArticle("The new tariffs", "The Example"))

    assert profile_text(TRADE) == "Trade. Trade between the two."
    assert profile_text(told) == "Trade. The new tariffs. Trade between the two."
