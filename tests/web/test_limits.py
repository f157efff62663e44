"""How much may be sent, and how slowly."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.web.guard import HEADERS
from tests.pages import Answer, Pages, raw, served, spoken

WITH_FORM = "/people/one?address=ana%40example.org"  # a page that holds a token
FORM = "application/x-www-form-urlencoded"


def posted(pages: Pages, size: int, kind: str = FORM, path: str = "/people/forget") -> Answer:
    browser = pages.browser()
    browser.get(WITH_FORM)
    start = f"csrf={browser.token}&address=".encode()
    headers = {
        "Host": f"127.0.0.1:{pages.port}",
        "Content-Type": kind,
        "Cookie": f"desk={browser.cookies['desk']}",
        "Sec-Fetch-Site": "same-origin",
    }
    return raw(pages.port, "POST", path, headers, start + b"x" * (size - len(start)))


def test_a_body_is_taken_up_to_a_mebibyte(open_pages: Pages) -> None:
    assert posted(open_pages, 2**20).status == 404
    assert posted(open_pages, 2**20 + 1).status == 413


def test_a_stranger_may_send_little(locked_pages: Pages) -> None:
    headers = {"Host": f"127.0.0.1:{locked_pages.port}", "Content-Type": FORM}

    answer = raw(locked_pages.port, "POST", "/login", headers, b"x" * (16 * 2**10 + 1))

    assert answer.status == 413


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "multipart/form-data"])
def test_a_body_that_is_no_form_is_refused(open_pages: Pages, kind: str) -> None:
    assert posted(open_pages, 200, kind).status in {400, 403}


def test_a_form_of_very_many_fields_is_refused(open_pages: Pages) -> None:
    browser = open_pages.browser()
    browser.get(WITH_FORM)
    many = {f"f{number}": "1" for number in range(3000)}

    assert browser.post("/people/forget", many).status == 400


def test_long_addresses_and_many_headers_are_refused(open_pages: Pages) -> None:
    host = {"Host": f"127.0.0.1:{open_pages.port}"}

    assert raw(open_pages.port, "GET", "/" + "a" * 5000, host).status == 414
    many = {**host, **{f"X-{number}": "1" for number in range(150)}}
    assert raw(open_pages.port, "GET", "/people", many).status == 431


def test_a_slow_client_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A fact of the clock: ten seconds in operation.
    monkeypatch.setattr("monitor.web.server.HEAD_WITHIN_S", 0.4)
    with served(tmp_path / "home") as pages:
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", pages.port), timeout=10) as line:
            line.sendall(b"GET /people HTTP/1.1\r\n")
            with pytest.raises((ConnectionError, TimeoutError)):  # noqa: PT012 -- until it is cut
                while line.sendall(b"X: y\r\n") is None:
                    time.sleep(0.05)
                    if time.monotonic() - began > 5:
                        raise AssertionError("it was listened to for ever")

        # A second request on a kept connection has no more patience to hope for.
        with socket.create_connection(("127.0.0.1", pages.port), timeout=10) as line:
            line.sendall(b"GET /u/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"404" in line.recv(65536)
            line.sendall(b"GET /u/x HT")
            time.sleep(0.2)
            while data := line.recv(65536):
                assert b"HTTP/1.1" not in data


def test_a_body_that_never_comes_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.web.guard.BODY_WITHIN_S", 0.3)
    with (
        served(tmp_path / "home") as pages,
        socket.create_connection(("127.0.0.1", pages.port), timeout=10) as line,
    ):
        line.sendall(
            b"POST /u/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\na="
        )
        assert line.recv(4096).startswith(b"HTTP/1.1 413")


ASK = "GET /u/x HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_more_connections_than_there_is_room_for_are_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.web.server.CONNECTIONS_MAX", 5)
    with served(tmp_path / "home") as pages, ExitStack() as lines:
        for _ in range(6):
            lines.enter_context(socket.create_connection(("127.0.0.1", pages.port), timeout=10))
        refused = spoken_whole(pages.port, ASK)
        assert refused.split()[1] == "503"
        assert missing_headers(refused) == []
        lines.close()
        time.sleep(0.2)
        assert spoken(pages.port, ASK).split()[1] == "404"


def test_what_is_no_http_is_refused_with_the_headers_of_every_answer(open_pages: Pages) -> None:
    for nonsense in ("GET /\x01 HTTP/1.1\r\n\r\n", "\x16\x03\x01\r\n\r\n", "no: http\r\n\r\n"):
        refused = spoken_whole(open_pages.port, nonsense)

        assert refused.split()[1] == "400"
        assert missing_headers(refused) == []


def spoken_whole(port: int, text: str) -> str:
    """Send bytes as they are, and return the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(text.encode("latin-1"))
        with line.makefile("rb") as answer:
            return answer.read().decode("latin-1")


def missing_headers(answer: str) -> list[str]:
    """Return the headers of every answer that a raw one lacks."""
    head = answer.partition("\r\n\r\n")[0].casefold()
    return [name for name in HEADERS if f"\r\n{name.casefold()}:" not in head]
