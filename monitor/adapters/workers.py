"""Where work runs: worker processes with limits, or this process; sole user of pebble.

A feed can make a parser eat a core or all memory. In a worker that costs the one
item: the worker is ended and replaced, the others go on.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import queue
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from monitor.errors import MonitorError

MAX_BY_ITSELF = 4  # processes of 20 MB; one core polls some thousand feeds an hour
MAX_TASKS = 1000  # then a worker is replaced: parsers leak
WALL_FACTOR = 6  # wall time allowed per CPU second: many workers may share few cores
PER_WORKER = 2  # items under way per worker at the least: one at work, one at hand
# And so many while they are small: a consumer that waits for the disk finds its workers at work.
SMALL_PER_WORKER = 8
SMALL_BYTES = 2**20  # of all items under way
SOON_S = 0.02  # no wait yet: most items take less
GARBAGE_AT = 10_000  # new objects; Python's 700 cost a seventh of the work on a feed
# A result passes two threads of the pool on its way to ours; each waits for its turn to run
# Python, 5 ms as a rule, and meanwhile workers stand idle.
TURN_S = 0.0005
# A feed can wait; the process that shows pages, stores and sends goes first where they share a
# core with it.
NICENESS = 5
STALL_S = 60.0  # silence beyond an item's own time, after which the pool is started afresh
MAX_TRIES = 2  # of an item whose worker ended through no fault of it that we know
MAX_BREAKDOWNS = 3  # in a row, without one result

_OUTSIDE = frozenset({-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})

C = TypeVar("C")
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """An item cost its worker's life, or would have: it has no result."""

    reason: str


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """What one item may cost."""

    cpu_s: float
    memory_bytes: int  # on top of what the worker holds when it starts
    wall_s: float


class InlineWorkers(Generic[C]):
    """The same work in this process, one item after the other, without limits."""

    def __init__(self, context: C) -> None:
        self._context = context

    def map(
        self, function: Callable[[C, T], R], items: Iterable[T]
    ) -> Iterator[tuple[T, R | MonitorError | WorkerDied]]:
        """Yield each item with its result; see `Workers.map`."""
        for item in items:
            try:
                result: R | MonitorError = function(self._context, item)
            except MonitorError as error:
                result = error
            yield item, result

    def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def __enter__(self) -> InlineWorkers[C]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Workers(Generic[C]):
    """Worker processes that all hold one `context`.

    `count` 0 means one per core, `MAX_BY_ITSELF` at most, -1 none: the work is done in this
    process. `cpu_s` and `memory_bytes` are what one item may use; the CPU time is counted in
    whole seconds, rounded up. Nothing is started before the first item.
    """

    def __init__(
        self,
        count: int,
        context: C,
        *,
        cpu_s: float = 5,
        memory_bytes: int = 512 * 1024 * 1024,
        wall_s: float | None = None,
    ) -> None:
        self._count = count or min(os.cpu_count() or 1, MAX_BY_ITSELF)
        self._context = context
        self._limits = TaskLimits(cpu_s, memory_bytes, wall_s or cpu_s * WALL_FACTOR)
        self._pool: Any = None  # a ProcessPool, whose own annotations have holes

    def map(
        self,
        function: Callable[[C, T], R],
        items: Iterable[T],
        before_waiting: Callable[[], None] = lambda: None,
    ) -> Iterator[tuple[T, R | MonitorError | WorkerDied]]:
        """Yield each item with its result, as they are done.

        `function` is one that a worker can import. A MonitorError it raises stands
        in the result's place, a WorkerDied where the item went over a limit or
        ended its worker; any other exception is raised here. Takes from `items`
        only what the workers can begin on, so a slow consumer slows the producer.
        `before_waiting` is called when nothing has been done for `SOON_S`.
        """
        if self._count < 0:
            yield from InlineWorkers(self._context).map(function, items)
            return
        batch: _Batch[T, R] = _Batch(self, function, before_waiting)
        try:
            for item in items:
                batch.submit(item)
                while batch.is_full or batch.has_results:
                    yield from batch.next_results()
            while batch.is_under_way:
                yield from batch.next_results()
        finally:
            batch.cancel()

    def schedule(self, function: Callable[[C, T], R], packed: bytes) -> Future[bytes]:
        """Give one packed item to the pool, which is started when there is none."""
        if self._pool is None:
            self._pool = self._start(function.__module__)
        future: Future[bytes] = self._pool.schedule(
            _work, args=(function, packed), timeout=self._limits.wall_s
        )
        return future

    def has_room(self, count: int, size_bytes: int) -> bool:
        """Tell whether one more item may be under way beside so many."""
        is_small = size_bytes < SMALL_BYTES
        return count < self._count * (SMALL_PER_WORKER if is_small else PER_WORKER)

    @property
    def limits(self) -> TaskLimits:
        return self._limits

    def close(self) -> None:
        """End the workers at once. They start again if there is more to do."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def __enter__(self) -> Workers[C]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, module: str) -> Any:
        # Not fork: this process has threads, and a lock that one of them holds would
        # be held in the child for ever. The server imports once what all workers need, and
        # no more: what else this process imported would be held by each of them.
        sys.setswitchinterval(min(TURN_S, sys.getswitchinterval()))
        processes = multiprocessing.get_context("forkserver")
        also = getattr(sys.modules[module], "WORKERS_IMPORT", ())
        processes.set_forkserver_preload([__name__, module, *also])
        return ProcessPool(
            max_workers=self._count,
            max_tasks=MAX_TASKS,
            initializer=_settle_in,
            initargs=(_pack(self._context), self._limits),
            context=processes,
        )


@dataclass(slots=True, eq=False)
class _Job(Generic[T]):
    item: T
    packed: bytes
    try_count: int = 0


class _Batch(Generic[T, R]):
    """The items of one `map` that are under way."""

    def __init__(
        self,
        workers: Workers[Any],
        function: Callable[[Any, T], R],
        before_waiting: Callable[[], None],
    ) -> None:
        self._workers = workers
        self._function = function
        self._before_waiting = before_waiting
        self._jobs: dict[Future[bytes], _Job[T]] = {}
        self._done: queue.SimpleQueue[Future[bytes]] = queue.SimpleQueue()
        self._breakdown_count = 0  # since the last result

    @property
    def is_under_way(self) -> bool:
        return bool(self._jobs)

    @property
    def is_full(self) -> bool:
        size_bytes = sum(len(job.packed) for job in self._jobs.values())
        return not self._workers.has_room(len(self._jobs), size_bytes)

    @property
    def has_results(self) -> bool:
        return not self._done.empty()

    def submit(self, item: T) -> None:
        self._give(_Job(item, _pack(item)))

    def next_results(self) -> Iterator[tuple[T, R | MonitorError | WorkerDied]]:
        """Wait for something to end; yield nothing when it is to be tried again."""
        try:
            future = self._next_done()
        except queue.Empty:
            yield from self._start_over()
            return
        job = self._jobs.pop(future, None)
        if job is None:
            return  # of a pool that broke down
        error = future.exception()
        if error is None:
            self._breakdown_count = 0
            yield job.item, pickle.loads(future.result())
        elif _is_breakdown(error):
            self._jobs[future] = job
            yield from self._start_over()
        elif _is_from_outside(error) and job.try_count < MAX_TRIES:
            self._give(job)
        else:
            yield job.item, _verdict(error, self._workers.limits)

    def _next_done(self) -> Future[bytes]:
        with contextlib.suppress(queue.Empty):
            return self._done.get(timeout=SOON_S)
        self._before_waiting()
        # Longer than any item may take: then the pool itself has lost one.
        return self._done.get(timeout=self._workers.limits.wall_s + STALL_S)

    def cancel(self) -> None:
        for future in self._jobs:
            future.cancel()

    def _give(self, job: _Job[T]) -> None:
        job.try_count += 1
        try:
            future = self._workers.schedule(self._function, job.packed)
        except RuntimeError:  # broken since the last one, unnoticed
            self._workers.close()
            future = self._workers.schedule(self._function, job.packed)
        self._jobs[future] = job
        future.add_done_callback(self._done.put)

    def _start_over(self) -> Iterator[tuple[T, R | MonitorError | WorkerDied]]:
        """Do everything under way again in a new pool, but for what was in too many."""
        self._breakdown_count += 1
        if self._breakdown_count > MAX_BREAKDOWNS:
            raise RuntimeError("worker processes end as soon as they are started")
        jobs = list(self._jobs.values())
        self._jobs.clear()
        self._workers.close()
        for job in jobs:
            if job.try_count < MAX_TRIES:
                self._give(job)
            else:
                yield job.item, WorkerDied("the worker processes broke down twice around it")


def _is_breakdown(error: BaseException) -> bool:
    return isinstance(error, BrokenProcessPool | CancelledError)


def _is_from_outside(error: BaseException) -> bool:
    """Tell a signal that an operator or the system sent: hardly the item's fault."""
    return isinstance(error, ProcessExpired) and error.exitcode in _OUTSIDE


def _verdict(error: BaseException, limits: TaskLimits) -> WorkerDied:
    """Say what the item's worker died of; raise what is the program's own error."""
    if isinstance(error, ProcessExpired):
        if error.exitcode == -signal.SIGXCPU:
            return WorkerDied(f"it took more than {limits.cpu_s:g} s of CPU time")
        if error.exitcode < 0:
            return WorkerDied(f"its worker was ended by {signal.Signals(-error.exitcode).name}")
        return WorkerDied(f"its worker ended with status {error.exitcode}")
    if isinstance(error, TimeoutError) and error.__cause__ is None:
        return WorkerDied(f"it took more than {limits.wall_s:g} s")
    raise error


# ---------------------------------------------------------------- inside a worker


@dataclass(slots=True)
class _Desk:
    """What a worker has at hand. The context is unpacked with the first item.

    So an error in it is raised where the work was asked for, with its own words.
    """

    packed_context: bytes
    limits: TaskLimits
    start_bytes: int = 0
    context: Any = None

    def set_up(self) -> None:
        if self.start_bytes == 0:
            self.context = pickle.loads(self.packed_context)
            self.start_bytes = _mapped_bytes() or 1
            self.packed_context = b""


_desk: _Desk | None = None


def _settle_in(packed_context: bytes, limits: TaskLimits) -> None:
    global _desk
    # The pool's own way runs Python code on SIGTERM, which never comes while C code
    # spins; then it waits 3 s and kills.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    # A collection writes to every object it looks at, and so to every page that is shared
    # with the other workers: what was there before the work is not looked at.
    gc.freeze()
    gc.set_threshold(GARBAGE_AT)
    _desk = _Desk(packed_context, limits)


def _work(function: Callable[[Any, Any], Any], packed: bytes) -> bytes:
    """Do one item. Packing and unpacking are its own cost, so they count too."""
    assert _desk is not None  # every worker begins with `_settle_in`
    _desk.set_up()
    with _limited(_desk):
        try:
            return _pack(function(_desk.context, pickle.loads(packed)))
        except MonitorError as error:
            return _pack(error)
        except MemoryError:
            megabytes = _desk.limits.memory_bytes // 2**20
    return _pack(WorkerDied(f"it needed more than {megabytes:,} MB of memory"))


def _pack(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


@contextlib.contextmanager
def _limited(desk: _Desk) -> Iterator[None]:
    """Bound CPU and memory while an item is worked on, and only then.

    A worker that a limit ends between items might hold the pool's lock.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = int(used.ru_utime + used.ru_stime + desk.limits.cpu_s) + 1
    _set_soft(resource.RLIMIT_CPU, cpu_s)
    _set_soft(resource.RLIMIT_AS, desk.start_bytes + desk.limits.memory_bytes)
    try:
        yield
    finally:
        _set_soft(resource.RLIMIT_AS, None)
        _set_soft(resource.RLIMIT_CPU, None)


def _set_soft(what: int, limit: int | None) -> None:
    _, hard = resource.getrlimit(what)
    soft = hard if limit is None else limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS knows the memory limit by name only
        resource.setrlimit(what, (soft, hard))


def _mapped_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # not Linux: the limit is then of everything
        return 0
    return pages * resource.getpagesize()
