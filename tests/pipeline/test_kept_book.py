"""A story book kept between poll runs: it folds as one made anew would, and never by old news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.store import Store
from monitor.model import Entry, PollState, Subscription
from monitor.pipeline.polling.kept_book import KEPT_FOR, KeptBook
from monitor.stages.cluster import WINDOW, StoryBook
from tests.factories import NOON, make_entry, make_score

MINUTE = timedelta(minutes=1)
TITLES = (
    "Tariff talks between Mexico and the United States begin in Valdora",
    "Tariff talks between Mexico and the United States begin in Valdora again",
    "Tariff talks in Valdora: Mexico and the United States begin",
    "Cartel leader extradited from Mexico to Texas",
    "Cartel leader is extradited to Texas from Mexico",
    "Water treaty: Mexico owes Texas water from the Rio Bravo",
    "Texas waits for the water that Mexico owes by the Rio Bravo treaty",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


def opened(folder: Path) -> Store:
    store = Store.open(folder / "monitor.db")
    store.sync_feeds([Subscription("https://feed.example/", "Feed")], NOON)
    return store


def entry(id: str, title: str) -> Entry:
    return make_entry(id, title=title)


def take(store: Store, book: StoryBook, entries: Sequence[Entry], now: datetime) -> None:
    """Place entries and store them, as a poll does."""
    scored = [(each, (make_score(),)) for each in entries]
    store.save_poll(
        1,
        PollState(),
        scored,
        book.place(entries),
        floors={},
        first_poll_cutoff=None,
        now=now,
    )


def stories(store: Store) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for key, story in store.story_places(NOON - timedelta(days=9)):
        found.setdefault(story, set()).add(key.id)
    return {frozenset(each) for each in found.values()}


def test_a_book_is_kept_while_only_its_own_runs_write(store: Store) -> None:
    kept = KeptBook()
    first = kept.opened(store, NOON)
    take(store, first, [entry("a", TITLES[0]), entry("b", TITLES[3])], NOON)

    later = kept.opened(store, NOON + MINUTE)

    assert later is first


def test_a_book_is_made_anew_when_another_process_has_polled(store: Store, tmp_path: Path) -> None:
    kept = KeptBook()
    take(store, kept.opened(store, NOON), [entry("a", TITLES[0])], NOON)
    with opened(tmp_path) as beside:
        take(beside, KeptBook().opened(beside, NOON), [entry("b", TITLES[3])], NOON)

    take(store, kept.opened(store, NOON + MINUTE), [entry("c", TITLES[4])], NOON + MINUTE)

    assert stories(store) == {frozenset({"a"}), frozenset({"b", "c"})}


def test_what_a_person_merged_or_split_holds_for_the_next_run(store: Store) -> None:
    kept = KeptBook()
    first = [entry("a", TITLES[0]), entry("b", TITLES[1]), entry("c", TITLES[3])]
    take(store, kept.opened(store, NOON), first, NOON)
    assert stories(store) == {frozenset("ab"), frozenset("c")}

    store.merge_stories(1, 3, NOON)
    merged = kept.opened(store, NOON + MINUTE)
    take(store, merged, [entry("d", TITLES[4])], NOON + MINUTE)
    assert stories(store) == {frozenset("abcd")}

    store.split_story([3, 4], NOON)
    split = kept.opened(store, NOON + 2 * MINUTE)

    assert split is not merged
    keys = {each.entry.key.id: each.entry.key for each in store.story_entries(NOON)}
    assert split.story_of(keys["d"]) == keys["c"] != split.story_of(keys["a"])


def test_a_book_that_tells_one_story_where_the_store_has_two_is_made_anew(store: Store) -> None:
    kept = KeptBook()
    first = kept.opened(store, NOON)
    take(store, first, [entry("a", TITLES[0]), entry("b", TITLES[1]), entry("c", TITLES[3])], NOON)
    assert kept.opened(store, NOON) is first

    with store._db.writing("as another process would"):
        store._db.run("UPDATE entry SET story = 9 WHERE id = 'b'")

    assert kept.opened(store, NOON) is not first


@pytest.mark.parametrize("after", [KEPT_FOR, -MINUTE])
def test_a_book_grows_old_and_a_clock_set_back_makes_it_so(store: Store, after: timedelta) -> None:
    kept = KeptBook()
    first = kept.opened(store, NOON)

    assert kept.opened(store, NOON + after) is not first


@pytest.mark.parametrize(("many", "is_ahead"), [(1, True), (2, False)])
def test_a_book_of_many_entries_is_made_before_the_run(
    store: Store, many: int, is_ahead: bool
) -> None:
    two = [entry("a", TITLES[0]), entry("b", TITLES[3])]
    take(store, KeptBook().opened(store, NOON), two, NOON)
    kept = KeptBook(many)

    kept.make_ahead(store, NOON)

    young = kept.opened(store, NOON + KEPT_FOR - MINUTE)
    was_made_at_noon = kept.opened(store, NOON + KEPT_FOR) is not young
    assert was_made_at_noon == is_ahead


def test_what_was_placed_and_not_stored_is_forgotten(store: Store) -> None:
    kept = KeptBook()
    kept.opened(store, NOON).place([entry("a", TITLES[0])])
    kept.drop()

    assert kept.opened(store, NOON).story_of(entry("a", TITLES[0]).key) is None


@settings(max_examples=20)  # each makes two databases
@given(st.lists(st.sampled_from(TITLES), max_size=8), st.data())
def test_runs_with_a_kept_book_give_the_stories_of_runs_without(
    tmp_path_factory: pytest.TempPathFactory, titles: list[str], data: st.DataObject
) -> None:
    entries = [entry(str(number), title) for number, title in enumerate(titles)]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(entries)), max_size=3)))
    runs = [
        entries[start:end] for start, end in zip([0, *cuts], [*cuts, len(entries)], strict=True)
    ]
    kept = KeptBook()
    with (
        opened(tmp_path_factory.mktemp("kept")) as with_kept,
        opened(tmp_path_factory.mktemp("anew")) as without,
    ):
        for number, run in enumerate(runs):
            now = NOON + number * MINUTE
            take(with_kept, kept.opened(with_kept, now), run, now)
            take(without, KeptBook().opened(without, now), run, now)

        assert stories(with_kept) == stories(without)


def test_a_kept_book_lets_go_of_what_leaves_the_window(store: Store) -> None:
    one = entry("a", TITLES[0])
    kept = KeptBook()
    take(store, kept.opened(store, NOON), [one], NOON)
    made = kept.opened(store, NOON + WINDOW - MINUTE)
    assert made.story_of(one.key) == one.key

    later = kept.opened(store, NOON + WINDOW + MINUTE)

    assert later is made
    assert later.story_of(one.key) is None


def test_a_kept_book_reads_an_edited_title_at_once(store: Store) -> None:
    kept = KeptBook()
    take(store, kept.opened(store, NOON), [entry("a", TITLES[0])], NOON)
    later = NOON + MINUTE
    take(store, kept.opened(store, later), [entry("a", TITLES[3])], later)

    book = kept.opened(store, later + MINUTE)
    take(store, book, [entry("b", TITLES[4]), entry("c", TITLES[2])], later + MINUTE)

    assert stories(store) == {frozenset("ab"), frozenset("c")}
