"""How long it takes to choose and to render an issue of 40 stories, by how many candidates.

    python bench/digest.py [--sizes 500,5000,20000]

One process, one core, processor time. Candidates are stories of one to nine entries by forty
outlets in two languages; half of them pass a threshold, a tenth was carried before. Reading
the candidates from the store and committing the issue are not counted here.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from monitor.adapters.home import shipped_root  # noqa: E402
from monitor.config import DigestSettings  # noqa: E402
from monitor.model import (  # noqa: E402
    Earlier,
    Entry,
    EntryKey,
    Receipt,
    Score,
    ScoredEntry,
    Slot,
    Story,
    TopicProfile,
)
from monitor.stages.choose import choose_stories  # noqa: E402
from monitor.stages.render import render_issue  # noqa: E402

NOW = datetime(2026, 7, 14, 13, tzinfo=UTC)
SLOT = Slot(date(2026, 7, 14), clock_time(7), NOW)
ROUNDS = 3  # the best counts: what else the machine does only ever slows one
LENGTH = 40
WORDS = "water dam treaty tariff steel border judge arrest senate visit port quake".split()


def make_entry(dice: random.Random, number: int) -> Entry:
    at = NOW - timedelta(minutes=dice.randrange(60 * 40))
    outlet = dice.randrange(40)
    return Entry(
        key=EntryKey(outlet, str(number)),
        outlet=f"Outlet {outlet}",
        link=f"https://outlet{outlet}.example/{number}",
        title=" ".join(dice.choices(WORDS, k=8)) + f" {number}",
        summary=" ".join(dice.choices(WORDS, k=30)),
        published_at=at,
        seen_at=at + timedelta(minutes=3),
        language=dice.choice(("es", "en")),
    )


def make_stories(wanted: int) -> list[Story]:
    """Return as many candidates, the same for the same count."""
    dice = random.Random(7)
    stories = []
    for number in range(wanted):
        count = dice.choice((1, 1, 1, 9))
        entries = [make_entry(dice, number * 10 + each) for each in range(count)]
        scored = tuple(ScoredEntry(each, (Score("news", dice.random(), ()),)) for each in entries)
        if number % 10:
            stories.append(Story(number, scored))
        else:
            earlier = Earlier(date(2026, 7, 12), NOW - timedelta(days=2), "x", (entries[0],))
            stories.append(Story(number, scored, date(2026, 7, 12), earlier))
    return stories


def measure(count: int, templates: dict[str, str]) -> tuple[float, float]:
    """Return the milliseconds of processor time that choosing and rendering take, at best."""
    stories = make_stories(count)
    profile = TopicProfile("news", "News", "What happened.", 0.5, {"water": 1.0})
    settings = DigestSettings(length=LENGTH)
    receipt = Receipt(40, 38, 210, 90, (), None, None, "0")
    choosing, rendering = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        digest = choose_stories(
            stories,
            name="morning",
            slot=SLOT,
            settings=settings,
            profiles=[profile],
            receipt=receipt,
            issued_at=NOW,
        )
        chosen = time.process_time()
        render_issue(digest, settings=settings, zone="UTC", templates=templates)
        choosing.append(chosen - start)
        rendering.append(time.process_time() - chosen)
    return min(choosing) * 1000, min(rendering) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="500,5000,20000")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    folder = shipped_root() / "templates"
    templates = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    print(f"{'candidates':>12} {f'choosing {LENGTH}':>14} {f'rendering {LENGTH}':>15}")
    for size in sizes:
        choosing_ms, rendering_ms = measure(size, templates)
        print(f"{size:12,} {choosing_ms:11.1f} ms {rendering_ms:12.1f} ms")


if __name__ == "__main__":
    main()
