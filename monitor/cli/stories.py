"""`monitor stories`: what is being told, by whom; and a person's word on what is one story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from monitor.adapters.home import Home
from monitor.adapters.home.settings import DURATION_RULE, parse_duration
from monitor.adapters.store import RankNote, Store
from monitor.cli.door import CouldNotBeDone, Door, Group
from monitor.cli.memory import memory
from monitor.cli.tables import local_text, print_json, print_table
from monitor.model import Story

LIMIT = 50


@click.group("stories", cls=Group, invoke_without_command=True)
@click.option(
    "--since", metavar="SPAN", default="48h", show_default=True, help='How far back: "12h", "7d".'
)
@click.option("--limit", default=LIMIT, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def stories_command(context: click.Context, since: str, limit: int, as_json: bool) -> None:
    """List the stories with news of late, most widely reported first; merge and split them.

    \b
    Example:
      monitor stories --since 12h
      monitor stories merge 17 42
      monitor stories split 45
    """
    if context.invoked_subcommand is not None:
        return
    home, now = context.obj.home(), datetime.now(UTC)
    back = parse_duration(since)
    if back is None:
        raise CouldNotBeDone(f"--since {since}: {DURATION_RULE}")
    with memory(home) as store:
        stories = store.stories_since(now - back, home.profiles) if store else []
    stories.sort(key=lambda story: (-len(_outlets(story)), -story.score.value, story.number))
    if as_json:
        print_json([_story_json(story) for story in stories[:limit]])
    else:
        _tell(home, stories[:limit], len(stories), since)


@stories_command.command("merge")
@click.argument("one", type=int)
@click.argument("other", type=int)
@click.pass_obj
def merge_command(door: Door, one: int, other: int) -> None:
    """Put story OTHER into story ONE, for good: no later report takes them apart again.

    \b
    Example:
      monitor stories merge 17 42
    """
    with _writing(door) as store:
        count = store.merge_stories(one, other, datetime.now(UTC))
    if not count:
        raise CouldNotBeDone(
            f"{one} and {other} are not two stories; `monitor stories` lists them by number"
        )
    click.echo(f"Story {other} is part of story {one} now: {_entries(count)} moved.")


@stories_command.command("split")
@click.argument("entries", type=int, nargs=-1, required=True, metavar="ENTRY...")
@click.pass_obj
def split_command(door: Door, entries: tuple[int, ...]) -> None:
    """Take entries out of their story into one of their own, for good.

    ENTRY is an entry's number; see `monitor entries`.

    \b
    Example:
      monitor stories split 45
    """
    with _writing(door) as store:
        number = store.split_story(entries, datetime.now(UTC))
    if number is None:
        raise CouldNotBeDone(
            "nothing to split: the entries must be of one story, and leave something of it"
        )
    click.echo(f"{_entries(len(set(entries)))} moved; the new story has number {number}.")


def tell_rankings(notes: Sequence[RankNote], home: Home) -> None:
    """Print where a story stood in each issue, with every part of its rank."""
    for note in notes:
        rank = note.rank
        digest = home.config.digests.get(note.digest)
        zone = ZoneInfo((digest.zone if digest else "") or home.config.zone)
        hours = rank.age.total_seconds() / 3600
        click.echo(
            f"Digest {note.digest}, slot {note.slot_label}, ranked its story {rank.total:.2f}"
            f" ({'carried' if note.carried else 'left out'}, {local_text(note.issued_at, zone)}):"
        )
        click.echo(f"  strength   {rank.strength:+.2f}  points over the threshold")
        click.echo(f"  outlets    {rank.outlets:+.2f}  {rank.outlet_count} of their own")
        click.echo(f"  freshness  {rank.freshness:+.2f}  newest report {hours:.1f} h old")
        if note.day is not None:
            click.echo(f"  update, day {note.day}: {', '.join(note.news)}")


def _writing(door: Door) -> Store:
    path = door.home().state / "monitor.db"
    if not path.exists():
        raise CouldNotBeDone("there are no stories yet; `monitor poll` brings them")
    return Store.open(path)


def _outlets(story: Story) -> dict[str, None]:
    return dict.fromkeys(scored.entry.outlet for scored in story.entries)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _tell(home: Home, stories: Sequence[Story], count: int, since: str) -> None:
    if not stories:
        click.echo(f"No story has had a report in the last {since}.")
        return
    zone = ZoneInfo(home.config.zone)
    print_table(
        ["#story", "#entries", "#outlets", "#score", "latest", "headline"],
        [
            (
                story.number,
                len(story.entries),
                len(_outlets(story)),
                f"{story.score.value:.2f}",
                local_text(max(each.entry.dated_at for each in story.entries), zone),
                story.lead.entry.title,
            )
            for story in stories
        ],
    )
    if count > len(stories):
        click.echo(f"{count - len(stories)} more; see --limit.")


def _story_json(story: Story) -> dict[str, object]:
    return {
        "story": story.number,
        "score": story.score.value,
        "profile": story.score.profile,
        "entries": [
            {
                "id": scored.entry.key.id,
                "outlet": scored.entry.outlet,
                "language": scored.entry.language,
                "title": scored.entry.title,
                "link": scored.entry.link,
                "published_at": scored.entry.published_at,
                "seen_at": scored.entry.seen_at,
            }
            for scored in story.entries
        ],
    }
