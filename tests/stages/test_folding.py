"""The evaluation gate of folding: no change of words or lines lowers these figures unseen.

`tests/data/judged/stories.jsonl` holds headlines written for this project, in two
languages, with the story each belongs to; developments, other rounds and other rates are
the traps. Where the shared labelled windows lie beside the checkout they are measured too.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.model import Entry, EntryKey
from monitor.stages.cluster import fold_entries
from monitor.stages.evaluate.stories import Folded, StoryFigures, evaluate_stories
from monitor.text import clean_link, guess_language, plain_text
from monitor.text.dates import parse_date

ROOT = Path(__file__).parents[2]
JUDGED = ROOT / "tests" / "data" / "judged" / "stories.jsonl"
DEV = ROOT.parent / "shared" / "stories" / "dev.jsonl"
NOW = datetime(2026, 8, 1, tzinfo=UTC)


def read_entry(row: dict[str, Any]) -> Entry:
    title, summary = plain_text(row["title"]), plain_text(row["summary"])
    return Entry(
        key=EntryKey(0, row["id"]),
        outlet=row["source"],
        link=clean_link(row.get("url", "")),
        title=title,
        summary=summary,
        published_at=parse_date(row["published"]),
        seen_at=NOW,
        language=guess_language(f"{title} {summary}"),
    )


def measure(path: Path) -> StoryFigures:
    """Fold the whole file, as `monitor cluster` does; entries are compared within a window."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = fold_entries([read_entry(row) for row in rows])
    return evaluate_stories(
        [
            Folded(row["story"], story, row["language"], row.get("window"))
            for row, story in zip(rows, found, strict=True)
        ]
    )


def test_headlines_of_our_own_are_folded_as_a_person_would() -> None:
    figures = measure(JUDGED)

    assert figures.precision >= 0.95
    assert figures.recall >= 0.97
    assert figures.pairs_together >= 0.95


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.skipif(not DEV.is_file(), reason="needs ../shared/stories/dev.jsonl")
def test_the_labelled_windows_are_folded_as_a_person_would() -> None:
    figures = measure(DEV)

    assert figures.precision >= 0.91
    assert figures.f1 >= 0.87
    assert figures.pairs_together >= 0.78
