"""The command that issues a digest, shows what it would be, or mails it to oneself as a trial."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor.adapters.store import Store
from monitor.cli.assemble import mail_server, open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.runs import deliver_now
from monitor.cli.tables import counted
from monitor.errors import DeliveryError
from monitor.model import Slot
from monitor.pipeline import DigestKind, DigestReport, run_digest, slot_due
from monitor.pipeline.digests.addressing import channels_of
from monitor.pipeline.digests.alert_run import run_alert
from monitor.pipeline.digests.digest_run import DigestPlan, left_out, plan_of
from monitor.pipeline.digests.preview import preview, send_test


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
@click.option(
    "--preview", "is_preview", is_flag=True, help="Show it in the browser; change nothing."
)
@click.option("--to", metavar="ADDRESS", help="With --test: who gets it.")
@click.option("--test", "is_test", is_flag=True, help="Mail it to one address; change nothing.")
@click.pass_obj
def digest_command(
    door: Door,
    name: str,
    *,
    out: Path | None,
    send: bool,
    dry_run: bool,
    is_preview: bool,
    to: str | None,
    is_test: bool,
) -> None:
    """Issue a digest now, for the slot that is due, else for this minute.

    What it carries is committed to: no later issue carries it again. Its mail waits
    in the outbox, for `monitor run`, `monitor deliver` or --send. A test is mailed to one
    address only, is marked in its subject, and nothing is committed to.

    \b
    Example:
      monitor digest morning --dry-run
      monitor digest morning --preview
      monitor digest morning --test --to me@example.org
      monitor digest morning --out . --send
    """
    if sum((send, dry_run, is_preview, is_test)) > 1:
        raise CouldNotBeDone("--send, --dry-run, --preview and --test exclude each other")
    if is_test != (to is not None):
        raise CouldNotBeDone("--test and --to ADDRESS go together: a test is mailed to one address")
    now = datetime.now(UTC)
    if is_preview:
        _preview(door, name, now)
    elif is_test and to:
        _test(door, name, to, now)
    else:
        _issue(door, name, now, out, send=send, dry_run=dry_run)


def _issue(
    door: Door, name: str, now: datetime, out: Path | None, *, send: bool, dry_run: bool
) -> None:
    home = door.home()
    plan = plan_of(home, name)
    server_wanted = send and plan.settings.recipients
    delivery_wanted = server_wanted or (send and channels_of(plan))
    if server_wanted:
        mail_server(home)  # what is wrong with it is told before anything is committed to
    with open_store(home) as store:
        if not dry_run:
            store.sync_feeds(home.subscriptions, now)
        report = _run(store, plan, now, dry_run=dry_run)
        if report is None:
            click.echo(f"alert {name}: nothing passes its threshold that was not told before")
            return
        _tell_digest(report, name, dry_run=dry_run)
        if not report.digest.stories and not store.entry_count():
            click.echo("  no entry is stored yet: `monitor poll` polls the feeds once")
        if out is not None:
            _write_out(out, f"{name}-{report.digest.slot.label}", report)
        if delivery_wanted:
            deliver_now(home, store, now)


def _run(store: Store, plan: DigestPlan, now: datetime, *, dry_run: bool) -> DigestReport | None:
    if plan.settings.kind == "alert":
        return run_alert(store, plan, now, dry_run=dry_run, by_hand=True)
    slot, merged = slot_due(store, plan, now, by_hand=True, dry_run=dry_run)
    return run_digest(
        store, plan, slot or _this_minute(plan, now), now, merged=merged, dry_run=dry_run
    )


def _this_minute(plan: DigestPlan, now: datetime) -> Slot:
    local = now.astimezone(ZoneInfo(plan.zone))
    return Slot(local.date(), local.time().replace(second=0, microsecond=0, tzinfo=None), now)


# ---------------------------------------------------------------- trying it


def _preview(door: Door, name: str, now: datetime) -> None:
    home = door.home()
    with open_store(home) as store:
        rendered = preview(store, plan_of(home, name), now)
    try:
        page = Path(tempfile.mkdtemp(prefix="monitor-preview-")) / f"{name}.html"
        page.write_text(rendered.page_html, encoding="utf-8")
    except OSError as error:
        where = tempfile.gettempdir()
        problem = f"the preview cannot be written to {where} ({error.strerror})"
        raise CouldNotBeDone(f"{problem}; nothing was changed") from error
    click.echo(f"{rendered.subject}\n  page: {page}\n  nothing was changed")
    if click.launch(str(page)):
        click.echo("  no browser could be opened; open the page yourself", err=True)


def _test(door: Door, name: str, to: str, now: datetime) -> None:
    home = door.home()
    with open_store(home) as store:
        try:
            message = send_test(store, home, plan_of(home, name), to, now)
        except DeliveryError as error:
            raise CouldNotBeDone(f"the test was not sent: {error.problem}") from error
    click.echo(f"sent to {message.recipient}: {message.subject}")
    click.echo("  nothing was committed to: its stories will come again")


# ---------------------------------------------------------------- telling


def _tell_digest(report: DigestReport, name: str, *, dry_run: bool) -> None:
    digest, slot = report.digest, report.digest.slot
    click.echo(f"digest {name}, slot {slot.label}: {report.kind.value}")
    if report.kind is DigestKind.HANDLED:
        click.echo("  this slot was issued before; nothing was changed")
        return
    for section in digest.sections:
        click.echo(f"  {section.profile.title}")
        for story in section.stories:
            lead = story.lead
            place = "    " if story.under is None else "      related: "
            others = f", and {len(story.entries) - 1} more" if len(story.entries) > 1 else ""
            click.echo(
                f"{place}{lead.best.value:.2f}  {lead.entry.title} ({lead.entry.outlet}{others})"
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
