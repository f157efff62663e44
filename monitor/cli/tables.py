"""Tables, times and progress as a person reads them in a terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from typing import Any

import click

from monitor.cli.stacked import shared_widths, stacked_lines

# rich is loaded where it is used: it takes longer than all else that most commands do.
PLAIN_WIDTH = 160  # no terminal tells its width: wide enough that few cells are wrapped
PROGRESS_AFTER_S = 2.0  # work that is over sooner needs no bar


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = ""
) -> None:
    """Print a table; a column whose name starts with "#" is of numbers.

    Cells are shown as they are: text from feeds is never read as markup.
    """
    if not title and (lines := _narrow(columns, rows)):
        click.echo("\n".join(lines))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout)
    if not console.is_terminal:
        console = Console(file=sys.stdout, width=PLAIN_WIDTH)
    cells = [[str(cell) for cell in row] for row in rows]
    widths = shared_widths(columns, cells, console.width)
    if not widths:
        lines = stacked_lines(columns, cells, console.width)
        click.echo("\n".join(["", *([title] if title else ()), *lines, ""]))
        return
    table = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left")
    for column, width in zip(columns, widths, strict=True):
        numbers = column.startswith("#")
        table.add_column(
            Text(column.removeprefix("#")),
            justify="right" if numbers else "left",
            # In a narrow terminal words give way, never numbers.
            no_wrap=numbers,
            width=width,
            overflow="fold",
        )
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def print_hanging(head: str, text: str) -> None:
    """Print a text behind its head; in a terminal its further lines stand under the first."""
    if sys.stdout.isatty():
        room = max(shutil.get_terminal_size().columns, len(head) + 20)
        lines = textwrap.wrap(text, room - len(head), break_on_hyphens=False)
        text = f"\n{' ' * len(head)}".join(lines)
    click.echo(f"{head}{text}")


def _narrow(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return the lines of a table that needs nothing of rich: it fits, one letter to a place."""
    if not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf"):
        return []
    cells = [[column.removeprefix("#") for column in columns]]
    cells += [[str(cell) for cell in row] for row in rows]
    if not all(cell.isascii() and cell.isprintable() for row in cells for cell in row):
        return []
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    is_terminal = sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
    room = shutil.get_terminal_size().columns if is_terminal else PLAIN_WIDTH
    if sum(widths) + 3 * len(widths) + 1 > room:
        return []
    aligned = [
        "  "
        + "   ".join(
            cell.rjust(width) if column.startswith("#") else cell.ljust(width)
            for column, cell, width in zip(columns, row, widths, strict=True)
        )
        + "  "
        for row in cells
    ]
    blank, head = " " * len(aligned[0]), aligned[0]
    if is_terminal and not os.environ.get("NO_COLOR"):
        head = click.style(head, bold=True)
    return [blank, head, f" {'─' * (len(blank) - 2)} ", *aligned[1:], blank]


def print_json(value: object) -> None:
    """Print JSON as one document; times are ISO 8601 in UTC."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    click.echo(escape_surrogates(text))


def escape_surrogates(text: str) -> str:
    """Return JSON whose lone surrogates, which no encoding can carry, are escapes again."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def counted(count: int, one: str, many: str = "") -> str:
    """Return "1 feed", "2 feeds"; `many` where an s does not make it."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def ago(then: datetime | None, now: datetime) -> str:
    """Return "5 min ago", "in 3 h" or "never" for a moment."""
    if then is None:
        return "never"
    span = now - then
    text = span_text(abs(span))
    if text == "now":
        return "just now"
    return f"{text} ago" if span > timedelta(0) else f"in {text}"


def span_text(span: timedelta) -> str:
    """Return the span in its one fitting unit."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 90:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / 60 / 24)} days"


def local_text(at: datetime | None, zone: tzinfo) -> str:
    """Return "2026-07-12 07:00" on the clocks of a zone, "never" for None."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "never"


@contextmanager
def progress_on_stderr(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function (done, total) that draws a bar when work lasts and a terminal looks on."""
    # What rich takes for a terminal, asked without loading it.
    if not (sys.stderr.isatty() or os.environ.get("FORCE_COLOR")):
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=console, transient=True)
    task = progress.add_task(what, total=None)

    def advance(done: int, total: int) -> None:
        if not progress.live.is_started and time.monotonic() - began >= PROGRESS_AFTER_S:
            progress.start()
        progress.update(task, completed=done, total=total)

    try:
        yield advance
    finally:
        progress.stop()
