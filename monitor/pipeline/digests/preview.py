"""The next issue of a digest before it is issued: to be looked at, or sent to one person."""

from __future__ import annotations

from datetime import datetime

from monitor.adapters.home import Home
from monitor.adapters.lock import Lock
from monitor.adapters.store import Store
from monitor.errors import ConfigError, StoreError
from monitor.model import Message, Rendered, Slot
from monitor.pipeline.digests.addressing import press_for
from monitor.pipeline.digests.delivery_run import mail_server_of
from monitor.pipeline.digests.digest_run import chosen_for
from monitor.pipeline.digests.plans import DigestPlan
from monitor.stages import due


def preview(store: Store, plan: DigestPlan, now: datetime) -> Rendered:
    """Render what the digest's next issue would be, were it issued now; nothing is changed.

    Raises ConfigError when no slot comes, RenderError when a template cannot be used.
    """
    slot = _slot(plan, now)
    if slot is None:
        raise ConfigError(f"digests.{plan.name}", "it has no time at which it is issued")
    digest = chosen_for(store, plan, slot, now)
    return press_for(store, plan, digest, {}, is_test=True).render()


def send_test(store: Store, home: Home, plan: DigestPlan, to: str, now: datetime) -> Message:
    """Send what the next issue would be to one address, marked as a test; nothing is kept.

    No entry counts as sent by it. Raises ConfigError when no mail server is named or no slot
    comes, DeliveryError when the server does not take it, StoreError while a delivery runs.
    """
    slot = _slot(plan, now)
    if slot is None:
        raise ConfigError(f"digests.{plan.name}", "it has no time at which it is issued")
    if not home.config.mail.host:
        raise ConfigError("monitor.toml, mail.host", "no mail server is named; nothing was sent")
    press = press_for(store, plan, chosen_for(store, plan, slot, now), {to: ()}, is_test=True)
    message = press.address(to, press.render())
    with Lock(home.prepare_state() / "delivery.lock") as lock:
        if not lock.take():
            raise StoreError("the monitor is delivering just now; nothing was sent; try again")
        server = mail_server_of(home)
        try:
            server.send(message, lambda: None)
        finally:
            server.close()
    return message


def _slot(plan: DigestPlan, now: datetime) -> Slot | None:
    """Return the slot of the next issue; an alert's is now."""
    if plan.settings.kind == "alert":
        return due.alert_slot(plan.zone, now)
    return due.next_slot(plan.settings, plan.zone, now)
