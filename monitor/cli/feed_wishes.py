"""`monitor feeds` by which a person has feeds rest, be polled, and outlets be silent."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from monitor.adapters.home.revising import change_settings
from monitor.adapters.home.subscribing import pause_feed
from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.feed_checks import masked, one_feed
from monitor.stages.due import POLL_FLOOR
from monitor.text import clean


@click.command("pause")
@click.argument("feed", metavar="URL|TITLE")
@click.pass_obj
def pause_command(door: Door, feed: str) -> None:
    """Have a feed polled no more until it is resumed; its line in feeds.opml says so.

    \b
    Example:
      monitor feeds pause "The Example"
    """
    _set_paused(door, feed, paused=True)


@click.command("resume")
@click.argument("feed", metavar="URL|TITLE")
@click.pass_obj
def resume_command(door: Door, feed: str) -> None:
    """Have a paused feed polled again.

    \b
    Example:
      monitor feeds resume "The Example"
    """
    _set_paused(door, feed, paused=False)


def _set_paused(door: Door, name: str, *, paused: bool) -> None:
    home = door.home()
    feed = one_feed(home.subscriptions, name)
    changed = pause_feed(home.root, feed.url, paused=paused)
    now = "paused: it is not polled" if paused else "polled again, when it is due"
    before = "" if changed else " (and was before)"
    click.echo(f"{feed.title}, {masked(feed.url)}: {now}{before}")


@click.command("poll-now")
@click.argument("feed", metavar="URL|TITLE")
@click.pass_obj
def poll_now_command(door: Door, feed: str) -> None:
    """Have a feed polled with the next poll run, unless it has to rest.

    It rests for 15 minutes after a poll, and for as long as its publisher asked.

    \b
    Example:
      monitor feeds poll-now "The Example"
    """
    home, now = door.home(), datetime.now(UTC)
    subscription = one_feed(home.subscriptions, feed)
    with open_store(home) as store:
        store.sync_feeds(home.subscriptions, now)
        number = next(each.number for each, _ in store.feeds() if each.url == subscription.url)
        if not store.poll_soon(number, now, rested=POLL_FLOOR):
            raise CouldNotBeDone(
                f"{subscription.title} was polled less than 15 minutes ago, was asked to wait, or "
                "ended; nothing was changed; see `monitor feeds list`"
            )
    click.echo(f"{subscription.title} is polled with the next poll run")


@click.command("mute")
@click.argument("outlet")
@click.option("--undo", is_flag=True, help="Let it be heard again.")
@click.pass_obj
def mute_command(door: Door, outlet: str, undo: bool) -> None:
    """Keep an outlet's reports out of every digest; they are stored and found all the same.

    It is written into monitor.toml, where comments stay.

    \b
    Example:
      monitor feeds mute "Sports Daily"
      monitor feeds mute "Sports Daily" --undo
    """
    home = door.home()
    name = clean(outlet)
    muted = [each for each in home.config.muted if each != name]
    if undo and len(muted) == len(home.config.muted):
        raise CouldNotBeDone(f'"{name}" is not muted, so nothing was changed')
    if not undo:
        muted.append(name)
    change_settings(home.root, (), {"muted": muted or None})
    click.echo(f"{name} is {'heard again' if undo else 'muted'}")
