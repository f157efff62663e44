"""The man page, written from the commands: `python -m monitor.cli.manual > deploy/monitor.1`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from monitor.cli.door import COMMANDS, monitor

EXIT_STATUS = (
    ("0", "It is done; of status: nothing is open."),
    ("1", "It is done, with failures worth a look; of status: a person has to do something."),
    ("2", "It could not be done. The message says what was kept, and what to do."),
)
FILES = (
    ("monitor.toml", "the settings: docs/configuration.md, or monitor settings"),
    ("feeds.opml", "the feeds"),
    ("seeds/", "topic profiles, and parties in seeds/parties/"),
    ("templates/", "the looks of mail and pages, where they are the home's own"),
    ("state/monitor.db", "everything remembered; state/backups/ holds its backups"),
)


def manual_page() -> str:
    """Return the page in roff; the same commands always give the same page."""
    lines = [
        '.\\" Written from the commands: python -m monitor.cli.manual > deploy/monitor.1',
        '.TH MONITOR 1 "" "news-monitor"',
        ".SH NAME",
        "monitor \\- polls feeds, scores entries against topic profiles, mails digests",
        ".SH SYNOPSIS",
        ".B monitor",
        "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]",
        ".SH DESCRIPTION",
        *_paragraphs(monitor.help or ""),
        ".SH OPTIONS",
        *_options(monitor),
        ".SH COMMANDS",
    ]
    context = click.Context(monitor, info_name="monitor")
    for name in COMMANDS:
        command = monitor.get_command(context, name)
        assert command is not None
        lines += _command(name, command)
    lines += [".SH FILES", "In the home, which --home, MONITOR_HOME or the current folder names:"]
    for name, meaning in FILES:
        lines += [".TP", f".I {_escaped(name)}", _escaped(meaning)]
    lines.append(".SH EXIT STATUS")
    for status, meaning in EXIT_STATUS:
        lines += [".TP", f".B {status}", _escaped(meaning)]
    return "\n".join([*lines, ""])


def _command(name: str, command: click.Command) -> Iterator[str]:
    arguments = " ".join(
        each.make_metavar(click.Context(command))
        for each in command.params
        if isinstance(each, click.Argument)
    )
    yield f".SS {_escaped(f'{name} {arguments}'.strip())}"
    yield from _paragraphs(command.help or "")
    yield from _options(command)
    if isinstance(command, click.Group):
        for inner in sorted(command.commands):
            yield from _command(f"{name} {inner}", command.commands[inner])


def _options(command: click.Command) -> Iterator[str]:
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            shown = option.get_help_record(click.Context(command))
            if shown:
                yield from (".TP", f".B {_escaped(shown[0])}", _escaped(" ".join(shown[1].split())))


def _paragraphs(text: str) -> Iterator[str]:
    """Yield a help text as roff: what is marked as it stands keeps its lines."""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        as_it_is = "\b" in paragraph
        lines = [line for line in paragraph.replace("\b\n", "").split("\n") if line.strip()]
        yield ".PP"
        if as_it_is:
            yield from (".nf", *(_escaped(line.rstrip()) for line in lines), ".fi")
        else:
            yield _escaped(" ".join(line.strip() for line in lines))


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    click.echo(manual_page(), nl=False)
