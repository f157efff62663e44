"""What was issued, as pages, feeds and alerts ask for it; and what there was to issue by day."""

from __future__ import annotations

import json
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import ENTRY_COLUMNS, entry_from_row, from_us, id_hash, to_us
from monitor.model import Entry, EntryKey

REPORTS_A_STORY = 10  # looked at, on the average
_SLOT_LABEL = "issue.local_date || '-' || replace(issue.local_time, ':', '')"


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story as an issue showed it, by the words that its lead has now."""

    title: str
    link: str
    outlet: str


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """An issue that said something: stories, or a receipt."""

    slot_label: str
    issued_at: datetime
    subject: str
    stories: tuple[ShownStory, ...]  # in its order; pruned ones are missing


@dataclass(frozen=True, slots=True)
class StoryAbove:
    """A story by its reports that passed a threshold."""

    number: int
    lead: Entry  # with the best score
    outlets: tuple[str, ...]  # the lead's first, then as they came
    updated_at: datetime  # when the newest of them was first seen


class Issued(Part):
    """Questions about issues; only `home_id` writes, once."""

    def shown_issues(self, digest: str, *, limit: int = 50) -> list[ShownIssue]:
        """Return a digest's issues that said something, newest first."""
        with self._db.reading("reading the issues"):
            rows = self._db.rows(
                f"""
                SELECT issue.number, {_SLOT_LABEL} AS slot_label, issue.issued_at, issue.subject
                FROM issue JOIN digest ON digest.number = issue.digest
                WHERE digest.name = ? AND issue.kind IN ('issue', 'receipt')
                ORDER BY issue.due_at DESC, issue.number DESC LIMIT ?
                """,
                [digest, limit],
            )
            stories: dict[int, list[ShownStory]] = {row["number"]: [] for row in rows}
            for row in self._db.rows(
                """
                SELECT issue_story.issue, entry.title, entry.link, entry.outlet
                FROM json_each(?) AS wanted JOIN issue_story ON issue_story.issue = wanted.value
                JOIN entry ON entry.number = issue_story.lead
                ORDER BY issue_story.issue, issue_story.position
                """,
                [json.dumps(list(stories))],
            ):
                shown = ShownStory(row["title"], row["link"], row["outlet"])
                stories[row["issue"]].append(shown)
        return [
            ShownIssue(
                row["slot_label"],
                from_us(row["issued_at"]),
                row["subject"],
                tuple(stories[row["number"]]),
            )
            for row in rows
        ]

    def shown_count(self, digest: str, day: date) -> int:
        """Return how many stories the digest's issues of a local day have shown."""
        with self._db.reading("counting stories"):
            return int(
                self._db.value(
                    """
                    SELECT count(*) FROM issue JOIN digest ON digest.number = issue.digest
                    JOIN issue_story ON issue_story.issue = issue.number
                    WHERE digest.name = ? AND issue.local_date = ?
                    """,
                    [digest, day.isoformat()],
                )
            )

    def stories_above(
        self, profile: str, threshold: float, since: datetime, *, limit: int = 60
    ) -> list[StoryAbove]:
        """Return the stories with a report dated since then that passes, newest first."""
        with self._db.reading("looking for stories"):
            rows = self._db.rows(
                f"""
                SELECT {ENTRY_COLUMNS}, score.value AS score FROM entry
                JOIN score ON score.entry = entry.number
                    AND score.profile = (SELECT number FROM profile WHERE name = ?)
                WHERE entry.dated_at >= ? AND score.value >= ? AND entry.story IS NOT NULL
                ORDER BY entry.seen_at DESC, entry.number DESC LIMIT ?
                """,
                [profile, to_us(since), threshold, limit * REPORTS_A_STORY],
            )
        stories: dict[int, list[Any]] = {}
        for row in rows:
            stories.setdefault(row["story"], []).append(row)
        return [_story_above(number, found) for number, found in stories.items()][:limit]

    def newest_entry(self) -> int:
        """Return the number of the entry that was stored last, 0 before the first."""
        with self._db.reading("looking up the newest entry"):
            return int(self._db.value("SELECT coalesce(max(number), 0) FROM entry"))

    def entry_numbers(self, keys: Iterable[EntryKey]) -> dict[EntryKey, int]:
        """Return the numbers by which entries are known to a person; unknown ones are missing."""
        found: dict[EntryKey, int] = {}
        with self._db.reading("looking up entries"):
            for key in keys:
                number = self._db.value(
                    "SELECT entry FROM known WHERE feed = ? AND id_hash = ?",
                    [key.feed, id_hash(key.id)],
                )
                if number is not None:
                    found[key] = number
        return found

    def counts_between(
        self, bounds: Sequence[datetime], thresholds: Mapping[str, float]
    ) -> dict[str, tuple[int, ...]]:
        """Count by profile the entries over its threshold, dated between each two bounds.

        `bounds` ascend; a profile without any such entry has zeros.
        """
        edges = [to_us(bound) for bound in bounds]
        counts = {name: [0] * (len(edges) - 1) for name in thresholds}
        if not thresholds:
            return {}
        with self._db.reading("counting entries by day"):
            rows = self._db.rows(
                """
                SELECT profile.name, entry.dated_at FROM json_each(?3) AS line
                JOIN profile ON profile.name = line.key
                JOIN entry ON entry.dated_at >= ?1 AND entry.dated_at < ?2
                JOIN score ON score.entry = entry.number AND score.profile = profile.number
                -- The least of the lines first: nine scores of ten need no look at their own.
                WHERE score.value >= ?4 AND score.value >= line.value
                """,
                [edges[0], edges[-1], json.dumps(dict(thresholds)), min(thresholds.values())],
            )
        for row in rows:
            counts[row["name"]][bisect_right(edges, row["dated_at"]) - 1] += 1
        return {name: tuple(found) for name, found in counts.items()}

    def home_id(self) -> uuid.UUID:
        """Return what no other home has; made at the first call, kept with the database."""
        with self._db.writing("looking up the home's id"):
            self._db.run(
                "INSERT INTO fact VALUES ('home', abs(random() >> 1)) ON CONFLICT (name) DO NOTHING"
            )
            number = self._db.value("SELECT value FROM fact WHERE name = 'home'")
        return uuid.uuid5(uuid.NAMESPACE_OID, f"news monitor, home {number}")


def _story_above(number: int, rows: Sequence[Any]) -> StoryAbove:
    """Return a story from its reports, the newest first."""
    lead = max(reversed(rows), key=lambda row: row["score"])  # of equals the first that came
    outlets = dict.fromkeys([lead["outlet"], *(row["outlet"] for row in reversed(rows))])
    return StoryAbove(number, entry_from_row(lead), tuple(outlets), from_us(rows[0]["seen_at"]))
