"""Mean average precision of unedited profiles learned from five articles, over other subjects.

Usage: bench/topics.py [FOLDER], a folder with dev-pool.jsonl and seeds/SUBJECT/*.txt, by
default ../shared/topics beside the project. With --drop, each article is left out in turn as well.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from monitor.adapters.knowledge import load_background  # noqa: E402
from monitor.model import Entry, EntryKey  # noqa: E402
from monitor.stages.evaluate import Judged, evaluate  # noqa: E402
from monitor.stages.learn import Article, learn_profile  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402

REFERENCE = {"linear SVM": 0.545, "TF-IDF centroid": 0.535, "MiniLM": 0.535}
SEEN_AT = datetime(2020, 1, 1, tzinfo=UTC)


def read_article(path: Path) -> Article:
    title, _, text = path.read_text(encoding="utf-8").strip().partition("\n")
    return Article(title.strip(), text.strip())


def entry(row: dict[str, Any]) -> Entry:
    key = EntryKey(1, row["id"])
    return Entry(key, "", "", row["title"], row["summary"], None, SEEN_AT, "en")


def precision(
    examples: Mapping[str, Sequence[Article]], rows: Sequence[dict[str, Any]]
) -> dict[str, tuple[float, float]]:
    """Return average precision, and F1 at the threshold, of each subject."""
    profiles = [
        learn_profile(name.replace("_", "-"), articles, load_background()).profile
        for name, articles in examples.items()
    ]
    scorer = Scorer(profiles, [])
    values = [{score.profile: score.value for score in scorer.score(entry(row))} for row in rows]
    figures = {}
    for name in examples:
        judged = [
            Judged(value[name.replace("_", "-")], row["topic"] == name)
            for value, row in zip(values, rows, strict=True)
        ]
        found = evaluate(judged)
        figures[name] = found.average_precision, found.at_threshold.f1
    return figures


def mean(figures: dict[str, tuple[float, float]]) -> float:
    return sum(value for value, _ in figures.values()) / len(figures)


def read(folder: Path) -> tuple[dict[str, Sequence[Article]], list[dict[str, Any]]]:
    lines = (folder / "dev-pool.jsonl").read_text(encoding="utf-8").splitlines()
    examples = {
        path.name: [read_article(file) for file in sorted(path.glob("*.txt"))]
        for path in sorted((folder / "seeds").iterdir())
    }
    return examples, [json.loads(line) for line in lines]


def measure(folder: Path) -> dict[str, tuple[float, float]]:
    return precision(*read(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    shared = ROOT.parent / "shared" / "topics"
    parser.add_argument("folder", nargs="?", type=Path, default=shared)
    parser.add_argument("--drop", action="store_true", help="each article left out in turn, too")
    options = parser.parse_args()
    folder = options.folder
    if not folder.is_dir():
        print(f"skipped: {folder} is not there")
        return
    start = time.perf_counter()
    examples, rows = read(folder)
    figures = precision(examples, rows)
    for name, (value, f1) in figures.items():
        print(f"{name:30} AP {value:.3f}   F1 at the threshold {f1:.3f}")
    print(f"{'mean':30} AP {mean(figures):.3f}   {time.perf_counter() - start:.1f} s")
    for name, value in REFERENCE.items():
        print(f"{name:30} AP {value:.3f}")
    if options.drop:
        for left_out in range(5):
            four = {
                name: [a for number, a in enumerate(articles) if number != left_out]
                for name, articles in examples.items()
            }
            print(f"without article {left_out + 1}: mean AP {mean(precision(four, rows)):.3f}")


if __name__ == "__main__":
    main()
