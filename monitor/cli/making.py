"""Commands that make things: a home, a person's own copies, the sample newsroom."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from monitor.cli.door import Door

if TYPE_CHECKING:
    from monitor.adapters.home.files import Copied


def _tell(copied: Copied, root: Path) -> None:
    def shown(path: Path) -> str:
        return str(path.relative_to(root))

    for path in copied.written:
        click.echo(f"  made  {shown(path)}")
    for path in copied.kept:
        click.echo(f"  kept  {shown(path)} (it was there already)")


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--zone", help='The zone of its dates and times, as "America/Mexico_City".')
def init_command(folder: Path, zone: str | None) -> None:
    """Make a home in DIR: settings, feeds and topic profiles, with comments that teach.

    Files that are there already are kept as they are.

    \b
    Example:
      monitor init ~/news --zone America/New_York
    """
    from monitor.adapters.home import create_home

    copied = create_home(folder, zone=zone)
    click.echo(f"A home in {folder}:")
    _tell(copied, folder)
    click.echo("Next:")
    steps = {
        f"edit {folder / 'monitor.toml'}": "recipients, mail server, times",
        f"monitor --home {folder} poll": "poll the feeds once",
        f"monitor --home {folder} run": "poll, issue and deliver until stopped",
    }
    width = max(map(len, steps))
    for step, purpose in steps.items():
        click.echo(f"  {step:{width}}   {purpose}")


@click.command("customize")
@click.argument("what", type=click.Choice(["parties", "templates"]))
@click.pass_obj
def customize_command(door: Door, what: Literal["parties", "templates"]) -> None:
    """Copy the shipped alias lists or templates into the home, to be edited there.

    A template of yours is used instead of the shipped one. An alias list of yours
    adds to the shipped one: on the same name yours wins, and weight 0 takes it out.

    \b
    Example:
      monitor customize templates
    """
    from monitor.adapters.home import customize

    root = door.root()
    copied = customize(root, what)
    click.echo(f"{what} in {root}:")
    _tell(copied, root)


@click.command("demo")
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Leave the home, the digest and the mail in DIR.",
)
def demo_command(keep: Path | None) -> None:
    """Run the whole way on a sample newsroom: feeds, scores, stories, digest, mail.

    Needs no network: sample feeds and a mail server run on this machine.

    \b
    Example:
      monitor demo --keep /tmp/monitor-demo
    """
    from monitor.demo import run_demo

    sys.exit(run_demo(keep, click.echo))
