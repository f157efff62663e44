"""A profile that a person changed: what is stored is scored anew by the service itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.adapters.home import create_home, open_home, save_subscriptions
from monitor.adapters.store import Store
from monitor.model import PollState
from monitor.pipeline.tuning.profiles import scorer_of
from monitor.service import Service
from tests.factories import make_entry, make_subscription

NOW = datetime.now(UTC)
PROFILE = "title = 'Trade'\nthreshold = 0.5\n[terms]\n{terms}\n"


def score(root: Path) -> float:
    with Store.open(root / "state" / "monitor.db") as store:
        return store.entries()[0].scores[0].value


def test_a_changed_profile_scores_what_is_stored_at_the_next_pass(tmp_path: Path) -> None:
    root, seed = tmp_path / "home", tmp_path / "home" / "seeds" / "trade.toml"
    create_home(root)
    for path in seed.parent.glob("*.toml"):
        path.unlink()
    (root / "monitor.toml").write_text('zone = "UTC"\n')
    save_subscriptions(root, [])
    seed.write_text(PROFILE.format(terms="tariff = 2.0"))
    at = NOW - timedelta(hours=1)
    entry = make_entry("1", title="A beer festival", published_at=at, seen_at=at)
    with Store.open(root / "state" / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOW)
        scored = [(entry, scorer_of(open_home(root, {})).score(entry))]
        store.save_poll(1, PollState(), scored, (), floors={}, first_poll_cutoff=None, now=NOW)
    assert Service(open_home(root, {})).once() == []
    before = score(root)

    seed.write_text(PROFILE.format(terms="beer = 4.0"))
    assert Service(open_home(root, {})).once() == []

    assert before < 0.5 < score(root)
