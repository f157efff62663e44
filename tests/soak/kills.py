"""SIGKILL at random, the whole product under load: nothing lost, nothing twice, soon back."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator

from tests.soak._newsroom import finish, newsroom

COUNT, FEEDS = 300, 200
READY_S = 3.0


def run(seed: int, count: int | None) -> Iterator[str]:
    """Kill as often as `count` says, then check every entry and every mail."""
    moments, ready = random.Random(seed), []
    with newsroom(FEEDS) as (room, helper):
        for number in range(count or COUNT):
            if number % 3 == 0:  # a slow reply after the final dot: longer to be killed in
                room.smtp.faults.append(("dot", "think"))
            service = helper.start()
            if number % 10 == 0:
                ready.append(helper.ready_within(READY_S))
            time.sleep(moments.uniform(0.1, 2.0))
            os.kill(service, signal.SIGKILL)
            assert helper.ended() == -signal.SIGKILL
        finish(room, helper)
        yield f"{count or COUNT} kills, {FEEDS} feeds, {room.count} entries written and stored"
        yield f"{len(room.smtp.mailbox)} mails taken, none twice; the database is whole"
        yield f"ready within {max(ready):.2f} s of the start, {len(ready)} times measured"
