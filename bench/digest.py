"""How long it takes to choose and to render an issue of 40 stories, by how many candidates.

    python bench/digest.py [--sizes 500,5000,20000]

One process, one core, processor time, the best of five rounds. Candidates are stories of one
to nine entries by forty outlets in two languages; half of them pass a threshold, a tenth was
carried before. Their words are as frequent as in either language. Each round has other
stories, so that nothing is known of them beforehand; the first issue of a process also
compiles the templates and is told apart. Reading the candidates from the store and committing
the issue are not counted here, nor is letting go of the issue before. As in a digest run Python
looks for no garbage meanwhile.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from monitor.adapters.garbage import put_off  # noqa: E402
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
ROUNDS = 5  # the best counts: what else the machine does only ever slows one
LENGTH = 40
NAMES = [f"{a}{b}{c}" for a in "BCGLMP" for b in ("ar", "el", "or", "un") for c in "aeinosz"]


@cache
def drawn_words(language: str) -> list[str]:
    """Return words of a language, each as often as it is used, nearly."""
    table = (ROOT / "monitor" / "knowledge" / f"words-{language}.txt").read_text("utf-8")
    lines = [line.split() for line in table.splitlines() if line and line[0].isdigit()]
    uses = {word: 10 ** float(line[0]) for line in lines for word in line[1:]}
    return random.Random(3).choices(list(uses), list(uses.values()), k=20_000)


def make_subject(dice: random.Random, language: str) -> list[str]:
    """Return what the reports of one story share."""
    names = [name.capitalize() for name in dice.choices(NAMES, k=3)]
    return [*dice.choices(drawn_words(language), k=14), *names, str(dice.randrange(5, 900))]


def make_entry(dice: random.Random, number: int, subject: list[str], language: str) -> Entry:
    at = NOW - timedelta(minutes=dice.randrange(60 * 40))
    outlet = dice.randrange(40)
    words = drawn_words(language)
    return Entry(
        key=EntryKey(outlet, str(number)),
        outlet=f"Outlet {outlet}",
        link=f"https://outlet{outlet}.example/{number}",
        title=" ".join([*dice.sample(subject, 8), *dice.choices(words, k=2)]),
        summary=" ".join([*dice.sample(subject, 10), *dice.choices(words, k=20)]),
        published_at=at,
        seen_at=at + timedelta(minutes=3),
        language=language,
    )


def make_stories(wanted: int, seed: int) -> list[Story]:
    """Return as many candidates, the same for the same count and seed."""
    dice = random.Random(seed)
    stories = []
    for number in range(wanted):
        count = dice.choice((1, 1, 1, 9))
        language = dice.choice(("es", "en"))
        subject = make_subject(dice, language)
        entries = [make_entry(dice, number * 10 + each, subject, language) for each in range(count)]
        scored = tuple(ScoredEntry(each, (Score("news", dice.random(), ()),)) for each in entries)
        if number % 10:
            stories.append(Story(number, scored))
        else:
            earlier = Earlier(date(2026, 7, 12), NOW - timedelta(days=2), "x", (entries[0],))
            stories.append(Story(number, scored, date(2026, 7, 12), earlier))
    return stories


def measure(count: int, templates: dict[str, str]) -> list[tuple[float, float]]:
    """Return the milliseconds of processor time that each round's choosing and rendering take."""
    profile = TopicProfile("news", "News", "What happened.", 0.5, {"water": 1.0})
    settings = DigestSettings(length=LENGTH)
    receipt = Receipt(40, 38, 210, 90, (), None, None, "0")

    def render_one(stories: list[Story]) -> tuple[float, float]:
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
        return (chosen - start) * 1000, (time.process_time() - chosen) * 1000

    taken = []
    for seed in range(ROUNDS):
        stories = make_stories(count, seed)
        with put_off():
            taken.append(render_one(stories))
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="500,5000,20000")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    folder = shipped_root() / "templates"
    templates = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    print(f"{'candidates':>12} {f'choosing {LENGTH}':>14} {f'rendering {LENGTH}':>15} {'both':>12}")
    for place, size in enumerate(sizes):
        taken = measure(size, templates)
        choosing_ms, rendering_ms = min(each[0] for each in taken), min(each[1] for each in taken)
        both_ms = min(map(sum, taken))
        print(f"{size:12,} {choosing_ms:11.1f} ms {rendering_ms:12.1f} ms {both_ms:9.1f} ms")
        if not place:
            print(f"{'the first':>12} {taken[0][0]:11.1f} ms {taken[0][1]:12.1f} ms")


if __name__ == "__main__":
    main()
