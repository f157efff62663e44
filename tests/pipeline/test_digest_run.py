"""The digest run: a slot is dealt with once, whatever came of it."""

from __future__ import annotations

import errno
import sqlite3
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from monitor.adapters import publish
from monitor.adapters.home import Home, create_home, open_home
from monitor.adapters.store import IssueKind, Store
from monitor.errors import ConfigError, RenderError, StoreError
from monitor.model import (
    OmitReason,
    OutboxState,
    PollState,
    Slot,
)
from monitor.pipeline import DigestKind, run_digest, slot_due
from monitor.pipeline.digests.digest_run import (
    DEFAULT_SENDER,
    left_out,
    plan_of,
    plans_of,
    recover_pages,
)
from tests.factories import (
    make_entry,
    make_placement,
    make_rendered,
    make_score,
)
from tests.pipeline.desk import ANA, BEN, DAY, HOUR, SEVEN, TRADE, Desk, ids, kind


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("digests") / "home"
    create_home(root)
    (root / "monitor.toml").write_text(
        f"""
        zone = "America/Mexico_City"
        [digests.morning]
        recipients = ["{ANA}"]
        [digests.evening]
        extends = "morning"
        zone = "Europe/Madrid"
        profiles = ["trade-and-economic-dialogue"]
        """.replace("trade-and-economic-dialogue", _a_profile(root))
    )
    return open_home(root, {})


def _a_profile(root: Path) -> str:
    return sorted(path.stem for path in (root / "seeds").glob("*.toml"))[0]


# ---------------------------------------------------------------- plans


def test_a_plan_has_what_its_digest_settles(home: Home) -> None:
    morning, evening = plans_of(home)

    assert (morning.name, morning.zone, morning.settings.recipients) == (
        "morning",
        "America/Mexico_City",
        (ANA,),
    )
    assert morning.profiles == home.profiles
    assert morning.sender == DEFAULT_SENDER
    assert morning.pages == home.root / "state" / "digests"
    assert (evening.zone, evening.settings.recipients) == ("Europe/Madrid", (ANA,))
    assert evening.profiles == home.profiles[:1]


def test_a_digest_that_is_not_there_is_named_with_those_that_are(home: Home) -> None:
    with pytest.raises(ConfigError, match="no digest 'noon'; the digests are: morning, ev"):
        plan_of(home, "noon")
    with pytest.raises(ConfigError, match="the digests are: none"):
        plan_of(replace(home, config=replace(home.config, digests={})), "noon")


# ---------------------------------------------------------------- issues


def test_a_due_slot_is_issued_once_to_each_recipient(desk: Desk) -> None:
    desk.tell("a", "b")

    assert desk.run(SEVEN - timedelta(seconds=1)) is None
    report = desk.run(SEVEN)
    assert desk.run(SEVEN + HOUR) is None

    assert report is not None
    assert (report.kind, sorted(ids(report))) == (DigestKind.ISSUE, [["a"], ["b"]])
    queued = desk.store.outbox(OutboxState.QUEUED)
    assert sorted(m.message.recipient for m in queued) == [ANA, BEN]
    assert {m.message for m in queued} == set(report.messages)
    assert len({m.message.id for m in queued}) == 2
    assert report.page == desk.plan.pages / "morning" / "2026-07-12-0700.html"
    assert "Headline a" in report.page.read_text()
    assert sorted(p.name for p in report.page.parent.iterdir()) == [
        "2026-07-12-0700.html", "2026-07-12-0700.txt", "feed.xml", "index.html",
    ]  # fmt: skip
    assert desk.handled == [("2026-07-12-0700", IssueKind.ISSUE)]


def test_an_entry_stands_in_one_issue_and_a_sent_story_is_not_told_again(desk: Desk) -> None:
    first = desk.tell("a")
    assert ids(desk.run(SEVEN)) == [["a"]]

    desk.tell("b", at=SEVEN + HOUR)
    desk.tell("a again", at=SEVEN + HOUR, joins=first)
    report = desk.run(SEVEN + DAY)

    assert ids(report) == [["b"]]
    assert report is not None
    assert left_out(report.digest) == {OmitReason.ALREADY_SENT: 1}
    third = desk.run(SEVEN + 2 * DAY)
    assert third is not None
    assert (third.kind, third.digest.omissions) == (DigestKind.QUIET, ())


def test_an_edited_entry_is_not_issued_twice(desk: Desk) -> None:
    entry = desk.tell("a")
    desk.run(SEVEN)

    desk.store.save_poll(
        1,
        PollState(),
        [(replace(entry, title="Better"), (make_score(0.9),))],
        [make_placement(entry.key)],
        floors={},
        first_poll_cutoff=None,
        now=SEVEN + HOUR,
    )

    assert kind(desk.run(SEVEN + DAY)) is DigestKind.QUIET


def test_each_story_left_out_has_its_reason_and_near_misses_are_told_once(desk: Desk) -> None:
    desk.change(length=1)
    desk.tell("a", value=0.9)
    desk.tell("b", value=0.8)
    desk.tell("near", value=0.3)

    first, second = desk.run(SEVEN), desk.run(SEVEN + DAY)

    assert first is not None
    assert second is not None
    assert (ids(first), ids(second)) == ([["a"]], [["b"]])
    assert left_out(first.digest) == {OmitReason.NO_ROOM: 1, OmitReason.BELOW_THRESHOLD: 1}
    assert left_out(second.digest) == {}


def test_what_another_digest_issued_is_news_to_this_one(desk: Desk) -> None:
    desk.tell("a")
    desk.run(SEVEN)

    desk.store.digest_started("evening", SEVEN)
    desk.plan = replace(desk.plan, name="evening")

    assert ids(desk.run(SEVEN + DAY)) == [["a"]]


def test_a_slot_issued_by_another_run_meanwhile_is_handled_already(desk: Desk) -> None:
    desk.tell("a")
    slot, _ = slot_due(desk.store, desk.plan, SEVEN)
    assert slot is not None

    reports = [run_digest(desk.store, desk.plan, slot, SEVEN) for _ in range(2)]
    desk.tell("b", at=SEVEN)
    late = run_digest(desk.store, desk.plan, slot, SEVEN + HOUR)

    assert [r.kind for r in [*reports, late]] == [
        DigestKind.ISSUE, DigestKind.HANDLED, DigestKind.HANDLED,
    ]  # fmt: skip
    assert len(desk.store.outbox()) == 2
    assert list(desk.plan.pages.glob("*/*.staged")) == []
    assert ids(desk.run(SEVEN + DAY)) == [["b"]]


def test_a_dry_run_changes_nothing(desk: Desk, home: Home, tmp_path: Path) -> None:
    desk.tell("a")
    with Store.open(tmp_path / "monitor.db", read_only=True) as reader:
        slot, merged = slot_due(reader, desk.plan, SEVEN, dry_run=True)
        assert slot is not None
        report = run_digest(reader, desk.plan, slot, SEVEN, merged=merged, dry_run=True)
        other = replace(desk.plan, name="evening")
        assert slot_due(reader, other, SEVEN, dry_run=True) == (None, ())
        empty = replace(other, profiles=())
        quiet = run_digest(reader, empty, slot, SEVEN, dry_run=True)

    assert (report.kind, ids(report)) == (DigestKind.ISSUE, [["a"]])
    assert [m.recipient for m in report.messages] == [ANA, BEN]
    assert report.page is None
    assert quiet.kind is DigestKind.QUIET
    assert not desk.plan.pages.exists()
    assert ids(desk.run(SEVEN)) == [["a"]]


# ---------------------------------------------------------------- quiet days and receipts


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [
        ("skip", ["quiet"] * 9),
        ("receipt", ["receipt"] * 9),
        ("weekly", ["quiet"] * 7 + ["receipt"] + ["quiet"]),
    ],
)
def test_a_quiet_day_follows_its_rule(desk: Desk, quiet: str, expected: list[str]) -> None:
    desk.change(quiet=quiet)

    reports = [desk.run(SEVEN + n * DAY) for n in range(9)]

    assert [r.kind.value for r in reports if r] == expected
    assert len(desk.store.outbox()) == 2 * expected.count("receipt")
    assert [kind.value for _, kind in desk.handled] == expected
    quiet_ones = [r for r in desk.store.issues() if r.kind is IssueKind.QUIET]
    assert {r.detail for r in quiet_ones} <= {"nothing new to say"}


def test_the_weekly_receipt_counts_from_the_last_message(desk: Desk) -> None:
    quiet = [desk.run(SEVEN + n * DAY) for n in range(3)]
    desk.tell("a", at=SEVEN + 2 * DAY)
    others = [desk.run(SEVEN + n * DAY) for n in range(3, 11)]

    kinds = [r.kind.value for r in [*quiet, *others] if r]
    assert kinds == ["quiet"] * 3 + ["issue"] + ["quiet"] * 6 + ["receipt"]


def test_without_recipients_the_weekly_receipt_is_a_page_a_week(desk: Desk) -> None:
    desk.change(recipients=())

    reports = [desk.run(SEVEN + n * DAY) for n in range(16)]

    receipts = [n for n, r in enumerate(reports) if r and r.kind is DigestKind.RECEIPT]
    assert receipts == [7, 14]
    assert desk.store.outbox() == []


def test_a_receipt_says_what_stood_behind_it(desk: Desk) -> None:
    desk.tell("a", value=0.8)
    desk.tell("b", value=0.1)

    report = desk.run(SEVEN)

    assert report is not None
    receipt = report.digest.receipt
    assert (receipt.feeds_count, receipt.feeds_answered_count) == (1, 1)
    assert (receipt.entries_new_count, receipt.entries_above_count) == (2, 1)
    assert (receipt.since, receipt.next_issue_at) == (None, SEVEN + DAY)
    again = desk.run(SEVEN + DAY)
    assert again is not None
    assert again.digest.receipt.since == SEVEN


def test_a_digest_without_slots_has_no_next_issue(desk: Desk) -> None:
    desk.change(times=())
    slot = Slot(date(2026, 7, 12), time(7), SEVEN)

    report = run_digest(desk.store, desk.plan, slot, SEVEN)

    assert report.digest.receipt.next_issue_at is None


# ---------------------------------------------------------------- late, merged, skipped


def test_a_late_start_catches_up_once(desk: Desk) -> None:
    desk.tell("a")

    assert ids(desk.run(SEVEN + 4 * HOUR)) == [["a"]]
    assert desk.run(SEVEN + 5 * HOUR) is None


def test_slots_missed_over_days_are_one_issue(desk: Desk) -> None:
    desk.tell("a")
    desk.tell("b", at=SEVEN + 3 * DAY)

    report = desk.run(SEVEN + 5 * DAY + 4 * HOUR)

    assert sorted(ids(report)) == [["a"], ["b"]]
    assert desk.handled == [
        *((f"2026-07-{day}-0700", IssueKind.MERGED) for day in range(12, 17)),
        ("2026-07-17-0700", IssueKind.ISSUE),
    ]
    assert desk.run(SEVEN + 5 * DAY + 5 * HOUR) is None


def test_after_a_long_downtime_slots_of_a_week_are_merged_and_no_story_is_lost(
    desk: Desk,
) -> None:
    desk.tell("old", at=SEVEN + 2 * DAY - HOUR)
    desk.tell("new", at=SEVEN + 3 * DAY + HOUR)

    report = desk.run(SEVEN + 10 * DAY)

    assert sorted(ids(report)) == [["new"], ["old"]]
    assert len(desk.handled) == 7
    assert report is not None
    assert report.digest.receipt.merged_count == 6


def test_a_digest_that_is_new_does_not_bring_up_what_is_older_than_a_week(desk: Desk) -> None:
    desk.tell("old", at=SEVEN - 9 * DAY)
    desk.plan = replace(desk.plan, name="other")
    desk.store.digest_started("other", SEVEN - HOUR)
    desk.tell("new")

    assert ids(desk.run(SEVEN)) == [["new"]]


def test_what_was_stored_while_the_clock_was_behind_is_not_lost(desk: Desk) -> None:
    desk.tell("a")
    desk.run(SEVEN)
    desk.tell("b", at=SEVEN - 30 * DAY)  # a machine that starts without knowing the time

    assert ids(desk.run(SEVEN + DAY)) == [["b"]]
    assert desk.run(SEVEN + DAY) is None


def test_a_quiet_catch_up_answers_the_merged_slots_too(desk: Desk) -> None:
    assert kind(desk.run(SEVEN + 2 * DAY)) is DigestKind.QUIET
    assert [kind for _, kind in desk.handled] == [
        IssueKind.MERGED, IssueKind.MERGED, IssueKind.QUIET,
    ]  # fmt: skip


def test_a_slot_missed_by_too_much_comes_with_the_next_one(desk: Desk) -> None:
    desk.tell("a")

    assert desk.run(SEVEN + 13 * HOUR) is None
    by_hand, _ = slot_due(desk.store, desk.plan, SEVEN + 13 * HOUR, by_hand=True)
    assert by_hand is not None
    assert by_hand.label == "2026-07-12-0700"

    assert ids(desk.run(SEVEN + DAY)) == [["a"]]
    assert desk.handled == [
        ("2026-07-12-0700", IssueKind.MERGED),
        ("2026-07-13-0700", IssueKind.ISSUE),
    ]


def test_who_is_on_in_the_evening_only_is_not_put_off_for_ever(desk: Desk) -> None:
    desk.tell("a")

    assert desk.run(SEVEN + 13 * HOUR) is None
    assert ids(desk.run(SEVEN + DAY + 13 * HOUR)) == [["a"]]


def test_a_digest_seen_for_the_first_time_owes_nothing(desk: Desk) -> None:
    desk.plan = replace(desk.plan, name="evening")

    assert desk.run(SEVEN + HOUR) is None
    assert desk.run(SEVEN + DAY - timedelta(seconds=1)) is None
    assert kind(desk.run(SEVEN + DAY)) is DigestKind.QUIET


def test_a_clock_set_back_repeats_nothing_and_silences_nothing(desk: Desk) -> None:
    desk.tell("a")
    desk.run(SEVEN)
    desk.tell("b", at=SEVEN + HOUR)

    assert desk.run(SEVEN - HOUR) is None
    assert desk.run(SEVEN) is None
    # A slot was issued in a far future that the clock believed in for a while.
    desk.run(SEVEN + 3650 * DAY)
    desk.tell("c", at=SEVEN + 2 * HOUR)

    assert desk.run(SEVEN + 3 * HOUR) is None
    assert kind(desk.run(SEVEN + DAY)) is DigestKind.ISSUE


# ---------------------------------------------------------------- what was not confirmed


@pytest.mark.parametrize("state", [OutboxState.UNCERTAIN, OutboxState.FAILED])
def test_what_one_recipient_may_not_have_got_opens_that_ones_next_message(
    desk: Desk, state: OutboxState
) -> None:
    desk.tell("a")
    desk.run(SEVEN)
    desk.deliver(ANA, OutboxState.SENT)
    desk.deliver(BEN, state)
    desk.tell("b", at=SEVEN + HOUR)

    report = desk.run(SEVEN + DAY)

    assert report is not None
    to_ana, to_ben = (m.content.decode().lower() for m in report.messages)
    assert ("headline a" in to_ana, "headline b" in to_ana) == (False, True)
    assert ("headline a" in to_ben, "headline b" in to_ben) == (True, True)
    said = "not confirmed last time"
    assert (said in to_ana, said in to_ben) == (False, True)
    assert said in to_ben.partition("headline a")[0]
    desk.deliver(BEN, OutboxState.SENT)
    assert kind(desk.run(SEVEN + 2 * DAY)) is DigestKind.QUIET


def test_on_a_quiet_day_only_who_missed_something_gets_a_message(desk: Desk) -> None:
    desk.tell("a")
    desk.run(SEVEN)
    desk.deliver(ANA, OutboxState.SENT)
    desk.deliver(BEN, OutboxState.UNCERTAIN)

    report = desk.run(SEVEN + DAY)

    assert report is not None
    assert (report.kind, report.digest.stories) == (DigestKind.ISSUE, ())
    assert [m.recipient for m in report.messages] == [BEN]
    assert b"Headline a" in report.messages[0].content


def test_an_address_with_capitals_gets_what_was_not_confirmed_as_any_other(desk: Desk) -> None:
    desk.change(recipients=("Ana@Example.ORG",))
    desk.tell("a")
    desk.run(SEVEN)
    desk.deliver("Ana@example.org", OutboxState.UNCERTAIN)

    report = desk.run(SEVEN + DAY)

    assert report is not None
    assert [b"Headline a" in m.content for m in report.messages] == [True]
    desk.deliver("Ana@example.org", OutboxState.SENT)
    assert kind(desk.run(SEVEN + 2 * DAY)) is DigestKind.QUIET


def test_two_spellings_of_one_address_get_one_message(desk: Desk) -> None:
    desk.change(recipients=("ana@m\u00fcnchen.example", "ana@xn--mnchen-3ya.example"))
    desk.tell("a")

    desk.run(SEVEN)

    assert [m.message.recipient for m in desk.store.outbox()] == ["ana@xn--mnchen-3ya.example"]


def test_a_receipt_is_not_withheld_because_another_reader_gets_mail(desk: Desk) -> None:
    desk.tell("a")
    desk.run(SEVEN)
    desk.deliver(ANA, OutboxState.SENT)
    told: list[int] = []
    for n in range(1, 16):
        desk.deliver(BEN, OutboxState.FAILED)  # every day, and so every day he is written to
        report = desk.run(SEVEN + n * DAY)
        assert report is not None
        told += [n for message in report.messages if message.recipient == ANA]

    assert told == [7, 14]


def test_who_wants_a_receipt_every_time_gets_it_when_another_missed_something(desk: Desk) -> None:
    desk.change(quiet="receipt")
    desk.tell("a")
    desk.run(SEVEN)
    desk.deliver(ANA, OutboxState.SENT)
    desk.deliver(BEN, OutboxState.UNCERTAIN)

    report = desk.run(SEVEN + DAY)

    assert report is not None
    assert [m.recipient for m in report.messages] == [ANA, BEN]


def test_a_receipt_of_a_future_that_never_came_silences_nobody(desk: Desk) -> None:
    desk.run(SEVEN + 3650 * DAY)  # a receipt: the clock was wrong for a while

    kinds = [kind(desk.run(SEVEN + n * DAY)) for n in range(9)]

    assert kinds == [DigestKind.QUIET] * 7 + [DigestKind.RECEIPT, DigestKind.QUIET]


def test_what_was_not_confirmed_is_offered_once_though_its_story_went_on_under_another(
    desk: Desk,
) -> None:
    first, other = desk.tell("a"), desk.tell("b", value=0.1)
    desk.run(SEVEN)
    desk.deliver(ANA, OutboxState.SENT)
    desk.deliver(BEN, OutboxState.FAILED)
    bridge = make_entry("bridge", seen_at=SEVEN + HOUR, published_at=SEVEN + HOUR)
    desk.store.save_poll(
        1,
        PollState(),
        [(bridge, (make_score(0.8),))],
        [replace(make_placement(bridge.key, other.key), absorbs=(first.key,))],
        floors={},
        first_poll_cutoff=None,
        now=SEVEN + HOUR,
    )

    report = desk.run(SEVEN + DAY)

    assert report is not None
    assert [(m.recipient, b"Headline a" in m.content) for m in report.messages] == [(BEN, True)]
    assert left_out(report.digest) == {OmitReason.ALREADY_SENT: 1}
    desk.deliver(BEN, OutboxState.SENT)
    assert kind(desk.run(SEVEN + 2 * DAY)) is DigestKind.QUIET


# ---------------------------------------------------------------- rare digests, held reports


def test_a_weekly_digest_has_no_gap_between_two_issues(desk: Desk) -> None:
    desk.change(days=("sun",))
    desk.run(SEVEN)
    desk.tell("a", at=SEVEN + timedelta(seconds=5))

    assert ids(desk.run(SEVEN + 7 * DAY + 6 * HOUR)) == [["a"]]


def test_what_found_no_room_in_a_weekly_digest_is_there_a_week_later(desk: Desk) -> None:
    desk.change(days=("sun",), length=1)
    desk.tell("a", value=0.9)
    desk.tell("b", value=0.8)

    assert [ids(desk.run(SEVEN + n * 7 * DAY)) for n in range(2)] == [[["a"]], [["b"]]]


def test_late_reports_wait_for_an_issue_that_tells_them(desk: Desk) -> None:
    first = desk.tell("a")
    desk.run(SEVEN)
    desk.tell("late", at=SEVEN + HOUR, joins=first)

    assert kind(desk.run(SEVEN + DAY)) is DigestKind.QUIET
    desk.tell("b", at=SEVEN + DAY + HOUR)
    report = desk.run(SEVEN + 2 * DAY)

    assert report is not None
    assert left_out(report.digest) == {OmitReason.ALREADY_SENT: 1}
    assert desk.store.candidates("morning", (TRADE,), SEVEN - DAY) == []


def test_news_of_a_story_that_rests_is_told_when_it_has_rested(desk: Desk) -> None:
    desk.change(times=("07:00", "18:00"), movement=1)
    first = desk.tell("a")
    desk.run(SEVEN)
    desk.tell("54 votes", at=SEVEN + HOUR, joins=first)
    desk.tell("b", at=SEVEN + HOUR)

    assert ids(desk.run(SEVEN + 11 * HOUR)) == [["b"]]
    assert ids(desk.run(SEVEN + DAY)) == [["54 votes"]]


# ---------------------------------------------------------------- what goes wrong


def test_a_broken_template_leaves_the_slot_due_until_it_is_mended(desk: Desk) -> None:
    desk.tell("a")
    whole = desk.plan
    broken = {**whole.templates, "digest.txt": "fine\n{{ nothing.at_all }}\n"}
    desk.plan = replace(whole, templates=broken)

    for _ in range(2):
        with pytest.raises(RenderError, match=r"^digest\.txt, line 2: "):
            desk.run(SEVEN)
    assert (desk.handled, desk.store.outbox()) == ([], [])
    assert not whole.pages.exists()

    desk.plan = whole
    report = desk.run(SEVEN + HOUR)
    assert report is not None
    assert (report.kind, ids(report)) == (DigestKind.ISSUE, [["a"]])
    assert report.digest.slot.due_at == SEVEN


def test_a_template_that_is_broken_for_weeks_loses_nothing(desk: Desk) -> None:
    whole = desk.plan
    desk.tell("first")
    desk.run(SEVEN)
    desk.plan = replace(whole, templates={**whole.templates, "digest.txt": "{{ nothing }}"})
    for day in range(1, 25):
        desk.tell(f"day {day}", at=SEVEN + day * DAY - HOUR)
        with pytest.raises(RenderError):
            desk.run(SEVEN + day * DAY)

    desk.plan = whole
    report = desk.run(SEVEN + 25 * DAY)

    assert report is not None
    told = {s.lead.entry.key.id for s in report.digest.stories}
    told |= {o.story.lead.entry.key.id for o in report.digest.omissions}
    assert told == {f"day {day}" for day in range(1, 25)}
    assert report.rendered is not None
    assert "This issue also stands for 6 issues that were missed." in report.rendered.text


def test_a_full_disk_before_the_commit_leaves_the_slot_due(desk: Desk, tmp_path: Path) -> None:
    desk.tell("a")
    desk.plan.pages.write_text("a file where the folder should be")

    with pytest.raises(StoreError, match="a file stands where a folder should be"):
        desk.run(SEVEN)
    desk.plan.pages.unlink()

    assert ids(desk.run(SEVEN)) == [["a"]]


def test_a_locked_database_leaves_the_slot_due_and_its_page_unpublished(
    desk: Desk, tmp_path: Path
) -> None:
    desk.tell("a")
    slot, merged = slot_due(desk.store, desk.plan, SEVEN)
    assert slot is not None
    blocker = sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")

    with (
        Store.open(tmp_path / "monitor.db", busy_timeout_s=0.05) as hasty,
        pytest.raises(StoreError, match="locked by another process"),
    ):
        run_digest(hasty, desk.plan, slot, SEVEN, merged=merged)
    blocker.close()

    assert list(desk.plan.pages.glob("*/*.html")) == []
    assert ids(desk.run(SEVEN)) == [["a"]]
    assert list(desk.plan.pages.glob("*/*.staged")) == []


def test_pages_left_by_a_crash_take_their_place_or_go(desk: Desk) -> None:
    desk.tell("a")
    desk.run(SEVEN)
    page = desk.plan.pages / "morning" / "2026-07-12-0700.html"
    page.rename(f"{page}.staged")  # as after a crash between the commit and the renaming
    never = publish.stage_page(desk.plan.pages, "morning", "2026-07-13-0700", make_rendered())

    recover_pages(desk.store, desk.plan.pages)

    assert page.exists()
    assert not never.page.exists()
    assert list(desk.plan.pages.glob("*/*.staged")) == []


def test_a_digest_run_begins_with_what_a_crash_left(desk: Desk) -> None:
    never = publish.stage_page(desk.plan.pages, "morning", "2026-07-11-0700", make_rendered())

    desk.run(SEVEN)

    assert list(never.folder.iterdir()) == []


class Meddled(Store):
    """A store in whose commits another process looks for leftovers."""

    folder: Path

    def issue(self, *args: object, **kwargs: object) -> bool:  # type: ignore[override]
        for staged in self.folder.glob("*/*.staged"):
            staged.unlink()
        return super().issue(*args, **kwargs)  # type: ignore[arg-type]


def test_a_page_that_another_run_took_for_a_leftover_is_written_again(
    desk: Desk, tmp_path: Path
) -> None:
    desk.tell("a")

    with Meddled.open(tmp_path / "monitor.db") as store:
        assert isinstance(store, Meddled)
        store.folder = desk.plan.pages
        desk.store, kept = store, desk.store
        report = desk.run(SEVEN)
        desk.store = kept

    assert report is not None
    assert report.page is not None
    assert "Headline a" in report.page.read_text()


def test_a_page_that_cannot_take_its_place_does_not_undo_the_issue(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.tell("a")

    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", full)  # a fact of the operating system
        report = desk.run(SEVEN)
    assert report is not None
    assert (report.kind, report.page) == (DigestKind.ISSUE, None)
    assert len(report.messages) == len(desk.store.outbox()) == 2

    desk.run(SEVEN + DAY)
    assert "Headline a" in (desk.plan.pages / "morning" / "2026-07-12-0700.html").read_text()
