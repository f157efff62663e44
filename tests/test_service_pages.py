"""The service and its pages: ready when they answer, begun anew when they end, and told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.service import pages as pages_duty
from monitor.service.pages import answers
from monitor.web.server import PageServer
from tests.factories import make_item, make_rss
from tests.servers import Reply, Site
from tests.smtp import ScriptedSmtp
from tests.test_service import SIX, Clock, Place, wait_for
from tests.test_service_keeping import Listener, watched


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    feed = Reply(make_rss(make_item("a", at=SIX)), headers={"ETag": '"1"'})
    with Site({"/feed": feed}) as site, ScriptedSmtp() as smtp:
        yield Place(tmp_path / "home", site, smtp)


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    found = Listener(tmp_path / "notify")
    yield found
    found.close()


@pytest.fixture
def url(place: Place) -> str:
    """The address at which the place's pages will be."""
    with closing(socket.socket()) as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
    text = (place.root / "monitor.toml").read_text().replace("serve = false", f"port = {port}")
    (place.root / "monitor.toml").write_text(text)
    return f"http://127.0.0.1:{port}/"


def test_ready_is_told_when_the_pages_answer(
    place: Place, listener: Listener, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()
    whole = PageServer.start

    def late(self: PageServer) -> None:
        assert began.wait(10)
        whole(self)

    monkeypatch.setattr(PageServer, "start", late)
    with place.served(Clock(SIX), with_pages=True, **watched(place, listener, 30.0)):
        with place.store() as store:
            wait_for(store.last_heartbeat)
        time.sleep(0.2)
        assert "READY=1" not in listener.lines()
        began.set()
        wait_for(lambda: "READY=1" in listener.lines())
        assert answers(url)


def test_without_their_port_the_service_is_ready_all_the_same_and_says_what_is_wrong(
    place: Place, listener: Listener, url: str
) -> None:
    with socket.create_server(("127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))):
        options = watched(place, listener, 30.0)
        with place.served(Clock(SIX), with_pages=True, **options), place.store() as store:
            wait_for(lambda: "READY=1" in listener.lines())
            wait_for(lambda: [each.name for each in store.troubles()] == ["pages"])
            wait_for(lambda: place.site.paths == ["/feed"])


def test_pages_that_end_by_themselves_are_begun_anew_and_that_is_told(
    place: Place, url: str
) -> None:
    with place.served(Clock(SIX), with_pages=True) as service, place.store() as store:
        wait_for(lambda: answers(url))
        first = service._pages._server
        assert first is not None
        first.stop()
        wait_for(lambda: service._pages._server not in (first, None))
        wait_for(lambda: answers(url))

        wait_for(lambda: [each.name for each in store.troubles()] == ["pages ended"])
        assert "and were begun anew" in store.troubles()[0].text  # how is told by when it looked


def test_pages_that_do_not_answer_any_more_are_begun_anew(
    place: Place, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def silent(url: str) -> bool:
        asked.append(url)
        return len(asked) > pages_duty.SILENT_MAX

    with place.served(Clock(SIX), with_pages=True) as service, place.store() as store:
        wait_for(lambda: answers(url))
        first = service._pages._server
        monkeypatch.setattr(pages_duty, "answers", silent)
        wait_for(lambda: service._pages._server not in (first, None))
        wait_for(lambda: [each.name for each in store.troubles()] == ["pages ended"])
        assert "did not answer any more" in store.troubles()[0].text


def test_pages_that_never_answer_keep_nobody_from_polling(
    place: Place, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_duty, "BEGIN_WITHIN_S", 0.1)
    monkeypatch.setattr(pages_duty, "answers", lambda url: False)

    with place.served(Clock(SIX), with_pages=True), place.store() as store:
        wait_for(lambda: [each.name for each in store.troubles()] == ["pages"])
        assert f"the pages at {url} do not answer" in store.troubles()[0].text
        wait_for(lambda: store.entry_count() == 1)


def test_who_says_nothing_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    assert not answers(f"http://127.0.0.1:{port}/")


def test_the_watchdog_is_silent_when_who_looks_after_the_pages_hangs(
    place: Place, listener: Listener, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    thaw = threading.Event()
    whole = pages_duty.answers
    with place.served(Clock(SIX), with_pages=True, **watched(place, listener)):
        wait_for(lambda: listener.pings_since(0) > 5)
        monkeypatch.setattr(pages_duty, "answers", lambda url: thaw.wait(15) and whole(url))
        time.sleep(1.2)
        began = time.monotonic()
        time.sleep(0.3)
        assert listener.pings_since(began) == 0
        thaw.set()
        wait_for(lambda: listener.pings_since(began) > 3)
