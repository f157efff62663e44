"""A home with many stored entries, for the benchmarks of what people look at.

The texts are made of the profiles' and alias lists' own words among everyday ones, half in
English, half in Spanish; every entry is scored, and those near a threshold stand in stories.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.stock import PLAIN  # noqa: E402
from monitor.adapters.home import Home, create_home, open_home, save_subscriptions  # noqa: E402
from monitor.adapters.store import Store  # noqa: E402
from monitor.model import (  # noqa: E402
    Entry,
    EntryKey,
    Placement,
    PollState,
    Subscription,
    Verdict,
)
from monitor.stages.score import Scorer  # noqa: E402

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
FEEDS = 500
NAME_SHARE = 0.025  # of the words: one or two names or terms an entry
AT_ONCE = 2000


def make_home(path: Path, *, entries: int, days: int, words: int = 40) -> Home:
    """Make a home at `path` with so many entries of the last `days` before `NOW`; 100 verdicts."""
    create_home(path)
    save_subscriptions(
        path,
        [Subscription(f"https://feed{n}.example/rss", f"Outlet {n:03}") for n in range(FEEDS)],
    )
    home = open_home(path, {})
    home.prepare_state()
    with Store.open(home.state / "monitor.db") as store:
        store.sync_feeds(home.subscriptions, NOW - timedelta(days=days))
        scorer = Scorer(home.profiles, home.parties)
        every = list(_entries(home, entries, days, words))
        floors = {profile.name: profile.near_miss_floor for profile in home.profiles}
        for start in range(0, len(every), AT_ONCE):
            _keep(store, scorer, floors, every[start : start + AT_ONCE])
        store.save_verdicts(_verdicts(scorer, every), NOW)
    return home


def _keep(store: Store, scorer: Scorer, floors: dict[str, float], entries: Sequence[Entry]) -> None:
    by_feed: dict[int, list[Entry]] = {}
    for entry in entries:
        by_feed.setdefault(entry.key.feed, []).append(entry)
    for feed, own in by_feed.items():
        scored = [(entry, scorer.score(entry)) for entry in own]
        near = [e.key for e, s in scored if any(x.value >= floors[x.profile] for x in s)]
        placements = [Placement(key, None) for key in near]
        state = PollState(polled_at=own[-1].seen_at, succeeded_at=own[-1].seen_at)
        store.save_poll(
            feed,
            state,
            scored,
            placements,
            floors=floors,
            first_poll_cutoff=None,
            now=own[-1].seen_at,
        )


def _entries(home: Home, count: int, days: int, words: int) -> Iterator[Entry]:
    dice = random.Random(7)
    names = [alias.text for party in home.parties for alias in party.aliases]
    names += [term.rstrip("*") for profile in home.profiles for term in profile.terms]
    step = timedelta(days=days) / count
    for number in range(count):
        language = "en" if number % 2 else "es"
        text = [
            dice.choice(names) if dice.random() < NAME_SHARE else dice.choice(PLAIN[language])
            for _ in range(10 + words)
        ]
        feed = dice.randrange(FEEDS)
        at = NOW - timedelta(days=days) + step * number
        yield Entry(
            key=EntryKey(feed + 1, f"https://feed{feed}.example/{number}"),
            outlet=f"Outlet {feed:03}",
            link=f"https://feed{feed}.example/{number}",
            title=" ".join(text[:10]).capitalize(),
            summary=" ".join(text[10:]).capitalize() + ".",
            published_at=at,
            seen_at=at,
            language=language,
        )


def _verdicts(scorer: Scorer, entries: Sequence[Entry]) -> list[Verdict]:
    """Return verdicts on the last entries that score at all, two of three good."""
    scored = [entry for entry in entries[-20_000:] if scorer.score(entry)[0].value > 0.3][-100:]
    return [Verdict(entry, good=number % 3 > 0) for number, entry in enumerate(scored)]
