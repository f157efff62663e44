"""Who got what: candidates, issues, commitments, omissions, what was not confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import IssueKind, IssueRecord, Store, schema
from monitor.adapters.store.history import _earlier
from monitor.errors import StoreError
from monitor.model import (
    Digest,
    Message,
    Omission,
    OmitReason,
    OutboxState,
    PollState,
    Score,
    Slot,
    Story,
)
from tests.factories import (
    NOON,
    make_digest,
    make_entry,
    make_message,
    make_placement,
    make_profile,
    make_score,
    make_section,
    make_slot,
    make_subscription,
)

DAY = timedelta(days=1)
TRADE = make_profile("trade", threshold=0.5)  # near misses from 0.25 on
SECURITY = make_profile("security", threshold=0.8)  # near misses from 0.4 on


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        yield store


def add(
    store: Store,
    id: str,
    *scores: Score,
    joins: str | None = None,
    seen_at: datetime = NOON,
    background: bool = False,
    in_story: bool = True,
) -> None:
    """Store an entry with its scores (by default 0.9 for trade) in a story."""
    entry = make_entry(id, seen_at=seen_at, published_at=seen_at)
    joined = make_entry(joins).key if joins else None
    store.save_poll(
        1,
        PollState(),
        [(entry, scores or (make_score(0.9),))],
        [make_placement(entry.key, joined)] if in_story else [],
        floors={},
        first_poll_cutoff=seen_at + DAY if background else None,
        now=NOON,
    )


def candidates(store: Store, name: str = "morning") -> list[Story]:
    return store.candidates(name, [TRADE, SECURITY], NOON - 7 * DAY)


def ids(stories: Sequence[Story]) -> list[list[str]]:
    return [[scored.entry.key.id for scored in story.entries] for story in stories]


def slot(day: int = 12, hour: int = 7) -> Slot:
    return make_slot(date(2026, 7, day), time(hour), NOON + timedelta(days=day - 12, hours=hour))


def digest(
    *stories: Story,
    name: str = "morning",
    of: Slot | None = None,
    omissions: tuple[Omission, ...] = (),
) -> Digest:
    sections = (make_section(*stories, profile=TRADE),) if stories else ()
    of = of or slot()
    return make_digest(*sections, name=name, slot=of, omissions=omissions, issued_at=of.due_at)


def issue(
    store: Store,
    new: Digest,
    *messages: Message,
    unconfirmed: Mapping[str, Sequence[Story]] | None = None,
) -> bool:
    return store.issue(new, messages=messages, subject="Subject", unconfirmed=unconfirmed or {})


def message(number: int = 1, recipient: str = "reader@example.org") -> Message:
    return make_message(f"<{number}.{recipient}>", recipient=recipient)


# ---------------------------------------------------------------- candidates


def test_candidates_are_stories_with_what_is_new_and_near(store: Store) -> None:
    add(store, "near", make_score(0.25))
    add(store, "far", make_score(0.2499), make_score(0.3999, "security"))
    add(store, "second", make_score(0.1), make_score(0.4, "security"))
    add(store, "background", background=True)
    add(store, "too-old", seen_at=NOON - 7 * DAY - timedelta(seconds=1))
    add(store, "just-in-time", seen_at=NOON - 7 * DAY)
    add(store, "in-no-story", in_story=False)
    add(store, "other-profile", make_score(1.0, "strains"))

    assert ids(candidates(store)) == [["near"], ["second"], ["just-in-time"]]


def test_a_candidate_has_scores_and_entries_by_their_margin_over_the_threshold(
    store: Store,
) -> None:
    add(store, "a", make_score(0.6), make_score(0.7, "security"), make_score(0.9, "strains"))
    add(store, "b", make_score(0.3), make_score(0.95, "security"), joins="a")
    add(store, "c", make_score(0.1), joins="a")

    [story] = candidates(store)

    assert story.number == 1
    assert story.issued is None
    assert [
        (scored.entry.key.id, [(score.profile, score.value) for score in scored.scores])
        for scored in story.entries
    ] == [
        ("b", [("security", 0.95), ("trade", 0.3)]),
        ("a", [("trade", 0.6), ("security", 0.7)]),
    ]


def test_of_two_entries_as_good_the_earlier_speaks_for_the_story(store: Store) -> None:
    add(store, "a")
    add(store, "b", joins="a", seen_at=NOON - DAY)
    add(store, "c", joins="a")

    assert ids(candidates(store)) == [["b", "a", "c"]]


def test_what_was_issued_is_no_candidate_of_that_digest_again(store: Store) -> None:
    add(store, "a")
    add(store, "b", joins="a")
    add(store, "c")
    a_and_b, _ = candidates(store)

    assert issue(store, digest(a_and_b))

    assert ids(candidates(store)) == [["c"]]
    assert ids(candidates(store, "evening")) == [["a", "b"], ["c"]]


def test_a_new_entry_of_a_story_tells_when_the_story_was_issued(store: Store) -> None:
    add(store, "a")
    issue(store, digest(*candidates(store), of=slot(12)))
    add(store, "b", joins="a")
    [[b]] = [candidates(store)]
    assert b.issued == date(2026, 7, 12)
    issue(store, digest(b, of=slot(13)))
    add(store, "c", joins="a")

    [c] = candidates(store)

    assert (c.number, c.issued) == (1, date(2026, 7, 13))
    assert [story.issued for story in candidates(store, "evening")] == [None]


def test_attached_stories_are_committed_without_having_been_shown(store: Store) -> None:
    add(store, "a")
    issue(store, digest(*candidates(store), of=slot(12)))
    add(store, "b", joins="a")
    attached = candidates(store)

    assert store.quiet(digest(of=slot(13)), attached)

    assert candidates(store) == []
    add(store, "c", joins="a")
    assert [story.issued for story in candidates(store)] == [date(2026, 7, 12)]
    [b] = store.find_entries("b")
    assert [(each.slot_label, each.silent) for each in b.issues] == [("2026-07-13-0700", True)]


# ---------------------------------------------------------------- issuing


def test_an_issue_is_kept_with_its_messages_and_omissions(store: Store) -> None:
    add(store, "a")
    add(store, "b", make_score(0.3))
    a, b = candidates(store)
    left_out = Omission(b, OmitReason.BELOW_THRESHOLD, "0.30 below 0.50")

    assert issue(store, digest(a, omissions=(left_out,)), message())

    assert store.issues() == [
        IssueRecord(
            digest="morning",
            slot=slot(),
            kind=IssueKind.ISSUE,
            issued_at=slot().due_at,
            subject="Subject",
            detail="",
            story_count=1,
            message_count=1,
        )
    ]
    [found] = store.find_entries("b")
    assert [
        (each.digest, each.slot_label, each.reason, each.detail) for each in found.omissions
    ] == [("morning", "2026-07-12-0700", OmitReason.BELOW_THRESHOLD, "0.30 below 0.50")]
    [found] = store.find_entries("a")
    assert [(each.digest, each.slot_label, each.silent) for each in found.issues] == [
        ("morning", "2026-07-12-0700", False)
    ]
    assert [(each.message, each.state) for each in store.outbox()] == [
        (message(), OutboxState.QUEUED)
    ]


def test_a_slot_is_issued_once(store: Store) -> None:
    add(store, "a")
    add(store, "b")
    a, b = candidates(store)
    assert issue(store, digest(a), message(1))

    assert not issue(store, digest(b), message(2))
    assert not store.quiet(digest(), [b])

    assert ids(candidates(store)) == [["b"]]
    assert [each.message for each in store.outbox()] == [message(1)]


def test_a_message_without_a_subject_issues_nothing(store: Store) -> None:
    add(store, "a")
    [a] = candidates(store)
    broken = make_message("<2@example.org>", recipient="second@example.org", subject=None)  # type: ignore[arg-type]

    with pytest.raises(StoreError, match="issuing a digest: what was to be stored breaks a rule"):
        issue(store, digest(a), message(), broken)

    assert (store.issues(), store.outbox(), ids(candidates(store))) == ([], [], [["a"]])
    assert issue(store, digest(a), message())


@pytest.mark.parametrize(
    "messages",
    [
        (message(1), message(1)),
        (message(1), message(2)),  # two to one recipient
        (make_message(subject=""),),
        (make_message(content=None),),  # type: ignore[arg-type]
    ],
    ids=["one id twice", "one recipient twice", "empty subject", "no content"],
)
def test_messages_that_break_a_rule_issue_nothing(
    store: Store, messages: tuple[Message, ...]
) -> None:
    with pytest.raises(StoreError):
        issue(store, digest(), *messages)

    assert (store.issues(), store.outbox()) == ([], [])


def test_a_story_that_another_run_has_just_issued_is_not_issued_again(store: Store) -> None:
    add(store, "a")
    found = candidates(store)
    issue(store, digest(*found, of=slot(12)), message(1))

    with pytest.raises(StoreError, match="another digest run has just issued some of these"):
        issue(store, digest(*found, of=slot(13)), message(2))

    assert [each.message for each in store.outbox()] == [message(1)]
    assert store.last_handled("morning") == slot(12).due_at
    # Attaching it once more is no harm: nothing is shown.
    assert store.quiet(digest(of=slot(13)), found)


def test_a_story_that_was_never_stored_is_refused(store: Store) -> None:
    add(store, "a")
    [story] = candidates(store)
    store._db.run("DELETE FROM known")

    with pytest.raises(StoreError, match="breaks a rule"):
        issue(store, digest(story))

    assert store.issues() == []


# ---------------------------------------------------------------- slots


def test_a_digest_starts_when_it_is_first_seen(store: Store) -> None:
    assert store.digest_started("morning", NOON) == NOON
    assert store.digest_started("morning", NOON + DAY) == NOON


def test_a_start_in_a_future_that_never_came_does_not_silence_a_digest(store: Store) -> None:
    store.digest_started("morning", NOON + 365 * DAY)

    assert store.digest_started("morning", NOON, record=False) == NOON
    assert store.digest_started("morning", NOON) == NOON
    assert store.digest_started("morning", NOON + DAY) == NOON


def test_a_digest_that_did_nothing_yet_has_no_past(store: Store) -> None:
    store.digest_started("morning", NOON)

    assert store.last_handled("morning") is None
    assert store.last_issued_at("morning") is None
    assert store.last_message_at("morning") is None
    assert not store.is_issued("morning", "2026-07-12-0700")


def test_the_last_message_is_told_by_recipient_and_without_the_future(store: Store) -> None:
    issue(store, digest(of=slot(10)), message())
    issue(store, digest(of=slot(20)), message(2))
    reader, early = message().recipient, slot(10).due_at

    assert store.last_message_at("morning", reader, early) == early
    assert store.last_message_at("morning", reader) == slot(20).due_at
    assert store.last_message_at("morning", "nobody@example.org") is None
    assert store.last_issued_at("morning", early) == early
    assert store.last_issued_at("morning", early - DAY) is None


def test_the_past_of_a_digest_is_told_by_what_it_did(store: Store) -> None:
    issue(store, digest(of=slot(10)), message())
    store.issue(digest(of=slot(11)), subject="Receipt", kind="receipt")
    store.quiet(digest(of=slot(12)), reason="nothing reached a threshold")
    issue(store, digest(of=slot(13), name="evening"), message(2))

    assert store.last_handled("morning") == slot(12).due_at
    assert store.last_issued_at("morning") == slot(11).due_at
    assert store.last_message_at("morning") == slot(10).due_at
    labels = ["2026-07-10-0700", "2026-07-11-0700", "2026-07-12-0700", "2026-07-13-0700"]
    assert [store.is_issued("morning", label) for label in labels] == [True, True, False, False]
    assert [(each.digest, each.kind, each.detail) for each in store.issues()] == [
        ("evening", "issue", ""),
        ("morning", "quiet", "nothing reached a threshold"),
        ("morning", "receipt", ""),
        ("morning", "issue", ""),
    ]
    assert [each.digest for each in store.issues("evening")] == ["evening"]
    assert len(store.issues(limit=2)) == 2


@pytest.mark.parametrize("quiet", [False, True])
def test_merged_slots_are_dealt_with_by_the_one_that_answers_them(
    store: Store, quiet: bool
) -> None:
    merged = [slot(10), slot(11)]

    if quiet:
        store.quiet(digest(of=slot(12)), merged=merged)
    else:
        store.issue(digest(of=slot(12)), merged=merged, subject="Subject")

    assert [(each.slot, each.kind, each.detail) for each in store.issues()][1:] == [
        (slot(11), "merged", "merged into 2026-07-12-0700"),
        (slot(10), "merged", "merged into 2026-07-12-0700"),
    ]
    assert not issue(store, digest(of=slot(10)), message())


def test_a_slot_that_was_issued_is_not_merged(store: Store) -> None:
    issue(store, digest(of=slot(11)))

    store.quiet(digest(of=slot(12)), merged=[slot(11)])

    assert [each.kind for each in store.issues()] == ["quiet", "issue"]


# ---------------------------------------------------------------- not confirmed


def lose(store: Store, lost: Message, state: OutboxState) -> None:
    store.claim(lost.id, NOON + 30 * DAY)
    if state is OutboxState.FAILED:
        store.mark_failed(lost.id, "550 no such user")
    elif state is OutboxState.UNCERTAIN:
        store.mark_data_sent(lost.id)
        store.mark_uncertain(lost.id, "connection lost")


@pytest.mark.parametrize("state", [OutboxState.FAILED, OutboxState.UNCERTAIN])
def test_stories_of_a_lost_message_are_not_confirmed_to_that_recipient_alone(
    store: Store, state: OutboxState
) -> None:
    add(store, "a")
    mine, yours = message(1), message(1, "second@example.org")
    issue(store, digest(*candidates(store)), mine, yours)
    lose(store, mine, state)

    [story] = store.unconfirmed("morning", mine.recipient, [TRADE])

    assert ids([story]) == [["a"]]
    assert (story.issued, story.score.profile) == (date(2026, 7, 12), "trade")
    assert store.unconfirmed("morning", yours.recipient) == []
    assert store.unconfirmed("evening", mine.recipient) == []


def test_stories_of_a_message_that_was_dropped_are_not_confirmed(store: Store) -> None:
    add(store, "a")
    issue(store, digest(*candidates(store)), message())

    assert store.mark_dropped(message().id, "by hand")

    assert ids(store.unconfirmed("morning", message().recipient)) == [["a"]]


def test_stories_are_offered_again_once(store: Store) -> None:
    add(store, "a")
    issue(store, digest(*candidates(store), of=slot(12)), message(1))
    lose(store, message(1), OutboxState.FAILED)
    lost = store.unconfirmed("morning", message().recipient)

    issue(store, digest(of=slot(13)), message(2), unconfirmed={message().recipient: lost})

    assert store.unconfirmed("morning", message().recipient) == []


def test_what_a_lost_message_was_to_offer_again_is_offered_by_the_next(store: Store) -> None:
    me = message().recipient
    for number, name in enumerate("abc", start=1):
        add(store, name)
        lost = store.unconfirmed("morning", me)
        new = digest(*candidates(store), of=slot(11 + number))
        issue(store, new, message(number), unconfirmed={me: lost})
        lose(store, message(number), OutboxState.FAILED)

    assert ids(store.unconfirmed("morning", me)) == [["c"], ["b"], ["a"]]  # the last lost first

    lost = store.unconfirmed("morning", me)
    issue(store, digest(of=slot(20)), message(20), unconfirmed={me: lost})
    assert store.unconfirmed("morning", me) == []


def test_a_message_lost_while_the_next_issue_was_made_waits_for_the_one_after(
    store: Store,
) -> None:
    me = message().recipient
    for number, name in enumerate("ab", start=1):
        add(store, name)
        issue(store, digest(*candidates(store), of=slot(11 + number)), message(number))
    lose(store, message(1), OutboxState.FAILED)
    seen = store.unconfirmed("morning", me)
    lose(store, message(2), OutboxState.UNCERTAIN)

    issue(store, digest(of=slot(14)), message(3), unconfirmed={me: seen})

    assert ids(store.unconfirmed("morning", me)) == [["b"]]


def test_what_a_message_had_no_room_to_name_again_waits_for_the_next(store: Store) -> None:
    me = message().recipient
    for name in "abc":
        add(store, name)
    issue(store, digest(*candidates(store), of=slot(12)), message(1))
    lose(store, message(1), OutboxState.UNCERTAIN)
    lost = store.unconfirmed("morning", me)

    issue(store, digest(of=slot(13)), message(2), unconfirmed={me: lost[:2]})
    between = (ids(store.unconfirmed("morning", me)), told_again(store, message(1)))
    issue(store, digest(of=slot(14)), message(3), unconfirmed={me: lost[2:]})

    assert between == ([["c"]], False)
    assert store.unconfirmed("morning", me) == []
    assert told_again(store, message(1))


def told_again(store: Store, lost: Message) -> bool:
    found = store.outbox_message(lost.id)
    assert found is not None
    return found.is_offered_again


def test_a_reader_who_lost_much_is_told_it_in_parts_the_last_lost_first(store: Store) -> None:
    me = message().recipient
    for number in range(70):
        add(store, f"{number:02}")
    issue(store, digest(*candidates(store)), message(1))
    lose(store, message(1), OutboxState.FAILED)

    first = store.unconfirmed("morning", me)
    issue(store, digest(of=slot(13)), message(2), unconfirmed={me: first})
    rest = store.unconfirmed("morning", me)

    assert (len(first), len(rest)) == (60, 10)
    assert sorted(ids([*first, *rest])) == [[f"{number:02}"] for number in range(70)]


def test_what_was_sent_again_by_hand_is_lost_no_more(store: Store) -> None:
    me = message().recipient
    add(store, "a")
    issue(store, digest(*candidates(store)), message(1))
    lose(store, message(1), OutboxState.UNCERTAIN)

    assert store.send_again(message(1).id, NOON)
    assert store.unconfirmed("morning", me) == []
    lose(store, message(1), OutboxState.FAILED)
    assert ids(store.unconfirmed("morning", me)) == [["a"]]


def test_what_one_reader_lost_is_offered_to_no_other(store: Store) -> None:
    mine, yours = message(1), message(1, "second@example.org")
    add(store, "a")
    issue(store, digest(*candidates(store)), mine, yours)
    lose(store, mine, OutboxState.FAILED)
    lose(store, yours, OutboxState.FAILED)
    lost = store.unconfirmed("morning", mine.recipient)

    again = message(2)
    issue(store, digest(of=slot(13)), again, unconfirmed={mine.recipient: lost})

    assert store.unconfirmed("morning", mine.recipient) == []
    assert ids(store.unconfirmed("morning", yours.recipient)) == [["a"]]


def test_a_story_without_a_score_of_these_profiles_is_still_not_confirmed(store: Store) -> None:
    add(store, "a")
    add(store, "b")
    issue(store, digest(*candidates(store)), message())
    lose(store, message(), OutboxState.FAILED)
    store._db.run("DELETE FROM entry WHERE number = 2")  # pruned meanwhile

    [story] = store.unconfirmed("morning", message().recipient, [SECURITY])

    assert (ids([story]), story.score.profile) == ([["a"]], "trade")


def test_an_entry_without_any_score_is_in_no_story_that_is_told(store: Store) -> None:
    add(store, "a")
    store._db.run("DELETE FROM score")

    assert store.stories_since(NOON - DAY) == []


def test_stories_are_told_with_all_their_entries(store: Store) -> None:
    add(store, "a", seen_at=NOON - 3 * DAY)
    add(store, "b", make_score(0.95), joins="a")
    add(store, "c", seen_at=NOON - 3 * DAY)

    assert ids(store.stories_since(NOON - DAY, [TRADE])) == [["b", "a"]]
    assert ids(store.stories_since(NOON - 4 * DAY)) == [["b", "a"], ["c"]]


def test_what_was_offered_again_before_there_was_a_row_for_each_entry_stays_so(
    tmp_path: Path,
) -> None:
    path, me = tmp_path / "old.db", message().recipient
    with Store.open(path) as store:
        store.sync_feeds([make_subscription()], NOON)
        for number, name in enumerate("abc", start=1):
            add(store, name)
            issue(store, digest(*candidates(store), of=slot(11 + number)), message(number))
            lose(store, message(number), OutboxState.FAILED)
        issue(store, digest(of=slot(20)), message(4))
        # As it was kept then: the second opened with the first's, the last with the second's.
        for lost, by in ((1, 2), (2, 4)):
            store._db.run("UPDATE outbox SET offered_again_by = ? WHERE number = ?", [by, lost])
        store._db.run("DROP TABLE offer")
        store._db.run("DROP INDEX outbox_by_sent")
        store._db.run("DELETE FROM _sqlite_migrations WHERE name = 'm006_offers'")
        store._db.run(f"PRAGMA user_version = {schema.VERSION - 1}")

    with Store.open(path) as store:
        assert ids(store.unconfirmed("morning", me)) == [["c"]]


# ---------------------------------------------------------------- what was shown


def test_a_story_told_under_another_counts_as_issued(store: Store) -> None:
    add(store, "a")
    add(store, "b")
    one, two = candidates(store)

    assert issue(store, digest(one, replace(two, under=one.number)))

    assert candidates(store) == []
    (record,) = store.issues("morning")
    assert record.story_count == 2


def test_what_was_shown_lately_is_told_with_what_readers_know(store: Store) -> None:
    add(store, "old")
    issue(store, digest(*candidates(store), of=slot(12)))
    add(store, "late", joins="old")
    add(store, "silent")
    late, silent = candidates(store)
    store.issue(digest(late, of=slot(13)), (silent,), subject="Subject")

    (shown,) = store.shown_since("morning", slot(13).due_at)

    assert (shown.number, shown.issued) == (late.number, date(2026, 7, 13))
    assert [entry.key.id for entry in shown.earlier.shown] == ["old", "late"]
    assert shown.earlier.first == date(2026, 7, 12)
    assert store.shown_since("morning", slot(14).due_at) == []
    assert store.shown_since("evening", slot(12).due_at) == []


def test_of_what_was_shown_and_is_no_longer_kept_nothing_is_known() -> None:
    assert _earlier([]) is None
    assert _earlier([{"silent": 1}]) is None
