"""How fast archives are scored: entries a second from JSON lines, on one core, by 1 and 2 workers.

    python bench/backfill.py [--entries 60000] [--file ARCHIVE.jsonl]

The texts are 60 words, as in bench/score.py, of which a share are names or terms of a profile:
one in forty, of which about as much comes near a threshold as of a general archive or more; one in
twenty, as much as of feeds chosen for these topics; one in twelve, a stress. `--file` is scored as
it is. What is told: reading, scoring and writing what is near, by the processor time of one
process and by the clock.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.stock import PLAIN  # noqa: E402
from monitor.adapters.archive_files import open_scored  # noqa: E402
from monitor.adapters.home import read_seeds  # noqa: E402
from monitor.adapters.workers import Workers  # noqa: E402
from monitor.pipeline.archives.backfill import BackfillKit  # noqa: E402
from monitor.pipeline.archives.backfill_run import BackfillReport, IntoFile, run_backfill  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
TITLE_WORDS, SUMMARY_WORDS = 10, 50
SHARES = (1 / 40, 1 / 20, 0.08)  # of the words that are names or terms
WAYS = ((-1, "this process alone"), (1, "1 worker"), (2, "2 workers"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--entries", type=int, default=60_000)
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    profiles, parties = read_seeds(None)
    floors = {profile.name: profile.near_miss_floor for profile in profiles}
    kit = BackfillKit(Scorer(profiles, parties), NOW, floors, False, as_lines=True)
    names = [alias.text for party in parties for alias in party.aliases]
    names += [term.rstrip("*") for profile in profiles for term in profile.terms]
    with tempfile.TemporaryDirectory() as folder:
        files = [options.file] if options.file else []
        for share in () if files else SHARES:
            path = Path(folder, f"names-{share:.3f}.jsonl")
            _write(path, options.entries, names, share)
            files.append(path)
        for path in files:
            for processes, way in WAYS:
                _tell(path, way, *_measured(path, kit, processes, Path(folder)))


def _write(path: Path, count: int, names: list[str], share: float) -> None:
    dice = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            plain = PLAIN["en" if number % 2 else "es"]
            words = [
                dice.choice(names) if dice.random() < share else dice.choice(plain)
                for _ in range(TITLE_WORDS + SUMMARY_WORDS)
            ]
            said = {
                "id": f"n{number}",
                "title": " ".join(words[:TITLE_WORDS]).capitalize(),
                "summary": " ".join(words[TITLE_WORDS:]).capitalize() + ".",
                "published": f"2025-{1 + number % 12:02}-{1 + number % 28:02}T08:15:00Z",
                "source": f"Outlet {number % 500}",
                "url": f"https://outlet{number % 500}.example/2025/{number}",
            }
            file.write(json.dumps(said, ensure_ascii=False) + "\n")


def _measured(
    path: Path, kit: BackfillKit, processes: int, folder: Path
) -> tuple[BackfillReport, float, float]:
    out = open_scored(folder / f"{path.stem}-{processes}.jsonl")
    with Workers(processes, kit) as workers:
        wall, cpu = time.perf_counter(), time.process_time()
        report = run_backfill([path], workers, IntoFile(out))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    out.close()
    return report, wall, cpu


def _tell(path: Path, way: str, report: BackfillReport, wall: float, cpu: float) -> None:
    count = report.entries_count
    own = f", {count / cpu:8,.0f} a CPU second" if way.startswith("this") else ""
    print(
        f"{path.stem:14} {way:20} {count / wall:8,.0f} entries/s{own}"
        f"   ({count:,} entries, {report.near_count / count:.0%} near)",
        flush=True,
    )


if __name__ == "__main__":
    main()
