"""Pages of the database overwritten at random: nothing is mailed from what is damaged."""

from __future__ import annotations

import logging
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.adapters.home import open_home
from monitor.errors import MonitorError
from monitor.service import Service
from tests.factories import make_digest, make_item, make_message, make_rss
from tests.servers import Reply, Site
from tests.smtp import ScriptedSmtp
from tests.test_service import Place

COUNT, PAGE = 100, 4096
SIX = datetime(2026, 7, 12, 6, 0, tzinfo=UTC)


def run(seed: int, count: int | None) -> Iterator[str]:
    """Flip pages of copies on which mail waits and a digest is due, and run everything once."""
    chance, ends = random.Random(seed), Counter[str]()
    logging.disable(logging.CRITICAL)  # what is wrong is read from what is returned
    with tempfile.TemporaryDirectory() as folder, Site() as site, ScriptedSmtp() as smtp:
        place = Place(Path(folder) / "home", site, smtp)
        _fill(place)
        for number in range(count or COUNT):
            home = Path(folder) / f"copy-{number}"
            shutil.copytree(place.root, home)
            is_damaged = _flip(home / "state" / "monitor.db", chance)
            smtp.mailbox.clear()
            troubles = _run(home)
            mailed = len(smtp.mailbox)
            assert not (is_damaged and mailed), f"{mailed} mails from a damaged database"
            assert troubles or not is_damaged, "damage was not told"
            ends[f"{'damaged' if is_damaged else 'not detectable'}, {mailed} mails"] += 1
            shutil.rmtree(home)
    logging.disable(logging.NOTSET)
    yield from (f"{n:4} x {end}" for end, n in sorted(ends.items()))


def _fill(place: Place) -> None:
    items = (make_item(f"a{n}", title=f"Tariff talks {n} " * 5, at=SIX) for n in range(300))
    place.site.scripts["/feed"] = Reply(make_rss(*items), headers={"ETag": '"1"'})
    service = Service(open_home(place.root, {}), clock=lambda: SIX, allow_loopback=True)
    assert service.once() == []
    with place.store() as store:
        store.issue(make_digest(name="other"), messages=[make_message()], subject="M")
        assert store.fold_log()


def _flip(database: Path, chance: random.Random) -> bool:
    """Overwrite a part of one page; tell whether SQLite itself sees the damage."""
    pages = database.stat().st_size // PAGE
    with database.open("r+b") as file:
        # A byte of text that changed nobody can see; a page, or its head, SQLite does.
        size = chance.choice((8, 512, PAGE, PAGE))
        file.seek(chance.randrange(pages) * PAGE + chance.choice((0, PAGE - size)))
        file.write(chance.randbytes(size))
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA cell_size_check = 1")
            return connection.execute("PRAGMA quick_check").fetchall() != [("ok",)]
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # what it says may hold what it found
        return True


def _run(home: Path) -> list[str]:
    later = SIX + timedelta(hours=2)
    service = Service(open_home(home, {}), clock=lambda: later, allow_loopback=True)
    try:
        return service.once()
    except MonitorError as error:
        return [str(error)]
