"""What polls bring: feeds and their state, entries, scores, stories."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.store import FeedsChange, SavedPoll, Store
from monitor.adapters.store.rows import from_us, reasons_from_json, reasons_to_json, to_us
from monitor.errors import StoreError
from monitor.model import (
    Entry,
    EntryKey,
    Feed,
    Placement,
    PollState,
    Problem,
    Reason,
    Score,
    StoryEntry,
)
from tests.factories import NOON, make_entry, make_placement, make_score, make_subscription

HOUR = timedelta(hours=1)
FLOORS = {"trade": 0.25, "security": 0.25}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription("times"), make_subscription("post")], NOON)
        yield store


def save(
    store: Store,
    *entries: Entry,
    scores: Sequence[Score] = (make_score(),),
    placements: Sequence[Placement] = (),
    state: PollState = PollState(),  # noqa: B008 (frozen)
    feed: int = 1,
    old_before: timedelta | None = None,
) -> SavedPoll:
    return store.save_poll(
        feed,
        state,
        [(entry, scores) for entry in entries],
        placements,
        floors=FLOORS,
        first_poll_cutoff=None if old_before is None else NOON - old_before,
        now=NOON + HOUR,
    )


def kept(store: Store) -> list[Entry]:
    return sorted((each.entry for each in store.entries(limit=1000)), key=lambda e: e.key)


def stories(store: Store) -> dict[str, int]:
    since = NOON - timedelta(days=1000)
    return {each.entry.key.id: each.story for each in store.story_entries(since)}


def everything(store: Store) -> list[list[tuple[object, ...]]]:
    """All rows of all tables."""
    tables = store._db.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return [
        sorted((tuple(row) for row in store._db.rows(f"SELECT * FROM {name}")), key=repr)
        for (name,) in tables
    ]


# ---------------------------------------------------------------- feeds


def test_subscriptions_become_feeds_in_their_order(store: Store) -> None:
    mexican = make_subscription(
        "diario", title="Diario Ejemplo", topics=("Mexico", "Outlets"), language="es"
    )

    change = store.sync_feeds([mexican, make_subscription("times")], NOON)

    assert change == FeedsChange(added_count=1, removed_count=1)
    assert store.feeds() == [
        (Feed(3, mexican.url, "Diario Ejemplo", ("Mexico", "Outlets"), "es"), PollState()),
        (Feed(1, "https://times.example/feed", "Example Times"), PollState()),
    ]


def test_a_feed_list_that_did_not_change_writes_nothing(store: Store) -> None:
    before = store._db._conn.total_changes

    change = store.sync_feeds([make_subscription("times"), make_subscription("post")], NOON)

    assert change == FeedsChange(0, 0)
    assert store._db._conn.total_changes == before


def test_a_feed_listed_twice_is_one_feed_by_its_first_mention(store: Store) -> None:
    store.sync_feeds([make_subscription(title="First"), make_subscription(title="Second")], NOON)

    assert [(feed.number, feed.title) for feed, _ in store.feeds()] == [(1, "First")]


def test_a_feed_that_was_removed_is_not_due_and_keeps_its_entries(store: Store) -> None:
    save(store, make_entry())

    store.sync_feeds([make_subscription("post")], NOON)

    assert [feed.number for feed, _ in store.due_polls(NOON, every=True)] == [2]
    assert [each.entry for each in store.entries()] == [make_entry()]


def test_a_feed_that_comes_back_has_its_number_and_polls_as_if_for_the_first_time(
    store: Store,
) -> None:
    state = PollState(etag='"v1"', succeeded_at=NOON, next_poll_at=NOON + HOUR)
    store.save_unchanged([(1, state)])
    store.sync_feeds([], NOON)

    change = store.sync_feeds([make_subscription("times")], NOON + 25 * HOUR)

    assert change == FeedsChange(1, 0)
    assert [(feed.number, state) for feed, state in store.feeds()] == [
        (1, replace(state, succeeded_at=None))
    ]


def test_a_feed_taken_out_by_a_slip_and_put_back_is_polled_as_before(store: Store) -> None:
    state = PollState(etag='"v1"', succeeded_at=NOON, next_poll_at=NOON + HOUR)
    store.save_unchanged([(1, state)])
    store.sync_feeds([], NOON)

    change = store.sync_feeds([make_subscription("times")], NOON + HOUR)

    assert change == FeedsChange(1, 0)
    assert [(feed.number, kept) for feed, kept in store.feeds()] == [(1, state)]


def test_a_feed_is_due_when_it_was_never_polled_or_its_time_has_come(store: Store) -> None:
    store.sync_feeds([make_subscription(name) for name in "abcd"], NOON)
    store.save_unchanged(
        [
            (3, PollState(next_poll_at=NOON)),
            (4, PollState(next_poll_at=NOON + timedelta(microseconds=1))),
            (5, PollState(next_poll_at=NOON - HOUR)),
        ]
    )

    assert [feed.number for feed, _ in store.due_polls(NOON)] == [6, 5, 3]
    assert [feed.number for feed, _ in store.due_polls(NOON, every=True)] == [6, 5, 3, 4]


def test_a_poll_state_comes_back_as_it_was_saved(store: Store) -> None:
    state = PollState(
        etag='W/"a b\\"c"',
        last_modified="Tue, 32 Foo",
        body_hash="00ff",
        next_poll_at=NOON + HOUR,
        polled_at=NOON,
        succeeded_at=NOON - HOUR,
        changed_at=NOON - 2 * HOUR,
        failing_since=NOON - HOUR / 2,
        failure_count=3,
        problem=Problem.FORBIDDEN_ADDRESS,
        problem_text="it answers from 10.0.0.1",
        warning="not well-formed",
    )

    store.save_failure(1, state)

    assert [state for _, state in store.feeds()] == [state, PollState()]


def test_states_of_unchanged_feeds_are_kept_in_one_go_or_not_at_all(store: Store) -> None:
    with pytest.raises(StoreError, match="breaks a rule of the database"):
        store.save_unchanged([(1, PollState(etag="x")), (99, PollState())])

    assert [state for _, state in store.feeds()] == [PollState(), PollState()]


# ---------------------------------------------------------------- entries


@pytest.mark.parametrize(
    "entry",
    [
        make_entry(),
        make_entry("https://example.com/a", link="https://example.com/a"),
        make_entry(link=""),
        make_entry(published_at=None, published_text="vie, 10 jul 2026", language="es"),
        make_entry(title="", summary="Año nuevo \N{GRINNING FACE}", language=None),
        make_entry(seen_at=NOON + timedelta(microseconds=123_457)),
        make_entry(published_at=NOON - timedelta(days=20_000)),
    ],
)
def test_an_entry_comes_back_as_it_was_saved(store: Store, entry: Entry) -> None:
    saved = save(store, entry)

    assert saved == SavedPoll(new=(entry.key,), edited=())
    assert kept(store) == [entry]


def test_entries_and_validators_are_kept_together_or_not_at_all(store: Store) -> None:
    state = PollState(etag='"v2"')
    worthless = (make_score(value=1.5),)  # a rule of the database: scores are in [0, 1]
    with pytest.raises(StoreError, match="saving a poll: what was to be stored breaks a rule"):
        save(store, make_entry("a"), make_entry("b"), scores=worthless, state=state)

    assert kept(store) == []
    assert store.feeds()[0][1] == PollState()

    save(store, make_entry("a"), make_entry("b"), state=state)
    assert kept(store) == [make_entry("a"), make_entry("b")]
    assert store.feeds()[0][1] == state


def test_an_entry_of_a_feed_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        save(store, make_entry(feed=7), feed=7)

    assert kept(store) == []


def test_saving_the_same_poll_again_changes_nothing(store: Store) -> None:
    a, b = make_entry("a"), make_entry("b")
    placements = [make_placement(b.key, a.key), make_placement(a.key)]
    save(store, a, b, placements=placements)
    before = everything(store)

    saved = save(store, a, b, placements=placements)

    assert saved == SavedPoll()
    assert everything(store) == before


def test_one_id_is_two_entries_in_two_feeds(store: Store) -> None:
    here, there = make_entry("same", feed=1), make_entry("same", feed=2)

    save(store, here)
    save(store, there, feed=2)

    assert kept(store) == [here, there]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "A new headline"},
        {"summary": "More words"},
        {"link": "https://example.com/moved"},
        {"published_at": NOON + HOUR},
        {"published_at": None},
    ],
    ids=str,
)
def test_an_edit_changes_the_words_and_neither_first_sight_nor_date(
    store: Store, change: dict[str, object]
) -> None:
    first = make_entry(published_at=NOON - HOUR)
    save(store, first)
    edit = replace(first, seen_at=NOON + 5 * HOUR, **change)  # type: ignore[arg-type]

    saved = save(store, edit)

    assert saved == SavedPoll(new=(), edited=(first.key,))
    [stored] = store.entries()
    assert stored.entry.dated_at == first.dated_at
    assert stored.edited_at == NOON + HOUR
    moved = first.dated_at if "published_at" in change else None
    assert stored.entry == replace(edit, seen_at=NOON, first_dated_at=moved)


def test_an_edit_brings_new_scores_and_leaves_no_old_ones(store: Store) -> None:
    save(store, make_entry(), scores=[make_score(0.8), make_score(0.4, "security")])

    save(store, make_entry(title="Edited"), scores=[make_score(0.1)])

    [stored] = store.entries()
    assert stored.scores == (Score("trade", 0.1),)


def test_an_edit_is_found_by_its_new_words_only(store: Store) -> None:
    save(store, make_entry(title="Acuerdo del agua en México", summary="Firmaron ayer"))

    save(store, make_entry(title="Tratado del agua en México", summary="Firmaron hoy"))

    searches = ["acuerdo", "ayer", "tratado", "hoy", "mexico"]
    assert [len(store.entries(search=each)) for each in searches] == [0, 0, 1, 1, 1]
    store._db.run("INSERT INTO entry_fts (entry_fts) VALUES ('integrity-check')")


def test_known_tells_new_from_edited_from_unchanged(store: Store) -> None:
    save(store, make_entry("a"), make_entry("b"))

    known = store.known(1, ["a", "b", "c"])

    assert sorted(known) == ["a", "b"]
    assert [
        store.is_known(entry, known)
        for entry in (
            make_entry("a", outlet="Renamed", seen_at=NOON + HOUR),
            make_entry("b", title="Edited"),
            make_entry("c"),
        )
    ] == [True, False, False]
    assert store.known(2, ["a"]) == {}


def test_an_entry_that_was_pruned_does_not_come_back(store: Store) -> None:
    save(store, make_entry())
    store._db.run("DELETE FROM entry")

    assert save(store, make_entry(title="Edited")) == SavedPoll()
    assert store.entry_count() == 0
    assert list(store.known(1, ["a"])) == ["a"]


def test_an_id_that_is_no_unicode_is_only_compared(store: Store) -> None:
    assert store.known(1, ["\ud800"]) == {}


def test_scores_come_back_best_first_with_the_reasons_that_matter(store: Store) -> None:
    reasons = (Reason("tariff*", 2.25, "title"), Reason("both parties", 1.0), Reason("new", -0.5))

    save(
        store,
        make_entry(),
        scores=[
            Score("security", 0.2499, reasons),
            Score("strains", 0.1, reasons),  # a profile without a floor keeps all its reasons
            Score("trade", 0.25, reasons),
        ],
    )

    [stored] = store.entries()
    assert stored.scores == (
        Score("trade", 0.25, reasons),
        Score("security", 0.2499),
        Score("strains", 0.1, reasons),
    )


def test_on_a_first_poll_what_is_old_or_undated_is_background(store: Store) -> None:
    day = timedelta(days=1)
    save(
        store,
        make_entry("fresh", published_at=NOON - 2 * day),
        make_entry("old", published_at=NOON - 2 * day - timedelta(microseconds=1)),
        make_entry("undated", published_at=None),
        old_before=2 * day,
    )

    found = {each.entry.key.id: each.background for each in store.entries()}
    assert found == {"fresh": False, "old": True, "undated": True}


def test_on_a_later_poll_only_what_is_over_a_week_old_is_background(store: Store) -> None:
    week = timedelta(days=7)
    save(
        store,
        make_entry("fresh", published_at=NOON - week),
        make_entry("old", published_at=NOON - week - timedelta(microseconds=1)),
        make_entry("undated", published_at=None),
    )

    found = {each.entry.key.id: each.background for each in store.entries()}
    assert found == {"fresh": False, "old": True, "undated": False}


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_kept_to_the_microsecond(at: datetime) -> None:
    assert from_us(to_us(at)) == at


# ---------------------------------------------------------------- stories


def test_entries_join_stories_and_start_them(store: Store) -> None:
    first, second, third = make_entry("a"), make_entry("b"), make_entry("c")
    other = make_entry("x", feed=2)

    save(store, first, second, placements=[make_placement(first.key)])
    save(
        store,
        third,
        other,
        placements=[make_placement(third.key, first.key), make_placement(other.key)],
    )

    assert stories(store) == {"a": 1, "c": 1, "x": 4}


def test_an_entry_joins_one_that_comes_later_in_the_same_poll(store: Store) -> None:
    a, b, c = make_entry("a"), make_entry("b"), make_entry("c")

    save(
        store,
        a,
        b,
        c,
        placements=[
            make_placement(a.key, b.key),
            make_placement(b.key, c.key),
            make_placement(c.key),
        ],
    )

    assert stories(store) == {"a": 3, "b": 3, "c": 3}


def test_an_entry_that_has_a_story_keeps_it(store: Store) -> None:
    a, b = make_entry("a"), make_entry("b")
    save(store, a, b, placements=[make_placement(a.key), make_placement(b.key)])

    save(
        store,
        replace(a, title="Edited"),
        placements=[make_placement(a.key, b.key)],
    )

    assert stories(store) == {"a": 1, "b": 2}


def test_stories_that_an_entry_shows_to_be_one_go_on_as_one(store: Store) -> None:
    a, b, c = (make_entry(each) for each in "abc")
    save(store, a, b, placements=[make_placement(a.key), make_placement(b.key)])

    shown = Placement(c.key, a.key, (b.key, EntryKey(1, "gone")))
    for _ in range(2):
        save(store, c, placements=[shown])

    assert stories(store) == {"a": 1, "b": 1, "c": 1}


def test_what_has_nothing_to_join_starts_a_story(store: Store) -> None:
    a, b, alone = make_entry("a"), make_entry("b"), make_entry("alone")
    gone = EntryKey(2, "never stored")

    save(
        store,
        alone,
        a,
        b,
        placements=[
            make_placement(a.key, gone),
            make_placement(b.key, alone.key),  # it stands in no story itself
            make_placement(gone, a.key),  # nothing to be placed
        ],
    )

    assert stories(store) == {"a": 2, "b": 3}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 7)), min_size=8, max_size=8), st.randoms())
def test_placements_say_the_same_in_any_order(joins: list[int | None], random: object) -> None:
    keys = [EntryKey(1, str(number)) for number in range(8)]
    # Who joins an earlier entry never waits in a circle.
    placements = [
        Placement(key, keys[joined] if joined is not None and joined < number else None)
        for number, (key, joined) in enumerate(zip(keys, joins, strict=True))
    ]
    shuffled = list(placements)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    found = [_stories_of(order) for order in (placements, shuffled)]

    assert found[0] == found[1]
    assert len(found[0]) == 8


def _stories_of(placements: Sequence[Placement]) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "m.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        save(store, *(make_entry(str(number)) for number in range(8)), placements=placements)
        return stories(store)


def test_entries_that_wait_for_each_other_make_one_story(store: Store) -> None:
    a, b, c = make_entry("a"), make_entry("b"), make_entry("c")

    save(
        store,
        a,
        b,
        c,
        placements=[
            make_placement(a.key, b.key),
            make_placement(b.key, a.key),
            make_placement(c.key, c.key),
        ],
    )

    assert stories(store) == {"a": 2, "b": 2, "c": 3}


def test_the_entries_in_stories_are_told_from_a_time_on(store: Store) -> None:
    early = make_entry("early", seen_at=NOON - HOUR)
    late, loose = make_entry("late"), make_entry("loose")
    save(
        store,
        late,
        loose,
        early,
        placements=[make_placement(early.key), make_placement(late.key)],
    )

    assert store.story_entries(NOON) == [StoryEntry(late, 1)]
    assert store.story_entries(NOON - HOUR) == [StoryEntry(early, 3), StoryEntry(late, 1)]


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.integers(1, 9),
        st.lists(
            st.builds(
                Reason,
                st.sampled_from(["tariff*", "Mexico: Mexico", "año"]),
                st.integers(-9_000_000, 9_000_000).map(lambda millionths: millionths / 1_000_000),
                st.sampled_from(["", "title", "summary"]),
            ),
            max_size=6,
        ).map(tuple),
    )
)
def test_reasons_come_back_in_their_order(by_profile: dict[int, tuple[Reason, ...]]) -> None:
    assert reasons_from_json(reasons_to_json(by_profile)) == by_profile


def test_a_reason_that_profiles_share_is_kept_once() -> None:
    reason = Reason("Mexico: Mexico", 2.0010988806593084, "title")

    assert reasons_to_json({1: (reason,), 2: (reason,), 3: (Reason("new", -1.0), reason)}) == (
        '[[["Mexico: Mexico",2.001099,"title"],["new",-1.0]],{"1":[0],"2":[0],"3":[1,0]}]'
    )
