"""Commands that start a run: the service, a poll, a digest, a delivery."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.cli.assemble import delivery_lock, mail_server, open_store, poll_tools
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.tables import counted, local_text, progress_on_stderr
from monitor.model import OutboxState, PollOutcome, Slot
from monitor.pipeline import (
    DeliveryReport,
    DigestKind,
    DigestReport,
    PollReport,
    first_poll_window,
    run_delivery,
    run_digest,
    run_poll,
    slot_due,
)
from monitor.pipeline.digest_run import DigestPlan, left_out, plan_of
from monitor.pipeline.profiles import meaning_of
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


@click.command("digest")
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the HTML, the text and each message (.eml) there as well.",
)
@click.option("--send", is_flag=True, help="Deliver its mail right away.")
@click.option("--dry-run", is_flag=True, help="Show what it would carry; change nothing.")
@click.pass_obj
def digest_command(door: Door, name: str, out: Path | None, send: bool, dry_run: bool) -> None:
    """Issue a digest now, for the slot that is due, else for this minute.

    What it carries is committed to: no later issue carries it again. Its mail waits
    in the outbox, for `monitor run`, `monitor deliver` or --send.

    \b
    Example:
      monitor digest morning --dry-run
      monitor digest morning --out . --send
    """
    if send and dry_run:
        raise CouldNotBeDone("--send and --dry-run exclude each other")
    home, now = door.home(), datetime.now(UTC)
    plan = plan_of(home, name)
    server_wanted = send and plan.settings.recipients
    if server_wanted:
        mail_server(home)  # what is wrong with it is told before anything is committed to
    with open_store(home) as store:
        if not dry_run:
            store.sync_feeds(home.subscriptions, now)
        slot, merged = _slot(store, plan, now, dry_run=dry_run)
        report = run_digest(store, plan, slot, now, merged=merged, dry_run=dry_run)
        _tell_digest(report, name, slot, dry_run=dry_run)
        if out is not None:
            _write_out(out, f"{name}-{slot.label}", report)
        if server_wanted:
            _deliver(home, store, now)


def _slot(
    store: Store, plan: DigestPlan, now: datetime, *, dry_run: bool
) -> tuple[Slot, tuple[Slot, ...]]:
    slot, merged = slot_due(store, plan, now, by_hand=True, dry_run=dry_run)
    if slot is not None:
        return slot, merged
    local = now.astimezone(ZoneInfo(plan.zone))
    minute = local.time().replace(second=0, microsecond=0, tzinfo=None)
    return Slot(local.date(), minute, now), ()


def _tell_digest(report: DigestReport, name: str, slot: Slot, *, dry_run: bool) -> None:
    digest = report.digest
    click.echo(f"digest {name}, slot {slot.label}: {report.kind.value}")
    if report.kind is DigestKind.HANDLED:
        click.echo("  this slot was issued before; nothing was changed")
        return
    for section in digest.sections:
        click.echo(f"  {section.profile.title}")
        for story in section.stories:
            lead = story.lead
            others = f", and {len(story.entries) - 1} more" if len(story.entries) > 1 else ""
            click.echo(
                f"    {lead.best.value:.2f}  {lead.entry.title} ({lead.entry.outlet}{others})"
            )
    omitted = ", ".join(f"{count} {reason.value}" for reason, count in left_out(digest).items())
    click.echo(
        f"  {counted(len(digest.stories), 'story', 'stories')}; left out: {omitted or 'none'}"
    )
    verb = "would be queued" if dry_run else "queued"
    click.echo(f"  {counted(len(report.messages), 'message')} {verb}")
    if report.page:
        click.echo(f"  page: {report.page}")


def _write_out(folder: Path, stem: str, report: DigestReport) -> None:
    if report.rendered is None:
        click.echo("  nothing to write: the issue is quiet")
        return
    files = {
        f"{stem}.html": report.rendered.body_html.encode("utf-8"),
        f"{stem}.txt": report.rendered.text.encode("utf-8"),
    }
    for number, message in enumerate(report.messages, start=1):
        suffix = f"-{number}" if len(report.messages) > 1 else ""
        files[f"{stem}{suffix}.eml"] = message.content
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file_name, content in files.items():
            (folder / file_name).write_bytes(content)
            click.echo(f"  wrote {folder / file_name}")
    except OSError as error:
        raise CouldNotBeDone(f"{folder}: cannot be written ({error.strerror})") from error


@click.command("deliver")
@click.pass_obj
def deliver_command(door: Door) -> None:
    """Send the mail that waits in the outbox and is due, once.

    \b
    Example:
      monitor deliver
    """
    home = door.home()
    with open_store(home) as store:
        _deliver(home, store, datetime.now(UTC))


def _deliver(home: Home, store: Store, now: datetime) -> None:
    with delivery_lock(home), _told_once():
        report = run_delivery(store, mail_server(home), now)
    waiting = [item.next_attempt_at for item in store.outbox(OutboxState.RETRY)]
    _tell_delivery(report, home, min((at for at in waiting if at), default=None), len(waiting))
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
        OutboxState.FAILED: "refused for good",
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
    if next_at:
        at = local_text(next_at, ZoneInfo(home.config.zone))
        click.echo(f"  {counted(waiting, 'message')} to be tried again, from {at} on")
