"""A feed's entries keep who they are, whatever its ids do, over many polls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.config import PollSettings
from monitor.model import PollOutcome, PollRequest, Retrieved, Subscription
from monitor.pipeline import PollReport, run_poll
from monitor.stages.score import Scorer
from tests.factories import NOON, TRADE_TERMS, make_item, make_profile, make_rss

HOUR = timedelta(hours=1)
POLL_COUNT = 30
TRADE = replace(make_profile(), terms=TRADE_TERMS)
TITLES = ("Tariff talks begin at the border", "Trade accord signed in Juárez", "Port opens again")


@dataclass(slots=True)
class Answers:
    """Stands for the network: every request is answered with the body."""

    body: bytes = b""

    def poll(
        self, requests: Iterable[PollRequest], **_: Callable[[], object]
    ) -> Iterator[tuple[PollRequest, Retrieved]]:
        for request in requests:
            yield request, Retrieved(self.body, url=request.feed.url)


@dataclass(slots=True)
class Desk:
    """One feed, polled again and again, each time an hour later."""

    store: Store
    answers: Answers
    workers: Workers[Scorer]
    poll_count: int = 0

    def poll(self, body: bytes) -> PollReport:
        self.answers.body = body
        self.poll_count += 1
        return run_poll(
            self.store,
            self.answers,  # type: ignore[arg-type]
            self.workers,
            (TRADE,),
            NOON + self.poll_count * HOUR,
            settings=PollSettings(),
            every=True,
        )

    @property
    def titles(self) -> list[str]:
        return sorted(each.entry.title for each in self.store.entries(limit=5000))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with (
        Store.open(tmp_path / "monitor.db") as store,
        Workers(-1, Scorer((TRADE,), ())) as workers,
    ):
        store.sync_feeds([Subscription("https://prueba.example/feed", "Prueba")], NOON)
        yield Desk(store, Answers(), workers)


def item(id_: str, link: str, title: str, **more: str) -> str:
    extra = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return (
        f"<item><guid>{id_}</guid><link>{link}</link><title>{title}</title>"
        f"<pubDate>Sun, 12 Jul 2026 10:00:00 GMT</pubDate>{extra}</item>"
    )


def links(poll: int) -> list[str]:
    return [f"https://prueba.example/2026/07/12/{n}" for n in range(len(TITLES))]


KINDS: dict[str, Callable[[int], bytes]] = {
    "an id that changes at each poll": lambda poll: make_rss(
        *(item(f"{poll}-{n}", links(poll)[n], title) for n, title in enumerate(TITLES))
    ),
    "an id and a link that change at each poll": lambda poll: make_rss(
        *(
            item(f"{poll}-{n}", f"https://prueba.example/?session={poll}{n}", title)
            for n, title in enumerate(TITLES)
        )
    ),
    "http and https by turns": lambda poll: make_rss(
        *(
            item(f"http{'s' * (poll % 2)}://prueba.example/{n}", "", title)
            for n, title in enumerate(TITLES)
        )
    ),
    "one id for all": lambda poll: make_rss(
        *(item("always", links(poll)[n], title) for n, title in enumerate(TITLES))
    ),
    "no id": lambda poll: make_rss(
        *(item("", links(poll)[n], title) for n, title in enumerate(TITLES))
    ),
    "bytes that change at each poll": lambda poll: make_rss(
        *(
            item(f"{n}", links(poll)[n], title, comments=f"https://prueba.example/{poll}")
            for n, title in enumerate(TITLES)
        )
    ),
    "an order that changes at each poll": lambda poll: make_rss(
        *(
            item(f"{n}", links(poll)[n], TITLES[n])
            for n in sorted(range(len(TITLES)), key=lambda n: (n + poll) % len(TITLES))
        )
    ),
    "a feed that is empty by turns": lambda poll: (
        make_rss(*(item(f"{poll}-{n}", links(poll)[n], title) for n, title in enumerate(TITLES)))
        if poll % 3
        else make_rss()
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_over_many_polls_each_entry_is_new_once(desk: Desk, kind: str) -> None:
    bodies = [KINDS[kind](poll) for poll in range(1, POLL_COUNT + 1)]

    reports = [desk.poll(body) for body in bodies]

    assert sum(report.entries_new for report in reports) == len(TITLES)
    assert desk.titles == sorted(TITLES)


def test_an_edited_title_updates_its_entry_though_the_id_changed(desk: Desk) -> None:
    link = "https://prueba.example/2026/07/12/1"
    desk.poll(make_rss(item("a", link, TITLES[0])))

    report = desk.poll(make_rss(item("b", link, "Tariff talks end")))

    assert (report.entries_new, report.entries_edited) == (0, 1)
    assert desk.titles == ["Tariff talks end"]


def test_entries_that_stand_side_by_side_are_never_one(desk: Desk) -> None:
    link = "https://prueba.example/2026/07/12/live-updates"
    first = item("a", link, TITLES[0])

    desk.poll(make_rss(first))
    desk.poll(make_rss(item("b", link, TITLES[0]), first))
    report = desk.poll(make_rss(item("c", link, TITLES[0]), item("b", link, TITLES[0]), first))

    assert report.entries_new == 1
    assert len(desk.titles) == 3


def test_a_page_that_all_entries_link_to_makes_no_entry_the_last_one(desk: Desk) -> None:
    page = "https://prueba.example/status"
    for number in range(5):
        desk.poll(
            make_rss(
                f"<item><guid>{number}</guid><link>{page}</link><title>Notice {number}</title>"
                f"<pubDate>Sun, 12 Jul 2026 1{number}:00:00 GMT</pubDate></item>"
            )
        )

    assert desk.titles == [f"Notice {number}" for number in range(5)]


def test_an_entry_that_comes_back_under_another_id_is_known(desk: Desk) -> None:
    link = "https://prueba.example/2026/07/12/1"
    desk.poll(make_rss(item("a", link, TITLES[0])))
    desk.poll(make_rss(make_item("other")))

    report = desk.poll(make_rss(item("b", link, TITLES[0]), make_item("other")))

    assert report.entries_new == 0


def test_what_was_pruned_cannot_be_recognised_and_is_new(desk: Desk) -> None:
    link = "https://prueba.example/2026/07/12/1"
    desk.poll(make_rss(item("a", link, TITLES[0])))
    desk.store._db.run("DELETE FROM entry")

    assert desk.poll(make_rss(item("a", link, TITLES[0]))).entries_new == 0
    assert desk.poll(make_rss(item("b", link, TITLES[0]))).entries_new == 1


def test_a_web_page_and_an_empty_feed_in_between_forget_nothing(desk: Desk) -> None:
    link = "https://prueba.example/2026/07/12/1"
    desk.poll(make_rss(item("a", link, TITLES[0])))

    between = [desk.poll(b"<html><body>Sign in</body></html>"), desk.poll(b"<rss/>")]
    report = desk.poll(make_rss(item("b", link, TITLES[0])))

    assert [each.outcomes for each in between] == [
        {PollOutcome.FAILED: 1},
        {PollOutcome.UNCHANGED: 1},
    ]
    assert report.entries_new == 0


def test_a_poll_that_brings_the_same_in_other_bytes_writes_no_entry(desk: Desk) -> None:
    desk.poll(make_rss(make_item("a"), make_item("b")))

    report = desk.poll(make_rss(make_item("a"), make_item("b"), title="Renamed"))

    assert report.outcomes == {PollOutcome.UNCHANGED: 1}


def test_a_flood_beyond_what_is_read_at_once_is_taken_up_to_its_end(desk: Desk) -> None:
    body = make_rss(*(make_item(f"{n}", title=f"Headline {n}") for n in range(2300)))

    reports = [desk.poll(body) for _ in range(6)]

    assert [report.entries_new for report in reports] == [500, 500, 500, 500, 300, 0]
    assert [report.entries_waiting for report in reports] == [1800, 1300, 800, 300, 0, 0]
    assert len(desk.titles) == 2300
