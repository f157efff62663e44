"""Commands about topic profiles."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import asdict

import click

from monitor.adapters.home import read_seeds
from monitor.cli.changing import (
    change_command,
    decline_command,
    rescore_command,
    undo_command,
)
from monitor.cli.door import CouldNotBeDone, Door, Group
from monitor.cli.learning import new_command
from monitor.cli.memory import memory_at
from monitor.cli.tables import print_json, print_table
from monitor.cli.tuning import (
    accept_command,
    adopt_command,
    reset_command,
    suggest_command,
    try_command,
)
from monitor.model import Learned, Party, TopicProfile


@click.group("profiles", cls=Group)
def profiles_command() -> None:
    """List, show, make, try, teach and complete the topic profiles.

    \b
    Example:
      monitor profiles list
    """


for _command in (
    new_command,
    suggest_command,
    accept_command,
    try_command,
    adopt_command,
    reset_command,
    change_command,
    undo_command,
    rescore_command,
    decline_command,
):
    profiles_command.add_command(_command)


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

    Two columns: what a person set, and the points that verdicts added, in the file
    (adopted) or beside it.

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
    with memory_at(door.root()) as store:
        learned = store.learned().get(name) if store else None
    if as_json:
        print_json(_as_json(by_name[name], learned))
    else:
        _show(by_name[name], parties)
        _show_terms(by_name[name], learned)


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


def _show_terms(profile: TopicProfile, learned: Learned | None) -> None:
    """Print what a person set beside what verdicts taught."""
    hand_set = {**profile.terms, **{term: -weight for term, weight in profile.against.items()}}
    words = learned.words if learned else {}
    terms = sorted(
        {*hand_set, *profile.learned, *words},
        key=lambda term: (
            -abs(hand_set.get(term, 0.0)),
            -abs(words.get(term, profile.learned.get(term, 0.0))),
            term,
        ),
    )
    columns = [hand_set, profile.learned, words]
    shown = [column for column in columns if column or column is not profile.learned]
    heads = ["#hand-set", *(["#adopted"] if profile.learned else []), "#learned"]
    rows = [
        (term, *(f"{column[term]:+g}" if term in column else "" for column in shown))
        for term in terms
    ]
    print_table(["term", *heads], rows)
    if profile.offset:
        click.echo(f"every entry: {profile.offset:+.2f} points, adopted")
    if learned:
        click.echo(
            f"every entry: {learned.offset:+.2f} points, learned with the rest from "
            f"{learned.verdict_count} verdicts on {learned.learned_at:%Y-%m-%d}; "
            f"`monitor profiles adopt {profile.name}` writes it into the file, reset drops it"
        )


def _as_json(profile: TopicProfile, learned: Learned | None = None) -> dict[str, object]:
    beside = asdict(learned) if learned else None
    return {**asdict(profile), "beside": beside}
