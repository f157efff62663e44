"""Channels beside mail: what a webhook answers decides what becomes of a message."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from monitor.adapters.channels import Channels, Timeouts, _words
from monitor.config import NetworkSettings
from monitor.errors import DeliveryError, StoreError
from monitor.model import Message
from tests.authority import authority
from tests.factories import make_message

BODY = json.dumps({"text": "Morning: ñandú"}, ensure_ascii=False).encode()
POST = make_message("<m.1@localhost>", recipient="webhook:morning", content=BODY)


@dataclass
class Hook:
    """A server that takes one request at a time and answers as it is told to."""

    answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"  # b"": the connection is dropped
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    @contextmanager
    def serving(self) -> Iterator[Hook]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        thread = threading.Thread(target=self._serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                self.requests.append(_whole_request(connection))
                connection.sendall(self.answer)

    @property
    def channels(self) -> Channels:
        network = NetworkSettings(allow=("127.0.0.0/8",), ports=(self.port,))
        address = f"http://127.0.0.1:{self.port}/hooks/a?key=s3cret"
        return Channels({"morning": address}, network=network, timeouts=Timeouts(2, 0.3))


def _whole_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request or len(request.split(b"\r\n\r\n", 1)[1]) < len(BODY):
        piece = connection.recv(65536)
        if not piece:
            break
        request += piece
    return request


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook().serving() as hook:
        yield hook


def outcome(channels: Channels, message: Message = POST) -> tuple[str, str]:
    """Return what became of a message, and the problem."""
    handed: list[int] = []
    try:
        channels.send(message, lambda: handed.append(1))
    except DeliveryError as error:
        state = "uncertain" if error.uncertain else "failed" if error.permanent else "retry"
        return state, str(error).removeprefix(f"{message.id}: ")
    assert handed == [1]
    return "sent", ""


def test_a_webhook_gets_one_post_with_the_issue_as_json(hook: Hook) -> None:
    assert outcome(hook.channels) == ("sent", "")

    head, body = hook.requests[0].split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hooks/a?key=s3cret HTTP/1.1"
    assert sorted(lines[1:]) == [
        "Accept-Encoding: identity",
        f"Content-Length: {len(BODY)}",
        "Content-Type: application/json; charset=utf-8",
        f"Host: 127.0.0.1:{hook.port}",
        "Idempotency-Key: m.1@localhost",
        "User-Agent: news-monitor",
    ]
    assert body == BODY


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "sent"), (202, "sent"), (204, "sent"),
        (301, "failed"), (307, "failed"),
        (400, "failed"), (401, "failed"), (404, "failed"), (410, "failed"), (413, "failed"),
        (408, "retry"), (425, "retry"), (429, "retry"), (503, "retry"),
        (500, "uncertain"), (502, "uncertain"), (504, "uncertain"),
    ],
)  # fmt: skip
def test_the_answer_decides(hook: Hook, status: int, state: str) -> None:
    hook.answer = f"HTTP/1.1 {status} Word\r\nContent-Length: 0\r\n\r\n".encode()

    assert outcome(hook.channels)[0] == state
    assert len(hook.requests) == 1


@pytest.mark.parametrize("answer", [b"", b"220 mail.example ESMTP\r\n\r\n"])
def test_no_usable_answer_leaves_it_uncertain(hook: Hook, answer: bytes) -> None:
    hook.answer = answer

    state, problem = outcome(hook.channels)

    assert state == "uncertain"
    assert problem.startswith("127.0.0.1 took it and gave no reply")
    assert "s3cret" not in problem


def test_an_answer_that_does_not_come_leaves_it_uncertain() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hook = Hook(port=silent.getsockname()[1])
        assert outcome(hook.channels) == (
            "uncertain",
            "127.0.0.1 took it and gave no reply, so it may have arrived (no answer in time)",
        )


def test_an_answer_that_drips_is_not_waited_for_without_end() -> None:
    """The mail of every reader is waiting behind it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                while not over.is_set():
                    with suppress(OSError):
                        connection.sendall(b"H")
                    over.wait(0.05)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        hook = Hook(port=listener.getsockname()[1])
        began = time.monotonic()

        state, _ = outcome(hook.channels)

        over.set()
        thread.join()
        assert state == "uncertain"
        assert time.monotonic() - began < 5


def test_a_provisional_answer_is_followed_by_the_one_that_counts(hook: Hook) -> None:
    hook.answer = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"

    assert outcome(hook.channels)[0] == "sent"


def test_an_answer_that_only_goes_on_about_itself_is_none(hook: Hook) -> None:
    hook.answer = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n" * 4000

    assert outcome(hook.channels)[0] == "uncertain"


def test_an_error_without_words_is_told_by_its_kind_alone() -> None:
    assert _words(http.client.CannotSendRequest("https://chat.example/hooks/secret")) == (
        "CannotSendRequest"
    )


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hook = Hook(port=listener.getsockname()[1])

    assert outcome(hook.channels) == ("retry", "127.0.0.1: Connection refused")


def test_a_name_that_leads_nowhere_is_tried_again() -> None:
    channels = Channels({"morning": "https://no-such-host.invalid/"})

    assert outcome(channels) == ("retry", "no-such-host.invalid: its name cannot be found")


@pytest.mark.parametrize(
    ("address", "why_not"),
    [
        ("http://127.0.0.1/", "127.0.0.1 is a loopback address"),
        ("http://localhost:8080/", "is a loopback address"),
        ("http://169.254.169.254/latest/meta-data/", "is a link-local address"),
        ("http://10.0.0.1/", "is a private address"),
        ("http://[::1]/", "is a loopback address"),
        ("http://2130706433/", "is a loopback address"),
    ],
)
def test_a_closed_network_is_not_reached(address: str, why_not: str) -> None:
    state, problem = outcome(Channels({"morning": address}))

    assert state == "failed"
    assert why_not in problem


def test_a_port_beside_the_webs_is_not_reached(hook: Hook) -> None:
    channels = Channels(
        {"morning": f"http://127.0.0.1:{hook.port}/"},
        network=NetworkSettings(allow=("127.0.0.0/8",)),
    )

    state, problem = outcome(channels)

    assert (state, hook.requests) == ("failed", [])
    assert f"port {hook.port}" in problem


def test_what_stops_before_the_body_has_sent_nothing(hook: Hook) -> None:
    def stop() -> None:
        raise StoreError("taken over by another process")

    with pytest.raises(StoreError):
        hook.channels.send(POST, stop)
    assert BODY not in b"".join(hook.requests)


def test_a_channel_that_is_named_no_more_is_given_up() -> None:
    state, problem = outcome(Channels({}))

    assert (state, problem) == ("failed", "its digest names no such channel any more")


def test_an_address_that_cannot_be_is_given_up() -> None:
    state, problem = outcome(Channels({"morning": "https://exa mple/"}))

    assert state == "failed"
    assert problem.startswith("its address: ")


def test_a_server_must_prove_its_name() -> None:
    server, knowing = authority().server("localhost"), authority().client()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        network = NetworkSettings(allow=("127.0.0.0/8",), ports=(listener.getsockname()[1],))
        address = {"morning": f"https://localhost:{network.ports[0]}/hook"}

        def serve() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                with suppress(OSError), server.wrap_socket(connection, server_side=True) as secure:
                    _whole_request(secure)
                    secure.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        sent = outcome(Channels(address, network=network, context=knowing))
        doubted = outcome(Channels(address, network=network))
        thread.join()

    assert sent == ("sent", "")
    assert doubted == ("retry", "localhost: its certificate cannot be trusted")


# ---------------------------------------------------------------- Apprise, by a stand-in

NOTE = make_message(
    "<m.2@localhost>", recipient="apprise:morning", content=BODY, subject="Morning, 12 Jul"
)


class Notifier:
    """What Apprise looks like from here: it knows addresses that begin with "known:"."""

    told: list[tuple[str, str, list[str]]] = []  # noqa: RUF012
    reaches = True

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def add(self, address: str) -> bool:
        self.addresses.append(address)
        return address.startswith("known:")

    def notify(self, *, title: str, body: str) -> bool:
        self.told.append((title, body, self.addresses))
        return self.reaches


@pytest.fixture
def notifier(monkeypatch: pytest.MonkeyPatch) -> type[Notifier]:
    module = types.ModuleType("apprise")
    kind = type("Notifier", (Notifier,), {"told": []})
    module.Apprise = kind  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", module)
    return kind


def test_apprise_gets_the_text_for_every_address(notifier: type[Notifier]) -> None:
    channels = Channels({}, {"morning": ["known:a", "known:b"]})

    assert outcome(channels, NOTE) == ("sent", "")
    assert notifier.told == [("Morning, 12 Jul", "Morning: ñandú", ["known:a", "known:b"])]


def test_what_apprise_could_not_reach_wholly_is_uncertain(notifier: type[Notifier]) -> None:
    notifier.reaches = False

    assert outcome(Channels({}, {"morning": ["known:a"]}), NOTE)[0] == "uncertain"


def test_an_address_that_apprise_does_not_know_is_told_by_its_line(
    notifier: type[Notifier],
) -> None:
    channels = Channels({}, {"morning": ["known:a", "s3cret:b"]})

    assert outcome(channels, NOTE) == (
        "failed", "Apprise does not know the address in line 2 of its file",
    )  # fmt: skip
    assert notifier.told == []


def test_without_apprise_the_message_waits_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    state, problem = outcome(Channels({}, {"morning": ["known:a"]}), NOTE)

    assert (state, "pip install 'news-monitor[apprise]'" in problem) == ("retry", True)
    assert outcome(Channels({}), NOTE)[0] == "failed"


def test_no_channel_needs_the_library_to_be_there() -> None:
    source = Path(__file__).parents[2] / "monitor" / "adapters" / "channels.py"

    assert "import apprise" not in source.read_text()
