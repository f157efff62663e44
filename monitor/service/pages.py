"""The pages duty: they are served as the settings say, watched, and begun anew when they end."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.errors import MonitorError
from monitor.service.around import Around

if TYPE_CHECKING:
    from monitor.web.server import PageServer

logger = logging.getLogger(__name__)

BEGIN_WITHIN_S = 15.0  # until they answer for the first time
ANSWER_WITHIN_S = 5.0
SILENT_MAX = 3  # times that they may not answer: a busy machine is no reason to begin anew
STEADY_AFTER_S = 3600.0  # having ended by themselves is told for so long
ENDED = "pages ended"
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # where "any address" is reached


class PagesTrouble(MonitorError):
    """The pages are not to be had; they are begun anew by themselves."""


class Pages:
    """Serves the pages; for one thread, but for `give_way`."""

    def __init__(self, around: Around, reopen: Callable[[], Home]) -> None:
        self._around = around
        self._reopen = reopen  # the pages look at the files themselves, and tell of mistakes
        self._server: PageServer | None = None
        self._silent_count = 0
        self._ended_at: float | None = None  # time.monotonic of the last time

    def __call__(self, store: Store) -> None:
        """Serve the web pages as the settings say; a port that is taken is tried again.

        Returns when they answer. Raises MonitorError when they do not; the next pass tries.
        """
        web = self._around.home().config.web
        if self._server is not None and web.serve:
            self._look_after(self._server)
        if self._server is not None and not (web.serve and self._server.is_as(web)):
            self._end()
        if web.serve and self._server is None:
            self._begin()
        if self._ended_at and time.monotonic() - self._ended_at > STEADY_AFTER_S:
            self._around.watch.over(ENDED)

    def give_way(self) -> None:
        """Let the pages that are being answered go first: a person waits, a poll does not."""
        if (server := self._server) is not None:
            server.give_way()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()

    def _begin(self) -> None:
        from monitor.web.server import PageServer  # what a service without pages does not need

        server = PageServer(self._reopen, clock=self._around.clock)
        server.start()
        self._server, self._silent_count = server, 0
        ends_at = time.monotonic() + BEGIN_WITHIN_S
        while not answers(server.url):
            if self._around.stopped("pages"):
                return
            if server.is_at_rest or time.monotonic() > ends_at:
                self._end()
                raise PagesTrouble(
                    f"the pages at {server.url} do not answer. Polls and mail go on, and the"
                    " pages are begun anew by themselves; the log says more."
                )
            self._around.rest(0.02)

    def _end(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _look_after(self, server: PageServer) -> None:
        """End pages that ended by themselves or do not answer any more, and tell it."""
        if server.is_at_rest:
            what = "ended by themselves"
        elif answers(server.url):
            self._silent_count = 0
            return
        else:
            self._silent_count += 1
            if self._silent_count < SILENT_MAX:
                return
            what = "did not answer any more"
        self._end()
        self._ended_at = time.monotonic()
        self._around.watch.tell(
            ENDED,
            f"the pages {what} and were begun anew. Polls and mail went on. If it comes again,"
            " please report it with the log.",
        )


def answers(url: str) -> bool:
    """Tell whether whoever serves there says anything in HTTP, be it that he is busy."""
    parts = urlsplit(url)
    host = _ANYWHERE.get(parts.hostname or "", parts.hostname or "")
    request = f"GET /static/- HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((host, parts.port), ANSWER_WITHIN_S) as line:
            line.sendall(request.encode())
            return line.recv(16).startswith(b"HTTP/")
    except OSError:
        return False
