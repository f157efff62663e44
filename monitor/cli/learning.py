"""`monitor profiles new`: a topic profile from example articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from monitor.adapters.articles import read_article
from monitor.adapters.home import read_seeds
from monitor.adapters.home.files import make_folder, write_file
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.tables import print_table
from monitor.model import Party
from monitor.pipeline.tuning.new_profile import new_profile
from monitor.stages.learn import Article, LearnedProfile

SHOWN_TERMS = 12


@click.command("new")
@click.argument("name")
@click.option(
    "--from",
    "first",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    multiple=True,
    metavar="FILE...",
    help="The example articles: text (the first line is the title), HTML or PDF.",
)
@click.argument(
    "more", type=click.Path(path_type=Path, exists=True, dir_okay=False), nargs=-1, metavar=""
)
@click.pass_obj
def new_command(door: Door, name: str, first: Sequence[Path], more: Sequence[Path]) -> None:
    """Make a profile from example articles of any subject; five are a good number.

    The terms are what the articles say far more often than news does, and other words
    of the same subjects. The file is the whole model: read it, change it.

    \b
    Example:
      monitor profiles new wildfires --from fire1.txt fire2.txt fire3.txt
    """
    root = door.root()
    profiles, parties = read_seeds(root)
    path = root / "seeds" / f"{name}.toml"
    if path.exists() or name in {profile.name for profile in profiles}:
        raise CouldNotBeDone(f"there is a profile {name} already; choose another name")
    files = [read_article(file, name) for file in dict.fromkeys([*first, *more])]
    articles = [Article(file.title, file.text) for file in files]
    new = new_profile(name, articles, parties)
    # Whole or not at all: a running service reads the folder, and half a profile stops a home.
    make_folder(path.parent)
    write_file(path, new.text.encode("utf-8"))
    _tell(new.learned, path, _titles(new.sides, parties))


def _titles(sides: Iterable[str], parties: Iterable[Party]) -> list[str]:
    titles = {party.name: party.title for party in parties}
    return [titles[side] for side in sides]


def _tell(learned: LearnedProfile, path: Path, sides: Sequence[str]) -> None:
    terms = learned.profile.terms
    click.echo(f"made {path} ({len(terms)} terms)")
    strongest = sorted(terms.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN_TERMS]
    print_table(["strongest term", "#weight"], [(term, f"{w:+g}") for term, w in strongest])
    for warning in learned.warnings:
        click.echo(f"note: {warning}")
    if sides:
        click.echo(f"These articles seem to be about {' and '.join(sides)}: the file says how to")
        click.echo("ask for both sides of that relation, which finds less and surer.")
    click.echo("Next: read the file, take out what misleads, add what you miss.")
