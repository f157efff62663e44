"""A change tried on stored entries, and terms that may be missing; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.config import Config, DigestSettings
from monitor.model import Entry, PollState, TopicProfile, Verdict
from monitor.pipeline.profiles import scorer_of
from monitor.pipeline.tuning import suggestions, try_profile
from tests.factories import NOON, make_entry, make_placement, make_profile, make_subscription

DAY = timedelta(days=1)
WINE = replace(make_profile("wine"), terms={"wine*": 3.0})
NEWS = ("Wine harvest begins", "Vodka sales fall", "Port wine festival", "A cup final")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        yield store


def home(*profiles: TopicProfile, **digests: DigestSettings) -> Home:
    return Home(Path("/home"), Config(digests=digests), (), profiles or (WINE,), (), {})


def keep(
    store: Store, *titles: str, at: datetime = NOON, story: bool = True, background: bool = False
) -> list[Entry]:
    entries = [
        replace(make_entry(title, title=title, published_at=at, seen_at=at), outlet=f"Outlet {n}")
        for n, title in enumerate(titles)
    ]
    scorer = scorer_of(home())
    store.save_poll(
        1,
        PollState(),
        [(entry, scorer.score(entry)) for entry in entries],
        [make_placement(entry.key) for entry in entries] if story else [],
        floors={},
        first_poll_cutoff=at + DAY if background else None,
        now=NOON,
    )
    return entries


def test_a_change_tells_what_enters_and_what_leaves_with_the_reasons(store: Store) -> None:
    keep(store, *NEWS)
    draft = replace(WINE, terms={"harvest*": 3.0, "vodka": 3.0})

    trial = try_profile(store, home(), draft, NOON - DAY)

    assert [moved.lead.title for moved in trial.entered] == ["Vodka sales fall"]
    assert [moved.lead.title for moved in trial.left] == ["Port wine festival"]
    (entered,), (left,) = trial.entered, trial.left
    assert [(r.term, r.points > 0) for r in entered.changes] == [("theme: vodka", True)]
    assert [(r.term, r.points < 0) for r in left.changes] == [("theme: wine*", True)]
    assert entered.before is not None
    assert entered.after is not None
    assert entered.before.value < draft.threshold <= entered.after.value
    assert (trial.entries_count, trial.is_carried) == (4, True)


def test_the_same_profile_changes_nothing(store: Store) -> None:
    keep(store, *NEWS)

    trial = try_profile(store, home(), WINE, NOON - DAY)

    assert (trial.entered, trial.left) == ((), ())


def test_a_draft_of_a_new_profile_only_adds(store: Store) -> None:
    keep(store, *NEWS)
    vodka = replace(make_profile("vodka"), terms={"vodka": 3.0})

    trial = try_profile(store, home(), vodka, NOON - DAY)

    assert [moved.lead.title for moved in trial.entered] == ["Vodka sales fall"]
    assert trial.entered[0].before is None
    assert trial.left == ()


def test_reports_of_one_event_that_stood_in_no_story_enter_as_one(store: Store) -> None:
    keep(store, "Vodka sales fall in Poland", "Vodka sales fall in Poland again", story=False)

    trial = try_profile(store, home(), replace(WINE, terms={"vodka": 3.0}), NOON - DAY)

    assert [moved.entries_count for moved in trial.entered] == [2]


def test_old_entries_and_background_are_not_looked_at(store: Store) -> None:
    keep(store, "Vodka at night", at=NOON - 3 * DAY)
    keep(store, "Vodka by day", background=True)

    trial = try_profile(store, home(), replace(WINE, terms={"vodka": 3.0}), NOON - DAY)

    assert (trial.entered, trial.entries_count) == ((), 0)


def test_a_digests_own_line_and_profiles_count(store: Store) -> None:
    keep(store, *NEWS)
    draft = replace(WINE, terms={"vodka": 3.0})
    strict = DigestSettings(threshold_shift=0.5)
    other = DigestSettings(profiles=("beer",))

    assert try_profile(store, home(strict=strict), draft, NOON - DAY).entered == ()
    none = try_profile(store, home(other=other), draft, NOON - DAY)
    assert (none.entered, none.is_carried) == ((), False)
    both = try_profile(store, home(other=other, all=DigestSettings()), draft, NOON - DAY)
    assert len(both.entered) == 1


# ---------------------------------------------------------------- what may be missing


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
