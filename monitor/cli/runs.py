"""Commands that start a run: the service, a poll, a digest, a delivery."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.cli.assemble import delivery_lock, mail_server, open_store, poll_tools
from monitor.cli.door import Door
from monitor.cli.tables import counted, local_text, progress_on_stderr
from monitor.model import OutboxState, PollOutcome
from monitor.pipeline import (
    DeliveryReport,
    PollReport,
    first_poll_window,
    run_delivery,
    run_poll,
)
from monitor.pipeline.digests.channel_run import channels_of, run_channels
from monitor.pipeline.tuning.profiles import meaning_of
from monitor.stages.due import POLL_FLOOR

UNSENT = (OutboxState.FAILED, OutboxState.UNCERTAIN, OutboxState.RETRY)


@click.command("run")
@click.pass_obj
def run_command(door: Door) -> None:
    """Poll, issue digests and deliver mail until stopped.

    One service runs on a home at a time; other commands may be used beside it.

    \b
    Example:
      monitor --home ~/news run
    """
    from monitor.service import run_service  # APScheduler, which no other command needs

    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        logging.getLogger("monitor").setLevel(logging.INFO)
    home = door.home()
    home.prepare_state()
    sys.exit(run_service(home))


@click.command("poll")
@click.option("--all", "every", is_flag=True, help="Also the feeds that are not due yet.")
@click.option("--force", is_flag=True, help="With --all: even those polled a moment ago.")
@click.pass_obj
def poll_command(door: Door, every: bool, force: bool) -> None:
    """Poll every feed that is due, once; with --all, those not polled for 15 minutes too.

    \b
    Example:
      monitor poll --all
    """
    home, now = door.home(), datetime.now(UTC)
    with poll_tools(home) as tools, progress_on_stderr("polling") as progress:
        tools.store.sync_feeds(home.subscriptions, now)
        report = run_poll(
            tools.store,
            tools.poller,
            tools.workers,
            tools.home.profiles,
            now,
            settings=home.config.poll,
            window=first_poll_window(home.config),
            meaning=meaning_of(tools.home),
            every=every,
            rested=timedelta(0) if force else POLL_FLOOR,
            progress=progress,
        )
    if not home.subscriptions:
        click.echo("there is no feed to poll: add one with `monitor feeds add URL`")
        return
    _tell_poll(report)
    if report.outcomes[PollOutcome.FAILED]:
        sys.exit(1)


def _tell_poll(report: PollReport) -> None:
    if not report.polled:
        click.echo(
            "no feed is due; `monitor poll --all` polls those anyway that rested for 15 minutes"
        )
        return
    counts = ", ".join(f"{report.outcomes[kind]} {kind.value}" for kind in PollOutcome)
    click.echo(f"{counted(report.polled, 'feed')} polled: {counts}")
    new = counted(report.entries_new, "new entry", "new entries")
    click.echo(
        f"{new}, {report.entries_above} of them over a threshold; {report.entries_edited} edited"
    )
    if report.entries_waiting:
        click.echo(f"{report.entries_waiting} entries of a flood wait for the next polls")
    for feed, problem in report.problems:
        click.echo(f"  failed: {feed.title}: {problem}", err=True)
    if report.problems:
        click.echo("  what to do about them: `monitor feeds list --problems`", err=True)


@click.command("deliver")
@click.option("--all", "every", is_flag=True, help="Also what waits for a later try.")
@click.pass_obj
def deliver_command(door: Door, every: bool) -> None:
    """Send the mail that waits in the outbox and is due, once.

    \b
    Example:
      monitor deliver
      monitor deliver --all    when the mail server is well again
    """
    home = door.home()
    with open_store(home) as store:
        if every:
            store.make_due()
        deliver_now(home, store, datetime.now(UTC))


def deliver_now(home: Home, store: Store, now: datetime) -> None:
    """Send what is due and tell what came of it; status 1 when something was not sent."""
    with (
        delivery_lock(home),
        _told_once(),
        progress_on_stderr("delivering") as progress,
    ):
        channels = channels_of(home)
        report = DeliveryReport()
        if channels is not None:
            resend = home.config.mail.uncertain == "resend"
            report = run_channels(store, channels, now, resend=resend)
        if home.config.mail.host or channels is None:
            mail = run_delivery(store, mail_server(home), now, progress=progress)
            mail.outcomes.update(report.outcomes)
            mail.problems[:0] = report.problems
            report = mail
    waiting, next_at = store.waiting()
    _tell_delivery(report, home, next_at, waiting)
    if any(report.outcomes[state] for state in UNSENT):
        sys.exit(1)


@contextmanager
def _told_once() -> Iterator[None]:
    """Keep the run from logging what is told in words right after it; not with --debug."""
    log = logging.getLogger(run_delivery.__module__)
    log.disabled = not logging.getLogger().isEnabledFor(logging.DEBUG)
    try:
        yield
    finally:
        log.disabled = False


def _tell_delivery(
    report: DeliveryReport, home: Home, next_at: datetime | None, waiting: int
) -> None:
    words = {
        OutboxState.SENT: "sent",
        OutboxState.RETRY: "not taken for now, tried again later",
        OutboxState.FAILED: "refused for good or given up",
        OutboxState.UNCERTAIN: "uncertain, not sent again",
    }
    counts = [
        f"{report.outcomes[state]} {text}"
        for state, text in words.items()
        if report.outcomes[state]
    ]
    click.echo("mail: " + (", ".join(counts) or "nothing is due"))
    for item, problem in report.problems:
        click.echo(f"  {item.message.recipient}: {problem}", err=True)
    if report.waiting_count:
        click.echo(f"  {counted(report.waiting_count, 'more message')}: not tried", err=True)
    if report.held_count:
        most = home.config.mail.per_hour
        click.echo(f"  {report.held_count} held back: [mail] per_hour allows {most} in an hour")
    if next_at:
        at = local_text(next_at, ZoneInfo(home.config.zone))
        click.echo(f"  {counted(waiting, 'message')} to be tried again, from {at} on")
