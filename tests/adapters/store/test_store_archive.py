"""What people ask: lists, searches, one entry explained, facts, the state of things."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.store import IssueNote, PollFacts, Status, Store, StoredEntry
from monitor.adapters.store.archive import match_expression
from monitor.model import FeedTrouble, OutboxState, PollState, Problem, Score
from tests.factories import (
    NOON,
    make_digest,
    make_entry,
    make_message,
    make_placement,
    make_score,
    make_section,
    make_slot,
    make_subscription,
)

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        yield store


def add(
    store: Store,
    id: str,
    *scores: Score,
    link: str | None = None,
    title: str = "A headline",
    summary: str = "",
    at: datetime = NOON,
    background: bool = False,
) -> None:
    entry = make_entry(id, link=link, title=title, summary=summary, seen_at=at, published_at=at)
    store.save_poll(
        1,
        PollState(),
        [(entry, scores or (make_score(),))],
        [make_placement(entry.key)],
        floors={},
        first_poll_cutoff=at + DAY if background else None,
        now=NOON,
    )


def ids(found: list[StoredEntry]) -> list[str]:
    return [each.entry.key.id for each in found]


# ---------------------------------------------------------------- lists and searches


def test_entries_are_listed_newest_first(store: Store) -> None:
    add(store, "old", at=NOON - DAY)
    add(store, "new")
    add(store, "newer-to-us")

    assert ids(store.entries()) == ["newer-to-us", "new", "old"]
    assert ids(store.entries(limit=1)) == ["newer-to-us"]
    assert ids(store.entries(since=NOON)) == ["newer-to-us", "new"]
    assert store.entry_count() == 3


def test_a_listed_entry_has_all_that_is_known_of_it(store: Store) -> None:
    add(store, "a", background=True)

    assert store.entries() == [
        StoredEntry(
            number=1,
            entry=make_entry("a", title="A headline"),
            feed_title="Example Times",
            scores=(make_score(),),
            story=1,
            background=True,
            edited_at=None,
        )
    ]


def test_entries_are_listed_by_profile_and_score(store: Store) -> None:
    add(store, "a", make_score(0.5), make_score(0.9, "security"))
    add(store, "b", make_score(0.4))

    def listed(profile: str | None, minimum: float | None) -> list[str]:
        return ids(store.entries(profile=profile, minimum=minimum))

    assert listed("trade", None) == ["b", "a"]
    assert listed("trade", 0.5) == ["a"]
    assert listed("trade", 0.6) == []
    assert listed(None, 0.6) == ["a"]
    assert listed("security", None) == ["a"]
    assert listed("unknown", None) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("mexico", True),
        ("MÉXICO", True),
        ("Mexic", False),
        ("mexic*", True),
        ("acuerdo agua", True),
        ("agua acuerdo", True),
        ('"acuerdo de agua"', True),
        ('"agua acuerdo"', False),
        ('"acuerdo de agua', True),  # a quote that was not closed
        ("acuerdo tariff", False),
        ("año", True),
        ("ano", False),
        ("T-MEC", True),
        ("t mec", True),
        ("EE.UU.", True),
        ("firmado", True),  # a word of the summary
        ("acuerdo firmado", True),  # one of each
        ("acuerdo OR tariff", False),  # a word as any other
        ("title:acuerdo", False),
        ("NEAR(acuerdo agua)", False),
        ("", False),
        ("*", False),
        ('"', False),
        ("-- ( ) ^ + \x00", False),
    ],
)
def test_a_search_finds_what_a_person_means(store: Store, asked: str, found: bool) -> None:
    add(
        store,
        "a",
        title="Acuerdo de agua entre México y EE. UU.",
        summary="Firmado este año bajo el T-MEC",
    )
    add(store, "b", title="Otra cosa")

    assert ids(store.entries(search=asked)) == (["a"] if found else [])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20))
def test_nothing_that_is_typed_is_a_syntax_error(asked: str) -> None:
    with Store.open(SHARED[0]) as store:
        store.entries(search=asked)


SHARED: list[Path] = []


@pytest.fixture(scope="module", autouse=True)
def _shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    SHARED[:] = [tmp_path_factory.mktemp("shared") / "monitor.db"]


def test_what_is_found_can_be_marked_in_the_words_as_published(store: Store) -> None:
    add(store, "a", title="El año de México")

    marked = store._db.value(
        "SELECT highlight(entry_fts, 0, '[', ']') FROM entry_fts(?)",
        [match_expression("mexico año")],
    )

    assert marked == "El [año] de [México]"


# ---------------------------------------------------------------- one entry


def test_an_entry_is_found_by_number_id_link_and_beginning(store: Store) -> None:
    add(store, "tag:example.com,2026:1", link="https://example.com/one?page=2")
    add(store, "https://example.com/two", link="https://example.com/two")
    add(store, "99")

    names = {
        "1": [1],
        "#2": [2],
        " 3 ": [3],
        "99": [3],  # no entry has that number
        "tag:example.com,2026:1": [1],
        "tag:example": [1],
        "https://example.com/one?page=2": [1],
        "https://EXAMPLE.com/one?page=2&utm_source=rss": [1],
        "https://example.com/two?utm_source=rss": [2],
        "https://example.com/t": [2],
        "7": [],
        "#": [],
        "": [],
        "nothing is called so": [],
        "9" * 30: [],
    }
    assert {name: [each.number for each in store.find_entries(name)] for name in names} == names


def test_a_name_that_several_entries_have_tells_them_all(store: Store) -> None:
    store.sync_feeds([make_subscription("times"), make_subscription("post")], NOON)
    add(store, "same", link="https://example.com/same")
    entry = make_entry("same", feed=2, link="https://example.com/same")
    store.save_poll(2, PollState(), [(entry, ())], (), floors={}, first_poll_cutoff=None, now=NOON)

    assert [each.number for each in store.find_entries("same")] == [1, 2]
    assert [each.number for each in store.find_entries("https://example.com/same")] == [1, 2]


def test_an_entry_tells_the_issues_that_carried_it(store: Store) -> None:
    add(store, "a")
    for name in ("morning", "evening"):
        stories = store.stories_since(NOON)
        digest = make_digest(make_section(*stories), name=name, slot=make_slot())
        store.issue(digest, subject="Subject")

    [found] = store.find_entries("a")

    assert found.issues == (
        IssueNote("evening", "2026-07-12-0700", NOON, silent=False),
        IssueNote("morning", "2026-07-12-0700", NOON, silent=False),
    )
    assert found.omissions == ()


# ---------------------------------------------------------------- facts


def test_a_receipt_is_told_what_polls_brought_since(store: Store) -> None:
    store.sync_feeds([make_subscription(name) for name in ("times", "post", "wire", "gone")], NOON)
    store.sync_feeds([make_subscription(name) for name in ("times", "post", "wire")], NOON)
    add(store, "early", at=NOON - 2 * DAY)
    add(store, "above", make_score(0.5), make_score(0.1, "security"))
    add(store, "below", make_score(0.49), make_score(0.79, "security"))
    add(store, "background", background=True)
    failing = PollState(failing_since=NOON - DAY, problem=Problem.DNS, problem_text="no such name")
    store.save_failure(2, failing)
    store.save_failure(3, PollState(failing_since=NOON - 2 * DAY, problem=Problem.GONE))
    store.save_failure(4, failing)
    store.save_unchanged([(1, PollState(succeeded_at=NOON))])

    facts = store.poll_facts(NOON - DAY, {"trade": 0.5, "security": 0.8})

    assert facts == PollFacts(
        feeds_count=3,
        feeds_answered_count=1,
        entries_new_count=2,
        entries_above_count=1,
        troubles=(
            FeedTrouble("Example Times", "gone", NOON - 2 * DAY, kind="gone"),
            FeedTrouble("Example Times", "no such name", NOON - DAY, kind="dns"),
        ),
    )
    assert store.poll_facts(None, {}).entries_new_count == 3


def test_the_status_of_a_new_home_is_empty(store: Store) -> None:
    status = store.status()

    assert status == Status(None, 1, 0, 0, 0, {}, {}, status.size_bytes)
    assert 0 < status.size_bytes < 300_000


def test_the_status_tells_how_things_stand(store: Store) -> None:
    store.sync_feeds([make_subscription("times"), make_subscription("post")], NOON)
    add(store, "a")
    add(store, "b")
    store.save_failure(2, PollState(problem=Problem.DNS))
    messages = [
        make_message(f"<{n}@example.org>", recipient=f"reader{n}@example.org") for n in range(3)
    ]
    store.issue(make_digest(), messages=messages, subject="Subject")
    store.quiet(make_digest(slot=make_slot(NOON.date() + DAY, due_at=NOON + DAY)))
    store.claim("<0@example.org>", NOON)
    store.heartbeat(NOON)
    store.heartbeat(NOON + DAY)

    status = store.status()

    assert store.last_heartbeat() == NOON + DAY
    assert status == Status(
        heartbeat_at=NOON + DAY,
        feeds_count=2,
        feeds_failing_count=1,
        entries_count=2,
        stories_count=2,
        outbox={OutboxState.QUEUED: 2, OutboxState.SENDING: 1},
        last_issued_at={"morning": NOON},
        size_bytes=status.size_bytes,
    )
