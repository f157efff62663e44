"""The order: poll run, digest run, delivery run; and what commits together.

The three runs meet only in the database. None of them reads a clock.
"""

from monitor.pipeline.delivery_run import DeliveryReport, run_delivery
from monitor.pipeline.digest_run import (
    DigestKind,
    DigestPlan,
    DigestReport,
    left_out,
    plan_of,
    plans_of,
    recover_pages,
    run_digest,
    slot_due,
)
from monitor.pipeline.poll_run import PollReport, first_poll_window, run_poll

__all__ = [
    "DeliveryReport",
    "DigestKind",
    "DigestPlan",
    "DigestReport",
    "PollReport",
    "first_poll_window",
    "left_out",
    "plan_of",
    "plans_of",
    "recover_pages",
    "run_delivery",
    "run_digest",
    "run_poll",
    "slot_due",
]
