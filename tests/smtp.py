"""A scripted SMTP server on loopback: it keeps what it accepted and misbehaves where it is told to.

A fault is a place in the dialogue and what happens there: a reply of its own
("450 busy"), "hang", "drop", "slow", "drip", "usual" (nothing: the fault is for a later time),
or, at "dot", "think", "accept and drop", "accept and hang".
"""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO

PLACES = ("banner", "ehlo", "auth", "mail", "rcpt", "data", "body", "dot")
THINK_S = 0.5  # a server that looks for viruses
SLOW_S = 0.05  # late, and within any client's patience
HANG_S = 20.0  # longer than any client under test waits


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that the server took responsibility for."""

    sender: str
    recipient: str
    content: bytes  # dots unstuffed, as the sender meant it


@dataclass(slots=True)
class ScriptedSmtp:
    """The server; a context manager. `faults` are used up one per place, in order."""

    faults: list[tuple[str, str]] = field(default_factory=list)
    offers: Sequence[str] = ("8BITMIME", "SIZE 1000000")
    tls: ssl.SSLContext | None = None
    tls_from_start: bool = False
    user: tuple[str, str] | None = None
    ways: str = "PLAIN LOGIN"  # to log in, where a user is set; for XOAUTH2 the token is it
    is_narrow: bool = False  # it holds little that it has not read
    at_dot: Callable[[], None] = lambda: None  # called when a body is complete, before the reply
    connection_count: int = 0
    bodies: list[bytes] = field(default_factory=list)  # that came whole, taken or not
    mailbox: list[Delivered] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)  # every line that came, but bodies
    ehlo_names: list[str] = field(default_factory=list)
    port: int = 0
    _listener: socket.socket = field(init=False)
    _threads: list[threading.Thread] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> ScriptedSmtp:
        self._listener = socket.create_server(("127.0.0.1", 0))
        if self.is_narrow:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self._listener.settimeout(0.02)
        self.port = self._listener.getsockname()[1]
        self._spawn(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        for thread in list(self._threads):
            thread.join(timeout=10)
        self._listener.close()

    def _spawn(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                continue
            self.connection_count += 1
            connection.settimeout(10)
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, _Over), connection:
            if self.tls_from_start and self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                _Session(self, connection).run()

    def fault_at(self, place: str) -> str | None:
        """Return the next fault of a place and use it up."""
        for fault in self.faults:
            if fault[0] == place:
                self.faults.remove(fault)
                return None if fault[1] == "usual" else fault[1]
        return None

    def be_slow(self) -> None:
        self._ended.wait(SLOW_S)

    def think(self) -> None:
        self._ended.wait(THINK_S)

    def hang(self) -> None:
        self._ended.wait(HANG_S)


class _Over(Exception):
    """The session ends here."""


class _Session:
    def __init__(self, server: ScriptedSmtp, connection: socket.socket) -> None:
        self._server = server
        self._connection = connection
        self._stream: BinaryIO = connection.makefile("rb")
        self._sender = self._recipient = ""
        self._is_secure = server.tls_from_start

    def run(self) -> None:
        try:
            self._reply("banner", "220 test.example ready")
            while line := self._stream.readline():
                command = line.decode("utf-8", "replace").rstrip("\r\n")
                self._server.commands.append(command)
                self._answer(command)
        finally:
            self._stream.close()
            self._connection.close()

    def _answer(self, command: str) -> None:
        verb, _, rest = command.partition(" ")
        match verb.upper():
            case "EHLO":
                self._server.ehlo_names.append(rest)
                again = self._is_secure and not self._server.tls_from_start
                self._reply("ehlo again" if again else "ehlo", self._greeting())
            case "HELO":
                self._say("250 test.example")
            case "STARTTLS":
                self._start_tls()
            case "AUTH":
                self._log_in(rest)
            case "MAIL":
                self._sender = _address(rest)
                self._reply("mail", "250 fine")
            case "RCPT":
                self._recipient = _address(rest)
                self._reply("rcpt", "250 fine")
            case "DATA":
                if self._reply("data", "354 go ahead"):
                    self._take_body()
            case "RSET":
                self._reply("rset", "250 forgotten")
            case "QUIT":
                self._reply("quit", "221 bye")
                raise _Over
            case _:
                self._say("250 fine")

    def _greeting(self) -> str:
        offers = ["test.example", *self._server.offers]
        if self._server.tls and not self._is_secure:
            offers.append("STARTTLS")
        if self._server.user:
            offers.append(f"AUTH {self._server.ways}")
        return "\r\n".join(
            f"250{' ' if n == len(offers) - 1 else '-'}{offer}" for n, offer in enumerate(offers)
        )

    def _start_tls(self) -> None:
        if self._server.tls is None:
            self._say("502 not here")
            return
        if not self._reply("starttls", "220 go ahead"):
            return
        fault = self._server.fault_at("handshake")
        if fault:
            self._misbehave(fault)
        self._stream.close()
        self._connection = self._server.tls.wrap_socket(self._connection, server_side=True)
        self._stream = self._connection.makefile("rb")
        self._is_secure = True

    def _log_in(self, rest: str) -> None:
        way, _, told = rest.partition(" ")
        if way == "LOGIN":
            # smtplib tells the user with the command, and the password when asked for it.
            user = told or self._asked("auth user", "VXNlcm5hbWU6")
            secret = (_decoded(user), _decoded(self._asked("auth password", "UGFzc3dvcmQ6")))
        elif way == "XOAUTH2":
            fields = dict(part.partition("=")[::2] for part in _decoded(told).split("\1"))
            secret = (fields["user"], fields["auth"].removeprefix("Bearer "))
            if secret != self._server.user:
                self._asked("auth reason", base64.b64encode(b'{"status":"401"}').decode())
        else:
            secret = tuple(_decoded(told).split("\0")[1:])
        is_known = self._server.user == secret
        self._reply("auth", "235 welcome" if is_known else "535 5.7.8 wrong user or password")

    def _asked(self, place: str, challenge: str) -> str:
        """Ask, and return the answer; a fault there ends the login."""
        self._reply(place, f"334 {challenge}")
        answer = self._stream.readline().decode().rstrip("\r\n")
        self._server.commands.append(answer)
        return answer

    def _take_body(self) -> None:
        lines: list[bytes] = []
        fault = self._server.fault_at("body")
        while (line := self._stream.readline()) != b".\r\n":
            if not line:
                raise _Over
            lines.append(line.removeprefix(b"."))
            if line == b"\r\n" and fault is None:
                fault = self._server.fault_at("blank")
            if fault:
                early, fault = fault, None
                self._misbehave(early)
                if early[0] in "45":  # it has refused the body while that still comes
                    self._read_to_dot()
                    return
        self._server.bodies.append(b"".join(lines))
        self._server.at_dot()
        fault = self._server.fault_at("dot")
        if fault in {"think", "slow"}:
            self._server.think() if fault == "think" else self._server.be_slow()
            fault = None
        if fault is None or fault.startswith("accept"):
            self._server.mailbox.append(Delivered(self._sender, self._recipient, b"".join(lines)))
        if fault:
            self._misbehave(fault.removeprefix("accept and "))
        else:
            self._say("250 2.0.0 taken")

    def _read_to_dot(self) -> None:
        while self._stream.readline() not in {b".\r\n", b""}:
            continue

    def _reply(self, place: str, usual: str) -> bool:
        """Reply, as usual or not; tell whether it was as usual."""
        fault = self._server.fault_at(place)
        if fault == "slow":
            self._server.be_slow()
            fault = None
        if fault is None:
            self._say(usual)
            return True
        self._misbehave(fault)
        return False

    def _misbehave(self, fault: str) -> None:
        if fault == "hang":
            self._server.hang()
            raise _Over
        if fault == "drop":
            raise _Over
        if fault == "slow":
            self._server.be_slow()
            return
        while fault == "drip":  # an answer that never ends, and is never silent
            self._say("250-more")
            self._server.be_slow()
        self._say(fault)
        if fault.startswith("421"):
            raise _Over

    def _say(self, text: str) -> None:
        self._connection.sendall(text.encode() + b"\r\n")


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]
