"""Verdicts and what was learned from them: kept, replaced, taken back, settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Store
from monitor.model import Learned, Verdict
from tests.factories import NOON, make_entry

DAY = timedelta(days=1)
A, B = make_entry("a", title="Talks on steel"), make_entry("b", title="A cup final")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        yield store


def learned(profile: str = "trade", **words: float) -> Learned:
    return Learned(profile, words, offset=-0.25, verdict_count=3, learned_at=NOON)


def test_verdicts_come_back_oldest_first_with_the_words_that_were_judged(store: Store) -> None:
    late = Verdict(B, good=False, profile="trade", at=NOON + DAY, who="ana")
    store.save_verdicts([late], NOON)
    store.save_verdicts([Verdict(A, good=True)], NOON)

    assert store.verdicts() == [Verdict(A, good=True, at=NOON), late]
    assert store.verdicts(limit=1) == [late]
    assert store.last_verdict() == NOON + DAY


def test_a_later_verdict_takes_the_place_of_an_earlier_one(store: Store) -> None:
    store.save_verdicts([Verdict(A, good=True, who="ana")], NOON)
    store.save_verdicts([Verdict(A, good=False, who="luis")], NOON + DAY)

    assert store.verdicts() == [Verdict(A, good=False, at=NOON + DAY, who="luis")]


def test_each_profile_has_a_verdict_of_its_own(store: Store) -> None:
    said = [Verdict(A, good=True, at=NOON), Verdict(A, good=False, profile="trade", at=NOON + DAY)]
    store.save_verdicts(said, NOON)

    assert store.verdicts() == said


def test_a_verdict_can_be_taken_back_for_one_profile_or_at_all(store: Store) -> None:
    store.save_verdicts([Verdict(A, good=True, profile=p) for p in ("trade", "wine", None)], NOON)

    assert store.take_back(A.key, "trade") == 1
    assert store.take_back(A.key) == 2
    assert store.take_back(A.key) == 0
    assert store.verdicts() == []
    assert store.last_verdict() is None


def test_what_was_learned_replaces_all_that_was_learned_before(store: Store) -> None:
    store.save_learned([learned(steel=0.5), learned("wine", vino=1.0)], NOON)
    store.save_learned([learned(steel=0.75)], NOON + DAY)

    assert store.learned() == {"trade": learned(steel=0.75)}
    assert store.last_learning() == NOON + DAY


def test_what_was_learned_can_be_dropped_and_stays_settled(store: Store) -> None:
    store.save_learned([learned(steel=0.5)], NOON)

    assert store.drop_learned("trade", settled_at=NOON)
    assert not store.drop_learned("trade")
    assert not store.drop_learned("wine")
    assert store.learned() == {}
    assert store.settled() == {"trade": NOON}

    store.save_learned([learned(steel=0.25)], NOON + DAY)
    assert store.learned() == {"trade": learned(steel=0.25)}
    assert store.settled() == {"trade": NOON}


def test_nothing_was_learned_in_a_new_home(store: Store) -> None:
    assert (store.learned(), store.settled(), store.last_learning()) == ({}, {}, None)
