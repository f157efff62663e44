"""The soaks can be found and run, and a claim that does not hold is told with its seed."""

from __future__ import annotations

import inspect
import subprocess
import sys
import time
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.soak import __main__ as soaks
from tests.soak._leash import LEASH


@pytest.mark.parametrize("name", soaks.names())
def test_each_soak_says_what_it_tries_and_takes_a_seed_and_a_count(name: str) -> None:
    module = soaks.load(name)

    assert (module.__doc__ or "").splitlines()[0].endswith(".")
    assert list(inspect.signature(module.run).parameters) == ["seed", "count"]


@pytest.mark.parametrize(
    ("holds", "told"), [(True, "   held, 0 s"), (False, "BROKEN: ./run soak made_up --seed 7")]
)
def test_a_claim_that_does_not_hold_is_told_with_its_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], holds: bool, told: str
) -> None:
    def run(seed: int, count: int | None) -> Iterator[str]:
        yield f"seed {seed}, {count} tried"
        assert holds

    module = ModuleType("made_up", "Something is tried.")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setattr(soaks, "load", lambda name: module)

    assert soaks.soak("made_up", 7, 3) is holds

    said, trouble = capsys.readouterr()
    assert said.startswith("== made_up: Something is tried. Seed 7.\n   seed 7, 3 tried\n")
    assert told in said + trouble


def test_who_is_on_the_leash_ends_with_whoever_holds_it() -> None:
    forked = LEASH + (
        "import sys, time\n"
        "if os.fork() == 0:\n"
        "    leash()\n"
        "    print('on', flush=True)\n"
        "    time.sleep(60)\n"
        "os.wait()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", forked], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "on\n"
    process.stdin.write("not for the leash\n")
    process.stdin.flush()
    time.sleep(0.1)
    assert process.poll() is None

    process.stdin.close()  # what the end of this process would do, too

    assert process.wait(10) == 0
    process.stdout.close()
