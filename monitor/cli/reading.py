"""Commands that look and change nothing: status and entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from monitor.adapters.home import Home
from monitor.adapters.home.settings import DURATION_RULE, parse_duration
from monitor.adapters.store import Status, StoredEntry
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.memory import entry_json, memory
from monitor.cli.tables import ago, counted, local_text, print_json, print_table
from monitor.model import FeedNews, FeedTrouble, OutboxState, Score, TopicProfile
from monitor.stages.due import next_slot

ALIVE_WITHIN = timedelta(minutes=2)  # the service notes a heartbeat every 30 s
LIMIT = 50
NEWS_SPAN = timedelta(days=7)  # how long a change of a feed is shown


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status_command(door: Door, as_json: bool) -> None:
    """Show how things stand: service, feeds, entries, digests, mail.

    \b
    Example:
      monitor status
      monitor status --json
    """
    home, now = door.home(), datetime.now(UTC)
    status = Status(None, len(home.subscriptions), 0, 0, 0, {}, {}, 0)
    troubles: tuple[FeedTrouble, ...] = ()
    news: list[FeedNews] = []
    with memory(home) as store:
        if store is not None:
            status = store.status()
            troubles = store.poll_facts(now, {}).troubles
            news = store.feed_news(now - NEWS_SPAN)
    upcoming = {
        name: slot.due_at if (slot := next_slot(digest, digest.zone, now)) else None
        for name, digest in home.config.digests.items()
    }
    if as_json:
        told = _status_json(home, status, troubles, upcoming, now)
        print_json({**told, "feed_news": [asdict(each) for each in news]})
    else:
        _tell_status(home, status, troubles, upcoming, now)
        _tell_news(news, now)


def _is_alive(status: Status, now: datetime) -> bool:
    return status.heartbeat_at is not None and now - status.heartbeat_at < ALIVE_WITHIN


def _status_json(
    home: Home,
    status: Status,
    troubles: Sequence[FeedTrouble],
    upcoming: dict[str, datetime | None],
    now: datetime,
) -> dict[str, object]:
    return {
        "home": str(home.root),
        "running": _is_alive(status, now),
        "heartbeat_at": status.heartbeat_at,
        "feeds": {"count": status.feeds_count, "failing": status.feeds_failing_count},
        "troubles": [asdict(trouble) for trouble in troubles],
        "entries": status.entries_count,
        "stories": status.stories_count,
        "outbox": {state.value: count for state, count in status.outbox.items()},
        "digests": {
            name: {"last_issued_at": status.last_issued_at.get(name), "next_at": next_at}
            for name, next_at in upcoming.items()
        },
        "database_bytes": status.size_bytes,
    }


def _tell_status(
    home: Home,
    status: Status,
    troubles: Sequence[FeedTrouble],
    upcoming: dict[str, datetime | None],
    now: datetime,
) -> None:
    running = "running" if _is_alive(status, now) else "not running"
    seen = f", last seen {ago(status.heartbeat_at, now)}" if status.heartbeat_at else ""
    outbox = ", ".join(f"{count} {state.value}" for state, count in status.outbox.items())
    click.echo(f"home      {home.root}")
    click.echo(f"service   {running}{seen}")
    click.echo(f"feeds     {status.feeds_count}, {status.feeds_failing_count} of them failing")
    click.echo(f"entries   {status.entries_count}, in {status.stories_count} stories")
    click.echo(f"mail      {outbox or 'none yet'}")
    click.echo(f"database  {status.size_bytes / 1e6:.1f} MB")
    if upcoming:
        rows = []
        for name, next_at in upcoming.items():
            zone = home.config.digests[name].zone
            recipients = len(home.config.digests[name].recipients)
            last = ago(status.last_issued_at.get(name), now)
            rows.append((name, recipients, last, local_text(next_at, ZoneInfo(zone)), zone))
        print_table(["digest", "#recipients", "last issue", "next issue", "zone"], rows)
    if troubles:
        print_table(
            ["failing feed", "since", "problem"],
            [(trouble.title, ago(trouble.since, now), trouble.problem) for trouble in troubles],
        )
    if any(status.outbox.get(state) for state in (OutboxState.FAILED, OutboxState.UNCERTAIN)):
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


@click.command("entries")
@click.option("--since", metavar="SPAN", help='Only entries of the last "24h", "7d".')
@click.option("--profile", metavar="P", help="Only entries at least near this profile's threshold.")
@click.option("--min", "minimum", type=click.FloatRange(0, 1), help="Only this score or above.")
@click.option("--search", metavar="WORDS", help='Words that all occur; "a phrase", a beginn*.')
@click.option("--limit", type=click.IntRange(1), default=LIMIT, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def entries_command(
    door: Door,
    since: str | None,
    profile: str | None,
    minimum: float | None,
    search: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List entries, newest first, with their best score.

    \b
    Example:
      monitor entries --since 24h --profile trade
      monitor entries --search 'tariff* "supply chain"' --json
    """
    home, now = door.home(), datetime.now(UTC)
    span = parse_duration(since) if since else None
    if since and span is None:
        raise CouldNotBeDone(f"--since {since}: {DURATION_RULE}")
    if profile and minimum is None:
        minimum = _profile(home, profile).near_miss_floor
    with memory(home) as store:
        found = (
            store.entries(
                since=now - span if span else None,
                profile=profile,
                minimum=minimum,
                search=search,
                limit=limit,
            )
            if store
            else []
        )
    if as_json:
        print_json([entry_json(stored) for stored in found])
        return
    zone = ZoneInfo(home.config.zone)
    rows = []
    for stored in found:
        score = _shown_score(stored, profile)
        value, name = (f"{score.value:.2f}", score.profile) if score else ("", "")
        entry = stored.entry
        at = local_text(entry.dated_at, zone)
        rows.append((stored.number, at, value, name, entry.outlet, entry.title))
    print_table(["#entry", "date", "#score", "profile", "outlet", "title"], rows)
    newest = f", the newest {limit}" if len(rows) == limit else ""
    click.echo(counted(len(rows), "entry", "entries") + newest)


def _profile(home: Home, name: str) -> TopicProfile:
    for profile in home.profiles:
        if profile.name == name:
            return profile
    known = ", ".join(profile.name for profile in home.profiles)
    raise CouldNotBeDone(f'there is no profile "{name}"; the profiles are: {known}')


def _shown_score(stored: StoredEntry, profile: str | None) -> Score | None:
    wanted = [score for score in stored.scores if profile in {None, score.profile}]
    return wanted[0] if wanted else None
