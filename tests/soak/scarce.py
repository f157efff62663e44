"""Too few open files, too little memory: it goes on as far as it can, and all is made up for."""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterator

from tests.soak._newsroom import finish, newsroom

COUNT, FEEDS = 10, 60
LASTS_S = 2.0
FILES, BYTES = 30, 400 * 2**20


def run(seed: int, count: int | None) -> Iterator[str]:
    """Take files and memory away from a running service for a while, as often as `count` says."""
    if not hasattr(resource, "prlimit"):
        yield "only Linux lets a limit be set for another process: nothing was tried"
        return
    chance, ends = random.Random(seed), Counter[int]()
    with newsroom(FEEDS) as (room, helper):
        for number in range(count or COUNT):
            service = helper.start()
            helper.ready_within(30.0)
            time.sleep(chance.uniform(0.0, 1.0))
            kind, least = (
                (resource.RLIMIT_AS, BYTES) if number % 2 else (resource.RLIMIT_NOFILE, FILES)
            )
            before = resource.prlimit(service, kind)
            resource.prlimit(service, kind, (least, before[1]))
            time.sleep(LASTS_S)
            if _is_alive(service):
                resource.prlimit(service, kind, before)
                time.sleep(0.5)
                os.kill(service, signal.SIGTERM)
            ends[helper.ended()] += 1
        told = helper.log().count("this machine refused something")
        finish(room, helper)
    # Who has no memory even to tell so ends, and is started again by whoever supervises.
    assert ends.keys() <= {0, 1}, ends
    yield f"{count or COUNT} times too little, exit status {dict(ends)}; told {told} times"
    yield f"{room.count} entries stored, {len(room.smtp.mailbox)} mails, none twice; all is whole"


def _is_alive(service: int) -> bool:
    try:
        os.kill(service, 0)
    except ProcessLookupError:
        return False
    return True
