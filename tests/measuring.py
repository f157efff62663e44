"""Coverage, put aside for a while: for what runs through much code that other tests measure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import coverage


@contextmanager
def unmeasured() -> Iterator[None]:
    """Note no lines within the block, neither here nor in processes that it starts."""
    aside = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("COVERAGE")}
    measuring = []  # two, in a process of many that test: pytest's own and the subprocess's
    while (current := coverage.Coverage.current()) is not None:
        current.stop()
        measuring.append(current)
    try:
        yield
    finally:
        for each in reversed(measuring):
            each.start()
        os.environ.update(aside)
