"""`monitor cluster` and `monitor evaluate-stories`: anyone's entries, a line each, folded."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from monitor.cli.door import CouldNotBeDone
from monitor.cli.lines import Line, read_lines
from monitor.cli.tables import escape_surrogates, print_table
from monitor.model import EntryKey
from monitor.stages.cluster import fold_entries
from monitor.stages.evaluate.stories import Folded, StoryFigures, evaluate_stories


@click.command("cluster")
@click.argument("file", metavar="FILE.jsonl", type=click.Path(path_type=Path, allow_dash=True))
def cluster_command(file: Path) -> None:
    """Fold entries from a file (or - for standard input) into stories.

    A line is {"id", "title", "summary", "published"} and, when known, "source" and "url";
    other keys are passed over. Printed in the same order: each id with the id of the
    first entry of its story. Entries more than 72 hours apart are of different stories.

    \b
    Example:
      monitor cluster entries.jsonl | head
      monitor cluster - < entries.jsonl > stories.jsonl
    """
    lines = list(read_lines(file, datetime.now(UTC)))
    for line, first in zip(lines, _fold(lines), strict=True):
        answer = {"id": line.said["id"], "story": lines[first].said["id"]}
        sys.stdout.write(escape_surrogates(json.dumps(answer, ensure_ascii=False)) + "\n")


@click.command("evaluate-stories")
@click.argument("file", metavar="FILE.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def evaluate_stories_command(file: Path, as_json: bool) -> None:
    """Measure how well entries are folded: B-cubed precision, recall and F1.

    Lines are those of `monitor cluster` with a person's "story", and perhaps a "window"
    (entries are compared within it) and a "language" (tells the pairs of two languages).

    \b
    Example:
      monitor evaluate-stories labelled.jsonl
    """
    lines = list(read_lines(file, datetime.now(UTC)))
    if not lines:
        raise CouldNotBeDone(f"{file}: holds no entry")
    rows = [_folded(line, found) for line, found in zip(lines, _fold(lines), strict=True)]
    _print(evaluate_stories(rows), as_json=as_json)


def _fold(lines: list[Line]) -> tuple[int, ...]:
    """Return the position of each story's first entry; ids may repeat from line to line."""
    return fold_entries(
        [
            replace(line.entry, key=EntryKey(number, line.entry.key.id))
            for number, line in enumerate(lines)
        ]
    )


def _folded(line: Line, found: int) -> Folded:
    said = {key: line.said.get(key) for key in ("story", "window", "language")}
    for key, value in said.items():
        if isinstance(value, list | dict):
            raise CouldNotBeDone(f'{line.place}: "{key}" is no text')
    if said["story"] is None:
        raise CouldNotBeDone(f'{line.place}: "story" is missing; expected a person\'s judgement')
    language = said["language"] or line.entry.language
    return Folded(said["story"], found, str(language) if language else None, said["window"])


def _print(figures: StoryFigures, *, as_json: bool) -> None:
    shown: dict[str, Any] = {
        "entries": figures.entry_count,
        "stories": figures.true_count,
        "found": figures.found_count,
        "precision": round(figures.precision, 3),
        "recall": round(figures.recall, 3),
        "f1": round(figures.f1, 3),
        "bilingual pairs": figures.pair_count,
        "pairs together": round(figures.pairs_together, 3),
    }
    if as_json:
        click.echo(json.dumps(shown))
    else:
        print_table([f"#{name}" for name in shown], [list(shown.values())])
