from __future__ import annotations

import os
import pickle
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters import workers as workers_module
from monitor.adapters.workers import (
    NICENESS,
    SMALL_PER_WORKER,
    InlineWorkers,
    TaskLimits,
    WorkerDied,
    Workers,
    _Desk,
)
from monitor.errors import ParseError, PollError

# What follows runs inside workers, which import it from here: hence a module on disk.
# Under importlib mode this file itself has no name that a new process could import.
LABOUR = """
import os, signal, time
from monitor.errors import ParseError, PollError
from datetime import timedelta


def double(context, number):
    return context * number


def where(context, _item):
    return os.getpid()


def misbehave(context, what):
    if what == "spin":
        while True:
            pass
    if what == "sleep":
        time.sleep(60)
    if what == "rest":
        time.sleep(0.3)
    if what == "hoard":
        return len([bytes(2**20) for _ in range(4096)])
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "abort":
        os.abort()
    if what == "exit":
        os._exit(3)
    if what == "parse":
        raise ParseError("http://feed.example/", "not a feed")
    if what == "poll":
        raise PollError("http://feed.example/", "gone", kind="gone", status=410,
                        retry_after=timedelta(hours=1))
    if what == "bug":
        raise KeyError("bug")
    if what == "timeout":
        raise TimeoutError("the function's own")
    return what


def kill_once(context, path):
    if not os.path.exists(path):
        open(path, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def big(context, size):
    return b"x" * size


def niceness(context, _item):
    return os.nice(0)


def end_at_once(*_):
    os._exit(1)


def forget(context, _item):
    raise MemoryError


def ignores_interrupts(context, _item):
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN
"""


@pytest.fixture(scope="session")
def labour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    folder = tmp_path_factory.mktemp("labour")
    (folder / "labour.py").write_text(LABOUR)
    sys.path.insert(0, str(folder))  # workers are given the same path
    import labour as module

    yield module
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def workers(labour: object) -> Iterator[Workers[int]]:
    # Time enough for a second of a processor that many share.
    with Workers(2, 10, cpu_s=1, memory_bytes=256 * 2**20, wall_s=60) as shared:
        yield shared


def test_every_item_comes_back_with_its_result(workers, labour) -> None:
    results = dict(workers.map(labour.double, range(50)))

    assert results == {number: number * 10 for number in range(50)}


def test_the_work_is_spread_over_other_processes(workers, labour) -> None:
    pids = {pid for _, pid in workers.map(labour.where, range(40))}

    assert os.getpid() not in pids
    assert 1 <= len(pids) <= 2


def test_nothing_is_started_for_no_items(labour) -> None:
    with Workers(2, None) as idle:
        assert list(idle.map(labour.where, [])) == []
        assert idle._pool is None


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("spin", "it took more than 1 s of CPU time"),
        ("hoard", "it needed more than 256 MB of memory"),
        ("kill", "its worker was ended by SIGKILL"),
        ("abort", "its worker was ended by SIGABRT"),
        ("exit", "its worker ended with status 3"),
    ],
)
def test_an_item_that_costs_its_worker_fails_alone(workers, labour, what, reason) -> None:
    items = ["a", "b", what, "c", "d", "e", "f"]

    results = dict(workers.map(labour.misbehave, items))

    assert results == {item: item for item in items} | {what: WorkerDied(reason)}


def test_an_item_that_only_waits_ends_at_its_time(labour) -> None:
    with Workers(1, 1, wall_s=0.5) as impatient:
        results = dict(impatient.map(labour.misbehave, ["sleep", "next"]))

    assert results == {"sleep": WorkerDied("it took more than 0.5 s"), "next": "next"}


def test_our_own_errors_stand_in_the_results_place(workers, labour) -> None:
    results = dict(workers.map(labour.misbehave, ["parse", "poll", "fine"]))

    parse, poll = results["parse"], results["poll"]
    assert isinstance(parse, ParseError)
    assert str(parse) == "http://feed.example/: not a feed"
    assert isinstance(poll, PollError)
    assert (poll.kind, poll.status, poll.retry_after) == ("gone", 410, timedelta(hours=1))
    assert results["fine"] == "fine"


@pytest.mark.parametrize(("what", "error"), [("bug", KeyError), ("timeout", TimeoutError)])
def test_any_other_error_is_raised(workers, labour, what, error) -> None:
    with pytest.raises(error):
        list(workers.map(labour.misbehave, [what]))

    assert list(workers.map(labour.misbehave, ["next"])) == [("next", "next")]


def test_a_signal_from_outside_is_not_the_items_fault(workers, labour, tmp_path: Path) -> None:
    path = str(tmp_path / "killed")

    assert list(workers.map(labour.kill_once, [path])) == [(path, "done")]


def pids_of(workers, labour) -> set[int]:
    return {pid for _, pid in workers.map(labour.where, range(40))}


def test_idle_workers_that_were_killed_are_replaced(workers, labour) -> None:
    for pid in pids_of(workers, labour):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)  # long enough for the pool to see that it broke down

    assert dict(workers.map(labour.double, range(5))) == {n: n * 10 for n in range(5)}


def test_items_that_no_worker_had_begun_survive_a_breakdown(workers, labour) -> None:
    pids = pids_of(workers, labour)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    killing = threading.Timer(0.3, lambda: [os.kill(pid, signal.SIGKILL) for pid in pids])
    killing.start()

    assert dict(workers.map(labour.double, range(3))) == {n: n * 10 for n in range(3)}
    killing.join()


def test_a_pool_that_falls_silent_is_started_afresh(labour, monkeypatch) -> None:
    monkeypatch.setattr("monitor.adapters.workers.STALL_S", 0.2)
    with Workers(1, 10, wall_s=0.5) as silent:
        for pid in pids_of(silent, labour):
            os.kill(pid, signal.SIGSTOP)

        assert list(silent.map(labour.double, [1])) == [(1, 10)]


def test_workers_that_end_as_soon_as_they_are_started_end_the_work(labour, monkeypatch) -> None:
    monkeypatch.setattr(workers_module, "_settle_in", labour.end_at_once)
    with Workers(1, 10) as broken:
        results = broken.map(labour.double, range(20))
        found = {next(results) for _ in range(SMALL_PER_WORKER)}
        with pytest.raises(RuntimeError, match="worker processes end as soon as they are started"):
            next(results)

    died = WorkerDied("the worker processes broke down twice around it")
    assert found == {(number, died) for number in range(SMALL_PER_WORKER)}


def test_what_comes_of_an_item_is_packed_whatever_it_is(labour, monkeypatch) -> None:
    """In this process: what a worker does is not measured where the pool ends it."""
    limits = TaskLimits(cpu_s=60, memory_bytes=2**40, wall_s=60)
    monkeypatch.setattr(workers_module, "_desk", _Desk(pickle.dumps(10), limits))
    before = [resource.getrlimit(what) for what in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]

    def worked(function, item):
        return pickle.loads(workers_module._work(function, pickle.dumps(item)))

    assert worked(labour.double, 4) == 40
    error = worked(labour.misbehave, "parse")
    assert (type(error), error.problem) == (ParseError, "not a feed")
    assert worked(labour.forget, 0) == WorkerDied("it needed more than 1,048,576 MB of memory")
    with pytest.raises(KeyError):
        worked(labour.misbehave, "bug")
    after = [resource.getrlimit(what) for what in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]
    assert after == [(hard, hard) for _, hard in before]


def test_large_items_and_results_pass(workers, labour) -> None:
    sizes = [10 * 2**20, 1, 10 * 2**20 + 1]

    assert {size: len(body) for size, body in workers.map(labour.big, sizes)} == {
        size: size for size in sizes
    }


def test_workers_leave_interrupts_to_the_parent(workers, labour) -> None:
    assert list(workers.map(labour.ignores_interrupts, [0])) == [(0, True)]


def test_workers_let_the_process_that_shows_pages_go_first(workers, labour) -> None:
    assert list(workers.map(labour.niceness, [0])) == [(0, min(os.nice(0) + NICENESS, 19))]


@pytest.mark.parametrize(("size", "most"), [(1, 18), (2**20, 6)])
def test_a_slow_consumer_slows_the_producer(workers, labour, size, most) -> None:
    taken = []

    def items() -> Iterator[bytes]:
        for number in range(100):
            taken.append(number)
            yield bytes(size)

    results = workers.map(labour.misbehave, items())
    next(results)
    time.sleep(0.2)

    assert len(taken) <= most
    results.close()


def test_closing_leaves_no_process_behind(labour) -> None:
    closing = Workers(2, 1)
    pids = {pid for _, pid in closing.map(labour.where, range(20))}

    closing.close()

    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    assert list(closing.map(labour.double, [4])) == [(4, 4)]
    closing.close()


def test_a_context_that_cannot_be_unpacked_is_raised_with_its_own_words(labour) -> None:
    with Workers(1, Unpackable()) as broken, pytest.raises(ValueError, match="no number"):
        list(broken.map(labour.double, [1]))


class Unpackable:
    def __reduce__(self):
        return (int, ("no number",))


@pytest.mark.parametrize("inline", [InlineWorkers(10), Workers(-1, 10)])
def test_without_processes_the_work_is_done_here(inline, labour) -> None:
    with inline:
        assert list(inline.map(labour.double, [1, 2])) == [(1, 10), (2, 20)]
        assert list(inline.map(labour.where, [0])) == [(0, os.getpid())]
        ((_, error),) = inline.map(labour.misbehave, ["parse"])
        assert isinstance(error, ParseError)
        with pytest.raises(KeyError):
            list(inline.map(labour.misbehave, ["bug"]))


def test_who_waits_for_the_workers_is_told_before(labour) -> None:
    told: list[str] = []

    with Workers(1, 0) as workers:
        results = workers.map(labour.misbehave, ["rest"], lambda: told.append("waiting"))
        found = dict(results)

    assert found == {"rest": "rest"}
    assert told == ["waiting"]
