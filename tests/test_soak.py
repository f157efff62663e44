"""The soaks can be found and run, and a claim that does not hold is told with its seed."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.soak import __main__ as soaks


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
