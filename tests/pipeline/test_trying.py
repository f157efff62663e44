"""A change of a profile tried on stored entries; nothing is written."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.adapters.store import Store
from monitor.config import DigestSettings
from monitor.model import Entry, Learned, TopicProfile, Verdict
from monitor.pipeline.tuning.trying import Fit, draft_in_force, trial_ground, try_draft, try_profile
from monitor.stages.score import Scorer
from tests.factories import NOON, make_profile, make_subscription
from tests.pipeline.cellar import DAY, WINE, home, keep

NEWS = ("Wine harvest begins", "Vodka sales fall", "Port wine festival", "A cup final")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        yield store


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


def test_what_a_change_does_is_what_scoring_everything_twice_tells(store: Store) -> None:
    words = "wine vodka harvest port festival beer cup sales rise fall in on at".split()
    dice = random.Random(5)
    keep(store, *{" ".join(dice.choices(words, k=6)) for _ in range(150)}, story=False)
    beer = replace(make_profile("beer"), terms={"beer": 3.0}, against={"cup": 2.0})
    profiles = (WINE, beer)
    drafts = (
        replace(WINE, threshold=0.7),
        replace(WINE, terms={"wine*": 3.0, "vodka": 2.5}),
        replace(WINE, terms={"harvest": 3.0}, threshold=0.4),
        replace(WINE, against={"cup": 2.0}),
        replace(WINE, offset=1.0),
        replace(WINE, learned={"sales": 1.5}),
        replace(beer, against={}),
    )
    ground = trial_ground(store, home(*profiles), NOON - DAY)

    for draft in drafts:
        trial = try_draft(ground, draft_in_force(store, draft))

        now, then = profiles, tuple(draft if p.name == draft.name else p for p in profiles)
        before, after = (
            {e.entry.title for e in ground.entries if _is_in(e.entry, some)} for some in (now, then)
        )
        # Entries of one event move as one story, so their leads are among them.
        assert {moved.lead.title for moved in trial.entered} <= after - before
        assert {moved.lead.title for moved in trial.left} <= before - after
        assert sum(moved.entries_count for moved in trial.entered) >= len(trial.entered)
        assert bool(trial.entered) or not _alone(after - before, before)
        assert bool(trial.left) or not _alone(before - after, after)


def _is_in(entry: Entry, profiles: tuple[TopicProfile, ...]) -> bool:
    lines = {profile.name: profile.threshold for profile in profiles}
    scores = Scorer(profiles, ()).score(entry)
    return any(score.value >= lines[score.profile] for score in scores)


def _alone(moved: set[str], others: set[str]) -> bool:
    """Tell whether something moved that shares no word with what is in on both sides."""
    return any(not set(title.split()) & {w for t in others for w in t.split()} for title in moved)


def test_verdicts_measure_a_profile_before_and_after(store: Store) -> None:
    wine, vodka, port, cup = keep(store, *NEWS)
    said = [(wine, True), (vodka, True), (port, False), (cup, False)]
    verdicts = [Verdict(entry, good, "wine") for entry, good in said]
    store.save_verdicts([*verdicts, Verdict(cup, good=True, profile="beer")], NOON)
    draft = replace(WINE, terms={"harvest*": 3.0, "vodka": 3.0})

    trial = try_profile(store, home(), draft, NOON - DAY)

    assert trial.fits == (Fit(0.5, 0.5, 2, 2), Fit(1.0, 1.0, 2, 2))


def test_without_verdicts_on_the_profile_nothing_is_measured(store: Store) -> None:
    (wine, *_) = keep(store, *NEWS)
    store.save_verdicts([Verdict(wine, good=True, profile="beer")], NOON)

    assert try_profile(store, home(), replace(WINE, threshold=0.6), NOON - DAY).fits is None


def test_what_was_learned_holds_for_the_draft_too(store: Store) -> None:
    keep(store, *NEWS)
    store.save_learned([Learned("wine", {"vodka": 6.0}, 0.0, 3, NOON)], NOON)

    trial = try_profile(store, home(), replace(WINE, threshold=0.51), NOON - DAY)

    assert trial.left == ()
    assert trial.entered == ()
