"""Where work runs, over several machines: a Dask cluster; sole user of distributed.

The scheduler decides who does what and does again what a lost worker had under way. Here is
what makes that safe: both sides must be of one version, no more is under way than the workers
can begin on, and what a person must know is said in words.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import pickle
import platform
import queue
import sys
import threading
import time
import uuid
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Generic, NamedTuple, NoReturn, TypeVar

from monitor.adapters.workers import WorkerDied
from monitor.errors import ConfigError, MonitorError, WorkersError

logger = logging.getLogger(__name__)

SCHEMES: Final = {"dask://": "tcp://", "dask+tls://": "tls://"}
PER_THREAD = 3  # items under way per thread of the cluster: one at work, two on their way
CONNECT_S = 5  # a service that is told to stop has ten seconds
NOBODY_S = 30.0  # without any worker, after which the work is given up
SOON_S = 0.02  # no wait yet
LOOK_S = 1.0  # how often the number of workers is asked for while nothing is done
PACKING = 1  # zlib's level for the context, which travels with every item

C = TypeVar("C")
T = TypeVar("T")
R = TypeVar("R")


class Versions(NamedTuple):
    """What must be the same on both sides."""

    monitor: str
    python: str
    dask: str

    def __str__(self) -> str:
        return f"monitor {self.monitor}, Python {self.python}, Dask {self.dask}"


def is_cluster(address: str) -> bool:
    """Tell whether a setting names a cluster, and not this machine's own processes."""
    return address.startswith(tuple(SCHEMES))


def _address_of(named: str) -> str:
    scheme = next(each for each in SCHEMES if named.startswith(each))
    return SCHEMES[scheme] + named.removeprefix(scheme)


def work_for(address: str, threads: int, name: str | None) -> NoReturn:
    """Become a worker of a cluster; this process is Dask's own from here on.

    Raises ConfigError when Dask is not installed.
    """
    _distributed()
    arguments = [_address_of(address), "--nthreads", str(threads), "--no-dashboard"]
    arguments += ["--name", name] if name else []
    # A feed is parsed in a process of its own, which Dask's workers may not start otherwise.
    os.environ["DASK_DISTRIBUTED__WORKER__DAEMON"] = "False"
    os.execv(sys.executable, [sys.executable, "-m", "distributed.cli.dask_worker", *arguments])


class ClusterWorkers(Generic[C]):
    """The threads of a Dask cluster, all of which get one `context`.

    `address` is "dask://HOST:PORT", or "dask+tls://HOST:PORT" with Dask's own settings for
    TLS; `version` is this program's. Connects with the first item, and then tells `reached`
    the address, and where a browser finds Dask's own pages. Raises ConfigError when
    Dask is not installed, WorkersError when the cluster cannot be reached or is of another
    version.
    """

    def __init__(
        self,
        address: str,
        context: C,
        *,
        version: str,
        reached: Callable[[str, str], None] = lambda address, pages: None,
    ) -> None:
        self._address = address
        self._reached = reached
        self._version = version
        packed = zlib.compress(_pack(context), PACKING)
        self._context = hashlib.blake2b(packed, digest_size=16).hexdigest(), packed
        self._client: Any = None
        _distributed()  # missing, it is said before anything begins

    def map(
        self,
        function: Callable[[C, T], R],
        items: Iterable[T],
        before_waiting: Callable[[], None] = lambda: None,
    ) -> Iterator[tuple[T, R | MonitorError | WorkerDied]]:
        """Yield each item with its result, as they are done; see `workers.Workers.map`.

        What a lost worker had under way is done again by another. A WorkerDied is an item
        that lost several.
        """
        flight: _Flight[T, R] = _Flight(self.client, before_waiting)
        try:
            for item in items:
                flight.submit(item, self._arguments(function, item))
                while flight.is_full:
                    yield from flight.next_results()
            while flight.is_under_way:
                yield from flight.next_results()
        finally:
            flight.cancel()

    def _arguments(self, function: Callable[[C, T], R], item: T) -> tuple[object, ...]:
        return versions(self._version), *self._context, _pack((function, item))

    @property
    def client(self) -> Any:
        """Return the connection, made and looked over when there is none."""
        if self._client is None or self._client.status != "running":
            self.close()
            self._client = self._connected()
        return self._client

    def close(self) -> None:
        """Put away what the workers keep for this program, and leave the cluster as it is."""
        client, self._client = self._client, None
        if client is None:
            return
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            if client.status == "running":
                client.run(_put_away, on_error="ignore")
        client.close()

    def __enter__(self) -> ClusterWorkers[C]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # versions are judged here
                client = _distributed().Client(
                    _address_of(self._address),
                    timeout=CONNECT_S,
                    set_as_default=False,
                    name="monitor",
                )
        except (OSError, TimeoutError, ValueError) as error:
            raise WorkersError(
                f"no Dask scheduler answers at {self._address}; nothing was begun, and what was "
                f"due stays due; start it (`dask scheduler`) or mend [poll] workers"
            ) from error
        try:
            _check_versions(client, versions(self._version))
        except BaseException:
            client.close()
            raise
        threads, pages = sum(client.nthreads().values()), str(client.dashboard_link)
        logger.info("workers: %s, %d threads; its pages: %s", self._address, threads, pages)
        self._reached(self._address, pages)
        return client


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        problem = "Dask is not installed; install the program with its extra: pip install "
        raise ConfigError("monitor.toml, [poll] workers", f"{problem}'.[cluster]'") from error
    return distributed


def versions(monitor: str) -> Versions:
    """Return what this process is made of. Python's last number may differ."""
    python = ".".join(platform.python_version_tuple()[:2])
    return Versions(monitor, python, str(_distributed().__version__))


def _check_versions(client: Any, own: Versions) -> None:
    scheduler = client.get_versions()["scheduler"] or {}
    theirs = scheduler.get("packages", {}).get("distributed", own.dask)
    if theirs != own.dask:
        raise WorkersError(_differs("the scheduler", f"Dask {theirs}", own))
    for worker, told in client.run(_versions_here, on_error="return").items():
        if isinstance(told, BaseException):
            raise WorkersError(_differs(f"the worker {worker}", f"no monitor ({told})", own))
        if told != own:
            raise WorkersError(_differs(f"the worker {worker}", str(told), own))


def _differs(who: str, what: str, own: Versions) -> str:
    return (
        f"{who} runs {what}, and this is {own}; nothing of it was kept, and what was due stays "
        "due; install the same on both"
    )


class _Flight(Generic[T, R]):
    """The items of one `map` that are under way."""

    def __init__(self, client: Any, before_waiting: Callable[[], None]) -> None:
        self._client = client
        self._before_waiting = before_waiting
        self._items: dict[str, tuple[T, Any]] = {}  # by key, with its future
        self._done: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._room = 0
        self._look_at = 0.0
        self._alone_since: float | None = None

    @property
    def is_under_way(self) -> bool:
        return bool(self._items)

    @property
    def is_full(self) -> bool:
        # What is done makes room at once: fetching it takes as long as some items.
        done = self._done.qsize()
        return len(self._items) - done >= self._room or done >= self._room

    def submit(self, item: T, arguments: tuple[object, ...]) -> None:
        if not self._room:
            self._look()
        key = f"monitor-{uuid.uuid4().hex}"
        future = self._client.submit(_labour, *arguments, key=key, pure=False)
        self._items[key] = item, future
        future.add_done_callback(lambda future: self._done.put(future.key))

    def next_results(self) -> Iterator[tuple[T, R | MonitorError | WorkerDied]]:
        """Wait for something to end; yield nothing where there was only a look around."""
        try:
            key = self._done.get(timeout=SOON_S)
        except queue.Empty:
            self._before_waiting()
            try:
                key = self._done.get(timeout=LOOK_S)
            except queue.Empty:
                self._look()
                return
        item, future = self._items.pop(key)
        try:
            yield item, self._result(future)
        finally:
            self._forget(future)

    def cancel(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):  # where the connection is gone
            for _, future in self._items.values():
                future.cancel(force=True)
                self._forget(future)
        self._items.clear()

    def _result(self, future: Any) -> R | MonitorError | WorkerDied:
        distributed = _distributed()
        try:
            packed = future.result()
        except distributed.KilledWorker as error:
            return WorkerDied(f"{error.allowed_failures + 1} workers were lost with it")
        except (distributed.client.FutureCancelledError, OSError) as error:
            raise WorkersError(
                "the Dask scheduler was lost; what was under way is due again"
            ) from error
        except ImportError as error:
            raise WorkersError(
                f"a worker cannot do this work ({error}): it lacks this program, or has another "
                "version of it; what was under way is due again; install the same on both"
            ) from error
        result = pickle.loads(packed)
        if isinstance(result, WorkersError):
            raise result
        return result  # type: ignore[no-any-return]

    def _look(self) -> None:
        """Ask how many workers there are; none for long ends the work."""
        try:
            threads = sum(self._client.nthreads().values())
        except (OSError, RuntimeError) as error:
            raise WorkersError(
                "the Dask scheduler was lost; what was under way is due again"
            ) from error
        self._room = max(threads, 1) * PER_THREAD
        now = time.monotonic()
        self._alone_since = None if threads else self._alone_since or now
        if self._alone_since and now - self._alone_since > NOBODY_S:
            raise WorkersError(
                f"the Dask scheduler has had no worker for {NOBODY_S:g} s; what was under way is "
                "due again; start workers (`monitor worker`)"
            )

    def _forget(self, future: Any) -> None:
        """Let the scheduler forget the item, and that it was begun."""
        client, key = self._client, future.key
        future.release()
        if client.status == "running":
            client.loop.add_callback(_quietly, client.scheduler.event_clear, key)


async def _quietly(call: Callable[..., Any], key: str) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        await call(name=key)


# ---------------------------------------------------------------- inside a worker

_contexts: dict[str, Any] = {}
_closers: dict[str, Callable[[], None]] = {}
_guard = threading.Lock()  # a worker has many threads


def is_wanted() -> bool:
    """Tell, in a worker, whether somebody waits for the item at hand; elsewhere always."""
    task = _task()
    if task is None:
        return True
    worker, key = task
    state = worker.state.tasks.get(key)
    return worker.status.name == "running" and state is not None and state.state == "executing"


def was_begun_before() -> bool:
    """Tell, in a worker, whether another was lost while it had the item at hand."""
    task = _task()
    if task is None:
        return False
    worker, key = task
    from distributed.utils import sync

    begun = bool(sync(worker.loop, worker.scheduler.event_is_set, name=key))
    if not begun:
        sync(worker.loop, worker.scheduler.event_set, name=key)
    return begun


def when_put_away(name: str, close: Callable[[], None]) -> None:
    """Have something closed, in a worker, when the program that it works for leaves."""
    with _guard:
        _closers[name] = close


def _task() -> tuple[Any, str] | None:
    distributed = _distributed()
    try:
        worker = distributed.get_worker()
        return worker, worker.get_current_task()
    except (ValueError, AttributeError):  # not a worker's thread
        return None


def _versions_here() -> Versions:
    from monitor import __version__

    return versions(__version__)


def _put_away() -> None:
    with _guard:
        closers = list(_closers.values())
        _closers.clear()
        _contexts.clear()
    for close in closers:
        close()


def _labour(wanted: tuple[str, ...], context_id: str, context: bytes, packed: bytes) -> bytes:
    """Do one item; nothing of another version is unpacked."""
    own = _versions_here()
    if tuple(wanted) != tuple(own):
        return _pack(WorkersError(_differs("a worker", str(own), Versions(*wanted))))
    with _guard:
        if context_id not in _contexts:
            _contexts.clear()  # one program at a time: profiles change, and the old ones go
            _contexts[context_id] = pickle.loads(zlib.decompress(context))
        at_hand = _contexts[context_id]
    function, item = pickle.loads(packed)
    try:
        return _pack(function(at_hand, item))
    except MonitorError as error:
        return _pack(error)


def _pack(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
