"""What a cluster's workers do: a batch of feeds -> answers, their entries with scores.

Feeds are asked there, too: a hundred thousand of them want the network of several machines.
The same poller, guard, limits and parsing processes are at work as at home. What a worker is
told comes from home (validators, traces), and what is stored is stored at home.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.adapters.cluster_workers import is_wanted, was_begun_before, when_put_away
from monitor.adapters.poll import Limits, Poller, SentOn, lane_of
from monitor.adapters.workers import WorkerDied, Workers
from monitor.config import NetworkSettings, PollSettings
from monitor.errors import MonitorError, PollError, WorkersError
from monitor.model import Access, PollRequest, Retrieved
from monitor.pipeline.polling.reading import ParsedJob, ParseJob, parse_and_score
from monitor.stages.score import Scorer


@dataclass(frozen=True, slots=True)
class PollKit:
    """What a worker polls with; picklable."""

    poll: PollSettings
    network: NetworkSettings
    contact: str
    version: str
    scorer: Scorer
    access: Mapping[str, Access] = field(default_factory=dict, repr=False)
    allow_loopback: bool = False
    spacing_s: float = 1.0
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class FarTask:
    """One feed to be polled, with what home knows of it."""

    request: PollRequest
    body_hash: str | None
    seen: frozenset[bytes] = frozenset()
    sent: SentOn | None = None  # the chain of redirects so far

    @property
    def lane(self) -> str:
        return lane_of(self.sent.url if self.sent else self.request.address)


@dataclass(frozen=True, slots=True)
class FarBatch:
    """Feeds that one worker polls; no other asks their servers meanwhile."""

    tasks: tuple[FarTask, ...]
    seen_at: datetime
    is_later: bool = False  # its servers may have been asked a moment ago


@dataclass(frozen=True, slots=True)
class FarAnswer:
    """What came of one feed. A body stays where it was read: b"" stands for it."""

    number: int
    answer: Retrieved | PollError
    body_hash: str | None = None
    result: ParsedJob | WorkerDied | MonitorError | None = None


def poll_batch(kit: PollKit, batch: FarBatch) -> tuple[FarAnswer, ...]:
    """Poll a batch of feeds, parse what changed, score its entries.

    Asks no server but those of the batch. Ends early when nobody waits for it any more.
    """
    # Whoever had the batch before may have asked its servers right now.
    if was_begun_before() or batch.is_later:
        time.sleep(kit.spacing_s)
    tasks = {task.request.feed.number: task for task in batch.tasks}
    done: list[FarAnswer] = []
    with _tools_of(kit) as tools:
        answers = tools.poller.poll(
            [task.request for task in batch.tasks],
            stopped=lambda: not is_wanted(),
            lanes=frozenset(task.lane for task in batch.tasks),
            chains={number: task.sent for number, task in tasks.items() if task.sent},
        )
        jobs = _to_parse(answers, tasks, batch.seen_at, done)
        for job, result in tools.workers.map(parse_and_score, jobs):
            retrieved = replace(job.retrieved, body=b"")
            done.append(FarAnswer(job.feed.number, retrieved, job.body_hash, result))
    return tuple(done)


def _to_parse(
    answers: Iterator[tuple[PollRequest, Retrieved | PollError]],
    tasks: Mapping[int, FarTask],
    seen_at: datetime,
    done: list[FarAnswer],
) -> Iterator[ParseJob]:
    """Yield the bodies that differ from the last one; put the other answers among the done."""
    for request, answer in answers:
        task = tasks[request.feed.number]
        if isinstance(answer, PollError) or answer.body is None:
            done.append(FarAnswer(request.feed.number, answer))
            continue
        body_hash = hash_of(answer.body)
        if body_hash == task.body_hash:
            done.append(FarAnswer(request.feed.number, replace(answer, body=b""), body_hash))
        else:
            yield ParseJob(request.feed, answer, seen_at, task.seen, body_hash)


def hash_of(body: bytes) -> str:
    """Return what a body is known by."""
    return hashlib.sha256(body).hexdigest()[:32]  # processors have a way of their own for it


# ---------------------------------------------------------------- what a worker keeps


@dataclass(frozen=True, slots=True, eq=False)
class _Tools:
    """A poller with its connections, and the process that parses what it brings."""

    kit: PollKit
    poller: Poller
    workers: Workers[Scorer]

    def close(self) -> None:
        self.poller.close()
        self.workers.close()


_idle: list[_Tools] = []
_guard = threading.Lock()  # a Dask worker's threads each take their own


@contextmanager
def _tools_of(kit: PollKit) -> Iterator[_Tools]:
    with _guard:
        of_others = [each for each in _idle if each.kit is not kit]
        own = [each for each in _idle if each.kit is kit]
        _idle[:] = own[1:]
    for each in of_others:
        each.close()
    tools = own[0] if own else _made(kit)
    try:
        yield tools
    except BaseException:
        tools.close()
        raise
    with _guard:
        _idle.append(tools)
    when_put_away("poll", _put_away)


def _made(kit: PollKit) -> _Tools:
    processes = min(kit.poll.processes, 1) or 1
    if processes > 0 and multiprocessing.current_process().daemon:
        raise WorkersError(
            "a Dask worker may not start the processes in which feeds are parsed; what was due "
            "stays due; start it with `monitor worker`, or with "
            "DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment"
        )
    poller = Poller(
        poll=kit.poll,
        network=kit.network,
        contact=kit.contact,
        version=kit.version,
        allow_loopback=kit.allow_loopback,
        spacing_s=kit.spacing_s,
        limits=kit.limits,
        access=kit.access,
    )
    return _Tools(kit, poller, Workers(processes, kit.scorer))


def _put_away() -> None:
    with _guard:
        tools = _idle.copy()
        _idle.clear()
    for each in tools:
        each.close()
