"""A month of polling a scripted site: what each publisher would see in its log."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.config import NetworkSettings, PollSettings
from monitor.model import FeedChange, Problem, Subscription
from monitor.pipeline import PollReport, run_poll
from monitor.stages.due import POLL_FLOOR
from monitor.stages.score import Scorer
from tests.factories import NOON, make_item, make_rss
from tests.servers import Asked, Reply, Site

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
Answer = Callable[[datetime, Asked], Reply]


@dataclass
class Month:
    """Feeds on one site, polled on a simulated clock; the store is opened anew at a restart."""

    site: Site
    path: Path
    now: datetime = NOON
    asked: dict[str, list[tuple[datetime, Asked]]] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)
    settings: PollSettings = PollSettings()
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.poller = self.stack.enter_context(
            Poller(
                poll=self.settings,
                network=NetworkSettings(),
                contact="",
                version="1",
                allow_loopback=True,
                spacing_s=0.0,
            )
        )
        self.workers = self.stack.enter_context(Workers(-1, Scorer((), ())))
        self.store = Store.open(self.path)

    def publish(self, **answers: Answer) -> None:
        for name, answer in answers.items():
            self.site.scripts[f"/{name}"] = self._script(name, answer)

    def _script(self, name: str, answer: Answer) -> Callable[[Asked], Reply]:
        def reply(asked: Asked) -> Reply:
            self.asked.setdefault(name, []).append((self.now, asked))
            return answer(self.now, asked)

        return reply

    def subscribe(self, *names: str) -> None:
        self.store.sync_feeds([Subscription(self.site.url(f"/{n}"), n) for n in names], self.now)

    def restart(self) -> None:
        self.store.close()
        self.store = Store.open(self.path)
        feeds = [Subscription(feed.url, feed.title) for feed, _ in self.store.feeds()]
        self.store.sync_feeds(feeds, self.now)

    def poll(self, **options: object) -> PollReport:
        return run_poll(
            self.store, self.poller, self.workers, (), self.now, settings=self.settings,
            **options,  # type: ignore[arg-type]
        )  # fmt: skip

    def run(self, span: timedelta, *, restarts: int = 0) -> None:
        """Poll whenever something is due; restart evenly spread, and poll after each."""
        end = self.now + span
        stops = sorted(end - span * n / (restarts + 1) for n in range(1, restarts + 1))
        self.poll()
        while True:
            times = [s.next_poll_at for _, s in self.store.feeds() if s.ended_at is None]
            due_at = min((at for at in times if at), default=end)
            if stops and stops[0] <= due_at:
                self.now = stops.pop(0)
                self.restart()
            elif due_at >= end:
                self.now = end
                return
            else:
                self.now = due_at
            self.poll()

    def state(self, name: str = "feed"):
        return next(state for feed, state in self.store.feeds() if feed.title == name)

    def times(self, name: str = "feed") -> list[datetime]:
        return [at for at, _ in self.asked.get(name, [])]

    def gaps(self, name: str) -> list[timedelta]:
        times = self.times(name)
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def changes(self) -> list[FeedChange]:
        return [each.change for each in self.store.feed_news()]


@pytest.fixture
def month(tmp_path: Path) -> Iterator[Month]:
    with Site() as site:
        month = Month(site, tmp_path / "monitor.db")
        with month.stack:
            yield month
            month.store.close()


def document(now: datetime, every: timedelta, count: int = 10) -> bytes:
    """A feed with an entry for each `every`, the newest `count` of them."""
    newest = int(now.timestamp() // every.total_seconds())
    items = [
        make_item(str(n), at=datetime.fromtimestamp(n * every.total_seconds(), UTC))
        for n in range(newest, newest - count, -1)
    ]
    return make_rss(*items)


def conditional(every: timedelta, count: int = 10, **headers: str) -> Answer:
    """A feed that sends both validators and knows what a 304 is."""

    def answer(now: datetime, asked: Asked) -> Reply:
        version = int(now.timestamp() // every.total_seconds())
        since = datetime.fromtimestamp(version * every.total_seconds(), UTC)
        said = {"ETag": f'W/"{version}"', "Last-Modified": format_datetime(since), **headers}
        if asked.header("If-None-Match") == said["ETag"]:
            return Reply(status=304, headers=said)
        return Reply(document(now, every, count), headers=said)

    return answer


def plain(every: timedelta, count: int = 10) -> Answer:
    return lambda now, asked: Reply(document(now, every, count))


def unconditional(asked: list[tuple[datetime, Asked]]) -> int:
    return sum(
        not each.header("If-None-Match") and not each.header("If-Modified-Since")
        for _, each in asked
    )


@pytest.mark.long
@pytest.mark.usefixtures("unmeasured")
def test_in_a_month_with_restarts_no_publisher_sees_a_rude_request(month: Month) -> None:
    told_to_wait_until: list[datetime] = []

    def overloaded(now: datetime, asked: Asked) -> Reply:
        if now.day % 3 == 1:
            told_to_wait_until.append(now + 5 * HOUR)
            return Reply(status=503, headers={"Retry-After": "18000"})
        return conditional(6 * HOUR)(now, asked)

    month.publish(
        busy=conditional(10 * MINUTE),
        eager=conditional(DAY, **{"Cache-Control": "max-age=0"}),
        patient=conditional(DAY, **{"Cache-Control": "max-age=21600"}),
        simple=plain(5 * HOUR),
        overloaded=overloaded,
    )
    names = ("busy", "eager", "patient", "simple", "overloaded")
    month.subscribe(*names)

    month.run(30 * DAY, restarts=30)

    assert {name: unconditional(month.asked[name]) for name in names if name != "simple"} == (
        dict.fromkeys(("busy", "eager", "patient", "overloaded"), 1)
    )
    assert [name for name in names if min(month.gaps(name)) < POLL_FLOOR] == []
    assert min(month.gaps("simple")) >= HOUR
    assert min(month.gaps("patient")) >= 6 * HOUR
    times = month.times("overloaded")
    too_early = [
        at for until in told_to_wait_until for at in times if until - 5 * HOUR < at < until
    ]
    assert (len(told_to_wait_until) > 20, too_early) == (True, [])
    # No publisher is forgotten either: each is asked every few hours at least.
    assert max(gap for name in names if name != "overloaded" for gap in month.gaps(name)) < DAY


def test_twenty_restarts_in_an_hour_add_no_request(month: Month) -> None:
    month.publish(feed=conditional(DAY))
    month.subscribe("feed")

    month.run(59 * MINUTE, restarts=20)

    assert len(month.times()) == 1


def test_asking_again_by_hand_within_a_quarter_of_an_hour_asks_nobody(month: Month) -> None:
    month.publish(feed=conditional(DAY))
    month.subscribe("feed")

    for _ in range(10):
        month.poll(every=True, rested=POLL_FLOOR)
        month.now += MINUTE
    assert len(month.times()) == 1

    month.now += POLL_FLOOR
    month.poll(every=True, rested=POLL_FLOOR)
    assert len(month.times()) == 2


def test_what_a_feed_asks_for_holds_after_a_304_as_well(month: Month) -> None:
    def answer(now: datetime, asked: Asked) -> Reply:
        if asked.header("If-None-Match"):
            return Reply(status=304)
        body = document(now, DAY).replace(b"<channel>", b"<channel><ttl>300</ttl>", 1)
        return Reply(body, headers={"ETag": '"1"'})

    month.publish(feed=answer)
    month.subscribe("feed")

    month.run(3 * DAY)

    assert len(month.times()) > 10
    assert min(month.gaps("feed")) >= 5 * HOUR


def test_hours_a_feed_names_are_skipped_and_it_is_not_starved(month: Month) -> None:
    def skipping(*hours: int) -> Answer:
        named = "".join(f"<hour>{hour}</hour>" for hour in hours)
        said = f"<channel><skipHours>{named}</skipHours>".encode()
        return lambda now, _: Reply(document(now, DAY).replace(b"<channel>", said, 1))

    month.publish(night=skipping(*(set(range(24)) - {5})), never=skipping(*range(24)))
    month.subscribe("night", "never")

    month.run(16 * DAY)

    assert {at.hour for at in month.times("night")[1:]} == {5}
    assert len(month.times("night")) >= 16
    assert month.gaps("never") == [7 * DAY, 7 * DAY]


# ---------------------------------------------------------------- refusals


def test_after_its_second_429_a_server_is_left_alone_and_others_are_not(month: Month) -> None:
    def refusing(now: datetime, asked: Asked) -> Reply:
        return Reply(status=429, headers={"Retry-After": "14400"})

    with Site(host="127.0.0.2") as other:
        month.publish(one=refusing, two=conditional(DAY), three=conditional(DAY))
        other.scripts["/far"] = Reply(document(NOON, DAY))
        feeds = [Subscription(month.site.url(f"/{n}"), n) for n in ("one", "two", "three")]
        month.store.sync_feeds([*feeds, Subscription(other.url("/far"), "far")], NOON)
        month.poll()
        month.now += 4 * HOUR + 30 * MINUTE
        month.poll()  # the second 429
        seen = {name: len(month.times(name)) for name in ("one", "two", "three")}
        far = len(other.asked)

        for _ in range(14):
            month.now += 15 * MINUTE
            month.poll()
            month.poll(every=True)

    assert {name: len(month.times(name)) for name in seen} == seen
    assert len(other.asked) > far
    month.now += HOUR
    month.poll()
    assert len(month.times("two")) == seen["two"] + 1


def test_a_refusal_by_a_server_redirected_to_says_nothing_about_the_feeds_own(
    month: Month,
) -> None:
    with Site({"/": Reply(status=429, headers={"Retry-After": "86400"})}, "127.0.0.2") as other:
        month.publish(feed=lambda now, _: Reply(status=302, headers={"Location": other.url("/")}))
        month.subscribe("feed")
        month.poll()

    assert month.state().problem is Problem.BLOCKED
    assert month.state().blocked_until is None
    assert month.state().next_poll_at == NOON + DAY


def test_gone_ends_polling_and_is_told_once_until_a_person_asks_again(month: Month) -> None:
    answers = {"status": 410}
    month.publish(
        feed=lambda now, asked: (
            Reply(status=410) if answers["status"] == 410 else conditional(DAY)(now, asked)
        )
    )
    month.subscribe("feed")

    month.run(30 * DAY, restarts=5)
    month.poll(every=True)

    assert (len(month.times()), month.changes()) == (1, [FeedChange.GONE])
    assert month.state().ended_at == NOON

    answers["status"] = 200
    month.store.poll_again(1)
    month.run(DAY)
    assert len(month.times()) > 10
    assert (month.state().problem, month.state().ended_at) == (None, None)


def test_a_feed_that_fails_for_months_is_tried_for_ever_and_told_twice(month: Month) -> None:
    def answer(now: datetime, asked: Asked) -> Reply:
        is_down = NOON < now < NOON + 60 * DAY
        return Reply(status=404) if is_down else conditional(DAY)(now, asked)

    month.publish(feed=answer)
    month.subscribe("feed")

    month.run(62 * DAY)

    gaps = month.gaps("feed")
    down = [gap for at, gap in zip(month.times(), gaps, strict=False) if at < NOON + 59 * DAY]
    assert down[1:] == sorted(down[1:])
    assert down[-1] == DAY
    assert len(down) > 55
    # Ten entries, one a day: after two months most of what was published is gone for good.
    assert month.changes() == [FeedChange.BROKE, FeedChange.MISSED, FeedChange.RECOVERED]
    assert month.state().failing_since is None


def test_one_lost_poll_is_no_news(month: Month) -> None:
    month.publish(
        feed=lambda now, asked: Reply(status=502) if now == NOON else conditional(DAY)(now, asked)
    )
    month.subscribe("feed")

    month.run(DAY)

    assert month.changes() == []


# ---------------------------------------------------------------- moves


def redirect(month: Month, name: str, status: int = 301) -> Answer:
    return lambda now, _: Reply(status=status, headers={"Location": month.site.url(f"/{name}")})


def test_a_lasting_move_is_followed_and_keeps_number_validators_and_old_address(
    month: Month,
) -> None:
    month.publish(old=redirect(month, "new"), new=conditional(DAY))
    month.subscribe("old")

    month.run(6.9 * DAY)
    assert len(month.times("old")) == len(month.times("new"))
    assert month.changes() == []
    month.run(DAY)
    before = len(month.times("old"))
    month.run(20 * DAY, restarts=3)

    assert len(month.times("old")) == before
    assert unconditional(month.asked["new"]) == 1
    assert month.changes() == [FeedChange.MOVED]
    ((feed, state),) = month.store.feeds()
    assert (feed.number, feed.url) == (1, month.site.url("/old"))
    assert state.moved_to == month.site.url("/new")
    (move,) = month.store.former_addresses(1)
    assert move.detail == f"{month.site.url('/old')} -> {month.site.url('/new')}"


def test_who_puts_the_new_address_into_the_list_keeps_the_feed(month: Month) -> None:
    month.publish(old=redirect(month, "new"), new=conditional(DAY))
    month.subscribe("old")
    month.run(8 * DAY)
    entries = month.store.entry_count()

    month.subscribe("new")
    month.run(3 * HOUR)

    ((feed, state),) = month.store.feeds()
    assert (feed.number, feed.url, state.moved_to) == (1, month.site.url("/new"), None)
    assert unconditional(month.asked["new"]) == 1
    assert month.store.entry_count() == entries


@pytest.mark.parametrize("chain", ["temporary", "mixed", "hijack", "taken", "loop"])
def test_a_move_that_is_not_meant_or_not_possible_is_not_followed(month: Month, chain: str) -> None:
    def hijacked(now: datetime, asked: Asked) -> Reply:
        if NOON + DAY < now < NOON + 4 * DAY:
            return redirect(month, "new")(now, asked)
        return conditional(DAY)(now, asked)

    old: dict[str, Answer] = {
        "temporary": redirect(month, "new", 302),
        "mixed": redirect(month, "middle"),
        "hijack": hijacked,
        "taken": redirect(month, "new"),
        "loop": redirect(month, "old"),
    }
    month.publish(old=old[chain], middle=redirect(month, "new", 302), new=conditional(DAY))
    month.subscribe("old", *(["new"] if chain == "taken" else []))

    month.run(12 * DAY)

    assert month.state("old").moved_to is None
    assert FeedChange.MOVED not in month.changes()


# ---------------------------------------------------------------- rhythm


def test_a_busy_feed_is_polled_more_often_until_a_third_of_it_is_known(month: Month) -> None:
    month.publish(feed=conditional(3 * MINUTE, count=15))
    month.subscribe("feed")

    month.run(2 * DAY)

    late = month.gaps("feed")[10:]
    assert all(15 * MINUTE <= gap <= 33 * MINUTE for gap in late)
    assert month.state().rhythm in {15 * MINUTE, 30 * MINUTE}


def test_a_slow_feed_is_polled_more_rarely_up_to_the_slowest(month: Month) -> None:
    month.publish(feed=conditional(HOUR, count=30))
    month.subscribe("feed")

    month.run(3 * DAY)

    assert month.state().rhythm == month.settings.slowest
    assert max(month.gaps("feed")) <= month.settings.slowest * 1.1


def test_what_may_have_been_missed_is_told_once_a_day(month: Month) -> None:
    month.publish(feed=conditional(MINUTE, count=6))
    month.subscribe("feed")

    month.run(2 * DAY + 6 * HOUR)

    assert month.changes() == [FeedChange.MISSED] * 3
    assert month.state().missed_at is not None


def test_ids_that_change_at_every_poll_are_not_taken_for_entries_missed(month: Month) -> None:
    month.publish(
        feed=lambda now, _: Reply(
            make_rss(
                *(make_item(f"{now:%d%H%M}-{n}", title=f"Report {n}", at=NOON - n * HOUR)
                  for n in range(8))
            )
        )
    )  # fmt: skip
    month.subscribe("feed")

    month.run(2 * DAY)

    assert month.changes() == []
