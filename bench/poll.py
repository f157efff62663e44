"""How much a poll costs: N feeds on loopback, polled by this project's poller.

    python bench/poll.py --feeds 1000 --hosts 64

Prints wall and CPU time of a cold round (every body comes) and of rounds in which
nothing changed (every answer is a 304), and the peak memory. The feeds are served by
another process, so its time is not counted. `--bare` adds the bare limit: libcurl
alone, one body or 304 after the other, without the guard, the lanes and the answers.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import statistics
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pycurl

from monitor.adapters.poll import Poller
from monitor.config import NetworkSettings, PollSettings
from monitor.model import Feed, PollRequest, Retrieved

BODY_BYTES = 45_000
ETAG = '"1"'


def main() -> None:
    options = _read_options()
    hosts = [f"127.0.{number // 200 + 1}.{number % 200 + 1}" for number in range(options.hosts)]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, hosts, options.latency_ms / 1000), daemon=True
    )
    server.start()
    port = ours.recv()
    feeds = [
        Feed(number, f"http://{hosts[number % len(hosts)]}:{port}/{number}", "")
        for number in range(options.feeds)
    ]
    with Poller(
        poll=PollSettings(connections=options.connections),
        network=NetworkSettings(),
        contact="",
        version="bench",
        allow_loopback=True,
        spacing_s=0.0,
    ) as poller:
        _report("cold", [_round(poller, feeds, None)], options.feeds)
        unchanged = [_round(poller, feeds, ETAG) for _ in range(options.rounds)]
        _report("all 304", unchanged, options.feeds)
    if options.bare:
        bare = [bare_round(feeds, options.connections) for _ in range(options.rounds)]
        _report("bare libcurl, all 304", bare, options.feeds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")
    server.terminate()


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--hosts", type=int, default=64, help="addresses they are spread over")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--bare", action="store_true", help="libcurl alone as well")
    return parser.parse_args()


# ---------------------------------------------------------------- the rounds


def _round(poller: Poller, feeds: list[Feed], etag: str | None) -> tuple[float, float]:
    requests = [PollRequest(feed, etag) for feed in feeds]
    wall, cpu = time.perf_counter(), time.process_time()
    for request, answer in poller.poll(requests):
        if not isinstance(answer, Retrieved) or (answer.body is None) != (etag is not None):
            raise SystemExit(f"{request.feed.url}: {answer}")
    return time.perf_counter() - wall, time.process_time() - cpu


def bare_round(feeds: list[Feed], connections: int) -> tuple[float, float]:
    """Poll with as little Python as there can be."""
    wall, cpu = time.perf_counter(), time.process_time()
    multi = pycurl.CurlMulti()
    waiting = iter(feeds)
    idle = []
    for _ in range(connections):
        curl = pycurl.Curl()
        curl.setopt(pycurl.HTTPHEADER, [f"If-None-Match: {ETAG}"])
        curl.setopt(pycurl.WRITEFUNCTION, len)
        idle.append(curl)
    under_way = 0
    while True:
        for feed in _some(waiting, len(idle)):
            curl = idle.pop()
            curl.setopt(pycurl.URL, feed.url)
            multi.add_handle(curl)
            under_way += 1
        if not under_way:
            break
        multi.perform()
        _, done, _ = multi.info_read()
        for curl in done:
            multi.remove_handle(curl)
            idle.append(curl)
            under_way -= 1
        if not done:
            multi.select(0.1)
    multi.close()
    return time.perf_counter() - wall, time.process_time() - cpu


def _some(feeds: Iterator[Feed], count: int) -> list[Feed]:
    return [feed for feed, _ in zip(feeds, range(count), strict=False)] if count else []


def _report(name: str, rounds: list[tuple[float, float]], count: int) -> None:
    wall = statistics.median(wall for wall, _ in rounds)
    cpu = statistics.median(cpu for _, cpu in rounds)
    print(f"{name:24} wall {wall:6.3f} s  CPU {cpu:6.3f} s  {cpu / count * 1000:6.3f} ms a feed")


# ---------------------------------------------------------------- the server


def serve(pipe: Connection, hosts: list[str], latency_s: float) -> None:
    """Answer on every host; a request with a validator gets a 304."""
    asyncio.run(_serve(pipe, hosts, latency_s))


async def _serve(pipe: Connection, hosts: list[str], latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    first = await loop.create_server(lambda: _Answers(latency_s), hosts[0], 0, backlog=1024)
    port = first.sockets[0].getsockname()[1]
    for host in hosts[1:]:
        await loop.create_server(lambda: _Answers(latency_s), host, port, backlog=1024)
    pipe.send(port)
    await asyncio.Event().wait()


BODY = b"<rss>" + b"x" * (BODY_BYTES - 11) + b"</rss>"
HEAD = (
    "Server: bench\r\nDate: Tue, 14 Jul 2026 12:00:00 GMT\r\nContent-Type: application/rss+xml\r\n"
    f"ETag: {ETAG}\r\nCache-Control: max-age=600\r\n"
)
WHOLE = f"HTTP/1.1 200 OK\r\n{HEAD}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
UNCHANGED = f"HTTP/1.1 304 Not Modified\r\n{HEAD}\r\n".encode()


class _Answers(asyncio.Protocol):
    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        answer = UNCHANGED if b"If-None-Match" in data else WHOLE
        if self._latency_s:
            loop = asyncio.get_running_loop()
            loop.call_later(self._latency_s, self._transport.write, answer)  # type: ignore[attr-defined]
        else:
            self._transport.write(answer)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
