"""The delivery run of channels: what waits in the outbox for a webhook or Apprise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from monitor.adapters.channels import APPRISE, WEBHOOK, Channels
from monitor.adapters.home import Home
from monitor.adapters.home.access import read_secret
from monitor.adapters.home.secret import secret_lines
from monitor.adapters.home.tomlfile import NOTHING_STARTED
from monitor.adapters.store import Store
from monitor.errors import ConfigError, DeliveryError
from monitor.model import OutboxState
from monitor.pipeline.digests.delivery_run import DeliveryReport, settle

logger = logging.getLogger(__name__)


def channels_of(home: Home) -> Channels | None:
    """Return the channels of the home's digests, None when they have none.

    A file that cannot be read lets that one channel's messages wait, and nobody else's.
    """
    webhooks: dict[str, str] = {}
    apprise: dict[str, tuple[str, ...]] = {}
    unread: dict[str, str] = {}
    for name, settings in home.config.digests.items():
        try:
            if settings.webhook:
                webhooks[name] = settings.webhook
            elif settings.webhook_file:
                where = f"digests.{name}.webhook_file"
                webhooks[name] = read_secret(home.root / settings.webhook_file, where)
        except ConfigError as error:
            unread[f"{WEBHOOK}{name}"] = _why(error)
        try:
            if settings.apprise_file:
                where = f"digests.{name}.apprise_file"
                apprise[name] = secret_lines(home.root / settings.apprise_file, where)
        except ConfigError as error:
            unread[f"{APPRISE}{name}"] = _why(error)
    if not webhooks and not apprise and not unread:
        return None
    return Channels(webhooks, apprise, unread=unread, network=home.config.network)


def _why(error: ConfigError) -> str:
    return str(error).removesuffix(f"; {NOTHING_STARTED}")


def run_channels(
    store: Store,
    channels: Channels,
    now: datetime,
    *,
    resend: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> DeliveryReport:
    """Hand every message that is due to its channel, each at most once.

    The caller holds the delivery lock. By the same rules as mail: refused for now is tried
    again later, refused for good is failed, what may have arrived is uncertain and not sent
    again unless `resend` asks for it; then its stories open the channel's next message. One
    channel's trouble keeps nothing from the others.
    """
    report = DeliveryReport()
    store.recover_outbox(now, resend=resend)
    for item in store.due_messages(now, posts=True):
        if stopped():
            break
        message = item.message
        if not store.claim(message.id, now):
            continue
        try:
            channels.send(message, lambda id=message.id: store.mark_data_sent(id))  # type: ignore[misc]
        except DeliveryError as error:
            report.problems.append((item, error.problem))
            report.outcomes[settle(store, item, error, now, resend=resend)] += 1
            continue
        store.mark_sent(message.id, now)
        logger.info("posted %s to %s", message.id, message.recipient)
        report.outcomes[OutboxState.SENT] += 1
    return report
