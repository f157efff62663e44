"""What the pages look through: entries page by page, scores by height, feeds by day, edits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Edit, FeedDays, Store, Wanted, listing
from monitor.adapters.store.browse import EDITS_KEPT
from monitor.model import Entry, EntryKey, PollState, Score, Verdict
from tests.factories import NOON, make_entry, make_placement, make_score, make_subscription

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription(), make_subscription("other")], NOON)
        yield store


def keep(store: Store, entry: Entry, *scores: Score, background: bool = False) -> None:
    store.save_poll(
        entry.key.feed,
        PollState(),
        [(entry, scores)],
        [make_placement(entry.key)],
        floors={},
        first_poll_cutoff=entry.dated_at + DAY if background else None,
        now=NOON,
    )


def ids(store: Store, wanted: Wanted, **kwargs: object) -> list[str]:
    page = store.entry_page(wanted, **kwargs)  # type: ignore[arg-type]
    return [stored.entry.key.id for stored in page.entries]


# ---------------------------------------------------------------- entries, page by page


def test_pages_follow_each_other_without_a_gap_or_a_repetition(store: Store) -> None:
    for number in range(7):
        at = NOON - DAY * (number // 3)  # several of one date
        keep(store, make_entry(f"e{number}", published_at=at, seen_at=at))

    seen, after = [], ""
    while True:
        page = store.entry_page(Wanted(), after=after, limit=2)
        seen += [stored.entry.key.id for stored in page.entries]
        if not page.next:
            break
        after = page.next

    assert seen == ["e2", "e1", "e0", "e5", "e4", "e3", "e6"]


def test_a_new_entry_does_not_move_what_follows_a_page(store: Store) -> None:
    for number in range(4):
        at = NOON - DAY * number
        keep(store, make_entry(f"e{number}", published_at=at, seen_at=at))
    first = store.entry_page(Wanted(), limit=2)

    keep(store, make_entry("new", published_at=NOON + DAY, seen_at=NOON + DAY))

    assert ids(store, Wanted(), after=first.next) == ["e2", "e3"]


@pytest.mark.parametrize(
    "after",
    ["x", "1", "1.", ".1", "1.2.3", "9" * 60, "１.２", "9223372036854775808.1", "1." + "9" * 20],
)
def test_a_place_that_is_none_is_the_first_page(store: Store, after: str) -> None:
    keep(store, make_entry())

    assert ids(store, Wanted(), after=after) == ["a"]


def test_search_finds_words_without_their_accents_and_keeps_the_n_tilde(store: Store) -> None:
    keep(store, make_entry("año", title="El año de México"))
    keep(store, make_entry("ano", title="El ano de Mexico"))

    assert ids(store, Wanted("mexico")) == ["ano", "año"]
    assert ids(store, Wanted("MÉXICO año")) == ["año"]
    assert ids(store, Wanted("ano")) == ["ano"]
    assert ids(store, Wanted('"de mexico" an*')) == ["ano"]
    assert ids(store, Wanted("“”")) == []


def test_entries_are_wanted_by_outlet_language_and_score(store: Store) -> None:
    keep(store, make_entry("a", outlet="One", language="en"), make_score(0.8))
    keep(store, make_entry("b", outlet="Two", language="es"), make_score(0.6))
    keep(store, make_entry("c", outlet="Two", language="es"), make_score(0.05))
    keep(store, make_entry("d", outlet="Two", language="en"), make_score(0.9, "other"))

    assert ids(store, Wanted(outlet="Two")) == ["d", "c", "b"]
    assert ids(store, Wanted(language="es")) == ["c", "b"]
    assert ids(store, Wanted(profile="trade", minimum=0.5)) == ["b", "a"]
    assert ids(store, Wanted(profile="trade", minimum=0.7)) == ["a"]
    assert ids(store, Wanted(profile="trade", minimum=0.01)) == ["c", "b", "a"]
    assert ids(store, Wanted("mexico", profile="trade", minimum=0.5, outlet="Two")) == ["b"]
    assert ids(store, Wanted(profile="nobody", minimum=0.5)) == []


def test_outlets_are_told_once_and_in_order(store: Store) -> None:
    for id, outlet in (("a", "B"), ("b", "A"), ("c", "B")):
        keep(store, make_entry(id, outlet=outlet))

    assert store.outlets() == ["A", "B"]
    assert store.outlets(limit=1) == ["A"]


def test_reports_of_a_story_come_in_the_order_they_were_seen(store: Store) -> None:
    first, second = make_entry("a"), make_entry("b", seen_at=NOON + DAY)
    keep(store, first, make_score(0.3))
    store.save_poll(
        1,
        PollState(),
        [(second, (make_score(0.9),))],
        [make_placement(second.key, first.key)],
        floors={},
        first_poll_cutoff=None,
        now=NOON,
    )
    number = store.numbers_of([first.key])[first.key]

    assert [each.entry.key.id for each in store.reports(number)] == ["a", "b"]
    assert store.reports(999) == []


def test_plain_entries_are_those_that_a_digest_may_carry(store: Store) -> None:
    keep(store, make_entry("new"))
    keep(store, make_entry("old", published_at=NOON - 3 * DAY, seen_at=NOON - 3 * DAY))
    keep(store, make_entry("background"), background=True)

    assert [e.entry.key.id for e in store.plain_entries(NOON - DAY)] == ["new"]


# ---------------------------------------------------------------- edits


def test_an_edit_keeps_what_the_entry_said_before(store: Store) -> None:
    for minute, title in enumerate(("First", "Second", "Second", "Third")):
        entry = make_entry(title=title, summary=f"{title} summary")
        store.save_poll(
            1, PollState(), [(entry, ())], [], floors={}, first_poll_cutoff=None,
            now=NOON + timedelta(minutes=minute),
        )  # fmt: skip

    assert store.edits(1) == [
        Edit(NOON + timedelta(minutes=3), "Second", "Second summary"),
        Edit(NOON + timedelta(minutes=1), "First", "First summary"),
    ]


def test_an_entry_that_changes_all_day_keeps_its_last_versions(store: Store) -> None:
    for minute in range(EDITS_KEPT + 5):
        store.save_poll(
            1, PollState(), [(make_entry(title=f"Title {minute}"), ())], [], floors={},
            first_poll_cutoff=None, now=NOON + timedelta(minutes=minute),
        )  # fmt: skip

    kept = store.edits(1)

    assert len(kept) == EDITS_KEPT
    assert kept[0].title == f"Title {EDITS_KEPT + 3}"


# ---------------------------------------------------------------- counts


def test_scores_are_counted_by_height(store: Store) -> None:
    for number, value in enumerate((0.01, 0.02, 0.15, 0.15, 0.999, 1.0)):
        keep(store, make_entry(f"e{number}"), make_score(value))
    keep(store, make_entry("old", published_at=NOON - 9 * DAY), make_score(0.9))

    counts = store.score_counts("trade", NOON - DAY, bins=10)

    assert counts == [2, 2, 0, 0, 0, 0, 0, 0, 0, 2]


def test_a_feed_tells_what_it_brought_day_by_day(store: Store) -> None:
    for number, (days, value) in enumerate(((0, 0.9), (0, 0.2), (1, 0.9), (40, 0.9), (70, 0.9))):
        at = NOON - DAY * days
        keep(store, make_entry(f"e{number}", seen_at=at, published_at=at), make_score(value))
    keep(store, make_entry("background"), make_score(0.9), background=True)

    found = store.feed_days([1, 2], {"trade": 0.5}, NOON, days=3)

    assert found[1] == FeedDays((0, 1, 2), (0, 1, 1), 4, 3)
    assert found[2] == FeedDays((0, 0, 0), (0, 0, 0), 0, 0)


def test_the_profile_that_an_entry_suits_best_is_told_from_its_threshold_on(store: Store) -> None:
    keep(store, make_entry("a"), make_score(0.6), make_score(0.9, "other"))
    keep(store, make_entry("b"), make_score(0.6), make_score(0.7, "other"))
    keep(store, make_entry("c"), make_score(0.4))
    keep(store, make_entry("old", published_at=NOON - 9 * DAY), make_score(0.9))

    thresholds = {"trade": 0.5, "other": 0.8, "gone": 0.5}
    assert store.best_profiles(NOON - DAY, thresholds) == {1: "other", 2: "trade"}
    assert store.best_profiles(NOON - DAY, {"trade": 0.05}) == {1: "trade", 2: "trade", 3: "trade"}


# ---------------------------------------------------------------- verdicts


def test_what_was_said_of_entries_is_told_by_profile(store: Store) -> None:
    entry, other = make_entry("a"), make_entry("b")
    keep(store, entry)
    store.save_verdicts([Verdict(entry, good=True), Verdict(entry, good=False, profile="x")], NOON)

    assert store.said_of([entry.key, other.key]) == {entry.key: {"": True, "x": False}}
    assert store.numbers_of([entry.key, EntryKey(1, "none")]) == {entry.key: 1}


# ---------------------------------------------------------------- high scores, soon found


@pytest.mark.parametrize(
    ("walked", "last_stored"), [(0, 3), (0, 8), (2, 6), (2, 1000), (15_000, 1000)]
)
@pytest.mark.parametrize("outlet", ["", "Outlet 1"])
@pytest.mark.parametrize("language", ["", "es"])
def test_high_scores_are_told_by_date_however_far_they_lie_apart(
    store: Store,
    walked: int,
    last_stored: int,
    outlet: str,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listing, "WALKED", walked)
    monkeypatch.setattr(listing, "LAST_STORED", last_stored)
    for number in range(24):
        at = NOON - DAY * (number * 7 % 24)
        entry = make_entry(
            f"e{number}",
            outlet=f"Outlet {number % 2}",
            language="es" if number % 3 else "en",
            published_at=at,
            seen_at=at,
        )
        keep(store, entry, make_score(value=0.6 if number % 4 else 0.3))
    wanted = Wanted(profile="trade", minimum=0.5, outlet=outlet, language=language)

    seen, after = list[str](), ""
    while True:
        page = store.entry_page(wanted, after=after, limit=3)
        seen += [stored.entry.key.id for stored in page.entries]
        if not page.next:
            break
        after = page.next

    assert seen == [
        f"e{number}"
        for number in sorted(range(24), key=lambda number: number * 7 % 24)
        if number % 4 and (not outlet or number % 2 == 1) and (not language or number % 3 != 0)
    ]
