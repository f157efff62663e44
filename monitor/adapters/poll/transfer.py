"""libcurl's side of polling: handles, sockets, limits; the sole user of pycurl.

One multi handle does all transfers: it shares connections, TLS
sessions and names between them.
"""

from __future__ import annotations

import resource
import selectors
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pycurl

from monitor.adapters.poll.answer import Answer, read_headers, size_text
from monitor.adapters.poll.guard import Doorman, Origin, Target, without_credentials
from monitor.errors import PollError
from monitor.model import PollRequest, Problem

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
MAX_HEADER_BYTES = 64 * 1024
MAX_HEADER_LINES = 100
MAX_HELD_BYTES = 12 * 1024 * 1024  # bodies under way or waiting; above it no transfer starts
MANY = 10_000  # descriptors, where there is no limit
NAMES_KEPT_S = 60
NAMES_MAX = 2_000  # transfers in that time
MAX_KEPT = 400  # connections kept for a host's next feed; each is a descriptor, of 1,024 often
TICK_S = 0.25  # how soon a deadline, or the wish to stop, is noticed


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a poll of one feed ends, whatever the server does."""

    connect_s: float = 5.0
    total_s: float = 30.0  # of transfer time, over all hops
    body_bytes: int = 10 * 1024 * 1024  # on the wire, and after unpacking


DEFAULT_LIMITS = Limits()


@dataclass(slots=True, eq=False)
class Errand:
    """One feed's poll under way: the hops made so far, the transfer time used."""

    request: PollRequest
    target: Target
    home: Origin  # the one place that is told the credentials
    credentials: str | None
    proxy: str = ""  # "": straight
    proxy_login: tuple[str, str] | None = field(default=None, repr=False)  # user, password
    hop_count: int = 0
    is_permanent: bool = True
    used_s: float = 0.0

    @property
    def is_conditional(self) -> bool:
        return bool(self.request.etag or self.request.last_modified)

    def overdue(self, limits: Limits) -> PollError:
        """Say that the time is up."""
        words = f"{self.target.origin[1]}: no complete answer within {limits.total_s:g} s"
        return self.failed(Problem.TIMEOUT, words)

    def failed(self, kind: Problem, words: str) -> PollError:
        return PollError(self.feed_url, words, kind=kind.value)

    @property
    def feed_url(self) -> str:
        return without_credentials(self.request.feed.url)


Outcome = Answer | PollError


def _descriptors() -> int:
    """Return how many files and sockets this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MANY if soft == resource.RLIM_INFINITY else soft


def user_agent(version: str, contact: str) -> str:
    """Say who asks and whom to turn to; no contact can start another header."""
    words = "".join(char for char in contact if " " < char <= "~" and char not in "()\\")
    return f"news-monitor/{version} (+{words})" if words else f"news-monitor/{version}"


class _Socket(socket.socket):
    """A socket whose double libcurl keeps; this one closes with its last reference."""

    def __del__(self) -> None:
        if self.fileno() >= 0:  # else it was never made
            self.close()


class _Transfer:
    """One easy handle, set up once and used for one transfer after the other."""

    def __init__(self, engine: Engine, limits: Limits, doorman: Doorman, agent: str) -> None:
        self._engine = engine
        self._limits = limits
        self._doorman = doorman
        self._headers = [
            f"User-Agent: {agent}".encode(),
            f"Accept: {ACCEPT}".encode(),
            b"Accept-Encoding: gzip",
        ]
        self.curl = pycurl.Curl()
        for option, value in _fixed_options(limits):
            self.curl.setopt(option, value)
        self.curl.setopt(pycurl.USERAGENT, agent)  # for a proxy's CONNECT; the header is ours
        self.curl.setopt(pycurl.HEADERFUNCTION, self._take_header)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._take_body)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)

    def prepare(self, errand: Errand, now: float) -> None:
        """Point the handle at an errand's next hop; its time starts `now`."""
        self.errand = errand
        self.started_at = now
        self.ends_at = now + self._limits.total_s - errand.used_s
        self.refused = ""  # the doorman's words
        self.excess = ""  # which limit the server went over
        self.shortage = ""  # what this machine did not give us
        self._lines: list[bytes] = []
        self._chunks: list[bytes] = []
        self._in_body = False
        self._header_count = self._header_bytes = 0
        self.body_bytes = 0
        headers, request = self._headers.copy(), errand.request
        if request.etag:
            headers.append(f"If-None-Match: {request.etag}".encode("latin-1", "replace"))
        if request.last_modified:
            since = f"If-Modified-Since: {request.last_modified}"
            headers.append(since.encode("latin-1", "replace"))
        if errand.credentials and errand.target.origin == errand.home:
            headers.append(f"Authorization: Basic {errand.credentials}".encode())
        # The two together keep http_proxy and its kin in the environment out of it.
        self.curl.setopt(pycurl.PROXY, errand.proxy)
        for option, value in zip(_PROXY_LOGIN, errand.proxy_login or (), strict=False):
            self.curl.setopt(option, value.encode())
        if not errand.proxy_login:
            for option in _PROXY_LOGIN:
                self.curl.unsetopt(option)
        self.curl.setopt(pycurl.NOPROXY, "" if errand.proxy else "*")
        self.curl.setopt(pycurl.URL, errand.target.url)
        self.curl.setopt(pycurl.HTTPHEADER, headers)

    def answer(self) -> Answer:
        """Return what a complete transfer brought, and let go of it."""
        answer = Answer(
            status=self.curl.getinfo(pycurl.RESPONSE_CODE),
            headers=read_headers(self._lines),
            body=b"".join(self._chunks),
            url=self.errand.target.url,
        )
        self._chunks = []
        return answer

    def failure(self, code: int, message: str) -> PollError:
        """Say what went wrong, from libcurl's code and what was seen meanwhile."""
        if self.refused:
            return self.errand.failed(Problem.FORBIDDEN_ADDRESS, self.refused)
        if self.excess:
            return self.errand.failed(Problem.TOO_LARGE, self.excess)
        if self.shortage:
            return self.errand.failed(Problem.UNKNOWN, self.shortage)
        kind, words = _FAILURES.get(code, (Problem.UNKNOWN, "the transfer failed"))
        if code == pycurl.E_FILESIZE_EXCEEDED:
            words = _TOO_LARGE.format(size_text(self._limits.body_bytes))
        if kind is Problem.REFUSED and self._in_body:
            kind, words = Problem.TRUNCATED, "the connection broke in the middle of the answer"
        host = self.errand.target.origin[1]
        if self.errand.proxy:
            host = f"{host}, by way of the proxy {self.errand.proxy}"
            if (status := self.curl.getinfo(pycurl.HTTP_CONNECTCODE)) >= 400:
                words = f"the proxy answered {status} and leads nowhere"
                if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
                    words = f"the proxy wants another name and password ({status})"
        detail = f" ({message[:200]})" if message and kind in _DETAILED else ""
        return self.errand.failed(kind, f"{host}: {words}{detail}")

    # Called by libcurl. Any return but None ends the transfer.

    def _take_header(self, line: bytes) -> int | None:
        self._header_count += 1
        self._header_bytes += len(line)
        if self._header_count > MAX_HEADER_LINES or self._header_bytes > MAX_HEADER_BYTES:
            self.excess = (
                f"the answer has more than {MAX_HEADER_LINES} header lines "
                f"or {MAX_HEADER_BYTES // 1024} KB of them"
            )
            return -1
        if self._in_body:
            return None  # a trailer: nothing of ours
        if line.startswith(b"HTTP/"):
            self._lines.clear()  # 100 and 103 come before the real one
        elif line.strip():
            self._lines.append(line)
        return None

    def _take_body(self, chunk: bytes) -> int | None:
        self._in_body = True
        self.body_bytes += len(chunk)
        self._engine.held_bytes += len(chunk)
        if self.body_bytes > self._limits.body_bytes:
            self.excess = _TOO_LARGE.format(size_text(self._limits.body_bytes))
            return -1
        self._chunks.append(chunk)
        return None

    def _open_socket(self, _purpose: int, address: Any) -> Any:
        host, port = address.addr[:2]
        # The one address a proxied transfer connects is the proxy that the operator named.
        refused = None if self.errand.proxy else self._doorman.refuse(host, port)
        if refused is not None:
            name = self.errand.target.origin[1]
            is_numeric = name.strip("[]") == host  # then the refusal names it already
            self.refused = f"{'' if is_numeric else f'{name}: '}{refused}, which is not polled"
            return pycurl.SOCKET_BAD
        try:
            return _Socket(address.family, address.socktype, address.protocol)
        except OSError as error:  # too many open files: ours, and no fault of the publisher's
            self.shortage = f"this machine has no socket left for it ({error.strerror})"
            return pycurl.SOCKET_BAD


def _fixed_options(limits: Limits) -> Iterator[tuple[int, Any]]:
    yield pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
    yield pycurl.FOLLOWLOCATION, 0
    yield pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS
    yield pycurl.NOSIGNAL, 1
    yield pycurl.NETRC, pycurl.NETRC_IGNORED
    yield pycurl.SSL_VERIFYPEER, 1
    yield pycurl.SSL_VERIFYHOST, 2
    # The wheel's libcurl was built elsewhere; Python knows this system's certificates,
    # and SSL_CERT_FILE. No CAPATH: with one, libcurl reads the whole set per connection.
    certificates = ssl.get_default_verify_paths().cafile
    if certificates and Path(certificates).is_file():
        yield pycurl.CAINFO, certificates
    yield pycurl.CONNECTTIMEOUT_MS, int(min(limits.connect_s, limits.total_s) * 1000)
    yield pycurl.MAXFILESIZE, limits.body_bytes  # refuses a long Content-Length at once
    yield pycurl.HTTP09_ALLOWED, 0
    yield pycurl.PATH_AS_IS, 1  # the publisher's address, not a tidied one


_PROXY_LOGIN = (pycurl.PROXYUSERNAME, pycurl.PROXYPASSWORD)
_TOO_LARGE = "the body is larger than {}"
_TLS = (Problem.TLS, "no trusted TLS connection")
_BROKEN = (Problem.REFUSED, "the server closed the connection without an answer")
_NOT_HTTP = (Problem.SERVER, "what answers there does not speak HTTP")
_CUT = (Problem.TRUNCATED, "the connection closed before the end of the body")
_DETAILED = frozenset({Problem.TLS, Problem.UNKNOWN, Problem.SERVER})
_FAILURES: dict[int, tuple[Problem, str]] = {
    pycurl.E_COULDNT_RESOLVE_HOST: (Problem.DNS, "no such host, or no name server answered"),
    pycurl.E_COULDNT_RESOLVE_PROXY: (Problem.DNS, "the proxy's name is unknown"),
    pycurl.E_COULDNT_CONNECT: (Problem.REFUSED, "the connection was refused"),
    pycurl.E_OPERATION_TIMEDOUT: (Problem.TIMEOUT, "no connection within the time allowed"),
    pycurl.E_PARTIAL_FILE: _CUT,
    pycurl.E_GOT_NOTHING: _BROKEN,
    pycurl.E_RECV_ERROR: _BROKEN,
    pycurl.E_SEND_ERROR: _BROKEN,
    pycurl.E_FILESIZE_EXCEEDED: (Problem.TOO_LARGE, ""),  # with the limit's own number
    pycurl.E_UNSUPPORTED_PROTOCOL: _NOT_HTTP,  # HTTP/0.9: no status line
    8: _NOT_HTTP,  # CURLE_WEIRD_SERVER_REPLY, which pycurl calls by an FTP name
    100: (Problem.TOO_LARGE, "the answer's header is too long"),  # CURLE_TOO_LARGE
    pycurl.E_HTTP2: (Problem.SERVER, "the HTTP/2 connection broke"),
    92: (Problem.SERVER, "the HTTP/2 stream broke"),  # CURLE_HTTP2_STREAM
    pycurl.E_SSL_CONNECT_ERROR: _TLS,
    pycurl.E_PEER_FAILED_VERIFICATION: _TLS,
    pycurl.E_SSL_CACERT_BADFILE: _TLS,
    pycurl.E_SSL_CIPHER: _TLS,
    pycurl.E_SSL_CERTPROBLEM: _TLS,
    pycurl.E_SSL_ISSUER_ERROR: _TLS,
}


_EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}
_BITS = {
    selectors.EVENT_READ: pycurl.CSELECT_IN,
    selectors.EVENT_WRITE: pycurl.CSELECT_OUT,
    selectors.EVENT_READ | selectors.EVENT_WRITE: pycurl.CSELECT_IN | pycurl.CSELECT_OUT,
}


class Engine:
    """libcurl's multi handle with its sockets watched here: no limit at 1,024 of them.

    `curl_multi_perform` looks at every transfer each time something happens;
    `socket_action` at the one it happened to.
    """

    def __init__(self, connections: int, limits: Limits, doorman: Doorman, agent: str) -> None:
        self.running: dict[pycurl.Curl, _Transfer] = {}
        self.held_bytes = 0  # of bodies under way and of those handed on, until they are read
        room = _descriptors() // 3  # the rest is for the database, the pages, worker processes
        self._connections = max(1, min(connections, room))
        self._setup = limits, doorman, agent
        self._idle: list[_Transfer] = []
        self._watched = selectors.DefaultSelector()
        self._fds: set[int] = set()  # of those watched
        self._timer_at: float | None = None
        self._next_check_at = 0.0
        self._counted_from, self._started_count = 0.0, 0
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        kept = max(self._connections, min(MAX_KEPT, room))
        self._multi.setopt(pycurl.M_MAXCONNECTS, kept)

    @property
    def has_room(self) -> bool:
        """Tell whether one more transfer may start."""
        return len(self.running) < self._connections and self.held_bytes < MAX_HELD_BYTES

    def start(self, errand: Errand, now: float) -> None:
        """Begin an errand's next hop; `now` is on the clock that stops for the consumer."""
        transfer = self._idle.pop() if self._idle else _Transfer(self, *self._setup)
        transfer.prepare(errand, now)
        transfer.curl.setopt(pycurl.DNS_CACHE_TIMEOUT, self._names_kept_s(now))
        self.running[transfer.curl] = transfer
        self._multi.add_handle(transfer.curl)

    def _names_kept_s(self, now: float) -> int:
        """Return how long libcurl remembers the address of a name; not at all when many come.

        It looks through all that it remembers for each further one: of 50,000 hosts that cost
        more than all else.
        """
        if now - self._counted_from > NAMES_KEPT_S:
            self._counted_from, self._started_count = now, 0
        self._started_count += 1
        return NAMES_KEPT_S if self._started_count <= NAMES_MAX else 0

    def step(self, wait_s: float) -> bool:
        """Wait for the network, `wait_s` at most, and let libcurl deal with what came, if any."""
        if self._timer_at is not None:
            wait_s = min(wait_s, max(self._timer_at - time.monotonic(), 0.0))
        ready = self._watched.select(wait_s)
        for key, events in ready:
            self._multi.socket_action(key.fd, _BITS[events])
        if self._timer_at is not None and self._timer_at <= time.monotonic():
            self._timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
            return True
        return bool(ready)

    def done(self, now: float) -> Iterator[tuple[Errand, Outcome]]:
        """Yield each transfer that ended, or is over its time, with what it brought."""
        left = 1
        while left:
            left, whole, broken = self._multi.info_read()
            for curl in whole:
                transfer = self._end(curl, now)
                yield transfer.errand, transfer.answer()
            for curl, code, message in broken:
                transfer = self._end(curl, now)
                self.held_bytes -= transfer.body_bytes
                yield transfer.errand, transfer.failure(code, message)
        if now < self._next_check_at:
            return
        self._next_check_at = now + TICK_S
        for transfer in [each for each in self.running.values() if each.ends_at <= now]:
            self._end(transfer.curl, now)
            self.held_bytes -= transfer.body_bytes
            yield transfer.errand, transfer.errand.overdue(self._setup[0])

    def abort(self) -> None:
        """Drop everything under way."""
        for curl in list(self.running):
            self._end(curl, 0.0)
        self.held_bytes = 0

    def close(self) -> None:
        self.abort()
        for transfer in self._idle:
            transfer.curl.close()
        self._idle.clear()
        self._multi.close()
        self._watched.close()

    def _end(self, curl: pycurl.Curl, now: float) -> _Transfer:
        transfer = self.running.pop(curl)
        transfer.errand.used_s += now - transfer.started_at
        self._multi.remove_handle(curl)
        self._idle.append(transfer)
        return transfer

    # Called by libcurl.

    def _watch(self, what: int, fd: int, _multi: Any, _data: Any) -> None:
        if what == pycurl.POLL_REMOVE:
            self._watched.unregister(fd)
            self._fds.discard(fd)
        elif fd in self._fds:
            self._watched.modify(fd, _EVENTS[what])
        else:
            self._fds.add(fd)
            self._watched.register(fd, _EVENTS[what])

    def _set_timer(self, wait_ms: int) -> None:
        self._timer_at = None if wait_ms < 0 else time.monotonic() + wait_ms / 1000
