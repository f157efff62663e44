"""How things stand: what is open and what to do for a person, one word for a machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import __version__
from monitor.adapters.store.upkeep import BACKUP
from monitor.model import FeedChange, FeedNews, PollState, Problem
from monitor.stages.health import BROKEN_AFTER
from monitor.web.rendering import labels
from tests.factories import NOON
from tests.pages import PASSWORD, Pages, served

LONG_PORT_TROUBLE = "the pages cannot be served at 127.0.0.1, port 8765: another program is there"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    with served(tmp_path / "home") as pages:
        with pages.store() as store:
            store.heartbeat(NOON)
            store.note(BACKUP, NOON)
        yield pages


def health(pages: Pages) -> tuple[int, object]:
    answer = pages.browser().get("/health")
    return answer.status, json.loads(answer.text)


def test_when_all_is_well_the_page_says_so(pages: Pages) -> None:
    words = pages.browser().get("/status").words

    assert "All is well. Nothing is open." in words
    assert "Heartbeat just now" in words
    assert "Entries 2" in words
    assert f"monitor {__version__}" in words
    assert "Free on the disk" in words
    assert "Morning 2 never 2026-07-12 07:00" in words


def test_what_a_person_must_do_is_told_in_red_with_what_to_do(pages: Pages) -> None:
    with pages.store() as store:
        store.note_trouble("pages", LONG_PORT_TROUBLE, NOON - timedelta(hours=3))

    answer = pages.browser().get("/status")

    assert "A person must do something" in answer.words
    assert LONG_PORT_TROUBLE in answer.words
    assert "3 h ago" in answer.words
    assert 'class="light is-red"' in answer.text


def test_a_home_whose_service_never_ran_is_told_how_to_start_it(tmp_path: Path) -> None:
    with served(tmp_path / "home") as pages:
        words = pages.browser().get("/status").words

    assert "The service has never run here" in words
    assert "monitor run" in words
    assert "All is well" not in words


def test_the_page_speaks_spanish_too(pages: Pages) -> None:
    answer = pages.browser().get("/status", **{"Accept-Language": "es"})

    assert "Todo va bien. No hay nada pendiente." in answer.words
    assert "Último latido ahora mismo" in answer.words
    assert '<html lang="es">' in answer.text


def test_what_befell_a_feed_is_told_in_the_readers_language(pages: Pages) -> None:
    said = "feed.example: no complete answer within 30 s"
    since = NOON - timedelta(days=2)
    with pages.store() as store:
        store.save_failure(
            1,
            PollState(
                polled_at=NOON,
                failing_since=since,
                failure_count=BROKEN_AFTER,
                problem=Problem.TIMEOUT,
                problem_text=said,
                news=(FeedNews(since, FeedChange.BROKE, said),),
            ),
        )

    english = pages.browser().get("/status").words
    spanish = pages.browser(says={"Accept-Language": "es"}).get("/status").words

    assert english.count(said) == 3  # open, failing, news
    assert f"broke: {said} 2 days ago" in english
    assert said not in spanish
    assert spanish.count("feed.example: sin respuesta completa en 30 s") == 3
    assert "dejó de funcionar: feed.example: sin respuesta completa en 30 s hace 2 días" in spanish


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_change_of_a_feed_has_a_name(lang: str) -> None:
    names = {f"status_change_{change.name.lower()}" for change in FeedChange}

    assert names - labels(lang).keys() == set()


def test_a_machine_is_told_whether_all_is_well(pages: Pages) -> None:
    assert health(pages) == (200, {"ok": True, "version": __version__, "matters": []})

    pages.clock.turn(timedelta(minutes=4))  # and no heartbeat came

    status, told = health(pages)
    assert status == 503
    assert isinstance(told, dict)
    assert [matter["name"] for matter in told["matters"]] == ["service"]

    with pages.store() as store:
        store.heartbeat(pages.clock.now)
    pages.clock.turn(timedelta(seconds=20))
    assert health(pages)[0] == 200


def test_who_is_not_logged_in_learns_nothing_else(tmp_path: Path) -> None:
    with served(tmp_path / "home", password=PASSWORD) as pages:
        with pages.store() as store:
            store.note_trouble("disk", "the disk of /srv/news is full", NOON)

        assert health(pages) == (503, {"ok": False})


def test_anybody_may_ask_often_and_the_database_is_asked_every_five_seconds(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.web import status

    asked = []
    real = status.standing_facts
    monkeypatch.setattr(status, "standing_facts", lambda *a: asked.append(1) or real(*a))

    for _ in range(20):
        health(pages)
        pages.clock.turn(timedelta(seconds=0.5))

    assert len(asked) == 2


def test_the_figures_are_behind_the_login(pages: Pages, tmp_path: Path) -> None:
    answer = pages.browser().get("/metrics")

    assert answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8"
    assert "\nmonitor_entries 2\n" in answer.text
    with served(tmp_path / "locked", password=PASSWORD) as locked:
        assert locked.browser().get("/metrics").status == 303
