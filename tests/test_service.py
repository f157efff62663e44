"""The service: it looks after feeds, digests and mail until it is told to stop, and then stops."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.disk import Ballast
from monitor.adapters.home import create_home, open_home
from monitor.adapters.home.opml import write_opml
from monitor.adapters.store import IssueKind, Store
from monitor.errors import StoreError
from monitor.model import OutboxState, Subscription, Verdict
from monitor.pipeline.watch import Watch
from monitor.service import AlreadyRunning, Service
from monitor.service.machine import NO_THREAD
from tests.factories import make_digest, make_item, make_message, make_rss
from tests.servers import Reply, Site
from tests.smtp import ScriptedSmtp

ROOT = Path(__file__).parent.parent
SIX = datetime(2026, 7, 12, 6, 59, tzinfo=UTC)
SEVEN = SIX + timedelta(minutes=1)
PROFILE = "threshold = 0.5\n[terms]\n'tariff*' = 4.0\n'port' = 2.5\n"
SETTINGS = """
zone = "UTC"
[poll]
processes = {processes}
[network]
allow = ["127.0.0.0/8"]
ports = [{feeds}]
[mail]
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "News <news@example.org>"
[web]
serve = false
[digests.morning]
recipients = ["ana@example.org"]
"""
SOON_S = 30.0  # what is waited for comes in a fraction of it


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Place:
    """A home with one feed and one mail server, both on loopback."""

    def __init__(self, root: Path, site: Site, smtp: ScriptedSmtp) -> None:
        self.root, self.site, self.smtp = root, site, smtp
        create_home(root)
        for path in (root / "seeds").glob("*.toml"):
            path.unlink()
        (root / "seeds" / "trade.toml").write_text(PROFILE)
        self.set()
        self.subscribe("feed")

    def set(self, more: str = "", processes: int = 1) -> None:
        text = SETTINGS.format(processes=processes, feeds=self.site.port, mail=self.smtp.port)
        (self.root / "monitor.toml").write_text(text + more)

    def subscribe(self, *names: str) -> None:
        feeds = [Subscription(self.site.url(f"/{name}"), name) for name in names]
        (self.root / "feeds.opml").write_bytes(write_opml(feeds))

    def store(self) -> Store:
        return Store.open(self.root / "state" / "monitor.db")

    @contextmanager
    def served(self, clock: Callable[[], datetime], **options: object) -> Iterator[Service]:
        """Run a service in a thread, and stop it at the end."""
        home = open_home(self.root, {})
        ballast = Ballast(home.state / "ballast", 2**16)
        options.setdefault("watch", Watch(home.state, ballast=ballast, clock_wait_s=0.0))
        service = Service(
            home,
            clock=clock,
            heartbeat=timedelta(seconds=0.05),
            allow_loopback=True,
            **options,  # type: ignore[arg-type]
        )
        thread = threading.Thread(target=service.run)
        thread.start()
        try:
            yield service
        finally:
            service.stop()
            thread.join(SOON_S)
        assert service.is_at_rest

    @contextmanager
    def process(self, *before: str) -> Iterator[subprocess.Popen[str]]:
        """Run `monitor run` on the home; it is killed when it has not ended at the end."""
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "monitor", "--home", str(self.root), "run"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    feed = Reply(make_rss(make_item("a", at=SIX)), headers={"ETag": '"1"'})
    with Site({"/feed": feed}) as site, ScriptedSmtp() as smtp:
        yield Place(tmp_path / "home", site, smtp)


def wait_for(what: Callable[[], object], seconds: float = SOON_S) -> None:
    ends_at = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends_at, "it did not come"
        time.sleep(0.01)


def ends_in(process: subprocess.Popen[str], seconds: float = 10.0) -> tuple[int, str]:
    """Return the exit status and what was said, within the time that a stop may take."""
    _, said = process.communicate(timeout=seconds)
    return process.returncode, said


# ---------------------------------------------------------------- the duties


def test_verdicts_are_learned_from_in_the_night(place: Place) -> None:
    evening, night = SIX.replace(hour=20), SIX.replace(hour=3) + timedelta(days=1)
    clock = Clock(evening)
    with place.served(clock), place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        entry = store.entries()[0].entry
        store.save_verdicts([Verdict(entry, good=True)], clock())
        before = store.learned()

        clock.now = night
        wait_for(lambda: store.last_learning() == night)

        assert before == {}
        assert [each.verdict_count for each in store.learned().values()] == [1]


def test_a_service_polls_issues_and_delivers_in_time(place: Place) -> None:
    clock = Clock(SIX)
    with place.served(clock), place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        assert place.smtp.mailbox == []

        clock.now = SEVEN
        wait_for(lambda: place.smtp.mailbox)
        clock.now = SEVEN + timedelta(minutes=30)
        wait_for(lambda: store.last_heartbeat() == clock.now)
        status = store.status()

    (message,) = place.smtp.mailbox
    assert (message.recipient, b"Tariff talks begin" in message.content) == (
        "ana@example.org",
        True,
    )
    assert status.outbox == {OutboxState.SENT: 1}
    assert place.site.paths == ["/feed"]


def test_a_service_without_a_mail_server_keeps_its_messages(place: Place) -> None:
    settings = (place.root / "monitor.toml").read_text().replace('host = "127.0.0.1"', "")
    (place.root / "monitor.toml").write_text(settings)
    clock = Clock(SIX)

    with place.served(clock), place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        clock.now = SEVEN
        wait_for(lambda: store.outbox())
        time.sleep(0.2)

        assert store.status().outbox == {OutboxState.QUEUED: 1}


def test_a_restarted_service_goes_on_where_the_last_one_ended(place: Place) -> None:
    for _ in range(3):
        with place.served(Clock(SEVEN)), place.store() as store:
            wait_for(lambda store=store: store.last_heartbeat() and store.entry_count() == 1)
            time.sleep(0.1)
    with place.served(Clock(SEVEN + timedelta(minutes=30))), place.store() as store:
        time.sleep(0.2)

    assert place.site.paths == ["/feed"]


@pytest.mark.usefixtures("unmeasured")
def test_an_idle_service_is_idle(place: Place) -> None:
    place.site.scripts["/feed"] = Reply(make_rss(), headers={"ETag": '"1"'})
    with place.process() as process, place.store() as store:
        wait_for(lambda: [state.succeeded_at for _, state in store.feeds()] not in ([], [None]))
        # No worker is kept: besides itself, two of Python's own that sleep until the next are.
        wait_for(lambda: len(_descendants(process.pid)) <= 2)
        time.sleep(0.5)
        family = [process.pid, *_descendants(process.pid)]
        before = sum(map(_cpu_s, family))
        time.sleep(1.0)
        used = sum(map(_cpu_s, family)) - before

    assert used <= 0.02


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _descendants(pid: int) -> list[int]:
    try:
        tasks = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has just ended
        return []
    children = [int(child) for task in tasks for child in task.split()]
    return [each for child in children for each in (child, *_descendants(child))]


# ---------------------------------------------------------------- files that a person changes


def test_changed_files_are_picked_up_while_it_runs(place: Place) -> None:
    place.site.scripts["/other"] = Reply(make_rss(make_item("b", title="A film wins", at=SIX)))
    clock = Clock(SIX)
    with place.served(clock) as service, place.store() as store:
        wait_for(lambda: store.entry_count() == 1)

        (place.root / "seeds" / "trade.toml").write_text(PROFILE.replace("port", "film"))
        place.subscribe("feed", "other")
        wait_for(lambda: store.entry_count() == 2)
        place.set('times = ["06:59", "08:00"]\n')
        # It waits until the file has settled; then a pass may still go on with what it had.
        wait_for(lambda: len(service._home.as_read.config.digests["morning"].times) == 2)
        time.sleep(0.3)
        clock.now = SEVEN
        time.sleep(0.3)
        assert store.issues() == []
        clock.now = SEVEN + timedelta(hours=1)
        wait_for(lambda: store.issues())

        (issue,) = store.issues()
        scores = {e.entry.key.id: e.scores[0].value for e in store.entries()}
    assert issue.slot.label == "2026-07-12-0800"
    assert {key: value > 0.25 for key, value in scores.items()} == {"a": True, "b": True}


@pytest.mark.parametrize(
    ("file", "broken", "told"),
    [
        ("monitor.toml", "zone = 'Mars'", "monitor.toml, line 1, zone"),
        ("feeds.opml", "no outline at all", "feeds.opml"),
        ("seeds/trade.toml", "threshold = 7", "seeds/trade.toml"),
    ],
)
def test_a_broken_change_is_told_once_and_the_last_good_state_goes_on(
    place: Place, caplog: pytest.LogCaptureFixture, file: str, broken: str, told: str
) -> None:
    clock = Clock(SIX)
    good = (place.root / file).read_bytes()
    with place.served(clock), place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        (place.root / file).write_text(broken)
        wait_for(lambda: "changed settings are not used" in caplog.text)
        assert "what was read before stays in force: " in caplog.text
        assert "nothing was started" not in caplog.text
        clock.now = SEVEN
        wait_for(lambda: place.smtp.mailbox)
        time.sleep(0.2)
        with caplog.at_level(logging.INFO):
            (place.root / file).write_bytes(good)
            os.utime(place.root / file)
            wait_for(lambda: "are read anew" in caplog.text)

    (said,) = [r.message for r in caplog.records if "not used" in r.message]
    assert told in said


def test_a_template_that_was_mended_lets_the_digest_out(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    template = place.root / "templates" / "digest.txt"
    template.parent.mkdir(exist_ok=True)
    template.write_text("fine\n{{ nothing.at_all }}\n")
    clock = Clock(SIX)
    with place.served(clock), place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        clock.now = SEVEN
        wait_for(lambda: "digest morning stays due" in caplog.text)
        time.sleep(0.3)
        assert (store.issues(), place.smtp.mailbox) == ([], [])

        template.unlink()
        wait_for(lambda: place.smtp.mailbox)
        (issue,) = store.issues()

    assert (issue.slot.label, issue.kind) == ("2026-07-12-0700", IssueKind.ISSUE)
    (said,) = [r.message for r in caplog.records if "stays due" in r.message]
    assert "digest.txt, line 2" in said


# ---------------------------------------------------------------- troubles


def test_a_locked_database_is_told_once_and_outlived(
    place: Place, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store.open.__func__, "__kwdefaults__", {  # type: ignore[attr-defined]
        **Store.open.__func__.__kwdefaults__, "busy_timeout_s": 0.3,  # type: ignore[attr-defined]
    })  # fmt: skip
    clock = Clock(SIX)
    with place.served(clock), place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        blocker = sqlite3.connect(place.root / "state" / "monitor.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        wait_for(lambda: "heartbeat: " in caplog.text)
        time.sleep(1)
        blocker.close()
        clock.now = SEVEN
        wait_for(lambda: place.smtp.mailbox)

    told = [r.message for r in caplog.records if r.message.startswith("heartbeat: ")]
    assert len(told) == 1
    assert "the database is locked by another process" in told[0]


def test_a_mistake_in_the_program_ends_the_service(
    place: Place, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_type))

    def clock() -> datetime:
        if threading.current_thread().name == "digest":
            raise ZeroDivisionError
        return SIX

    service = Service(
        open_home(place.root, {}),
        clock=clock,
        heartbeat=timedelta(seconds=0.05),
        allow_loopback=True,
    )

    assert service.run() == 1
    assert seen == [ZeroDivisionError]
    assert "digest ended by a mistake in the program; the monitor stops" in caplog.text


@pytest.mark.parametrize(
    "refused",
    [OSError(errno.EMFILE, "Too many open files"), MemoryError(), RuntimeError(NO_THREAD)],
    ids=["files", "memory", "threads"],
)
def test_what_the_machine_refuses_is_told_and_outlived(place: Place, refused: Exception) -> None:
    is_short = True

    def clock() -> datetime:
        if is_short and threading.current_thread().name == "digest":
            raise refused
        return SEVEN

    with place.served(clock) as service, place.store() as store:
        wait_for(lambda: [each.name for each in store.troubles()] == ["digest"])
        assert "this machine refused something" in store.troubles()[0].text
        is_short = False
        wait_for(lambda: store.troubles() == [])
        assert not service.is_stopping


def test_what_cannot_be_opened_starts_nothing(place: Place) -> None:
    service = Service(open_home(place.root, {}))
    database = place.root / "state" / "monitor.db"
    database.write_bytes(b"not a database" * 100)

    with pytest.raises(StoreError, match="this file is not a database"):
        service.run()
    assert place.site.paths == []


# ---------------------------------------------------------------- one at a time


@pytest.mark.usefixtures("unmeasured")
def test_a_second_service_on_the_same_home_is_refused(place: Place) -> None:
    with place.process() as first:
        wait_for(lambda: place.site.paths)

        with place.process() as second:
            status, said = ends_in(second)
        assert status == 2
        assert said.splitlines() == [
            f"monitor: {place.root}/state: another monitor runs on this home"
            f" (process {first.pid}); nothing was started."
            " Stop it first, or use `monitor status`."
        ]

        first.kill()
        first.wait()
        with place.served(Clock(SIX)), place.store() as store:
            wait_for(lambda: store.last_heartbeat() == SIX)


def test_a_second_service_in_this_process_is_refused_too(place: Place) -> None:
    with place.served(Clock(SIX)), place.store() as store:
        wait_for(store.last_heartbeat)

        with pytest.raises(AlreadyRunning):
            Service(open_home(place.root, {})).run()


# ---------------------------------------------------------------- the end


def test_sigterm_ends_an_idle_service_at_once(place: Place) -> None:
    with place.process() as process:
        wait_for(lambda: place.site.paths)
        began = time.monotonic()
        process.terminate()
        status, said = ends_in(process)

    assert status == 0
    assert time.monotonic() - began < 10  # ./run soak sigterm measures it
    assert said.rstrip().endswith("stopped")


@pytest.mark.usefixtures("unmeasured")
def test_sigterm_to_the_whole_group_in_the_middle_of_work_is_a_peaceful_end(place: Place) -> None:
    for n in range(6):
        items = [make_item(f"{n}-{m}", at=SIX) for m in range(400)]
        place.site.scripts[f"/big{n}"] = Reply(make_rss(*items), delay_s=0.05 * n)
    place.subscribe("feed", *(f"big{n}" for n in range(6)))
    with place.process() as process, place.store() as store:
        wait_for(lambda: store.entry_count() > 0)
        family = _descendants(process.pid)
        os.killpg(process.pid, signal.SIGTERM)
        status, said = ends_in(process)

    assert status == 0
    assert "Traceback" not in said
    wait_for(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in family))


def test_sigterm_ends_the_service_while_a_poll_and_a_delivery_hang(place: Place) -> None:
    place.site.scripts["/slow"] = Reply(delay_s=60)
    place.subscribe("feed", "slow")
    place.smtp.faults.append(("rcpt", "hang"))
    _queue_one(place)
    with place.process() as process:
        wait_for(lambda: "/slow" in place.site.paths)
        wait_for(lambda: any(c.upper().startswith("RCPT") for c in place.smtp.commands))
        process.terminate()
        status, said = ends_in(process)

    assert status == 0
    assert "stopped in the middle of something\n" in said
    # The body never went out, so the next service sends it.
    with place.store() as store:
        assert store.status().outbox == {OutboxState.SENDING: 1}
    with place.served(lambda: datetime.now(UTC)):
        wait_for(lambda: place.smtp.mailbox)


def test_a_second_sigterm_ends_it_at_once(place: Place) -> None:
    place.smtp.faults.append(("banner", "hang"))
    _queue_one(place)
    with place.process() as process, place.store() as store:
        wait_for(lambda: store.status().outbox == {OutboxState.SENDING: 1})
        process.terminate()
        time.sleep(0.5)
        assert process.poll() is None
        process.terminate()
        status, _ = ends_in(process, 2.0)

    assert status == 1


def _queue_one(place: Place) -> None:
    """Put a message in the outbox."""
    with place.store() as store:
        store.issue(make_digest(name="other"), messages=[make_message()], subject="Morning")
