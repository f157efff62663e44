"""Many feeds, a mail server that keeps the ledger, and the service under a fast clock."""

from __future__ import annotations

import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from string import ascii_lowercase

from monitor.adapters.home import create_home
from monitor.adapters.home.opml import write_opml
from monitor.adapters.store import Store
from monitor.model import OutboxState, Subscription
from tests.factories import make_item, make_rss
from tests.servers import Asked, Reply, Site
from tests.smtp import ScriptedSmtp
from tests.soak._leash import LEASH

ROOT = Path(__file__).parents[2]
START = datetime(2026, 7, 12, 6, 30, tzinfo=UTC)
FASTER = 900.0  # a quarter of an hour a second
PER_HOUR = 24  # entries: fewer than an issue has room for
READERS = ("ana@example.org", "ben@example.org")
QUARTERS = ("00", "15", "30", "45")
MOVING = {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.DATA_SENT, OutboxState.RETRY}
SETTINGS = """
zone = "UTC"
[network]
allow = ["127.0.0.0/8"]
ports = [{feeds}]
[poll]
interval = "15m"
slowest = "15m"
[mail]
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "News <news@example.org>"
per_hour = 100000
[web]
serve = false
[digests.hourly]
recipients = ["ana@example.org", "ben@example.org"]
times = [{times}]
length = 25
outlet_share = 100
patience = 200
quiet = "skip"
"""
# Reads "go" from its input, forks a service, tells its number and how it ended; and again.
HELPER = """
import faulthandler, logging, os, signal, sys, time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
import monitor.adapters.store, monitor.pipeline, monitor.service
from monitor.adapters.disk import Ballast
from monitor.adapters.home import open_home
from monitor.adapters.notify import Supervisor
from monitor.pipeline.watch import Watch

logging.getLogger("apscheduler").setLevel(logging.ERROR)
root, start = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
began, faster = map(float, sys.argv[3:5])

def opened():
    home = open_home(root, {})
    # Parsed in the service's own process: a killed one leaves no orphans to wait for.
    return replace(home, config=replace(home.config, poll=replace(home.config.poll, processes=-1)))

home = opened()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        leash()
        faulthandler.register(signal.SIGUSR1)  # where it stands, for who waits in vain
        ballast = Ballast(home.state / "ballast", 2**16)
        service = monitor.service.Service(
            home,
            clock=lambda: start + timedelta(seconds=(time.time() - began) * faster),
            heartbeat=timedelta(seconds=0.03),
            allow_loopback=True,
            supervisor=Supervisor(os.environ),
            with_pages=home.config.web.serve,
            watch=Watch(home.state, ballast=ballast, clock_wait_s=0.0),
        )
        signal.signal(signal.SIGTERM, lambda *_: service.stop())
        status = service.run()
        os._exit(status if service.is_at_rest else status)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


def title(number: int) -> str:
    """Return a title that shares no word with the others, so that each is its own story."""
    letters = random.Random(number)
    return " ".join("zzz" + "".join(letters.choices(ascii_lowercase, k=7)) for _ in range(5))


class Newsroom:
    """The clock, the feeds' writer, the readers' mailbox."""

    def __init__(
        self,
        root: Path,
        feed_count: int,
        smtp: ScriptedSmtp,
        site: Site,
        faster: float,
    ) -> None:
        self.root, self.smtp, self.site = root, smtp, site
        self.feed_count, self.faster = feed_count, faster
        self.began = time.time()
        self.of_feed: dict[str, list[str]] = {}  # path -> items, oldest first, all shown
        self.count = 0  # of entries written
        self.is_writing = True
        self.per_hour = PER_HOUR
        self._lock = threading.Lock()

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=(time.time() - self.began) * self.faster)

    @property
    def database(self) -> Path:
        return self.root / "state" / "monitor.db"

    def furnish(self, port: int | None) -> None:
        create_home(self.root)
        for path in (self.root / "seeds").glob("*.toml"):
            path.unlink()
        (self.root / "seeds" / "trade.toml").write_text("threshold = 0.5\n[terms]\n'zzz*' = 5.0\n")
        times = ", ".join(f'"{hour:02}:{part}"' for hour in range(24) for part in QUARTERS)
        settings = SETTINGS.format(mail=self.smtp.port, feeds=self.site.port, times=times)
        if port is not None:
            settings = settings.replace("serve = false", f"port = {port}")
        (self.root / "monitor.toml").write_text(settings)
        feeds = []
        for number in range(self.feed_count):
            path = f"/f{number}"
            self.of_feed[path] = []
            self.site.scripts[path] = self.feed
            # A host each: one host is asked one request a second.
            host = f"127.{1 + number // 200}.0.{1 + number % 200}"
            feeds.append(Subscription(f"http://{host}:{self.site.port}{path}", f"Feed {number}"))
        (self.root / "feeds.opml").write_bytes(write_opml(feeds))

    def feed(self, asked: Asked) -> Reply:
        items = self.of_feed[asked.path]
        with self._lock:
            hours = (self.now - START) / timedelta(hours=1)
            if self.is_writing and self.count < hours * self.per_hour:
                item = make_item(f"id{self.count}", title=title(self.count), at=self.now)
                items.append(item)
                self.count += 1
            tag = f'"{len(items)}"'
            body = make_rss(*reversed(items), title=asked.path)
        if asked.header("If-None-Match") == tag:
            return Reply(status=304, headers={"ETag": tag})
        return Reply(body, headers={"ETag": tag})

    # ------------------------------------------------------------ claims

    def settle(self, seconds: float = 120.0) -> None:
        """Wait until everything written is stored and issued, and the outbox is at rest."""
        ends_at = time.monotonic() + seconds
        with Store.open(self.database) as store:
            while time.monotonic() < ends_at:
                time.sleep(0.2)
                states = store.status().outbox.keys()
                committed = self.value("SELECT count(*) FROM commitment")
                if committed == self.count and not MOVING & states:
                    return
            raise AssertionError(f"not settled: {committed} of {self.count}, {sorted(states)}")

    def value(self, sql: str) -> int:
        with closing(sqlite3.connect(self.database, isolation_level=None)) as database:
            return int(database.execute(sql).fetchone()[0])

    def check(self) -> None:
        """Assert that nothing was lost, nothing came twice, and the database is whole."""
        with Store.open(self.database, check=True) as store:
            store.check(whole=True)
            outbox = store.outbox(limit=10**6)
        with closing(sqlite3.connect(self.database)) as database:
            stored = {row[0] for row in database.execute("SELECT id FROM entry")}
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert stored == {f"id{n}" for n in range(self.count)}, "entries were lost"
        mails = self.smtp.mailbox
        ids = [(mail.recipient, message_from_bytes(mail.content)["Message-ID"]) for mail in mails]
        twice = {key: n for key, n in Counter(ids).items() if n > 1}
        assert twice == {}, f"mailed twice: {twice}"
        state = {item.message.id: item.state for item in outbox}
        known = {OutboxState.SENT, OutboxState.UNCERTAIN}
        assert {state[message_id] for _, message_id in ids} <= known
        sent = {message_id for message_id, its in state.items() if its is OutboxState.SENT}
        assert sent <= {message_id for _, message_id in ids}, "noted as sent, and never taken"
        self._check_readers(outbox)

    def _check_readers(self, outbox: list) -> None:  # type: ignore[type-arg]
        number_of = {title(number): number for number in range(self.count)}

        def numbers(content: bytes) -> set[int]:
            part = message_from_bytes(content).get_payload(0)
            text = part.get_payload(decode=True).decode()  # type: ignore[union-attr]
            words = " ".join(text.split())
            return {number for words_, number in number_of.items() if f"* {words_}" in words}

        for reader in READERS:
            got = Counter(
                number
                for mail in self.smtp.mailbox
                if mail.recipient == reader
                for number in numbers(mail.content)
            )
            unsure = {
                number
                for item in outbox
                if item.message.recipient == reader and item.state is OutboxState.UNCERTAIN
                for number in numbers(item.message.content)
            }
            twice = {n for n, times in got.items() if times > 1} - unsure
            assert not twice, self._where(sorted(twice)[0], reader)
            assert set(range(self.count)) - got.keys() <= unsure, "never told"

    def _where(self, number: int, reader: str) -> str:
        """Return in which mails of a reader an entry is, and in which lines."""
        lines = [f"told twice: {title(number)}"]
        for mail in self.smtp.mailbox:
            message = message_from_bytes(mail.content)
            text = message.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
            first = title(number).split()[0]
            if mail.recipient == reader and first in text:
                around = text.splitlines()
                lines.append(message["Message-ID"])
                lines += [f"  {line}" for line in around if first in line]
        return "\n".join(lines)


class Helper:
    """Starts services by a word, each in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], notify: object, log: Path) -> None:
        self._process, self._notify, self._log = process, notify, log
        self._service = 0

    def start(self) -> int:
        """Start a service; return its process number."""
        self._drain()
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        self._service = int(self._line())
        return self._service

    def ended(self, within_s: float = 30.0) -> int:
        """Wait for the service to end; return its exit status, negative for a signal."""
        if not select.select([self._process.stdout], [], [], within_s)[0]:
            os.kill(self._service, signal.SIGUSR1)
            time.sleep(0.5)
            raise AssertionError(f"it did not end:\n{self._log.read_text()[-6000:]}")
        return int(self._line())

    def ready_within(self, seconds: float) -> float:
        """Wait for READY=1; return how long it took, from now on."""
        began = time.monotonic()
        while (left := seconds - (time.monotonic() - began)) > 0:
            if select.select([self._notify], [], [], left)[0]:
                said = self._notify.recv(4096)  # type: ignore[attr-defined]
                if b"READY=1" in said:
                    return time.monotonic() - began
        raise AssertionError(f"not ready within {seconds} s")

    def log(self) -> str:
        """Return what the services said on standard error."""
        return self._log.read_text()

    def _drain(self) -> None:
        while select.select([self._notify], [], [], 0)[0]:
            self._notify.recv(4096)  # type: ignore[attr-defined]

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def newsroom(
    feed_count: int, *, faster: float = FASTER, port: int | None = None
) -> Iterator[tuple[Newsroom, Helper]]:
    """Yield a newsroom and what starts its services; both end with the block.

    Its clock is `faster` than others; its pages are at `port`, None: not served.
    """
    import socket

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        smtp = stack.enter_context(ScriptedSmtp())
        site = stack.enter_context(Site(host="0.0.0.0"))
        room = Newsroom(folder / "home", feed_count, smtp, site, faster)
        room.furnish(port)
        notify = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        notify.bind(str(folder / "notify"))
        arguments = [str(room.root), START.isoformat(), str(room.began), str(faster)]
        log = stack.enter_context((folder / "log").open("w"))
        process = subprocess.Popen(
            [sys.executable, "-c", LEASH + HELPER, *arguments],
            cwd=ROOT,
            env=os.environ | {"NOTIFY_SOCKET": str(folder / "notify")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            text=True,
        )
        stack.callback(process.communicate)
        # With it the service that runs: it holds the same pipe.
        stack.callback(os.killpg, process.pid, signal.SIGKILL)
        yield room, Helper(process, notify, folder / "log")


def finish(room: Newsroom, helper: Helper) -> None:
    """Let one last service do what is left, then see whether all claims hold."""
    room.is_writing = False
    room.smtp.faults.clear()
    service = helper.start()
    room.settle()
    os.kill(service, signal.SIGTERM)
    assert helper.ended() == 0
    room.check()
