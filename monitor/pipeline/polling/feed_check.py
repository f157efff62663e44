"""Look at a feed without keeping anything: poll once, parse, and say what there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from monitor import __version__
from monitor.adapters.home import Home
from monitor.adapters.poll import Poller
from monitor.adapters.workers import WorkerDied, Workers
from monitor.errors import FeedError, ParseError, PollError
from monitor.model import Feed, ParsedFeed, PollRequest, PollState, Problem, Retrieved
from monitor.pipeline.polling.reading import ParseJob
from monitor.stages.health.discover import feed_links, usual_addresses
from monitor.stages.parse import parse_feed


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """What one look at an address found; `parsed` None with no `failure`: not changed."""

    url: str
    answer: Retrieved | None = None
    parsed: ParsedFeed | None = None
    failure: FeedError | None = None

    @property
    def problem(self) -> Problem | None:
        kind = getattr(self.failure, "kind", None)
        return Problem(kind) if kind else None


@contextmanager
def looking_tools(home: Home) -> Iterator[tuple[Poller, Workers[None]]]:
    """Build what a look at a feed takes; nothing of it knows the database."""
    with ExitStack() as stack:
        poller = Poller(
            poll=home.config.poll,
            network=home.config.network,
            contact=home.config.contact,
            version=__version__,
            access=home.feed_access(),
        )
        stack.callback(poller.close)
        yield poller, stack.enter_context(Workers(1, None))


def parse_only(_: None, job: ParseJob) -> ParsedFeed:
    """Parse one body, in a worker process."""
    return parse_feed(
        job.retrieved.body or b"",
        feed=job.feed,
        url=job.retrieved.url or job.feed.url,
        content_type=job.retrieved.content_type,
        seen_at=job.seen_at,
    )


def links_only(_: None, job: tuple[bytes, str]) -> tuple[str, ...]:
    """Return the feeds that a page names, in a worker process: a page can cost a minute."""
    return feed_links(*job)


def check_feed(
    poller: Poller,
    workers: Workers[None],
    feed: Feed,
    now: datetime,
    state: PollState | None = None,
) -> FeedCheck:
    """Poll one feed once and parse what comes; nothing is stored.

    With a `state`, conditionally and where it moved to: a look costs the publisher no
    more than a poll.
    """
    known = state or PollState()
    request = PollRequest(feed, known.etag, known.last_modified, known.moved_to or "")
    ((_, answer),) = poller.poll([request])
    if isinstance(answer, PollError):
        return FeedCheck(feed.url, failure=answer)
    if answer.body is None:
        return FeedCheck(feed.url, answer)
    ((_, result),) = workers.map(parse_only, [ParseJob(feed, answer, now)])
    if isinstance(result, ParsedFeed):
        return FeedCheck(feed.url, answer, result)
    if isinstance(result, WorkerDied):
        result = ParseError(feed.url, f"the parser was stopped: {result.reason}")
    if not isinstance(result, FeedError):
        raise result
    return FeedCheck(feed.url, answer, failure=result)


def find_feed(
    poller: Poller, workers: Workers[None], url: str, now: datetime
) -> tuple[FeedCheck, tuple[str, ...]]:
    """Return the feed at an address or of the page there, and which others the page names.

    Without one, what was wrong with the address itself. Addresses are tried one by one:
    those that the page names, then where feeds usually lie.
    """
    first = check_feed(poller, workers, _feed(url), now)
    if first.parsed or first.answer is None or first.problem is not Problem.NOT_A_FEED:
        return first, ()
    page = first.answer.url or url
    ((_, links),) = workers.map(links_only, [(first.answer.body or b"", page)])
    named = links if isinstance(links, tuple) else ()
    found = _first_that_is_one(poller, workers, (*named, *usual_addresses(page)), now)
    return (first, ()) if found is None else (found, tuple(u for u in named if u != found.url))


def _first_that_is_one(
    poller: Poller, workers: Workers[None], addresses: Iterable[str], now: datetime
) -> FeedCheck | None:
    for address in dict.fromkeys(addresses):
        check = check_feed(poller, workers, _feed(address), now)
        if check.parsed:
            return check
    return None


def _feed(url: str) -> Feed:
    return Feed(0, url, url)
