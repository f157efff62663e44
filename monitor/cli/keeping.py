"""Commands that keep the memory safe and small: backup, restore, prune; and one run for cron."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor.adapters.home import Home
from monitor.adapters.lock import Lock
from monitor.adapters.store.backup import backups, make_backup, restore
from monitor.adapters.store.carrying import Carried
from monitor.adapters.store.retention import PRUNED, Pruned
from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.tables import counted, local_text, print_json, print_table
from monitor.errors import StoreError
from monitor.pipeline.upkeep_run import ages_of, prune


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--list", "listing", is_flag=True, help="List the backups there are; make none.")
@click.pass_obj
def backup_command(door: Door, file: Path | None, listing: bool) -> None:
    """Copy the database into one file, whole and checked; the service may run meanwhile.

    Without FILE it becomes one of state/backups/, where the service puts one every night;
    7 daily and 4 weekly ones are kept. Your own files (monitor.toml, feeds.opml, seeds/,
    templates/) are not in it: copy the home's folder for those.

    \b
    Example:
      monitor backup
      monitor backup /mnt/usb/news.db
    """
    home = door.home()
    database = home.prepare_state() / "monitor.db"
    if listing:
        zone = ZoneInfo(home.config.zone)
        print_table(
            ["backup", "made", "#MB"],
            [
                (each.path, local_text(each.made_at, zone), f"{each.size_bytes / 1e6:.1f}")
                for each in backups(database)
            ],
        )
        return
    made = make_backup(database, datetime.now(UTC), file.absolute() if file else None)
    click.echo(f"{made}: {made.stat().st_size / 1e6:.1f} MB, checked")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--sent-until",
    metavar="TIME",
    help='What is dated up to then counts as sent, as "2026-07-12 07:00"; else up to now.',
)
@click.option(
    "--verdicts-as-they-were",
    is_flag=True,
    help="Take the backup's verdicts, without what was said or taken back since.",
)
@click.pass_obj
def restore_command(
    door: Door, file: Path, sent_until: str | None, verdicts_as_they_were: bool
) -> None:
    """Put a backup in the database's place; the service has to be stopped.

    The database that was there is kept beside it, and what people said since the backup
    (verdicts, who unsubscribed) is carried over as far as it can be read. The backup does
    not know what was sent since it was made, so what is dated before now counts as sent: it
    is stored and found, and in no mail. If you know when the last mail went out, say it with
    --sent-until.

    \b
    Example:
      monitor restore state/backups/monitor-20260712T023000Z.db
    """
    root, now = door.root(), datetime.now(UTC)
    told_until = _time(door.home(), sent_until) if sent_until else None
    with _alone(root / "state"):
        done = restore(
            file.absolute(),
            root / "state" / "monitor.db",
            now,
            told_until=told_until,
            with_verdicts=not verdicts_as_they_were,
        )
    click.echo(f"restored from {file}")
    if done.replaced:
        click.echo(f"  the former database is kept: {done.replaced}")
        _tell_carried(done.carried)
    click.echo(
        f"  {counted(done.background_count, 'entry counts', 'entries count')} as sent,"
        f" {counted(done.mail_count, 'message')} of its outbox settled"
    )
    click.echo("  start the service again")


def _tell_carried(carried: Carried) -> None:
    said = counted(carried.verdict_count, "verdict")
    click.echo(f"  carried over from it: {said} given since, {carried.taken_back_count} taken back")
    if not carried.is_whole:
        click.echo(
            "  not all of it could be read: verdicts given since the backup may be missing, and"
            " are still in it as far as anything is"
        )


def _time(home: Home, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CouldNotBeDone(
            f'--sent-until {text}: expected a time of {home.config.zone}, as "2026-07-12 07:00"'
        ) from error
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(home.config.zone))).astimezone(UTC)


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Hold the home alone; raises StoreError while a service or a delivery runs."""
    with ExitStack() as stack:
        for name in ("service.lock", "delivery.lock"):
            lock = stack.enter_context(Lock(state / name))
            if not lock.take():
                raise StoreError(
                    f"{state}: the monitor runs on this home (process {lock.holder()}). Nothing"
                    " was changed. Stop it first (`systemctl stop news-monitor`), then restore."
                )
        yield


@click.command("prune")
@click.option("--dry-run", is_flag=True, help="Count what would go; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def prune_command(door: Door, dry_run: bool, as_json: bool) -> None:
    """Let texts and entries go that are older than [retention] says, and free their room.

    The service does so every night. What was seen and sent stays remembered: nothing that
    is pruned comes back or is sent again.

    \b
    Example:
      monitor prune --dry-run
    """
    home, now = door.home(), datetime.now(UTC)
    ages = ages_of(home, now)
    with open_store(home) as store:
        if dry_run:
            found = store.prunable(ages)
        else:
            found = prune(store, ages)
            store.note(PRUNED, now)
        size = store.status().size_bytes
    if as_json:
        print_json(
            {
                "dry_run": dry_run,
                "texts": found.text_count,
                "messages": found.message_count,
                "entries": found.entry_count,
                "notes": found.note_count,
                "database_bytes": size,
            }
        )
        return
    _tell(found, dry_run)
    click.echo(f"the database has {size / 1e6:.1f} MB")


def _tell(found: Pruned, dry_run: bool) -> None:
    verb = "would go" if dry_run else "gone"
    click.echo(
        f"{verb}: {counted(found.entry_count, 'entry', 'entries')},"
        f" the texts of {found.text_count} more, {counted(found.message_count, 'sent message')},"
        f" {counted(found.note_count, 'note')}"
    )


@click.command("once")
@click.pass_obj
def once_command(door: Door) -> None:
    """Poll, issue, deliver and look after the database, once: for cron and timers.

    What is due is done, and nothing else. Exits with 1 when something is worth a look.

    \b
    Example:
      */15 * * * *  monitor --home /srv/news once
    """
    from monitor.service import run_once  # APScheduler, which few commands need

    home = door.home()
    home.prepare_state()
    troubles = run_once(home)
    for trouble in troubles:
        click.echo(trouble, err=True)
    if troubles:
        sys.exit(1)
