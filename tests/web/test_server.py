"""The pages on a port: told in words when it cannot be had, given back when they end."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.home import Home, open_home
from monitor.adapters.store import Store
from monitor.errors import ConfigError
from monitor.pipeline.standing import standing_facts
from monitor.pipeline.watch import Watch
from monitor.service import Service
from monitor.stages.health.standing import standing
from monitor.web.office import Office
from monitor.web.server import PageServer
from tests.pages import Browser, make_home, served

ROOT = Path(__file__).parent.parent.parent
SOON_S = 15.0


def server_of(root: Path, **options: object) -> PageServer:
    return PageServer(lambda: open_home(root, {}), **options)  # type: ignore[arg-type]


def test_a_port_that_is_taken_is_told_in_words(tmp_path: Path) -> None:
    with served(tmp_path / "home") as pages:
        second = server_of(pages.root, port=pages.port)

        with pytest.raises(ConfigError) as told:
            second.start()

    assert str(told.value) == (
        f"monitor.toml, web: the pages cannot be served at 127.0.0.1, port {pages.port}: another"
        " program is there. Stop it, or name another port (web.port); to see who has it:"
        f" ss -ltnp 'sport = :{pages.port}'"
    )


def test_an_address_of_another_machine_is_told_in_words(tmp_path: Path) -> None:
    with served(tmp_path / "home", password="correct horse battery") as pages:
        server = server_of(pages.root, address="192.0.2.1", port=0)

        with pytest.raises(ConfigError, match="this machine has no such address"):
            server.start()


def test_a_port_is_given_back(tmp_path: Path) -> None:
    with served(tmp_path / "home") as pages:
        port = pages.port
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind(("127.0.0.1", port))


def test_a_server_that_never_began_can_be_stopped(tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    server = server_of(tmp_path / "home", port=0)

    server.stop()

    assert server.is_at_rest


def test_a_poll_gives_way_to_who_reads_but_not_for_long(tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    office = Office(lambda: open_home(tmp_path / "home", {}), lambda: datetime.now(UTC))

    def waited() -> float:
        began = time.monotonic()
        office.give_way(0.2)
        return time.monotonic() - began

    assert waited() < 0.1
    with office.reading(), office.reading():
        assert waited() >= 0.2
    assert waited() < 0.1


# ---------------------------------------------------------------- as processes


@contextmanager
def monitor(root: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "--home", str(root), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def spoken_until(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(line)
        if found := re.search(pattern, line):
            return found
    raise AssertionError("".join(heard))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_serves_until_it_is_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    make_home(tmp_path / "home")
    with monitor(tmp_path / "home", "serve", "--port", "0") as process:
        port = int(spoken_until(process, r"http://127\.0\.0\.1:(\d+)/")[1])
        assert Browser(port).get("/status").status == 200
        # Somebody keeps a connection and asks for nothing: no reason to stay.
        with socket.create_connection(("127.0.0.1", port)):
            began = time.monotonic()
            process.send_signal(number)
            assert process.wait(SOON_S) == 0
        assert time.monotonic() - began < 10


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def test_the_service_serves_the_pages_too_and_ends_in_time(tmp_path: Path) -> None:
    port = free_port()
    make_home(tmp_path / "home", f"[web]\nport = {port}\n")
    with monitor(tmp_path / "home", "run") as process:
        spoken_until(process, "the pages are at")
        assert Browser(port).get("/status").status == 200
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(SOON_S) == 0
        assert time.monotonic() - began < 10


def test_without_its_port_the_service_goes_on_and_status_is_red(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        make_home(tmp_path / "home", f"[web]\nport = {port}\n")
        home = open_home(tmp_path / "home", {})
        service = Service(
            home,
            heartbeat=timedelta(seconds=0.1),
            with_pages=True,
            watch=Watch(home.state, clock_wait_s=0.0),
        )
        thread = threading.Thread(target=service.run)
        thread.start()
        try:
            wait_for(lambda: "another program is there" in open_matters(home), SOON_S)
            taken.close()
            # The port is free: it is had, and nothing is open any more.
            wait_for(lambda: open_matters(home) == "", SOON_S)
            assert Browser(port).get("/status").status == 200
        finally:
            service.stop()
            thread.join(SOON_S)
    assert service.is_at_rest


def open_matters(home: Home) -> str:
    now = datetime.now(UTC)
    with Store.open(home.state / "monitor.db") as store:
        matters = standing(standing_facts(store, home, now), now)
    return " ".join(matter.text for matter in matters if matter.must_act)


def wait_for(what: Callable[[], bool], seconds: float) -> None:
    ends_at = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends_at, "it did not come"
        time.sleep(0.1)


def test_no_answer_waits_for_the_browser_to_confirm_its_first_part(tmp_path: Path) -> None:
    with served(tmp_path / "home") as pages:
        line = http.client.HTTPConnection("127.0.0.1", pages.port, timeout=10)
        took = []
        for _ in range(25):
            began = time.perf_counter()
            line.request("GET", "/people")
            line.getresponse().read()
            took.append(time.perf_counter() - began)
        line.close()

    # Where it waits, all but the first few take 40 ms and more.
    assert min(took[10:]) < 0.035
