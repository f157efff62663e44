"""Pages of the database overwritten at random: nothing is mailed from what is damaged.

Half of the copies count as large: then it is a service that runs, and has checked all of it in
the night, that finds a page overwritten; what it mails must be what it would have mailed before.
"""

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
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

from monitor.adapters.home import open_home
from monitor.adapters.store import Store, database, soundness
from monitor.errors import MonitorError
from monitor.model import Slot
from monitor.pipeline import plans_of, run_digest
from monitor.pipeline.digests.delivery_run import mail_server_of, run_delivery
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
        sound = _mailed_as_large(place.root, Path(folder) / "sound", smtp)[0]
        assert len(sound) == 2, "the digest and what waited"
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
            ends[_large(place.root, home, smtp, chance, sound)] += 1
    logging.disable(logging.NOTSET)
    yield from (f"{n:4} x {end}" for end, n in sorted(ends.items()))


def _large(
    root: Path, home: Path, smtp: ScriptedSmtp, chance: random.Random, sound: list[str]
) -> str:
    """Flip a page of a database that counts as large; return what came of it."""
    mailed, is_damaged, troubles = _mailed_as_large(root, home, smtp, chance)
    shutil.rmtree(home)
    if not is_damaged:
        return f"large, not detectable, {len(mailed)} mails"
    wrong = [mail for mail in mailed if mail not in sound]
    assert not wrong, f"mailed from what is damaged: {wrong[0]}"
    assert troubles, "damage was not told by the next night"
    return f"large, damaged, {len(mailed)} mails, all as from the sound one"


def _mailed_as_large(
    root: Path, home: Path, smtp: ScriptedSmtp, chance: random.Random | None = None
) -> tuple[list[str], bool, list[str]]:
    """Run a digest and the delivery as a service does that has checked all of it before.

    Return what was mailed, whether a page was damaged, and what was told by the next night.
    """
    shutil.copytree(root, home)
    path, later, troubles = home / "state" / "monitor.db", SIX + timedelta(hours=2), []
    smtp.mailbox.clear()
    limits = soundness.WHOLE_BYTES, database.CHECK_ALWAYS_BYTES
    soundness.WHOLE_BYTES = database.CHECK_ALWAYS_BYTES = 0  # type: ignore[misc]
    try:
        with Store.open(path) as store:
            store.check_fully(SIX)
            store.fold_log()
        is_damaged = chance is not None and _flip(path, chance)
        for step in (_issue, _deliver, _check):
            try:
                step(home, later)
            except MonitorError as error:
                troubles.append(str(error))
    finally:
        soundness.WHOLE_BYTES, database.CHECK_ALWAYS_BYTES = limits  # type: ignore[misc]
    return [_words(mail.content) for mail in smtp.mailbox], is_damaged, troubles


def _issue(home: Path, now: datetime) -> None:
    slot = Slot(now.date(), now.time().replace(tzinfo=None), now)
    with Store.open(home / "state" / "monitor.db") as store:
        for plan in plans_of(open_home(home, {})):
            run_digest(store, plan, slot, now)


def _deliver(home: Path, now: datetime) -> None:
    with Store.open(home / "state" / "monitor.db") as store:
        run_delivery(store, mail_server_of(open_home(home, {})), now)


def _check(home: Path, now: datetime) -> None:
    with Store.open(home / "state" / "monitor.db") as store:
        store.check_fully(now)


def _words(content: bytes) -> str:
    """Return a message without what differs from one making to the next."""
    mail = message_from_bytes(content, policy=policy.default)
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return f"{mail['To']} {mail['Subject']} {parts}"


def _fill(place: Place) -> None:
    """Fill a home, half of it long before the digest's week."""
    for at, name in ((SIX - timedelta(days=30), "old"), (SIX, "a")):
        items = (make_item(f"{name}{n}", title=f"Tariff talks {n} " * 5, at=at) for n in range(300))
        place.site.scripts["/feed"] = Reply(make_rss(*items), headers={"ETag": f'"{name}"'})
        clock = partial(_same, at)
        service = Service(open_home(place.root, {}), clock=clock, allow_loopback=True)
        assert service.once() == []
    with place.store() as store:
        store.issue(make_digest(name="other"), messages=[make_message()], subject="M")
        assert store.fold_log()


def _same(at: datetime) -> datetime:
    return at


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
