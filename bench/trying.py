"""How soon a person sees what a change of a profile would do: a draft on 20,000 stored entries.

    python bench/trying.py [--entries 20000]

One process, one core, five profiles, 100 verdicts. The first draft reads the entries; those
after it find them read, as while a slider is moved. CPU time, as the machine may be busy.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.home import NOW, make_home  # noqa: E402
from monitor.adapters.store import Store  # noqa: E402
from monitor.model import ProfileChange  # noqa: E402
from monitor.pipeline.tuning.trying import (  # noqa: E402
    Trial,
    draft_in_force,
    trial_ground,
    try_draft,
    try_profile,
)

T = TypeVar("T")
SINCE = NOW - timedelta(days=14)


def timed(name: str, make: Callable[[], T]) -> T:
    began = time.process_time()
    made = make()
    print(f"{name:48} {(time.process_time() - began) * 1000:7.0f} ms", end="")
    print(f"   +{len(made.entered)} -{len(made.left)}" if isinstance(made, Trial) else "")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=20_000)
    count = parser.parse_args().entries
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "home", entries=count, days=14)
        profile = home.profiles[0]
        both = ProfileChange(profile.threshold + 0.1, {"school*": 2.0}).of(profile)
        drafts = {
            "a threshold": replace(profile, threshold=profile.threshold + 0.1),
            "the same, moved on": replace(profile, threshold=profile.threshold + 0.12),
            "a rare term": ProfileChange(terms={"school*": 2.0}).of(profile),
            "a term of every second entry": ProfileChange(terms={"gobierno": 2.0}).of(profile),
            "no parties: every score": replace(profile, parties=()),
        }
        with Store.open(home.state / "monitor.db", read_only=True) as store:
            print(f"{count} entries, {len(home.profiles)} profiles, CPU time")
            timed("first result: threshold and term", lambda: try_profile(store, home, both, SINCE))
            ground = timed("reading the entries", lambda: trial_ground(store, home, SINCE))
            for name, draft in drafts.items():
                held = draft_in_force(store, draft)
                timed(name, lambda held=held: try_draft(ground, held))  # type: ignore[misc]


if __name__ == "__main__":
    main()
