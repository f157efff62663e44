"""One look at a feed, or at the page that names it; nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.home import Home
from monitor.adapters.poll import Poller
from monitor.adapters.workers import WorkerDied, Workers
from monitor.config import Config, NetworkSettings
from monitor.errors import WorkersError
from monitor.model import Feed, PollState, Problem
from monitor.pipeline.polling.feed_check import (
    check_feed,
    find_feed,
    links_only,
    looking_tools,
)
from tests.factories import NOON, make_item, make_rss
from tests.servers import Reply, Site

BODY = make_rss(make_item("a", title="Frost in the vineyards"))


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/feed": Reply(BODY, headers={"ETag": '"1"'})}) as site:
        yield site


@pytest.fixture
def poller(tmp_path: Path, site: Site) -> Iterator[Poller]:
    network = NetworkSettings(allow=("127.0.0.0/8",), ports=(site.port,))
    with looking_tools(Home(tmp_path, Config(network=network), (), (), (), {})) as (poller, _):
        yield poller


def feed(site: Site) -> Feed:
    return Feed(0, site.url("/feed"), "Feed")


HERE = Workers(-1, None)


def test_what_a_feed_holds_is_told(poller: Poller, site: Site) -> None:
    found = check_feed(poller, HERE, feed(site), NOON)

    assert found.parsed is not None
    assert [entry.title for entry in found.parsed.entries] == ["Frost in the vineyards"]
    assert (found.failure, found.problem) == (None, None)


def test_a_feed_that_has_not_changed_is_not_read_again(poller: Poller, site: Site) -> None:
    site.scripts["/feed"] = Reply(status=304)

    found = check_feed(poller, HERE, feed(site), NOON, PollState(etag='"1"'))

    assert (found.parsed, found.failure, found.problem) == (None, None, None)
    assert found.answer is not None
    assert site.asked[0].header("If-None-Match") == '"1"'


def test_what_is_no_feed_is_told_and_the_feeds_it_names_are_looked_at(
    poller: Poller, site: Site
) -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{path}">'
        for path in ("/gone", "/feed", "/other")
    )
    site.scripts["/"] = Reply(f"<html><head>{links}</head></html>".encode())

    found, others = find_feed(poller, HERE, site.url("/"), NOON)

    assert found.url == site.url("/feed")
    assert others == (site.url("/gone"), site.url("/other"))
    assert site.paths == ["/", "/gone", "/feed"]


def test_a_page_without_any_feed_is_told_as_what_it_is(poller: Poller, site: Site) -> None:
    site.scripts = {"/": Reply(b"<html><body>Nothing here</body></html>")}

    found, others = find_feed(poller, HERE, site.url("/"), NOON)

    assert (found.url, found.problem, others) == (site.url("/"), Problem.NOT_A_FEED, ())


def test_a_page_that_costs_its_reader_names_no_feed_and_the_usual_places_are_looked_at(
    poller: Poller, site: Site
) -> None:
    class Costly(Workers[None]):
        def map(self, function: Any, items: Iterable[Any], before_waiting: Any = None) -> Any:
            for item, result in super().map(function, items):
                yield item, WorkerDied("too long") if function is links_only else result

    site.scripts["/"] = Reply(b"<html><link rel=alternate type=application/rss+xml href=/x>")

    found, others = find_feed(poller, Costly(-1, None), site.url("/"), NOON)

    assert (found.url, others) == (site.url("/feed"), ())
    assert "/x" not in site.paths


class Spoiled(Workers[None]):
    """Workers that bring another result than the one expected."""

    result: Any = None

    def map(self, function: Any, items: Iterable[Any], before_waiting: Any = None) -> Any:
        for item in items:
            yield item, self.result


def test_a_feed_that_costs_its_parser_is_told_as_such(poller: Poller, site: Site) -> None:
    workers = Spoiled(-1, None)
    workers.result = WorkerDied("it took more than 5 s of CPU time")

    found = check_feed(poller, workers, feed(site), NOON)

    assert str(found.failure) == (
        f"{site.url('/feed')}: the parser was stopped: it took more than 5 s of CPU time"
    )
    assert found.problem == Problem.PARSER


def test_what_is_not_the_feeds_fault_is_raised(poller: Poller, site: Site) -> None:
    workers = Spoiled(-1, None)
    workers.result = WorkersError("the workers are lost")

    with pytest.raises(WorkersError, match="the workers are lost"):
        check_feed(poller, workers, feed(site), NOON)


def test_an_address_that_does_not_answer_well_is_told_and_no_other_is_asked(
    poller: Poller, site: Site
) -> None:
    found, others = find_feed(poller, HERE, site.url("/none"), NOON)

    assert (found.problem, others, site.paths) == (Problem.NOT_FOUND, (), ["/none"])
