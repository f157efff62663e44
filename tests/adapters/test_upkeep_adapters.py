"""The disk's ballast, the supervisor's socket, the log's lines, the webhook."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.disk import Ballast, free_bytes
from monitor.adapters.logs import (
    BURST,
    KINDS_MAX,
    Folding,
    JsonLines,
    TextLines,
    name_run,
    run_named,
)
from monitor.adapters.logs import without_secrets as bare
from monitor.adapters.notify import Progress, Supervisor
from monitor.adapters.webhook import WebhookError, post
from tests.servers import Asked, Reply, Site

# ---------------------------------------------------------------- disk


def test_a_ballast_is_taken_once_and_thrown_off(tmp_path: Path) -> None:
    path = tmp_path / "ballast"
    ballast = Ballast(path, 200_000)

    assert (ballast.is_there, ballast.take(), ballast.take()) == (False, True, True)
    assert path.stat().st_size >= 200_000
    assert path.stat().st_blocks * 512 >= 200_000  # no hole
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (ballast.throw_off(), ballast.throw_off()) == (True, False)
    assert not path.exists()


def test_no_ballast_is_taken_where_there_is_no_room(tmp_path: Path) -> None:
    free = free_bytes(tmp_path)
    assert free is not None

    assert Ballast(tmp_path / "ballast", free).take() is False
    assert Ballast(tmp_path / "nowhere" / "ballast", 1).take() is False
    assert free_bytes(tmp_path / "nowhere") is None
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- supervisor


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(2)
        yield listening


def test_the_supervisor_is_told_one_word_a_line(channel: socket.socket, tmp_path: Path) -> None:
    supervisor = Supervisor({"NOTIFY_SOCKET": str(tmp_path / "notify")})

    supervisor.tell(READY="1", STATUS="all\nis well " + "x" * 300)

    ready, status = channel.recv(2000).decode().split("\n")
    assert (ready, status[:18], len(status)) == ("READY=1", "STATUS=all is well", 207)


def test_a_socket_without_a_file_is_found_too() -> None:
    name = f"\0monitor-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name)
        listening.settimeout(2)
        Supervisor({"NOTIFY_SOCKET": f"@{name[1:]}"}).tell(WATCHDOG="1")

        assert listening.recv(100) == b"WATCHDOG=1"


def test_without_a_supervisor_nothing_is_told_and_nothing_fails(tmp_path: Path) -> None:
    Supervisor({}).tell(READY="1")
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell(READY="1")


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "300000000"}, 300.0),
        ({"WATCHDOG_USEC": "300000000", "WATCHDOG_PID": str(os.getpid())}, 300.0),
        ({"WATCHDOG_USEC": "300000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({}, None),
    ],
)
def test_the_watchdogs_interval_is_ours_or_none(
    environ: dict[str, str], seconds: float | None
) -> None:
    assert Supervisor(environ).watchdog_s == seconds


def test_who_does_not_get_on_is_stuck() -> None:
    progress = Progress({"poll": 0.05, "digest": 60.0})

    assert progress.stuck() == []
    time.sleep(0.06)
    assert progress.stuck() == ["poll"]
    progress.made("poll", "unheard of")
    assert progress.stuck() == []
    time.sleep(0.06)
    progress.made_by_all()
    assert progress.stuck() == []
    time.sleep(0.06)
    progress.waits_not_for("poll", "unheard of")
    assert progress.stuck() == []


# ---------------------------------------------------------------- log


def record(text: str, *args: object, at: float = 1_800_000_000.0) -> logging.LogRecord:
    found = logging.LogRecord("monitor.poll", logging.INFO, "", 0, text, args, None)
    found.created = at
    name_run(found)
    return found


def test_a_line_tells_when_how_bad_which_run_and_what() -> None:
    with run_named("poll-17"):
        line = record("polled %d feeds", 40)

    assert TextLines().format(line) == "2027-01-15T08:00:00.000Z INFO poll-17 polled 40 feeds"
    assert json.loads(JsonLines().format(line)) == {
        "at": "2027-01-15T08:00:00.000Z",
        "level": "info",
        "run": "poll-17",
        "from": "monitor.poll",
        "message": "polled 40 feeds",
    }
    assert TextLines().format(record("x")).endswith("INFO - x")


def test_what_a_feed_says_cannot_look_like_a_line_of_ours() -> None:
    line = record("failed: %s", "x\n2027-01-15 INFO all is well\x1b[2J\u2028y")

    for formatter in (TextLines(), JsonLines()):
        assert len(formatter.format(line).splitlines()) == 1
        assert "\x1b" not in formatter.format(line)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ana:s3cret@feed.example/x failed", "https://***@feed.example/x failed"),
        ("Authorization: Basic", "Authorization: ***"),
        ("password=hunter2 refused", "password=*** refused"),
        ("token: abc.def", "token: ***"),
        ("https://feed.example/a@b", "https://feed.example/a@b"),
        ("mail to ana@example.org", "mail to ana@example.org"),
    ],
)
def test_a_line_holds_no_secret(text: str, shown: str) -> None:
    assert bare(text) == shown
    assert TextLines().format(record("%s", text)).endswith(shown)


def test_a_trace_is_logged_without_secrets_and_on_lines_of_its_own() -> None:
    try:
        raise ValueError("https://ana:s3cret@feed.example/")
    except ValueError as error:
        line = record("it failed")
        line.exc_info = (ValueError, error, error.__traceback__)

    text, told = TextLines().format(line), json.loads(JsonLines().format(line))
    assert "s3cret" not in text + told["trace"]
    assert "ValueError: https://***@feed.example/" in text
    assert told["message"] == "it failed"


def test_a_storm_of_lines_is_folded_and_counted() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TextLines())
    handler.addFilter(name_run)
    handler.addFilter(Folding())

    for n in range(500):
        handler.handle(record("feed %d failed", n, at=1000.0 + n / 100))
    handler.handle(record("another kind", at=1006.0))
    handler.handle(record("feed %d failed", 500, at=1070.0))

    lines = stream.getvalue().splitlines()
    assert len(lines) == BURST + 2
    assert lines[-2].endswith("another kind")
    assert lines[-1].endswith(f"feed 500 failed (and {500 - BURST} more lines like this one before"
                              " it)")  # fmt: skip


def test_ever_new_kinds_of_lines_all_pass_and_are_not_remembered_without_end() -> None:
    folding = Folding()

    passed = [folding.filter(record(f"kind {n}")) for n in range(2 * KINDS_MAX + 5)]

    assert passed == [True] * (2 * KINDS_MAX + 5)
    assert len(folding._kinds) == 5


# ---------------------------------------------------------------- webhook


def test_a_chat_room_gets_a_text_and_the_matters() -> None:
    bodies: list[str | None] = []

    def take(asked: Asked) -> Reply:
        bodies.append(asked.header("Content-Type"))
        return Reply(b"ok")

    with Site({"/hook": take}) as site:
        post(site.url("/hook"), "Mail fails", [{"kind": "mail", "name": "mail", "text": "x"}])

    assert (site.asked[0].method, bodies) == ("POST", ["application/json"])


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
        Reply(raw=b"nonsense"),
    ],
)
def test_a_webhook_that_does_not_take_it_is_told_without_its_address(reply: Reply) -> None:
    with Site({"/secret-path": reply}) as site, pytest.raises(WebhookError) as caught:
        post(site.url("/secret-path"), "x", [])

    assert re.search("secret-path|127.0.0.1", str(caught.value)) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/secret", "no address at all", "ftp://x/y"])
def test_a_webhook_that_cannot_be_reached_is_told(url: str) -> None:
    with pytest.raises(WebhookError) as caught:
        post(url, "x", [])

    assert url not in str(caught.value)
