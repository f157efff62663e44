"""Everything remembered, in one SQLite file: feeds, entries, stories, issues, outbox, verdicts.

database.py, transactions.py, words.py and schema.py are the sole users of sqlite3; schema.py of
sqlite_utils.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
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
from monitor.adapters.store.backfill import Backfill
from monitor.adapters.store.browse import Browse, Edit, PlainEntry
from monitor.adapters.store.counts import Counts, FeedDays
from monitor.adapters.store.database import Database
from monitor.adapters.store.entries import Entries, SavedPoll
from monitor.adapters.store.feeds import Feeds, FeedsChange
from monitor.adapters.store.issued import Issued, ShownIssue, ShownStory, StoryAbove
from monitor.adapters.store.ledger import Ledger
from monitor.adapters.store.listing import EntryPage, Wanted
from monitor.adapters.store.outbox import Outbox
from monitor.adapters.store.pairs import Pairs, RankNote, StoryPairs
from monitor.adapters.store.people import People
from monitor.adapters.store.places import Places
from monitor.adapters.store.readers import Forgotten, Reader, Readers
from monitor.adapters.store.rescored import Rescored
from monitor.adapters.store.retention import Retention
from monitor.adapters.store.sessions import Sessions
from monitor.adapters.store.slots import IssueKind, IssueRecord
from monitor.adapters.store.soundness import Soundness
from monitor.adapters.store.stories import Stories
from monitor.adapters.store.traces import Traces
from monitor.adapters.store.transactions import BUSY_TIMEOUT_S
from monitor.adapters.store.upkeep import Troubles
from monitor.adapters.store.verdicts import Verdicts
from monitor.adapters.store.wishes import Wishes

__all__ = [
    "Edit",
    "EntryPage",
    "FeedDays",
    "FeedsChange",
    "Forgotten",
    "IssueKind",
    "IssueNote",
    "IssueRecord",
    "OmissionNote",
    "PlainEntry",
    "PollFacts",
    "RankNote",
    "Reader",
    "SavedPoll",
    "ShownIssue",
    "ShownStory",
    "Status",
    "Store",
    "StoredEntry",
    "StoryAbove",
    "StoryPairs",
    "Wanted",
]


class Store(
    Feeds,
    Traces,
    Rescored,
    Backfill,
    Entries,
    Stories,
    Places,
    Pairs,
    Ledger,
    Issued,
    Outbox,
    People,
    Verdicts,
    Troubles,
    Retention,
    Wishes,
    Browse,
    Counts,
    Archive,
    Sessions,
    Readers,
    Soundness,
):
    """The memory of one home, for one thread; other threads and commands open their own.

    Its methods are split by noun, one file each: feeds.py, traces.py, entries.py and places.py
    (the poll run), stories.py, slots.py and ledger.py (the digest run), pairs.py (stories as
    people put them), outbox.py (the delivery run), people.py (who left), sessions.py (who is
    logged in), verdicts.py (learning), upkeep.py and retention.py (the service), archive.py,
    browse.py and issued.py (people's questions), backfill.py (archives), soundness.py (damage).
    Every writing method is one transaction that is kept wholly or not at all and may be repeated;
    every method raises StoreError when the database cannot be used.
    """

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        check: bool = False,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        any_thread: bool = False,
    ) -> Store:
        """Open the database at `path`, made where there is none (but not when `read_only`).

        `check` looks for damage even in a large file. `any_thread`: it may be handed from thread
        to thread, for one at a time. Raises StoreError for a file that is damaged, no database,
        another program's, or of a newer version.
        """
        return cls(
            Database.open(
                path,
                read_only=read_only,
                check=check,
                busy_timeout_s=busy_timeout_s,
                any_thread=any_thread,
            )
        )

    def gathering(self) -> AbstractContextManager[Callable[[], None]]:
        """Let writes share transactions within the block, a few at a time; see `Database`.

        What is yielded commits what was gathered: call it before waiting for anything.
        """
        return self._db.gathering()

    def log_bytes(self) -> int:
        """Return the size of the write-ahead log, 0 when there is none."""
        return self._db.log_bytes()

    def fold_log(self) -> bool:
        """Fold the log into the file and cut it to nothing; False when a reader is in the way."""
        return self._db.fold_log()

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
