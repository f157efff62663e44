"""Work over a cluster: what is told when it cannot be done, and nothing lost when workers are."""

from __future__ import annotations

import importlib
import operator
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed", reason="Dask is not installed: work over it is not tried")

import monitor
from monitor import __version__
from monitor.adapters import cluster_workers
from monitor.adapters.cluster_workers import (
    ClusterWorkers,
    is_cluster,
    is_wanted,
    versions,
    was_begun_before,
    work_for,
)
from monitor.adapters.workers import WorkerDied
from monitor.errors import ConfigError, ParseError, WorkersError
from monitor.model import Feed, PollRequest
from monitor.pipeline.polling.far_poll import BATCH, PER_LANE, _Rounds
from monitor.pipeline.polling.far_reading import FarAnswer, FarBatch, FarTask
from tests.cluster import dask_address, dask_cluster
from tests.factories import NOON
from tests.soak import worker_kills
from tests.soak.__main__ import SEED

# What runs inside workers, which import it from here: hence a module on disk.
LABOUR = """
import os, signal, threading, time
from monitor.errors import ParseError

released = threading.Event()


def misbehave(context, what):
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "parse":
        raise ParseError("http://feed.example/", "not a feed")
    if what == "bug":
        raise KeyError("bug")
    if what == "rest":
        time.sleep(0.2)
    if what == "linger":
        released.wait(20)  # a worker that is only threads cannot be killed
    return what


def begun_before(context, what):
    from monitor.adapters.cluster_workers import was_begun_before

    return was_begun_before(), was_begun_before()
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with dask_cluster() as cluster:
        yield cluster


@pytest.fixture
def labour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "far_labour.py").write_text(LABOUR)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "far_labour", raising=False)
    import far_labour  # type: ignore[import-not-found]

    return far_labour


def crew(cluster: Any, context: object = 7, version: str = __version__) -> ClusterWorkers[Any]:
    return ClusterWorkers(dask_address(cluster), context, version=version)


# ---------------------------------------------------------------- what comes back


def test_each_item_comes_back_with_its_result(cluster: Any) -> None:
    with crew(cluster) as workers:
        assert sorted(workers.map(operator.mul, range(40))) == [(n, 7 * n) for n in range(40)]


def test_an_error_of_ours_stands_in_the_results_place_and_another_is_raised(
    cluster: Any, labour: Any
) -> None:
    with crew(cluster) as workers:
        ((_, error),) = workers.map(labour.misbehave, ["parse"])
        assert isinstance(error, ParseError)
        assert error.problem == "not a feed"

        with pytest.raises(KeyError, match="bug"):
            list(workers.map(labour.misbehave, ["bug"]))


def test_no_more_is_under_way_than_the_workers_can_begin_on(cluster: Any, labour: Any) -> None:
    taken: list[int] = []

    def items() -> Iterator[str]:
        for n in range(30):
            taken.append(n)
            yield "rest"

    with crew(cluster) as workers:
        results = workers.map(labour.misbehave, items())
        next(results)
        assert len(taken) <= 2 * cluster_workers.PER_THREAD + 1
        results.close()  # type: ignore[attr-defined]


def test_what_is_given_up_is_not_wanted_any_more(cluster: Any, labour: Any) -> None:
    with crew(cluster) as workers:
        results = workers.map(labour.misbehave, ["rest"] * 10)
        next(results)
        results.close()  # type: ignore[attr-defined]

        assert list(workers.map(operator.mul, [1])) == [(1, 7)]
    assert is_wanted()  # outside a worker, always
    assert not was_begun_before()  # and never


def test_a_worker_knows_of_an_item_that_another_had_begun(cluster: Any, labour: Any) -> None:
    with crew(cluster) as workers:
        assert list(workers.map(labour.begun_before, ["x"])) == [("x", (False, True))]
        assert list(workers.map(labour.begun_before, ["x"])) == [("x", (False, True))]


# ---------------------------------------------------------------- what is told


@pytest.mark.parametrize(
    ("address", "expected"),
    [("dask://a:1", True), ("dask+tls://a:1", True), ("local", False), ("tcp://a:1", False)],
)
def test_a_cluster_is_told_by_its_address(address: str, expected: bool) -> None:
    assert is_cluster(address) is expected


def test_another_version_is_refused_before_anything_is_done(cluster: Any) -> None:
    with crew(cluster, version="0.0.1") as workers, pytest.raises(WorkersError) as caught:
        list(workers.map(operator.mul, [1]))

    said = str(caught.value)
    assert re.search(rf"the worker tcp://\S+ runs {re.escape(str(versions(__version__)))}", said)
    assert f"and this is {versions('0.0.1')}; nothing of it was kept" in said


def test_a_worker_that_joins_later_is_looked_at_too(cluster: Any) -> None:
    """Each item says which version it is of, before it is unpacked."""
    with crew(cluster) as workers:
        assert list(workers.map(operator.mul, [1])) == [(1, 7)]
        workers._version = "0.0.1"

        with pytest.raises(WorkersError, match=r"a worker runs .*, and this is monitor 0\.0\.1"):
            list(workers.map(operator.mul, [1]))


def test_a_scheduler_of_another_version_is_refused(cluster: Any) -> None:
    with crew(cluster) as workers:
        own = versions(__version__)._replace(dask="0.1")
        with pytest.raises(
            WorkersError, match=rf"^the scheduler runs Dask \S+, and this is {own};"
        ):
            cluster_workers._check_versions(workers.client, own)


def test_a_worker_without_this_program_is_refused(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = crew(cluster)
    monkeypatch.delattr(monitor, "__version__")  # as it is where another package has that name

    with pytest.raises(
        WorkersError, match=r"^the worker tcp://\S+ runs no monitor \(cannot import"
    ):
        list(workers.map(operator.mul, [1]))


class Absent:
    """What only this side has: a worker has no such module to unpack it with."""

    def __reduce__(self) -> tuple[Any, ...]:
        return importlib.import_module, ("a_module_of_another_version",)


def test_work_that_a_worker_lacks_the_module_for_is_told_with_what_to_do(cluster: Any) -> None:
    with (
        crew(cluster) as workers,
        pytest.raises(
            WorkersError, match=r"^a worker cannot do this work \(No module named 'a_mod"
        ),
    ):
        list(workers.map(operator.mul, [Absent()]))


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)  # as if it were not installed

    for attempt in (
        lambda: ClusterWorkers("dask://127.0.0.1:9", 7, version=__version__),
        lambda: work_for("dask://127.0.0.1:9", 1, None),
    ):
        with pytest.raises(
            ConfigError, match=r"\[poll\] workers: Dask is not installed; .*cluster"
        ):
            attempt()


@pytest.mark.parametrize(("name", "named"), [(None, []), ("third", ["--name", "third"])])
def test_a_worker_is_dasks_own_with_leave_to_start_processes(
    name: str | None, named: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[Any] = []
    monkeypatch.setattr(os, "execv", lambda *told: became.append(told))
    monkeypatch.setenv("DASK_DISTRIBUTED__WORKER__DAEMON", "True")

    work_for("dask+tls://10.0.0.5:8786", 2, name)

    dask = [sys.executable, "-m", "distributed.cli.dask_worker", "tls://10.0.0.5:8786"]
    assert became == [(sys.executable, [*dask, "--nthreads", "2", "--no-dashboard", *named])]
    assert os.environ["DASK_DISTRIBUTED__WORKER__DAEMON"] == "False"


def test_no_scheduler_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_workers, "CONNECT_S", 0.2)
    workers = ClusterWorkers("dask://127.0.0.1:9", 7, version=__version__)

    with pytest.raises(WorkersError, match=r"no Dask scheduler answers at dask://127.0.0.1:9"):
        list(workers.map(operator.mul, [1]))


def test_a_cluster_without_workers_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_workers, "NOBODY_S", 0.1)
    monkeypatch.setattr(cluster_workers, "LOOK_S", 0.05)
    with (
        dask_cluster(0) as empty,
        crew(empty) as workers,
        pytest.raises(WorkersError, match="has had no worker for"),
    ):
        list(workers.map(operator.mul, [1]))


def test_where_the_clusters_pages_are_is_told(cluster: Any) -> None:
    told: list[tuple[str, str]] = []
    address = dask_address(cluster)
    with ClusterWorkers(
        address, 7, version=__version__, reached=lambda *said: told.append(said)
    ) as workers:
        list(workers.map(operator.mul, [1]))

    assert told == [(address, str(cluster.dashboard_link))]


# ---------------------------------------------------------------- workers that are lost


def test_an_item_that_lost_several_workers_is_told_and_the_others_are_done(
    labour: Any,
) -> None:
    with dask_cluster(2) as unlucky, crew(unlucky) as workers:
        unlucky.scheduler.allowed_failures = 0
        results = workers.map(labour.misbehave, ["linger", "rest", "fine"])
        found = [next(results), next(results)]
        (holder,) = [
            each.processing_on for each in unlucky.scheduler.tasks.values() if each.processing_on
        ]
        unlucky.sync(_lose, unlucky.scheduler, holder.address)
        labour.released.set()
        found += results

    assert sorted(found, key=str) == [
        ("fine", "fine"),
        ("linger", WorkerDied("1 workers were lost with it")),
        ("rest", "rest"),
    ]


async def _lose(scheduler: Any, address: str) -> None:
    await scheduler.remove_worker(address, stimulus_id="test", close=False)


def test_a_scheduler_that_is_lost_before_anything_was_given_to_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster_workers, "CONNECT_S", 0.5)
    with dask_cluster(1) as brief, crew(brief) as workers:

        def items() -> Iterator[int]:
            brief.close()
            yield 1

        with pytest.raises(WorkersError, match="the Dask scheduler was lost; what was under way"):
            list(workers.map(operator.mul, items()))


def test_a_scheduler_that_is_lost_is_told_and_what_was_under_way_is_due_again(
    labour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_workers, "LOOK_S", 0.05)
    with dask_cluster(1) as brief:
        workers = crew(brief)
        results = workers.map(labour.misbehave, ["fine", "linger"])
        assert next(results) == ("fine", "fine")
        labour.released.set()
    with pytest.raises(WorkersError, match="the Dask scheduler was lost; what was under way is"):
        list(results)
    workers.close()


@pytest.mark.usefixtures("unmeasured")
def test_workers_killed_during_polls_lose_nothing_and_ask_nothing_twice() -> None:
    lines = list(worker_kills.killed(SEED, 2, processes=-1, feeds=4))

    assert lines[0].endswith("in 2 poll runs of 16 feeds")
    assert lines[2] == "unconditional requests: 16, one a feed"


@pytest.mark.usefixtures("unmeasured")
def test_a_command_makes_a_worker_that_may_start_processes(cluster: Any) -> None:
    command = [sys.executable, "-m", "monitor", "worker", dask_address(cluster)]
    with (
        crew(cluster) as workers,
        subprocess.Popen([*command, "--threads", "1", "--name", "third"]) as third,
    ):
        client = workers.client
        client.wait_for_workers(3, timeout=30)
        (address,) = [
            each["id"] and url
            for url, each in client.scheduler_info(n_workers=-1)["workers"].items()
            if each["id"] == "third"
        ]
        may = client.run(_may_start_processes, workers=[address])
        third.send_signal(signal.SIGTERM)
        assert third.wait(20) == 0

    assert may == {address: True}


def _may_start_processes() -> bool:
    import multiprocessing

    return not multiprocessing.current_process().daemon


# ---------------------------------------------------------------- who polls what together


def task(number: int, host: str) -> FarTask:
    return FarTask(PollRequest(Feed(number, f"http://{host}/{number}", "Feed")), None)


def test_a_servers_feeds_are_in_one_batch_of_a_round() -> None:
    tasks = [task(n, f"h{n % 7}.example") for n in range(PER_LANE * 9)]
    rounds = _Rounds(tasks, 10)
    seen: list[int] = []
    while rounds.has_more:
        hosts: list[str] = []
        for batch in rounds.next():
            hosts += {each.lane for each in batch}
            seen += [each.request.feed.number for each in batch]
        assert len(hosts) == len(set(hosts))

    assert sorted(seen) == list(range(PER_LANE * 9))
    assert rounds.number == 2
    assert BATCH > PER_LANE


def test_a_batch_that_cost_workers_is_polled_one_by_one_to_find_who_did_it() -> None:
    rounds = _Rounds([task(1, "a.example"), task(2, "b.example")], 10)
    (batch,) = rounds.next()
    died = WorkerDied("4 workers were lost with it")

    assert list(rounds.lost(FarBatch(tuple(batch), NOON), died)) == []

    alone = []
    while rounds.has_more:
        (one,) = rounds.next()
        alone += [far for _, far in rounds.lost(FarBatch(tuple(one), NOON), died)]
    assert [(far.number, far.result) for far in alone] == [(1, died), (2, died)]
    assert all(isinstance(far, FarAnswer) for far in alone)
