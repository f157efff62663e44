"""A mail server on loopback that keeps what it is given and sends nothing on."""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Self

IDLE_S = 10.0
LINE_MAX_BYTES = 4096  # of a command; RFC 5321 asks for 512
_PATH = re.compile(rb"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it arrived, dots unstuffed."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(slots=True)
class MailSink:
    """Take mail on a free port of 127.0.0.1 while the context lasts."""

    received: list[Received] = field(default_factory=list)
    _server: socketserver.ThreadingTCPServer = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


def _handler(sink: MailSink) -> type[socketserver.StreamRequestHandler]:
    class Handler(_Dialogue):
        received = sink.received

    return Handler


class _Dialogue(socketserver.StreamRequestHandler):
    """One ESMTP dialogue (RFC 5321), as far as a well-behaved client goes."""

    timeout = IDLE_S
    received: list[Received]

    def handle(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._say("220 sample-sink ESMTP")
        try:
            while line := self.rfile.readline(LINE_MAX_BYTES):
                verb = line[:4].upper().strip().decode("ascii", "replace")
                if verb == "QUIT":
                    self._say("221 bye")
                    return
                self._say(self._reply(verb, line))
        except OSError:  # the client has gone or fallen silent: nobody is left to tell
            return

    def _reply(self, verb: str, line: bytes) -> str:
        match verb:
            case "EHLO":
                self._reset()
                return "250-sample-sink\r\n250-8BITMIME\r\n250 SMTPUTF8"
            case "HELO" | "RSET":
                self._reset()
                return "250 ok"
            case "NOOP":
                return "250 ok"
            case "MAIL" | "RCPT":
                return self._address(verb, line)
            case "DATA":
                return self._data()
        return "502 not known here"

    def _address(self, verb: str, line: bytes) -> str:
        found = _PATH.search(line)
        if not found:
            return "501 an address in angle brackets is expected"
        address = found[1].decode("utf-8", "replace")
        if verb == "MAIL":
            self._reset()
            self._sender = address
        elif self._sender is None:
            return "503 MAIL first"
        else:
            self._recipients.append(address)
        return "250 ok"

    def _data(self) -> str:
        if self._sender is None or not self._recipients:
            return "503 MAIL and RCPT first"
        self._say("354 end with a dot alone on a line")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                raise ConnectionResetError("the client left in the middle of a message")
            lines.append(line[1:] if line.startswith(b".") else line)
        self.received.append(Received(self._sender, tuple(self._recipients), b"".join(lines)))
        self._reset()
        return "250 kept"

    def _reset(self) -> None:
        self._sender, self._recipients = None, []

    def _say(self, reply: str) -> None:
        self.wfile.write(reply.encode() + b"\r\n")
