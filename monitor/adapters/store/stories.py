"""Stories as the digest run reads them: what may still be told, what may not have arrived."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from types import MappingProxyType

from monitor.adapters.store.database import Database, Part
from monitor.adapters.store.history import shown_since, told_of
from monitor.adapters.store.rows import ENTRY_COLUMNS, entry_from_row, scores_of, to_us
from monitor.model import Entry, Score, ScoredEntry, Shown, Story, TopicProfile

OFFERED_MAX = 60  # stories that a message opens with; it has room for about 30


class Stories(Part):
    """Stories as questions; nothing here writes."""

    def candidates(
        self,
        digest: str,
        profiles: Sequence[TopicProfile],
        since: datetime,
        *,
        unseen: bool = True,
    ) -> list[Story]:
        """Return the stories with entries that this digest may still carry, in story order.

        Such an entry was first seen at or after `since`, or with `unseen` was stored since the
        digest last chose, whatever the clock said then; it is no background, is not committed
        to this digest and scores at or above the near-miss floor of one of the profiles; a
        story returned holds no others, best margin over the threshold first. It tells what
        readers know already, and in how many issues it found no room since its newest entry.
        """
        stored = "OR entry.number > (SELECT covered FROM digest WHERE name = ?3)" if unseen else ""
        with self._db.reading("looking for stories"):
            rows = self._db.rows(
                f"""
                WITH floor AS (
                    SELECT profile.number, each.value AS floor
                    FROM json_each(?1) AS each JOIN profile ON profile.name = each.key
                )
                SELECT entry.number, entry.story FROM entry
                WHERE entry.story IS NOT NULL AND entry.background = 0
                    AND (entry.seen_at >= ?2 {stored})
                    AND EXISTS (
                        SELECT 1 FROM floor JOIN score
                            ON score.entry = entry.number AND score.profile = floor.number
                        WHERE score.value >= floor.floor
                    )
                    AND NOT EXISTS (
                        SELECT 1 FROM commitment WHERE commitment.entry = entry.number
                            AND commitment.digest = (SELECT number FROM digest WHERE name = ?3)
                    )
                """,
                [json.dumps({p.name: p.near_miss_floor for p in profiles}), to_us(since), digest],
            )
            members = {row["number"]: row["story"] for row in rows}
            return told_of(self._db, digest, self._stories(digest, members, profiles))

    def unconfirmed(
        self, digest: str, recipient: str, profiles: Sequence[TopicProfile] = ()
    ) -> list[Story]:
        """Return the stories that may not have reached a recipient and were not offered again.

        These are the stories of messages that ended failed, uncertain or dropped, and those
        which such a message itself was to offer again: what was lost last comes first, and at
        most `OFFERED_MAX`; more than that wait until these are told.
        """
        with self._db.reading("looking for unconfirmed messages"):
            lost = lost_entries(self._db, digest, recipient)
            places = {story: place for place, story in enumerate(dict.fromkeys(lost.values()))}
            members = {e: story for e, story in lost.items() if places[story] < OFFERED_MAX}
            found = self._stories(digest, members, profiles)
            return sorted(found, key=lambda story: places[story.number])

    def shown_since(self, digest: str, since: datetime) -> list[Shown]:
        """Return the stories that a digest has shown since then, with what its readers know."""
        with self._db.reading("reading what was shown"):
            return shown_since(self._db, digest, since)

    def _stories(
        self, digest: str, members: Mapping[int, int], profiles: Sequence[TopicProfile]
    ) -> list[Story]:
        return _stories_of(
            self._db, members, profiles, self._issued(digest, sorted(set(members.values())))
        )

    def _issued(self, digest: str, stories: Sequence[int]) -> dict[int, date]:
        rows = self._db.rows(
            """
            SELECT told.story, max(issue.local_date) AS local_date
            FROM (
                SELECT commitment.story, commitment.issue, commitment.silent
                -- CROSS JOIN keeps the order: from the few stories, not through all that was
                -- ever committed to.
                FROM json_each(?1) AS wanted
                CROSS JOIN commitment INDEXED BY commitment_by_story
                    ON commitment.story = wanted.value
                    AND commitment.digest = (SELECT number FROM digest WHERE name = ?2)
                UNION ALL
                -- Stories are merged and split: what counts is where its entries stand now.
                SELECT entry.story, commitment.issue, commitment.silent
                FROM json_each(?1) AS wanted
                CROSS JOIN entry ON entry.story = wanted.value
                CROSS JOIN commitment ON commitment.entry = entry.number
                    AND commitment.digest = (SELECT number FROM digest WHERE name = ?2)
            ) AS told JOIN issue ON issue.number = told.issue
            WHERE NOT told.silent
            GROUP BY told.story
            """,
            [json.dumps(stories), digest],
        )
        return {row["story"]: date.fromisoformat(row["local_date"]) for row in rows}

    def stories_since(self, since: datetime, profiles: Sequence[TopicProfile] = ()) -> list[Story]:
        """Return the stories with an entry first seen at or after `since`, with all their entries.

        With profiles, entries are ordered by their margin over the threshold. `issued` is
        not told: it is a matter of each digest.
        """
        with self._db.reading("reading stories"):
            rows = self._db.rows(
                """
                SELECT number, story FROM entry WHERE story IN (
                    SELECT story FROM entry WHERE story IS NOT NULL AND seen_at >= ?
                )
                """,
                [to_us(since)],
            )
            return _stories_of(self._db, {row["number"]: row["story"] for row in rows}, profiles)


def lost_entries(db: Database, digest: str, recipient: str) -> dict[int, int]:
    """Return the entries that may not have reached a recipient, and their stories.

    Of such an entry every message that names it, its own and those that offered it again,
    ended failed, uncertain or dropped. What was lost last comes first.
    """
    rows = db.rows(
        """
        SELECT commitment.entry, commitment.story
        FROM outbox JOIN issue ON issue.number = outbox.issue
        JOIN digest ON digest.number = issue.digest
        JOIN commitment ON commitment.issue = outbox.issue AND NOT commitment.silent
        JOIN entry ON entry.number = commitment.entry
        WHERE outbox.state IN ('failed', 'uncertain', 'dropped')
            AND outbox.recipient = ?1 AND digest.name = ?2
            AND NOT EXISTS (
                SELECT 1 FROM offer JOIN outbox AS again ON again.number = offer.message
                JOIN issue AS later ON later.number = again.issue
                WHERE offer.entry = commitment.entry AND again.recipient = outbox.recipient
                    AND later.digest = issue.digest
                    AND again.state NOT IN ('failed', 'uncertain', 'dropped')
            )
        ORDER BY outbox.number DESC, commitment.entry
        """,
        [recipient, digest],
    )
    return {row["entry"]: row["story"] for row in rows}


def _entries(db: Database, numbers: Iterable[int]) -> dict[int, Entry]:
    return {
        row["number"]: entry_from_row(row)
        for row in db.rows(
            f"""
            SELECT {ENTRY_COLUMNS} FROM json_each(?) AS wanted
            JOIN entry ON entry.number = wanted.value
            """,
            [json.dumps(list(numbers))],
        )
    }


def _topics(db: Database) -> dict[int, tuple[str, ...]]:
    """Return the folders that each feed lies in, where it lies in any."""
    rows = db.rows("SELECT number, topics FROM feed WHERE topics <> '[]'")
    return {row["number"]: tuple(json.loads(row["topics"])) for row in rows}


def _margin(score: Score, profiles: Mapping[str, TopicProfile]) -> float:
    """Return how far a score is above its profile's threshold; a profile unknown has none."""
    profile = profiles.get(score.profile)
    return score.value - (profile.threshold if profile else 0.0)


def _stories_of(
    db: Database,
    members: Mapping[int, int],
    profiles: Sequence[TopicProfile],
    issued: Mapping[int, date] = MappingProxyType({}),
) -> list[Story]:
    """Return stories, by number, from entry numbers and the stories they stand in.

    Scores and entries are ordered by their margin over the profile's threshold, best
    first. Scores of other profiles are left out, unless an entry has none but those: what
    was sent once can still be shown when its profile is gone. Pruned entries are missing.
    """
    wanted = {profile.name: profile for profile in profiles}
    entries, scores, topics = _entries(db, members), scores_of(db, members), _topics(db)
    stories: dict[int, list[tuple[tuple[float, datetime, int], ScoredEntry]]] = {}
    for number, entry in entries.items():
        every = scores.get(number, [])
        ours = [score for score in every if score.profile in wanted] or every
        ours.sort(key=lambda score: (-_margin(score, wanted), score.profile))
        if ours:
            rank = (-_margin(ours[0], wanted), entry.dated_at, number)
            scored = ScoredEntry(entry, tuple(ours), topics.get(entry.key.feed, ()))
            stories.setdefault(members[number], []).append((rank, scored))
    return [
        Story(
            number,
            tuple(scored for _, scored in sorted(found, key=itemgetter(0))),
            issued.get(number),
        )
        for number, found in sorted(stories.items())
    ]
