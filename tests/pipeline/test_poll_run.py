"""The poll run: what a poll brings is kept with its validators, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import __version__
from monitor.adapters.cluster_workers import ClusterWorkers
from monitor.adapters.poll import Limits, Poller
from monitor.adapters.store import Store
from monitor.adapters.store.entries import MAX_EDITS
from monitor.adapters.workers import Workers
from monitor.config import Config, DigestSettings, NetworkSettings, PollSettings
from monitor.errors import ConfigError, StoreError
from monitor.model import (
    Entry,
    EntryKey,
    PollOutcome,
    PollState,
    Problem,
    Score,
    Subscription,
    TopicProfile,
)
from monitor.pipeline import PollReport, first_poll_window, run_poll
from monitor.pipeline.polling.far_poll import FarWorkers
from monitor.pipeline.polling.far_reading import PollKit
from monitor.stages.score import Scorer
from monitor.stages.score.meaning import Meaning
from tests.cluster import dask_address, dask_cluster
from tests.factories import NOON, TRADE_TERMS, make_item, make_profile, make_rss
from tests.servers import Reply, Script, Site

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRADE: TopicProfile = replace(make_profile(), terms=TRADE_TERMS)
ABOVE, NEAR, FAR = "Tariff talks begin", "The port opens again", "A film wins a prize"


@dataclass(slots=True)
class Newsroom:
    """A site with feeds, and the real rooms that poll it."""

    site: Site
    store: Store
    poller: Poller
    workers: Workers[Scorer] | FarWorkers

    def subscribe(self, **scripts: Script) -> None:
        self.site.scripts.update({f"/{name}": script for name, script in scripts.items()})
        names = [path.removeprefix("/") for path in self.site.scripts]
        self.store.sync_feeds([Subscription(self.site.url(f"/{n}"), n) for n in names], NOON)

    def poll(self, after: timedelta = timedelta(0), **options: object) -> PollReport:
        return run_poll(
            self.store,
            self.poller,
            options.pop("workers", self.workers),  # type: ignore[arg-type]
            (TRADE,),
            NOON + after,
            settings=PollSettings(),
            **options,  # type: ignore[arg-type]
        )

    def state(self, name: str = "feed") -> PollState:
        return next(state for feed, state in self.store.feeds() if feed.title == name)

    @property
    def titles(self) -> dict[str, str]:
        return {e.entry.key.id: e.entry.title for e in self.store.entries(limit=5000)}

    @property
    def news(self) -> set[str]:
        """Ids that a digest may carry."""
        stories = self.store.candidates("morning", (TRADE,), NOON - 30 * DAY)
        return {scored.entry.key.id for story in stories for scored in story.entries}


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    pytest.importorskip("distributed", reason="Dask is not installed: polling over it is not tried")
    with dask_cluster() as cluster:
        yield dask_address(cluster)


@pytest.fixture(params=["here", "far"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom that polls with this process, and one that does with a cluster's workers."""
    limits, scorer = Limits(connect_s=2, total_s=1), Scorer((TRADE,), ())
    workers: Workers[Scorer] | FarWorkers = Workers(-1, scorer)
    if request.param == "far":
        kit = PollKit(
            PollSettings(processes=-1),
            NetworkSettings(),
            "",
            __version__,
            scorer,
            allow_loopback=True,
            spacing_s=0.0,
            limits=limits,
        )
        address = request.getfixturevalue("cluster")
        workers = FarWorkers(ClusterWorkers(address, kit, version=__version__), batch_size=3)
    with (
        Site() as site,
        Store.open(tmp_path / "monitor.db") as store,
        Poller(
            poll=PollSettings(),
            network=NetworkSettings(),
            contact="",
            version="1",
            allow_loopback=True,
            spacing_s=0.0,
            limits=limits,
        ) as poller,
        workers,
    ):
        yield Newsroom(site, store, poller, workers)


def etagged(body: bytes, etag: str = '"1"', **more: str) -> Reply:
    return Reply(body, headers={"ETag": etag, **more})


# ---------------------------------------------------------------- what changed, and what did not


def test_what_a_poll_brings_is_kept_scored_and_counted(room: Newsroom) -> None:
    items = [make_item("a", title=ABOVE), make_item("b", title=NEAR), make_item("c", title=FAR)]
    room.subscribe(feed=etagged(make_rss(*items)))

    report = room.poll()

    assert report.outcomes == {PollOutcome.UPDATED: 1}
    assert (report.polled, report.entries_new, report.entries_above) == (1, 3, 1)
    assert room.titles == {"a": ABOVE, "b": NEAR, "c": FAR}
    assert room.news == {"a", "b"}
    assert (room.state().changed_at, room.state().succeeded_at) == (NOON, NOON)
    best = {e.entry.key.id: round(e.scores[0].value, 2) for e in room.store.entries()}
    assert best == {"a": 0.83, "b": 0.32, "c": 0.01}


def test_feeds_that_move_in_one_run_each_know_where_to(room: Newsroom) -> None:
    for name in ("one", "two"):
        room.site.scripts[f"/{name}"] = Reply(
            status=301, headers={"Location": room.site.url(f"/new-{name}")}
        )
    room.subscribe()
    for name in ("one", "two"):
        room.site.scripts[f"/new-{name}"] = etagged(make_rss(make_item(name)))

    room.poll()

    moving = {name: room.state(name).moving_to for name in ("one", "two")}
    assert moving == {name: room.site.url(f"/new-{name}") for name in ("one", "two")}


@pytest.mark.parametrize("etag", ['"1"', 'W/"x-gzip"', "no quotes, and a comma", '"ñ \xa0"'])
def test_validators_come_back_as_they_were_sent(room: Newsroom, etag: str) -> None:
    modified = "Sunday, 12-Jul-26 25:61:00 nonsense"
    first = Reply(
        make_rss(make_item()),
        headers=[("ETag", etag), ("Last-Modified", modified), ("Content-Type", "text/xml")],
    )
    room.subscribe(feed=[first, Reply(status=304)])

    room.poll()
    room.poll(2 * HOUR)

    unconditional, conditional = room.site.asked
    assert unconditional.header("If-None-Match") is None
    assert unconditional.header("If-Modified-Since") is None
    assert conditional.header("If-None-Match") == etag
    assert conditional.header("If-Modified-Since") == modified


def test_an_unchanged_feed_costs_bookkeeping_only(room: Newsroom) -> None:
    body = make_rss(make_item())
    room.subscribe(
        same=[etagged(body), Reply(status=304)], bytes=[etagged(body), etagged(body, '"2"')]
    )
    room.poll()
    before = room.store.entries()

    report = room.poll(2 * HOUR)

    assert report.outcomes == {PollOutcome.UNCHANGED: 2}
    assert (report.entries_new, report.entries_edited) == (0, 0)
    assert room.store.entries() == before
    for name, etag in (("same", '"1"'), ("bytes", '"2"')):
        state = room.state(name)
        assert (state.etag, state.changed_at) == (etag, NOON)
        assert state.polled_at == state.succeeded_at == NOON + 2 * HOUR


def test_a_304_may_bring_new_validators_and_freshness(room: Newsroom) -> None:
    fresh = Reply(status=304, headers={"Last-Modified": "later", "Cache-Control": "max-age=36000"})
    room.subscribe(feed=[etagged(make_rss(make_item())), fresh])

    room.poll()
    room.poll(2 * HOUR)

    state = room.state()
    assert (state.etag, state.last_modified) == ('"1"', "later")
    assert state.next_poll_at is not None
    assert state.next_poll_at >= NOON + 12 * HOUR


def test_a_server_that_sends_no_validators_any_more_is_sent_none(room: Newsroom) -> None:
    room.subscribe(
        feed=[etagged(make_rss(make_item())), Reply(make_rss(make_item("b"))), Reply(status=304)]
    )

    for hours in (0, 2, 4):
        room.poll(hours * HOUR)

    assert [asked.header("If-None-Match") for asked in room.site.asked] == [None, '"1"', None]


def test_a_changed_body_with_the_same_entries_is_unchanged(room: Newsroom) -> None:
    room.subscribe(
        feed=[etagged(make_rss(make_item())), etagged(make_rss(make_item(), title="New"), '"2"')]
    )
    room.poll()

    report = room.poll(2 * HOUR)

    assert report.outcomes == {PollOutcome.UNCHANGED: 1}
    assert room.state().etag == '"2"'


def test_a_feed_is_polled_no_sooner_than_it_is_due(room: Newsroom) -> None:
    room.subscribe(feed=etagged(make_rss(make_item())))

    polled = [room.poll(minutes * timedelta(minutes=1)).polled for minutes in (0, 5, 59, 67)]

    assert polled == [1, 0, 0, 1]
    assert room.poll(timedelta(minutes=68), every=True).polled == 1


def test_bookkeeping_of_many_feeds_is_kept_in_batches(room: Newsroom) -> None:
    empty = Reply(make_rss())
    room.subscribe(**{f"feed{n}": empty for n in range(205)})
    seen: list[tuple[int, int]] = []

    report = room.poll(progress=lambda done, total: seen.append((done, total)))

    assert report.outcomes == {PollOutcome.UNCHANGED: 205}
    assert seen == [(n, 205) for n in range(1, 206)]
    assert room.poll(timedelta(minutes=1)).polled == 0


# ---------------------------------------------------------------- bodies that are not accepted


def test_a_body_that_is_no_feed_drops_the_validators_and_forgets_nothing(room: Newsroom) -> None:
    good = etagged(make_rss(make_item()))
    wall = etagged(b"<html><body>Please log in</body></html>", '"2"')
    room.subscribe(feed=[good, wall, etagged(make_rss(), '"2"'), good])

    outcomes = [room.poll(day * DAY).outcomes for day in range(4)]

    # The empty feed is accepted, and brings nothing.
    assert outcomes == [
        {PollOutcome.UPDATED: 1},
        {PollOutcome.FAILED: 1},
        {PollOutcome.UNCHANGED: 1},
        {PollOutcome.UNCHANGED: 1},
    ]
    asked = [each.header("If-None-Match") for each in room.site.asked]
    assert asked == [None, '"1"', None, '"2"']
    assert len(room.titles) == 1


def test_a_feed_that_was_html_is_taken_up_as_soon_as_it_is_right_again(room: Newsroom) -> None:
    wall = etagged(b"<html><body>Please log in</body></html>")
    room.subscribe(feed=[wall, etagged(make_rss(make_item()))])

    first = room.poll()
    failed = room.state()
    second = room.poll(HOUR)

    assert [problem for _, problem in first.problems] == [failed.problem_text]
    assert (failed.problem, failed.etag, failed.body_hash) == (Problem.NOT_A_FEED, None, None)
    assert (failed.failure_count, failed.failing_since) == (1, NOON)
    assert second.entries_new == 1
    state = room.state()
    assert (state.problem, state.problem_text, state.failure_count) == (None, "", 0)
    assert (state.failing_since, state.etag) == (None, '"1"')


def test_a_body_cut_short_keeps_the_validators_of_the_last_whole_one(room: Newsroom) -> None:
    cut = Reply(raw=b'HTTP/1.1 200 OK\r\nETag: "2"\r\nContent-Length: 999\r\n\r\n<rss><channel>')
    room.subscribe(feed=[etagged(make_rss(make_item())), cut])
    room.poll()

    report = room.poll(2 * HOUR)

    assert report.outcomes == {PollOutcome.FAILED: 1}
    assert (room.state().problem, room.state().etag) == (Problem.TRUNCATED, '"1"')
    assert room.state().succeeded_at == NOON


def test_a_body_that_costs_its_worker_the_life_is_one_failure(room: Newsroom) -> None:
    room.subscribe(feed=etagged(make_rss(*(make_item(str(n)) for n in range(5000)))))

    with Workers(1, Scorer((TRADE,), ()), wall_s=0.005) as workers:
        report = room.poll(workers=workers)

    assert report.outcomes == {PollOutcome.FAILED: 1}
    assert room.state().problem is Problem.PARSER
    assert room.state().problem_text == "the parser was stopped: it took more than 0.005 s"


def test_a_failing_feed_does_not_affect_the_others(room: Newsroom) -> None:
    feed = Reply(make_rss(make_item()))
    room.subscribe(
        hangs=Reply(delay_s=3),
        gone=Reply(status=410),
        wall=Reply(b"<html></html>"),
        broken=Reply(status=500),
        fine=feed,
        good=feed,
    )

    report = room.poll()

    assert report.outcomes == {PollOutcome.UPDATED: 2, PollOutcome.FAILED: 4}
    assert {feed.title for feed, _ in report.problems} == {"hangs", "gone", "wall", "broken"}
    assert {e.feed_title for e in room.store.entries()} == {"fine", "good"}


def test_a_feed_that_goes_on_failing_is_asked_ever_more_rarely(room: Newsroom) -> None:
    room.subscribe(feed=Reply(status=503, headers={"Retry-After": "7200"}))
    waits: list[timedelta] = []
    now = timedelta(0)

    for _ in range(4):
        room.poll(now)
        next_poll_at = room.state().next_poll_at
        assert next_poll_at is not None
        waits.append(next_poll_at - NOON - now)
        now += waits[-1]

    assert [round(wait / HOUR) for wait in waits] == [2, 2, 2, 4]
    assert (room.state().failure_count, room.state().failing_since) == (4, NOON)


# ---------------------------------------------------------------- floods, first polls, old news


def test_a_flood_is_taken_up_by_later_polls(room: Newsroom) -> None:
    old = [make_item(f"old{n}") for n in range(3)]
    flood = [make_item(f"i{n}", title=f"{FAR} {n}") for n in range(900)]
    room.subscribe(feed=[etagged(make_rss(*old)), etagged(make_rss(*flood), '"2"')])
    room.poll()

    reports = [room.poll(day * DAY) for day in range(1, 4)]

    assert [(r.entries_new, r.entries_waiting) for r in reports] == [(500, 400), (400, 0), (0, 0)]
    asked = [each.header("If-None-Match") for each in room.site.asked]
    assert asked == [None, '"1"', None, '"2"']
    assert len(room.titles) == 903


def test_on_a_first_poll_what_is_old_or_undated_is_background(room: Newsroom) -> None:
    items = [
        make_item("fresh", at=NOON - 2 * DAY),
        make_item("old", at=NOON - 2 * DAY - HOUR),
        make_item("undated", at=None),
    ]
    room.subscribe(feed=[Reply(make_rss(*items)), Reply(make_rss(make_item("later", at=None)))])

    room.poll()
    assert room.news == {"fresh"}

    room.poll(DAY)
    assert room.news == {"fresh", "later"}


def test_a_flood_at_a_first_poll_is_background_to_its_end(room: Newsroom) -> None:
    items = [make_item(f"old{n}", at=NOON - 4 * DAY) for n in range(600)]
    room.subscribe(feed=etagged(make_rss(make_item("new"), *items)))

    reports = [room.poll(hours * HOUR) for hours in (0, 2, 4)]

    assert [(r.entries_new, r.entries_waiting) for r in reports] == [(500, 101), (101, 0), (0, 0)]
    assert room.news == {"new"}


def test_what_a_search_digs_up_after_months_is_no_news(room: Newsroom) -> None:
    dug_up = make_item("dug up", at=NOON - 90 * DAY)
    week_old = make_item("week old", at=NOON - 6 * DAY)
    room.subscribe(feed=[Reply(make_rss(make_item())), Reply(make_rss(dug_up, week_old))])

    room.poll()
    room.poll(2 * HOUR)

    assert set(room.titles) == {"a", "dug up", "week old"}
    assert room.news == {"a", "week old"}


@pytest.mark.parametrize(
    ("windows", "expected"), [((), 2 * DAY), ((3 * DAY, DAY), 3 * DAY), ((HOUR,), HOUR)]
)
def test_the_first_poll_window_is_the_longest_of_the_digests(
    windows: tuple[timedelta, ...], expected: timedelta
) -> None:
    digests = {str(n): DigestSettings(window=window) for n, window in enumerate(windows)}

    assert first_poll_window(Config(digests=digests)) == expected


# ---------------------------------------------------------------- edits and stories


def test_an_edited_entry_is_updated_in_place(room: Newsroom) -> None:
    room.subscribe(
        feed=[Reply(make_rss(make_item(title=ABOVE))), Reply(make_rss(make_item(title=FAR)))]
    )
    room.poll()

    report = room.poll(2 * HOUR)

    assert (report.entries_new, report.entries_edited, report.entries_above) == (0, 1, 0)
    (stored,) = room.store.entries()
    assert (stored.entry.title, stored.entry.seen_at) == (FAR, NOON)
    assert stored.edited_at == NOON + 2 * HOUR
    assert stored.scores[0].value < TRADE.near_miss_floor


def test_words_that_change_with_every_fetch_are_written_so_often_and_no_more(
    room: Newsroom,
) -> None:
    fetches = [Reply(make_rss(make_item(title=f"{ABOVE}, {n} readers"))) for n in range(31)]
    room.subscribe(feed=fetches)

    reports = [room.poll(n * 2 * HOUR) for n in range(31)]

    assert sum(report.entries_edited for report in reports) == MAX_EDITS == 24
    assert room.titles == {"a": f"{ABOVE}, {MAX_EDITS} readers"}
    assert (sum(report.entries_new for report in reports), room.news) == (1, {"a"})


def test_an_entry_whose_edit_makes_it_relevant_enters_a_story(room: Newsroom) -> None:
    room.subscribe(
        feed=[Reply(make_rss(make_item(title=FAR))), Reply(make_rss(make_item(title=ABOVE)))]
    )
    room.poll()
    assert room.news == set()

    room.poll(2 * HOUR)

    assert room.news == {"a"}


def test_entries_above_the_floor_join_stories_over_feeds_and_polls(room: Newsroom) -> None:
    event = "Tariff on steel from Ohio suspended until August"
    other = "New port of Veracruz opens to container ships"
    room.subscribe(
        one=[Reply(make_rss(make_item("1", title=event)))],
        two=[
            Reply(make_rss(make_item("2", title=other))),
            Reply(make_rss(make_item("3", title=f"{event}, says ministry"))),
        ],
    )

    room.poll()
    room.poll(2 * HOUR)

    stories = room.store.stories_since(NOON - DAY)
    ids = {frozenset(scored.entry.key.id for scored in story.entries) for story in stories}
    assert ids == {frozenset({"1", "3"}), frozenset({"2"})}


# ---------------------------------------------------------------- the end of a run


def test_a_run_that_is_stopped_keeps_what_is_done_and_leaves_the_rest_due(room: Newsroom) -> None:
    room.subscribe(
        **{f"fast{n}": Reply(make_rss(make_item())) for n in range(3)}, slow=Reply(delay_s=5)
    )
    done: list[int] = []

    room.poll(stopped=lambda: len(done) >= 2, progress=lambda count, _: done.append(count))

    due = [feed.title for feed, _ in room.store.due_polls(NOON + timedelta(minutes=1))]
    assert len(room.titles) >= 1
    assert len(due) == 4 - len({e.feed_title for e in room.store.entries()})
    assert "slow" in due


class NoSpace(Store):
    """A store whose disk is full from the second feed on."""

    def save_poll(self, feed: int, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        if feed > 1:
            raise StoreError("the disk is full")
        return super().save_poll(feed, *args, **kwargs)  # type: ignore[arg-type]


def test_a_full_disk_ends_the_run_and_loses_nothing(room: Newsroom, tmp_path: Path) -> None:
    feeds = {f"feed{n}": etagged(make_rss(make_item(str(n)))) for n in range(3)}
    room.subscribe(**feeds, empty=Reply(make_rss()))

    with NoSpace.open(tmp_path / "monitor.db") as full:
        whole, room.store = room.store, full
        with pytest.raises(StoreError, match="the disk is full"):
            room.poll()
        room.store = whole
    asked_before = len(room.site.asked)
    room.poll(timedelta(minutes=1))

    assert set(room.titles) == {"0", "1", "2"}
    # The poller is free again, and who was not stored is asked as if for the first time.
    again = room.site.asked[asked_before:]
    assert {asked.header("If-None-Match") for asked in again} == {None}


class Misled(Scorer):
    """A scorer that cannot work."""

    def score(self, entry: Entry) -> tuple[Score, ...]:
        raise ConfigError("embeddings.model", "it cannot be loaded")


def test_an_error_that_is_not_about_a_feed_ends_the_run(room: Newsroom) -> None:
    room.subscribe(feed=etagged(make_rss(make_item())))

    with pytest.raises(ConfigError), Workers(-1, Misled((TRADE,), ())) as workers:
        room.poll(workers=workers)

    assert room.state() == PollState()
    assert room.poll().entries_new == 1


def test_keys_are_of_the_feed_and_the_id(room: Newsroom) -> None:
    room.subscribe(one=Reply(make_rss(make_item("x"))), two=Reply(make_rss(make_item("x"))))

    room.poll()

    keys = {e.entry.key for e in room.store.entries()}
    assert keys == {EntryKey(1, "x"), EntryKey(2, "x")}


def test_likeness_in_meaning_is_one_more_reason_of_what_is_new(room: Newsroom) -> None:
    room.subscribe(feed=Reply(body=make_rss(make_item("a", title=FAR))))
    alike = Meaning([TRADE], lambda texts, seeds: [[1.0] for _ in texts], weight=5.0)

    report = room.poll(meaning=alike)

    (stored,) = room.store.entries()
    assert report.entries_above == 1
    assert "alike in meaning" in [reason.term for reason in stored.scores[0].reasons]
