"""Titles about wine in a store, scored by the profile of a home about wine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.config import Config, DigestSettings
from monitor.model import Entry, PollState, TopicProfile
from monitor.pipeline.tuning.profiles import scorer_of
from tests.factories import NOON, make_entry, make_placement, make_profile

DAY = timedelta(days=1)
WINE = replace(make_profile("wine"), terms={"wine*": 3.0})


def home(*profiles: TopicProfile, **digests: DigestSettings) -> Home:
    return Home(Path("/home"), Config(digests=digests), (), profiles or (WINE,), (), {})


def keep(
    store: Store, *titles: str, at: datetime = NOON, story: bool = True, background: bool = False
) -> list[Entry]:
    """Save entries with these titles, each of an outlet of its own, as one poll does."""
    entries = [
        replace(make_entry(title, title=title, published_at=at, seen_at=at), outlet=f"Outlet {n}")
        for n, title in enumerate(titles)
    ]
    scorer = scorer_of(home())
    store.save_poll(
        1,
        PollState(),
        [(entry, scorer.score(entry)) for entry in entries],
        [make_placement(entry.key) for entry in entries] if story else [],
        floors={},
        first_poll_cutoff=at + DAY if background else None,
        now=NOON,
    )
    return entries
