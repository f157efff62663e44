"""The command that lists entries."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from monitor.adapters.home import Home
from monitor.adapters.home.settings import DURATION_RULE, parse_duration
from monitor.adapters.store import StoredEntry
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.memory import entry_json, memory
from monitor.cli.tables import counted, local_text, print_json, print_table
from monitor.model import Score, TopicProfile

LIMIT = 50


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
