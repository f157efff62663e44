"""How much two Dask workers do beside one, of work that takes nothing but a processor.

    python bench/cluster_workers.py [--entries 40000] [--rounds 3]

Scheduler, workers and what writes share this machine. The work is an archive of JSON lines,
read and scored by the workers, written here. One thread a worker, each a process of its own;
pairs of runs, one worker and two, the median of their ratios.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.backfill import NOW, _write  # noqa: E402
from monitor import __version__  # noqa: E402
from monitor.adapters.archive_files import open_scored  # noqa: E402
from monitor.adapters.cluster_workers import ClusterWorkers  # noqa: E402
from monitor.adapters.home import read_seeds  # noqa: E402
from monitor.pipeline.archives.backfill import BackfillKit  # noqa: E402
from monitor.pipeline.archives.backfill_run import IntoFile, run_backfill  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402
from tests.cluster import dask_address, dask_cluster  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--entries", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    profiles, parties = read_seeds(None)
    floors = {profile.name: profile.near_miss_floor for profile in profiles}
    kit = BackfillKit(Scorer(profiles, parties), NOW, floors, False, as_lines=True)
    names = [alias.text for party in parties for alias in party.aliases]
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "archive.jsonl")
        _write(path, options.entries, names, 0.025)
        first = Path(folder, "warm.jsonl")
        _write(first, 1500, names, 0.025)
        with dask_cluster(1, processes=True) as one, dask_cluster(2, processes=True) as two:
            crews = [
                ClusterWorkers(dask_address(cluster), kit, version=__version__)
                for cluster in (one, two)
            ]
            for crew in crews:
                for _ in range(4):
                    _took(crew, first, Path(folder))
            for _ in range(options.rounds):
                took = [_took(crew, path, Path(folder)) for crew in crews]
                ratios.append(took[0] / took[1])
                speeds = [options.entries / each for each in took]
                print(
                    f"1 worker {speeds[0]:8,.0f} entries/s, 2 workers {speeds[1]:8,.0f}", flush=True
                )
            for crew in crews:
                crew.close()
    print(f"2 workers do {statistics.median(ratios):.2f} times as much as 1 (median)")


def _took(crew: ClusterWorkers[BackfillKit], path: Path, folder: Path) -> float:
    out = folder / f"out-{time.monotonic_ns()}.jsonl"
    file = open_scored(out)
    began = time.perf_counter()
    run_backfill([path], crew, IntoFile(file))
    took = time.perf_counter() - began
    file.close()
    return took


if __name__ == "__main__":
    main()
