"""The order: poll run, digest run, delivery run; and what commits together.

The three runs meet only in the database. None of them reads a clock.
"""

from monitor.pipeline.delivery_run import DeliveryReport, run_delivery
from monitor.pipeline.digest_run import DigestKind, DigestReport, run_digest, slot_due
from monitor.pipeline.poll_run import PollReport, run_poll

__all__ = [
    "DeliveryReport",
    "DigestKind",
    "DigestReport",
    "PollReport",
    "run_delivery",
    "run_digest",
    "run_poll",
    "slot_due",
]
