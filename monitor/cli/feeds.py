"""Commands about feeds.opml: list, remove, import, export; feed_checks.py has the others."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from monitor.adapters.home import Home, read_subscriptions, save_subscriptions
from monitor.adapters.home.access import unused_names
from monitor.adapters.home.opml import read_opml, write_opml
from monitor.cli.door import CouldNotBeDone, Door, Group
from monitor.cli.feed_checks import (
    FOLDER_SEPARATOR,
    add_command,
    check_command,
    masked,
    one_feed,
    poll_again_command,
)
from monitor.cli.feed_wishes import (
    mute_command,
    pause_command,
    poll_now_command,
    resume_command,
)
from monitor.cli.memory import memory
from monitor.cli.tables import ago, counted, print_json, print_table, span_text
from monitor.model import PollState, Subscription
from monitor.stages.health import Health, health
from monitor.text import link_host


@click.group("feeds", cls=Group)
def feeds_command() -> None:
    """List, add, remove, import and export the feeds of the home.

    \b
    Example:
      monitor feeds import subscriptions.opml
    """


@feeds_command.command("list")
@click.option("--failing", is_flag=True, help="Only those that fail.")
@click.option("--problems", is_flag=True, help="What is the matter with which, and what to do.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_command(door: Door, failing: bool, problems: bool, as_json: bool) -> None:
    """List the feeds, how each is doing and when it is polled next.

    \b
    Example:
      monitor feeds list --problems
    """
    home, now = door.home(), datetime.now(UTC)
    known = _known(home)
    rows = [
        (subscription, known.get(subscription.url, PollState()))
        for subscription in home.subscriptions
    ]
    if failing:
        rows = [(subscription, state) for subscription, state in rows if state.problem]
    if as_json:
        wanted = [each for each in rows if not problems or health(each[1], now)]
        print_json([_plain(feed, state, now) for feed, state in wanted])
        return
    if problems:
        _print_problems(home, rows, now)
        return
    print_table(
        ["feed", "folder", "host", "answered", "changed", "usually", "next poll", "state"],
        [
            (
                feed.title,
                FOLDER_SEPARATOR.join(feed.topics),
                link_host(feed.url),
                ago(state.succeeded_at, now),
                ago(state.changed_at, now),
                f"every {span_text(state.change_gap)}" if state.change_gap else "",
                "paused" if feed.is_paused else _next_poll(state, now),
                _standing(state, now),
            )
            for feed, state in rows
        ],
    )
    click.echo(counted(len(rows), "feed"))


def _known(home: Home) -> dict[str, PollState]:
    """Return what is remembered about each address; nothing before the first poll."""
    with memory(home) as store:
        return {feed.url: state for feed, state in store.feeds()} if store else {}


def _next_poll(state: PollState, now: datetime) -> str:
    if state.ended_at:
        return "not any more"
    return ago(state.next_poll_at, now) if state.next_poll_at else "now"


def _standing(state: PollState, now: datetime) -> str:
    if state.problem:
        since = f", since {ago(state.failing_since, now)}" if state.failing_since else ""
        return f"{state.problem.value}{since}: {state.problem_text}"
    if state.polled_at is None:
        return "not polled yet"
    found = health(state, now)
    if found is None:
        return "ok"
    return f"ok, {'mended' if found.words == state.warning else found.kind}: {found.words}"


def _plain(feed: Subscription, state: PollState, now: datetime) -> dict[str, object]:
    """Return all there is about a feed, for JSON; spans in seconds."""
    known = {key: value for key, value in asdict(state).items() if key not in {"news", "traces"}}
    spans = {
        key: value.total_seconds() for key, value in known.items() if isinstance(value, timedelta)
    }
    return {
        **asdict(feed),
        "url": masked(feed.url),
        **known,
        **spans,
        "skip_hours": sorted(state.skip_hours),
        "skip_days": sorted(state.skip_days),
        "health": asdict(found) if (found := health(state, now)) else None,
    }


def _print_problems(
    home: Home, rows: Sequence[tuple[Subscription, PollState]], now: datetime
) -> None:
    """Print what is the matter with which feed, and what to do about it."""
    taken = {feed.url for feed, _ in rows} | {state.moved_to for _, state in rows}
    found = [
        (feed, matter)
        for feed, state in rows
        if (matter := health(state, now, is_taken=state.moving_to in taken))
    ]
    found.sort(key=lambda pair: not pair[1].is_failing)
    print_table(
        ["feed", "kind", "since", "what happened", "what to do"],
        [
            (feed.title, matter.kind, _since(matter, now), matter.words, matter.advice)
            for feed, matter in found
        ],
    )
    failing = sum(matter.is_failing for _, matter in found)
    click.echo(
        f"{counted(len(rows), 'feed')}, {failing} failing, {len(found) - failing} worth knowing of"
    )
    for name in unused_names(home.config.feeds, home.subscriptions):
        click.echo(f'monitor.toml, [feeds."{name}"]: no feed has this title or address', err=True)


def _since(matter: Health, now: datetime) -> str:
    return ago(matter.since, now) if matter.since else ""


for _command in (
    add_command,
    check_command,
    poll_again_command,
    poll_now_command,
    pause_command,
    resume_command,
    mute_command,
):
    feeds_command.add_command(_command)


@feeds_command.command("remove")
@click.argument("feed", metavar="URL|TITLE")
@click.pass_obj
def remove_command(door: Door, feed: str) -> None:
    """Remove a feed by its address or its whole title; its entries stay.

    \b
    Example:
      monitor feeds remove https://example.org/rss.xml
    """
    root = door.root()
    feeds = read_subscriptions(root)
    gone = one_feed(feeds, feed)
    save_subscriptions(root, [each for each in feeds if each != gone])
    click.echo(f"removed {gone.title}, {masked(gone.url)}; the file before is feeds.opml.bak")


@feeds_command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only tell what would be added.")
@click.pass_obj
def import_command(door: Door, file: Path, dry_run: bool) -> None:
    """Add the feeds of an OPML file, as any reader exports it; mends what it can.

    \b
    Example:
      monitor feeds import subscriptions.opml
    """
    root = door.root()
    try:
        reading = read_opml(file.read_bytes(), str(file))
    except OSError as error:
        raise CouldNotBeDone(f"{file}: cannot be read ({error.strerror})") from error
    for repair in reading.repairs:
        click.echo(f"{file.name}: {repair}", err=True)
    feeds = read_subscriptions(root)
    known = {feed.url for feed in feeds}
    added = [feed for feed in reading.subscriptions if feed.url not in known]
    if added and not dry_run:
        save_subscriptions(root, [*feeds, *added])
    for feed in added:
        click.echo(f"  {feed.title}, {masked(feed.url)}")
    there = len(reading.subscriptions) - len(added)
    verb = "would be added" if dry_run else "added"
    repairs = counted(len(reading.repairs), "repair")
    click.echo(f"{len(added)} {verb}, {there} there already, {repairs} told")
    if not reading.subscriptions:
        click.echo(f"{file.name} holds no feed", err=True)
        sys.exit(1)


@feeds_command.command("export")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Else it is printed.")
@click.pass_obj
def export_command(door: Door, out: Path | None) -> None:
    """Print the feeds as OPML 2.0, for any other reader.

    \b
    Example:
      monitor feeds export --out feeds-copy.opml
    """
    opml = write_opml(read_subscriptions(door.root()))
    if out is None:
        click.echo(opml.decode("utf-8"), nl=False)
        return
    try:
        out.write_bytes(opml)
    except OSError as error:
        raise CouldNotBeDone(f"{out}: cannot be written ({error.strerror})") from error
    click.echo(f"wrote {out}")
