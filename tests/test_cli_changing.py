"""What the pages of tuning do, by commands: profiles changed and undone, feeds at rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.home import create_home, open_home, read_subscriptions, save_subscriptions
from monitor.adapters.store import Store
from monitor.model import PollState, TopicProfile, Verdict
from monitor.pipeline.tuning.profiles import scorer_of
from tests.factories import make_entry, make_placement, make_subscription
from tests.test_cli import ok, refused

FEED = make_subscription()
NOW = datetime.now(UTC)
PROFILE = '# ours\nthreshold = 0.5\n[terms]\n"tariff*" = 4.0\n"port" = 2.5\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of one profile and one feed, polled a moment ago, with two entries judged."""
    root = tmp_path / "home"
    create_home(root)
    for path in (root / "seeds").glob("*.toml"):
        path.unlink()
    (root / "seeds" / "trade.toml").write_text(PROFILE)
    save_subscriptions(root, [FEED])
    scorer = scorer_of(open_home(root, {}))
    titles = ("Tariffs rise", "Football tariffs")
    entries = [make_entry(t, title=t, published_at=NOW, seen_at=NOW) for t in titles]
    with Store.open(root / "state" / "monitor.db") as store:
        store.sync_feeds([FEED], NOW)
        store.save_poll(
            1,
            PollState(polled_at=NOW, next_poll_at=NOW + timedelta(hours=1)),
            [(entry, scorer.score(entry)) for entry in entries],
            [make_placement(entry.key) for entry in entries],
            floors={},
            first_poll_cutoff=None,
            now=NOW,
        )
        store.save_verdicts([Verdict(e, n == 0, "trade") for n, e in enumerate(entries)], NOW)
    return root


def trade(home: Path) -> TopicProfile:
    return open_home(home, {}).profiles[0]


def test_a_change_is_tried_saved_and_undone(home: Path) -> None:
    change = ("profiles", "change", "trade", "--against", "football=3", "--threshold", "0.6")

    told = ok(*change, "--try", home=home)
    assert "+0 stories, -1" in told
    assert "on 1 good and 1 bad verdicts: precision 50% -> 100%, recall 100% -> 100%" in told
    assert "- Football tariffs" in told
    assert trade(home).threshold == 0.5

    ok(*change, home=home)
    assert (trade(home).threshold, trade(home).against) == (0.6, {"football": 3.0})
    assert (home / "seeds" / "trade.toml").read_text().startswith("# ours\n")
    ok("profiles", "undo", "trade", home=home)
    assert (home / "seeds" / "trade.toml").read_text() == PROFILE


def test_a_term_of_weight_0_goes(home: Path) -> None:
    ok("profiles", "change", "trade", "--term", "port=0", "--term", "steel pipe=1.5", home=home)

    assert trade(home).terms == {"tariff*": 4.0, "steel pipe": 1.5}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("change", "trade"), "nothing to change"),
        (("change", "trade", "--term", "port"), "expected TERM=WEIGHT"),
        (("change", "trade", "--term", "=2"), "expected TERM=WEIGHT"),
        (("change", "trade", "--term", "a.*=2"), "regular expression"),
        (("change", "none", "--threshold", "0.6"), 'no profile "none"'),
        (("undo", "trade"), "no previous version is kept"),
    ],
)
def test_what_cannot_be_changed_is_told_and_nothing_is(
    home: Path, args: tuple[str, ...], said: str
) -> None:
    assert said in refused("profiles", *args, home=home)
    assert (home / "seeds" / "trade.toml").read_text() == PROFILE


def test_a_declined_term_is_remembered(home: Path) -> None:
    ok("profiles", "decline", "heron", "crane", home=home)

    with Store.open(home / "state" / "monitor.db") as store:
        assert store.declined() == {"heron", "crane"}


# ---------------------------------------------------------------- feeds


def test_a_feed_is_paused_and_resumed(home: Path) -> None:
    assert "paused: it is not polled" in ok("feeds", "pause", FEED.title, home=home)
    assert read_subscriptions(home) == (replace(FEED, is_paused=True),)
    assert "(and was before)" in ok("feeds", "pause", FEED.url, home=home)
    assert "paused" in ok("feeds", "list", home=home)

    ok("feeds", "resume", FEED.title, home=home)

    assert read_subscriptions(home) == (FEED,)
    assert "is not in feeds.opml" in refused("feeds", "pause", "Nobody", home=home)


def test_a_feed_is_polled_soon_unless_it_has_to_rest(home: Path) -> None:
    assert "less than 15 minutes ago" in refused("feeds", "poll-now", FEED.title, home=home)

    with Store.open(home / "state" / "monitor.db") as store:
        earlier = NOW - timedelta(hours=1)
        store.save_failure(1, PollState(polled_at=earlier, next_poll_at=NOW + timedelta(days=1)))
    ok("feeds", "poll-now", FEED.title, home=home)

    with Store.open(home / "state" / "monitor.db") as store:
        assert [feed.url for feed, _ in store.due_polls(datetime.now(UTC))] == [FEED.url]


def test_an_outlet_is_muted_and_heard_again(home: Path) -> None:
    ok("feeds", "mute", "Sports  Daily", home=home)
    assert open_home(home, {}).config.muted == ("Sports Daily",)

    ok("feeds", "mute", "Sports Daily", "--undo", home=home)

    assert open_home(home, {}).config.muted == ()
    assert "not muted" in refused("feeds", "mute", "Sports Daily", "--undo", home=home)
