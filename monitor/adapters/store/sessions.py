"""Who is logged in to the web pages, and who tried to be."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import from_us, to_us


class Sessions(Part):
    """Sessions by their token, of which only a hash is kept; attempts by who made them."""

    def open_session(
        self, token: str, mark: bytes, now: datetime, *, lasting: timedelta, instead_of: str = ""
    ) -> None:
        """Log a browser in; `mark` is of the password that it was opened with.

        The session under `instead_of`, and all that have run out, are closed.
        """
        with self._db.writing("opening a session"):
            self._db.run(
                "DELETE FROM web_session WHERE token_hash = ? OR expires_at <= ?",
                [_hash(instead_of), to_us(now)],
            )
            self._db.run(
                "INSERT INTO web_session VALUES (?, ?, ?, ?)",
                [_hash(token), mark, to_us(now), to_us(now + lasting)],
            )

    def has_session(self, token: str, mark: bytes, now: datetime) -> bool:
        """Tell whether a browser is logged in, by the password that holds now."""
        with self._db.reading("looking up a session"):
            found = self._db.value(
                "SELECT 1 FROM web_session WHERE token_hash = ? AND mark = ? AND expires_at > ?",
                [_hash(token), mark, to_us(now)],
            )
        return found is not None

    def close_session(self, token: str) -> bool:
        """Log a browser out; return whether it was logged in."""
        with self._db.writing("closing a session"):
            return bool(
                self._db.run("DELETE FROM web_session WHERE token_hash = ?", [_hash(token)])
            )

    def close_sessions(self) -> None:
        """Log every browser out, and forget who guessed: the password is a new one."""
        with self._db.writing("closing the sessions"):
            self._db.run("DELETE FROM web_session")
            self._db.run("DELETE FROM web_attempt")

    # ------------------------------------------------------------ wrong passwords

    def attempts(self, whose: Sequence[str]) -> dict[str, tuple[int, datetime]]:
        """Return how many attempts each made in a row, and when the last was."""
        with self._db.reading("looking up attempts"):
            return {
                who: (row["count"], from_us(row["last_at"]))
                for who in whose
                if (row := self._db.row("SELECT * FROM web_attempt WHERE who = ?", [who]))
            }

    def count_attempt(self, counts: Mapping[str, int], now: datetime, *, kept: timedelta) -> bool:
        """Count one attempt more for each, where so many were counted before.

        False, and nothing is counted, when another attempt was faster. Attempts that are
        older than `kept` are forgotten.
        """
        with self._db.writing("counting an attempt"):
            self._db.run("DELETE FROM web_attempt WHERE last_at <= ?", [to_us(now - kept)])
            for who, count in counts.items():
                value = self._db.value("SELECT count FROM web_attempt WHERE who = ?", [who])
                if (value or 0) != count:
                    return False
            self._db.run_many(
                """
                INSERT INTO web_attempt VALUES (?, 1, ?)
                ON CONFLICT (who) DO UPDATE SET count = count + 1, last_at = excluded.last_at
                """,
                [(who, to_us(now)) for who in counts],
            )
        return True

    def forget_attempts(self, whose: Sequence[str]) -> None:
        """Count from nothing again: the password was right."""
        with self._db.writing("forgetting attempts"):
            self._db.run_many("DELETE FROM web_attempt WHERE who = ?", [(who,) for who in whose])


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
