"""The upkeep run: the night's check and backup, what goes with age, the log, matters told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.adapters import webhook
from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.adapters.store.backup import make_backup
from monitor.adapters.store.retention import PRUNED, Ages, Pruned
from monitor.adapters.store.soundness import CHECKED
from monitor.adapters.store.upkeep import BACKUP, TOLD
from monitor.errors import StoreError
from monitor.stages.health.standing import Matter

CHECK_TIME, BACKUP_TIME, PRUNE_TIME = time(2), time(2, 30), time(3, 30)  # learning is between
# Bytes. Usually SQLite folds it as it grows, at 16 MiB, unless a reader holds it.
LOG_FOLDED_FROM = 24 * 2**20
LOG_TOO_LONG = 64 * 2**20  # from here on nothing is added until it can be folded
TELL_GAP = timedelta(minutes=15)  # between two messages of the webhook
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UpkeepReport:
    """What an upkeep run did."""

    backup: Path | None = None
    pruned: Pruned = Pruned()
    problem: StoreError | None = None  # why no backup could be made: the older ones are kept


def run_upkeep(
    store: Store,
    home: Home,
    now: datetime,
    *,
    with_backup: bool = True,
    stopped: Callable[[], bool] = lambda: False,
    pause: Callable[[], object] = lambda: None,
) -> UpkeepReport:
    """Do what is due of the night's work; often nothing is.

    `pause` is called between the steps of pruning, so that others get to write. A backup that
    cannot be made stays due and keeps nothing from being pruned: on a disk that is short that
    makes the room for it. `with_backup` False leaves it for later. Raises StoreError for a
    database that is damaged, and then nothing else is done.
    """
    large = store.wants_full_check()
    if large and _is_due(store, CHECKED, CHECK_TIME, home.config.zone, now):
        store.check_fully(now)
    backup, pruned, problem = None, Pruned(), None
    if with_backup and _is_due(store, BACKUP, BACKUP_TIME, home.config.zone, now):
        try:
            backup = make_backup(home.state / "monitor.db", now)
        except StoreError as error:
            problem = error
    if _is_due(store, PRUNED, PRUNE_TIME, home.config.zone, now) and not stopped():
        pruned = prune(store, ages_of(home, now), stopped=stopped, pause=pause)
        if not stopped():
            store.note(PRUNED, now)
    return UpkeepReport(backup, pruned, problem)


def ages_of(home: Home, now: datetime) -> Ages:
    """Return from when on texts and entries are kept, by the home's settings."""
    retention = home.config.retention
    return Ages(now - retention.texts, now - retention.entries)


def prune(
    store: Store,
    ages: Ages,
    *,
    stopped: Callable[[], bool] = lambda: False,
    pause: Callable[[], object] = lambda: None,
) -> Pruned:
    """Let everything go that is old enough, step by step, and give the room back."""
    total = Pruned()
    while not stopped() and (step := store.prune_step(ages)).total:
        total += step
        pause()
    left = None
    while total.total and not stopped():
        before, left = left, store.vacuum_step()
        if not left or left == before:
            break
        pause()
    return total


def fold_log(store: Store) -> bool:
    """Fold a log that has grown; False when it is too long and a reader is in the way."""
    if store.log_bytes() <= LOG_FOLDED_FROM or store.fold_log():
        return True
    return store.log_bytes() <= LOG_TOO_LONG


def tell_matters(
    store: Store, matters: tuple[Matter, ...], url: str, home: Path, now: datetime
) -> list[str]:
    """Post what is newly open and what is over, once; return the names of what was told.

    Never twice in a quarter of an hour: what comes meanwhile is told together.

    Raises WebhookError when it is not taken; then it is told the next time.
    """
    told_from = [matter for matter in matters if matter.must_act or matter.kind == "feed"]
    by_name = {matter.name: matter for matter in told_from}
    fresh, over = store.untold(list(by_name))
    last = store.fact(TOLD)
    if (not fresh and not over) or (last and timedelta() <= now - last < TELL_GAP):
        return []
    lines = [f"News monitor, {home.name}:"]
    lines += [f"- {by_name[name].text} {by_name[name].advice}" for name in fresh]
    lines += [f"- over: {name}" for name in over]
    details = [
        {"kind": by_name[name].kind, "name": name, "text": by_name[name].text} for name in fresh
    ]
    webhook.post(url, "\n".join(lines), details)
    store.mark_told(fresh, over, now)
    store.note(TOLD, now)
    return [*fresh, *over]


def _is_due(store: Store, fact: str, at: time, zone: str, now: datetime) -> bool:
    """Tell whether the night's hour has come since the last time; at first, and once a day."""
    last = store.fact(fact)
    if last is None or last > now + _A_DAY:  # never, or noted while the clock was wrong
        return True
    place = ZoneInfo(zone)
    local = now.astimezone(place)
    day = local.date() if local.time() >= at else local.date() - _A_DAY
    return last < datetime.combine(day, at, place)
