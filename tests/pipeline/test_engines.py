"""Where a home's work is done: by its settings, here or on a cluster."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor import __version__
from monitor.adapters.home import Home
from monitor.adapters.workers import Workers
from monitor.config import Config, PollSettings
from monitor.pipeline.polling.cluster_note import cluster_line
from monitor.pipeline.polling.engines import bulk_workers, polling_workers
from monitor.pipeline.polling.far_poll import FarWorkers
from tests.cluster import dask_address, dask_cluster


def home(root: Path, workers: str = "local", processes: int = 3) -> Home:
    poll = replace(PollSettings(), workers=workers, processes=processes)
    return Home(root, Config(poll=poll), (), (), (), {})


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    pytest.importorskip("distributed", reason="Dask is not installed: work over it is not tried")
    with dask_cluster(1) as cluster:
        yield cluster


def test_without_a_cluster_the_work_is_done_by_as_many_processes_as_set(tmp_path: Path) -> None:
    polling = polling_workers(home(tmp_path), __version__)
    bulk = bulk_workers(home(tmp_path), 7, __version__)

    assert isinstance(polling, Workers)
    assert isinstance(bulk, Workers)
    assert [polling.has_room(count, 2**20) for count in (5, 6)] == [True, False]
    assert [bulk.has_room(count, 2**20) for count in (5, 6)] == [True, False]
    # A piece of an archive holds some hundred documents.
    assert (polling.limits.cpu_s, bulk.limits.cpu_s) == (5, 60)


def test_work_in_bulk_needs_no_home_and_may_stay_in_this_process() -> None:
    with bulk_workers(None, 7, __version__, -1) as here:
        assert list(here.map(operator.mul, [1, 2])) == [(1, 7), (2, 14)]


def test_a_cluster_that_was_reached_is_noted_beside_the_database(
    cluster: Any, tmp_path: Path
) -> None:
    address = dask_address(cluster)
    far = home(tmp_path, address)
    assert cluster_line(far) == f"{address}, not yet reached"

    workers = polling_workers(far, __version__)
    assert isinstance(workers, FarWorkers)
    with workers:
        assert workers.cluster.client.status == "running"  # no home to note it in: no matter
    far.state.mkdir()
    with workers:
        assert workers.cluster.client.status == "running"

    assert cluster_line(far) == f"{address}; its pages: {cluster.dashboard_link}"


def test_work_in_bulk_goes_to_the_cluster_unless_processes_are_asked_for(
    cluster: Any, tmp_path: Path
) -> None:
    far = home(tmp_path, dask_address(cluster))

    with bulk_workers(far, 7, __version__) as workers, bulk_workers(far, 7, __version__, -1) as own:
        assert not isinstance(workers, Workers)
        assert list(workers.map(operator.mul, [3])) == [(3, 21)]
        assert isinstance(own, Workers)
