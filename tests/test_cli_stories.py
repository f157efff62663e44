"""`monitor stories`: the list, merging and splitting by hand, and ranks in `monitor explain`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.adapters.home import create_home
from monitor.adapters.store import Store
from monitor.cli import monitor
from monitor.model import Omission, OmitReason, PollState, Rank, Update
from tests.factories import (
    make_digest,
    make_entry,
    make_placement,
    make_profile,
    make_score,
    make_section,
    make_subscription,
)

RECENT = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with three entries in two stories: 1 and 3 of one, 2 of another."""
    path = tmp_path / "home"
    create_home(path)
    with Store.open(path / "state" / "monitor.db") as store:
        store.sync_feeds([make_subscription()], RECENT)
        for id, joins in (("a", None), ("b", None), ("c", "a")):
            entry = make_entry(
                id, title=f"Title {id}", outlet=f"Outlet {id}", published_at=RECENT, seen_at=RECENT
            )
            placement = make_placement(entry.key, make_entry(joins).key if joins else None)
            store.save_poll(
                1,
                PollState(),
                [(entry, (make_score(0.9),))],
                [placement],
                floors={},
                first_poll_cutoff=None,
                now=RECENT,
            )
    return path


def run(home: Path, *args: str) -> Result:
    return CliRunner().invoke(monitor, ["--home", str(home), *args])


def listed(home: Path, *args: str) -> dict[int, list[str]]:
    result = run(home, "stories", *args, "--json")
    assert result.exit_code == 0, result.output
    return {
        story["story"]: sorted(entry["id"] for entry in story["entries"])
        for story in json.loads(result.output)
    }


def test_stories_are_listed_most_widely_reported_first(home: Path) -> None:
    assert list(listed(home).items()) == [(1, ["a", "c"]), (2, ["b"])]
    assert listed(home, "--since", "10m") == {}
    lines = [line.split() for line in run(home, "stories", "--limit", "1").output.splitlines()]
    assert ["1", "2", "2", "0.90"] in [line[:4] for line in lines]
    assert lines[-1] == ["1", "more;", "see", "--limit."]


def test_merged_and_split_stories_stay_so(home: Path) -> None:
    merged = run(home, "stories", "merge", "1", "2")
    assert merged.output == "Story 2 is part of story 1 now: 1 entry moved.\n"
    assert listed(home) == {1: ["a", "b", "c"]}

    split = run(home, "stories", "split", "2", "3")
    assert split.output == "2 entries moved; the new story has number 2.\n"
    assert listed(home) == {1: ["a"], 2: ["b", "c"]}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["merge", "1", "1"], "1 and 1 are not two stories"),
        (["merge", "1", "99"], "1 and 99 are not two stories"),
        (["split", "2"], "nothing to split"),
        (["split", "99"], "nothing to split"),
        (["--since", "soon"], "--since soon: expected a number"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(home: Path, args: list[str], message: str) -> None:
    result = run(home, "stories", *args)

    assert result.exit_code == 2
    assert message in result.output


def test_before_the_first_poll_there_are_no_stories(tmp_path: Path) -> None:
    create_home(tmp_path / "home")

    shown = run(tmp_path / "home", "stories")

    assert shown.output == "No story has had a report in the last 48h.\n"
    assert run(tmp_path / "home", "stories", "split", "1").exit_code == 2


def test_explain_shows_every_part_of_a_storys_rank_and_that_it_was_let_go(home: Path) -> None:
    rank = Rank(3.5, 2.0, 1.25, 3, timedelta(hours=30))
    with Store.open(home / "state" / "monitor.db") as store:
        one, two = store.candidates("morning", [make_profile()], RECENT - timedelta(days=1))
        shown = replace(one, rank=rank, update=Update(3, "", ("54",)))
        gone = Omission(replace(two, rank=rank), OmitReason.LET_GO, "no room in 2 issues")
        digest = make_digest(make_section(shown), omissions=(gone,))
        store.issue(digest, (gone.story,), subject="Morning")

    carried, let_go = run(home, "explain", "1").output, run(home, "explain", "2").output

    for output, word in ((carried, "carried"), (let_go, "left out")):
        assert f"ranked its story 6.75 ({word}, " in output
        assert "  strength   +3.50  points over the threshold\n" in output
        assert "  outlets    +2.00  3 of their own\n" in output
        assert "  freshness  +1.25  newest report 30.0 h old\n" in output
    assert carried.endswith("  update, day 3: 54\n")
    assert "without showing it: its story was let go" in let_go
    ranks = json.loads(run(home, "explain", "2", "--json").output)["ranks"]
    assert [(note["digest"], note["total"]) for note in ranks] == [("morning", 6.75)]


def test_explain_tells_who_spoke_for_an_entry_and_under_which_its_story_stood(home: Path) -> None:
    with Store.open(home / "state" / "monitor.db") as store:
        one, two = store.candidates("morning", [make_profile()], RECENT - timedelta(days=1))
        store.issue(make_digest(make_section(one, replace(two, under=one.number))), subject="M")
        numbers = {e.entry.key.id: e.number for e in store.entries()}
    first = one.lead.entry.title
    others = [scored.entry.key.id for scored in one.entries[1:]]

    told = {id: run(home, "explain", str(number)).output for id, number in numbers.items()}

    assert f'  same saga: told under "{first}"' in told[two.lead.entry.key.id]
    assert others
    assert all(f'  same story: told under "{first}"' in told[id] for id in others)
    assert "told under" not in told[one.lead.entry.key.id]
