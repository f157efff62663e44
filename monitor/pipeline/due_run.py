"""What of a digest is due now: its slot, or an alert."""

from __future__ import annotations

from datetime import datetime

from monitor.adapters.store import Store
from monitor.pipeline.alert_run import run_alert
from monitor.pipeline.digest_run import run_digest, slot_due
from monitor.pipeline.issuing import DigestReport
from monitor.pipeline.plans import DigestPlan


def issue_what_is_due(store: Store, plan: DigestPlan, now: datetime) -> DigestReport | None:
    """Issue a digest whose slot is due, or an alert that has something to tell; None: nothing.

    Raises RenderError, StoreError and ConfigError; then it stays due.
    """
    if plan.settings.kind == "alert":
        return run_alert(store, plan, now)
    slot, merged = slot_due(store, plan, now)
    return run_digest(store, plan, slot, now, merged=merged) if slot else None
