"""An entry and its story: bars that add up, verdicts that teach, stories merged and split."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.home import open_home
from monitor.model import PollState, Reason, Score, TopicProfile
from monitor.pipeline.digests.digest_run import run_digest
from monitor.pipeline.digests.plans import plan_of
from monitor.web.rendering import labels
from monitor.web.story_page import bars_of
from tests.factories import NOON, make_entry, make_slot
from tests.newsroom import newsroom, number_of
from tests.pages import Pages


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with newsroom(tmp_path_factory.mktemp("story") / "home") as pages:
        yield pages


@pytest.fixture
def pages(room: Pages) -> Iterator[Pages]:
    yield room
    with room.store() as store:
        for verdict in store.verdicts():
            store.take_back(verdict.entry.key)


@pytest.fixture
def own_pages(tmp_path: Path) -> Iterator[Pages]:
    """Pages of a home that a test may change for good."""
    with newsroom(tmp_path / "home") as pages:
        yield pages


def test_every_profile_tells_its_reasons_as_bars_that_add_up(pages: Pages) -> None:
    text = pages.browser().get(f"/entries/{number_of(pages, 'tariffs')}").text

    table = text.partition("<table")[2].partition("</table>")[0]
    points = [float(p) for p in re.findall(r"aria-label=\"([+-][\d.]+)\"", table)]
    total = float(re.findall(r"<strong>([+-][\d.]+)</strong>", table)[0])
    assert len(points) == 2
    assert abs(sum(points) - total) <= 0.01
    assert "above its threshold of 0.50" in text


def test_bars_have_one_scale_and_stand_on_their_side() -> None:
    profile = TopicProfile("p", "P", "", 0.5, {"tariff*": 2.0}, {"cup": 1.0})
    score = Score(
        "p", 0.5, (Reason("theme: tariff*", 4.0, "title"), Reason("against: cup", -1.0, "title"))
    )

    plus, minus = bars_of(score, profile, labels("en"))

    assert (plus.left, plus.width, plus.side, plus.term) == (100.0, 100.0, "terms", "tariff*")
    assert (minus.left, minus.width, minus.side, minus.term) == (75.0, 25.0, "against", "cup")


def test_a_story_leads_to_its_strongest_report_and_unknown_ones_are_told(pages: Pages) -> None:
    number = number_of(pages, "tariffs")

    assert "Tariffs on steel rise again" in pages.browser().get(f"/stories/{number}").words
    for path in ("/entries/999", "/stories/999", "/entries/9" + "9" * 20, "/stories/9" + "9" * 20):
        assert pages.browser().get(path).status == 404


def test_former_words_of_an_entry_are_shown(own_pages: Pages) -> None:
    number = number_of(own_pages, "tariffs")
    with own_pages.store() as store:
        store.save_poll(
            1, PollState(), [(make_entry("tariffs", title="Tariffs corrected"), ())], [],
            floors={}, first_poll_cutoff=None, now=NOON,
        )  # fmt: skip

    words = own_pages.browser().get(f"/entries/{number}").words

    assert "Changed by its publisher" in words
    assert "Tariffs on steel rise again" in words


def test_the_issues_that_carried_it_are_named(own_pages: Pages) -> None:
    home = open_home(own_pages.root, {})
    with own_pages.store() as store:
        run_digest(store, plan_of(home, "morning"), make_slot(), NOON)

    carried = own_pages.browser().get(f"/entries/{number_of(own_pages, 'tariffs')}").words
    missed = own_pages.browser().get(f"/entries/{number_of(own_pages, 'accord')}").words

    assert "morning, 2026-07-12-0700: carried" in carried
    assert "rank " in carried
    assert "morning, 2026-07-12-0700: left out: near misses" in missed


# ---------------------------------------------------------------- verdicts


def test_a_verdict_is_kept_with_who_gave_it_and_taken_back(pages: Pages) -> None:
    number, browser = number_of(pages, "football"), pages.browser()
    browser.get(f"/entries/{number}")

    answer = browser.post(f"/entries/{number}/verdict", {"verdict": "bad", "back": "/search?q=a"})

    assert answer.header("location").startswith("/search?q=a&said=")
    with pages.store() as store:
        (verdict,) = store.verdicts()
    assert (verdict.entry.key.id, verdict.good, verdict.profile) == ("football", False, None)
    assert verdict.who == "owner"
    browser.post(f"/entries/{number}/verdict", {"verdict": "undo", "back": "/"})
    with pages.store() as store:
        assert store.verdicts() == []


def test_a_verdict_moves_the_score_that_the_page_shows(own_pages: Pages) -> None:
    number, browser = number_of(own_pages, "football"), own_pages.browser()
    before = _score(browser.get(f"/entries/{number}").text)

    for id in ("football", "cup"):
        browser.post(
            f"/entries/{number_of(own_pages, id)}/verdict", {"verdict": "bad", "back": "/"}
        )

    answer = browser.get(f"/entries/{number}")
    assert _score(answer.text) < before
    assert f"it was {before:.2f} when it came" in answer.words


def test_scores_that_are_still_to_move_are_told_as_such(
    own_pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A fact of the clock: a second in operation, and hundreds of verdicts.
    monkeypatch.setattr("monitor.web.learning.WAIT_S", 0.01)
    number, browser, go_on = number_of(own_pages, "cup"), own_pages.browser(), threading.Event()
    browser.get(f"/entries/{number}")

    def slowly() -> None:
        go_on.wait(10)

    own_pages.server._office.learner.do("slow", slowly)

    browser.post(f"/entries/{number}/verdict", {"verdict": "bad", "back": f"/entries/{number}"})

    words = browser.get(f"/entries/{number}?said=story_learned").text
    assert "load the page again in a few seconds" in words
    assert "the scores below are the new ones" not in words
    go_on.set()
    assert own_pages.server._office.learner.wait(10)
    with own_pages.store() as store:
        assert store.last_learning() is not None


def _score(text: str) -> float:
    return float(re.findall(r'class="figure">([\d.]+)</span>', text)[0])


@pytest.mark.parametrize(
    "fields",
    [
        {"verdict": "splendid"},
        {"verdict": "good", "profile": "nobody"},
        {},
    ],
)
def test_a_verdict_that_is_none_changes_nothing(pages: Pages, fields: dict[str, str]) -> None:
    number, browser = number_of(pages, "cup"), pages.browser()
    browser.get(f"/entries/{number}")

    assert browser.post(f"/entries/{number}/verdict", fields).status == 400
    with pages.store() as store:
        assert store.verdicts() == []


def test_a_verdict_leads_back_to_pages_of_ours_only(pages: Pages) -> None:
    number, browser = number_of(pages, "cup"), pages.browser()
    browser.get(f"/entries/{number}")

    for back in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = browser.post(f"/entries/{number}/verdict", {"verdict": "good", "back": back})
        assert answer.header("location").startswith("/?said=")


# ---------------------------------------------------------------- merging and splitting


def test_two_stories_are_merged_and_split_again(own_pages: Pages) -> None:
    one, other, browser = (
        number_of(own_pages, "tariffs"),
        number_of(own_pages, "accord"),
        own_pages.browser(),
    )
    browser.get(f"/entries/{one}?merge=1")

    merged = browser.post(f"/stories/{one}/merge", {"other": f"http://x/stories/{other}"})

    assert "2 reports" in browser.follow(merged).words
    split = browser.post(f"/stories/{one}/split", {"entry": [str(other)]})
    assert browser.follow(split).words.startswith("The reports have a story of their own now.")
    assert "1 report" in browser.get(f"/stories/{one}").words


@pytest.mark.parametrize("other", ["", "999", "x", "-1", "１２"])
def test_what_is_no_other_story_is_not_merged(pages: Pages, other: str) -> None:
    one, browser = number_of(pages, "tariffs"), pages.browser()
    browser.get(f"/entries/{one}")

    assert browser.post(f"/stories/{one}/merge", {"other": other}).status == 409


def test_a_story_is_not_split_into_nothing(pages: Pages) -> None:
    one, browser = number_of(pages, "tariffs"), pages.browser()
    browser.get(f"/entries/{one}")

    assert browser.post(f"/stories/{one}/split", {"entry": [str(one)]}).status == 409
    assert browser.post(f"/stories/{one}/split").status == 409


def test_likely_stories_are_offered_by_what_they_share(pages: Pages) -> None:
    one = number_of(pages, "tariffs")
    pages.clock.turn(timedelta(hours=1))

    words = pages.browser().get(f"/entries/{one}?merge=1").words

    assert "Suben los tariffs al acero" in words.partition("Stories that may be the same")[2]
