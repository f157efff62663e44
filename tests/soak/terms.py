"""SIGTERM at random: every time a peaceful end within ten seconds, and nothing lost."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator

from tests.soak._newsroom import finish, newsroom

COUNT, FEEDS = 100, 50
WITHIN_S = 10.0


def run(seed: int, count: int | None) -> Iterator[str]:
    """Stop a service as often as `count` says, at any moment of its life."""
    moments, took = random.Random(seed), []
    with newsroom(FEEDS) as (room, helper):
        for number in range(count or COUNT):
            if number % 4 == 0:
                room.smtp.faults.append(("dot", "think"))
            service = helper.start()
            if number % 2:
                helper.ready_within(30.0)
            time.sleep(moments.uniform(0.3, 1.2))
            began = time.monotonic()
            os.kill(service, signal.SIGTERM)
            status = helper.ended()
            took.append(time.monotonic() - began)
            assert status == 0, f"exit status {status}"
            assert took[-1] <= WITHIN_S
        finish(room, helper)
        yield f"{len(took)} of {len(took)} ended with 0, the slowest within {max(took):.2f} s"
        yield f"{room.count} entries stored, {len(room.smtp.mailbox)} mails, none twice"
