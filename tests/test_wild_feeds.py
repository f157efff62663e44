"""Real feed documents, some malformed, polled over HTTP: what the publisher wrote is stored."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.home import read_seeds
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.config import NetworkSettings, PollSettings
from monitor.model import PollOutcome, Subscription
from monitor.pipeline import run_poll
from monitor.stages.score import Scorer
from tests.factories import NOON
from tests.servers import Reply, Site

WILD = Path(__file__).parents[2] / "shared" / "feeds" / "wild"

pytestmark = pytest.mark.skipif(not WILD.is_dir(), reason="needs ../shared/feeds/wild")


def entries_written(document: bytes) -> int:
    """How many entries a document holds, by its tags alone."""
    return len(re.findall(rb"<(?:item|entry)[\s>]", document))


def test_the_wild_feeds_poll_with_every_entry_that_their_publishers_wrote(tmp_path: Path) -> None:
    documents = {f"/{path.name}": path.read_bytes() for path in sorted(WILD.iterdir())}
    profiles, parties = read_seeds(None)
    replies = {path: Reply(body, headers={"ETag": '"1"'}) for path, body in documents.items()}
    with (
        Site(replies) as site,
        Store.open(tmp_path / "monitor.db") as store,
        Workers(-1, Scorer(profiles, parties)) as workers,
        Poller(
            poll=PollSettings(),
            network=NetworkSettings(),
            contact="",
            version="test",
            allow_loopback=True,
            spacing_s=0.0,
        ) as poller,
    ):
        store.sync_feeds([Subscription(site.url(path), path) for path in documents], NOON)

        first = run_poll(store, poller, workers, profiles, NOON, settings=PollSettings())
        later = NOON + timedelta(days=1)
        second = run_poll(store, poller, workers, profiles, later, settings=PollSettings())

        assert first.outcomes == {PollOutcome.UPDATED: len(documents)}
        assert first.entries_new == sum(map(entries_written, documents.values()))
        assert store.entry_count() == first.entries_new
        assert second.outcomes == {PollOutcome.UNCHANGED: len(documents)}
        assert second.entries_new == 0
