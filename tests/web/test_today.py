"""Today: the next issue as it stands, what it leaves out and why; and the search of all entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.newsroom import entry_of, keep, newsroom, number_of
from tests.pages import Pages, served

PAGE_MAX_BYTES = 100_000


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with newsroom(tmp_path_factory.mktemp("today") / "home") as pages:
        yield pages


def test_today_shows_the_next_issue_with_its_time_and_what_nearly_passed(pages: Pages) -> None:
    answer = pages.browser().get("/")

    before, _, after = answer.words.partition("Near misses")
    assert "Next issue of Morning" in before
    assert "2026-07-12 07:00" in before  # an hour later, in Mexico City
    assert "Tariffs on steel rise again" in before
    assert "A trade accord is near" in after
    assert "cup final" not in answer.words


def test_a_story_says_why_it_is_there(pages: Pages) -> None:
    assert "theme: tariff* +" in pages.browser().get("/").words


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("outlet=El+Ejemplo", "Suben los tariffs", "Tariffs on steel"),
        ("language=en", "Tariffs on steel", "Suben los tariffs"),
        ("profile=trade", "Tariffs on steel", "no such words"),
        ("outlet=Nobody", "Nothing passes so far", "Tariffs on steel"),
        ("profile=nobody&language=fr", "Suben los tariffs", "Nothing passes"),
    ],
)
def test_today_is_filtered_by_profile_outlet_and_language(
    pages: Pages, query: str, shown: str, hidden: str
) -> None:
    words = pages.browser().get(f"/?{query}").words.partition("Outlet")[2].partition("Show")[2]

    assert shown in words
    assert hidden not in words


def test_another_digest_is_chosen_by_its_name(pages: Pages) -> None:
    assert "Next issue of Diario" in pages.browser().get("/?digest=diario").words
    assert "Next issue of Morning" in pages.browser().get("/?digest=none").words


def test_labels_are_spanish_for_a_spanish_reader(pages: Pages) -> None:
    words = pages.browser(says={"Accept-Language": "es-MX,es;q=0.9"}).get("/").words

    assert "Próxima edición de Morning" in words
    assert "Casi pasan" in words


def test_a_home_without_a_digest_says_so(tmp_path: Path) -> None:
    with served(tmp_path / "home", settings='zone = "UTC"\n') as pages:
        assert "No digest is set up" in pages.browser().get("/").words


def test_markup_of_publishers_is_shown_and_never_obeyed(pages: Pages) -> None:
    keep(pages, [entry_of("evil", "Tariffs <script>alert(1)</script>", "en", "<b>Evil</b>")])

    text = pages.browser().get("/search?q=alert").text

    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text
    assert "<b>Evil" not in text


# ---------------------------------------------------------------- search


def test_search_marks_what_was_asked_for_accents_aside(pages: Pages) -> None:
    text = pages.browser().get("/search?q=mexico").text

    assert "dice <mark>México</mark>" in text


def test_search_keeps_the_n_tilde(pages: Pages) -> None:
    assert "<mark>año</mark>" in pages.browser().get("/search?q=a%C3%B1o").text
    assert "Nothing was found" in pages.browser().get("/search?q=ano").words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=tariffs&outlet=El+Ejemplo", ["aranceles"]),
        ("q=tariffs&language=en&outlet=Sports+Daily", ["football"]),
        ("profile=trade&language=es", ["aranceles"]),
        ("q=%22*&profile=none&after=nonsense&outlet=Nobody", []),
    ],
)
def test_search_is_narrowed_by_outlet_language_and_profile(
    pages: Pages, query: str, found: list[str]
) -> None:
    text = pages.browser().get(f"/search?{query}").text

    numbers = {id: number_of(pages, id) for id in ("tariffs", "aranceles", "football", "cup")}
    assert [id for id, number in numbers.items() if f'id="e{number}"' in text] == found


def test_the_next_page_goes_on_where_the_first_one_ended(tmp_path: Path) -> None:
    with newsroom(tmp_path / "home") as pages:
        keep(pages, [entry_of(f"n{n}", f"Number {n}", "en", "Wire", n) for n in range(45)])
        browser = pages.browser()

        first = browser.get("/search?outlet=Wire")
        link = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        second = browser.get(link.replace("&amp;", "&"))

        assert first.text.count("data-item") == 40
        assert second.text.count("data-item") == 5
        assert len(first.body) < PAGE_MAX_BYTES


def test_an_issue_whose_time_has_come_is_next_no_more(tmp_path: Path) -> None:
    with newsroom(tmp_path / "home") as pages:
        pages.clock.turn(timedelta(minutes=55))  # the issue is five minutes off
        before = pages.browser().get("/").words
        pages.clock.turn(timedelta(minutes=3))
        older = pages.browser().get("/").words
        pages.clock.turn(timedelta(minutes=3))
        after = pages.browser().get("/").words

    assert "2026-07-12 07:00 (in 5 min)" in before
    assert "as it stood 3 min ago" in older
    assert "2026-07-13 07:00" in after


def test_near_misses_are_announced_where_there_are_any(tmp_path: Path) -> None:
    with newsroom(tmp_path / "home") as pages:
        seen = pages.browser().get("/?outlet=nobody").words
        with pages.store() as store:
            store._db._conn.execute("UPDATE score SET value = 0.49 WHERE value > 0.49")
    with newsroom(tmp_path / "home") as pages:
        near = pages.browser().get("/").words

    assert "the next issue would be empty." in seen
    assert "What nearly passed" not in seen
    assert "What nearly passed stands below." in near


def test_a_home_without_entries_says_how_they_come(tmp_path: Path) -> None:
    with served(tmp_path / "home") as pages:
        with pages.store() as store:
            store._db._conn.execute("DELETE FROM score")
            store._db._conn.execute("DELETE FROM known")
            store._db._conn.execute("DELETE FROM entry")
        words = pages.browser().get("/").words

    assert "No entry is stored yet" in words
    assert "monitor poll" in words
