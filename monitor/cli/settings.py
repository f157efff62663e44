"""Every setting with its type, default and meaning, as config.py states them once."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import click

from monitor.adapters.home.settings import duration_text
from monitor.cli.door import Door
from monitor.cli.tables import print_json, print_table
from monitor.config import Config, DigestSettings, FeedSettings


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, for a person."""

    table: str  # "[mail]", "" for the top of the file
    key: str
    type: str
    default: str
    meaning: str


def all_settings() -> Iterator[Setting]:
    """Yield every setting in the order of the file."""
    tables = {"": Config}
    for field in dataclasses.fields(Config):
        hint = typing.get_type_hints(Config)[field.name]
        if dataclasses.is_dataclass(hint):
            tables[f"[{field.name}]"] = typing.cast(Any, hint)
    tables['[feeds."TITLE"]'] = typing.cast(Any, FeedSettings)
    tables["[digests.NAME]"] = typing.cast(Any, DigestSettings)
    for table, settings in tables.items():
        hints = typing.get_type_hints(settings)
        for field in dataclasses.fields(settings):
            if field.default is dataclasses.MISSING:
                continue  # a table, with lines of its own
            yield Setting(
                table,
                field.name,
                _type_text(hints[field.name]),
                toml_text(field.default),
                field.metadata["meaning"],
            )


def _type_text(hint: Any) -> str:
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(f'"{value}"' for value in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        inner = _type_text(typing.get_args(hint)[0])
        return f"list of {inner}"
    names: dict[Any, str] = {
        str: "text",
        bool: "true or false",
        int: "whole number",
        float: "number",
        timedelta: "duration",
    }
    return names[hint]


def toml_text(value: object) -> str:
    """Return a value as it is written in the file."""
    if isinstance(value, timedelta):
        return f'"{duration_text(value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(toml_text(item) for item in value) + "]"
    return str(value)


def settings_page() -> str:
    """Return docs/configuration.md: all settings in Markdown."""
    lines = [
        "# Settings",
        "",
        "Everything that `monitor.toml` may say. Written from `monitor/config.py` by",
        "`monitor settings --markdown > docs/configuration.md`; a test holds the two together.",
        "",
        "A setting left out has its default. Durations are a number and a unit, in quotes:",
        '`"30m"`, `"12h"`, `"2d"`. A key that is not listed here, or a value that cannot be, is',
        "refused with its line before anything starts. Passwords never stand in this file: put",
        "one into a file that only its owner can read (`password_file`), or into",
        "`MONITOR_MAIL_PASSWORD` in the environment. `MONITOR_HOME` names the home when neither",
        "`--home` nor the current folder does.",
    ]
    table = None
    for setting in all_settings():
        if setting.table != table:
            table = setting.table
            heading = f"`{table}`" if table else "At the top of the file"
            lines += ["", f"## {heading}", "", "| key | type | default | meaning |"]
            lines += ["|---|---|---|---|"]
        lines.append(
            f"| `{setting.key}` | {setting.type} | `{setting.default}` | {setting.meaning} |"
        )
    return "\n".join([*lines, ""])


@click.command("settings")
@click.option("--markdown", is_flag=True, help="Print them as docs/configuration.md.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def settings_command(door: Door, markdown: bool, as_json: bool) -> None:
    """List every setting of monitor.toml with its type, default and meaning.

    \b
    Example:
      monitor settings
    """
    settings = list(all_settings())
    if markdown:
        click.echo(settings_page(), nl=False)
    elif as_json:
        print_json([dataclasses.asdict(setting) for setting in settings])
    else:
        print_table(
            ["table", "key", "type", "default", "meaning"],
            [dataclasses.astuple(setting) for setting in settings],
        )
