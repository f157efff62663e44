"""The pages on a port: a thread of their own, with limits for who is slow. Uses uvicorn."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.adapters.garbage import settle
from monitor.adapters.home import Home
from monitor.adapters.home.tomlfile import NOTHING_STARTED
from monitor.config import WebSettings
from monitor.errors import ConfigError
from monitor.web.app import make_app
from monitor.web.guard import HEADERS, say_busy
from monitor.web.memo import let_go_of_old
from monitor.web.office import Office
from monitor.web.passwords import read_password
from monitor.web.visit import is_loopback

logger = logging.getLogger(__name__)

HEAD_WITHIN_S = 10.0  # of a request, however slowly it is sent
CONNECTIONS_MAX = 50
HEAD_MAX_BYTES = 32 * 2**10
STOP_WITHIN_S = 4.0
TIDY_EVERY_S = 60.0
# How soon a thread that computes lets another one on. Python's 5 ms are waited for after each
# question to the database while a poll is computed: a page with twenty took 100 ms more.
SWITCH_S = 0.001
GIVE_WAY_S = 0.02  # at a time: a poll goes on, however many people read
# Errors are logged. Requests are not: a link's address is what its holder may do; nor is every
# request that cannot be understood: anybody could fill a disk with them.
_QUIET = ("uvicorn", "uvicorn.error", "uvicorn.access")


class PageServer:
    """The pages of a home, served from `start` until `stop`; each once."""

    def __init__(
        self,
        open_home: Callable[[], Home],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        address: str | None = None,
        port: int | None = None,
    ) -> None:
        """Make ready; `address` and `port` take the place of the settings', 0 is any free port.

        Raises ConfigError for an address that others reach while no password is set, and what
        reading the home or opening its database raises.
        """
        office = Office(open_home, clock)
        home = office.home()
        self._address = address or home.config.web.address
        self._port = home.config.web.port if port is None else port
        refuse_open_door(self._address, home)
        self._office = office
        self._app = make_app(office)
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Return where the pages are, as a browser on this machine is told."""
        shown = f"[{self._address}]" if ":" in self._address else self._address
        return f"http://{shown}:{self._port}/"

    def start(self) -> None:
        """Take the port and serve; raises ConfigError in words when it cannot be had."""
        self._socket = self._bind()
        self._port = self._socket.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            http=_PatientH11,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # `web.trusted_proxies` says who is believed
            server_header=False,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=int(STOP_WITHIN_S) - 1,
            h11_max_incomplete_event_size=HEAD_MAX_BYTES,
        )
        for name in _QUIET:
            logging.getLogger(name).setLevel(logging.ERROR)
        sys.setswitchinterval(min(SWITCH_S, sys.getswitchinterval()))
        settle()
        self._server = _Server(config, lambda: let_go_of_old(self._office))
        self._thread = threading.Thread(target=self._serve, name="pages", daemon=True)
        self._thread.start()
        logger.info("the pages are at %s", self.url)

    def _serve(self) -> None:
        assert self._server is not None
        assert self._socket is not None
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        # Named, or asyncio does not know that it is TCP, and each answer waits 40 ms for the
        # browser to confirm its first part.
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((self._address, self._port))
            made.listen(128)
        except OSError as error:
            made.close()
            raise ConfigError("monitor.toml, web", self._in_words(error)) from error
        return made

    def _in_words(self, error: OSError) -> str:
        where = f"the pages cannot be served at {self._address}, port {self._port}"
        if error.errno == errno.EADDRINUSE:
            return (
                f"{where}: another program is there. Stop it, or name another port (web.port);"
                f" to see who has it: ss -ltnp 'sport = :{self._port}'"
            )
        if error.errno in {errno.EACCES, errno.EPERM}:
            return f"{where}: it is not allowed. Name a port from 1024 on (web.port)"
        if error.errno == errno.EADDRNOTAVAIL:
            return f"{where}: this machine has no such address. Name one of its own (web.address)"
        return f"{where} ({error.strerror})"

    def give_way(self) -> None:
        """Let the pages that are being answered go first: a person waits, a poll does not."""
        self._office.give_way(GIVE_WAY_S)

    def is_as(self, web: WebSettings) -> bool:
        """Tell whether this is at work, and where the settings say now."""
        return not self.is_at_rest and (self._address, self._port) == (web.address, web.port)

    @property
    def is_at_rest(self) -> bool:
        return self._thread is None or not self._thread.is_alive()

    def stop(self) -> None:
        """Finish what is being answered and give the port back, within `STOP_WITHIN_S`."""
        if self._server is not None and self._thread is not None:
            self._server.end()
            self._thread.join(STOP_WITHIN_S)
            if self._thread.is_alive():
                self._server.force_exit = True
                self._thread.join(1.0)
        if self._socket is not None:
            self._socket.close()
        self._office.later.end()
        self._office.learner.end()
        self._office.read_stores.end()

    def __enter__(self) -> PageServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def refuse_open_door(address: str, home: Home) -> None:
    """Raise ConfigError for an address that others may reach while no password is set."""
    if not is_loopback(address) and read_password(home.state) is None:
        problem = (
            f"{address} can be reached by others, and no password is set; {NOTHING_STARTED}."
            " Set one first: monitor passwd"
        )
        raise ConfigError("monitor.toml, web.address", problem)


class _Server(uvicorn.Server):
    """uvicorn's server, which is woken to end; its own looks ten times a second, day and night."""

    _loop: asyncio.AbstractEventLoop | None = None

    def __init__(self, config: uvicorn.Config, tidy: Callable[[], None]) -> None:
        super().__init__(config)
        self._tidy = tidy

    async def main_loop(self) -> None:
        self._ending = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        tidied_at = time.monotonic()
        while not await self.on_tick(0):  # it tells the date of the answers, too
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), 1.0)
            if time.monotonic() - tidied_at > TIDY_EVERY_S:
                tidied_at = time.monotonic()
                self._tidy()

    def end(self) -> None:
        """End soon; called from any thread, at any time."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._ending.set)


class _PatientH11(H11Protocol):
    """uvicorn's protocol, with an end to its patience: it waits for a request's head for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app = self._unless_crowded  # for each connection one
        self._wait()
        if len(self.connections) > 2 * CONNECTIONS_MAX:
            transport.close()  # up to then they are told that it is busy

    async def _unless_crowded(self, scope: Any, receive: Any, send: Any) -> None:
        # uvicorn's own limit answers without the headers.
        app = self.config.loaded_app if len(self.connections) < CONNECTIONS_MAX else say_busy
        await app(scope, receive, send)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, as every other answer is given; uvicorn's has no headers."""
        words = f"{msg}\n".encode("ascii", "replace")
        headers = {
            **HEADERS,
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(words)),
            "Connection": "close",
        }
        for event in (
            h11.Response(
                status_code=400,
                headers=[(name.encode(), value.encode()) for name, value in headers.items()],
                reason=b"Bad Request",
            ),
            h11.Data(data=words),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()  # a head that is not whole yet: the time runs from its first byte
        else:
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._go_on()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_WITHIN_S, self._end)

    def _go_on(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
