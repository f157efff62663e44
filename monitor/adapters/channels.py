"""Hand an issue to a channel, and say truly what became of it: a webhook, or Apprise.

Sole user of http.client and of Apprise. As with mail: what was refused for now may be tried
again, what was refused for good may not, and once everything was handed over and no reply
came, nobody knows. A webhook's address is as good as a password: it is told to nobody.
"""

from __future__ import annotations

import http.client
import importlib
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from monitor.adapters.poll.guard import WEB_PORTS, Doorman, Target, read_networks, read_target
from monitor.config import NetworkSettings
from monitor.errors import DeliveryError
from monitor.model import Message

WEBHOOK, APPRISE = "webhook:", "apprise:"  # how the outbox names channels, with their digest
CONNECT_S, REPLY_S = 10.0, 30.0

HEAD_MAX_BYTES = 65_536  # of an answer
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)[ \r\n]")
_PROVISIONAL = re.compile(rb"\AHTTP/1\.[01] 1\d\d.*?\r?\n\r?\n", re.DOTALL)

_TAKEN = range(200, 300)
_LATER = frozenset({408, 425, 429, 503})
# The server behind a gateway, or the one that failed, may have taken it all the same.
_UNCERTAIN = frozenset({500, 502, 504})


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each part may take, in seconds."""

    connect_s: float = CONNECT_S
    reply_s: float = REPLY_S


class Channels:
    """The channels of a home's digests. Addresses are by the digest's name.

    `unread` tells by the outbox's name of a channel why its address could not be read: what
    is for it waits.
    """

    def __init__(
        self,
        webhooks: Mapping[str, str],
        apprise: Mapping[str, Sequence[str]] = MappingProxyType({}),
        *,
        unread: Mapping[str, str] = MappingProxyType({}),
        network: NetworkSettings | None = None,
        timeouts: Timeouts | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        network = network or NetworkSettings()
        self.unread = unread
        self._webhooks = webhooks
        self._apprise = apprise
        self._doorman = Doorman(read_networks(network.allow), frozenset(network.ports) | WEB_PORTS)
        self._timeouts = timeouts or Timeouts()
        self._context = context or ssl.create_default_context()

    def send(self, message: Message, on_data: Callable[[], None]) -> None:
        """Hand a message to the channel that is its recipient.

        `on_data` is called before the body goes out. Raises DeliveryError: permanent,
        uncertain, or else worth another try.
        """
        name = message.recipient
        if problem := self.unread.get(name):
            raise DeliveryError(message.id, problem)
        if name.startswith(APPRISE):
            self._notify(message, self._apprise.get(name.removeprefix(APPRISE), ()), on_data)
            return
        address = self._webhooks.get(name.removeprefix(WEBHOOK))
        if address is None:
            raise DeliveryError(message.id, "its digest names no such channel any more",
                                permanent=True)  # fmt: skip
        self._post(message, address, on_data)

    # ------------------------------------------------------------ webhooks

    def _post(self, message: Message, address: str, on_data: Callable[[], None]) -> None:
        try:
            target = read_target(address)
        except ValueError as error:
            raise DeliveryError(message.id, f"its address: {error}", permanent=True) from error
        connection = _Connection(target, self._doorman, self._timeouts, self._context)
        host = target.origin[1]
        try:
            self._hand_over(connection, target, message, on_data)
        except _RefusedError as error:
            raise DeliveryError(message.id, f"{host}: {error}", permanent=True) from error
        except (OSError, http.client.HTTPException) as error:
            # Less than was announced is thrown away, so it can safely go out again.
            raise DeliveryError(message.id, f"{host}: {_words(error)}") from error
        else:
            self._read_reply(connection, host, message.id)
        finally:
            connection.close()

    def _hand_over(
        self,
        connection: _Connection,
        target: Target,
        message: Message,
        on_data: Callable[[], None],
    ) -> None:
        connection.connect()
        path = target.url.split("/", 3)[3] if target.url.count("/") > 2 else ""
        connection.putrequest("POST", f"/{path}")
        connection.putheader("Content-Type", "application/json; charset=utf-8")
        connection.putheader("Content-Length", str(len(message.content)))
        connection.putheader("User-Agent", "news-monitor")
        # For receivers that know it: the same message is the same issue.
        connection.putheader("Idempotency-Key", message.id.strip("<>"))
        connection.endheaders()
        on_data()
        connection.send(message.content)

    def _read_reply(self, connection: _Connection, host: str, message_id: str) -> None:
        try:
            status = connection.status(self._timeouts.reply_s)
        except OSError as error:
            problem = f"{host} took it and gave no reply, so it may have arrived ({_words(error)})"
            raise DeliveryError(message_id, problem, uncertain=True) from error
        if status in _TAKEN:
            return
        if status in _UNCERTAIN:
            problem = f"{host} answered {status}, so it may have arrived"
            raise DeliveryError(message_id, problem, uncertain=True)
        raise DeliveryError(message_id, f"{host} answered {status}", permanent=status not in _LATER)

    # ------------------------------------------------------------ Apprise

    def _notify(
        self, message: Message, addresses: Sequence[str], on_data: Callable[[], None]
    ) -> None:
        if not addresses:
            raise DeliveryError(message.id, "its digest names no such channel any more",
                                permanent=True)  # fmt: skip
        try:
            library: Any = importlib.import_module("apprise")
        except ImportError as error:
            problem = "Apprise is not installed; run: pip install 'news-monitor[apprise]'"
            raise DeliveryError(message.id, problem) from error
        notifier = library.Apprise()
        for place, address in enumerate(addresses, start=1):
            if not notifier.add(address):
                problem = f"Apprise does not know the address in line {place} of its file"
                raise DeliveryError(message.id, problem, permanent=True)
        text = json.loads(message.content)["text"]
        on_data()
        if not notifier.notify(title=message.subject, body=text):
            problem = "Apprise could not reach every address; some may have got it"
            raise DeliveryError(message.id, problem, uncertain=True)


class _RefusedError(Exception):
    """A connection that must not be made."""


class _Connection(http.client.HTTPConnection):
    """One connection to an address that may be connected, whatever its name leads to."""

    def __init__(
        self, target: Target, doorman: Doorman, timeouts: Timeouts, context: ssl.SSLContext
    ) -> None:
        scheme, host, port = target.origin
        super().__init__(host.strip("[]"), port)
        self.default_port = 443 if scheme == "https" else 80
        self._doorman = doorman
        self._timeouts = timeouts
        self._context = context if scheme == "https" else None

    def connect(self) -> None:
        """Connect to the first address that answers; every one is asked of the doorman."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        trouble: OSError | None = None
        for family, kind, protocol, _, place in found:
            if why_not := self._doorman.refuse(str(place[0]), self.port):
                raise _RefusedError(f"{why_not}; if that is meant, see [network] allow and ports")
            try:
                self.sock = self._open(socket.socket(family, kind, protocol), place)
            except OSError as error:
                trouble = error
            else:
                return
        raise trouble or OSError("its name leads nowhere")

    def status(self, within_s: float) -> int:
        """Return the status that the server answers; nothing else of its answer is read.

        Raises TimeoutError when it takes longer in all, however it drips, and OSError.
        """
        sock, deadline, raw = self.sock, time.monotonic() + within_s, b""
        while len(raw) < HEAD_MAX_BYTES:
            sock.settimeout(max(deadline - time.monotonic(), 0.001))
            piece = sock.recv(4096)
            raw += piece
            # What is provisional (1xx) ends with an empty line, and another answer follows.
            raw = _PROVISIONAL.sub(b"", raw)
            found = _STATUS.match(raw)
            if found and (found[1][0:1] != b"1"):
                return int(found[1])
            if not piece or (b"\n" in raw and not found) or time.monotonic() > deadline:
                break
        raise TimeoutError if time.monotonic() > deadline else OSError("no answer of HTTP")

    def _open(self, sock: socket.socket, place: Any) -> socket.socket:
        try:
            sock.settimeout(self._timeouts.connect_s)
            sock.connect(place)
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_hostname=self.host)
            sock.settimeout(self._timeouts.reply_s)
        except BaseException:
            sock.close()
            raise
        return sock


def _words(error: BaseException) -> str:
    """Return what happened, for a person; never where it was to go."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate cannot be trusted"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "its name cannot be found"
    if isinstance(error, OSError) and (error.strerror or error.errno is None):
        return error.strerror or str(error)
    return type(error).__name__
