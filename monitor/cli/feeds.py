"""Commands about feeds.opml: list, add, remove, import, export."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.adapters.home import Home, read_subscriptions, save_subscriptions
from monitor.adapters.home.opml import feed_address, read_opml, write_opml
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.memory import memory
from monitor.cli.tables import ago, print_json, print_table
from monitor.model import PollState, Subscription
from monitor.text import clean, link_host

FOLDER_SEPARATOR = "/"


@click.group("feeds")
def feeds_command() -> None:
    """List, add, remove, import and export the feeds of the home.

    \b
    Example:
      monitor feeds import subscriptions.opml
    """


@feeds_command.command("list")
@click.option("--failing", is_flag=True, help="Only those that fail.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_command(door: Door, failing: bool, as_json: bool) -> None:
    """List the feeds, how each is doing and when it is polled next.

    \b
    Example:
      monitor feeds list --failing
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
        print_json(
            [{**asdict(feed), "url": masked(feed.url), **asdict(state)} for feed, state in rows]
        )
        return
    print_table(
        ["feed", "folder", "host", "answered", "next poll", "state"],
        [
            (
                feed.title,
                FOLDER_SEPARATOR.join(feed.topics),
                link_host(feed.url),
                ago(state.succeeded_at, now),
                ago(state.next_poll_at, now) if state.next_poll_at else "now",
                _standing(state, now),
            )
            for feed, state in rows
        ],
    )
    click.echo(f"{len(rows)} feeds")


def _known(home: Home) -> dict[str, PollState]:
    """Return what is remembered about each address; nothing before the first poll."""
    with memory(home) as store:
        return {feed.url: state for feed, state in store.feeds()} if store else {}


def masked(url: str) -> str:
    """Return the address without the name and password of a private feed."""
    return re.sub(r"//[^/@]*@", "//***@", url)


def _standing(state: PollState, now: datetime) -> str:
    if state.problem:
        since = f", since {ago(state.failing_since, now)}" if state.failing_since else ""
        return f"{state.problem.value}{since}: {state.problem_text}"
    if state.polled_at is None:
        return "not polled yet"
    return f"ok, mended: {state.warning}" if state.warning else "ok"


@feeds_command.command("add")
@click.argument("url")
@click.option("--title", help="Its name; else its host's.")
@click.option("--folder", default="", help='The folder it goes into, as "Mexico/Outlets".')
@click.option("--language", type=click.Choice(["en", "es"]), help="The language it mostly is in.")
@click.pass_obj
def add_command(door: Door, url: str, title: str | None, folder: str, language: str | None) -> None:
    """Add a feed by its address; it is polled with the next poll run.

    \b
    Example:
      monitor feeds add https://example.org/rss.xml --title "The Example" --folder Outlets
    """
    root = door.root()
    feeds = list(read_subscriptions(root))
    address = feed_address(url)
    if not address:
        raise CouldNotBeDone(
            f"{masked(clean(url))}: expected an http or https address; nothing was added"
        )
    if any(feed.url == address for feed in feeds):
        click.echo(f"{masked(address)} is in feeds.opml already")
        return
    topics = tuple(part for name in folder.split(FOLDER_SEPARATOR) if (part := clean(name)))
    name = clean(title or "") or link_host(address)
    save_subscriptions(root, [*feeds, Subscription(address, name, topics, language)])
    click.echo(f"added {name}, {masked(address)}; {len(feeds) + 1} feeds")


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
    gone = [each for each in feeds if each.url in {feed, feed_address(feed)}]
    gone = gone or [each for each in feeds if each.title.casefold() == feed.casefold()]
    if len(gone) != 1:
        shown = masked(clean(feed))
        what = "may mean several feeds: name one by its address" if gone else "is not in feeds.opml"
        raise CouldNotBeDone(f"{shown} {what}; see `monitor feeds list`; nothing was changed")
    save_subscriptions(root, [each for each in feeds if each not in gone])
    click.echo(f"removed {gone[0].title}, {masked(gone[0].url)}; the file before is feeds.opml.bak")


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
    click.echo(f"{len(added)} {verb}, {there} there already, {len(reading.repairs)} repairs told")
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
