"""Power cuts: the files as they stood at any instant, the log torn anywhere it could be."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from monitor.adapters.store import Store
from tests.soak._newsroom import Newsroom, newsroom

COUNT, FEEDS = 200, 50
FRAME, LOG_HEAD = 24 + 4096, 32
FOLDED_AT = 96  # in the log's index: how many frames are in the file already


def run(seed: int, count: int | None) -> Iterator[str]:
    """Stop the service for an instant, copy what is on the disk, tear the log, open the copy."""
    chance, torn = random.Random(seed), 0
    with newsroom(FEEDS) as (room, helper):
        service = helper.start()
        helper.ready_within(30.0)
        for number in range(count or COUNT):
            time.sleep(chance.uniform(0.02, 0.2))
            os.kill(service, signal.SIGSTOP)
            try:
                copy = _copied(room.database, room.root.parent / f"copy-{number}")
            finally:
                os.kill(service, signal.SIGCONT)
            torn += _tear(copy, chance)
            _check(copy, room)
            shutil.rmtree(copy.parent)
        os.kill(service, signal.SIGTERM)
        assert helper.ended() == 0
    yield f"{count or COUNT} copies opened whole, {torn} of them with a torn log"


def _copied(database: Path, folder: Path) -> Path:
    folder.mkdir()
    for suffix in ("", "-wal", "-shm"):
        source = database.with_name(database.name + suffix)
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    return folder / database.name


def _tear(copy: Path, chance: random.Random) -> bool:
    """Cut the log anywhere behind what was folded: that much had reached the disk before."""
    log, index = (copy.with_name(f"{copy.name}{suffix}") for suffix in ("-wal", "-shm"))
    folded = 0
    if index.exists():
        folded = int.from_bytes(index.read_bytes()[FOLDED_AT : FOLDED_AT + 4], "little")
        index.unlink()  # it is memory, and gone with the power
    size = log.stat().st_size if log.exists() else 0
    least = LOG_HEAD + folded * FRAME
    if size <= least:
        return False
    os.truncate(log, chance.randrange(least, size))
    return True


def _check(copy: Path, room: Newsroom) -> None:
    """Assert the invariants: whole steps, and no validator newer than what it describes."""
    with Store.open(copy, check=True) as store:
        store.check(whole=True)
        feeds = store.feeds()
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        stored = dict(database.execute("SELECT feed, count(*) FROM entry GROUP BY feed"))
        lone = database.execute(
            "SELECT count(*) FROM outbox WHERE issue NOT IN (SELECT issue FROM commitment)"
        ).fetchone()
        unknown = database.execute(
            "SELECT count(*) FROM entry WHERE number NOT IN (SELECT entry FROM known)"
        ).fetchone()
    assert (lone, unknown) == ((0,), (0,))
    for feed, state in feeds:
        shown = int(state.etag.strip('"')) if state.etag else 0
        assert stored.get(feed.number, 0) == shown, "a validator is not of what is stored"
