"""`monitor cluster` and `monitor evaluate-stories`, as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.cli import monitor

LINES: list[dict[str, Any]] = [
    {
        "id": 1,
        "title": "EU impone aranceles de 18% al cemento mexicano",
        "summary": "",
        "published": "2026-07-12T14:00:00Z",
        "story": "cement",
    },
    {
        "id": "b",
        "title": "Maestros marchan en Oaxaca para pedir aumento salarial",
        "published": "2026-07-12T13:00:00Z",
        "story": "teachers",
    },
    {
        "id": "c",
        "title": "US imposes 18% tariffs on Mexican cement",
        "published": "2026-07-12T12:00:00Z",
        "story": "cement",
    },
]


def run(*arguments: str, lines: list[dict[str, Any]]) -> Result:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    return CliRunner().invoke(monitor, [*arguments, "-"], input=text)


def test_each_line_is_answered_with_the_first_entry_of_its_story() -> None:
    result = run("cluster", lines=LINES)

    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": 1, "story": "c"},
        {"id": "b", "story": "b"},
        {"id": "c", "story": "c"},
    ]


def test_lines_of_the_same_id_are_told_apart() -> None:
    result = run("cluster", lines=[LINES[0] | {"id": "x"}, LINES[1] | {"id": "x"}])

    assert [json.loads(line)["story"] for line in result.stdout.splitlines()] == ["x", "x"]


def test_the_figures_are_those_of_a_persons_stories() -> None:
    result = run("evaluate-stories", "--json", lines=LINES)

    assert json.loads(result.stdout) == {
        "entries": 3,
        "stories": 2,
        "found": 2,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "bilingual pairs": 1,
        "pairs together": 1.0,
    }


def test_the_figures_are_shown_as_a_table(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")

    result = CliRunner().invoke(monitor, ["evaluate-stories", str(file)])

    assert result.exit_code == 0
    assert "precision" in result.stdout


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "holds no entry"),
        ([{"id": 1, "title": "Sismo en Oaxaca"}], 'line 1: "story" is missing'),
        ([{"id": 1, "title": "Sismo", "story": ["a"]}], 'line 1: "story" is no text'),
        ([{"id": 1, "title": "Sismo", "story": 1, "window": {}}], '"window" is no text'),
    ],
)
def test_a_file_without_judgements_is_refused_in_words(
    lines: list[dict[str, Any]], problem: str
) -> None:
    result = run("evaluate-stories", lines=lines)

    assert result.exit_code == 2
    assert problem in result.stderr
    assert "Traceback" not in result.stderr
