"""Feeds that take more than their address: a password, a proxy."""

from __future__ import annotations

from base64 import b64encode

import pytest

from monitor.adapters.poll import Poller
from monitor.config import NetworkSettings, PollSettings
from monitor.errors import ConfigError, PollError
from monitor.model import Access, Feed, PollRequest, Retrieved
from tests.servers import Reply, Site

RSS = b"<rss><channel/></rss>"


def poll(url: str, access: Access, *, loopback: bool = True, moved: str = "") -> object:
    with Poller(
        poll=PollSettings(),
        network=NetworkSettings(),
        contact="",
        version="1",
        allow_loopback=loopback,
        spacing_s=0.0,
        access={url: access},
    ) as poller:
        ((_, answer),) = poller.poll([PollRequest(Feed(1, url, "Feed"), url=moved)])
    return answer


def token(login: str) -> str:
    return "Basic " + b64encode(login.encode()).decode()


def test_a_password_is_told_to_the_feeds_own_origin_and_no_other() -> None:
    with Site({"/feed": Reply(RSS)}, "127.0.0.2") as new, Site() as old:
        old.scripts["/feed"] = Reply(status=301, headers={"Location": new.url("/feed")})
        url = old.url("/feed")

        assert isinstance(poll(url, Access("ana", "s:e c")), Retrieved)
        assert isinstance(poll(url, Access("ana", "s"), moved=new.url("/feed")), Retrieved)

    assert [asked.header("Authorization") for asked in old.asked] == [token("ana:s:e c")]
    assert [asked.header("Authorization") for asked in new.asked] == [None, None]


def test_the_name_may_stand_in_the_address_and_the_password_in_a_file() -> None:
    with Site({"/feed": Reply(RSS)}) as site:
        poll(site.url("/feed").replace("//", "//ana@"), Access(password="secret"))

    assert site.asked[0].header("Authorization") == token("ana:secret")


def test_a_feed_whose_password_cannot_be_read_is_not_asked() -> None:
    with Site({"/feed": Reply(RSS)}) as site:
        answer = poll(site.url("/feed"), Access("ana", problem="not asked: no such file"))

    assert isinstance(answer, PollError)
    assert (answer.problem, site.asked) == ("not asked: no such file", [])


def test_a_feed_is_read_through_its_proxy_which_sees_the_whole_address() -> None:
    with Site({"http://news.example/feed": Reply(RSS)}) as proxy:
        answer = poll("http://news.example/feed", Access(proxy=proxy.url("").rstrip("/")))

    assert isinstance(answer, Retrieved)
    assert (answer.body, proxy.paths) == (RSS, ["http://news.example/feed"])
    assert [name for name, _ in proxy.asked[0].headers if name.startswith("Proxy-A")] == []


NO_SERVERS = (
    "http://169.254.169.254/ http://2130706433/ http://0x7f.1/ http://[::1]/ "
    "http://localhost/ http://news.example:25/ http://10.0.0.1/feed"
)


@pytest.mark.parametrize("url", NO_SERVERS.split())
def test_a_proxy_is_not_asked_for_what_is_no_public_server(url: str) -> None:
    with Site({}) as proxy:
        answer = poll(url, Access(proxy=proxy.url("").rstrip("/")), loopback=False)

    assert isinstance(answer, PollError)
    assert (answer.kind, proxy.asked) == ("forbidden address", [])


def test_a_proxy_that_is_not_there_is_named() -> None:
    answer = poll("http://news.example/feed", Access(proxy="http://127.0.0.1:1"))

    assert isinstance(answer, PollError)
    assert "by way of the proxy http://127.0.0.1:1" in answer.problem


@pytest.mark.parametrize("proxy", ["socks5://x", "http://me:pw@proxy.example", "http://x/y"])
def test_a_proxy_that_is_none_is_a_configuration_error(proxy: str) -> None:
    with pytest.raises(ConfigError):
        poll("http://news.example/", Access(proxy=proxy))
