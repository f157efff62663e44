"""Coverage, put aside for a while: for what runs through much code that other tests measure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from multiprocessing import forkserver
from typing import Any

import coverage

MEASURED_EXAMPLES = 30  # the first ones of a law; the others hardly ever reach another line


@contextmanager
def unmeasured() -> Iterator[None]:
    """Note no lines within the block, neither here nor in processes that it starts."""
    forks = forkserver._forkserver  # outlives the block, and so would what it was told
    had_forks = forks._forkserver_pid is not None  # type: ignore[attr-defined]
    aside = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("COVERAGE")}
    measuring = []  # two, in a process of many that test: pytest's own and the subprocess's
    while (current := coverage.Coverage.current()) is not None:
        current.stop()
        measuring.append(current)
    try:
        yield
    finally:
        if not had_forks:
            forks._stop()  # type: ignore[attr-defined]
        for each in reversed(measuring):
            each.start()
        os.environ.update(aside)


@contextmanager
def first_examples_measured(law: Any) -> Iterator[None]:
    """Within the block, note the lines of the first examples of a hypothesis test only.

    `law` is what @given adds to a test, its attribute `hypothesis`.
    """
    test, stack, seen = law.inner_test, ExitStack(), 0

    @wraps(test)
    def counted(*arguments: Any, **named: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == MEASURED_EXAMPLES + 1:
            stack.enter_context(unmeasured())
        test(*arguments, **named)

    with stack:
        law.inner_test = counted
        try:
            yield
        finally:
            law.inner_test = test
