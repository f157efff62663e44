"""In a real browser: the ways a person makes the monitor hers, with scripts and without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from monitor.adapters.home import open_home, read_subscriptions
from tests.chromium import Person
from tests.factories import make_item, make_rss
from tests.newsroom import entry_of, keep, newsroom, number_of
from tests.pages import SETTINGS, Pages, served
from tests.servers import Reply, Site
from tests.smtp import ScriptedSmtp

# What the pages run through is measured by their own tests; a browser is slow to start.
pytestmark = [pytest.mark.long, pytest.mark.usefixtures("unmeasured")]
NETWORK = '\n[network]\nallow = ["127.0.0.0/8"]\nports = [{port}]\n'
ARTICLE = (
    "Frost in the vineyards\n"
    + (
        "Winemakers in the valley say that the frost has ruined their vineyards. The vintage will"
        " be small, and wine dearer. Vineyards need rain, say winemakers of the valley.\n"
    )
    * 3
)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
ALL_PAGES = (
    "/", "/search?q=tariffs", "/entries/{number}", "/entries/{number}?merge=1", "/profiles",
    "/profiles/trade", "/profiles/trade?threshold=0.9", "/new-profile", "/suggestions", "/feeds",
    "/digests", "/digests/morning",
)  # fmt: skip


@contextmanager
def visited(driver: webdriver.Chrome, pages: Pages, *, scripts: bool = True) -> Iterator[Person]:
    person = Person(driver, pages)
    person.is_new()
    person.runs_scripts(scripts)
    yield person
    assert person.complaints() == []


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    """Pages of a home that a test may change for good."""
    with newsroom(tmp_path / "home") as pages:
        yield pages


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Pages that are looked at only."""
    with newsroom(tmp_path_factory.mktemp("tuning") / "home") as pages:
        yield pages


def test_the_first_visit_to_an_empty_home_tells_what_there_is_to_do(
    driver: webdriver.Chrome, tmp_path: Path
) -> None:
    with (
        served(tmp_path / "home", settings='zone = "UTC"\n') as pages,
        visited(driver, pages) as person,
    ):
        person.opens("/")
        assert "No digest is set up" in person.reads()

        person.opens("/digests")
        person.types("input[name=name]", "morning")
        person.presses("Make it")

        assert person.is_at.startswith("/digests/morning")
        assert list(open_home(pages.root, {}).config.digests) == ["morning"]


@SCRIPTS
def test_a_verdict_moves_the_score(driver: webdriver.Chrome, pages: Pages, scripts: bool) -> None:
    number = number_of(pages, "football")
    with visited(driver, pages, scripts=scripts) as person:
        person.opens(f"/entries/{number}")
        before = float(person.reads("summary .figure"))

        person.clicks("button[value=bad]")
        person.waits_for("when it came")

        assert float(person.reads("summary .figure")) < before
        assert person.finds(".is-bad").get_attribute("aria-pressed") == "true"


@SCRIPTS
def test_the_threshold_is_raised_with_the_slider_and_saved(
    driver: webdriver.Chrome, pages: Pages, scripts: bool
) -> None:
    with visited(driver, pages, scripts=scripts) as person:
        person.opens("/profiles/trade")
        for _ in range(5):
            person.finds("#threshold").send_keys(Keys.ARROW_RIGHT)
        if not scripts:
            person.presses("Try")
        person.waits_for("0.50 → 0.55", "#trial")

        person.clicks("#save")

        assert "Saved." in person.reads()
        assert open_home(pages.root, {}).profiles[0].threshold == 0.55
        person.presses("Undo the last save")
        assert open_home(pages.root, {}).profiles[0].threshold == 0.5


@SCRIPTS
def test_a_pasted_article_becomes_a_profile_that_is_kept(
    driver: webdriver.Chrome, pages: Pages, scripts: bool
) -> None:
    keep(pages, [entry_of("wine", "Vineyards fear frost, winemakers say", "en", "Wire")])
    with visited(driver, pages, scripts=scripts) as person:
        person.opens("/profiles")
        person.presses("New profile")
        person.types("#text", ARTICLE)
        person.clicks("#learn")
        assert "Vineyards fear frost" in person.reads("tbody tr")

        person.clicks("#keep")

        assert person.is_at.startswith("/profiles/frost-in-the-vineyards")
        assert len(open_home(pages.root, {}).profiles) == 2


@SCRIPTS
def test_a_suggestion_is_accepted(driver: webdriver.Chrome, pages: Pages, scripts: bool) -> None:
    titles = ("Tariffs and heron", "Heron and tariffs again", "More tariffs, more heron")
    keep(pages, [entry_of(f"s{n}", t, "en", f"Outlet {n}") for n, t in enumerate(titles)])
    keep(pages, [entry_of(f"o{n}", f"Chess round {n}", "en", "Wire") for n in range(30)])
    with visited(driver, pages, scripts=scripts) as person:
        person.opens("/suggestions")
        person.clicks("#look")
        assert person.reads(".suggestion strong") == "heron"

        person.presses("Accept")

        assert open_home(pages.root, {}).profiles[0].terms["heron"] == 1.5


@SCRIPTS
def test_the_feed_of_a_site_is_added(
    driver: webdriver.Chrome, tmp_path: Path, scripts: bool
) -> None:
    page = b'<html><link rel="alternate" type="application/rss+xml" href="/rss"></html>'
    rss = Reply(make_rss(make_item(title="Tariff talks begin"), title="The Wire"))
    with (
        Site({"/": Reply(page), "/rss": rss}) as site,
        newsroom(tmp_path / "home", settings=SETTINGS + NETWORK.format(port=site.port)) as pages,
        visited(driver, pages, scripts=scripts) as person,
    ):
        person.opens("/feeds")
        person.types("#url", site.url("/"))
        person.presses("Look")
        assert "Tariff talks begin" in person.reads()

        person.clicks("#add")

        assert "Added." in person.reads()
        assert [feed.url for feed in read_subscriptions(pages.root)] == [site.url("/rss")]


def test_two_stories_are_merged(driver: webdriver.Chrome, pages: Pages) -> None:
    number = number_of(pages, "tariffs")
    with visited(driver, pages) as person:
        person.opens(f"/entries/{number}")
        person.presses("Merge with another story")

        person.presses("Merge")

        assert "The stories are one now" in person.reads()
        assert "2 reports" in person.reads()


def test_a_test_digest_reaches_the_mail_server(driver: webdriver.Chrome, tmp_path: Path) -> None:
    with (
        ScriptedSmtp() as smtp,
        newsroom(tmp_path / "home", mail_port=smtp.port) as pages,
        visited(driver, pages) as person,
    ):
        person.opens("/digests/morning")
        person.types("#to", "me@example.org")
        person.presses("Send the test")

        assert "The mail server took the test." in person.reads()
        (mail,) = smtp.mailbox
        assert mail.recipient == "me@example.org"
        assert b"Tariffs on steel rise again" in mail.content.replace(b"=\r\n", b"")


def test_from_a_bad_story_to_a_better_profile_in_three_clicks(
    driver: webdriver.Chrome, pages: Pages
) -> None:
    with visited(driver, pages) as person:
        person.opens("/")
        number = number_of(pages, "football")
        clicks = 0
        for step in (f'a[href="/entries/{number}"]', "a[href*='term=football']", "#save"):
            person.clicks(step)
            clicks += 1

        assert open_home(pages.root, {}).profiles[0].against == {"football": 1.5}
        assert clicks <= 4


def test_today_is_walked_and_judged_by_keys(driver: webdriver.Chrome, pages: Pages) -> None:
    with visited(driver, pages) as person:
        person.opens("/")
        person.types_key("?")
        assert "next, previous story" in person.reads("#keys")
        person.types_key(Keys.ESCAPE)

        person.types_key("j")
        person.types_key("j")
        second = person.finds(".is-current").get_attribute("id")
        person.types_key("k")
        assert person.finds(".is-current").get_attribute("id") != second
        person.types_key("j")
        person.types_key("+")
        person.waits_for("Noted")
        # The row is another one now, and the person is still there.
        assert person.finds(".is-current").get_attribute("id") == second
        with pages.store() as store:
            assert [verdict.good for verdict in store.verdicts()] == [True]

        person.types_key("k")
        assert person.finds(".is-current").get_attribute("id") != second
        person.types_key("o")
        assert person.is_at.startswith("/entries/")


def test_typing_a_search_shows_what_it_finds(driver: webdriver.Chrome, room: Pages) -> None:
    with visited(driver, room) as person:
        person.opens("/search")
        person.types("input[name=q]", "mexico")
        person.waits_for("dice México", "#hits li:only-child")

        assert [mark.text for mark in person.sees("mark")] == ["México"]


def test_no_page_of_tuning_shuts_anybody_out(driver: webdriver.Chrome, room: Pages) -> None:
    number = number_of(room, "tariffs")
    with visited(driver, room) as person:
        for path in ALL_PAGES:
            person.opens(path.format(number=number))
            assert person.barriers_in_every_look() == [], path


def test_every_page_speaks_spanish(driver: webdriver.Chrome, room: Pages) -> None:
    number = number_of(room, "tariffs")
    with visited(driver, room) as person:
        person.speaks("es-MX")
        for path in ALL_PAGES:
            person.opens(path.format(number=number))
            assert person.finds("html").get_attribute("lang") == "es"
