"""A profile: what it holds, a change tried before it is saved, saved with its comments, undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from monitor.adapters.home import open_home
from monitor.model import ProfileChange, TopicProfile, Verdict
from monitor.web.desk import Fields
from monitor.web.profiles_page import change_in, weight_of
from tests.factories import NOON
from tests.newsroom import newsroom, number_of
from tests.pages import Answer, Browser, Pages

COMMENT = "# agreed in May\n"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Pages of a home that nothing changes."""
    with newsroom(tmp_path_factory.mktemp("profiles") / "home") as pages:
        yield pages


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    """Pages of a home that a test may change for good."""
    with newsroom(tmp_path / "home") as pages:
        path = pages.root / "seeds" / "trade.toml"
        path.write_text(COMMENT + path.read_text())
        yield pages


def trade(pages: Pages) -> TopicProfile:
    return open_home(pages.root, {}).profiles[0]


def tried(browser: Browser, **fields: object) -> Answer:
    return browser.get(f"/profiles/trade?{urlencode(fields, doseq=True)}")


def test_the_profiles_are_listed_with_what_each_brings(room: Pages) -> None:
    words = room.browser().get("/profiles").words

    assert "Trade <talks> 0.50" in words
    assert "Morning, Diario" in words


def test_a_profile_shows_its_terms_its_scores_and_the_verdicts_on_it(pages: Pages) -> None:
    with pages.store() as store:
        (entry,) = (each.entry for each in store.find_entries("tariffs"))
        store.save_verdicts([Verdict(entry, good=True)], NOON)

    text = pages.browser().get("/profiles/trade").text

    assert 'name="t:tariff*" value="4"' in text
    assert text.count('class="plus"') == 1
    assert 'type="range" id="threshold"' in text
    assert pages.browser().get("/profiles/nobody").status == 404


def test_a_change_is_tried_and_nothing_is_saved(room: Pages) -> None:
    before = room.everything()

    words = tried(room.browser(), threshold="0.85").words

    assert "0.50 → 0.85" in words
    assert "3 stories leave" in words
    assert "Tariffs on steel rise again" in words.partition("stories leave")[2]
    assert room.everything() == before


def test_a_lower_threshold_lets_near_misses_in(room: Pages) -> None:
    words = tried(room.browser(), threshold="0.3").words

    assert "1 stories enter A trade accord is near" in words


def test_verdicts_measure_the_change(pages: Pages) -> None:
    with pages.store() as store:
        for id, good in (("tariffs", True), ("football", False)):
            (found,) = store.find_entries(id)
            store.save_verdicts([Verdict(found.entry, good, "trade")], NOON)

    words = tried(pages.browser(), side="against", term="football", weight="3").words

    assert "precision 50 %, recall 100 % → precision 100 %, recall 100 %" in words


def test_a_save_writes_the_file_with_its_comment_and_is_undone(pages: Pages) -> None:
    browser = pages.browser()
    tried(browser, threshold="0.6")

    saved = browser.post(
        "/profiles/trade/save",
        {"threshold": "0.6", "t:accord": "", "term": "steel", "weight": "2", "side": "terms"},
    )

    shown = browser.follow(saved).words
    assert "Saved." in shown
    assert "scored anew by the running service" in shown
    assert trade(pages).threshold == 0.6
    assert trade(pages).terms == {"tariff*": 4.0, "steel": 2.0}
    assert (pages.root / "seeds" / "trade.toml").read_text().startswith(COMMENT)
    undone = browser.post("/profiles/trade/undo")
    assert "scored anew by the running service" not in browser.follow(undone).words
    assert trade(pages).threshold == 0.5
    assert trade(pages).terms == {"tariff*": 4.0, "accord": 2.5}


def test_what_would_not_do_is_refused_in_words_and_changes_nothing(room: Pages) -> None:
    browser = room.browser()
    browser.get("/profiles/trade?threshold=0.6")
    before = (room.root / "seeds" / "trade.toml").read_text()

    for fields, status in (
        ({"threshold": "7"}, 400),
        ({}, 400),
        ({"t:tariff*": "0", "t:accord": "0"}, 409),
        ({"term": "a.*", "weight": "1", "side": "terms"}, 409),
        ({"term": "x", "weight": "-1", "side": "terms"}, 400),
    ):
        assert browser.post("/profiles/trade/save", fields).status == status
    assert (room.root / "seeds" / "trade.toml").read_text() == before


def test_after_a_saved_threshold_today_is_another(pages: Pages) -> None:
    browser = pages.browser()
    assert "3 stories" in browser.get("/").words or "4 stories" in browser.get("/").words
    browser.get("/profiles/trade?threshold=0.9")

    browser.post("/profiles/trade/save", {"threshold": "0.9"})

    assert "Nothing passes so far" in browser.get("/").words


def test_from_a_bad_story_to_a_better_profile_in_three_steps(pages: Pages) -> None:
    browser, number = pages.browser(), number_of(pages, "football")
    story = browser.get(f"/entries/{number}").text  # 1: why
    link = story.partition("football</a>")[0].rpartition('href="')[2].partition('"')[0]
    trial = browser.get(link.replace("&amp;", "&").partition("#")[0])  # 2: a word against it

    assert "Football tariffs" in trial.words.partition("stories leave")[2]
    form = trial.text.partition('/profiles/trade/save"')[2].partition("</form>")[0]
    fields = {
        part.partition('"')[0]: part.partition('value="')[2].partition('"')[0]
        for part in form.split('type="hidden" name="')[1:]
    }
    browser.post("/profiles/trade/save", fields)  # 3: save

    assert trade(pages).against == {"football": 1.5}


# ---------------------------------------------------------------- what a form says

PROFILE = TopicProfile("p", "P", "", 0.5, {"tariff*": 4.0, "accord": 2.5}, {"cup": 1.0})


@pytest.mark.parametrize(
    ("pairs", "change"),
    [
        ([], ProfileChange()),
        ([("threshold", "0.5")], ProfileChange()),
        ([("threshold", "0.55")], ProfileChange(0.55)),
        ([("threshold", "nan")], ProfileChange()),
        ([("t:tariff*", "4"), ("t:accord", "2,75")], ProfileChange(terms={"accord": 2.75})),
        ([("t:accord", "0")], ProfileChange(terms={"accord": None})),
        ([("a:cup", "99")], ProfileChange(against={"cup": 10.0})),
        ([("t:unknown", "3")], ProfileChange()),
        ([("term", " new   word "), ("weight", "1"), ("side", "terms")],
         ProfileChange(terms={"new word": 1.0})),
        ([("term", "cup"), ("weight", "0.5"), ("side", "against")],
         ProfileChange(against={"cup": 0.5})),
        ([("term", "x" * 101), ("weight", "1"), ("side", "terms")], ProfileChange()),
        ([("term", "word"), ("weight", "1"), ("side", "sideways")], ProfileChange()),
    ],
)  # fmt: skip
def test_a_form_says_only_what_differs(pairs: list[tuple[str, str]], change: ProfileChange) -> None:
    assert change_in(Fields(pairs), PROFILE)[0] == change


@pytest.mark.parametrize(
    ("text", "weight"),
    [("1.5", 1.5), ("1,5", 1.5), ("0", None), ("-2", None), ("", None), ("x", None),
     ("nan", None), ("inf", 10.0), ("11", 10.0), ("0.12345", 0.123)],
)  # fmt: skip
def test_a_weight_is_read_as_a_person_writes_it(text: str, weight: float | None) -> None:
    assert weight_of(text) == weight
