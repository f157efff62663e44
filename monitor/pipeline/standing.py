"""How things stand: the facts of a home's memory, gathered for `stages.health.standing`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.adapters.disk import free_bytes
from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.adapters.store.upkeep import BACKUP, ONCE
from monitor.pipeline.digests.plans import plans_of
from monitor.pipeline.digests.slots import slot_due
from monitor.stages.due import next_slot, waits_for_next
from monitor.stages.health import advice_for
from monitor.stages.health.standing import Facts, LateDigest

A_DAY = timedelta(days=1)


def standing_facts(store: Store, home: Home, now: datetime) -> Facts:
    """Return how things stand; writes nothing. Raises StoreError when it cannot be read."""
    status = store.status()
    polled = store.poll_facts(
        now - A_DAY, {profile.name: profile.threshold for profile in home.profiles}
    )
    today = store.upkeep(now, A_DAY)
    return Facts(
        heartbeat_at=status.heartbeat_at,
        once_at=store.fact(ONCE),
        feeds_count=status.feeds_count,
        entries_count=status.entries_count,
        relevant_count=polled.entries_above_count,
        feed_troubles=tuple(
            replace(each, advice=each.advice or advice_for(each.kind)) for each in polled.troubles
        ),
        late=late_digests(store, home, now),
        next_at={
            name: slot.due_at if (slot := next_slot(digest, digest.zone, now)) else None
            for name, digest in home.config.digests.items()
        },
        issued_at=status.last_issued_at,
        outbox=status.outbox,
        mail=tuple(store.mail_troubles(now)),
        troubles=tuple(store.troubles()),
        backup_at=store.fact(BACKUP),
        size_bytes=status.size_bytes,
        log_bytes=store.log_bytes(),
        free_bytes=free_bytes(home.state),
        poll_count=today.poll_count,
        failure_count=today.failure_count,
        poll_took=today.poll_took,
    )


def late_digests(store: Store, home: Home, now: datetime) -> tuple[LateDigest, ...]:
    """Return the slots that are due and not issued, but for those that wait for the next."""
    found = []
    for plan in plans_of(home):
        slot, merged = slot_due(store, plan, now, dry_run=True)
        if slot and not waits_for_next(plan.settings, plan.zone, slot, merged, now):
            found.append(LateDigest(plan.name, (merged[0] if merged else slot).due_at))
    return tuple(found)
