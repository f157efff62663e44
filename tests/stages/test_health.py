from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import PollState, Problem
from monitor.stages.health import ADVICE, advice_for, days, health, may_have_missed, usual_gap
from tests.factories import NOON, make_entry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WELL = PollState(polled_at=NOON, succeeded_at=NOON, changed_at=NOON, change_gap=HOUR)


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_has_advice(problem: Problem) -> None:
    found = health(replace(WELL, problem=problem, problem_text="it is so"), NOON)

    assert found is not None
    assert (found.kind, found.words, found.is_failing) == (problem.value, "it is so", True)
    assert found.advice == ADVICE[problem] == advice_for(problem)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"moving_to": "https://new.example/", "moving_since": NOON}, "moved"),
        ({"missed_at": NOON - DAY}, "missed"),
        ({"missed_at": NOON - 8 * DAY}, None),
        ({"changed_at": NOON - 4 * DAY}, "silent"),
        ({"changed_at": NOON - 4 * DAY, "change_gap": DAY}, None),
        ({"changed_at": NOON - 400 * DAY, "change_gap": None}, None),
        ({"entry_count": 0}, "empty"),
        ({"warning": "not well-formed"}, "malformed"),
    ],
)
def test_what_is_worth_knowing_of_a_feed_that_answers(
    changes: dict[str, object], kind: str | None
) -> None:
    found = health(replace(WELL, **changes), NOON)  # type: ignore[arg-type]

    assert (found and found.kind) == kind
    assert found is None or not found.is_failing


def test_the_usual_gap_follows_what_happens_slowly() -> None:
    assert usual_gap(PollState(), NOON) is None
    assert usual_gap(PollState(changed_at=NOON - HOUR), NOON) == HOUR
    assert usual_gap(replace(WELL, changed_at=NOON - 11 * HOUR), NOON) == 4 * HOUR


@pytest.mark.parametrize(
    ("count", "known", "oldest", "missed"),
    [
        (5, 0, NOON + HOUR, True),
        (5, 0, None, True),
        (4, 0, NOON + HOUR, False),
        (5, 1, NOON + HOUR, False),
        (5, 0, NOON - HOUR, False),
    ],
)
def test_entries_may_have_been_missed_when_nothing_of_a_long_document_was_known(
    count: int, known: int, oldest: object, missed: bool
) -> None:
    entries = [make_entry(str(n), published_at=oldest) for n in range(count)]  # type: ignore[arg-type]

    assert may_have_missed(entries, known, NOON) is missed
    assert not may_have_missed(entries, known, None)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=5), "1 min"),
        (timedelta(minutes=20), "20 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=60), "2 days"),
    ],
)
def test_a_span_is_told_in_the_unit_that_suits_it(span: timedelta, said: str) -> None:
    assert days(span) == said
