"""What is due when: the slots of a digest, the next poll of a feed, the next try of a message.

Pure: `now` is an argument. A slot is unique by digest, local date and local time; it is
due at the first instant of its date that is not before its time on a wall clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from monitor.config import DigestSettings
from monitor.model import Slot

MEMORY = timedelta(days=7)  # slots missed longer ago are skipped, not merged
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_A_DAY = timedelta(days=1)
# A week holds every day of the week; the second is for a date that a zone left out.
_LOOK_AHEAD = timedelta(days=15)
_REACH_MAX = timedelta(days=60)

POLL_FLOOR = timedelta(minutes=15)  # whatever a setting or a feed says
POLL_FLOOR_UNVALIDATED = timedelta(minutes=60)  # each such poll costs the publisher a whole body
POLL_CEILING = timedelta(days=7)
JITTER_SHARE = 0.1
BACKOFF_FIRST = timedelta(minutes=30)
BACKOFF_LAST = timedelta(hours=24)
KNOWN_LEAST, KNOWN_MOST = 0.33, 0.67  # of a changed document's entries, seen before
TELLING_COUNT = 4  # entries; the share of fewer says little
_AN_HOUR = timedelta(hours=1)

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
RETRY_EVERY = timedelta(hours=24)
RETRY_UNTIL = timedelta(days=3)  # after queuing; mail servers give up after about as long


# ---------------------------------------------------------------- digests


def due_at(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return the first instant of a local date at which the clock shows `at` or later.

    In a gap that is the end of the gap, in a repeated hour its first occurrence. None
    when the zone has no such date (Apia left out 30 December 2011).
    """
    instant = _first_instant(datetime.combine(day, at), zone)
    if instant.astimezone(zone).date() == day:
        return instant
    # The gap may reach over midnight: then the date exists and its evening does not.
    start = _first_instant(datetime.combine(day, time()), zone)
    return instant if start.astimezone(zone).date() == day else None


def slots_between(
    settings: DigestSettings, zone: str, after: datetime, until: datetime
) -> tuple[Slot, ...]:
    """Return the slots due later than `after` and not later than `until`, in order.

    An alert has none: it is due when there is something to tell.
    """
    if settings.kind == "alert":
        return ()
    place = ZoneInfo(zone)
    times = sorted({time.fromisoformat(text) for text in settings.times})
    slots = [
        Slot(local_date=day, local_time=at, due_at=instant)
        for day in _dates(after.astimezone(place).date(), until.astimezone(place).date())
        if _DAYS[day.weekday()] in settings.days
        for at in times
        if (instant := due_at(day, at, place)) is not None and after < instant <= until
    ]
    return tuple(sorted(slots, key=lambda slot: (slot.due_at, slot.label)))


def reach_back(settings: DigestSettings) -> timedelta:
    """Return how old an entry may be and still be issued, from when it was first seen.

    A week; longer where issues are so rare that a story could not wait its `patience` out:
    what waits for room is carried or let go, and never just gone.
    """
    days = sorted({_DAYS.index(day) for day in settings.days}) or [0]
    gap = max(later - day for day, later in pairwise([*days, days[0] + len(_DAYS)]))
    # A day more: an issue can be late, and a week with a clock change an hour longer.
    return max(MEMORY, min(max(settings.patience, 1) * gap * _A_DAY + _A_DAY, _REACH_MAX))


def next_slot(settings: DigestSettings, zone: str, after: datetime) -> Slot | None:
    """Return the first slot due later than `after`, None when the digest has none."""
    return next(iter(slots_between(settings, zone, after, after + _LOOK_AHEAD)), None)


def slot_to_issue(
    settings: DigestSettings,
    zone: str,
    *,
    last: datetime | None,
    now: datetime,
    handled: Container[str] = (),
) -> tuple[Slot | None, tuple[Slot, ...]]:
    """Return the slot to issue now, None when none is due, and the older ones merged into it.

    `last` is when the last handled slot was due; None owes nothing. One issue speaks for
    all slots that were missed, at most seven days back; older ones are skipped. `handled`
    holds the labels of slots that are done: after a change of zone, a date's slot can
    come due again.
    """
    if last is None:
        return None, ()
    slots = [
        slot
        for slot in slots_between(settings, zone, max(last, now - MEMORY), now)
        if slot.label not in handled
    ]
    return (slots[-1], tuple(slots[:-1])) if slots else (None, ())


def waits_for_next(
    settings: DigestSettings, zone: str, slot: Slot, merged: tuple[Slot, ...], now: datetime
) -> bool:
    """Tell whether a missed slot is too late to be issued now, and is to merge into the next.

    So it is when it was missed by more than `max_lateness` and the next one comes sooner
    than that. A slot waits once: with another merged into it, it is issued however late.
    """
    if merged or now - slot.due_at <= settings.max_lateness:
        return False
    following = next_slot(settings, zone, now)
    return following is not None and following.due_at - now < settings.max_lateness


# ---------------------------------------------------------------- alerts


def alert_slot(zone: str, now: datetime) -> Slot:
    """Return the slot of an alert that is issued now: its second on a wall clock.

    In a repeated hour a second comes twice; the later of two alerts waits for the next one.
    """
    local = now.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    return Slot(local.date(), local.time(), now)


def is_quiet(quiet_hours: str, zone: str, now: datetime) -> bool:
    """Tell whether a wall clock stands within the quiet hours, "22:00-07:00"; "" has none.

    The first minute belongs to them, the last does not; they may reach over midnight.
    """
    if not quiet_hours:
        return False
    start, end = (time.fromisoformat(text) for text in quiet_hours.split("-"))
    wall = now.astimezone(ZoneInfo(zone)).time()
    return start <= wall < end if start < end else wall >= start or wall < end


def alert_reach(now: datetime, started_at: datetime) -> datetime:
    """Return since when a story is news enough for an alert: a day, and never before it began."""
    return max(now - _A_DAY, started_at)


def _dates(first: date, last: date) -> Iterator[date]:
    """Yield the dates from a day before the first to a day after the last."""
    day = first - _A_DAY
    while day <= last + _A_DAY:
        yield day
        day += _A_DAY


def _first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the zone's clock shows `wall` or later."""
    early, late = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if _wall(early, zone) == wall:
        return early
    # A gap: the clock is before `wall` at the early reading and after it at the late one,
    # and jumps once between them. Instants are whole seconds, so halving finds the jump.
    before, after = int(early.timestamp()), int(late.timestamp())
    while after - before > 1:
        middle = (before + after) // 2
        if _wall(datetime.fromtimestamp(middle, UTC), zone) >= wall:
            after = middle
        else:
            before = middle
    return datetime.fromtimestamp(after, UTC)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


# ---------------------------------------------------------------- polls


def next_poll_at(
    now: datetime,
    *,
    interval: timedelta,
    jitter_key: str,
    fresh_for: timedelta | None = None,
    ttl: timedelta | None = None,
    has_validators: bool = True,
    skip_hours: Collection[int] = (),
    skip_days: Collection[int] = (),
) -> datetime:
    """Return when to poll a feed again after an answer.

    Never sooner than the interval, the answer's freshness or the feed's ttl, whichever
    is longest, within 15 minutes (an hour for servers that send no validators) and 7
    days. Up to a tenth is added, always the same for one feed, so that feeds of one
    interval spread and a restart does not bunch them. `skip_hours` (0 to 23) and
    `skip_days` (Monday 0) are of UTC; they put a poll off to the next hour that is
    allowed, 7 days at most: a feed that allows none is not starved.
    """
    floor = POLL_FLOOR if has_validators else POLL_FLOOR_UNVALIDATED
    wait = max(interval, fresh_for or interval, ttl or interval, floor)
    at = now + _jittered(wait, jitter_key, POLL_CEILING)
    return _allowed(at, now + POLL_CEILING, skip_hours, skip_days, jitter_key)


def after_failure(
    now: datetime,
    failure_count: int,
    retry_after: timedelta | None = None,
    jitter_key: str = "",
) -> datetime:
    """Return when to try a feed again after so many failures in a row, at least one.

    30 minutes, doubling to 24 hours, for as long as it takes; not before `retry_after`,
    which counts up to 24 hours.
    """
    doublings = min(max(failure_count, 1) - 1, 10)
    wait = max(BACKOFF_FIRST * 2**doublings, retry_after or BACKOFF_FIRST)
    return now + _jittered(wait, jitter_key, BACKOFF_LAST)


def next_rhythm(
    rhythm: timedelta | None,
    *,
    known_count: int,
    total_count: int,
    interval: timedelta,
    slowest: timedelta,
) -> timedelta | None:
    """Return how often to poll a feed, learned from how much of a changed document was known.

    Between a third and two thirds known is right. Less: twice as often, down to 15
    minutes, before entries scroll out unseen. More: a quarter longer, up to `slowest`
    (or the interval, if that is longer). None, at first, is the interval.
    """
    if total_count < TELLING_COUNT:
        return rhythm
    share, current = known_count / total_count, rhythm or interval
    if share < KNOWN_LEAST:
        return max(current / 2, POLL_FLOOR)
    if share > KNOWN_MOST:
        return min(current * 1.25, max(slowest, interval))
    return current


def is_resting(polled_at: datetime | None, now: datetime, rested: timedelta = POLL_FLOOR) -> bool:
    """Tell whether a feed was polled too lately to be polled again because a person asks."""
    return polled_at is not None and timedelta() <= now - polled_at < rested


def _allowed(
    at: datetime, latest: datetime, hours: Collection[int], days: Collection[int], key: str
) -> datetime:
    """Return the first time from `at` on that is in no skipped hour or day, at most `latest`."""
    while at < latest and (at.hour in hours or at.weekday() in days):
        # Into the next hour, and not all feeds at its very beginning.
        start = at.replace(minute=0, second=0, microsecond=0) + _AN_HOUR
        at = start + _share(key) * _AN_HOUR / 2
    return min(at, latest)


def _jittered(wait: timedelta, key: str, ceiling: timedelta) -> timedelta:
    """Return the wait and a share of a tenth of it that the key decides, up to the ceiling."""
    return ceiling if wait >= ceiling else min(wait + JITTER_SHARE * _share(key) * wait, ceiling)


def _share(key: str) -> float:
    """Return a number from 0 to 1 that is always the same for a key."""
    digest = hashlib.blake2b(key.encode(errors="replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


# ---------------------------------------------------------------- messages


def next_attempt_at(queued_at: datetime, attempt_count: int, now: datetime) -> datetime | None:
    """Return when to try a message again after so many tries; None: given up.

    After 1, 5, 15 and 60 minutes, 4 hours, then every 24 hours, the last time 3 days
    after it was queued.
    """
    deadline = queued_at + RETRY_UNTIL
    if now >= deadline:
        return None
    tried = max(attempt_count, 1)
    wait = RETRY_AFTER[tried - 1] if tried <= len(RETRY_AFTER) else RETRY_EVERY
    return min(now + wait, deadline)
