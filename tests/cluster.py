"""A Dask cluster on loopback, for tests: in this process, or with processes that can be killed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def dask_cluster(workers: int = 2, *, processes: bool = False, threads: int = 1) -> Iterator[Any]:
    """Start a scheduler with workers; yield Dask's LocalCluster."""
    import dask
    import distributed

    settings = {
        "distributed.worker.daemon": False,
        "distributed.admin.system-monitor.gil.enabled": False,
        "distributed.scheduler.allowed-failures": 3,
        "distributed.comm.timeouts.connect": "5s",
    }
    with dask.config.set(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=threads,
            processes=processes,
            protocol="tcp",
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=50,
            memory_limit=0,
        ) as cluster:
            yield cluster


def dask_address(cluster: Any) -> str:
    """Return a cluster's address as the settings write it."""
    return str(cluster.scheduler_address).replace("tcp://", "dask://")
