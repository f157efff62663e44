"""Where the work of a home is done, by its settings: this machine's processes or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from monitor.adapters.cluster_workers import ClusterWorkers, is_cluster
from monitor.adapters.home import Home
from monitor.adapters.workers import Workers
from monitor.config import PollSettings
from monitor.pipeline.polling.cluster_note import CLUSTER_NOTE
from monitor.pipeline.polling.far_poll import FarWorkers
from monitor.pipeline.polling.far_reading import PollKit
from monitor.stages.score import Scorer

BULK_CPU_S: Final = 60.0  # a piece of an archive holds some hundred documents


C = TypeVar("C")


def polling_workers(
    home: Home, version: str, *, allow_loopback: bool = False
) -> Workers[Scorer] | FarWorkers:
    """Return what polls or parses for a home; nothing is started or reached yet."""
    scorer, poll = Scorer(home.profiles, home.parties), home.config.poll
    if not is_cluster(poll.workers):
        return Workers(poll.processes, scorer)
    kit = PollKit(
        poll,
        home.config.network,
        home.config.contact,
        version,
        scorer,
        access=home.feed_access(),
        allow_loopback=allow_loopback,
    )
    reached = _noting(home.state / CLUSTER_NOTE)
    return FarWorkers(ClusterWorkers(poll.workers, kit, version=version, reached=reached))


def bulk_workers(
    home: Home | None, context: C, version: str, processes: int | None = None
) -> Workers[C] | ClusterWorkers[C]:
    """Return what works through something large; `processes` has it done on this machine."""
    poll = PollSettings() if home is None else home.config.poll
    if processes is None and is_cluster(poll.workers):
        return ClusterWorkers(poll.workers, context, version=version)
    return Workers(poll.processes if processes is None else processes, context, cpu_s=BULK_CPU_S)


def _noting(path: Path) -> Callable[[str, str], None]:
    def note(address: str, pages: str) -> None:
        if path.parent.is_dir():
            path.write_text(f"{address} {pages}", encoding="utf-8")

    return note
