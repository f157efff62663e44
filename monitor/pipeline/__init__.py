"""The order: poll run, digest run, delivery run; and what commits together.

The three runs meet only in the database. None of them reads a clock.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.pipeline.digests.delivery_run import DeliveryReport, mail_server_of, run_delivery
    from monitor.pipeline.digests.digest_run import (
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
    from monitor.pipeline.polling.poll_run import PollReport, first_poll_window, run_poll

__all__ = [
    "DeliveryReport",
    "DigestKind",
    "DigestPlan",
    "DigestReport",
    "PollReport",
    "first_poll_window",
    "left_out",
    "mail_server_of",
    "plan_of",
    "plans_of",
    "recover_pages",
    "run_delivery",
    "run_digest",
    "run_poll",
    "slot_due",
]

_RUNS = ("polling.poll_run", "digests.digest_run", "digests.delivery_run")


def __getattr__(name: str) -> object:
    """Import a run when it is first asked for: worker processes need none (reading.py)."""
    for module in _RUNS if name in __all__ else ():
        found = getattr(import_module(f"{__name__}.{module}"), name, None)
        if found is not None:
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
