"""Alerts: at once, a few a day, each story once, and the digests carry it too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.adapters import publish
from monitor.adapters.store import IssueKind
from monitor.errors import RenderError
from monitor.model import OmitReason, OutboxState
from monitor.pipeline.digests.alert_run import run_alert
from monitor.pipeline.digests.due_run import issue_what_is_due
from monitor.pipeline.digests.issuing import DigestKind, DigestReport, recover_pages
from tests.factories import make_rendered
from tests.pipeline.desk import ANA, BEN, DAY, HOUR, SEVEN, Desk, ids

BEAT = timedelta(seconds=30)
TEN = SEVEN + 3 * HOUR


@pytest.fixture
def alert(desk: Desk) -> Desk:
    """A desk whose digest is an alert from 0.8 on; it was set up at ten."""
    desk.plan = replace(desk.plan, name="urgent")
    desk.change(kind="alert", threshold_shift=0.3)
    assert run(desk, TEN) is None
    return desk


def run(desk: Desk, now: datetime, **options: bool) -> DigestReport | None:
    return run_alert(desk.store, desk.plan, now, **options)


def kinds(desk: Desk) -> list[tuple[str, IssueKind]]:
    return [(r.slot.label, r.kind) for r in reversed(desk.store.issues("urgent"))]


def test_a_story_over_the_higher_threshold_is_issued_at_the_next_beat(alert: Desk) -> None:
    alert.tell("high", value=0.9, at=TEN + HOUR)
    alert.tell("low", value=0.7, at=TEN + HOUR)

    report = issue_what_is_due(alert.store, alert.plan, TEN + HOUR + BEAT)

    assert ids(report) == [["high"]]
    assert kinds(alert) == [("2026-07-12-110030", IssueKind.ISSUE)]
    assert {m.message.recipient for m in alert.store.outbox(OutboxState.QUEUED)} == {ANA, BEN}
    assert report is not None
    assert report.rendered is not None
    assert report.rendered.subject == "Alert, 12 Jul: Headline high"
    assert report.page == alert.plan.pages / "urgent" / "2026-07-12-110030.html"
    assert report.page.exists()


def test_nothing_is_written_while_there_is_nothing_to_tell(alert: Desk) -> None:
    alert.tell("low", value=0.7, at=TEN + HOUR)
    before = (alert.plan.pages.exists(), kinds(alert), alert.store.outbox())

    for beat in range(10):
        assert run(alert, TEN + HOUR + beat * BEAT) is None

    assert (alert.plan.pages.exists(), kinds(alert), alert.store.outbox()) == before
    assert before == (False, [], [])


def test_a_story_is_alerted_once_whatever_more_is_reported(alert: Desk) -> None:
    first = alert.tell("a", value=0.9, at=TEN + HOUR)
    assert ids(run(alert, TEN + HOUR)) == [["a"]]

    alert.tell("b", value=0.95, at=TEN + 2 * HOUR, joins=first)

    assert run(alert, TEN + 2 * HOUR) is None
    assert run(alert, TEN + DAY) is None
    assert len(kinds(alert)) == 1


def test_a_story_that_moved_comes_back_when_it_has_rested(alert: Desk) -> None:
    alert.change(movement=1, cooldown=timedelta(hours=5))
    first = alert.tell("a", value=0.9, at=TEN + HOUR)
    run(alert, TEN + HOUR)
    alert.tell("54 dead", value=0.9, at=TEN + 2 * HOUR, joins=first)

    assert run(alert, TEN + 2 * HOUR) is None
    assert ids(run(alert, TEN + 7 * HOUR)) == [["54 dead"]]


def test_so_many_a_day_and_the_rest_is_left_to_the_digests(alert: Desk) -> None:
    alert.change(per_day=2)
    for number in range(4):
        alert.tell(f"s{number}", value=0.9 + number / 100, at=TEN + HOUR)

    first = run(alert, TEN + HOUR)
    second = run(alert, TEN + HOUR + BEAT)

    assert sorted(ids(first)) == [["s2"], ["s3"]]
    assert second is None
    assert first is not None
    assert {(o.reason, o.detail) for o in first.digest.omissions} == {
        (OmitReason.LET_GO, "2 alerts a day were sent already")
    }
    alert.tell("s4", value=0.99, at=TEN + 2 * HOUR)
    third = run(alert, TEN + 2 * HOUR)
    assert third is not None
    assert (third.kind, third.digest.stories) == (DigestKind.QUIET, ())
    # What was left to the digests does not come up the next day; what is new then does.
    alert.tell("s5", value=0.9, at=TEN + DAY)
    assert ids(run(alert, TEN + DAY)) == [["s5"]]


def test_the_ordinary_digest_carries_what_was_alerted_and_what_was_left_to_it(
    alert: Desk,
) -> None:
    alert.change(per_day=1)
    alert.tell("a", value=0.95, at=TEN + HOUR)
    alert.tell("b", value=0.9, at=TEN + HOUR)
    run(alert, TEN + HOUR)

    alert.plan = replace(alert.plan, name="morning")
    alert.change(kind="digest", threshold_shift=0.0)

    assert sorted(ids(alert.run(SEVEN + DAY))) == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("hour", "is_quiet"), [(21, False), (22, True), (23, True), (30, True), (31, False)]
)
def test_in_quiet_hours_an_alert_waits_for_their_end(
    alert: Desk, hour: int, is_quiet: bool
) -> None:
    alert.change(quiet_hours="22:00-07:00")
    at = datetime(2026, 7, 12, tzinfo=UTC) + hour * HOUR
    alert.tell("a", value=0.9, at=at)

    assert (run(alert, at) is None) == is_quiet
    if is_quiet:
        assert ids(run(alert, datetime(2026, 7, 13, 7, tzinfo=UTC))) == [["a"]]


def test_a_person_who_asks_is_answered_in_quiet_hours(alert: Desk) -> None:
    alert.change(quiet_hours="22:00-07:00")
    alert.tell("a", value=0.9, at=SEVEN + 16 * HOUR)

    assert ids(run(alert, SEVEN + 16 * HOUR, by_hand=True)) == [["a"]]


def test_what_was_there_before_the_alert_was_set_up_is_not_alerted(desk: Desk) -> None:
    desk.tell("old", value=0.95, at=TEN - HOUR)
    desk.plan = replace(desk.plan, name="urgent")
    desk.change(kind="alert", threshold_shift=0.3)

    assert run(desk, TEN) is None
    assert run(desk, TEN + BEAT) is None


def test_what_a_feed_brings_a_day_late_is_for_the_digests(alert: Desk) -> None:
    alert.tell("late", value=0.95, at=TEN + HOUR)

    assert run(alert, TEN + 26 * HOUR) is None


def test_a_dry_run_of_an_alert_changes_nothing(alert: Desk) -> None:
    alert.tell("a", value=0.9, at=TEN + HOUR)

    assert ids(run(alert, TEN + HOUR, dry_run=True)) == [["a"]]
    assert (kinds(alert), alert.store.outbox()) == ([], [])
    assert ids(run(alert, TEN + HOUR)) == [["a"]]


def test_a_broken_template_puts_an_alert_off_and_loses_none(alert: Desk) -> None:
    alert.tell("a", value=0.9, at=TEN + HOUR)
    whole = alert.plan
    alert.plan = replace(whole, templates={**whole.templates, "digest.txt": "{{ nothing }}"})

    for _ in range(2):
        with pytest.raises(RenderError):
            run(alert, TEN + HOUR)
    alert.plan = whole

    assert ids(run(alert, TEN + 2 * HOUR)) == [["a"]]


def test_in_the_hour_that_comes_twice_a_story_is_alerted_once(alert: Desk) -> None:
    alert.plan = replace(alert.plan, zone="Europe/Madrid")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, an hour before it is 02:30 again
    alert.tell("a", value=0.9, at=first)
    assert ids(run(alert, first)) == [["a"]]

    alert.tell("b", value=0.9, at=first + HOUR)
    # The same second on the clock is taken: the next beat has another.
    taken = run(alert, first + HOUR)
    assert taken is not None
    assert taken.kind is DigestKind.HANDLED
    assert ids(run(alert, first + HOUR + BEAT)) == [["b"]]
    assert [label for label, _ in kinds(alert)] == ["2026-10-25-0230", "2026-10-25-023030"]


def test_what_may_not_have_arrived_opens_the_next_alert_and_makes_none_of_its_own(
    alert: Desk,
) -> None:
    alert.tell("a", value=0.9, at=TEN + HOUR)
    run(alert, TEN + HOUR)
    alert.deliver(ANA, OutboxState.UNCERTAIN)

    assert run(alert, TEN + HOUR + BEAT) is None
    alert.tell("b", value=0.9, at=TEN + 2 * HOUR)
    report = run(alert, TEN + 2 * HOUR)

    assert report is not None
    by_reader = {m.recipient: m.content for m in report.messages}
    assert b"Headline a" in by_reader[ANA]
    assert b"Headline a" not in by_reader[BEN]


def test_an_alert_has_no_slots(alert: Desk) -> None:
    assert alert.run(TEN + DAY) is None


def test_the_page_of_an_alert_that_a_crash_left_goes_or_takes_its_place(alert: Desk) -> None:
    alert.tell("a", value=0.9, at=TEN + HOUR)
    pages, staged = alert.plan.pages, make_rendered()
    publish.stage_page(pages, "urgent", "2026-07-12-105959", staged)

    run(alert, TEN + HOUR + BEAT)
    publish.stage_page(pages, "urgent", "2026-07-12-110030", staged)
    recover_pages(alert.store, pages)

    found = sorted(path.name for path in (pages / "urgent").glob("2026*"))
    assert found == ["2026-07-12-110030.html", "2026-07-12-110030.txt"]


def test_a_dry_run_settles_nothing_that_is_over_the_days_number(alert: Desk) -> None:
    alert.change(per_day=1)
    alert.tell("a", value=0.9, at=TEN + HOUR)
    run(alert, TEN + HOUR)
    alert.tell("b", value=0.9, at=TEN + 2 * HOUR)

    report = run(alert, TEN + 2 * HOUR, dry_run=True)

    assert report is not None
    assert report.kind is DigestKind.QUIET
    assert len(kinds(alert)) == 1
