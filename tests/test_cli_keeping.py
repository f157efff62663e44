"""Commands that tell how things stand and keep the memory safe, as their user calls them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.adapters.home import create_home
from monitor.adapters.lock import Lock
from monitor.adapters.store import Store
from monitor.adapters.store.backup import backups
from monitor.adapters.store.upkeep import ONCE
from monitor.cli import monitor
from monitor.cli.checkup import _certificates, _names
from monitor.cli.door import Door
from monitor.cli.healthcheck import is_alive
from monitor.cli.healthcheck import main as healthcheck
from monitor.errors import StoreError
from monitor.model import OutboxState, PollState, Problem, Verdict
from tests.factories import make_digest, make_entry, make_message, make_score, make_subscription

NOW = datetime.now(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def run(home: Path, *args: str) -> Result:
    result = CliRunner().invoke(monitor, ["--home", str(home), *args])
    assert "Traceback" not in result.output
    return result


def ok(home: Path, *args: str) -> str:
    result = run(home, *args)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = tmp_path / "home"
    create_home(root)
    (root / "feeds.opml").write_text("<opml version='2.0'><body/></opml>")
    return root


@contextmanager
def store_of(home: Path) -> Iterator[Store]:
    with Store.open(home / "state" / "monitor.db") as store:
        yield store


def save(store: Store, *ages_days: int) -> None:
    store.sync_feeds([make_subscription()], NOW)
    entries = [
        make_entry(f"d{days}", summary="words", published_at=at, seen_at=at)
        for days in ages_days
        if (at := NOW - days * DAY)
    ]
    store.save_poll(
        1,
        PollState(polled_at=NOW, succeeded_at=NOW),
        [(entry, (make_score(),)) for entry in entries],
        (),
        floors={"trade": 0.5},
        first_poll_cutoff=None,
        now=NOW,
    )


# ---------------------------------------------------------------- status


def fault(store: Store, kind: str) -> None:
    match kind:
        case "service":
            store.heartbeat(NOW - HOUR)
        case "once":
            store.note(ONCE, NOW - 2 * DAY)
        case "digest":
            store.digest_started("morning", NOW - 2 * DAY)
        case "mail":
            store.issue(make_digest(issued_at=NOW), messages=[make_message()], subject="M")
            store._db.run("UPDATE outbox SET state = ?, attempt_count = 4", [OutboxState.RETRY])
        case "trouble":
            store.note_trouble("disk", "the disk is full", NOW)
        case "feed":
            save(store, 1)
            state = PollState(
                failing_since=NOW - DAY, failure_count=9, problem=Problem.GONE, ended_at=NOW
            )
            store.save_failure(1, state)
        case "backup":
            store.note("backup_at", NOW - 4 * DAY)


def mend(store: Store, kind: str) -> None:
    match kind:
        case "service":
            store.heartbeat(datetime.now(UTC))
        case "once":
            store.note(ONCE, NOW)
        case "digest":
            store._db.run("UPDATE digest SET started_at = started_at + 200000000000")
        case "mail":
            store._db.run("UPDATE outbox SET state = ?", [OutboxState.SENT])
        case "trouble":
            store.end_trouble("disk")
        case "feed":
            store.save_failure(1, PollState(succeeded_at=NOW))
        case "backup":
            store.note("backup_at", NOW)


@pytest.mark.parametrize("kind", ["service", "once", "digest", "mail", "trouble", "feed", "backup"])
def test_each_fault_turns_the_exit_status_and_its_end_turns_it_back(home: Path, kind: str) -> None:
    assert run(home, "status").exit_code == 0

    with store_of(home) as store:
        fault(store, kind)
    bad, told = run(home, "status"), json.loads(run(home, "status", "--json").stdout)
    with store_of(home) as store:
        mend(store, kind)

    assert bad.exit_code == 1
    assert {matter["kind"] for matter in told["matters"]} == {kind}
    assert all(matter["advice"] for matter in told["matters"])
    assert "what to do" in bad.stdout
    assert run(home, "status").exit_code == 0


def test_a_status_that_cannot_be_read_is_no_status(home: Path) -> None:
    (home / "state" / "monitor.db").write_bytes(b"ruined " * 1000)

    result = run(home, "status")

    assert (result.exit_code, result.stdout) == (2, "")


def test_the_status_tells_a_service_that_runs_from_settings_nobody_can_use(home: Path) -> None:
    (home / "monitor.toml").write_text("zone = 3\n")
    with store_of(home) as store:
        store.heartbeat(datetime.now(UTC))
        running = run(home, "status")
        store.heartbeat(datetime.now(UTC) - DAY)
        stopped = run(home, "status")

    wrong = "monitor.toml, line 1, zone: expected text in quotes"
    used = "changed settings are not used, what was read before stays in force"
    assert (running.exit_code, stopped.exit_code) == (2, 2)
    assert running.stderr == f"monitor: the service runs; {used}: {wrong}\n"
    assert stopped.stderr == f"monitor: {wrong}; nothing was started\n"


def test_the_status_is_told_as_figures_too(home: Path) -> None:
    with store_of(home) as store:
        save(store, 1, 2)

    text = ok(home, "status", "--metrics")

    assert "\nmonitor_entries 2\n" in text
    assert '\nmonitor_feeds{health="well"} 1\n' in text


# ---------------------------------------------------------------- backup and restore


def test_a_backup_is_made_listed_and_restored(home: Path) -> None:
    with store_of(home) as store:
        save(store, 1)
    told = ok(home, "backup")
    (made,) = backups(home / "state" / "monitor.db")
    listed = ok(home, "backup", "--list")
    with store_of(home) as store:
        save(store, 2, 3)
    restored = ok(home, "restore", str(made.path))

    assert told.startswith(f"{made.path}: ")
    assert str(made.path.name) in "".join(listed.split())
    assert "the former database is kept" in restored
    assert "1 entry counts as sent" in restored
    with store_of(home) as store:
        assert store.entry_count() == 1


def test_a_backup_goes_where_a_person_says(home: Path, tmp_path: Path) -> None:
    with store_of(home) as store:
        save(store, 1)

    assert ok(home, "backup", str(tmp_path / "news.db")).startswith(str(tmp_path / "news.db"))
    assert run(home, "backup", str(tmp_path / "news.db")).exit_code == 2


def test_nothing_is_restored_beside_a_running_service(home: Path, tmp_path: Path) -> None:
    with store_of(home) as store:
        save(store, 1)
    ok(home, "backup", str(tmp_path / "news.db"))
    for name in ("service.lock", "delivery.lock"):
        with Lock(home / "state" / name) as lock:
            lock.take()
            result = run(home, "restore", str(tmp_path / "news.db"))
        assert result.exit_code == 2
        assert "Nothing was changed. Stop it first" in " ".join(result.stderr.split())


def test_until_when_mail_went_out_may_be_said(home: Path, tmp_path: Path) -> None:
    with store_of(home) as store:
        save(store, 1, 5)
    ok(home, "backup", str(tmp_path / "news.db"))
    before = (NOW - 3 * DAY).strftime("%Y-%m-%d %H:%M")

    told = ok(home, "restore", "--sent-until", before, str(tmp_path / "news.db"))

    assert "1 entry counts as sent" in told
    result = run(home, "restore", "--sent-until", "yesterday", str(tmp_path / "news.db"))
    assert result.exit_code == 2
    assert 'expected a time of America/Mexico_City, as "2026-07-12 07:00"' in result.stderr


# ---------------------------------------------------------------- pruning


def test_what_would_go_is_counted_before_it_goes(home: Path) -> None:
    with store_of(home) as store:
        save(store, 1, 200, 800)

    counted = json.loads(ok(home, "prune", "--dry-run", "--json"))
    told = ok(home, "prune", "--dry-run")
    done = json.loads(ok(home, "prune", "--json"))
    again = ok(home, "prune")

    assert (counted["entries"], counted["texts"]) == (done["entries"], done["texts"]) == (1, 1)
    assert told.startswith("would go: 1 entry, the texts of 1 more, 0 sent messages, 0 notes")
    assert again.startswith("gone: 0 entries")
    with store_of(home) as store:
        assert {e.entry.key.id: e.entry.summary for e in store.entries()} == {
            "d1": "words",
            "d200": "",
        }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('texts = "7d"', 'retention.texts: expected "30d" to "36500d"'),
        ('entries = "60d"', 'retention.entries: expected "90d" to "36500d"'),
    ],
)
def test_too_short_a_memory_is_refused(home: Path, line: str, said: str) -> None:
    with (home / "monitor.toml").open("a") as file:
        file.write(f"\n[retention]\n{line}\n")

    assert said in run(home, "status").stderr.replace("\n", " ")


# ---------------------------------------------------------------- the doctor


def findings(home: Path, *args: str) -> dict[str, str]:
    result = run(home, "doctor", "--offline", "--json", *args)
    return {each["about"]: each["state"] for each in json.loads(result.stdout)}


def test_a_home_in_order_is_well(home: Path) -> None:
    with store_of(home) as store:
        save(store, 1)
    ok(home, "backup")

    found = findings(home)

    assert found["rights"] == found["disk"] == found["database"] == found["backup"] == "well"
    assert set(found) == {"program", "home", "rights", "disk", "database", "backup", "clock"}
    assert "whole" in ok(home, "doctor", "--offline")


def test_the_doctor_names_what_is_wrong(home: Path) -> None:
    with store_of(home) as store:
        save(store, 1)
        store.heartbeat(datetime.now(UTC) + HOUR)
    (home / "state").chmod(0o755)
    (home / "hook").write_text("https://example.org")
    with (home / "monitor.toml").open("a") as file:
        file.write('\n[service]\nwebhook_file = "hook"\n')

    found = findings(home)

    assert (found["rights"], found["backup"], found["webhook"]) == ("look", "look", "wrong")
    assert found["clock"] == "well"  # the last word on it; that it is behind came before
    assert run(home, "doctor", "--offline").exit_code == 1


def test_the_doctor_says_what_a_home_lacks(home: Path) -> None:
    (home / "feeds.opml").unlink()
    (home / "monitor.toml").write_text("")

    said = ok(home, "doctor", "--offline")

    assert "Without a feed nothing comes: monitor feeds add URL." in said
    assert "Without a digest nothing is issued: monitor digests new NAME." in said
    assert "Without a profile" not in said
    assert ok(home, "poll") == "there is no feed to poll: add one with `monitor feeds add URL`\n"


def test_the_doctor_looks_at_the_files_of_channels(home: Path) -> None:
    settings = (home / "monitor.toml").read_text()
    (home / "monitor.toml").write_text(f'{settings}\n[digests.room]\nwebhook_file = "hook"\n')

    assert findings(home)["webhook:room"] == "wrong"

    (home / "hook").write_text("https://example.org")
    (home / "hook").chmod(0o600)

    assert "webhook:room" not in findings(home)


def test_the_doctor_goes_on_as_far_as_it_can(home: Path) -> None:
    assert findings(home)["database"] == "look"  # none yet

    (home / "state" / "monitor.db").write_bytes(b"ruined " * 1000)
    assert findings(home)["database"] == "wrong"

    (home / "state" / "monitor.db").unlink()
    (home / "state").rmdir()
    (home / "state").write_text("a file")
    assert findings(home)["rights"] == "wrong"
    assert run(home, "poll").exit_code == 2

    (home / "monitor.toml").write_text("zone = 'Mars'")
    assert findings(home)["home"] == "wrong"


def test_the_doctor_tries_a_homes_own_templates(home: Path) -> None:
    assert "templates" not in findings(home)  # the shipped ones
    ok(home, "customize", "templates")
    assert findings(home)["templates"] == "well"
    path = home / "templates" / "subject.txt"
    path.write_text(path.read_text() + "{{ issue.headlin }}\n")

    result = run(home, "doctor", "--offline")

    assert result.exit_code == 1
    assert f"templates/subject.txt, line {len(path.read_text().splitlines())}: " in result.stdout
    assert "no attribute 'headlin'" in result.stdout


def test_names_and_certificates_are_tried_without_asking_anyone_far_away(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = "<outline xmlUrl='http://{}/f' text='x'/>"

    def names(host: str) -> list[str]:
        body = feeds.format(host)
        (home / "feeds.opml").write_text(f"<opml version='2.0'><body>{body}</body></opml>")
        return [each.state for each in _names(Door(home, {}).home())]

    assert names("127.0.0.1") == ["well"]
    assert names("no-such-host.invalid") == ["wrong"]
    assert [each.about for each in _certificates()] == ["certificates"]


def test_the_doctor_tries_the_mail_server(home: Path) -> None:
    text = (home / "monitor.toml").read_text()
    text = text.replace('host = ""', 'host = "127.0.0.1"\nport = 1\nsecurity = "none"\n'
                        'sender = "a@example.org"')  # fmt: skip
    (home / "monitor.toml").write_text(text)

    result = run(home, "doctor")

    assert result.exit_code == 1
    assert "WRONG  mail" in result.stdout


# ---------------------------------------------------------------- a container's health


def test_a_container_is_well_while_its_service_beats(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_HOME", str(home))
    with pytest.raises(StoreError):
        is_alive(home, NOW)
    assert healthcheck() == 1
    with store_of(home) as store:
        save(store, 1)
        assert healthcheck() == 1
        store.heartbeat(datetime.now(UTC))

    assert healthcheck() == 0
    assert is_alive(home, NOW + HOUR) is False


def test_a_disk_that_may_only_be_read_is_read(home: Path) -> None:
    with store_of(home) as store:
        save(store, 1)
    for step in (["--bind", str(home), str(home)], ["-o", "remount,ro,bind", str(home)]):
        tried = subprocess.run(["mount", *step], capture_output=True, text=True, check=False)
        if tried.returncode:
            pytest.skip(f"nothing can be mounted, so a read-only disk is not tried: {tried.stderr}")
    try:
        listed, polled = run(home, "entries"), run(home, "poll")
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)

    assert (listed.exit_code, "1 entry" in listed.stdout) == (0, True)
    assert polled.exit_code == 2
    assert "cannot be written to" in polled.stderr


def test_a_restore_says_what_people_said_since_and_what_could_not_be_read(home: Path) -> None:
    def judge(name: str) -> None:
        with store_of(home) as store:
            store.sync_feeds([make_subscription()], NOW)
            store.save_verdicts([Verdict(make_entry(name), good=True)], NOW)

    judge("before")
    ok(home, "backup")
    (made,) = backups(home / "state" / "monitor.db")
    judge("since")
    told = ok(home, "restore", str(made.path))
    assert "  carried over from it: 1 verdict given since, 0 taken back\n" in told
    assert "could be read" not in told

    told = ok(home, "restore", "--verdicts-as-they-were", str(made.path))
    assert "0 verdicts given since" in told
    with store_of(home) as store:
        assert [each.entry.key.id for each in store.verdicts()] == ["before"]

    (home / "state" / "monitor.db").write_bytes(b"ruined " * 1000)
    told = ok(home, "restore", str(made.path))
    assert "not all of it could be read: verdicts given since the backup may be missing" in told


def test_a_command_in_a_folder_that_was_deleted_is_told_so(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    result = run(home, "status")

    assert (result.exit_code, "the folder you are in was deleted" in result.output) == (2, True)
