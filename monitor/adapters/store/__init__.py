"""Everything remembered, in one SQLite file: feeds, entries, stories, issues, outbox, verdicts.

database.py is the sole user of sqlite3 and, with schema.py, of sqlite_utils.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import TracebackType

from monitor.adapters.store.archive import (
    Archive,
    IssueNote,
    OmissionNote,
    PollFacts,
    Status,
    StoredEntry,
)
from monitor.adapters.store.database import BUSY_TIMEOUT_S, Database
from monitor.adapters.store.entries import Entries, SavedPoll
from monitor.adapters.store.feeds import Feeds, FeedsChange
from monitor.adapters.store.ledger import IssueKind, IssueRecord, Ledger
from monitor.adapters.store.outbox import Outbox
from monitor.adapters.store.pairs import Pairs, RankNote, StoryPairs
from monitor.adapters.store.rows import from_us_or_none, to_us
from monitor.adapters.store.stories import Stories
from monitor.adapters.store.traces import Traces
from monitor.adapters.store.verdicts import Verdicts

__all__ = [
    "FeedsChange",
    "IssueKind",
    "IssueNote",
    "IssueRecord",
    "OmissionNote",
    "PollFacts",
    "RankNote",
    "SavedPoll",
    "Status",
    "Store",
    "StoredEntry",
    "StoryPairs",
]


class Store(Feeds, Traces, Entries, Stories, Pairs, Ledger, Outbox, Verdicts, Archive):
    """The memory of one home, for one thread; other threads and commands open their own.

    Its methods are split by noun, one file each: feeds.py, traces.py, entries.py (the poll run),
    stories.py and ledger.py (the digest run), pairs.py (stories as people put them), outbox.py
    (the delivery run), verdicts.py (learning), archive.py (people's questions). Every writing
    method is one transaction that is kept wholly or not at all and may be repeated; every
    method raises StoreError when the database cannot be used.
    """

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        check: bool = False,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> Store:
        """Open the database at `path`, made where there is none (but not when `read_only`).

        `check` looks for damage even in a large file. Raises StoreError for a file that is
        damaged, no database, another program's, or of a newer version.
        """
        return cls(
            Database.open(path, read_only=read_only, check=check, busy_timeout_s=busy_timeout_s)
        )

    def check(self) -> None:
        """Raise StoreError when the file is damaged; about a second per 500 MB."""
        self._db.check()

    def heartbeat(self, now: datetime) -> None:
        """Note that the service is alive."""
        with self._db.writing("noting a heartbeat"):
            self._db.run(
                """
                INSERT INTO fact VALUES ('heartbeat_at', ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """,
                [to_us(now)],
            )

    def last_heartbeat(self) -> datetime | None:
        """Return when the service was last alive, None when it never ran."""
        with self._db.reading("looking up the last heartbeat"):
            return from_us_or_none(
                self._db.value("SELECT value FROM fact WHERE name = 'heartbeat_at'")
            )

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
