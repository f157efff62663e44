"""The web server of the benchmark: all feeds, on many loopback addresses, one process."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection

from polling.feeds import document

MADE_MAX = 2_000  # documents kept, of 45 KB each
made = lru_cache(MADE_MAX)(document)
MODIFIED = "Tue, 14 Jul 2026 10:00:00 GMT"


@dataclass
class Scene:
    """How the feeds behave from now on."""

    latency_s: float = 0.0
    version: int = 0  # one in ten feeds has changed so many times
    bare_share: int = 0  # so many of ten feeds send no validators, and never a 304
    hanging_share: int = 0  # so many of ten feeds take the request and never answer


@contextlib.contextmanager
def served(feed_count: int, host_count: int) -> Iterator[tuple[list[str], Connection]]:
    """Have another process serve so many feeds; yield their addresses and where Scenes go."""
    count = min(host_count, feed_count)
    hosts = [f"127.0.{number // 200 + 1}.{number % 200 + 1}" for number in range(count)]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, hosts, feed_count), daemon=True
    )
    server.start()
    port = ours.recv()
    try:
        yield [f"http://{hosts[each % count]}:{port}/{each}" for each in range(feed_count)], ours
    finally:
        server.terminate()
        server.join()


def serve(pipe: Connection, hosts: Sequence[str], feed_count: int) -> None:
    """Answer on every host, until the pipe is closed; each Scene that comes is confirmed."""
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        asyncio.run(_serve(pipe, hosts, feed_count))


async def _serve(pipe: Connection, hosts: Sequence[str], feed_count: int) -> None:
    loop = asyncio.get_running_loop()
    # Made before anybody asks: who is measured shares the cores with this process.
    for feed in range(min(feed_count, MADE_MAX)):
        made(feed, 0)
    stage = _Stage()
    first = await loop.create_server(lambda: _Answers(stage), hosts[0], 0, backlog=1024)
    port = first.sockets[0].getsockname()[1]
    for host in hosts[1:]:
        await loop.create_server(lambda: _Answers(stage), host, port, backlog=1024)
    pipe.send(port)
    while True:
        await loop.run_in_executor(None, pipe.poll, None)
        stage.scene = pipe.recv()
        pipe.send("ready")


class _Stage:
    """The scene that every connection looks at, and the documents that were made."""

    def __init__(self) -> None:
        self.scene = Scene()

    def answer(self, feed: int, request: bytes) -> bytes:
        scene = self.scene
        # Another tenth of them at each change, so that the rounds are alike.
        changes = max(0, (scene.version - feed % 10 + 9) // 10) if scene.version else 0
        etag = f'"{feed}-{changes}"'
        head = "Server: bench\r\nDate: Tue, 14 Jul 2026 12:00:00 GMT\r\n"
        if feed % 10 >= scene.bare_share:
            head += f"ETag: {etag}\r\nLast-Modified: {MODIFIED}\r\nCache-Control: max-age=600\r\n"
            if b"if-none-match: " + etag.encode() in request.lower():
                return f"HTTP/1.1 304 Not Modified\r\n{head}\r\n".encode()
        body = made(feed, changes)
        head += f"Content-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\n\r\n"
        return f"HTTP/1.1 200 OK\r\n{head}".encode() + body


class _Answers(asyncio.Protocol):
    def __init__(self, stage: _Stage) -> None:
        self._stage = stage
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            feed = int(request.split(b" ", 2)[1].strip(b"/"))
            if feed % 10 < self._stage.scene.hanging_share:
                continue
            answer = self._stage.answer(feed, request)
            loop = asyncio.get_running_loop()
            loop.call_later(self._stage.scene.latency_s, self._write, answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)
