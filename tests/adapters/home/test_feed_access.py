"""What the settings say of reaching feeds: passwords and proxies, each for whom it is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.adapters.home.access import feed_access
from monitor.config import Config, FeedSettings, NetworkSettings
from monitor.model import Access, Subscription

PROXY, OTHER = "http://proxy.example:3128", "http://other.example:3128"
ONE, TWO = "https://one.example/feed", "https://two.example/feed"
FEEDS = (Subscription(ONE, "One"), Subscription(TWO, "Two"))


def secret(root: Path, name: str, words: str, mode: int = 0o600) -> str:
    path = root / name
    path.write_text(f"{words}\n", encoding="utf-8")
    path.chmod(mode)
    return name


def test_a_feed_of_which_nothing_is_said_needs_nothing(tmp_path: Path) -> None:
    assert feed_access(tmp_path, Config(), FEEDS) == {}


def test_the_proxys_login_goes_to_that_proxy_alone(tmp_path: Path) -> None:
    network = NetworkSettings(
        proxy=PROXY, proxy_user="ana", proxy_password_file=secret(tmp_path, "proxy", "s:e ñ")
    )
    config = Config(network=network, feeds={"Two": FeedSettings(proxy=OTHER)})

    assert feed_access(tmp_path, config, FEEDS) == {
        ONE: Access(password=None, proxy=PROXY, proxy_login=("ana", "s:e ñ")),
        TWO: Access(password=None, proxy=OTHER),
    }


def test_a_feed_may_have_its_own_password_and_go_straight(tmp_path: Path) -> None:
    own = FeedSettings("eva", secret(tmp_path, "eva", "hunter2"), "none")
    config = Config(network=NetworkSettings(proxy=PROXY, proxy_user="ana"), feeds={"One": own})

    assert feed_access(tmp_path, config, FEEDS) == {
        ONE: Access("eva", "hunter2"),
        TWO: Access(proxy=PROXY, proxy_login=("ana", "")),
    }


@pytest.mark.parametrize("mode", [0o644, 0o000])
def test_a_password_that_cannot_be_had_keeps_those_from_being_asked_that_need_it(
    tmp_path: Path, mode: int
) -> None:
    name = secret(tmp_path, "proxy", "word", mode) if mode else "missing"
    network = NetworkSettings(proxy=PROXY, proxy_user="ana", proxy_password_file=name)
    config = Config(network=network, feeds={"Two": FeedSettings(proxy="none")})

    found = feed_access(tmp_path, config, FEEDS)

    assert set(found) == {ONE}
    assert found[ONE].problem.startswith("not asked: ")
    assert (found[ONE].proxy_login, name in found[ONE].problem) == (None, True)


def test_no_secret_shows_in_a_log(tmp_path: Path) -> None:
    assert "hunter2" not in repr(Access("eva", "hunter2", PROXY, proxy_login=("a", "hunter2")))
