"""feeds.opml changed by the program."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.adapters.home import read_subscriptions
from monitor.adapters.home.subscribing import FEEDS_MAX, add_feeds, pause_feed, remove_feed
from monitor.errors import ConfigError
from tests.factories import make_subscription

ONE, TWO = make_subscription("one"), make_subscription("two", language="es")


def test_feeds_are_added_once_and_told(tmp_path: Path) -> None:
    assert add_feeds(tmp_path, [ONE]) == [ONE]
    assert add_feeds(tmp_path, [ONE, TWO, TWO]) == [TWO]
    assert read_subscriptions(tmp_path) == (ONE, TWO)


def test_a_pause_stands_in_the_persons_own_file_and_ends(tmp_path: Path) -> None:
    add_feeds(tmp_path, [ONE, TWO])

    assert pause_feed(tmp_path, ONE.url, paused=True)
    assert 'paused="yes"' in (tmp_path / "feeds.opml").read_text()
    assert read_subscriptions(tmp_path) == (replace(ONE, is_paused=True), TWO)
    assert not pause_feed(tmp_path, ONE.url, paused=True)
    assert pause_feed(tmp_path, ONE.url, paused=False)
    assert read_subscriptions(tmp_path) == (ONE, TWO)


def test_a_feed_is_removed_and_the_list_before_is_kept(tmp_path: Path) -> None:
    add_feeds(tmp_path, [ONE])
    add_feeds(tmp_path, [TWO])

    assert remove_feed(tmp_path, ONE.url)
    assert not remove_feed(tmp_path, ONE.url)
    assert read_subscriptions(tmp_path) == (TWO,)
    assert ONE.url in (tmp_path / "feeds.opml.bak").read_text()


def test_a_list_that_nobody_could_look_at_is_not_made(tmp_path: Path) -> None:
    add_feeds(tmp_path, [ONE])
    many = [make_subscription(f"feed{n}") for n in range(FEEDS_MAX)]

    with pytest.raises(ConfigError, match="that would be over 20,000 feeds; nothing was added"):
        add_feeds(tmp_path, many)

    assert read_subscriptions(tmp_path) == (ONE,)
