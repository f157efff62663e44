"""Commands that look at one feed: add a site's, check one, have one polled again."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.adapters.home import Home, read_subscriptions, save_subscriptions
from monitor.adapters.home.opml import TITLE_MAX_CHARS, feed_address
from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.memory import memory
from monitor.cli.tables import counted, span_text
from monitor.errors import PollError
from monitor.model import Feed, ParsedFeed, PollState, Problem, Retrieved, Subscription
from monitor.pipeline.polling.feed_check import FeedCheck, check_feed, find_feed, looking_tools
from monitor.stages.health import advice_for
from monitor.text import clean, clip, link_host

FOLDER_SEPARATOR = "/"
SHOWN_COUNT = 3  # entries: enough to tell a feed of news from one of comments
SHOWN_CHARS = 100
# Not the address's fault: what cannot be looked at now may be a feed all the same.
UNREACHED = frozenset({Problem.DNS, Problem.REFUSED, Problem.TIMEOUT, Problem.SERVER})


def masked(url: str) -> str:
    """Return the address without the name and password of a private feed."""
    return re.sub(r"//[^/@]*@", "//***@", url)


def one_feed(feeds: Sequence[Subscription], name: str) -> Subscription:
    """Return the feed of this address or whole title; CouldNotBeDone when that is not one."""
    found = [each for each in feeds if each.url in {name, feed_address(name)}]
    found = found or [each for each in feeds if each.title.casefold() == name.casefold()]
    if len(found) != 1:
        shown = masked(clean(name))
        what = (
            "may mean several feeds: name one by its address" if found else "is not in feeds.opml"
        )
        raise CouldNotBeDone(f"{shown} {what}; see `monitor feeds list`; nothing was changed")
    return found[0]


# ---------------------------------------------------------------- add


@click.command("add")
@click.argument("url", metavar="URL|SITE")
@click.option("--title", help="Its name; else the feed's own.")
@click.option("--folder", default="", help='The folder it goes into, as "Mexico/Outlets".')
@click.option("--language", type=click.Choice(["en", "es"]), help="The language it mostly is in.")
@click.option("--yes", is_flag=True, help="Add it without asking.")
@click.option("--unchecked", is_flag=True, help="Add the address as it is, without looking at it.")
@click.pass_obj
def add_command(
    door: Door,
    url: str,
    title: str | None,
    folder: str,
    language: str | None,
    yes: bool,
    unchecked: bool,
) -> None:
    """Add a feed by its address, or the feed of a web page, after a look at it.

    A few of its entries are shown before it is saved. It is polled with the next poll run.

    \b
    Example:
      monitor feeds add https://example.org/ --folder Outlets
      monitor feeds add https://example.org/rss.xml --title "The Example" --yes
    """
    root = door.root()
    address = _address(url)
    if _is_there(root, address):
        return
    name, unread = clean(title or ""), ""
    if not unchecked:
        found = _look(door.home(), address)
        address = found.url
        if _is_there(root, address):
            return
        name = name or (clip(found.parsed.title, TITLE_MAX_CHARS) if found.parsed else "")
        unread = "" if found.parsed else ", unread: it is not known to be a feed"
        question = "Add it unread?" if unread else "Add it?"
        if not yes and sys.stdin.isatty() and not click.confirm(question, default=not unread):
            click.echo("nothing was added")
            return
    topics = tuple(part for each in folder.split(FOLDER_SEPARATOR) if (part := clean(each)))
    name = name or link_host(address)
    feeds = read_subscriptions(root)
    save_subscriptions(root, [*feeds, Subscription(address, name, topics, language)])
    click.echo(f"added {name}, {masked(address)}{unread}; {len(feeds) + 1} feeds")


def _address(url: str) -> str:
    text = url if "//" in url or ":" in url.partition("/")[0] else f"https://{url}"
    address = feed_address(text)
    if not address:
        problem = "expected an http or https address; nothing was added"
        raise CouldNotBeDone(f"{masked(clean(url))}: {problem}")
    return address


def _is_there(root: Path, address: str) -> bool:
    is_there = any(feed.url == address for feed in read_subscriptions(root))
    if is_there:
        click.echo(f"{masked(address)} is in feeds.opml already")
    return is_there


def _look(home: Home, address: str) -> FeedCheck:
    """Return the feed found at an address, and show it; CouldNotBeDone when there is none."""
    with looking_tools(home) as (poller, workers):
        found, others = find_feed(poller, workers, address, datetime.now(UTC))
    if found.parsed is None:
        problem = found.failure.problem if found.failure else "nothing came"
        if found.problem in UNREACHED:
            look = f"`monitor feeds check {masked(address)}`"
            click.echo(f"it could not be looked at ({problem}); later, {look} does", err=True)
            return found
        advice = advice_for(found.problem or "")
        raise CouldNotBeDone(
            f"{masked(address)}: {problem}, and no feed was found there.\n"
            f"{advice} Nothing was added; --unchecked adds the address as it is."
        )
    if found.url != address:
        click.echo(f"the feed of {masked(address)} is {masked(found.url)}")
    for other in others:
        click.echo(f"  the page also names {masked(other)}")
    _show_entries(found.parsed)
    return found


def _show_entries(parsed: ParsedFeed) -> None:
    click.echo(f"{parsed.title or 'no title'}: {counted(len(parsed.entries), 'entry', 'entries')}")
    for entry in parsed.entries[:SHOWN_COUNT]:
        at = f"{entry.published_at:%Y-%m-%d}" if entry.published_at else "no date   "
        click.echo(f"  {at}  {clip(entry.title, SHOWN_CHARS)}")


# ---------------------------------------------------------------- check


@click.command("check")
@click.argument("feed", metavar="URL|TITLE")
@click.pass_obj
def check_command(door: Door, feed: str) -> None:
    """Poll a feed once and explain what came; nothing is stored or changed.

    \b
    Example:
      monitor feeds check https://example.org/rss.xml
    """
    home = door.home()
    subscription, state = _known(home, feed)
    asked = Feed(0, subscription.url, subscription.title, language=subscription.language)
    with looking_tools(home) as (poller, workers):
        check = check_feed(poller, workers, asked, datetime.now(UTC), state)
    click.echo(f"address    {masked(subscription.url)}")
    if state and state.moved_to:
        click.echo(f"polled at  {state.moved_to}, where it moved to")
    if check.answer:
        _tell_answer(check.answer)
    if check.failure:
        _tell_failure(check)
        sys.exit(1)
    if check.parsed:
        _tell_parsed(check.parsed)


def _known(home: Home, name: str) -> tuple[Subscription, PollState | None]:
    """Return the subscription with its state; of a feed not subscribed just its address."""
    address = feed_address(name)
    if address and not any(each.url == address for each in home.subscriptions):
        return Subscription(address, link_host(address)), None
    found = one_feed(home.subscriptions, name)
    with memory(home) as store:
        states = {feed.url: state for feed, state in store.feeds()} if store else {}
    return found, states.get(found.url)


def _tell_answer(answer: Retrieved) -> None:
    if answer.moved_to:
        click.echo(f"moved      permanently to {answer.moved_to}")
    elif answer.url:
        click.echo(f"answered   {answer.url}")
    size = "not changed (304)" if answer.body is None else f"{len(answer.body):,} bytes"
    click.echo(f"body       {size}, {answer.content_type or 'no content type'}")
    named = [name for name in ("etag", "last_modified") if getattr(answer, name)]
    words = " and ".join(named) or "none: every poll costs the publisher a whole body"
    click.echo(f"validators {words}")
    if answer.fresh_for:
        click.echo(f"fresh      for {span_text(answer.fresh_for)}")


def _tell_failure(check: FeedCheck) -> None:
    failure = check.failure
    assert failure is not None
    click.echo(f"problem    {check.problem or 'unknown'}: {failure.problem}")
    if isinstance(failure, PollError) and failure.retry_after:
        click.echo(f"retry      it asks to wait {span_text(failure.retry_after)}")
    click.echo(f"advice     {advice_for(check.problem or '')}")


def _tell_parsed(parsed: ParsedFeed) -> None:
    if parsed.warning:
        click.echo(f"mended     {parsed.warning}")
    if parsed.ttl:
        click.echo(f"ttl        {span_text(parsed.ttl)}")
    _show_entries(parsed)


# ---------------------------------------------------------------- poll again


@click.command("poll-again")
@click.argument("feed", metavar="URL|TITLE")
@click.pass_obj
def poll_again_command(door: Door, feed: str) -> None:
    """Have a feed polled that ended (410), fails or moved, at its address in feeds.opml.

    \b
    Example:
      monitor feeds poll-again "The Example"
    """
    home = door.home()
    subscription = one_feed(home.subscriptions, feed)
    with open_store(home) as store:
        store.sync_feeds(home.subscriptions, datetime.now(UTC))
        number = next(each.number for each, _ in store.feeds() if each.url == subscription.url)
        store.poll_again(number)
    click.echo(f"{subscription.title} is due now, at {masked(subscription.url)}")
