"""`monitor profiles` that change a file: change, undo, rescore, decline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import click

from monitor.adapters.home.revising import change_profile, undo_profile
from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.memory import memory
from monitor.cli.teaching import known_profile
from monitor.cli.tuning import polled, span_of, tell_trial
from monitor.model import ProfileChange
from monitor.pipeline.tuning.rescoring import rescore
from monitor.pipeline.tuning.trying import try_profile


@click.command("change")
@click.argument("name")
@click.option("--threshold", type=click.FloatRange(0, 1, min_open=True, max_open=True))
@click.option("--term", "terms", multiple=True, metavar="TERM=WEIGHT", help="0 takes it out.")
@click.option("--against", multiple=True, metavar="TERM=WEIGHT", help="0 takes it out.")
@click.option("--try", "only_try", is_flag=True, help="Only show what it would change.")
@click.option("--since", metavar="SPAN", default="14d", show_default=True, help="With --try.")
@click.pass_obj
def change_command(
    door: Door,
    name: str,
    threshold: float | None,
    terms: tuple[str, ...],
    against: tuple[str, ...],
    only_try: bool,
    since: str,
) -> None:
    """Change a profile's threshold and weights in its file, or try that first.

    Comments stay, and the previous version stays beside the file (.bak): see undo.

    \b
    Example:
      monitor profiles change trade --threshold 0.55 --against "football=1.5" --try
    """
    home = door.home()
    profile = known_profile(home, name)
    change = ProfileChange(threshold, dict(_weights(terms)), dict(_weights(against)))
    if not change:
        raise CouldNotBeDone("nothing to change: give --threshold, --term or --against")
    if only_try:
        back = span_of("--since", since)
        with memory(home) as store:
            trial = try_profile(polled(store), home, change.of(profile), datetime.now(UTC) - back)
        tell_trial(trial, name, since)
        return
    kept = change_profile(home.root, name, change)
    click.echo(f"{name} is changed. The previous version: {kept}")


def _weights(given: Iterable[str]) -> Iterable[tuple[str, float | None]]:
    for each in given:
        term, equals, text = each.rpartition("=")
        try:
            weight = float(text)
        except ValueError:
            equals = ""
        if not equals or not term.strip():
            raise CouldNotBeDone(f'"{each}": expected TERM=WEIGHT, as "tariff*=2"')
        yield " ".join(term.split()), weight or None


@click.command("undo")
@click.argument("name")
@click.pass_obj
def undo_command(door: Door, name: str) -> None:
    """Bring back the previous version of a profile's file; again, and it is as it was.

    \b
    Example:
      monitor profiles undo trade
    """
    home = door.home()
    known_profile(home, name)
    kept = undo_profile(home.root, name)
    click.echo(f"{name} is as it was before. What was undone: {kept}")


@click.command("rescore")
@click.argument("name")
@click.option("--since", metavar="SPAN", default="14d", show_default=True, help="How far back.")
@click.pass_obj
def rescore_command(door: Door, name: str, since: str) -> None:
    """Score stored entries anew for a profile, after its file was changed.

    A service that runs does it by itself, for the last 14 days. The next issue may carry
    what passes now; what was issued stays issued.

    \b
    Example:
      monitor profiles rescore trade --since 7d
    """
    home = door.home()
    profile = known_profile(home, name)
    back = span_of("--since", since)
    with open_store(home) as store:
        now = datetime.now(UTC)
        done = rescore(store, home, profile, now - back, now)
    click.echo(f"{done.entries_count} entries scored anew, {done.above_count} over the threshold")


@click.command("decline")
@click.argument("terms", nargs=-1, required=True, metavar="TERM...")
@click.pass_obj
def decline_command(door: Door, terms: tuple[str, ...]) -> None:
    """Have suggested terms not suggested again.

    \b
    Example:
      monitor profiles decline screwworm
    """
    with open_store(door.home()) as store:
        for term in terms:
            store.decline(term, datetime.now(UTC))
    click.echo(f"not suggested any more: {', '.join(terms)}")
