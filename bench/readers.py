"""How long a digest run takes, by how many readers it has: chosen, rendered, addressed, queued.

    python -m bench.readers [--sizes 1,10,100]

Made-up news, an issue of 40 stories, a real database. CPU time of this process, the best of
three. With a public address every reader has links of their own in the mail.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from monitor.adapters.store import Store
from monitor.config import DigestSettings
from monitor.model import (
    Entry,
    EntryKey,
    Placement,
    PollState,
    Reason,
    Score,
    Slot,
    Subscription,
    TopicProfile,
)
from monitor.pipeline.digests.digest_run import run_digest
from monitor.pipeline.digests.plans import DigestPlan

NOW = datetime(2026, 7, 12, 13, tzinfo=UTC)
SLOT = Slot(NOW.date(), NOW.time(), NOW)
ROUNDS = 3
TERMS = "tariff steel tomatoes water border visa fentanyl corn pipeline port treaty judge".split()
PLACES = "Tijuana Sonora Texas Arizona Laredo Monterrey Ohio Chiapas Juárez Denver".split()
TEMPLATES = {
    path.name: path.read_text(encoding="utf-8")
    for path in (Path(__file__).parents[1] / "templates").iterdir()
}
PROFILES = tuple(
    TopicProfile(name, f"Of {name}", "", 0.5, {name: 2.0}) for name in ("trade", "water", "people")
)


def entry(number: int, chance: Random) -> Entry:
    words = chance.sample(TERMS, 4) + chance.sample(PLACES, 2)
    return Entry(
        EntryKey(1, f"e{number}"),
        f"Outlet {number % 180}",
        f"https://outlet{number % 180}.example/2026/07/{'-'.join(words).lower()}-{number}",
        f"{words[4]} and {words[5]} differ over {words[0]}, {words[1]} and {number} more",
        f"Officials spoke of {words[2]} and {words[3]} on Saturday. " * 3,
        NOW - timedelta(minutes=chance.randrange(20 * 60)),
        NOW,
        chance.choice(("en", "es")),
    )


def scores(chance: Random) -> tuple[Score, ...]:
    reasons = tuple(Reason(f"theme: {term}", chance.random() * 3, "title") for term in TERMS[:6])
    return tuple(
        Score(profile.name, round(chance.random() ** 0.7, 3), reasons) for profile in PROFILES
    )


def run_for(reader_count: int, public_url: str) -> float:
    """Return how long a digest run for so many readers takes, in milliseconds of CPU time."""
    chance = Random(7)
    with tempfile.TemporaryDirectory() as folder:
        plan = DigestPlan(
            name="morning",
            settings=DigestSettings(
                recipients=tuple(f"reader{number}@example.org" for number in range(reader_count)),
                length=40,
            ),
            zone="UTC",
            profiles=PROFILES,
            templates=TEMPLATES,
            sender="monitor@example.org",
            pages=Path(folder) / "digests",
            public_url=public_url,
            key=bytes(32),
        )
        with Store.open(Path(folder) / "monitor.db") as store:
            store.sync_feeds([Subscription("https://feed.example/", "Feed")], NOW)
            store.digest_started("morning", NOW - timedelta(days=1))
            fresh = [(entry(n, chance), scores(chance)) for n in range(300)]
            store.save_poll(
                1,
                PollState(),
                fresh,
                [Placement(each.key, None) for each, _ in fresh],
                floors={},
                first_poll_cutoff=None,
                now=NOW,
            )
            began = time.process_time()
            report = run_digest(store, plan, SLOT, NOW)
            spent = time.process_time() - began
            assert len(report.digest.stories) == 40
            assert len(report.messages) == reader_count
    return spent * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1,10,100")
    print(f"{'readers':>8} {'no links':>11} {'their links':>12}")
    for size in map(int, parser.parse_args().sizes.split(",")):
        bare, own = (
            min(run_for(size, url) for _ in range(ROUNDS))
            for url in ("", "https://news.example.org")
        )
        print(f"{size:8} {bare:8.0f} ms {own:9.0f} ms")


if __name__ == "__main__":
    main()
