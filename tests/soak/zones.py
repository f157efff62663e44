"""Every zone, all 48 half-hour slots, each day around a change of the clocks 2024-2037: once each.

To these come the day before and the two after, and a seeded sample of other days. Exactly one
slot for each local date and time, at the first instant that is not before it; gaps and hours
that come twice included. `--count` takes so many zones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from monitor.config import DigestSettings
from monitor.stages import due

FIRST, LAST = 2024, 2037
OTHER_DAYS = 10  # of each zone
HALF_HOURS = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 30)]
SETTINGS = DigestSettings(times=tuple(f"{wall:%H:%M}" for wall in HALF_HOURS))
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)


def run(seed: int, count: int | None = None) -> Iterator[str]:
    chance = random.Random(seed)
    zones = sorted(available_timezones() - {"localtime"})
    if count is not None:
        zones = sorted(chance.sample(zones, min(count, len(zones))))
    days_count = slots_count = 0
    for name in zones:
        zone = ZoneInfo(name)
        for day in sorted(days_of(zone, chance)):
            slots_count += check(name, zone, day)
            days_count += 1
    yield f"{len(zones)} zones, {days_count} days, {slots_count} slots"
    yield "slots that came never, or twice: 0; exceptions: 0"


def days_of(zone: ZoneInfo, chance: random.Random) -> set[date]:
    """Return the local dates around each change, and some others."""
    start, end = datetime(FIRST, 1, 1, tzinfo=UTC), datetime(LAST + 1, 1, 1, tzinfo=UTC)
    every = [start + n * A_DAY for n in range((end - start).days)]
    local = [day.astimezone(zone) for day in every]
    changed = [
        after.date() for before, after in pairwise(local) if before.utcoffset() != after.utcoffset()
    ]
    around = {day + n * A_DAY for day in changed for n in (-2, -1, 0, 1)}
    return around | {chance.choice(local).date() for _ in range(OTHER_DAYS)}


def check(name: str, zone: ZoneInfo, day: date) -> int:
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    found = due.slots_between(SETTINGS, name, noon - 2 * A_DAY, noon + 2 * A_DAY)
    mine = [slot for slot in found if slot.local_date == day]
    assert sorted(slot.local_time for slot in mine) == HALF_HOURS, (name, day)
    for slot in mine:
        wanted = datetime.combine(day, slot.local_time)
        shown = slot.due_at.astimezone(zone).replace(tzinfo=None)
        before = (slot.due_at - A_SECOND).astimezone(zone).replace(tzinfo=None)
        assert before < wanted <= shown, (name, slot)
    return len(mine)
