"""Commands about topic profiles."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import asdict

import click

from monitor.adapters.home import read_seeds
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.tables import print_json, print_table
from monitor.model import Party, TopicProfile


@click.group("profiles")
def profiles_command() -> None:
    """List and show the topic profiles.

    \b
    Example:
      monitor profiles list
    """


@profiles_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_command(door: Door, as_json: bool) -> None:
    """List the profiles of the home.

    \b
    Example:
      monitor profiles list
    """
    profiles, _ = read_seeds(door.root())
    if as_json:
        print_json([_as_json(profile) for profile in profiles])
        return
    print_table(
        ["name", "title", "parties", "#threshold", "#terms", "#against"],
        [
            (
                profile.name,
                profile.title,
                " x ".join(profile.parties),
                f"{profile.threshold:.2f}",
                len(profile.terms),
                len(profile.against),
            )
            for profile in profiles
        ],
    )


@profiles_command.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show_command(door: Door, name: str, as_json: bool) -> None:
    """Show one profile: its source, its parties, its terms with their weights.

    \b
    Example:
      monitor profiles show trade
    """
    profiles, parties = read_seeds(door.root())
    by_name = {profile.name: profile for profile in profiles}
    if name not in by_name:
        near = difflib.get_close_matches(name, by_name, n=1)
        hint = f', did you mean "{near[0]}"?' if near else ";"
        known = ", ".join(by_name)
        raise CouldNotBeDone(f'there is no profile "{name}"{hint} the profiles are: {known}')
    if as_json:
        print_json(_as_json(by_name[name]))
    else:
        _show(by_name[name], parties)


def _show(profile: TopicProfile, parties: tuple[Party, ...]) -> None:
    click.echo(f"{profile.title} ({profile.name})")
    if profile.source:
        source = profile.source
        facts = ", ".join(str(fact) for fact in (source.publisher, source.published) if fact)
        click.echo(f"learned from: {source.title}" + (f" ({facts})" if facts else ""))
    if profile.summary:
        click.echo(profile.summary)
    click.echo(f"threshold {profile.threshold:.2f}, near miss from {profile.near_miss_floor:.2f}")
    for party in parties:
        if party.name in profile.parties or party.is_bridge:
            kinds = Counter(alias.kind for alias in party.aliases)
            counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
            role = "bridge" if party.is_bridge else "party"
            click.echo(f"{role} {party.title}: {len(party.aliases)} names ({counts})")
    terms = sorted(profile.terms.items(), key=lambda pair: (-pair[1], pair[0]))
    against = sorted(profile.against.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [(term, f"{weight:+g}") for term, weight in terms]
    rows += [(term, f"{-weight:+g}") for term, weight in against]
    print_table(["term", "#weight"], rows)


def _as_json(profile: TopicProfile) -> dict[str, object]:
    return asdict(profile)
