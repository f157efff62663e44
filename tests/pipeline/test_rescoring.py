"""Stored entries scored anew: as if they had been scored so when they came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.home import Home, shipped_root
from monitor.adapters.store import Store
from monitor.config import Config, DigestSettings
from monitor.model import Entry, Learned, PollState, TopicProfile
from monitor.pipeline.digests.digest_run import run_digest, upcoming
from monitor.pipeline.digests.plans import plan_of
from monitor.pipeline.tuning.rescoring import BACK, Rescoring, mark_of, rescore, rescore_changed
from monitor.stages.score import Scorer
from tests.factories import NOON, make_entry, make_placement, make_profile, make_slot
from tests.factories import make_subscription as make_feed

DAY = timedelta(days=1)
WINE = replace(make_profile("wine"), terms={"wine*": 3.0})
BEER = replace(make_profile("beer"), terms={"beer": 3.0})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_feed()], NOON)
        yield store


def home(tmp_path: Path, *profiles: TopicProfile) -> Home:
    folder = shipped_root() / "templates"
    templates = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    return Home(tmp_path, Config(digests={"d": DigestSettings()}), (), profiles, (), templates)


def keep(store: Store, *titles: str) -> list[Entry]:
    """Store entries as a poll with both profiles does: near ones stand in stories."""
    scorer = Scorer((WINE, BEER), ())
    floors = {profile.name: profile.near_miss_floor for profile in (WINE, BEER)}
    at = NOON - timedelta(hours=1)
    entries = [make_entry(t, title=t, published_at=at, seen_at=at) for t in titles]
    scored = [(entry, scorer.score(entry)) for entry in entries]
    near = [e for e, scores in scored if any(s.value >= floors[s.profile] for s in scores)]
    store.save_poll(
        1, PollState(), scored, [make_placement(entry.key) for entry in near], floors=floors,
        first_poll_cutoff=None, now=NOON,
    )  # fmt: skip
    return entries


def found(store: Store) -> dict[str, tuple[dict[str, float], dict[str, int], bool]]:
    """Return by title the scores, how many reasons each has, and whether it has a story."""
    return {
        e.entry.title: (
            {s.profile: round(s.value, 4) for s in e.scores},
            {s.profile: len(s.reasons) for s in e.scores},
            e.story is not None,
        )
        for e in store.entries()
    }


TITLES = ("A wine list", "A vodka and beer list", "A vodka list", "A cup")


def test_entries_are_as_if_they_had_been_scored_so_when_they_came(
    store: Store, tmp_path: Path
) -> None:
    keep(store, *TITLES)
    changed = replace(WINE, terms={"vodka": 3.0})

    done = rescore(store, home(tmp_path, changed, BEER), changed, NOON - DAY, NOON)

    assert done == Rescoring(4, 2)
    after = found(store)
    scorer = Scorer((changed, BEER), ())
    for title, (values, reasons, has_story) in after.items():
        scores = {s.profile: s for s in scorer.score(make_entry(title=title))}
        assert values == {name: round(score.value, 4) for name, score in scores.items()}
        assert reasons == {n: len(s.reasons) if s.value >= 0.25 else 0 for n, s in scores.items()}
        assert has_story or title == "A cup"  # what stood in a story stays in it


def test_it_may_be_done_twice(store: Store, tmp_path: Path) -> None:
    keep(store, *TITLES)
    changed = replace(WINE, terms={"vodka": 3.0})
    rescore(store, home(tmp_path, changed, BEER), changed, NOON - DAY, NOON)
    once = found(store)

    rescore(store, home(tmp_path, changed, BEER), changed, NOON - DAY, NOON)

    assert found(store) == once


def test_what_was_learned_counts(store: Store, tmp_path: Path) -> None:
    keep(store, *TITLES)
    store.save_learned([Learned("wine", {"cup": 9.0}, 0.0, 3, NOON)], NOON)

    rescore(store, home(tmp_path, WINE, BEER), WINE, NOON - DAY, NOON)

    assert found(store)["A cup"][0]["wine"] > 0.5


def test_the_next_issue_carries_what_passes_now_and_nothing_twice(
    store: Store, tmp_path: Path
) -> None:
    keep(store, "A wine harvest begins", "Vodka sales fall in Poland")
    run_digest(store, plan_of(home(tmp_path, WINE, BEER), "d"), make_slot(), NOON)
    changed = replace(WINE, terms={"vodka": 3.0, "wine*": 3.0})
    now = home(tmp_path, changed, BEER)

    rescore(store, now, changed, NOON - DAY, NOON)

    digest = upcoming(store, plan_of(now, "d"), NOON + timedelta(hours=2))
    assert digest is not None
    assert [story.lead.entry.title for story in digest.stories] == ["Vodka sales fall in Poland"]


def test_reports_of_one_event_are_folded(store: Store, tmp_path: Path) -> None:
    keep(store, "Vodka sales fall in Poland", "Vodka sales fall in Poland again")
    changed = replace(WINE, terms={"vodka": 3.0})

    rescore(store, home(tmp_path, changed, BEER), changed, NOON - DAY, NOON)

    assert len({e.story for e in store.entries()}) == 1


def test_a_profile_that_was_changed_is_scored_anew_once_and_the_others_are_not(
    store: Store, tmp_path: Path
) -> None:
    keep(store, *TITLES)
    changed = replace(WINE, terms={"vodka": 3.0})
    before = rescore_changed(store, home(tmp_path, WINE, BEER), NOON)

    done = rescore_changed(store, home(tmp_path, changed, BEER), NOON)
    again = rescore_changed(store, home(tmp_path, changed, BEER), NOON)

    assert before == {}  # a home of which nothing is remembered is scored as it is
    assert {name: each.entries_count for name, each in done.items()} == {"wine": len(TITLES)}
    assert again == {}
    assert found(store)["A vodka list"][0]["wine"] > found(store)["A wine list"][0]["wine"]


def test_a_threshold_or_a_title_changes_no_score(tmp_path: Path) -> None:
    here = home(tmp_path, WINE)

    other = replace(WINE, threshold=0.9, title="Wines")

    assert mark_of(other, here) == mark_of(WINE, here)
    assert mark_of(replace(WINE, offset=0.1), here) != mark_of(WINE, here)


def test_what_was_stopped_midway_is_done_the_next_time(store: Store, tmp_path: Path) -> None:
    keep(store, *TITLES)
    changed = home(tmp_path, replace(WINE, terms={"vodka": 3.0}), BEER)
    rescore_changed(store, home(tmp_path, WINE, BEER), NOON)
    asked = iter([False, False, True])

    assert rescore_changed(store, changed, NOON, stopped=lambda: next(asked)) == {}
    assert list(rescore_changed(store, changed, NOON)) == ["wine"]


def test_who_scores_anew_by_hand_leaves_nothing_to_do(store: Store, tmp_path: Path) -> None:
    keep(store, *TITLES)
    changed = replace(WINE, terms={"vodka": 3.0})
    there = home(tmp_path, changed, BEER)
    rescore_changed(store, home(tmp_path, WINE, BEER), NOON)

    rescore(store, there, changed, NOON - DAY, NOON)  # not all the way back
    assert store.scored_as()["wine"] != mark_of(changed, there)
    rescore(store, there, changed, NOON - BACK, NOON)

    assert rescore_changed(store, there, NOON) == {}
