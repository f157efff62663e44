"""A database as a released version left it, kept as text, so that upgrades from it can be tried.

    python -m tests.releases        writes tests/data/releases/<this version>.sql anew

To be called before a release, and never again for the same version. A file of SQL can be read,
compared and kept for ever; of a database file none of that is true.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from monitor import __version__
from monitor.adapters.store import Store
from monitor.adapters.store.upkeep import BACKUP
from monitor.model import Learned, PollState, Verdict
from monitor.text import fold
from tests.factories import (
    NOON,
    make_digest,
    make_entry,
    make_message,
    make_placement,
    make_score,
    make_scored,
    make_section,
    make_story,
    make_subscription,
)

FOLDER = Path(__file__).parent / "data" / "releases"
TITLES = {
    "a": "México y Estados Unidos firman un acuerdo sobre el agua",
    "b": "Mexico and the United States sign a water accord",
    "c": "Una mañana en la frontera: niños, años y señales",
}
READER = "ana@example.org"


def fill(path: Path) -> None:
    """Make a home's memory with something in each part that people would miss."""
    with Store.open(path) as store:
        store.sync_feeds([make_subscription(), make_subscription("other")], NOON)
        entries = [make_entry(id, title=title, summary="Agua, ñ") for id, title in TITLES.items()]
        store.save_poll(
            1,
            PollState(etag='"1"', polled_at=NOON, succeeded_at=NOON, next_poll_at=NOON),
            [(entry, (make_score(),)) for entry in entries],
            [
                make_placement(entries[0].key),
                make_placement(entries[1].key, joins=entries[0].key),
                make_placement(entries[2].key),
            ],
            floors={"trade": 0.5},
            first_poll_cutoff=None,
            now=NOON,
        )
        shown = make_story(1, make_scored(entries[0]))
        digest = make_digest(make_section(shown))
        store.issue(digest, messages=[make_message(recipient=READER)], subject="Morning")
        store.save_verdicts(
            [Verdict(entries[0], good=True, who="owner"), Verdict(entries[2], False, who=READER)],
            NOON,
        )
        store.save_learned([Learned("trade", {"agua": 1.5}, 0.1, 2, NOON)], NOON)
        store.decline("frontera", NOON)
        store.merge_stories(1, 3, NOON)
        store.heartbeat(NOON)
        store.tally(NOON, polls=2, failures=1, took=timedelta(seconds=3))
        store.note(BACKUP, NOON)
        with store._db.writing("leaving"):
            store._db.run("INSERT INTO unsubscribed VALUES ('evening', ?, 1)", [READER])


def dump(path: Path) -> Iterator[str]:
    """Yield statements that make the database again: Python's own cannot with a word index."""
    with closing(sqlite3.connect(path)) as database:
        for name in ("application_id", "user_version"):
            yield f"PRAGMA {name} = {database.execute(f'PRAGMA {name}').fetchone()[0]};"
        parts = database.execute("SELECT name, type, sql FROM sqlite_schema WHERE sql NOT NULL")
        shape = [row for row in parts if not re.match(r"entry_fts_|sqlite_sequence", row[0])]
        yield from (f"{sql};" for _, _, sql in shape)
        tables = [name for name, kind, _ in shape if kind == "table" and name != "entry_fts"]
        for table in (*tables, "sqlite_sequence"):
            if table == "sqlite_sequence":
                yield "DELETE FROM sqlite_sequence;"  # it counts along
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            quoted = " || ', ' || ".join(f'quote("{column}")' for column in columns)
            for (values,) in database.execute(f'SELECT {quoted} FROM "{table}" ORDER BY 1'):
                yield f'INSERT INTO "{table}" VALUES ({values});'
        words = database.execute("SELECT number, title, summary FROM entry ORDER BY number")
        for number, *texts in words:
            title, summary = (fold(text).replace("'", "''") for text in texts)
            yield (
                "INSERT INTO entry_fts (rowid, title, summary) "
                f"VALUES ({number}, '{title}', '{summary}');"
            )


def build(release: Path, path: Path) -> None:
    """Make the database that a release left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(f"BEGIN;\n{release.read_text(encoding='utf-8')}COMMIT;\n")


def shape(path: Path) -> set[str]:
    """Return how the tables and indexes of a database are made, whatever the layout."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL").fetchall()
    return {" ".join(re.sub(r"--.*", "", sql).split()) for (sql,) in rows}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "monitor.db"
        fill(path)
        FOLDER.mkdir(exist_ok=True)
        release = FOLDER / f"{__version__}.sql"
        release.write_text("\n".join(dump(path)) + "\n", encoding="utf-8")
    print(release)  # noqa: T201


if __name__ == "__main__":
    main()
