"""A poll run over a cluster: who polls which feeds together; all is stored at home.

A server's feeds are in one batch at a time, and so with one worker, whose poller keeps the
pause between two requests. A feed that is sent on to another server comes back and goes on
in a later round, with that server's own feeds.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from monitor.adapters.cluster_workers import ClusterWorkers
from monitor.adapters.poll import SentOn
from monitor.adapters.workers import WorkerDied
from monitor.errors import MonitorError, PollError
from monitor.model import Retrieved
from monitor.pipeline.polling.far_reading import FarAnswer, FarBatch, FarTask, PollKit, poll_batch

logger = logging.getLogger(__name__)

BATCH: Final = 200  # feeds; a batch that is lost is polled again
PER_LANE: Final = 50  # feeds of one server in a batch: a second each


@dataclass(frozen=True, slots=True)
class FarWorkers:
    """A cluster that polls; what a poll run takes in place of this machine's workers."""

    cluster: ClusterWorkers[PollKit]
    batch_size: int = BATCH

    def close(self) -> None:
        """Put away what the workers keep for this program."""
        self.cluster.close()

    def __enter__(self) -> FarWorkers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def poll_far(
    workers: FarWorkers,
    tasks: Iterable[FarTask],
    knowing: Callable[[FarTask], FarTask],
    now: datetime,
    before_waiting: Callable[[], None],
) -> Iterator[tuple[FarTask, FarAnswer]]:
    """Poll the feeds; yield each with what came of it.

    `knowing` adds to a task what home knows and takes long to tell, when its turn comes.
    A batch that cost several workers is polled again one feed at a time, to find the one
    that did it.
    """
    rounds = _Rounds(tasks, workers.batch_size)
    while rounds.has_more:
        batches = (
            FarBatch(tuple(map(knowing, some)), now, rounds.number > 1) for some in rounds.next()
        )
        for batch, result in workers.cluster.map(poll_batch, batches, before_waiting):
            if isinstance(result, WorkerDied):
                yield from rounds.lost(batch, result)
            elif isinstance(result, MonitorError):
                raise result
            else:
                yield from rounds.answered(batch, result)


class _Rounds:
    """Who is polled when: a round's batches share no server, and the next one waits for all."""

    def __init__(self, tasks: Iterable[FarTask], batch_size: int) -> None:
        self.number = 0
        self._batch_size = batch_size
        self._lanes: dict[str, deque[FarTask]] = {}
        self._alone: deque[FarTask] = deque()  # suspected of having cost workers
        for task in tasks:
            self._add(task)

    @property
    def has_more(self) -> bool:
        return bool(self._lanes or self._alone)

    def next(self) -> Iterator[list[FarTask]]:
        """Yield the next round's batches."""
        self.number += 1
        if self._alone:
            # One at a time: two of them could be of one server.
            yield [self._alone.popleft()]
            return
        lanes, self._lanes = self._lanes, {}
        batch: list[FarTask] = []
        for name, waiting in lanes.items():
            batch += [waiting.popleft() for _ in range(min(PER_LANE, len(waiting)))]
            if waiting:  # others may have been sent on to this server meanwhile
                self._lanes.setdefault(name, deque()).extend(waiting)
            if len(batch) >= self._batch_size:
                yield batch
                batch = []
        if batch:
            yield batch

    def answered(
        self, batch: FarBatch, answers: Sequence[FarAnswer]
    ) -> Iterator[tuple[FarTask, FarAnswer]]:
        tasks = {task.request.feed.number: task for task in batch.tasks}
        for far in answers:
            task = tasks[far.number]
            if isinstance(far.answer, SentOn):
                self._add(replace(task, sent=far.answer, seen=frozenset()))
                continue
            if isinstance(far.answer, PollError) and far.answer.is_postponed:
                self._lanes.pop(task.lane, None)  # its server had enough: the others stay due
            yield task, far

    def lost(self, batch: FarBatch, died: WorkerDied) -> Iterator[tuple[FarTask, FarAnswer]]:
        if len(batch.tasks) > 1:
            logger.warning("%d feeds are polled one by one: %s", len(batch.tasks), died.reason)
            self._alone += batch.tasks
            return
        (task,) = batch.tasks
        yield task, FarAnswer(task.request.feed.number, Retrieved(b""), "", died)

    def _add(self, task: FarTask) -> None:
        self._lanes.setdefault(task.lane, deque()).append(task)
