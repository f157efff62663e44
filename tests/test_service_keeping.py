"""The service looks after itself: a full disk, a wrong clock, damage, supervisor, backups."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.disk import Ballast
from monitor.adapters.home import open_home
from monitor.adapters.home.opml import write_opml
from monitor.adapters.notify import Supervisor
from monitor.adapters.store import Store, backup
from monitor.adapters.store.backup import backups
from monitor.adapters.store.upkeep import ONCE
from monitor.errors import StoreError
from monitor.model import OutboxState, Subscription
from monitor.pipeline.watch import Watch
from monitor.service import AlreadyRunning, Service, run_once
from monitor.service.upkeep import Upkeep
from tests.factories import make_digest, make_item, make_message, make_rss
from tests.servers import Asked, Reply, Site
from tests.smtp import ScriptedSmtp
from tests.test_service import ROOT, SEVEN, SIX, SOON_S, Clock, Place, wait_for

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    feed = Reply(make_rss(make_item("a", at=SIX)), headers={"ETag": '"1"'})
    with Site({"/feed": feed}) as site, ScriptedSmtp() as smtp:
        yield Place(tmp_path / "home", site, smtp)


# ---------------------------------------------------------------- a full disk


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Put a file system in memory, of this size, on a folder."""
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode:
        pytest.skip(f"no small disk can be made, so a full one is not tried: {tried.stderr}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def test_a_full_disk_is_outlived_and_nothing_is_lost_or_half_issued(place: Place) -> None:
    clock = Clock(SIX)
    state = place.root / "state"
    place.set('times = ["12:00"]\n')
    with small_disk(state, "6m"):
        watch = Watch(state, ballast=Ballast(state / "ballast", 2**20), clock_wait_s=0)
        with place.served(clock, watch=watch) as service:
            with place.store() as store:
                wait_for(lambda: store.entry_count() == 1)
                store.issue(make_digest(name="other"), messages=[make_message()], subject="M")
            wait_for(lambda: (state / "ballast").exists())
            fill(state / "filler")
            place.site.scripts["/feed"] = Reply(
                make_rss(*(make_item(f"b{n}", title="word " * 90, at=SEVEN) for n in range(300)))
            )

            clock.now = SEVEN + 2 * HOUR  # polls are put off by a share of an hour
            wait_for(lambda: watch.is_full)
            wait_for(lambda: not (state / "ballast").exists())
            clock.now = SEVEN + 6 * HOUR  # a slot comes due while there is no room
            # It is up, it says what is wrong, and what was queued goes out.
            with place.store() as store:
                wait_for(lambda: [each.name for each in store.troubles()] == ["disk"])
                wait_for(lambda: store.last_heartbeat() == clock.now)
                wait_for(lambda: len(place.smtp.mailbox) >= 1)
                assert [mail.recipient for mail in place.smtp.mailbox] == ["reader@example.org"]
                time.sleep(0.3)  # some heartbeats
                assert store.entry_count() == 1
                assert [issue.digest for issue in store.issues()] == ["other"]
                assert len(place.smtp.mailbox) == 1

                (state / "filler").unlink()
                wait_for(lambda: store.troubles() == [])
                clock.now += HOUR
                wait_for(lambda: store.entry_count() == 301)
                wait_for(lambda: len(place.smtp.mailbox) == 2)
                store.check(whole=True)
            assert (state / "ballast").exists()
            assert not service.is_stopping
    assert [mail.recipient for mail in place.smtp.mailbox][1] == "ana@example.org"


def test_a_disk_that_is_full_at_the_start_keeps_the_service_up(place: Place) -> None:
    state = place.root / "state"
    with small_disk(state, "6m"):
        watch = Watch(state, ballast=Ballast(state / "ballast", 2**20))
        with place.served(Clock(SIX), watch=watch), place.store() as store:
            wait_for(lambda: store.entry_count() == 1)
        fill(state / "filler")
        watch = Watch(state, ballast=Ballast(state / "ballast", 2**20))
        with place.served(Clock(SEVEN), watch=watch):
            wait_for(lambda: not (state / "ballast").exists())
            store = place.store()
            wait_for(lambda: [each.name for each in store.troubles()] == ["disk"])
            assert store.issues() == []
            (state / "filler").unlink()
            wait_for(lambda: place.smtp.mailbox)
            store.close()


# ---------------------------------------------------------------- the clock


def test_a_clock_that_is_behind_at_the_start_holds_everything_until_it_is_right(
    place: Place,
) -> None:
    with place.served(Clock(SEVEN - HOUR)), place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
    clock = Clock(SIX - 300 * DAY)
    with place.served(clock, watch=Watch(place.root / "state")), place.store() as store:
        wait_for(lambda: [each.name for each in store.troubles()] == ["clock"])
        assert store.last_heartbeat() == SEVEN - HOUR
        assert place.site.paths == ["/feed"]

        clock.now = SEVEN
        wait_for(lambda: place.smtp.mailbox)
        wait_for(lambda: store.troubles() == [])
        assert [issue.slot.label for issue in store.issues()] == ["2026-07-12-0700"]


def test_a_clock_that_stays_behind_was_set_back_on_purpose(place: Place) -> None:
    with place.served(Clock(SEVEN + 30 * DAY)), place.store() as store:
        wait_for(store.last_heartbeat)
    clock = Clock(SEVEN)
    watch = Watch(place.root / "state", clock_wait_s=0.3)
    with place.served(clock, watch=watch), place.store() as store:
        wait_for(lambda: [each.name for each in store.troubles()] == ["clock"])
        wait_for(lambda: store.last_heartbeat() == SEVEN)
        wait_for(lambda: store.troubles() == [])


def test_a_clock_that_steps_back_a_year_while_it_runs_holds_everything(place: Place) -> None:
    clock = Clock(SIX)
    with place.served(clock, watch=Watch(place.root / "state")), place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        clock.now = SEVEN
        wait_for(lambda: len(place.smtp.mailbox) == 1)
        wait_for(lambda: store.last_heartbeat() == SEVEN)
        clock.now = SEVEN - 365 * DAY
        wait_for(lambda: [each.name for each in store.troubles()] == ["clock"])
        asked = len(place.site.paths)  # a pass that was under way may have looked at the clock
        time.sleep(0.3)
        assert (store.last_heartbeat(), len(place.site.paths)) == (SEVEN, asked)

        clock.now = SEVEN + HOUR / 2
        wait_for(lambda: store.troubles() == [])
        wait_for(lambda: store.last_heartbeat() == clock.now)
    assert len(place.smtp.mailbox) == 1


# ---------------------------------------------------------------- damage


def test_a_damaged_database_starts_nothing_and_mails_nothing(place: Place) -> None:
    with place.store() as store:
        store.issue(make_digest(name="other"), messages=[make_message()], subject="M")
        for n in range(200):
            store.note_trouble(f"t{n}", "x" * 500, SIX)
    database = place.root / "state" / "monitor.db"
    with database.open("r+b") as file:
        file.seek(database.stat().st_size - 3 * 4096)
        file.write(b"\xa5" * 8192)

    with pytest.raises(StoreError, match=r"is damaged .* nothing is sent"):
        Service(open_home(place.root, {}), clock=Clock(SEVEN), allow_loopback=True).run()
    assert (place.site.paths, place.smtp.mailbox) == ([], [])


def test_a_database_that_is_replaced_in_use_ends_the_service_before_anything_is_sent(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(SIX)
    with place.served(clock) as service, place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        other = place.root / "other.db"
        other.write_bytes(store._db.path.read_bytes())
        other.replace(store._db.path)
        wait_for(lambda: service.is_stopping)
        clock.now = SEVEN
        wait_for(lambda: service.is_at_rest)
    assert "was replaced while it was in use; the monitor stops" in caplog.text
    assert "Start it again: the file is checked first." in caplog.text
    assert place.smtp.mailbox == []


# ---------------------------------------------------------------- the supervisor


class Listener:
    """Listens where systemd would, and keeps what was said with its time."""

    def __init__(self, path: Path) -> None:
        self.said: list[tuple[float, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(0.05)
        self._ended = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.environ = {"NOTIFY_SOCKET": str(path)}

    def _listen(self) -> None:
        while not self._ended:
            try:
                said = self._socket.recv(4096).decode()
            except TimeoutError:
                continue
            self.said += [(time.monotonic(), line) for line in said.split("\n")]

    def close(self) -> None:
        self._ended = True
        self._thread.join()
        self._socket.close()

    def lines(self) -> list[str]:
        return [line for _, line in self.said]

    def pings_since(self, at: float) -> int:
        return sum(line == "WATCHDOG=1" for when, line in self.said if when > at)


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    found = Listener(tmp_path / "notify")
    yield found
    found.close()


def watched(place: Place, listener: Listener, seconds: float = 0.8) -> dict[str, object]:
    """A watchdog of a tenth of a second, and parts that may take so many."""
    parts = "heartbeat", "database", "poll", "digest", "deliver", "pages"
    patience = dict.fromkeys(parts, seconds)
    state = place.root / "state"
    ballast = Ballast(state / "ballast", 2**16)
    return {
        "watch": Watch(state, ballast=ballast, patience=patience, clock_wait_s=0.0),
        "supervisor": Supervisor(listener.environ | {"WATCHDOG_USEC": "100000"}),
    }


def test_the_supervisor_hears_ready_alive_and_stopping(place: Place, listener: Listener) -> None:
    with place.served(Clock(SIX), **watched(place, listener, 30.0)):
        wait_for(lambda: "STATUS=all is well" in listener.lines())
        began = time.monotonic()
        time.sleep(1.0)
        pings = listener.pings_since(began)
    time.sleep(0.1)

    assert pings >= 5  # one each 33 ms, on a machine that does other things too
    lines = [line for line in listener.lines() if line != "WATCHDOG=1"]
    assert lines[0] == "READY=1"
    assert lines.index("STOPPING=1") > lines.index("STATUS=all is well")
    with place.store() as store:
        assert store.last_heartbeat() == SIX  # before it was ready


@pytest.mark.parametrize("part", ["heartbeat", "sender", "database"])
def test_the_watchdog_is_silent_when_a_part_is_frozen(
    place: Place, listener: Listener, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    clock, thaw = Clock(SIX), threading.Event()

    def frozen(*args: object, **kwargs: object) -> None:
        thaw.wait(SOON_S)

    with place.served(clock, **watched(place, listener)):
        wait_for(lambda: listener.pings_since(0) > 5)
        match part:
            case "heartbeat":
                monkeypatch.setattr(Watch, "beat", frozen)
            case "sender":
                monkeypatch.setattr(Store, "due_count", frozen)
            case "database":
                monkeypatch.setattr(Store, "heartbeat", frozen)
        time.sleep(1.2)
        began = time.monotonic()
        time.sleep(0.6)
        assert listener.pings_since(began) == 0
        monkeypatch.undo()
        thaw.set()
        wait_for(lambda: listener.pings_since(began) > 3)


def test_a_database_that_another_program_holds_is_no_progress(
    place: Place, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store.open.__func__, "__kwdefaults__", {  # type: ignore[attr-defined]
        **Store.open.__func__.__kwdefaults__, "busy_timeout_s": 0.05,  # type: ignore[attr-defined]
    })  # fmt: skip
    with place.served(Clock(SIX), **watched(place, listener)):
        wait_for(lambda: listener.pings_since(0) > 5)
        with place.store() as store, store._db.writing("holding the lock"):
            time.sleep(1.2)
            began = time.monotonic()
            time.sleep(0.4)
            assert listener.pings_since(began) == 0
        wait_for(lambda: listener.pings_since(began) > 3)


# ---------------------------------------------------------------- the night's work, and telling


def test_every_night_has_its_backup_and_its_pruning(place: Place) -> None:
    clock = Clock(SIX)
    with place.served(clock), place.store() as store:
        wait_for(lambda: store.fact("pruned_at") == SIX)
        clock.now = SIX + DAY - 6 * HOUR  # before the hour of the night
        wait_for(lambda: store.last_heartbeat() == clock.now)
        time.sleep(0.2)
        assert len(backups(store._db.path)) == 1
        clock.now = SIX + 900 * DAY
        wait_for(lambda: store.fact("pruned_at") == clock.now)

        assert len(backups(store._db.path)) == 2
        assert store.entry_count() == 0


def test_a_backup_that_has_no_room_is_told_and_pruning_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    free: list[int | None] = [2**20]
    monkeypatch.setattr(backup, "room_bytes", lambda folder: free[0])
    clock = Clock(SIX)
    with place.served(clock) as service, place.store() as store:
        wait_for(lambda: store.fact("pruned_at") == SIX)
        wait_for(lambda: [each.name for each in store.troubles()] == ["backup"])
        assert "was not begun: it may need" in store.troubles()[0].text
        assert not (place.root / "state" / "backups" / "monitor.part").exists()
        wait_for(lambda: place.site.paths == ["/feed"])  # nothing else waits for it

        free[0] = None
        duty = service._duties["upkeep"]
        assert isinstance(duty, Upkeep)
        duty._backup_at = 0.0  # an hour has gone by
        wait_for(lambda: len(backups(store._db.path)) == 1)
        wait_for(lambda: store.troubles() == [])


def test_what_is_open_is_posted_once_and_so_is_its_end(place: Place) -> None:
    posted: list[str] = []

    def take(asked: Asked) -> Reply:
        posted.append(asked.path)
        return Reply(b"ok")

    place.site.scripts["/hook"] = take
    hook = place.root / "webhook"
    hook.write_text(place.site.url("/hook"))
    hook.chmod(0o600)
    place.set('[service]\nwebhook_file = "webhook"\n')
    clock = Clock(SIX)
    template = place.root / "templates" / "digest.txt"
    template.parent.mkdir(exist_ok=True)
    template.write_text("{{ nothing.at_all }}")
    with place.served(clock), place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        clock.now = SEVEN + HOUR
        wait_for(lambda: posted)
        time.sleep(1.2)
        assert len(posted) == 1  # whatever came in the quarter of an hour after it

        template.unlink()
        wait_for(lambda: len(place.smtp.mailbox) == 1)
        clock.now += HOUR
        wait_for(lambda: store.untold([])[1] == [])
        assert len(posted) == 2


# ---------------------------------------------------------------- once, for cron


def test_a_run_from_cron_does_what_is_due_and_leaves_the_rest(place: Place) -> None:
    with place.store() as store:
        store.issue(make_digest(name="other"), messages=[make_message()], subject="M")
    service = Service(open_home(place.root, {}), clock=Clock(SIX), allow_loopback=True)

    assert service.once() == []
    with place.store() as store:
        assert (store.entry_count(), store.fact(ONCE), store.last_heartbeat()) == (1, SIX, None)
        assert store.status().outbox == {OutboxState.SENT: 1}
        assert len(backups(store._db.path)) == 1


def test_a_run_from_cron_tells_what_could_not_be_done(place: Place) -> None:
    (place.root / "mail-password").write_text("x")
    text = (place.root / "monitor.toml").read_text()
    text = text.replace('security = "none"', 'security = "none"\nuser = "u"\npassword_file = "no"')
    (place.root / "monitor.toml").write_text(text)

    (told,) = run_once(open_home(place.root, {}))

    assert told.startswith("deliver: monitor.toml, mail.password_file: ")


def test_a_channel_without_its_address_is_told_and_keeps_no_other_duty(place: Place) -> None:
    with (place.root / "monitor.toml").open("a") as file:
        file.write('\n[digests.room]\nwebhook_file = "hook"\n')
    service = Service(open_home(place.root, {}))

    (told,) = service.once()

    assert told.startswith("webhook:room waits: monitor.toml, digests.room.webhook_file: ")

    (place.root / "hook").write_text("https://example.org/hook")
    (place.root / "hook").chmod(0o600)

    assert service.once() == []


def test_a_run_from_cron_beside_the_service_is_refused(place: Place) -> None:
    with place.served(Clock(SIX)), place.store() as store:
        wait_for(store.last_heartbeat)

        with pytest.raises(AlreadyRunning):
            run_once(open_home(place.root, {}))


# ---------------------------------------------------------------- the log


def test_the_log_is_json_when_asked_and_each_line_names_its_run(place: Place) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "--log-format", "json", "--home", place.root, "run"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    with place.store() as store:
        wait_for(lambda: store.entry_count() == 1)
        wait_for(lambda: store.fact("pruned_at"))
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=10)

    lines = [json.loads(line) for line in said.splitlines()]
    assert process.returncode == 0
    polled = next(line for line in lines if line["message"].startswith("polled 1 feeds"))
    assert (polled["level"], polled["run"].partition("-")[0]) == ("info", "poll")
    assert lines[-1]["message"] == "stopped"


def test_no_secret_is_in_the_log_whatever_it_is_asked_to_tell(place: Place) -> None:
    feed, mail, hook = "canaryfeed1", "canarymail2", "canaryhook3"
    place.smtp.user = ("news", mail)
    feeds = [
        Subscription(place.site.url("/feed").replace("//", f"//ana:{feed}@"), "feed"),
        Subscription(place.site.url("/gone").replace("//", f"//ana:{feed}@"), "gone"),
    ]
    (place.root / "feeds.opml").write_bytes(write_opml(feeds))
    place.set(f'[service]\nwebhook_file = "hook"\n# {hook}\n')
    text = (place.root / "monitor.toml").read_text()
    login = 'security = "none"\nuser = "news"\npassword_file = "word"'
    (place.root / "monitor.toml").write_text(text.replace('security = "none"', login))
    secrets = {"word": mail, "hook": place.site.url(f"/{hook}")}
    for name, secret in secrets.items():
        (place.root / name).write_text(secret)
        (place.root / name).chmod(0o600)
    with place.store() as store:
        store.issue(make_digest(name="other"), messages=[make_message()], subject="M")
        store.note_trouble("disk", "x", SIX)
    log = place.root.parent / "log"
    with log.open("w") as said, place.store() as store:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "--debug", "--home", place.root, "run"],
            cwd=ROOT,
            stderr=said,
        )
        wait_for(lambda: store.entry_count() == 1)
        wait_for(lambda: [state.failure_count for _, state in store.feeds()] == [0, 1])
        wait_for(lambda: any(line.startswith("AUTH") for line in place.smtp.commands))
        wait_for(lambda: store.fact("pruned_at"))
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)

    told = log.read_text()
    assert [canary for canary in (feed, mail, hook) if canary in told] == []
    assert "DEBUG" in told
