"""A home with entries, its pages on loopback, and a browser of a few lines.

    with served(root) as pages:
        answer = pages.browser().get("/status")
        assert answer.status == 200

A browser keeps cookies, sends what a real one says of itself (Origin, Sec-Fetch-Site) and the
token of the page before; `raw` sends exactly what it is told.
"""

from __future__ import annotations

import html
import http.client
import re
import socket
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from monitor.adapters.home import create_home, open_home
from monitor.adapters.home.secret import link_key
from monitor.adapters.store import Store
from monitor.model import Entry, PollState
from monitor.signing import Grant, GrantKind, sign
from monitor.web.passwords import make_password, save_password
from monitor.web.server import PageServer
from tests.factories import NOON, make_entry, make_placement, make_score, make_subscription

READER = "ana@example.org"
PASSWORD = "correct horse battery"
CHEAP = 2**10  # scrypt, a thirtieth of the usual: the tests log in often
SETTINGS = """
zone = "America/Mexico_City"
[mail]
host = "127.0.0.1"
security = "none"
sender = "News <news@example.org>"
[digests.morning]
title = "Morning"
recipients = ["ana@example.org", "ben@example.org"]
[digests.diario]
title = "Diario"
language = "es"
recipients = ["ana@example.org"]
"""
PROFILE = "title = 'Trade <talks>'\nthreshold = 0.5\n[terms]\n'tariff*' = 4.0\n'accord' = 2.5\n"


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def token(self) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.text)
        return found[1] if found else ""

    @property
    def words(self) -> str:
        """The words of the page's main part, without markup."""
        main = self.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@dataclass
class Browser:
    """What a person's browser does, as far as it matters here."""

    port: int
    host: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    says: Mapping[str, str] = field(default_factory=dict)  # headers of every request

    def get(self, path: str, **headers: str) -> Answer:
        return self._asked("GET", path, None, headers)

    def post(self, path: str, fields: Mapping[str, object] | None = None, **more: str) -> Answer:
        """Send a form of the page that was seen last, with its token."""
        body = urlencode({"csrf": self.token, **(fields or {})}, doseq=True)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://{self._host}",
            "Sec-Fetch-Site": "same-origin",
            **more,
        }
        return self._asked("POST", path, body.encode(), headers)

    def follow(self, answer: Answer) -> Answer:
        """Go where an answer sends."""
        assert answer.status == 303, answer.text
        return self.get(answer.header("location"))

    @property
    def _host(self) -> str:
        return self.host or f"127.0.0.1:{self.port}"

    def _asked(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        sent = {"Host": self._host, **self.says, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = raw(self.port, method, path, sent, body)
        for line in answer.all("set-cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        if token := answer.token:
            self.token = token
        return answer


def raw(
    port: int, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
) -> Answer:
    """Send one request as it is told, and nothing besides but the body's length."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None and "Content-Length" not in headers:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def spoken(port: int, text: str) -> str:
    """Send bytes as they are, and return the first line of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(text.encode("latin-1"))
        return line.recv(4096).decode("latin-1").partition("\r\n")[0]


class Pages:
    """A home whose pages are served."""

    def __init__(self, root: Path, clock: Clock, server: PageServer) -> None:
        self.root, self.clock, self.server = root, clock, server

    @property
    def port(self) -> int:
        return urlsplit(self.server.url).port or 0

    def browser(self, **kwargs: object) -> Browser:
        return Browser(self.port, **kwargs)  # type: ignore[arg-type]

    def logged_in(self, password: str = PASSWORD, **kwargs: object) -> Browser:
        browser = self.browser(**kwargs)
        browser.get("/login")
        answer = browser.post("/login", {"password": password})
        assert answer.status == 303, answer.words
        return browser

    def store(self) -> Store:
        return Store.open(self.root / "state" / "monitor.db")

    def link(self, kind: GrantKind, subject: str = "", digest: str = "morning") -> str:
        """Return the path of a link in a mail to the reader."""
        grant = Grant(kind, digest, READER, subject)
        token = sign(link_key(self.root / "state"), grant)
        return f"/{'u' if kind == 'unsubscribe' else 'm'}/{token}"

    def everything(self) -> dict[str, list[object]]:
        """Return all that is kept, rows and files, to be compared."""
        state = self.root / "state"
        with closing(sqlite3.connect(state / "monitor.db")) as database:
            tables = database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
            ).fetchall()
            kept: dict[str, list[object]] = {
                name: list(database.execute(f'SELECT * FROM "{name}"')) for (name,) in tables
            }
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and not path.name.startswith("monitor.db"):
                kept[str(path)] = [path.read_bytes()]
        return kept

    def set_password(self, password: str = PASSWORD) -> None:
        save_password(self.root / "state", make_password(password, cost=CHEAP))
        with self.store() as store:
            store.close_sessions()


@contextmanager
def served(
    root: Path,
    *,
    settings: str = SETTINGS,
    password: str = "",
    entries: Sequence[Entry] = (),
) -> Iterator[Pages]:
    """Make a home with one profile and some entries, and serve its pages."""
    make_home(root, settings)
    store_entries(root, entries or [make_entry("a"), make_entry("b", title="Tariffs <b>rise</b>")])
    if password:
        save_password(root / "state", make_password(password, cost=CHEAP))
    clock = Clock()
    with PageServer(lambda: open_home(root, {}), clock=clock, port=0) as server:
        yield Pages(root, clock, server)


def make_home(root: Path, settings: str = SETTINGS) -> None:
    create_home(root)
    for path in (root / "seeds").glob("*.toml"):
        path.unlink()
    (root / "seeds" / "trade.toml").write_text(PROFILE)
    (root / "monitor.toml").write_text(settings)
    (root / "feeds.opml").write_text('<opml version="2.0"><body/></opml>')


def store_entries(root: Path, entries: Sequence[Entry]) -> None:
    """Keep entries of one feed as a poll would, each in a story of its own."""
    with Store.open(root / "state" / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        store.save_poll(
            1,
            PollState(polled_at=NOON, succeeded_at=NOON, next_poll_at=NOON),
            [(entry, [make_score(0.8)]) for entry in entries],
            [make_placement(entry.key) for entry in entries],
            floors={"trade": 0.25},
            first_poll_cutoff=None,
            now=NOON,
        )
