"""The newsroom's web server on loopback: real HTTP, with validators and troubles."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from monitor.demo.newsroom import Format, Outlet, Trouble, Validators
from monitor.demo.printer import print_feed

SLOW_S = 2.0
CONTENT_TYPES = {
    Format.RSS: "application/rss+xml",
    Format.ATOM: "application/atom+xml; charset=utf-8",
    Format.RDF: "text/xml",  # what older servers say of any feed
}
WALL = b"""<!DOCTYPE html>
<html><head><title>Just a moment...</title></head>
<body><p>Checking your browser. Enable JavaScript and cookies to continue.</p></body></html>
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request and what it was answered with."""

    path: str
    status: int
    sent_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address holds at the moment."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay_s: float = 0.0


@dataclass(slots=True)
class NewsroomSite:
    """Serve the outlets' feeds on a free port of 127.0.0.1 while the context lasts."""

    outlets: tuple[Outlet, ...]
    now: datetime  # what the newsroom's clock says; the entries' dates count back from it
    slow_s: float = SLOW_S
    visits: list[Visit] = field(default_factory=list)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _server: ThreadingHTTPServer = field(init=False)
    _thread: threading.Thread = field(init=False)
    _closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        for outlet in self.outlets:
            self._answers |= self._publish(outlet, is_corrected=False)
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()  # wakes a slow answer, so that closing need not wait for it
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def address(self, outlet: Outlet) -> str:
        """Return the address that a subscriber has for the outlet's feed."""
        return f"http://127.0.0.1:{self.port}{feed_path(outlet)}"

    def correct(self) -> Outlet:
        """Let the newsroom correct its headline; return the outlet whose feed changed."""
        outlet = next(one for one in self.outlets if one.trouble is Trouble.EDITED)
        self._answers |= self._publish(outlet, is_corrected=True)
        return outlet

    def answer(self, path: str) -> Answer:
        """Return what the path holds, after the wait that a slow server takes."""
        answer = self._answers.get(path, Answer(404, b"Not found\n"))
        if answer.delay_s:
            self._closing.wait(answer.delay_s)
        return answer

    def _publish(self, outlet: Outlet, *, is_corrected: bool) -> dict[str, Answer]:
        path = feed_path(outlet)
        html = (("Content-Type", "text/html; charset=utf-8"),)
        match outlet.trouble:
            case Trouble.MISSING:
                return {path: Answer(404, b"Not found\n", (("Content-Type", "text/plain"),))}
            case Trouble.BOT_WALL:
                return {path: Answer(200, WALL, html)}
            case Trouble.FORBIDDEN:
                return {path: Answer(403, WALL, html)}
        body = print_feed(outlet, self.now, is_corrected=is_corrected)
        kind = ("Content-Type", CONTENT_TYPES[outlet.format])
        changed_at = self.now + timedelta(minutes=1) if is_corrected else self.now
        headers = (kind, *_validators(outlet, body, changed_at))
        delay_s = self.slow_s if outlet.trouble is Trouble.SLOW else 0.0
        if outlet.trouble is Trouble.MOVED:
            new_path = f"/{outlet.key}/rss/portada.xml"
            moved = Answer(301, b"", (("Location", new_path),))
            return {path: moved, new_path: Answer(200, body, headers)}
        return {path: Answer(200, body, headers, delay_s)}


def feed_path(outlet: Outlet) -> str:
    """Return the path under which the outlet's feed is subscribed to."""
    return f"/{outlet.key}/feed.xml"


def _validators(outlet: Outlet, body: bytes, changed_at: datetime) -> list[tuple[str, str]]:
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    headers = []
    if outlet.validators in {Validators.BOTH, Validators.ETAG}:
        headers.append(("ETag", f"W/{tag}" if outlet.validators is Validators.ETAG else tag))
    if outlet.validators in {Validators.BOTH, Validators.LAST_MODIFIED}:
        headers.append(("Last-Modified", format_datetime(changed_at, usegmt=True)))
    return headers


def is_unchanged(headers: Iterable[tuple[str, str]], etag: str | None, since: str | None) -> bool:
    """Tell whether a conditional GET with these validators deserves a 304 (RFC 9110, 13.2.2)."""
    held = dict(headers)
    if etag is not None:
        return etag == held.get("ETag")
    return since is not None and since == held.get("Last-Modified")


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for the answers that are under way


def _handler(site: NewsroomSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "SampleNewsroom/1"
        timeout = 10  # a connection that says nothing does not keep the demo from ending

        def do_GET(self) -> None:
            answer = site.answer(self.path)
            status, body = answer.status, answer.body
            etag, since = self.headers["If-None-Match"], self.headers["If-Modified-Since"]
            if status == 200 and is_unchanged(answer.headers, etag, since):
                status, body = 304, b""
            # Noted before it is sent: who has the answer finds the visit in the log.
            site.visits.append(Visit(self.path, status, len(body)))
            self.send_response(status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet: `visits` is the log."""

    return Handler
