"""Learning from verdicts: average precision after k of them, on the entries left over.

Usage: bench/verdicts.py [LABELLED.jsonl], by default ../shared/relevance/dev.jsonl beside the
project. Each stream's later half, by time, is the test; verdicts are taken from the earlier
half, grade 2 good and grade 0 bad. With --gaps 0.2, a fifth of all terms and aliases is taken
out first, at random: what the shipped lists cannot know of a part kept apart.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from monitor.adapters.home import read_seeds  # noqa: E402
from monitor.adapters.knowledge import load_background  # noqa: E402
from monitor.model import Entry, EntryKey, Party, TopicProfile  # noqa: E402
from monitor.stages.evaluate import Judged, evaluate  # noqa: E402
from monitor.stages.learn.adjust import Verdict, adjust_weights, adjusted, points_over  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402
from monitor.stages.score.outlets import split_outlet  # noqa: E402
from monitor.text import plain_text  # noqa: E402
from monitor.text.background import LANGUAGES  # noqa: E402

COUNTS = (0, 5, 25, 50, 100, 200, 400)
Row = dict[str, Any]


def entry(row: Row) -> Entry:
    at = datetime.fromisoformat(row["published"]).astimezone(UTC)
    title, summary = plain_text(row["title"]), plain_text(row["summary"])
    return Entry(
        EntryKey(1, row["id"]), row["source"], row.get("url") or "", title, summary, at, at
    )


def verdict(row: Row, scorer: Scorer) -> Verdict:
    one = entry(row)
    points = max(
        points_over(score.value, profile.threshold)
        for profile in scorer.profiles
        for score in scorer.score(one)
        if score.profile == profile.name
    )
    return Verdict(split_outlet(one)[0], one.summary, row["grade"] == 2, points)


def precision(rows: Sequence[Row], scorer: Scorer) -> float:
    judged = [
        Judged(
            max(score.value for score in scorer.score(entry(row))),
            row["grade"] == 2,
            row.get("weight", 1.0),
        )
        for row in rows
    ]
    return evaluate(judged).average_precision


def with_gaps(
    profiles: Sequence[TopicProfile], parties: Sequence[Party], share: float, seed: int
) -> tuple[list[TopicProfile], list[Party]]:
    chance = random.Random(seed)
    return (
        [
            replace(p, terms={t: w for t, w in p.terms.items() if chance.random() >= share})
            for p in profiles
        ],
        [
            replace(p, aliases=tuple(a for a in p.aliases if chance.random() >= share))
            for p in parties
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    shared = ROOT.parent / "shared" / "relevance" / "dev.jsonl"
    parser.add_argument("file", nargs="?", type=Path, default=shared)
    parser.add_argument("--gaps", type=float, default=0.0, metavar="SHARE")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if not options.file.is_file():
        print(f"skipped: {options.file} is not there")
        return
    rows = [json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines()]
    rows.sort(key=lambda row: str(row["published"]))
    streams: dict[str, list[Row]] = {}
    for row in rows:
        streams.setdefault(row.get("stream", ""), []).append(row)
    earlier = [row for part in streams.values() for row in part[: len(part) // 2]]
    earlier = [row for row in earlier if row["grade"] != 1]
    random.Random(options.seed).shuffle(earlier)
    profiles, parties = with_gaps(*read_seeds(ROOT), options.gaps, options.seed)
    usage = load_background().usage(LANGUAGES)
    cold = Scorer(profiles, parties)
    verdicts = [verdict(row, cold) for row in earlier]
    for count in COUNTS:
        start = time.perf_counter()
        adjustment = adjust_weights(verdicts[:count], usage)
        took = time.perf_counter() - start
        scorer = Scorer([adjusted(profile, adjustment) for profile in profiles], parties)
        figures = "   ".join(
            f"{name} {precision(part[len(part) // 2 :], scorer):.3f}"
            for name, part in streams.items()
        )
        words = len(adjustment.words)
        print(f"{count:4} verdicts   AP {figures}   {words:3} words learned, {took:.2f} s")


if __name__ == "__main__":
    main()
