from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.poll.guard import (
    Doorman,
    _read_odd_target,
    is_loopback,
    lane_of,
    read_location,
    read_networks,
    read_target,
    refuse_address,
    refuse_port,
    user_of,
    without_credentials,
)

CLOSED = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "unspecified",
    "10.0.0.1": "private",
    "100.64.0.1": "carrier-grade NAT",
    "100.127.255.255": "carrier-grade NAT",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.8": "reserved for protocols",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4 relay",
    "192.168.0.1": "private",
    "198.18.0.1": "benchmarking",
    "198.19.255.255": "benchmarking",
    "198.51.100.7": "documentation",
    "203.0.113.7": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "IPv4-compatible",
    "::8.8.8.8": "IPv4-compatible",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:7f00:1": "loopback",
    "::ffff:a9fe:a9fe": "link-local",
    "::ffff:10.0.0.1": "private",
    "::ffff:0:127.0.0.1": "translated IPv4",
    "64:ff9b::a9fe:a9fe": "link-local (169.254.169.254 inside it)",
    "64:ff9b::7f00:1": "loopback (127.0.0.1 inside it)",
    "64:ff9b:1::808:808": "local NAT64",
    "100::1": "discard",
    "2001::1": "Teredo",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "Teredo",
    "2001:2::1": "reserved for protocols",
    "2001:20::1": "reserved for protocols",
    "2001:db8::1": "documentation",
    "2002:a9fe:a9fe::1": "6to4",
    "2002:7f00:1::": "6to4",
    "3fff::1": "documentation",
    "5f00::1": "segment routing",
    "4000::1": "reserved",
    "fc00::1": "private",
    "fd12:3456::1": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}
OPEN = (
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2a00:1450:4001::1",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
)


@pytest.mark.parametrize(("address", "kind"), CLOSED.items())
def test_an_address_that_is_no_public_server_is_refused(address: str, kind: str) -> None:
    assert refuse_address(address) == f"{address} is a {kind} address"


@pytest.mark.parametrize("address", OPEN)
def test_a_public_address_is_let_through(address: str) -> None:
    assert refuse_address(address) is None


@pytest.mark.parametrize("text", ["", "localhost", "2130706433", "0x7f000001", "127.1", "1.2.3"])
def test_what_is_no_numeric_address_is_refused(text: str) -> None:
    assert refuse_address(text) == f"{text} is no numeric address"


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_never_more_open_than_the_address_itself(inner: object) -> None:
    forms = [f"::ffff:{inner}", f"64:ff9b::{inner}", f"::{inner}", f"::ffff:0:{inner}"]

    if refuse_address(str(inner)) is not None:
        assert [form for form in forms if refuse_address(form) is None] == []


def test_a_network_the_operator_opened_is_open_and_no_other() -> None:
    allow = read_networks(["192.168.7.0/24", "fd00:1::/32", "10.9.9.9"])

    assert refuse_address("192.168.7.1", allow) is None
    assert refuse_address("::ffff:192.168.7.1", allow) is None
    assert refuse_address("fd00:1::5", allow) is None
    assert refuse_address("10.9.9.9", allow) is None
    assert refuse_address("192.168.8.1", allow) is not None
    assert refuse_address("10.9.9.8", allow) is not None
    assert refuse_address("127.0.0.1", allow) is not None


def test_ports_of_the_web_are_open_and_those_the_operator_named() -> None:
    assert [refuse_port(port) for port in (80, 443, 8080, 8443)] == [None] * 4
    assert refuse_port(25) == "port 25 is not a port of the web"
    assert refuse_port(6379) == "port 6379 is not a port of the web"
    assert refuse_port(8000, {8000}) is None


def test_what_is_no_numeric_address_is_not_loopback() -> None:
    assert not is_loopback("localhost")


def test_loopback_is_opened_for_the_demo_on_any_port_and_nothing_else_is() -> None:
    doorman = Doorman(allow_loopback=True)

    assert doorman.refuse("127.0.0.2", 25) is None
    assert doorman.refuse("::1", 12345) is None
    assert doorman.refuse("::ffff:127.0.0.1", 12345) is None
    assert doorman.refuse("10.0.0.1", 80) == "10.0.0.1 is a private address"
    assert doorman.refuse("8.8.8.8", 25) == "port 25 is not a port of the web"
    assert doorman.refuse("8.8.8.8", 443) is None
    assert Doorman().refuse("127.0.0.1", 80) == "127.0.0.1 is a loopback address"


# ---------------------------------------------------------------- addresses as written


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTP://EXAMPLE.org:80/Feed?a=B#part", "http://example.org/Feed?a=B"),
        ("https://example.org:443/", "https://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        (" https://example.org/ \n", "https://example.org/"),
        ("https://example.org/a b/ñ?q=á&r=%C3%A1", "https://example.org/a%20b/%C3%B1?q=%C3%A1&r=%C3%A1"),
        ("https://peña.example/", "https://xn--pea-8ma.example/"),
        ("http://①②⑦.⓪.⓪.①/", "http://127.0.0.1/"),
        ("http://example.org./", "http://example.org./"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://user:pa%40ss@example.org/", "http://example.org/"),
        ("https://example.org/?", "https://example.org/"),
        ("https://example.org//double/../up", "https://example.org//double/../up"),
    ],
)  # fmt: skip
def test_an_address_is_sent_as_the_publisher_wrote_it_in_plain_ascii(url: str, sent: str) -> None:
    assert read_target(url).url == sent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/feed",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "source:file:///etc/passwd",
        "file:../../etc/passwd",
        "\x01file:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org:25/x",
        "data:text/xml,<rss/>",
        "javascript:alert(1)",
        "http://",
        "http:///feed",
        "http://:80/",
        "http://exam ple.org/",
        "http://good.example\\@evil.example/",
        "http://evil.example\\.good.example/",
        "http://a%2eb.example/",
        "http://[::1/",
        "http://[::1%25eth0]/",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://" + "a" * 300 + ".example/",
        "http://example.org/" + "a" * 2048,
        "http://exa\u202emple.org/",
    ],
)
def test_an_address_that_cannot_be_polled_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|only http"):
        read_target(url)


def test_credentials_are_taken_out_of_the_address() -> None:
    target = read_target("https://user:p%40ss:w@example.org/feed")

    assert target.credentials == "dXNlcjpwQHNzOnc="  # user:p@ss:w
    assert read_target("https://example.org/").credentials is None
    assert without_credentials("https://user:p@ss@example.org/f@x") == "https://example.org/f@x"
    assert without_credentials("https://example.org/a//b@c") == "https://example.org/a//b@c"


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/other", "https://example.org/other"),
        ("other", "https://example.org/dir/other"),
        ("?page=2", "https://example.org/dir/feed?page=2"),
        ("../up", "https://example.org/up"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("http://other.example/a b", "http://other.example/a%20b"),
        ("/caf\u00c3\u00a9", "https://example.org/caf%C3%A9"),  # bare UTF-8, read as Latin-1
        ("https://u:p@other.example/", "https://other.example/"),
        ("", "https://example.org/dir/feed"),
    ],
)
def test_a_location_is_read_relative_to_where_it_came_from(location: str, sent: str) -> None:
    target = read_location(location, read_target("https://user:secret@example.org/dir/feed"))

    assert (target.url, target.credentials) == (sent, None)


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "gopher://h:25/", "http://", "http://[bad", "http://a\\@b/", "ftp://h/"],
)
def test_a_location_that_cannot_be_polled_is_refused(location: str) -> None:
    with pytest.raises(ValueError, match=r"address|only http"):
        read_location(location, read_target("https://example.org/"))


@given(st.text(max_size=60))
def test_no_text_makes_reading_an_address_fail_in_another_way(text: str) -> None:
    for url in (text, f"http://{text}", f"http://h/{text}"):
        try:
            target = read_target(url)
        except ValueError:
            continue
        assert target.url.isascii()
        assert target.url.startswith(("http://", "https://"))


@given(
    st.from_regex(r"https?://[a-z0-9.-]{1,20}(:[0-9]{1,6})?/[a-z0-9?/%&=.#]{0,20}", fullmatch=True)
)
def test_the_short_way_to_read_an_address_gives_the_same_as_the_long_one(url: str) -> None:
    try:
        expected: object = _read_odd_target(url)
    except ValueError:
        with pytest.raises(ValueError, match="address"):
            read_target(url)
    else:
        assert read_target(url) == expected


def test_a_lane_is_a_server_by_its_host_and_an_odd_port() -> None:
    lanes = [
        read_target(url).lane
        for url in (
            "http://News.example/a",
            "https://news.example/b",
            "https://news.example./c",
            "https://news.example:8443/d",
        )
    ]

    assert lanes == ["news.example"] * 3 + ["news.example:8443"]


@pytest.mark.parametrize("address", ["", "ftp://a.example/x", "http://[::1", "no address"])
def test_what_cannot_be_polled_burdens_no_server_and_names_no_user(address: str) -> None:
    assert (lane_of(address), user_of(address)) == ("", "")


def test_the_pages_of_one_server_burden_it_together() -> None:
    assert lane_of("http://a.example/1") == lane_of("http://a.example/2") != ""
    assert lane_of("http://a.example/1") != lane_of("http://b.example/1")
    assert user_of("http://ana%40home:secret@a.example/1") == "ana@home"
