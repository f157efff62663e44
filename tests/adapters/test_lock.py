"""The lock: one holder, freed by its death, and told in words where it cannot be had."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.adapters.lock import Lock
from monitor.errors import StoreError

HOLDER = """
import sys
from pathlib import Path
from monitor.adapters.lock import Lock
print(Lock(Path(sys.argv[1])).take(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "service.lock"


def test_one_holds_it_at_a_time(path: Path) -> None:
    with Lock(path) as first, Lock(path) as second:
        assert first.take()
        assert not second.take()
        assert second.holder() == str(os.getpid())

        first.free()
        assert second.take()


def test_it_is_free_again_after_its_block(path: Path) -> None:
    with Lock(path) as lock:
        assert lock.take()

    assert Lock(path).take()


def test_a_holder_that_was_killed_leaves_nothing_to_clean_up(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"

    with Lock(path) as lock:
        assert not lock.take()
        assert lock.holder() == str(holder.pid)

        holder.kill()
        holder.communicate()

        assert lock.take()
        assert lock.holder() == str(os.getpid())


def test_a_child_process_does_not_keep_it(path: Path) -> None:
    with Lock(path) as lock:
        assert lock.take()
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
    try:
        assert Lock(path).take()
    finally:
        child.kill()
        child.wait()


def test_a_holder_that_cannot_be_read_is_unknown(path: Path) -> None:
    assert Lock(path).holder() == "unknown"
    path.write_text("")
    assert Lock(path).holder() == "unknown"


def test_a_lock_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "none" / "service.lock")

    with pytest.raises(StoreError) as caught:
        lock.take()

    assert str(caught.value) == (
        f"{tmp_path}/none/service.lock: the lock file cannot be made (No such file or directory);"
        " nothing was changed. Check that the folder exists and is writable."
    )
