"""Scores made again for entries that are stored, after a profile was changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.adapters.store.entries import Entries
from monitor.adapters.store.rows import (
    profile_number,
    reasons_from_json,
    reasons_to_json,
    to_us,
)
from monitor.model import Placement, Reason, Score


class Rescored(Entries):
    """What a poll writes of a new entry, for one profile and entries of old."""

    def save_scores(
        self,
        scores: Mapping[int, Score],
        placements: Sequence[Placement],
        *,
        floor: float,
    ) -> None:
        """Put scores of one profile, by entry number, in the place of those before.

        Reasons are kept from `floor` on. Entries that stand in no story yet join or start
        one by the placements; those that stand in one stay there.
        """
        with self._db.writing("saving scores made again"):
            for name in {score.profile for score in scores.values()}:
                profile = profile_number(self._db, name)
                self._db.run_many(
                    """
                    INSERT INTO score VALUES (?, ?, ?)
                    ON CONFLICT (entry, profile) DO UPDATE SET value = excluded.value
                    """,
                    [(number, profile, score.value) for number, score in scores.items()],
                )
                for number, score in scores.items():
                    kept = score.reasons if score.value >= floor else ()
                    self._keep_reasons(number, profile, kept)
            self._place(placements)

    def scored_as(self) -> dict[str, str]:
        """Return by profile a mark of how it was when the stored entries were scored by it."""
        with self._db.reading("looking up what profiles were"):
            rows = self._db.rows("SELECT profile, mark FROM scored_as")
        return {row["profile"]: row["mark"] for row in rows}

    def note_scored(self, marks: Mapping[str, str], now: datetime) -> None:
        """Keep how profiles are: the entries are scored by them as they are now."""
        with self._db.writing("noting what profiles are"):
            self._db.run_many(
                """
                INSERT INTO scored_as VALUES (?, ?, ?)
                ON CONFLICT (profile) DO UPDATE SET mark = excluded.mark, at = excluded.at
                """,
                [(profile, mark, to_us(now)) for profile, mark in marks.items()],
            )

    def _keep_reasons(self, entry: int, profile: int, reasons: Sequence[Reason]) -> None:
        text = self._db.value("SELECT reasons FROM score_reasons WHERE entry = ?", [entry])
        if text is None and not reasons:
            return
        by_profile: dict[int, Sequence[Reason]] = dict(reasons_from_json(text)) if text else {}
        by_profile.pop(profile, None)
        if reasons:
            by_profile[profile] = reasons
        if not by_profile:
            self._db.run("DELETE FROM score_reasons WHERE entry = ?", [entry])
            return
        self._db.run(
            """
            INSERT INTO score_reasons VALUES (?, ?)
            ON CONFLICT (entry) DO UPDATE SET reasons = excluded.reasons
            """,
            [entry, reasons_to_json(by_profile)],
        )
