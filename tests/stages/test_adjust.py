"""What verdicts add to a profile: little after a few, much after many, nothing forgotten."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.knowledge import load_background
from monitor.stages.learn import adjust
from monitor.stages.learn.adjust import (
    SUPPORT_MIN,
    Adjustment,
    Verdict,
    adjust_weights,
    adjusted,
    points_over,
)
from monitor.stages.score import Scorer
from tests.factories import make_entry, make_profile

USAGE = load_background().usage(["en", "es"])
PEPPERS = Verdict("Harvest of peppers", "Growers bring in the peppers", True, 0.0)
RUGBY = Verdict("Rugby on Saturday", "The rugby team travels", False, 0.0)

verdicts = st.lists(
    st.builds(
        Verdict,
        st.sampled_from(["Peppers and rugby", "Peppers", "Rugby final", "", "\ud800 😀"]),
        st.sampled_from(["the peppers", "a long drought", "x" * 3000, ""]),
        st.booleans(),
        st.floats(-30, 30),
        st.floats(0.1, 10),
    ),
    max_size=30,
)


def points(adjustment: Adjustment) -> dict[str, float]:
    return {word.term: word.points for word in adjustment.words}


def test_no_verdict_adds_nothing() -> None:
    assert adjust_weights([], USAGE) == Adjustment()


def test_a_word_of_good_entries_earns_points_and_one_of_bad_entries_loses_them() -> None:
    found = points(adjust_weights([PEPPERS, RUGBY] * 10, USAGE))

    assert found["peppers"] > 0.1
    assert found["rugby"] < -0.1


def test_a_learned_word_says_what_it_rests_on() -> None:
    found = adjust_weights([PEPPERS, RUGBY] * 10 + [replace(RUGBY, good=True)], USAGE)

    rugby = next(word for word in found.words if word.term == "rugby")
    assert (rugby.good_count, rugby.bad_count) == (1, 10)


def test_a_word_earns_nothing_before_several_entries_hold_it() -> None:
    assert adjust_weights([PEPPERS] * (SUPPORT_MIN - 1), USAGE).words == ()


def test_small_words_earn_nothing() -> None:
    assert "the" not in points(adjust_weights([PEPPERS, RUGBY] * 50, USAGE))


def test_five_verdicts_move_a_little_and_fifty_a_lot() -> None:
    fruits = "peppers melons apples pears plums".split()

    def moved(count: int) -> float:
        """Return by how much the title's word is moved by verdicts on unlike entries."""
        entries = [
            Verdict("Peppers", f"{fruits[n % 5]} {n}", n % 4 > 0, -1.0) for n in range(count)
        ]
        return 2.5 * points(adjust_weights(entries, USAGE)).get("peppers", 0.0)

    assert 0 < moved(5) < 0.75
    assert 1.0 < moved(50) < 3.0


def test_what_the_profile_knows_already_is_not_learned_again() -> None:
    unsure = points(adjust_weights([PEPPERS, RUGBY] * 10, USAGE))
    sure = points(
        adjust_weights([replace(PEPPERS, points=5.0), replace(RUGBY, points=-5.0)] * 10, USAGE)
    )

    assert abs(sure.get("peppers", 0.0)) < unsure["peppers"] / 4


def test_a_heavier_verdict_moves_more() -> None:
    light = points(adjust_weights([PEPPERS, RUGBY] * 5, USAGE))
    heavy = points(adjust_weights([replace(PEPPERS, weight=4.0), RUGBY] * 5, USAGE))

    assert heavy["peppers"] > light["peppers"]


def test_the_adjusted_profile_keeps_every_weight_a_person_set() -> None:
    profile = make_profile()

    after = adjusted(profile, adjust_weights([PEPPERS, RUGBY] * 10, USAGE))

    assert replace(after, learned={}, offset=0.0) == profile


def test_the_scorer_adds_the_learned_points_and_says_so() -> None:
    entry = make_entry(title="Peppers at the market", summary="A tariff on rugby balls")
    adjustment = adjust_weights([PEPPERS, PEPPERS, RUGBY] * 10, USAGE)
    before = make_profile()
    after = adjusted(before, adjustment)

    (old,), (new,) = Scorer([before], []).score(entry), Scorer([after], []).score(entry)

    reasons = {reason.term: reason.points for reason in new.reasons}
    found = points(adjustment)
    assert reasons["verdicts: peppers"] == pytest.approx(2.5 * found["peppers"])
    assert reasons["verdicts: rugby"] == pytest.approx(found["rugby"])
    assert reasons["verdicts on other entries"] == pytest.approx(adjustment.offset)
    moved = points_over(new.value, 0.5) - points_over(old.value, 0.5)
    learned = [value for term, value in reasons.items() if term.startswith("verdicts")]
    assert moved == pytest.approx(sum(learned))


def test_an_entry_without_any_word_known_gets_the_offset_too() -> None:
    profile = replace(make_profile(), offset=-0.5)
    entry = make_entry(title="Nothing of it", summary="")

    assert points_over(Scorer([profile], []).score(entry)[0].value, 0.5) == pytest.approx(
        points_over(Scorer([make_profile()], []).score(entry)[0].value, 0.5) - 0.5
    )


@pytest.mark.parametrize("limit", ["NEWTON_STEPS", "SOLVER_STEPS"])
def test_however_few_steps_are_taken_words_move_the_way_the_verdicts_say(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(adjust, limit, 1)

    found = points(adjust_weights([PEPPERS, RUGBY] * 10 + [replace(RUGBY, good=True)], USAGE))

    assert found["peppers"] > 0 > found["rugby"]


def test_a_step_that_only_makes_it_worse_is_not_taken() -> None:
    problem = adjust._Problem([[(0, 1.0)]], [0.0], [1.0], [1.0], [1.0])
    best = problem.solve()

    assert problem._along(best, [-1.0], problem._loss(best)) == best


def test_points_over_a_threshold_are_zero_at_it() -> None:
    assert points_over(0.3, 0.3) == 0.0
    assert points_over(0.9, 0.3) > 0 > points_over(0.1, 0.3)
    assert points_over(1.0, 0.5) == pytest.approx(-points_over(0.0, 0.5))


@pytest.mark.usefixtures("unmeasured")
@settings(deadline=None, max_examples=60)
@given(verdicts, st.randoms(use_true_random=False))
def test_the_order_of_the_verdicts_never_matters(
    given_verdicts: list[Verdict], random: st.DataObject
) -> None:
    shuffled = list(given_verdicts)
    random.shuffle(shuffled)

    assert adjust_weights(shuffled, USAGE) == adjust_weights(given_verdicts, USAGE)


@settings(deadline=None, max_examples=60)
@given(verdicts)
def test_any_verdicts_give_points_within_reason(given_verdicts: list[Verdict]) -> None:
    found = adjust_weights(given_verdicts, USAGE)

    assert all(abs(word.points) < 30 for word in found.words)
    assert found.verdict_count == len(given_verdicts)


@pytest.mark.usefixtures("unmeasured")
def test_a_thousand_verdicts_are_learned_in_two_seconds() -> None:
    many = [
        Verdict(f"Word{n % 90} of thing{n % 70}", f"about{n % 50} and more{n % 30}", n % 3 == 0, 0)
        for n in range(1000)
    ]
    many = [replace(v, title=v.title.translate(LETTERS)) for v in many]
    many = [replace(v, summary=v.summary.translate(LETTERS)) for v in many]
    start = time.process_time()

    found = adjust_weights(many, USAGE)

    assert len(found.words) > 50
    assert time.process_time() - start < 2


LETTERS = str.maketrans("0123456789", "bcdfghjklm")
