"""What a feed's last document held, so that only what is new in it is read again."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.adapters.store.database import Database, Part
from monitor.adapters.store.rows import ENTRY_COLUMNS, entry_from_row
from monitor.model import Entry


class Traces(Part):
    """Traces of entries, as monitor.identity packs them; written with a poll's state."""

    def traces(self, feed: int) -> bytes:
        """Return a feed's traces, b"" when there are none."""
        with self._db.reading("reading what a feed held"):
            packed = self._db.value("SELECT traces FROM feed_trace WHERE feed = ?", [feed])
        return bytes(packed or b"")

    def entries_known_by(self, feed: int, hashes: Iterable[bytes]) -> dict[bytes, Entry]:
        """Return a feed's entries by the hash of their id; pruned ones are missing."""
        found: dict[bytes, Entry] = {}
        with self._db.reading("looking for entries under their former ids"):
            for each in hashes:
                row = self._db.row(
                    f"""
                    SELECT {ENTRY_COLUMNS} FROM known JOIN entry ON entry.number = known.entry
                    WHERE known.feed = ? AND known.id_hash = ?
                    """,
                    [feed, each],
                )
                if row is not None:
                    found[each] = entry_from_row(row)
        return found


def write_traces(db: Database, feed: int, traces: bytes) -> None:
    """Replace a feed's traces, inside the caller's transaction."""
    db.run(
        """
        INSERT INTO feed_trace VALUES (?, ?)
        ON CONFLICT (feed) DO UPDATE SET traces = excluded.traces
        """,
        [feed, traces],
    )
