"""Which slot of a digest is due; apart from the digest run, whose rendering takes long to load."""

from __future__ import annotations

from datetime import datetime

from monitor.adapters.store import Store
from monitor.model import Slot
from monitor.pipeline.digests.plans import DigestPlan
from monitor.stages import due

HANDLED_LOOKED_AT = 50  # slots; more than a week has, as far back as an issue reaches


def slot_due(
    store: Store,
    plan: DigestPlan,
    now: datetime,
    *,
    by_hand: bool = False,
    dry_run: bool = False,
) -> tuple[Slot | None, tuple[Slot, ...]]:
    """Return the slot that is due now, None when none is, and the slots merged into it.

    A digest seen for the first time owes nothing of the past. A slot missed by more than
    `max_lateness` waits for the next one, unless a person asks (`by_hand`). A dry run
    writes nothing. An alert has no slots: `run_alert`.
    """
    started_at = store.digest_started(plan.name, now, record=not dry_run)
    records = store.issues(plan.name, limit=HANDLED_LOOKED_AT)
    # What was issued while the clock was wrong, in the future, must not silence the digest.
    past = [record.slot.due_at for record in records if record.slot.due_at <= now]
    slot, merged = due.slot_to_issue(
        plan.settings,
        plan.zone,
        last=max([started_at, *past]),
        now=now,
        # Labels matter when a date's slot can come due again: a new zone, a clock set back.
        handled={record.slot.label for record in records},
    )
    waits = slot and not by_hand and due.waits_for_next(plan.settings, plan.zone, slot, merged, now)
    return (None, ()) if waits else (slot, merged)
