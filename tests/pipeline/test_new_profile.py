"""A new profile: an article read, wherever it comes from, and what it would have found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.articles import ArticleFile
from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.adapters.workers import WorkerDied, Workers
from monitor.config import Config, NetworkSettings
from monitor.errors import ConfigError, LearningError, PollError
from monitor.model import PollState
from monitor.pipeline.polling.feed_check import looking_tools
from monitor.pipeline.tuning.new_profile import (
    article_at,
    article_in,
    best_found,
    name_of,
    new_profile,
)
from monitor.stages.learn import Article
from tests.factories import NOON, make_entry, make_profile, make_subscription
from tests.servers import Reply, Site

ARTICLE = (
    "Vineyards fear the frost. Winemakers in the valley say the frost has ruined vineyards and"
    " that the vintage will be small. Vineyards need rain, winemakers say. "
) * 4
PAGE = (
    "<!doctype html><html><head><title>Frost</title></head><body><article>"
    f"<h1>Frost in the vineyards</h1><p>{ARTICLE}</p></article></body></html>"
)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Frost in the Vineyards of the valley", "frost-in-the-vineyards"),
        ("¡Año nuevo en España!", "ano-nuevo-en-espana"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本", ""),
        ("", ""),
        ("x" * 99, "x" * 40),
    ],
)
def test_a_name_is_made_of_a_title(title: str, expected: str) -> None:
    assert name_of(title) == expected


def test_a_profile_is_learned_with_the_text_of_its_file() -> None:
    new = new_profile("frost", [Article("Frost in the vineyards", ARTICLE)], ())

    assert "vineyards" in new.learned.profile.terms
    assert 'name = "frost"' in new.text
    assert new.sides == ()


def test_a_bad_name_and_an_empty_article_are_refused() -> None:
    with pytest.raises(ConfigError):
        new_profile("Frost!", [Article("Frost in the vineyards", ARTICLE)], ())
    with pytest.raises(LearningError):
        new_profile("frost", [Article("", "")], ())


def test_the_best_of_the_stored_entries_are_found(tmp_path: Path) -> None:
    wine = replace(make_profile("wine"), terms={"wine": 3.0})
    with Store.open(tmp_path / "monitor.db") as store:
        store.sync_feeds([make_subscription()], NOON)
        entries = [make_entry(t, title=t) for t in ("A wine", "A cup", "A wine, a wine list")]
        old = make_entry("old wine", title="An old wine", published_at=NOON - timedelta(days=3))
        store.save_poll(
            1, PollState(), [(e, ()) for e in (*entries, old)], [], floors={},
            first_poll_cutoff=None, now=NOON,
        )  # fmt: skip

        found = best_found(store, wine, (), NOON - timedelta(days=1), limit=2)

    assert {each.entry.title for each, _ in found} == {"A wine", "A wine, a wine list"}
    assert found[0][1].value >= found[1][1].value > 0.5


# ---------------------------------------------------------------- from outside


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/frost": Reply(PAGE.encode(), headers={"Content-Type": "text/html"})}) as site:
        yield site


@pytest.fixture
def home(tmp_path: Path, site: Site) -> Home:
    config = Config(network=NetworkSettings(allow=("127.0.0.0/8",), ports=(site.port,)))
    return Home(tmp_path, config, (), (), (), {})


def test_the_article_of_a_page_is_read(home: Home, site: Site) -> None:
    with looking_tools(home) as (poller, workers):
        article = article_at(poller, workers, site.url("/frost"), "frost")

    assert "Winemakers in the valley" in article.text


def test_a_page_that_is_not_there_is_told(home: Home, site: Site) -> None:
    with looking_tools(home) as (poller, workers), pytest.raises(PollError):
        article_at(poller, workers, site.url("/none"), "frost")


def test_a_private_address_is_not_fetched(tmp_path: Path, site: Site) -> None:
    guarded = Home(tmp_path, Config(), (), (), (), {})

    with looking_tools(guarded) as (poller, workers), pytest.raises(PollError):
        article_at(poller, workers, site.url("/frost"), "frost")

    assert site.asked == []


def test_an_uploaded_file_is_read_whatever_it_is_called(home: Home) -> None:
    with looking_tools(home) as (_, workers):
        article = article_in(workers, b"Frost\nIn the vineyards", "../../a.txt", "frost")
        with pytest.raises(LearningError):
            article_in(workers, b"\0\xff\xfe\0", "picture.png", "frost")
        with pytest.raises(LearningError):
            article_in(workers, b"%PDF-1.4 nonsense", "a.pdf", "frost")

    assert (article.title, article.text) == ("Frost", "In the vineyards")


def test_a_page_of_plain_text_is_read_as_such(home: Home, site: Site) -> None:
    site.scripts["/notes"] = Reply(
        b"Frost\nIn the vineyards", headers={"Content-Type": "text/plain"}
    )

    with looking_tools(home) as (poller, _), Workers(-1, None) as here:
        article = article_at(poller, here, site.url("/notes"), "frost")

    assert article == ArticleFile("Frost", "In the vineyards")


class Costly(Workers[None]):
    """Workers of which each item costs one."""

    def map(self, function: Any, items: Iterable[Any], before_waiting: Any = None) -> Any:
        for item in items:
            yield item, WorkerDied("it took more than 5 s of CPU time")


def test_a_file_that_costs_its_reader_is_told() -> None:
    with pytest.raises(LearningError) as caught:
        article_in(Costly(-1, None), b"Frost", "a.txt", "frost")

    assert caught.value.problem == (
        "a.txt cannot be read: its reader was stopped (it took more than 5 s of CPU time);"
        " nothing was written"
    )
