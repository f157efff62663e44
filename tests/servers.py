"""A scripted web server on loopback: it plays a script per path and logs every request.

    with Site({"/feed": Reply(body=FEED, headers={"ETag": '"1"'})}) as site:
        ... site.url("/feed") ...
        assert site.paths == ["/feed"]

A script is a Reply, a list of them (the last one stays), or a function of the logged
request. Hosts 127.0.0.1, 127.0.0.2... are different servers to a poller.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came: header lines verbatim and in order."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    at: float  # time.monotonic
    concurrent_count: int  # requests under way on this site, this one included

    def header(self, name: str) -> str | None:
        """Return a header's value, None when it was not sent."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server sends. Without `raw`, Content-Length is added when it is not named."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = field(default_factory=dict)
    delay_s: float = 0.0  # before the first byte
    raw: bytes | None = None  # sent as it is instead of everything else; then it hangs up
    drip_s: float = 0.0  # pause after each byte of the body
    endless: bytes = b""  # sent after the body for as long as someone listens
    hang_up: bool = False  # close the connection after the answer
    reset: bool = False  # after `raw`, break the connection instead of closing it

    def head(self) -> bytes:
        pairs = self.headers.items() if isinstance(self.headers, Mapping) else self.headers
        lines = [f"HTTP/1.1 {self.status} Scripted", *(f"{key}: {value}" for key, value in pairs)]
        names = {key.lower() for key, _ in pairs}
        if not names & {"content-length", "transfer-encoding"} and not self.endless:
            lines.append(f"Content-Length: {0 if self.status == 304 else len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


Script = Reply | Sequence[Reply] | Callable[[Asked], Reply]


class Site:
    """A server; start it with `with`. Each connection has a thread, kept-alive ones too."""

    def __init__(
        self,
        scripts: Mapping[str, Script] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        wrap: Callable[[socket.socket], socket.socket] | None = None,
    ) -> None:
        self.scripts: dict[str, Script] = dict(scripts or {})
        self.asked: list[Asked] = []
        self.connection_count = 0
        self.host = host
        self._wrap = wrap
        self._under_way = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server((host, port), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closing = threading.Event()

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def url(self, path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://{self.host}:{self.port}{path}"

    def __enter__(self) -> Site:
        self._spawn(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening, drop every connection, and wait for the threads."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(timeout=5)

    def _spawn(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connection_count += 1
            self._spawn(self._serve, connection)

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        with contextlib.suppress(OSError, ValueError):
            plain.settimeout(30)
            connection = self._wrap(plain) if self._wrap else plain
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connection)
            stream = connection.makefile("rb")
            with stream:
                while not self._closing.is_set() and self._answer(connection, stream):
                    pass
        with self._lock:
            self._open.discard(connection)
        for each in {connection, plain}:
            with contextlib.suppress(OSError):
                each.close()

    def _answer(self, connection: socket.socket, stream: object) -> bool:
        lines: list[str] = []
        while True:
            line = stream.readline(65537).decode("latin-1")  # type: ignore[attr-defined]
            if not line:
                return False
            if line in ("\r\n", "\n"):
                break
            lines.append(line.rstrip("\r\n"))
        with self._lock:
            self._under_way += 1
            asked = _read_request(lines, self._under_way)
            self.asked.append(asked)
        try:
            return self._play(connection, self._reply(asked))
        finally:
            with self._lock:
                self._under_way -= 1

    def _reply(self, asked: Asked) -> Reply:
        script = self.scripts.get(asked.path.partition("?")[0])
        if script is None:
            return Reply(b"nothing here", 404)
        if isinstance(script, Reply):
            return script
        if callable(script):
            return script(asked)
        with self._lock:
            seen = self.paths.count(asked.path)
        return script[min(seen, len(script)) - 1]

    def _play(self, connection: socket.socket, reply: Reply) -> bool:
        if reply.delay_s:
            self._closing.wait(reply.delay_s)
        if reply.raw is not None:
            connection.sendall(reply.raw)
            if reply.reset:
                self._closing.wait(0.1)  # a reset overtakes what was sent
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        if not reply.drip_s and not reply.endless:
            body = b"" if reply.status == 304 else reply.body
            connection.sendall(reply.head() + body)
            return not reply.hang_up
        connection.sendall(reply.head())
        for index in range(len(reply.body)):
            connection.sendall(reply.body[index : index + 1])
            if self._closing.wait(reply.drip_s):
                return False
        while reply.endless and not self._closing.is_set():
            connection.sendall(reply.endless)
        return False


def _read_request(lines: Sequence[str], concurrent_count: int) -> Asked:
    method, path, _ = lines[0].split(" ", 2)
    pairs = tuple(
        (key, value.strip(" ")) for key, _, value in (x.partition(":") for x in lines[1:])
    )
    return Asked(method, path, pairs, time.monotonic(), concurrent_count)
