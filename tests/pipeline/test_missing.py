"""Terms that profiles may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.store import Store
from monitor.model import Verdict
from monitor.pipeline.tuning.missing import suggestions
from tests.factories import NOON, make_subscription
from tests.pipeline.cellar import DAY, home, keep


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        yield store


def test_terms_that_ride_with_high_scores_or_good_verdicts_are_suggested(store: Store) -> None:
    keep(store, *(f"Wine and screwworm {word}" for word in ("one", "two", "three")))
    keep(store, *(f"Heron {word}" for word in ("one", "two", "three", "four")), story=False)
    keep(store, *(f"Sport {n}" for n in range(30)), story=False)
    good = [stored.entry for stored in store.entries(search="heron")]
    store.save_verdicts([Verdict(entry, good=True) for entry in good[:3]], NOON)
    store.save_verdicts([Verdict(good[3], good=False)], NOON)

    found = {each.term: each for each in suggestions(store, home(), NOON - DAY)}

    assert (found["screwworm"].good_count, found["screwworm"].high_count) == (0, 3)
    assert (found["heron"].good_count, found["heron"].other_count) == (3, 1)
    assert found["heron"].profile == "wine"
    assert "wine" not in found


def test_entries_of_old_are_not_looked_at_unless_they_were_judged(store: Store) -> None:
    entries = keep(store, *(f"Wine and screwworm {n}" for n in range(3)), at=NOON - 9 * DAY)
    assert suggestions(store, home(), NOON - DAY) == ()

    store.save_verdicts([Verdict(entry, good=True) for entry in entries], NOON)

    assert "screwworm" in {each.term for each in suggestions(store, home(), NOON - DAY)}


def test_what_was_declined_is_not_suggested_again(store: Store) -> None:
    keep(store, *(f"Wine and screwworm {word}" for word in ("one", "two", "three")))
    assert "screwworm" in {each.term for each in suggestions(store, home(), NOON - DAY)}

    store.decline("screwworm", NOON)

    assert "screwworm" not in {each.term for each in suggestions(store, home(), NOON - DAY)}
