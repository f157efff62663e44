"""What is measured in processes of its own: polling, and peers with an interpreter of theirs."""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import yardstick
from bench.cluster import headlines
from bench.pairs import YARDSTICK, Absent, Figure
from bench.score import make_entries
from monitor.adapters.home import read_seeds
from monitor.stages.cluster import StoryBook
from monitor.stages.score import Scorer

BENCH = Path(__file__).parent
POLL = BENCH / "poll.py"
AVERAGE_LINK, MINILM = BENCH / "peers" / "average_link.py", BENCH / "peers" / "minilm.py"
# The smallest rounds whose processor time can be told: a clock tick is 10 ms.
QUICK_FEEDS, QUICK_ROUNDS = 300, 7
QUICK_WORKLOADS = ("cold", "one in ten changed")
FOLDED = 3_000
LIKENED = 200  # MiniLM takes some 40 ms a text
NEEDED = {"reader": "reader", "bare limit": "lxml"}


def quick_polls() -> list[Figure]:
    """Poll a few feeds, beside the yardstick: processor time of all processes, per feed."""
    before = _yard()
    found = _poll(QUICK_FEEDS, QUICK_ROUNDS, 1, ["--only", "monitor"], QUICK_WORKLOADS)
    yard_s = min(before, _yard())
    results = found[str(QUICK_FEEDS)]["monitor"]
    return [
        Figure(
            *(f"poll {QUICK_FEEDS} feeds, {name}", 4, YARDSTICK, "feed"),
            *(results[name]["cpu"] / QUICK_FEEDS, yard_s / yardstick.TEXTS),
            results[name]["cpu"] / yard_s,
        )
        for name in QUICK_WORKLOADS
    ]


def polls(feeds: int, rounds: int, python: str) -> tuple[list[Figure | Absent], str]:
    """Poll beside reader and the bare limit: wall time a feed; and in words the memory of each."""
    options = ["--python", python]
    found = _poll(feeds, rounds, 1, options, ())[str(feeds)]
    figures: list[Figure | Absent] = []
    for workload, ours in found["monitor"].items():
        name = f"poll {feeds:,} feeds, {workload}"
        for peer, module in NEEDED.items():
            if peer not in found:
                figures.append(Absent(name, 4, peer, module))
                continue
            theirs = found[peer][workload]
            pair = ours["wall"] / feeds, theirs["wall"] / feeds
            figures.append(Figure(name, 4, peer, "feed", *pair, ours["wall"] / theirs["wall"]))
    peaks = (
        f"{name} {max(each['peak_mb'] for each in results.values()):.0f} MB"
        for name, results in found.items()
    )
    return figures, f"Peak memory of all processes, {feeds:,} feeds: {', '.join(peaks)}."


def average_link(python: str, rounds: int) -> Figure | Absent:
    """Fold headlines, beside TF-IDF with average link."""
    name, peer = f"fold {FOLDED:,} headlines", "TF-IDF average link (scikit-learn)"
    if not has(python, "sklearn"):
        return Absent(name, 5, peer, "scikit-learn")
    entries = headlines(FOLDED)
    titles = json.dumps([entry.title for entry in entries])
    taken = []
    for _ in range(rounds):
        done = subprocess.run(
            [python, str(AVERAGE_LINK)], input=titles, capture_output=True, text=True, check=True
        )
        start = time.process_time()
        StoryBook(()).place(entries)
        taken.append((time.process_time() - start, json.loads(done.stdout)["seconds"]))
    return Figure(name, 5, peer, "headline", *_medians(taken, FOLDED))


def minilm(python: str, rounds: int) -> Figure | Absent:
    """Score entries, beside their likeness in meaning to the profiles, by MiniLM."""
    name, peer = "score, five profiles", "all-MiniLM-L6-v2"
    if not has(python, "sentence_transformers"):
        return Absent(name, 3, peer, "sentence-transformers")
    profiles, parties = read_seeds(BENCH.parent)
    names = [alias.text for party in parties for alias in party.aliases]
    entries = make_entries(LIKENED, names)
    given = {
        "texts": [f"{entry.title} {entry.summary}" for entry in entries],
        "examples": [[profile.summary] for profile in profiles],
    }
    scorer = Scorer(profiles, parties)
    taken = []
    for _ in range(rounds):
        done = subprocess.run(
            [python, str(MINILM)], input=json.dumps(given), capture_output=True, text=True
        )
        if done.returncode:
            return Absent(name, 3, peer, "its model")
        start = time.process_time()
        for entry in entries:
            scorer.score(entry)
        taken.append((time.process_time() - start, json.loads(done.stdout)["seconds"]))
    return Figure(name, 3, peer, "entry", *_medians(taken, LIKENED))


def _medians(taken: Sequence[tuple[float, float]], count: int) -> tuple[float, float, float]:
    """Return our seconds for one piece, the peer's, and the ratio of a round."""
    ours_s, peer_s = (statistics.median(each) / count for each in zip(*taken, strict=True))
    return ours_s, peer_s, statistics.median(ours / theirs for ours, theirs in taken)


def has(python: str, module: str) -> bool:
    """Tell whether an interpreter can import a module."""
    if python == sys.executable:
        return importlib.util.find_spec(module) is not None
    done = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False)
    return done.returncode == 0


def _poll(
    feeds: int, rounds: int, cold_rounds: int, options: list[str], workloads: tuple[str, ...]
) -> dict[str, Any]:
    if workloads:
        options = [*options, "--workloads", *workloads]
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "figures.json")
        counts = ["--feeds", str(feeds), "--rounds", str(rounds), "--cold-rounds", str(cold_rounds)]
        command = [sys.executable, str(POLL), *counts, "--json", str(told), *options]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        print(done.stdout, end="", file=sys.stderr)
        found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    return found


def _yard() -> float:
    """Return the seconds of the yardstick, the median of several."""
    taken = []
    for _ in range(9):
        start = time.process_time()
        yardstick.work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)
