"""The feeds: how each does and what it brings; added, paused, polled, muted, taken in and out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.adapters.home import open_home, read_subscriptions, save_subscriptions
from monitor.adapters.store import FeedDays
from monitor.model import PollState, Problem, Score
from monitor.stages.health import ADVICE
from monitor.web.feeds_page import DAYS, FeedRow, _spark
from monitor.web.rendering import labels
from tests.factories import NOON, make_entry, make_item, make_rss, make_subscription
from tests.newsroom import newsroom
from tests.pages import SETTINGS, Browser, Pages
from tests.servers import Reply, Site

FEED = make_subscription()
SAID = "the server answered 404 Not Found: there is nothing at this address"
DICHO = "el servidor contestó 404 Not Found: no hay nada en esta dirección"
NETWORK = '\n[network]\nallow = ["127.0.0.0/8"]\nports = [{port}]\n'


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    page = b'<html><link rel="alternate" type="application/rss+xml" href="/rss"></html>'
    rss = Reply(make_rss(make_item(title="Tariff talks begin"), title="The Wire"))
    with Site({"/": Reply(page), "/rss": rss}) as site:
        yield site


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Pages]:
    settings = SETTINGS + NETWORK.format(port=site.port)
    with newsroom(tmp_path_factory.mktemp("feeds") / "home", settings=settings) as pages:
        yield pages


@pytest.fixture
def pages(room: Pages) -> Pages:
    """Pages of a home with one feed, which was polled at noon."""
    save_subscriptions(room.root, [FEED])
    with room.store() as store:
        store.sync_feeds([FEED], NOON)
        store.save_failure(1, PollState(polled_at=NOON, succeeded_at=NOON, next_poll_at=NOON))
    return room


def key(browser: Browser) -> str:
    text = browser.get("/feeds").text
    return text.partition('name="feed" value="')[2].partition('"')[0]


def test_a_feed_tells_what_it_brought_and_when_it_is_polled_next(pages: Pages) -> None:
    words = pages.browser().get("/feeds").words

    assert "Example Times well 4 of 7 in 60 days" in words
    assert "1 feed · every feed answers" in words


def test_a_feed_in_trouble_says_what_to_do_in_the_readers_language(pages: Pages) -> None:
    with pages.store() as store:
        store.save_failure(
            1,
            PollState(
                polled_at=NOON,
                failing_since=NOON - timedelta(days=2),
                failure_count=9,
                problem=Problem.NOT_FOUND,
                problem_text=SAID,
            ),
        )

    english = pages.browser().get("/feeds").words
    spanish = pages.browser(says={"Accept-Language": "es"}).get("/feeds").words

    assert f"nothing there any more 2 days ago {SAID} Look for the new address above" in english
    assert f"ya no hay nada ahí hace 2 días {DICHO} Busque arriba la nueva dirección" in spanish


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_kind_of_trouble_has_a_name_and_an_advice(lang: str) -> None:
    names = {
        f"feeds_{what}_{kind.replace(' ', '_')}" for kind in ADVICE for what in ("kind", "advice")
    }

    assert names - labels(lang).keys() == set()


def test_a_feed_that_brings_much_and_nothing_relevant_is_asked_about() -> None:
    def row(entries: int, relevant: int) -> FeedRow:
        days = FeedDays((0,) * DAYS, (0,) * DAYS, entries, relevant)
        return FeedRow(FEED, 1, PollState(), None, days)

    assert row(412, 0).is_idle
    assert not row(412, 1).is_idle
    assert not row(12, 0).is_idle


def test_a_sparkline_has_one_step_a_day_on_one_scale() -> None:
    days = FeedDays((0, 4, 2), (0, 1, 0), 6, 1)

    assert _spark(days) == ("M0 20V20h3V0h3V10h3V20Z", "M0 20V20h3V15h3V20h3V20Z")
    assert _spark(replace(days, entries=(0,), relevant=(0,))) == ("", "")


# ---------------------------------------------------------------- deeds


def test_a_feed_is_paused_and_resumed_in_the_persons_own_file(pages: Pages) -> None:
    browser = pages.browser()

    paused = browser.post("/feeds/one", {"feed": key(browser), "do": "pause"})

    assert "paused" in browser.follow(paused).words
    assert read_subscriptions(pages.root) == (replace(FEED, is_paused=True),)
    with pages.store() as store:
        assert store.due_polls(NOON, every=True) == []
    browser.post("/feeds/one", {"feed": key(browser), "do": "resume"})
    assert read_subscriptions(pages.root) == (FEED,)


def test_a_feed_is_polled_on_wish_no_sooner_than_it_may(pages: Pages) -> None:
    browser = pages.browser()

    assert browser.post("/feeds/one", {"feed": key(browser), "do": "poll"}).status == 429
    pages.clock.turn(timedelta(minutes=20))
    answer = browser.post("/feeds/one", {"feed": key(browser), "do": "poll"})
    pages.clock.turn(-timedelta(minutes=20))

    assert answer.status == 303


def test_a_feed_is_removed_and_an_unknown_one_is_told(pages: Pages) -> None:
    browser = pages.browser()
    known = key(browser)

    assert browser.post("/feeds/one", {"feed": known, "do": "remove"}).status == 303
    assert read_subscriptions(pages.root) == ()
    assert browser.post("/feeds/one", {"feed": known, "do": "pause"}).status == 404
    assert browser.post("/feeds/one", {"do": "explode"}).status == 404


def test_the_feed_of_a_site_is_found_seen_and_added(pages: Pages, site: Site) -> None:
    browser = pages.browser()
    browser.get("/feeds")

    found = browser.post("/feeds/find", {"url": site.url("/")})

    assert "Tariff talks begin" in found.words
    assert read_subscriptions(pages.root) == (FEED,)
    fields = {
        "url": site.url("/rss"),
        "title": "The Wire",
        "folder": "Mexico/ Wires",
        "language": "en",
    }
    added = browser.post("/feeds/add", fields)
    assert "Added." in browser.follow(added).words
    new = next(feed for feed in read_subscriptions(pages.root) if feed != FEED)
    assert (new.title, new.topics, new.language) == ("The Wire", ("Mexico", "Wires"), "en")
    assert "in the list already" in browser.follow(browser.post("/feeds/add", fields)).words


def test_a_site_without_a_feed_is_told_with_what_to_do(pages: Pages, site: Site) -> None:
    browser = pages.browser()
    browser.get("/feeds")

    with Site({"/": Reply(b"<html>no feed</html>")}, "127.0.0.2", site.port) as other:
        answer = browser.post("/feeds/find", {"url": other.url("/")})

    assert "No feed was found" in answer.words
    assert browser.post("/feeds/find", {"url": "ftp://x"}).status == 400
    assert browser.post("/feeds/add", {"url": "javascript:alert(1)"}).status == 400
    assert read_subscriptions(pages.root) == (FEED,)


def test_an_outlet_is_muted_and_left_out_of_today(pages: Pages) -> None:
    browser = pages.browser()
    assert "Sports Daily" in browser.get("/").words.partition("Next issue")[2]
    browser.get("/feeds")

    browser.post("/feeds/mute", {"outlet": "Sports  Daily", "do": "mute"})

    assert open_home(pages.root, {}).config.muted == ("Sports Daily",)
    assert "Football tariffs" not in browser.get("/").words
    assert "Football tariffs" in browser.get("/search?q=football").words
    browser.get("/feeds")
    browser.post("/feeds/mute", {"outlet": "Sports Daily", "do": "unmute"})
    assert open_home(pages.root, {}).config.muted == ()
    assert browser.post("/feeds/mute", {"outlet": " "}).status == 400


# ---------------------------------------------------------------- OPML


def test_the_list_goes_out_and_comes_in_as_opml(pages: Pages) -> None:
    browser = pages.browser()
    out = browser.get("/feeds/feeds.opml")
    assert out.header("content-disposition") == 'attachment; filename="feeds.opml"'
    assert FEED.url in out.text
    browser.get("/feeds")
    opml = b'<opml version="2.0"><body><outline text="New" xmlUrl="https://new.example/rss"/>' + (
        f'<outline text="Old" xmlUrl="{FEED.url}"/></body></opml>'.encode()
    )

    answer = _upload(browser, opml)

    assert "1 feeds added, 1 were there already." in answer.words
    assert [feed.title for feed in read_subscriptions(pages.root)] == ["Example Times", "New"]


def test_a_file_that_is_no_opml_adds_nothing(pages: Pages) -> None:
    browser = pages.browser()
    browser.get("/feeds")

    assert _upload(browser, b"hello").status == 409
    assert read_subscriptions(pages.root) == (FEED,)


def _upload(browser: Browser, content: bytes) -> object:
    mark = "----mark"
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{browser.token}\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.opml"\r\n\r\n'
    ).encode()
    body += content + f"\r\n--{mark}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Origin": f"http://127.0.0.1:{browser.port}",
        "Sec-Fetch-Site": "same-origin",
    }
    return browser._asked("POST", "/feeds/import", body, headers)


# ---------------------------------------------------------------- many


def test_many_feeds_are_shown_page_by_page_trouble_first(pages: Pages) -> None:
    feeds = [make_subscription(f"f{n:03}", title=f"Feed {n:03}") for n in range(120)]
    save_subscriptions(pages.root, feeds)
    with pages.store() as store:
        store.sync_feeds(feeds, NOON)
        numbers = {feed.title: feed.number for feed, _ in store.feeds()}
        bad = PollState(failing_since=NOON, failure_count=3, problem=Problem.TIMEOUT)
        store.save_failure(numbers["Feed 077"], bad)
        entry = make_entry("x", feed=numbers["Feed 003"])
        scored = [(entry, [Score("trade", 0.9)])]
        store.save_poll(
            numbers["Feed 003"], PollState(), scored, [], floors={}, first_poll_cutoff=None,
            now=NOON,
        )  # fmt: skip
    browser = pages.browser()

    first = browser.get("/feeds")

    assert first.words.index("Feed 077") < first.words.index("Feed 000")
    assert "Feed 119" not in first.words
    assert len(first.body) < 100_000
    assert "Feed 119" in browser.get("/feeds?find=feed+119").words
    assert "Feed 050" in browser.get("/feeds?sort=list&from=40").words
    pages.clock.turn(timedelta(minutes=5))  # by then the counts are made anew
    assert "Feed 003" not in browser.get("/feeds?sort=share").words
    pages.clock.turn(-timedelta(minutes=5))


def test_outlets_muted_in_many_windows_at_once_are_all_muted(pages: Pages) -> None:
    names = [f"Outlet {number}" for number in range(10)]
    windows = [(pages.browser(), name) for name in names]
    for window, _ in windows:
        window.get("/feeds")

    def mute(window: Browser, name: str) -> int:
        return window.post("/feeds/mute", {"outlet": name}).status

    with ThreadPoolExecutor(len(windows)) as threads:
        assert list(threads.map(mute, *zip(*windows, strict=True))) == [303] * len(windows)

    assert set(open_home(pages.root, {}).config.muted) >= set(names)
