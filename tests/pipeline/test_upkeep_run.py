"""The night's work in steps: what was told to stop is gone on with the next time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor.adapters.home import Home, create_home, open_home
from monitor.adapters.store import Store
from monitor.adapters.store.retention import PRUNED, Ages, Pruned
from monitor.model import PollState
from monitor.pipeline.upkeep_run import prune, run_upkeep
from tests.factories import NOON, make_entry, make_subscription

DAY = timedelta(days=1)
ALL = Ages(NOON + DAY, NOON + DAY)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    create_home(tmp_path / "home")
    return open_home(tmp_path / "home", {})


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with Store.open(home.prepare_state() / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        yield store


def keep(store: Store, count: int, summary: str) -> None:
    entries = [make_entry(f"e{n}", summary=summary) for n in range(count)]
    store.save_poll(
        1, PollState(), [(each, ()) for each in entries], [], floors={},
        first_poll_cutoff=None, now=NOON,
    )  # fmt: skip


def test_others_get_to_write_between_the_steps_until_all_the_room_is_given_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_ten = partial(store.vacuum_step, 10)  # pages: less has to be made first
    monkeypatch.setattr(Store, "vacuum_step", lambda store: by_ten())
    keep(store, 30, "word " * 1200)
    paused: list[tuple[int, int]] = []

    def pause() -> None:
        free = store._db.value("PRAGMA freelist_count")
        paused.append((store.entry_count(), free))

    pruned = prune(store, ALL, pause=pause)

    assert pruned == Pruned(entry_count=30)
    assert {count for count, _ in paused} == {0}
    free = [pages for _, pages in paused]
    assert len(free) > 1
    assert free == sorted(set(free), reverse=True)
    assert store._db.value("PRAGMA freelist_count") == 0


def test_pruning_that_was_told_to_stop_stays_due(store: Store, home: Home) -> None:
    keep(store, 2, "word")
    later = NOON + timedelta(days=5000)
    pauses: list[int] = []

    run_upkeep(store, home, later, stopped=lambda: bool(pauses), pause=lambda: pauses.append(1))
    assert store.fact(PRUNED) is None

    run_upkeep(store, home, later)
    assert store.fact(PRUNED) == later
    assert store.entry_count() == 0
