"""Feeds made to eat a machine: each costs its own poll at most, the next feed is read."""

from __future__ import annotations

import pytest

from monitor.adapters.workers import WorkerDied, Workers
from monitor.errors import ParseError
from monitor.model import Feed, Retrieved
from monitor.pipeline.polling.reading import ParsedJob, ParseJob, parse_and_score
from monitor.stages.score import Scorer
from tests.factories import NOON, make_item, make_rss
from tests.measuring import unmeasured

CPU_S = 1  # of 5 in real polls, so that the test is short
HEAD, TAIL = b"<rss version='2.0'><channel><title>x</title>", b"</channel></rss>"
GOOD = make_rss(make_item("a"))
BOMBS = {
    "100,000 attributes": HEAD
    + b"<item "
    + b" ".join(b"a%d='1'" % n for n in range(100_000))
    + b"><title>x</title></item>"
    + TAIL,
    "a body of 10 MB": HEAD
    + b"<item><title>x</title><description>"
    + b"&lt;p&gt;palabra &lt;b&gt;x&lt;/b&gt; " * (10_000_000 // 37)
    + b"</description></item>"
    + TAIL,
    "100,000 tags in each other": HEAD
    + b"<item><title>x</title><description>"
    + b"<b>" * 100_000
    + b"</b>" * 100_000
    + b"</description></item>"
    + TAIL,
    "a tag of 10 MB": HEAD + b"<item " + b"a" * 10_000_000,
    "100,000 items": HEAD
    + b"".join(b"<item><title>t%d</title><guid>%d</guid></item>" % (n, n) for n in range(100_000))
    + TAIL,
}


def job(number: int, body: bytes) -> ParseJob:
    feed = Feed(number, f"https://prueba.example/{number}", "Prueba")
    return ParseJob(feed, Retrieved(body, url=feed.url), NOON)


@pytest.fixture(scope="module")
def results() -> dict[int, object]:
    """Each bomb (even numbers) with a good feed behind it (odd ones), through one worker."""
    jobs = [
        job(2 * n + odd, body) for n, bomb in enumerate(BOMBS.values()) for odd, body in
        enumerate((bomb, GOOD))
    ]  # fmt: skip
    with unmeasured(), Workers(1, Scorer((), ()), cpu_s=CPU_S) as workers:
        return {item.feed.number: result for item, result in workers.map(parse_and_score, jobs)}


@pytest.mark.parametrize("number", range(len(BOMBS)), ids=list(BOMBS))
def test_a_bomb_costs_its_own_poll_at_most(results: dict[int, object], number: int) -> None:
    bomb, good = results[2 * number], results[2 * number + 1]

    assert isinstance(bomb, ParsedJob | ParseError | WorkerDied)
    assert isinstance(good, ParsedJob)
    assert [entry.key.id for entry in good.parsed.entries] == ["a"]


def test_a_hundred_thousand_items_are_no_bomb(results: dict[int, object]) -> None:
    result = results[2 * list(BOMBS).index("100,000 items")]

    assert not isinstance(result, ParseError)
    if isinstance(result, ParsedJob):  # a slow machine may need more than CPU_S
        assert (len(result.parsed.entries), result.parsed.waiting_count) == (1000, 99_000)
