"""A profile from an article, seen before it is kept; suggestions accepted and declined."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.home import open_home
from tests.newsroom import entry_of, keep, newsroom
from tests.pages import Answer, Pages

ARTICLE = (
    "Frost in the vineyards\n"
    + (
        "Winemakers in the valley say that the frost has ruined their vineyards. The vintage will"
        " be small, and wine dearer. Vineyards need rain, say winemakers of the valley. "
    )
    * 3
)


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    """Pages of a home that a test may change for good."""
    with newsroom(tmp_path / "home") as pages:
        yield pages


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Pages of a home that nothing changes."""
    with newsroom(tmp_path_factory.mktemp("new") / "home") as pages:
        yield pages


def draft_in(answer: Answer) -> str:
    return html.unescape(
        answer.text.partition('name="profile"')[2].partition(">")[2].partition("</textarea>")[0]
    )


def test_an_article_becomes_a_profile_that_shows_what_it_would_have_found(pages: Pages) -> None:
    keep(pages, [entry_of("wine", "Vineyards fear frost, winemakers say", "en", "Wire")])
    browser = pages.browser()
    browser.get("/new-profile")

    answer = browser.post("/new-profile/learn", {"text": ARTICLE})

    best = answer.words.partition("headline outlet")[2]
    assert best.lstrip(" 0123456789.").startswith("Vineyards fear frost")
    assert 'name = "frost-in-the-vineyards"' in draft_in(answer)
    assert len(open_home(pages.root, {}).profiles) == 1


def test_the_profile_is_kept_as_it_was_changed(pages: Pages) -> None:
    browser = pages.browser()
    browser.get("/new-profile")
    answer = browser.post("/new-profile/learn", {"text": ARTICLE, "name": "Frost 2026"})
    text = draft_in(answer).replace("threshold = 0.5", "threshold = 0.65")

    again = browser.post("/new-profile/again", {"name": "frost-2026", "profile": text})
    kept = browser.post("/new-profile/keep", {"name": "frost-2026", "profile": text})

    assert "threshold = 0.65" in draft_in(again)
    assert "The profile is kept" in browser.follow(kept).words
    found = {p.name: p.threshold for p in open_home(pages.root, {}).profiles}
    assert found == {"trade": 0.5, "frost-2026": 0.65}


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("learn", {}, 400),
        ("learn", {"text": "the of and"}, 409),
        ("learn", {"url": "http://127.0.0.1:1/x"}, 409),
        ("learn", {"url": "file:///etc/passwd"}, 400),
        ("keep", {"name": "trade", "profile": "threshold = 0.5"}, 409),
        ("keep", {"name": "x", "profile": "nonsense ["}, 409),
        ("keep", {"name": "../x", "profile": ""}, 409),
        ("keep", {"name": "", "profile": ""}, 400),
        ("again", {"name": "", "profile": ""}, 400),
        ("again", {"name": "x", "profile": "["}, 409),
    ],
)
def test_what_is_no_article_or_no_profile_is_told(
    room: Pages, path: str, fields: dict[str, str], status: int
) -> None:
    browser = room.browser()
    browser.get("/new-profile")
    before = sorted((room.root / "seeds").iterdir())

    assert browser.post(f"/new-profile/{path}", fields).status == status
    assert sorted((room.root / "seeds").iterdir()) == before


# ---------------------------------------------------------------- suggestions


@pytest.fixture
def drifting(pages: Pages) -> Pages:
    """Pages of a home whose relevant news has a word that no profile knows."""
    titles = ("Tariffs and heron at the border", "Heron and tariffs again",
              "More tariffs, more heron", "Heron tariffs talks")  # fmt: skip
    keep(pages, [entry_of(f"s{n}", t, "en", f"Outlet {n}") for n, t in enumerate(titles)])
    keep(pages, [entry_of(f"o{n}", f"Chess round {n}", "en", "Wire") for n in range(30)])
    return pages


def test_a_suggestion_is_accepted_into_the_profile(drifting: Pages) -> None:
    browser = drifting.browser()
    assert "heron" not in browser.get("/suggestions").words
    looked = browser.follow(browser.post("/suggestions/look"))
    assert "heron" in looked.words

    answer = browser.post(
        "/suggestions/decide", {"term": "heron", "to": "profile:trade", "do": "accept"}
    )

    assert "heron" not in browser.follow(answer).words
    assert open_home(drifting.root, {}).profiles[0].terms["heron"] == 1.5


def test_a_declined_suggestion_does_not_come_back(drifting: Pages) -> None:
    browser = drifting.browser()
    browser.get("/suggestions")
    browser.post("/suggestions/look")

    browser.post("/suggestions/decide", {"term": "heron", "do": "decline"})

    assert "heron" not in browser.follow(browser.post("/suggestions/look")).words
    assert "heron" not in open_home(drifting.root, {}).profiles[0].terms


def test_a_name_is_accepted_for_a_party(drifting: Pages) -> None:
    browser = drifting.browser()
    browser.get("/suggestions")

    browser.post(
        "/suggestions/decide", {"term": "ronald johnson", "to": "party:mexico", "do": "accept"}
    )

    mexico = next(p for p in open_home(drifting.root, {}).parties if p.name == "mexico")
    assert "ronald johnson" in {alias.text for alias in mexico.aliases}


@pytest.mark.parametrize("fields", [{}, {"term": "x", "to": "profile:none", "do": "accept"}])
def test_a_suggestion_that_leads_nowhere_changes_nothing(
    room: Pages, fields: dict[str, str]
) -> None:
    browser = room.browser()
    browser.get("/suggestions")

    assert browser.post("/suggestions/decide", fields).status == 400
