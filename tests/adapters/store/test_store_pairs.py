"""Stories over time: what readers know of them, how long they waited, what people merged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import RankNote, Store, StoryPairs
from monitor.model import (
    Earlier,
    EntryKey,
    Omission,
    OmitReason,
    PollState,
    Rank,
    Story,
    Update,
)
from tests.factories import (
    NOON,
    make_digest,
    make_entry,
    make_placement,
    make_profile,
    make_score,
    make_section,
    make_slot,
    make_subscription,
)

DAY = timedelta(days=1)
TRADE = make_profile("trade", threshold=0.5)
RANK = Rank(3.5, 2.0, 1.25, 3, timedelta(hours=30))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription(topics=("World", "Mexico"))], NOON)
        yield store


def add(store: Store, id: str, joins: str | None = None, at: datetime = NOON) -> None:
    entry = make_entry(id, seen_at=at, published_at=at, title=f"Title {id}")
    joined = make_entry(joins).key if joins else None
    store.save_poll(
        1,
        PollState(),
        [(entry, (make_score(0.9),))],
        [make_placement(entry.key, joined)],
        floors={},
        first_poll_cutoff=None,
        now=NOON,
    )


def candidates(store: Store) -> list[Story]:
    return store.candidates("morning", [TRADE], NOON - 7 * DAY)


def ids(story: Story) -> list[str]:
    return sorted(scored.entry.key.id for scored in story.entries)


def layout(store: Store) -> dict[int, list[str]]:
    return {story.number: ids(story) for story in store.stories_since(NOON - DAY)}


def issue(
    store: Store,
    days: int,
    *stories: Story,
    left_out: dict[OmitReason, Story] | None = None,
    silent: tuple[Story, ...] = (),
) -> None:
    """Issue stories, so many days after the first slot."""
    day, at = date(2026, 7, 12) + timedelta(days=days), NOON + days * DAY
    digest = make_digest(
        *([make_section(*stories)] if stories else []),
        slot=make_slot(day, due_at=at),
        issued_at=at,
        omissions=tuple(Omission(story, reason, "") for reason, story in (left_out or {}).items()),
    )
    assert store.issue(digest, silent, subject="Morning")


def key(id: str) -> EntryKey:
    return EntryKey(1, id)


# ---------------------------------------------------------------- over time


def test_a_story_tells_what_its_readers_know_and_what_came_late(store: Store) -> None:
    add(store, "a")
    add(store, "b", joins="a")
    issue(store, 0, *candidates(store))
    add(store, "late", joins="a", at=NOON + DAY)
    issue(store, 1, silent=tuple(candidates(store)))
    add(store, "new", joins="a", at=NOON + 2 * DAY)

    (story,) = candidates(store)

    assert (ids(story), story.issued) == (["new"], date(2026, 7, 12))
    assert story.earlier is not None
    assert story.earlier == Earlier(
        first=date(2026, 7, 12),
        issued_at=NOON,
        headline="Title a",
        shown=story.earlier.shown,
        attached=story.earlier.attached,
    )
    assert [entry.key.id for entry in story.earlier.shown] == ["a", "b"]
    assert [entry.key.id for entry in story.earlier.attached] == ["late"]


def test_what_is_known_starts_anew_with_the_issue_that_carries_a_story_again(store: Store) -> None:
    add(store, "a")
    issue(store, 0, *candidates(store))
    add(store, "late", joins="a", at=NOON + DAY)
    issue(store, 1, silent=tuple(candidates(store)))
    add(store, "b", joins="a", at=NOON + 2 * DAY)
    issue(store, 2, *candidates(store))
    add(store, "c", joins="a", at=NOON + 3 * DAY)

    earlier = candidates(store)[0].earlier

    assert earlier is not None
    assert (earlier.first, earlier.issued_at) == (date(2026, 7, 12), NOON + 2 * DAY)
    assert (earlier.headline, earlier.attached) == ("Title b", ())


def test_a_story_counts_the_issues_without_room_since_its_newest_entry(store: Store) -> None:
    add(store, "a")
    waiting = candidates(store)[0]
    issue(store, 0, left_out={OmitReason.NO_ROOM: waiting})
    issue(store, 1, left_out={OmitReason.OUTLET_FULL: waiting})
    issue(store, 2, left_out={OmitReason.BELOW_THRESHOLD: waiting})
    assert [story.passed_over for story in candidates(store)] == [2]

    add(store, "b", joins="a", at=NOON + 3 * DAY)

    assert [story.passed_over for story in candidates(store)] == [0]


def test_what_was_let_go_is_no_candidate_and_no_story_that_readers_know(store: Store) -> None:
    add(store, "a")
    gone = candidates(store)[0]
    issue(store, 0, left_out={OmitReason.LET_GO: gone}, silent=(gone,))
    assert candidates(store) == []

    add(store, "b", joins="a", at=NOON + DAY)

    assert [(ids(s), s.issued, s.earlier) for s in candidates(store)] == [(["b"], None, None)]


def test_an_entry_knows_the_folders_of_its_feed(store: Store) -> None:
    add(store, "a")

    assert candidates(store)[0].lead.topics == ("World", "Mexico")


def test_ranks_are_kept_with_the_issue_for_what_was_carried_and_what_was_not(store: Store) -> None:
    add(store, "a")
    add(store, "b")
    carried, waiting = candidates(store)
    update = Update(3, "Title", ("54", "rechazó"))

    issue(
        store,
        0,
        replace(carried, rank=RANK, update=update),
        left_out={OmitReason.NO_ROOM: replace(waiting, rank=RANK)},
    )

    told = RankNote("morning", "2026-07-12-0700", NOON, True, RANK, 3, ("54", "rechazó"))
    assert store.rankings(carried.number) == [told]
    assert store.rankings(waiting.number) == [replace(told, carried=False, day=None, news=())]
    assert store.rankings(99) == []


# ---------------------------------------------------------------- by hand


def test_merged_stories_are_one_and_folding_is_told_so(store: Store) -> None:
    for id in "abc":
        add(store, id, joins="b" if id == "c" else None)

    assert store.merge_stories(1, 2, NOON) == 2

    assert layout(store) == {1: ["a", "b", "c"]}
    together = ((key("a"), key("b")), (key("a"), key("c")))
    assert store.story_pairs(NOON) == StoryPairs(together=together)
    assert store.story_pairs(NOON + DAY) == StoryPairs()


@pytest.mark.parametrize(("one", "other"), [(1, 1), (1, 99), (99, 1)])
def test_only_two_stories_that_are_there_can_be_merged(store: Store, one: int, other: int) -> None:
    add(store, "a")

    assert store.merge_stories(one, other, NOON) == 0
    assert store.story_pairs(NOON) == StoryPairs()


@pytest.mark.parametrize(
    ("out", "stories"),
    [
        ([3], {1: ["a", "b"], 3: ["c"]}),
        ([2, 3], {1: ["a"], 2: ["b", "c"]}),
        ([1], {1: ["a"], 2: ["b", "c"]}),  # the one that gave the story its number
    ],
)
def test_what_is_split_off_stands_alone_and_folding_is_told_so(
    store: Store, out: list[int], stories: dict[int, list[str]]
) -> None:
    for id in "abc":
        add(store, id, joins=None if id == "a" else "a")

    assert store.split_story(out, NOON) == out[0]

    assert layout(store) == stories
    gone = {"abc"[number - 1] for number in out}
    assert store.story_pairs(NOON).apart == tuple(
        (key(one), key(other))
        for one, other in (("a", "b"), ("a", "c"), ("b", "c"))
        if (one in gone) != (other in gone)
    )


@pytest.mark.parametrize("out", [[1, 2], [1, 3], [99], []])
def test_nothing_is_split_that_is_not_part_of_one_story(store: Store, out: list[int]) -> None:
    for id in "abc":
        add(store, id, joins="a" if id == "b" else None)

    assert store.split_story(out, NOON) is None
    assert layout(store) == {1: ["a", "b"], 3: ["c"]}


def test_the_last_word_holds(store: Store) -> None:
    add(store, "a")
    add(store, "b", joins="a")
    store.split_story([2], NOON)

    store.merge_stories(1, 2, NOON)
    assert store.story_pairs(NOON) == StoryPairs(together=((key("a"), key("b")),))

    store.split_story([2], NOON)
    assert store.story_pairs(NOON) == StoryPairs(apart=((key("a"), key("b")),))


def test_a_story_merged_with_one_that_was_sent_counts_as_sent(store: Store) -> None:
    add(store, "a")
    issue(store, 0, *candidates(store))
    add(store, "b", at=NOON + DAY)
    assert [story.issued for story in candidates(store)] == [None]

    store.merge_stories(2, 1, NOON + DAY)

    assert [(s.number, s.issued) for s in candidates(store)] == [(2, date(2026, 7, 12))]


@pytest.mark.parametrize(("out", "news"), [([2], 2), ([1], 2)])
def test_what_was_attached_in_silence_to_another_event_is_told_once_it_is_split_off(
    store: Store, out: list[int], news: int
) -> None:
    add(store, "a")
    issue(store, 0, *candidates(store))
    add(store, "b", joins="a", at=NOON + DAY)
    issue(store, 1, silent=tuple(candidates(store)))
    assert candidates(store) == []

    store.split_story(out, NOON + DAY)

    assert [(s.number, ids(s), s.issued) for s in candidates(store)] == [(news, ["b"], None)]


def test_what_was_shown_or_let_go_does_not_come_back_by_a_split(store: Store) -> None:
    add(store, "a")
    add(store, "b", joins="a")
    issue(store, 0, *candidates(store))
    add(store, "c")
    add(store, "d", joins="c")
    issue(store, 1, silent=tuple(candidates(store)))

    store.split_story([2], NOON + DAY)
    store.split_story([4], NOON + DAY)

    assert candidates(store) == []


def test_what_was_split_off_a_sent_story_is_news_of_its_own(store: Store) -> None:
    add(store, "a")
    issue(store, 0, *candidates(store))
    add(store, "b", joins="a", at=NOON + DAY)

    store.split_story([2], NOON + DAY)

    assert [(s.number, s.issued, s.earlier) for s in candidates(store)] == [(2, None, None)]
