"""The command that tells how things stand, and whether a person has to do something."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from monitor.adapters.home import Home
from monitor.adapters.home.tomlfile import not_used
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.memory import memory, memory_at
from monitor.cli.tables import ago, local_text, print_json, print_table
from monitor.errors import ConfigError
from monitor.model import FeedNews, OutboxState
from monitor.pipeline.polling.cluster_note import cluster_line
from monitor.pipeline.standing import standing_facts
from monitor.stages.due import next_slot
from monitor.stages.health.metrics import metrics
from monitor.stages.health.standing import ALIVE_WITHIN, Facts, Matter, must_act, standing

NEWS_SPAN = timedelta(days=7)  # how long a change of a feed is shown
OPEN = 1  # the exit status when a person has to do something


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--metrics", "as_metrics", is_flag=True, help="Print figures for Prometheus.")
@click.pass_obj
def status_command(door: Door, as_json: bool, as_metrics: bool) -> None:
    """Show how things stand: service, feeds, entries, digests, mail, and what to do.

    Exits with 0 when all is well, 1 when a person has to do something, 2 when it could
    not be found out.

    \b
    Example:
      monitor status
      monitor status --json
    """
    now = datetime.now(UTC)
    try:
        home = door.home()
    except ConfigError as error:
        if not _runs_nonetheless(door, now):
            raise
        raise CouldNotBeDone(f"the service runs; {not_used(error)}") from error
    with memory(home) as store:
        facts = standing_facts(store, home, now) if store else _nothing_yet(home, now)
        news = store.feed_news(now - NEWS_SPAN) if store else []
        stories = store.status().stories_count if store else 0
    matters = standing(facts, now)
    if as_metrics:
        click.echo(metrics(facts, matters, now), nl=False)
    elif as_json:
        print_json(_as_json(home, facts, matters, stories, news, now))
    else:
        _tell(home, facts, stories, now)
        _tell_news(news, now)
        has_run = facts.heartbeat_at is not None or facts.once_at is not None
        _tell_matters(matters, now, has_run=has_run)
    if must_act(matters):
        sys.exit(OPEN)


def _runs_nonetheless(door: Door, now: datetime) -> bool:
    """Tell whether a service runs on a home that a new one could not start with."""
    with memory_at(door.root()) as store:
        at = store.last_heartbeat() if store else None
    return at is not None and now - at < ALIVE_WITHIN


def _nothing_yet(home: Home, now: datetime) -> Facts:
    """Return how things stand before anything was polled."""
    return Facts(
        feeds_count=len(home.subscriptions),
        next_at={
            name: slot.due_at if (slot := next_slot(digest, digest.zone, now)) else None
            for name, digest in home.config.digests.items()
        },
    )


def _is_alive(facts: Facts, now: datetime) -> bool:
    return facts.heartbeat_at is not None and now - facts.heartbeat_at < ALIVE_WITHIN


def _as_json(
    home: Home,
    facts: Facts,
    matters: Sequence[Matter],
    stories: int,
    news: Sequence[FeedNews],
    now: datetime,
) -> dict[str, object]:
    return {
        "home": str(home.root),
        "running": _is_alive(facts, now),
        "heartbeat_at": facts.heartbeat_at,
        "matters": [asdict(matter) for matter in matters],
        "workers": cluster_line(home) or "local",
        "feeds": {"count": facts.feeds_count, "failing": len(facts.feed_troubles)},
        "troubles": [asdict(trouble) for trouble in facts.feed_troubles],
        "entries": facts.entries_count,
        "stories": stories,
        "outbox": {state.value: count for state, count in facts.outbox.items()},
        "digests": {
            name: {"last_issued_at": facts.issued_at.get(name), "next_at": next_at}
            for name, next_at in facts.next_at.items()
        },
        "backup_at": facts.backup_at,
        "database_bytes": facts.size_bytes,
        "disk_free_bytes": facts.free_bytes,
        "feed_news": [asdict(each) for each in news],
    }


def _tell(home: Home, facts: Facts, stories: int, now: datetime) -> None:
    running = "running" if _is_alive(facts, now) else "not running"
    seen = f", last seen {ago(facts.heartbeat_at, now)}" if facts.heartbeat_at else ""
    outbox = ", ".join(f"{count} {state.value}" for state, count in facts.outbox.items())
    free = f", {facts.free_bytes / 1e9:.1f} GB free" if facts.free_bytes is not None else ""
    click.echo(f"home      {home.root}")
    click.echo(f"service   {running}{seen}")
    if cluster := cluster_line(home):
        click.echo(f"workers   {cluster}")
    click.echo(f"feeds     {facts.feeds_count}, {len(facts.feed_troubles)} of them failing")
    click.echo(f"entries   {facts.entries_count}, in {stories} stories")
    click.echo(f"mail      {outbox or 'none yet'}")
    click.echo(f"database  {facts.size_bytes / 1e6:.1f} MB{free}")
    click.echo(f"backup    {ago(facts.backup_at, now)}")
    if facts.next_at:
        rows = []
        for name, next_at in facts.next_at.items():
            zone = home.config.digests[name].zone
            recipients = len(home.config.digests[name].recipients)
            last = ago(facts.issued_at.get(name), now)
            rows.append((name, recipients, last, local_text(next_at, ZoneInfo(zone)), zone))
        print_table(["digest", "#recipients", "last issue", "next issue", "zone"], rows)
    if facts.feed_troubles:
        print_table(
            ["failing feed", "since", "problem"],
            [(each.title, ago(each.since, now), each.problem) for each in facts.feed_troubles],
        )
    if any(facts.outbox.get(state) for state in (OutboxState.FAILED, OutboxState.UNCERTAIN)):
        click.echo("Stories of failed and uncertain mail open their reader's next message.")


def _tell_news(news: Sequence[FeedNews], now: datetime) -> None:
    if news:
        print_table(
            ["feed", "when", "what changed"],
            [
                (each.title, ago(each.at, now), ": ".join(filter(None, (each.change, each.detail))))
                for each in news
            ],
        )
        click.echo("What to do about feeds: `monitor feeds list --problems`.")


def _tell_matters(matters: Sequence[Matter], now: datetime, *, has_run: bool) -> None:
    if not matters and not has_run:
        click.echo("The service has never run here: nothing is polled or sent by itself.")
        click.echo("Start it with `monitor run`, or do what is due once with `monitor once`.")
        return
    if not matters:
        click.echo("Nothing is open.")
        return
    print_table(
        ["open", "since", "what to do"],
        [
            (matter.text, ago(matter.since, now) if matter.since else "", matter.advice)
            for matter in matters
        ],
    )
