"""What of a digest is due now: its slot, or an alert."""

from __future__ import annotations

from datetime import datetime

from monitor.adapters.store import Store
from monitor.pipeline.digests.alert_run import run_alert
from monitor.pipeline.digests.digest_run import run_digest, slot_due
from monitor.pipeline.digests.issuing import DigestReport
from monitor.pipeline.digests.plans import DigestPlan


def issue_what_is_due(store: Store, plan: DigestPlan, now: datetime) -> DigestReport | None:
    """Issue a digest whose slot is due, or an alert that has something to tell; None: nothing.

    Raises RenderError, StoreError and ConfigError; then it stays due.
    """
    if plan.settings.kind == "alert":
        return run_alert(store, plan, now)
    slot, merged = slot_due(store, plan, now)
    return run_digest(store, plan, slot, now, merged=merged) if slot else None
