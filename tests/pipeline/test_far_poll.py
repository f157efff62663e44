"""Feeds polled over a cluster: who asks whom together, and what a worker keeps."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

pytest.importorskip("distributed", reason="Dask is not installed: polling over it is not tried")

from monitor import __version__
from monitor.adapters.cluster_workers import _put_away
from monitor.adapters.workers import WorkerDied
from monitor.config import NetworkSettings, PollSettings
from monitor.errors import PollError, WorkersError
from monitor.model import Feed, PollRequest, Retrieved
from monitor.pipeline.polling import far_reading
from monitor.pipeline.polling.far_poll import FarWorkers, poll_far
from monitor.pipeline.polling.far_reading import (
    FarAnswer,
    FarBatch,
    FarTask,
    PollKit,
    hash_of,
    poll_batch,
)
from monitor.stages.score import Scorer
from tests.factories import NOON, make_item, make_rss
from tests.servers import Reply, Site

BODY = make_rss(make_item("a", title="Frost in the vineyards"))


def task(number: int, url: str, body_hash: str | None = None) -> FarTask:
    return FarTask(PollRequest(Feed(number, url, "Feed")), body_hash)


def kit(processes: int = -1) -> PollKit:
    settings = PollSettings(processes=processes)
    network, scorer = NetworkSettings(), Scorer((), ())
    return PollKit(settings, network, "", __version__, scorer, allow_loopback=True, spacing_s=0.0)


# ---------------------------------------------------------------- at home


class Cluster:
    """Work done here, as a cluster's workers would; `answer` says what comes of a batch."""

    def __init__(self, answer: Callable[[FarBatch], Any]) -> None:
        self.answer = answer
        self.batches: list[list[int]] = []

    def map(self, function: Any, items: Iterable[FarBatch], before_waiting: Any) -> Iterator[Any]:
        for batch in items:
            self.batches.append([each.request.feed.number for each in batch.tasks])
            yield batch, self.answer(batch)

    def close(self) -> None: ...


def polled(cluster: Cluster, *tasks: FarTask, size: int = 2) -> dict[int, FarAnswer]:
    workers = FarWorkers(cluster, size)  # type: ignore[arg-type]
    with workers:
        found = poll_far(workers, tasks, lambda task: task, NOON, lambda: None)
        return {task.request.feed.number: far for task, far in found}


def unchanged(batch: FarBatch) -> tuple[FarAnswer, ...]:
    return tuple(FarAnswer(each.request.feed.number, Retrieved(None)) for each in batch.tasks)


def test_a_batch_that_cost_workers_is_polled_again_one_feed_at_a_time() -> None:
    died = WorkerDied("4 workers were lost with it")
    tasks = [task(n, f"http://h{n}.example/") for n in range(3)]
    cluster = Cluster(
        lambda batch: (
            died if 1 in [t.request.feed.number for t in batch.tasks] else unchanged(batch)
        )
    )

    found = polled(cluster, *tasks)

    assert cluster.batches == [[0, 1], [2], [0], [1]]
    assert {number: far.result for number, far in found.items()} == {0: None, 1: died, 2: None}


def test_what_ends_the_work_of_a_cluster_is_raised() -> None:
    cluster = Cluster(lambda batch: WorkersError("the Dask scheduler was lost"))

    with pytest.raises(WorkersError, match="the Dask scheduler was lost"):
        polled(cluster, task(1, "http://a.example/"))


def test_a_server_that_had_enough_is_not_asked_again_in_a_later_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("monitor.pipeline.polling.far_poll.PER_LANE", 1)
    tasks = [task(n, f"http://a.example/{n}") for n in range(3)]
    tasks.append(task(9, "http://b.example/"))

    def answer(batch: FarBatch) -> tuple[FarAnswer, ...]:
        return tuple(
            FarAnswer(
                each.request.feed.number,
                PollError(each.request.feed.url, "not asked", is_postponed=each.lane[0] == "a"),
            )
            for each in batch.tasks
        )

    cluster = Cluster(answer)
    found = polled(cluster, *tasks)

    assert list(found) == [0, 9]  # the others stay due
    assert cluster.batches == [[0, 9]]


# ---------------------------------------------------------------- in a worker


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/feed": Reply(BODY)}) as site:
        yield site
    _put_away()


def test_a_body_stays_where_it_was_read(site: Site) -> None:
    known, new = task(1, site.url("/feed"), hash_of(BODY)), task(2, site.url("/feed"))

    found = {far.number: far for far in poll_batch(kit(), FarBatch((known, new), NOON))}

    assert [far.answer.body for far in found.values()] == [b"", b""]  # type: ignore[union-attr]
    assert {far.body_hash for far in found.values()} == {hash_of(BODY)}
    assert found[1].result is None
    entries = found[2].result.parsed.entries  # type: ignore[union-attr]
    assert [entry.title for entry in entries] == ["Frost in the vineyards"]


def test_a_feed_that_is_sent_on_goes_on_in_a_later_round_with_that_servers_own() -> None:
    with Site({"/new": Reply(BODY)}, "127.0.0.2") as new, Site() as old:
        old.scripts["/feed"] = Reply(status=301, headers={"Location": new.url("/new")})
        own = kit()
        cluster = Cluster(lambda batch: poll_batch(own, batch))
        tasks = [task(1, old.url("/feed")), task(2, old.url("/none"))]

        found = polled(cluster, *tasks)

    _put_away()
    assert cluster.batches == [[1, 2], [1]]
    assert (old.paths, new.paths) == (["/feed", "/none"], ["/new"])
    answer = found[1].answer
    assert isinstance(answer, Retrieved)
    assert answer.moved_to == new.url("/new")
    assert isinstance(found[2].answer, PollError)


def test_a_poller_is_kept_for_the_next_batch_and_closed_for_another_program(site: Site) -> None:
    own, other = kit(), kit()
    batch = FarBatch((task(1, site.url("/feed")),), NOON)

    poll_batch(own, batch)
    (kept,) = far_reading._idle
    poll_batch(own, batch)
    assert far_reading._idle == [kept]
    assert site.connection_count == 1

    poll_batch(other, batch)
    (now_kept,) = far_reading._idle
    assert now_kept.kit is other
    assert site.connection_count == 2


def test_a_poller_that_failed_is_not_kept(site: Site) -> None:
    class Unread(Exception):
        pass

    class Unreadable(Scorer):
        def score(self, *_: object, **__: object) -> Any:
            raise Unread

        find = sieve = score

    broken = kit()
    object.__setattr__(broken, "scorer", Unreadable((), ()))
    with pytest.raises(Unread):
        poll_batch(broken, FarBatch((task(1, site.url("/feed")),), NOON))

    assert far_reading._idle == []


def test_a_worker_that_may_start_no_process_says_how_to_start_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]

    with pytest.raises(WorkersError, match="start it with `monitor worker`, or with DASK"):
        poll_batch(kit(processes=1), FarBatch((task(1, site.url("/feed")),), NOON))

    assert site.asked == []
