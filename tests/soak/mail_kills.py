"""SIGKILL in the middle of issues and dialogues: no entry lost, no message delivered twice.

The whole service works under a clock that runs two hours a second: a feed writes
entries, every hour has its slot, a mail server keeps the ledger. A helper process forks
the service again and again, so that a start costs milliseconds.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from string import ascii_lowercase

from monitor.adapters.home import create_home
from monitor.adapters.home.opml import write_opml
from monitor.adapters.store import Store
from monitor.model import OutboxMessage, OutboxState, Subscription
from tests.factories import make_item, make_rss
from tests.servers import Asked, Reply, Site
from tests.smtp import ScriptedSmtp
from tests.soak._leash import LEASH

ROOT = Path(__file__).parents[2]
KILLS = 200
START = datetime(2026, 7, 12, 6, 30, tzinfo=UTC)
FASTER = 7200.0
LONGEST_S = 5.0  # that a service lives
READERS = ("ana@example.org", "ben@example.org")
MOVING = {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.DATA_SENT, OutboxState.RETRY}
SETTINGS = """
zone = "UTC"
[poll]
interval = "15m"
[mail]
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "News <news@example.org>"
[digests.hourly]
recipients = ["ana@example.org", "ben@example.org"]
times = [{times}]
length = 100
quiet = "skip"
"""
# Reads "go" from its input, forks a service, tells its number; and again.
HELPER = """
import logging, os, sys, time
logging.disable(logging.WARNING)
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
import monitor.adapters.store, monitor.pipeline, monitor.service
from monitor.adapters.home import open_home

root, start = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
began, faster = map(float, sys.argv[3:])

def opened():
    home = open_home(root, {})
    # Parsed in the service's own process: a killed one leaves no orphans to wait for.
    return replace(home, config=replace(home.config, poll=replace(home.config.poll, processes=-1)))

home = opened()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        leash()
        import signal
        service = monitor.service.Service(
            home,
            clock=lambda: start + timedelta(seconds=(time.time() - began) * faster),
            heartbeat=timedelta(seconds=0.03),
            allow_loopback=True,
        )
        signal.signal(signal.SIGTERM, lambda *_: service.stop())
        status = service.run()
        os._exit(status)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


class World:
    """The clock, the feed's writer and the services that are started and killed."""

    def __init__(self, root: Path, smtp: ScriptedSmtp) -> None:
        self.root, self.smtp = root, smtp
        self.began = time.time()
        self.written: list[str] = []  # items, oldest first; the feed shows them all
        self.is_writing = True
        self.killed: Counter[str] = Counter()  # how often at which moment

    @property
    def pages(self) -> Path:
        return self.root / "state" / "digests" / "hourly"

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=(time.time() - self.began) * FASTER)

    def feed(self, asked: Asked) -> Reply:
        if self.is_writing:
            number = len(self.written)
            self.written.append(make_item(f"id{number}", title=title(number), at=self.now))
        return Reply(make_rss(*reversed(self.written)), headers={"ETag": f'"{len(self.written)}"'})

    def furnish(self, url: str) -> None:
        create_home(self.root)
        for path in (self.root / "seeds").glob("*.toml"):
            path.unlink()
        (self.root / "seeds" / "trade.toml").write_text("threshold = 0.5\n[terms]\n'zzz*' = 5.0\n")
        times = ", ".join(f'"{hour:02}:{minute}"' for hour in range(24) for minute in ("00", "30"))
        settings = SETTINGS.format(mail=self.smtp.port, times=times)
        (self.root / "monitor.toml").write_text(settings)
        (self.root / "feeds.opml").write_bytes(write_opml([Subscription(url, "feed")]))

    @contextmanager
    def helper(self) -> Iterator[subprocess.Popen[str]]:
        arguments = [str(self.root), START.isoformat(), str(self.began), str(FASTER)]
        helper = subprocess.Popen(
            [sys.executable, "-c", LEASH + HELPER, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield helper
        finally:
            helper.kill()
            helper.communicate()

    def numbers_in(self, content: bytes) -> set[int]:
        """Return which entries a message tells of."""
        part = message_from_bytes(content).get_payload(0)
        text = " ".join(part.get_payload(decode=True).decode().split())  # type: ignore[union-attr]
        return {number for number in range(len(self.written)) if title(number) in text}


def title(number: int) -> str:
    """Return a title that shares no word with the others, so that each is its own story."""
    letters = random.Random(number)
    return " ".join("zzz" + "".join(letters.choices(ascii_lowercase, k=7)) for _ in range(5))


def start(helper: subprocess.Popen[str]) -> int:
    assert helper.stdin is not None
    helper.stdin.write("go\n")
    helper.stdin.flush()
    return int(said(helper))


def said(helper: subprocess.Popen[str]) -> str:
    assert helper.stdout is not None
    return helper.stdout.readline().strip()


def run(seed: int, count: int | None = None) -> Iterator[str]:
    kills = KILLS if count is None else count
    with tempfile.TemporaryDirectory() as folder:
        yield from check(killed(Path(folder), seed, kills), kills)


def killed(folder: Path, seed: int, kills: int) -> World:
    """Kill the service so many times at random moments; then let it come to rest."""
    moments = random.Random(seed)
    with ScriptedSmtp() as smtp, Site() as site:
        world = World(folder / "home", smtp)
        site.scripts["/feed"] = world.feed
        world.furnish(site.url("/feed"))
        with world.helper() as helper:
            for n in range(kills):
                smtp.faults.clear()
                if n % 3 == 0:  # a slow reply after the final dot: a longer moment to be killed in
                    smtp.faults.append(("dot", "think"))
                service = start(helper)
                world.killed[wait(world, moments, n)] += 1
                os.kill(service, signal.SIGKILL)
                assert said(helper) == str(-signal.SIGKILL)
            world.is_writing = False
            smtp.faults.clear()
            service = start(helper)
            settle(world)
            os.kill(service, signal.SIGTERM)
            assert said(helper) == "0"
    return world


def wait(world: World, moments: random.Random, number: int) -> str:
    """Wait for the moment to kill in; return what it was.

    Most of a service's time is rest: three kills of four wait for something to be under way,
    each kind of moment in its turn.
    """
    began, commands = time.monotonic(), len(world.smtp.commands)
    issues, least = count(world, "SELECT count(*) FROM issue"), moments.randint(1, 12)
    under_way = {
        "at any time": lambda: time.monotonic() - began > delay,
        "while a page waits for its issue": lambda: any(world.pages.glob("*.staged")),
        "after an issue was committed to": lambda: (
            count(world, "SELECT count(*) FROM issue") > issues
        ),
        "in a dialogue with the mail server": lambda: len(world.smtp.commands) >= commands + least,
    }
    kind, delay = list(under_way)[number % len(under_way)], moments.uniform(0.05, 1.2)
    extra = moments.choice([0.0, moments.uniform(0, 0.03)])
    while not under_way[kind]():
        if time.monotonic() - began > LONGEST_S:
            return "at any time"
        time.sleep(0.001)
    time.sleep(extra)
    return kind


def settle(world: World) -> None:
    """Wait until everything written is stored and issued, and the outbox is at rest."""
    ends_at = time.monotonic() + 60
    with Store.open(world.root / "state" / "monitor.db") as store:
        while time.monotonic() < ends_at:
            time.sleep(0.1)
            states = store.status().outbox.keys()
            committed = count(world, "SELECT count(*) FROM commitment")
            if committed == len(world.written) and not MOVING & states:
                return
    raise AssertionError("it did not settle")


def count(world: World, sql: str) -> int:
    path = world.root / "state" / "monitor.db"
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            return int(database.execute(sql).fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def check(world: World, kills: int) -> Iterator[str]:
    with Store.open(world.root / "state" / "monitor.db", check=True) as store:
        stored = {each.entry.key.id for each in store.entries(limit=100_000)}
        outbox = store.outbox(limit=100_000)
    everything = set(range(len(world.written)))

    # Nothing is lost on the way in, nothing is there twice, each slot is dealt with once.
    assert stored == {f"id{n}" for n in everything}
    assert len(everything) > 5
    pages = {path.name for path in world.pages.iterdir()}
    assert not {name for name in pages if name.endswith(".staged")}
    issued = count(world, "SELECT count(*) FROM issue WHERE kind = 'issue'")
    assert len([name for name in pages if name[:2] == "20" and name.endswith("html")]) == issued

    # No message was accepted twice; what was accepted is known as sent or as uncertain.
    copies = Counter(
        (mail.recipient, message_from_bytes(mail.content)["Message-ID"])
        for mail in world.smtp.mailbox
    )
    assert {key: n for key, n in copies.items() if n > 1} == {}
    state = {item.message.id: item.state for item in outbox}
    assert {state[message_id] for _, message_id in copies} <= {
        OutboxState.SENT, OutboxState.UNCERTAIN,
    }  # fmt: skip
    sent = {m for m, s in state.items() if s is OutboxState.SENT}
    assert sent <= {message_id for _, message_id in copies}
    yield f"{kills} kills; {len(everything)} entries; {issued} issues; {len(copies)} messages taken"
    for kind, times in sorted(world.killed.items()):
        yield f"  {times:3} {kind}"
    yield f"issues delivered twice: {sum(n > 1 for n in copies.values())}"
    yield f"uncertain: {sum(s is OutboxState.UNCERTAIN for s in state.values())}, all of them told"
    yield f"entries lost: {sum(lost(world, outbox, reader) for reader in READERS)}"


def lost(world: World, outbox: Sequence[OutboxMessage], reader: str) -> int:
    """Count what a reader never got; what may have come twice was uncertain, and said so."""
    got = Counter(
        number
        for mail in world.smtp.mailbox
        if mail.recipient == reader
        for number in world.numbers_in(mail.content)
    )
    unsure = {
        number
        for item in outbox
        if item.message.recipient == reader and item.state is OutboxState.UNCERTAIN
        for number in world.numbers_in(item.message.content)
    }
    assert {number for number, times in got.items() if times > 1} <= unsure
    # The last message may itself be uncertain: then its stories wait for the next, or stand in
    # it already, when it was issued just as the service was asked to stop.
    missing = set(range(len(world.written))) - got.keys()
    assert missing <= unsure
    with Store.open(world.root / "state" / "monitor.db", read_only=True) as store:
        waiting = {
            int(scored.entry.key.id.removeprefix("id"))
            for story in store.unconfirmed("hourly", reader)
            for scored in story.entries
        }
    for item in outbox:
        if item.message.recipient == reader and item.state in MOVING:
            waiting |= world.numbers_in(item.message.content)
    assert missing <= waiting
    return len(missing - waiting)
