"""Stories as people put them: merged and split by hand; and how stories ranked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.adapters.store.database import Part
from monitor.adapters.store.rows import from_us, to_us
from monitor.model import EntryKey, Rank


@dataclass(frozen=True, slots=True)
class StoryPairs:
    """What folding has to keep to: pairs of one story, and pairs that never share one."""

    together: tuple[tuple[EntryKey, EntryKey], ...] = ()
    apart: tuple[tuple[EntryKey, EntryKey], ...] = ()


@dataclass(frozen=True, slots=True)
class RankNote:
    """Where a story stood in an issue of a digest."""

    digest: str
    slot_label: str
    issued_at: datetime
    carried: bool
    rank: Rank
    day: int | None  # of an update, None: it was none
    news: tuple[str, ...]


class Pairs(Part):
    """Merging and splitting; each is one transaction and may be repeated."""

    def merge_stories(self, one: int, other: int, now: datetime) -> int:
        """Put the entries of a story with those of another, and remember it.

        Returns how many entries moved, 0 when one of the stories has none.
        """
        with self._db.writing("merging stories"):
            ours, theirs = self._members_of(one), self._members_of(other)
            if one == other or not ours or not theirs:
                return 0
            self._db.run(
                """
                DELETE FROM story_pair WHERE NOT together
                    AND (one IN (SELECT value FROM json_each(?1))
                        AND other IN (SELECT value FROM json_each(?2))
                    OR one IN (SELECT value FROM json_each(?2))
                        AND other IN (SELECT value FROM json_each(?1)))
                """,
                [json.dumps(ours), json.dumps(theirs)],
            )
            self._remember_pairs(ours[0], theirs, now, together=True)
            self._let_stand_in(theirs, one)
        return len(theirs)

    def split_story(self, entries: Sequence[int], now: datetime) -> int | None:
        """Take entries of one story out of it, into one of their own, and remember it.

        What was attached in silence, for its event had been sent, and now turns out to be
        another event, may be issued after all. Returns the number of their new story; None
        when they are not of one story, or all of it, and nothing is split.
        """
        with self._db.writing("splitting a story"):
            found = self._db.rows(
                """
                SELECT DISTINCT story FROM entry
                WHERE number IN (SELECT value FROM json_each(?)) AND story IS NOT NULL
                """,
                [json.dumps(list(entries))],
            )
            if len(found) != 1:
                return None
            story = found[0]["story"]
            members = self._members_of(story)
            out = [number for number in members if number in set(entries)]
            rest = [number for number in members if number not in set(entries)]
            if not rest or len(out) != len(set(entries)):
                return None
            for number in out:
                self._remember_pairs(number, rest, now, together=False)
            # A story has the number of an entry of its own, so that no two can share one.
            if story in out:
                self._let_stand_in(rest, rest[0])
            self._let_stand_in(out, out[0])
            self._give_back(out, rest)
            self._give_back(rest, out)
        return out[0]

    def story_pairs(self, since: datetime) -> StoryPairs:
        """Return what people merged and split among entries first seen at or after `since`."""
        with self._db.reading("reading merged and split stories"):
            rows = self._db.rows(
                """
                SELECT one.feed AS one_feed, coalesce(one.id, one.link) AS one_id,
                    other.feed AS other_feed, coalesce(other.id, other.link) AS other_id, together
                FROM story_pair
                JOIN entry AS one ON one.number = story_pair.one
                JOIN entry AS other ON other.number = story_pair.other
                WHERE max(one.seen_at, other.seen_at) >= ?
                ORDER BY story_pair.one, story_pair.other
                """,
                [to_us(since)],
            )
        found: dict[int, list[tuple[EntryKey, EntryKey]]] = {0: [], 1: []}
        for row in rows:
            one = EntryKey(row["one_feed"], row["one_id"])
            other = EntryKey(row["other_feed"], row["other_id"])
            found[row["together"]].append((one, other))
        return StoryPairs(tuple(found[1]), tuple(found[0]))

    def rankings(self, story: int) -> list[RankNote]:
        """Return where a story stood in each issue that it was eligible for, oldest first."""
        with self._db.reading("reading a story's ranks"):
            rows = self._db.rows(
                """
                SELECT digest.name, issue.issued_at,
                    issue.local_date || '-' || replace(issue.local_time, ':', '') AS slot_label,
                    EXISTS (SELECT 1 FROM issue_story WHERE issue_story.issue = ranking.issue
                        AND issue_story.story = ranking.story) AS carried,
                    ranking.*
                FROM ranking JOIN issue ON issue.number = ranking.issue
                JOIN digest ON digest.number = issue.digest
                WHERE ranking.story = ? ORDER BY issue.issued_at, digest.name
                """,
                [story],
            )
        return [
            RankNote(
                row["name"],
                row["slot_label"],
                from_us(row["issued_at"]),
                bool(row["carried"]),
                Rank(
                    row["strength"],
                    row["outlets"],
                    row["freshness"],
                    row["outlet_count"],
                    timedelta(seconds=row["age_s"]),
                ),
                row["day"],
                tuple(json.loads(row["news"])),
            )
            for row in rows
        ]

    def _members_of(self, story: int) -> list[int]:
        rows = self._db.rows("SELECT number FROM entry WHERE story = ? ORDER BY number", [story])
        return [row["number"] for row in rows]

    def _remember_pairs(
        self, one: int, others: Iterable[int], now: datetime, *, together: bool
    ) -> None:
        self._db.run_many(
            """
            INSERT INTO story_pair VALUES (?, ?, ?, ?)
            ON CONFLICT (one, other) DO UPDATE SET together = excluded.together, at = excluded.at
            """,
            [(min(one, other), max(one, other), together, to_us(now)) for other in others],
        )

    def _give_back(self, entries: Sequence[int], others: Sequence[int]) -> None:
        """Undo silent commitments of entries, in digests that showed the others and none of them.

        What was let go is told so, and stays committed: its story was never shown.
        """
        self._db.run(
            """
            DELETE FROM commitment WHERE silent AND entry IN (SELECT value FROM json_each(?1))
                AND digest IN (SELECT digest FROM commitment WHERE NOT silent
                    AND entry IN (SELECT value FROM json_each(?2)))
                AND digest NOT IN (SELECT digest FROM commitment WHERE NOT silent
                    AND entry IN (SELECT value FROM json_each(?1)))
            """,
            [json.dumps(list(entries)), json.dumps(list(others))],
        )

    def _let_stand_in(self, entries: Sequence[int], story: int) -> None:
        """Let entries stand in a story; what was sent of them counts as sent of that one."""
        moved = json.dumps(list(entries))
        for table, number in (("entry", "number"), ("commitment", "entry")):
            self._db.run(
                f"""
                UPDATE {table} SET story = ?
                WHERE {number} IN (SELECT value FROM json_each(?))
                """,
                [story, moved],
            )
