"""`monitor digests`: the settings of digests and who gets them, as the pages change them."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import UTC, datetime

import click

from monitor.adapters.home import Home
from monitor.cli.door import CouldNotBeDone, Door, Group
from monitor.cli.memory import memory
from monitor.cli.tables import counted, print_json, print_table
from monitor.config import DigestSettings
from monitor.pipeline.digests.digest_settings import Value, change_digest, is_address, new_digest
from monitor.stages import due

_TYPES = {each.name: str(each.type) for each in fields(DigestSettings)}


@click.group("digests", cls=Group)
def digests_command() -> None:
    """List the digests, make one, change its settings and who gets it.

    monitor.toml is changed: its comments stay, and the version before is kept beside it (.bak).

    \b
    Example:
      monitor digests list
      monitor digests set morning times 07:00 18:00
      monitor digests recipients morning --add ana@example.org
    """


@digests_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_command(door: Door, as_json: bool) -> None:
    """List the digests with their times and recipients; --json tells every setting.

    \b
    Example:
      monitor digests list
    """
    home, now = door.home(), datetime.now(UTC)
    if as_json:
        print_json([{"name": name, **asdict(each)} for name, each in home.config.digests.items()])
        return
    rows = []
    with memory(home) as store:
        for name, each in home.config.digests.items():
            slot = due.next_slot(each, each.zone or home.config.zone, now)
            left = store.unsubscribed(name) if store else frozenset()
            goes_to = [f"{who} (left)" if who in left else who for who in each.recipients]
            when = (
                f"{slot.local_date} {slot.local_time:%H:%M}"
                if slot
                else "alert"
                if each.kind == "alert"
                else "never"
            )
            rows.append((name, each.title, ", ".join(each.times), when, "\n".join(goes_to)))
    print_table(["digest", "title", "times", "next", "goes to"], rows)
    click.echo(counted(len(rows), "digest"))


@digests_command.command("new")
@click.argument("name")
@click.pass_obj
def new_command(door: Door, name: str) -> None:
    """Make a digest, issued at 07:00; nobody gets it until recipients are added.

    \b
    Example:
      monitor digests new weekly
    """
    new_digest(door.home(), name)
    click.echo(f"made: [digests.{name}] in monitor.toml; change it with: monitor digests set")


@digests_command.command("set")
@click.argument("name")
@click.argument("setting")
@click.argument("values", nargs=-1)
@click.option("--default", is_flag=True, help="Take the setting out: its default holds.")
@click.pass_obj
def set_command(
    door: Door, name: str, setting: str, values: tuple[str, ...], default: bool
) -> None:
    """Change one setting of a digest; `monitor settings` lists them all.

    A setting that is a list takes several VALUES, or none for an empty one. A service that
    runs takes the change up by itself.

    \b
    Example:
      monitor digests set morning days mon tue wed thu fri
      monitor digests set morning length 25
      monitor digests set morning quiet --default
    """
    home = door.home()
    _require(home, name)
    if setting not in _TYPES:
        raise CouldNotBeDone(f'there is no setting "{setting}"; there are: {", ".join(_TYPES)}')
    if default and values:
        raise CouldNotBeDone("--default takes no values; nothing was changed")
    done = change_digest(home, name, {setting: None if default else _value(setting, values)})
    click.echo(f"saved: [digests.{name}] {setting}" if done else "it was so already")


@digests_command.command("recipients")
@click.argument("name")
@click.option("--add", "added", metavar="ADDRESS", multiple=True, help="One who gets it from now.")
@click.option("--remove", "removed", metavar="ADDRESS", multiple=True, help="One who does no more.")
@click.pass_obj
def recipients_command(
    door: Door, name: str, added: tuple[str, ...], removed: tuple[str, ...]
) -> None:
    """Show who gets a digest; add and remove addresses.

    What is kept of somebody who is removed stays until `monitor people forget`.

    \b
    Example:
      monitor digests recipients morning --add ana@example.org --remove ben@example.org
    """
    home = door.home()
    _require(home, name)
    now = list(home.config.digests[name].recipients)
    if wrong := [each for each in added if not is_address(each)]:
        raise CouldNotBeDone(f"{wrong[0]}: expected one mail address; nothing was changed")
    if missing := [each for each in removed if each not in now]:
        raise CouldNotBeDone(f"{missing[0]} does not get {name}; nothing was changed")
    then = [each for each in dict.fromkeys([*now, *added]) if each not in removed]
    change_digest(home, name, {"recipients": then})
    for each in then:
        click.echo(each)
    click.echo(f"{name} goes to {counted(len(then), 'address', 'addresses')}")


def _require(home: Home, name: str) -> None:
    if name not in home.config.digests:
        names = ", ".join(home.config.digests) or "none"
        raise CouldNotBeDone(f'there is no digest "{name}"; the digests are: {names}')


def _value(setting: str, values: tuple[str, ...]) -> Value:
    """Return what was typed as the setting's type; what is wrong is refused by the settings."""
    kind = _TYPES[setting]
    if kind.startswith("tuple"):
        return list(values)
    if len(values) != 1:
        raise CouldNotBeDone(f"{setting} takes one value; nothing was changed")
    try:
        if kind == "int":
            return int(values[0])
        if kind == "float":
            return float(values[0])
    except ValueError as error:
        raise CouldNotBeDone(f"{setting}: {values[0]} is no number; nothing changed") from error
    if kind == "bool":
        return values[0].casefold() in {"true", "yes", "on", "1"}
    return values[0]
