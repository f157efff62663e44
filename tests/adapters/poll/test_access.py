"""Feeds that take more than their address: a password, a proxy."""

from __future__ import annotations

import contextlib
import socket
import threading
from base64 import b64encode

import pytest

from monitor.adapters.poll import Poller
from monitor.config import NetworkSettings, PollSettings
from monitor.errors import ConfigError, PollError
from monitor.model import Access, Feed, PollRequest, Retrieved
from tests.authority import authority
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


def test_a_proxy_is_not_asked_for_what_an_answer_sends_on_to_on_this_machine() -> None:
    inside = Reply(status=302, headers={"Location": "http://127.0.0.1:1/secret"})
    with Site({"http://news.example/feed": inside}) as proxy:
        network = NetworkSettings(allow=("127.0.0.0/8",))
        poller = Poller(
            poll=PollSettings(), network=network, contact="", version="1", spacing_s=0.0,
            access={"http://news.example/feed": Access(proxy=proxy.url("").rstrip("/"))},
        )  # fmt: skip
        with poller:
            feed = Feed(1, "http://news.example/feed", "Feed")
            ((_, answer),) = poller.poll([PollRequest(feed)])

    assert isinstance(answer, PollError)
    assert answer.kind == "forbidden address"
    assert proxy.paths == ["http://news.example/feed"]


class Tunnels:
    """A proxy for https: connects to whatever host it is asked for on this machine's `port`."""

    def __init__(self, port: int = 0, refusal: bytes = b"") -> None:
        self._port, self._refusal = port, refusal
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked: list[list[str]] = []
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Tunnels:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            self.asked.append(head.decode().split("\r\n")[:-2])
            if self._refusal:
                client.sendall(self._refusal)
                return
            client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: tunnel\r\n\r\n")
            with socket.create_connection(("127.0.0.1", self._port)) as server:
                back = threading.Thread(target=_relay, args=(server, client))
                back.start()
                _relay(client, server)
                back.join()


def _relay(source: socket.socket, goal: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side hung up
        while chunk := source.recv(4096):
            goal.sendall(chunk)
        goal.shutdown(socket.SHUT_WR)


LOGIN = ("ana", "s:e ñ")


def test_https_goes_through_a_tunnel_that_learns_neither_page_nor_password(monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority().certificate))
    context = authority().server("news.example")
    scripts = {"/feed": Reply(RSS, headers={"ETag": '"1"'})}
    with (
        Site(scripts, wrap=lambda s: context.wrap_socket(s, server_side=True)) as site,
        Tunnels(site.port) as tunnel,
    ):
        access = Access("eva", "secret", proxy=tunnel.url, proxy_login=LOGIN)
        answer = poll("https://news.example/feed", access)

    assert isinstance(answer, Retrieved)
    assert (answer.body, answer.etag, answer.url) == (RSS, '"1"', "https://news.example/feed")
    assert tunnel.asked == [
        [
            "CONNECT news.example:443 HTTP/1.1",
            "Host: news.example:443",
            f"Proxy-Authorization: {token(':'.join(LOGIN))}",
            "User-Agent: news-monitor/1",
            "Proxy-Connection: Keep-Alive",
        ]
    ]
    assert site.asked[0].header("Authorization") == token("eva:secret")
    assert site.asked[0].header("Proxy-Authorization") is None


def test_a_login_is_told_to_a_proxy_for_plain_http_too_and_to_no_other() -> None:
    with Site({"http://news.example/feed": Reply(RSS)}) as proxy:
        address = proxy.url("").rstrip("/")
        poll("http://news.example/feed", Access(proxy=address, proxy_login=LOGIN))
        poll("http://news.example/feed", Access(proxy=address))

    told = [asked.header("Proxy-Authorization") for asked in proxy.asked]
    assert told == [token(":".join(LOGIN)), None]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Login", "the proxy wants another name and password (407)"),
        ("403 No", "the proxy answered 403 and leads nowhere"),
    ],
)
def test_a_proxy_that_refuses_is_told_from_a_server_that_does(status: str, words: str) -> None:
    refusal = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()
    with Tunnels(refusal=refusal) as tunnel:
        answer = poll("https://news.example/feed", Access(proxy=tunnel.url))

    assert isinstance(answer, PollError)
    assert answer.problem == f"news.example, by way of the proxy {tunnel.url}: {words}"


def test_a_proxy_that_is_not_there_is_named() -> None:
    answer = poll("http://news.example/feed", Access(proxy="http://127.0.0.1:1"))

    assert isinstance(answer, PollError)
    assert "by way of the proxy http://127.0.0.1:1" in answer.problem


@pytest.mark.parametrize("proxy", ["socks5://x", "http://me:pw@proxy.example", "http://x/y"])
def test_a_proxy_that_is_none_is_a_configuration_error(proxy: str) -> None:
    with pytest.raises(ConfigError):
        poll("http://news.example/", Access(proxy=proxy))
