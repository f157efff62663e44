"""Ten people judging in the pages while 500 feeds are polled: nobody is locked out or waits."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

from monitor.adapters.store import Store
from tests.pages import Browser
from tests.soak._newsroom import Newsroom, newsroom

SECONDS, PEOPLE, FEEDS = 60, 10, 500
FASTER = 60.0  # every feed is due each quarter of a minute
PER_HOUR = 1000  # entries, of this fast clock: one in two polls brings one
CLICK_S = 0.5  # a person clicks no faster
P99_S = 1.0


def run(seed: int, count: int | None) -> Iterator[str]:
    """Let everybody judge an entry each half second, for `count` seconds, over real HTTP."""
    took: list[float] = []
    answers = Counter[int]()
    port = _free_port()
    with newsroom(FEEDS, faster=FASTER, port=port) as (room, helper):
        room.per_hour = PER_HOUR
        service = helper.start()
        helper.ready_within(30.0)
        _wait_for_entries(room)
        asked_before = len(room.site.paths)
        ends_at = time.monotonic() + (count or SECONDS)
        people = [
            threading.Thread(target=_judge, args=(room, port, seed + n, ends_at, took, answers))
            for n in range(PEOPLE)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        polled = len(room.site.paths) - asked_before
        said = helper.log()
        stored = room.value("SELECT count(*) FROM verdict")
        os.kill(service, signal.SIGTERM)
        assert helper.ended() == 0
        with Store.open(room.database, check=True) as store:
            store.check(whole=True)
    took.sort()
    middle, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    yield f"{len(took)} verdicts by {PEOPLE} people, on {stored} entries, beside {polled} polls"
    yield f"answers: {dict(answers)}; the log says locked: {said.count('locked')}"
    yield f"p50 {middle * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms, the slowest {took[-1]:.2f} s"
    assert set(answers) == {200, 303}, said[-6000:]
    assert "locked" not in said
    assert p99 < P99_S


def _judge(
    room: Newsroom, port: int, seed: int, ends_at: float, took: list[float], answers: Counter[int]
) -> None:
    chance, browser = random.Random(seed), Browser(port)
    while time.monotonic() < ends_at:
        number = chance.randint(1, room.value("SELECT max(number) FROM entry"))
        word = chance.choice(("good", "bad"))
        answers[browser.get(f"/entries/{number}").status] += 1
        began = time.monotonic()
        answer = browser.post(f"/entries/{number}/verdict", {"verdict": word, "back": "/status"})
        took.append(time.monotonic() - began)
        answers[answer.status] += 1
        time.sleep(CLICK_S)


def _wait_for_entries(room: Newsroom) -> None:
    ends_at = time.monotonic() + 60
    while room.value("SELECT count(*) FROM entry") < PEOPLE:
        assert time.monotonic() < ends_at, "nothing was polled"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
