"""What only Linux has is used behind a guard, or by name only: the same code runs on macOS."""

from __future__ import annotations

import ast
import re
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters import workers
from monitor.adapters.disk import free_bytes
from monitor.adapters.notify import Supervisor
from monitor.adapters.store import Store
from monitor.adapters.store.ground import file_system, warnings

PACKAGE = Path(__file__).parent.parent / "monitor"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Names of Python's own library that are there on Linux alone, or not on macOS.
LINUX_ONLY = {
    "epoll", "eventfd", "getrandom", "inotify_init", "memfd_create", "pidfd_open", "pipe2",
    "posix_fadvise", "posix_fallocate", "prctl", "prlimit", "sched_getaffinity",
    "sched_setaffinity", "sched_setscheduler", "setns", "setxattr", "getxattr", "splice",
    "unshare", "fdatasync", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_OFILE", "RLIMIT_RTPRIO",
    "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "SO_PEERCRED", "SO_BINDTODEVICE", "TCP_USER_TIMEOUT",
    "TCP_QUICKACK", "MSG_NOSIGNAL", "SOCK_CLOEXEC", "SOCK_NONBLOCK", "CLOCK_BOOTTIME",
    "sigtimedwait", "sigwaitinfo", "signalfd", "O_TMPFILE", "O_PATH", "O_DIRECT",
}  # fmt: skip
SUSPICIOUS = re.compile("|".join([*LINUX_ONLY, "/proc/", "/sys/"]))
# Who reads what Linux alone has, and does without it: each is tried below.
KERNEL_READERS = {"adapters/store/ground.py", "adapters/workers.py"}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """The syntax of each module in whose text there is anything of the kind at all."""
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        if SUSPICIOUS.search(text):
            for node in ast.walk(ast.parse(text)):
                yield str(path.relative_to(PACKAGE)), node


def test_nothing_that_only_linux_has_is_called_and_its_files_are_read_in_two_places() -> None:
    callers, readers = set(), set()
    for place, node in nodes():
        match node:
            case ast.Attribute(attr=name) | ast.alias(name=name) if name in LINUX_ONLY:
                callers.add((place, name))
            case ast.Constant(value=str(text)) if text.startswith(("/proc/", "/sys/")):
                readers.add(place)

    assert callers == set()
    assert readers == KERNEL_READERS


def test_without_a_list_of_mounts_the_kind_of_file_system_is_not_known(tmp_path: Path) -> None:
    nowhere = tmp_path / "no-such-file"

    assert file_system(tmp_path, nowhere) == ""
    assert warnings(tmp_path, (3, 51, 3), nowhere) == []


def test_without_the_kernels_count_a_worker_counts_from_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(self: Path, *args: object, **kwargs: object) -> str:
        raise FileNotFoundError(str(self))

    monkeypatch.setattr(Path, "read_text", missing)

    assert workers._mapped_bytes() == 0


def test_a_limit_that_the_system_does_not_know_is_no_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: object) -> None:
        raise ValueError("current limit exceeds maximum limit")  # what macOS says

    monkeypatch.setattr(resource, "setrlimit", refuse)

    workers._set_soft(resource.RLIMIT_AS, 2**30)


def test_without_a_supervisor_every_word_goes_nowhere() -> None:
    supervisor = Supervisor({})

    supervisor.tell(READY="1")

    assert supervisor.watchdog_s is None


def test_what_is_not_a_folder_has_no_known_room(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "gone") is None


def test_on_macos_too_a_commit_has_reached_the_disk(tmp_path: Path) -> None:
    with Store.open(tmp_path / "monitor.db") as store:
        assert store._db.value("PRAGMA fullfsync") == 1
        assert store._db.value("PRAGMA checkpoint_fullfsync") == 1
