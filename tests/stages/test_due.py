"""What is due when: every zone, every kind of day, and the waits of polls and messages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import DigestSettings
from monitor.model import Slot
from monitor.stages import due

MORNING = DigestSettings(times=("07:00",))
NOON = datetime(2026, 7, 12, 12, tzinfo=UTC)
HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
ZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC)


def transition_days(zone: ZoneInfo, first_year: int, years: int) -> set[date]:
    """Return the local dates within a day of a change of the zone's offset."""
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    days = [start + timedelta(days=n) for n in range(366 * years)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    changed = [
        day.astimezone(zone).date()
        for (day, _), (before, after) in zip(pairwise(days), pairwise(offsets), strict=True)
        if before != after
    ]
    return {day + timedelta(days=n) for day in changed for n in (-1, 0, 1, 2)}


# ---------------------------------------------------------------- the instant of a slot


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        ("UTC", date(2026, 7, 12), time(7), "2026-07-12T07:00"),
        ("America/Mexico_City", date(2026, 7, 12), time(7), "2026-07-12T13:00"),
        # New York leaves out 02:00 to 03:00 on 8 March 2026: the gap ends at 07:00 UTC.
        ("America/New_York", date(2026, 3, 8), time(1, 59), "2026-03-08T06:59"),
        ("America/New_York", date(2026, 3, 8), time(2), "2026-03-08T07:00"),
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:00"),
        ("America/New_York", date(2026, 3, 8), time(3), "2026-03-08T07:00"),
        # and has 01:00 to 02:00 twice on 1 November: the first is still summer time.
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
        ("America/New_York", date(2026, 11, 1), time(2), "2026-11-01T07:00"),
        # Beirut and Cairo change at midnight: 00:00 to 01:00 is left out.
        ("Africa/Cairo", date(2026, 4, 24), time(0), "2026-04-23T22:00"),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 30), "2026-04-23T22:00"),
        # Lord Howe moves by half an hour.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30"),
    ],
)
def test_a_slot_is_due_at_the_first_instant_not_before_its_time(
    zone: str, day: date, wall: time, expected: str
) -> None:
    instant = due.due_at(day, wall, ZoneInfo(zone))

    assert instant == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_date_that_a_zone_left_out_has_no_slot() -> None:
    apia = ZoneInfo("Pacific/Apia")

    assert [due.due_at(date(2011, 12, 30), wall, apia) for wall in HALF_HOURS] == [None] * 48
    assert due.due_at(date(2011, 12, 31), time(0), apia) is not None


def test_a_gap_that_reaches_over_midnight_leaves_the_evening_its_slot() -> None:
    # On 30 March 1919 the clock went from 23:30 to 00:30 of the next day.
    toronto = ZoneInfo("America/Toronto")

    assert due.due_at(date(1919, 3, 30), time(23, 45), toronto) == datetime(
        1919, 3, 31, 4, 30, tzinfo=UTC
    )


@pytest.mark.usefixtures("unmeasured")
def test_each_slot_of_each_day_around_each_change_comes_exactly_once() -> None:
    # The offsets of a year decide; the ones that follow repeat them. `./run soak` does all.
    seen: set[tuple[object, ...]] = set()
    checked = 0
    settings = DigestSettings(times=tuple(f"{wall:%H:%M}" for wall in HALF_HOURS))
    for name in ZONES:
        zone = ZoneInfo(name)
        days = sorted(transition_days(zone, 2026, 2))
        shape = (tuple(days), tuple(due.due_at(day, time(12), zone) for day in days))
        if shape in seen:  # zones that agree in these days agree in their slots
            continue
        seen.add(shape)
        for day in days:
            start = datetime.combine(day, time(), tzinfo=UTC)
            slots = due.slots_between(
                settings, name, start - timedelta(days=2), start + timedelta(days=3)
            )
            mine = [slot for slot in slots if slot.local_date == day]
            assert sorted(slot.local_time for slot in mine) == HALF_HOURS, (name, day)
            for slot in mine:
                shown = slot.due_at.astimezone(zone).replace(tzinfo=None)
                assert shown >= datetime.combine(day, slot.local_time), (name, slot)
                just_before = (slot.due_at - timedelta(seconds=1)).astimezone(zone)
                assert just_before.replace(tzinfo=None) < datetime.combine(day, slot.local_time)
            checked += len(mine)
    assert checked > 10_000


@given(
    st.sampled_from(ZONES),
    st.integers(0, 14 * 365 * 24),
    st.lists(st.integers(0, 72), min_size=1, max_size=6),
)
def test_slots_are_the_same_however_the_time_is_cut(
    zone: str, start_hour: int, hours: list[int]
) -> None:
    settings = DigestSettings(times=("00:15", "02:30", "07:00", "23:45"))
    instants = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=start_hour)]
    for step in hours:
        instants.append(instants[-1] + timedelta(hours=step))

    pieces = [
        slot
        for first, second in pairwise(instants)
        for slot in due.slots_between(settings, zone, first, second)
    ]

    assert pieces == list(due.slots_between(settings, zone, instants[0], instants[-1]))
    assert len({slot.label for slot in pieces}) == len(pieces)


def test_a_digest_is_due_on_its_days_of_the_week_only() -> None:
    settings = DigestSettings(times=("07:00", "18:30", "07:00"), days=("mon", "fri"))

    slots = due.slots_between(settings, "UTC", at(12, 12), at(20, 7))

    assert [slot.label for slot in slots] == [
        "2026-07-13-0700",
        "2026-07-13-1830",
        "2026-07-17-0700",
        "2026-07-17-1830",
        "2026-07-20-0700",
    ]


def test_the_next_slot_is_later_than_now() -> None:
    assert due.next_slot(MORNING, "UTC", at(12, 7)) == Slot(
        date(2026, 7, 13), time(7), due_at=at(13, 7)
    )
    assert due.next_slot(MORNING, "UTC", at(12, 6, 59)) == Slot(
        date(2026, 7, 12), time(7), due_at=at(12, 7)
    )
    assert due.next_slot(DigestSettings(times=()), "UTC", at(12, 7)) is None
    assert due.next_slot(DigestSettings(days=()), "UTC", at(12, 7)) is None


# ---------------------------------------------------------------- what to issue


def issue(
    last: datetime | None, now: datetime, settings: DigestSettings = MORNING
) -> tuple[str | None, list[str]]:
    slot, merged = due.slot_to_issue(settings, "UTC", last=last, now=now)
    return (slot.label if slot else None), [older.label for older in merged]


def test_a_fresh_digest_owes_nothing() -> None:
    assert issue(None, NOON) == (None, [])


def test_a_slot_is_issued_when_it_is_due_and_not_before() -> None:
    assert issue(at(11, 7), at(12, 6, 59)) == (None, [])
    assert issue(at(11, 7), at(12, 7)) == ("2026-07-12-0700", [])
    assert issue(at(12, 7), at(12, 7)) == (None, [])


def test_a_late_start_catches_up_once() -> None:
    assert issue(at(11, 7), at(12, 11)) == ("2026-07-12-0700", [])
    assert issue(at(12, 7), at(12, 11)) == (None, [])


def test_a_slot_missed_by_more_than_half_a_day_is_issued_all_the_same() -> None:
    assert issue(at(11, 7), at(12, 22)) == ("2026-07-12-0700", [])


@pytest.mark.parametrize(
    ("missed_at", "now", "times", "lateness", "waits"),
    [
        (at(12, 7), at(12, 19), ("07:00",), timedelta(hours=12), False),
        (at(12, 7), at(12, 19, 1), ("07:00",), timedelta(hours=12), True),
        # The next is no nearer than the allowed lateness: waiting would make it worse.
        (at(12, 7), at(12, 17), ("07:00",), timedelta(hours=9), False),
        (at(12, 7), at(12, 22, 1), ("07:00",), timedelta(hours=9), True),
        (at(12, 7), at(12, 12), ("07:00", "15:00"), timedelta(hours=4), True),
    ],
)
def test_a_slot_missed_by_too_much_waits_for_a_nearer_one(
    missed_at: datetime, now: datetime, times: tuple[str, ...], lateness: timedelta, waits: bool
) -> None:
    settings = DigestSettings(times=times, max_lateness=lateness)
    slot = Slot(missed_at.date(), missed_at.time(), missed_at)

    assert due.waits_for_next(settings, "UTC", slot, (), now) == waits


def test_a_slot_waits_once_and_never_for_one_that_does_not_come() -> None:
    slot, older = (Slot(date(2026, 7, day), time(7), at(day, 7)) for day in (12, 11))
    evening = at(12, 22)

    assert due.waits_for_next(MORNING, "UTC", slot, (), evening)
    assert not due.waits_for_next(MORNING, "UTC", slot, (older,), evening)
    assert not due.waits_for_next(DigestSettings(days=("sun",)), "UTC", slot, (), evening)
    assert not due.waits_for_next(DigestSettings(days=()), "UTC", slot, (), evening)


def test_slots_missed_in_a_long_downtime_are_merged_into_the_newest() -> None:
    assert issue(at(7, 7), at(12, 9)) == (
        "2026-07-12-0700",
        ["2026-07-08-0700", "2026-07-09-0700", "2026-07-10-0700", "2026-07-11-0700"],
    )


def test_slots_missed_over_seven_days_ago_are_skipped() -> None:
    slot, merged = issue(datetime(2026, 1, 1, tzinfo=UTC), at(12, 9))

    assert slot == "2026-07-12-0700"
    assert merged == [f"2026-07-{day:02}-0700" for day in range(6, 12)]


def test_a_clock_set_back_repeats_nothing() -> None:
    assert issue(at(12, 7), at(12, 6)) == (None, [])
    assert issue(at(12, 7), at(10, 7)) == (None, [])


def test_two_slots_in_one_gap_are_one_issue() -> None:
    settings = DigestSettings(times=("02:00", "02:30"))
    gap_end = datetime(2026, 3, 8, 7, tzinfo=UTC)

    slot, merged = due.slot_to_issue(
        settings, "America/New_York", last=gap_end - timedelta(hours=1), now=gap_end
    )

    assert slot is not None
    assert (slot.label, [older.label for older in merged]) == (
        "2026-03-08-0230",
        ["2026-03-08-0200"],
    )
    assert due.slot_to_issue(settings, "America/New_York", last=slot.due_at, now=gap_end) == (
        None,
        (),
    )


def test_a_slot_that_comes_due_again_after_a_change_of_zone_is_not_issued_twice() -> None:
    tokyo, _ = due.slot_to_issue(MORNING, "Asia/Tokyo", last=at(11, 0), now=at(11, 22))
    assert tokyo is not None
    assert tokyo.label == "2026-07-12-0700"

    again, _ = due.slot_to_issue(
        MORNING, "America/Los_Angeles", last=tokyo.due_at, now=at(12, 14), handled={tokyo.label}
    )
    following, _ = due.slot_to_issue(
        MORNING, "America/Los_Angeles", last=tokyo.due_at, now=at(13, 14), handled={tokyo.label}
    )

    assert again is None
    assert following is not None
    assert following.label == "2026-07-13-0700"


@given(st.lists(st.integers(1, 60 * 24 * 3), min_size=1, max_size=40), st.sampled_from(ZONES))
def test_every_slot_is_accounted_for_once_whenever_one_looks(steps: list[int], zone: str) -> None:
    settings = DigestSettings(times=("00:30", "07:00", "19:15"), days=("mon", "wed", "sun"))
    start = now = datetime(2026, 3, 1, tzinfo=UTC)
    last, done = start, []
    for minutes in steps:
        now += timedelta(minutes=minutes)
        slot, merged = due.slot_to_issue(settings, zone, last=last, now=now)
        if slot:
            done += [*merged, slot]
            last = slot.due_at

    assert done == list(due.slots_between(settings, zone, start, now))


# ---------------------------------------------------------------- polls


def minutes_to_poll(**changes: object) -> float:
    arguments: dict[str, object] = {
        "interval": timedelta(minutes=60),
        "jitter_key": "https://example.org/feed",
        **changes,
    }
    wait = due.next_poll_at(NOON, **arguments) - NOON  # type: ignore[arg-type]
    return wait / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("changes", "least"),
    [
        ({}, 60),
        ({"interval": timedelta(minutes=1)}, 15),
        ({"interval": timedelta(minutes=20)}, 20),
        ({"interval": timedelta(minutes=20), "has_validators": False}, 60),
        ({"fresh_for": timedelta(hours=2)}, 120),
        ({"fresh_for": timedelta(0)}, 60),
        ({"fresh_for": timedelta(seconds=-5)}, 60),
        ({"ttl": timedelta(minutes=1)}, 60),
        ({"ttl": timedelta(hours=5), "fresh_for": timedelta(hours=3)}, 300),
    ],
)
def test_a_feed_is_polled_no_sooner_than_anyone_asks(
    changes: dict[str, object], least: float
) -> None:
    assert least <= minutes_to_poll(**changes) <= least * 1.1


def test_a_feed_is_polled_once_a_week_at_least() -> None:
    assert minutes_to_poll(fresh_for=timedelta(days=3650)) == 7 * 24 * 60
    assert minutes_to_poll(ttl=timedelta(days=6.99)) == 7 * 24 * 60


def test_hours_and_days_to_skip_put_a_poll_off_but_never_beyond_a_week() -> None:
    # Noon of a Sunday; the next poll would be at one o'clock.
    assert 120 <= minutes_to_poll(skip_hours={13}) <= 150
    assert 12 * 60 <= minutes_to_poll(skip_days={6}) <= 12 * 60 + 30
    assert minutes_to_poll(skip_hours=set(range(24))) == 7 * 24 * 60
    assert minutes_to_poll(skip_days=set(range(7))) == 7 * 24 * 60


@pytest.mark.parametrize(
    ("rhythm", "known", "total", "learned"),
    [
        (None, 10, 20, 60),
        (None, 2, 3, None),
        (None, 0, 20, 30),
        (20, 0, 20, 15),
        (15, 0, 20, 15),
        (None, 19, 20, 75),
        (110, 19, 20, 120),
        (None, 20, 20, 75),
    ],
)
def test_a_rhythm_is_learned_from_what_was_known(
    rhythm: int | None, known: int, total: int, learned: int | None
) -> None:
    def minutes(count: int | None) -> timedelta | None:
        return None if count is None else timedelta(minutes=count)

    found = due.next_rhythm(
        minutes(rhythm),
        known_count=known,
        total_count=total,
        interval=timedelta(minutes=60),
        slowest=timedelta(minutes=120),
    )

    assert found == minutes(learned)


def test_feeds_of_one_interval_are_spread_over_a_tenth_of_it() -> None:
    waits = [minutes_to_poll(jitter_key=f"https://example.org/{n}") for n in range(600)]

    assert waits == [minutes_to_poll(jitter_key=f"https://example.org/{n}") for n in range(600)]
    in_minute = [sum(minute <= wait < minute + 1 for wait in waits) for minute in range(60, 66)]
    assert sum(in_minute) == 600
    assert max(in_minute) <= 2 * 600 / 6


def test_a_failing_feed_is_tried_ever_more_rarely_and_for_ever() -> None:
    waits = [due.after_failure(NOON, count, jitter_key="feed") - NOON for count in range(1, 200)]

    assert timedelta(minutes=30) <= waits[0] <= timedelta(minutes=33)
    assert waits == sorted(waits)
    assert set(waits[6:]) == {timedelta(hours=24)}


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        (None, timedelta(minutes=30)),
        (timedelta(seconds=-9), timedelta(minutes=30)),
        (timedelta(0), timedelta(minutes=30)),
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(days=3650), timedelta(hours=24)),
    ],
)
def test_retry_after_is_kept_up_to_a_day(asked: timedelta | None, least: timedelta) -> None:
    wait = due.after_failure(NOON, 1, asked, "feed") - NOON

    assert least <= wait <= least * 1.1


# ---------------------------------------------------------------- messages


def test_a_message_is_tried_for_three_days() -> None:
    now, tries = NOON, [NOON]
    while (again := due.next_attempt_at(NOON, len(tries), now)) is not None:
        now = again
        tries.append(again)

    assert [(after - before) / timedelta(minutes=1) for before, after in pairwise(tries)] == [
        1,
        5,
        15,
        60,
        240,
        1440,
        1440,
        3 * 1440 - 1 - 5 - 15 - 60 - 240 - 2 * 1440,
    ]


def test_a_message_found_after_three_days_is_given_up() -> None:
    assert due.next_attempt_at(NOON, 1, NOON + timedelta(days=3)) is None
    assert due.next_attempt_at(NOON, 1, NOON + timedelta(days=30)) is None


# ---------------------------------------------------------------- how far back


@pytest.mark.parametrize(
    ("days", "patience", "expected"),
    [
        (("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 2, 7),
        (("mon", "tue", "wed", "thu", "fri"), 2, 7),
        (("mon",), 1, 8),
        (("sun",), 2, 15),
        (("thu", "mon"), 2, 9),
        (("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 10, 11),
        (("sun",), 1000, 60),
    ],
)
def test_an_issue_reaches_back_a_week_or_as_long_as_a_story_waits(
    days: tuple[str, ...], patience: int, expected: int
) -> None:
    settings = DigestSettings(days=days, patience=patience)  # type: ignore[arg-type]

    assert due.reach_back(settings) == timedelta(days=expected)


# ---------------------------------------------------------------- alerts


@pytest.mark.parametrize(
    ("span", "clock", "expected"),
    [
        ("", "03:00", False),
        ("22:00-07:00", "21:59", False),
        ("22:00-07:00", "22:00", True),
        ("22:00-07:00", "00:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("12:30-14:00", "12:29", False),
        ("12:30-14:00", "12:30", True),
        ("12:30-14:00", "14:00", False),
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_wall(
    span: str, clock: str, expected: bool
) -> None:
    zone = ZoneInfo("America/Mexico_City")
    at = datetime.combine(date(2026, 7, 12), time.fromisoformat(clock), zone)

    assert due.is_quiet(span, "America/Mexico_City", at) is expected


def test_quiet_hours_hold_through_a_change_of_the_clock() -> None:
    # Madrid goes from 02:00 to 03:00: the night is an hour shorter, and quiet throughout.
    night = datetime(2026, 3, 28, 21, tzinfo=UTC)  # 22:00
    quiet = [
        due.is_quiet("22:00-07:00", "Europe/Madrid", night + timedelta(minutes=minute))
        for minute in range(9 * 60)
    ]

    assert quiet == [minute < 8 * 60 for minute in range(9 * 60)]


def test_an_alert_has_the_second_of_its_clock_for_a_slot_and_no_other() -> None:
    now = datetime(2026, 7, 12, 20, 5, 9, 123, tzinfo=UTC)

    slot = due.alert_slot("America/Mexico_City", now)

    assert (slot.label, slot.due_at) == ("2026-07-12-140509", now)
    settings = DigestSettings(kind="alert", threshold_shift=0.3)
    assert due.next_slot(settings, "UTC", now) is None
    assert due.slots_between(settings, "UTC", now - timedelta(days=9), now) == ()
