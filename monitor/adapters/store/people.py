"""The readers: who of a digest's recipients wants it no more."""

from __future__ import annotations

from datetime import datetime

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import to_us


class People(Part):
    """What readers said of the mail itself. Addresses are as the outbox has them."""

    def unsubscribe(self, digest: str, recipient: str, now: datetime) -> bool:
        """Send this reader no more of a digest; False when they had said so before."""
        with self._db.writing("unsubscribing a reader"):
            return bool(
                self._db.run(
                    """
                    INSERT INTO unsubscribed VALUES (?, ?, ?)
                    ON CONFLICT (digest, recipient) DO NOTHING
                    """,
                    [digest, recipient, to_us(now)],
                )
            )

    def resubscribe(self, digest: str, recipient: str) -> bool:
        """Send this reader the digest again; False when they had not left it."""
        with self._db.writing("subscribing a reader again"):
            return bool(
                self._db.run(
                    "DELETE FROM unsubscribed WHERE digest = ? AND recipient = ?",
                    [digest, recipient],
                )
            )

    def unsubscribed(self, digest: str) -> frozenset[str]:
        """Return the addresses that get no more of a digest."""
        with self._db.reading("looking up who unsubscribed"):
            rows = self._db.rows("SELECT recipient FROM unsubscribed WHERE digest = ?", [digest])
        return frozenset(row["recipient"] for row in rows)
