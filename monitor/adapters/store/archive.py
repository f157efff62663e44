"""What people ask: entries by date and words, one entry explained, stories, facts and status."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.adapters.store.database import Part
from monitor.adapters.store.feeds import news_since
from monitor.adapters.store.rows import (
    ENTRY_COLUMNS,
    entry_from_row,
    from_us,
    from_us_or_none,
    id_hash,
    scores_of,
    to_us,
)
from monitor.model import (
    Entry,
    FeedNews,
    FeedTrouble,
    OmitReason,
    OutboxState,
    Score,
)
from monitor.text import clean_link
from monitor.text.asked import asked as parse_asked

_SLOT_LABEL = "issue.local_date || '-' || replace(issue.local_time, ':', '')"
_ENTRY = f"""
    SELECT {ENTRY_COLUMNS}, feed.title AS feed_title
    FROM entry JOIN feed ON feed.number = entry.feed
"""
_SCORED = """
    EXISTS (
        SELECT 1 FROM score JOIN profile ON profile.number = score.profile
        WHERE score.entry = entry.number AND score.value >= ? AND (? IS NULL OR profile.name = ?)
    )
"""
NO_MATCH = '""'  # to FTS5 a phrase without a word, which nothing matches
MATCHES_MAX = 20  # of an ambiguous name; a person tells apart no more


@dataclass(frozen=True, slots=True)
class IssueNote:
    """An issue that an entry was committed to."""

    digest: str
    slot_label: str
    issued_at: datetime
    silent: bool  # not shown: it joined a story that had been sent
    lead: str = ""  # the headline that spoke for its story, "" when that is its own
    under: str = ""  # the headline that its story was told under, "" when it stood by itself


@dataclass(frozen=True, slots=True)
class OmissionNote:
    """An issue that an entry's story was left out of."""

    digest: str
    slot_label: str
    reason: OmitReason
    detail: str


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry with all that is known of it."""

    number: int
    entry: Entry
    feed_title: str
    scores: tuple[Score, ...]  # best value first; reasons from the near-miss floor on
    story: int | None
    background: bool  # old already when it was first seen, not for mail
    edited_at: datetime | None
    issues: tuple[IssueNote, ...] = ()  # told by `find_entries` only
    omissions: tuple[OmissionNote, ...] = ()  # told by `find_entries` only


@dataclass(frozen=True, slots=True)
class PollFacts:
    """What a receipt says about the polls since a time."""

    feeds_count: int
    feeds_answered_count: int
    entries_new_count: int  # without background
    entries_above_count: int  # of those, at or over a threshold
    troubles: tuple[FeedTrouble, ...]  # failing longest first
    news: tuple[FeedNews, ...] = ()  # what changed for feeds, oldest first


@dataclass(frozen=True, slots=True)
class Status:
    """The state of things at a glance."""

    heartbeat_at: datetime | None
    feeds_count: int
    feeds_failing_count: int
    entries_count: int
    stories_count: int
    outbox: Mapping[OutboxState, int]  # states that occur
    last_issued_at: Mapping[str, datetime]  # by digest: the last issue or receipt
    size_bytes: int  # of the database, without its log


class Archive(Part):
    """Questions; nothing here writes."""

    def entries(
        self,
        *,
        since: datetime | None = None,
        profile: str | None = None,
        minimum: float | None = None,
        search: str | None = None,
        limit: int = 50,
    ) -> list[StoredEntry]:
        """Return entries, newest first by the date they are shown with; None does not restrict.

        `since`: dated at or after it. `minimum`: the least score for `profile`, or for
        any. `search`: words that all occur; "a phrase" in double quotes; mexic* begins so.
        """
        conditions, values = ["1"], list[Any]()
        if since is not None:
            conditions.append("entry.dated_at >= ?")
            values.append(to_us(since))
        if search is not None:
            conditions.append("entry.number IN (SELECT rowid FROM entry_fts(?))")
            values.append(match_expression(search) or NO_MATCH)
        if profile is not None or minimum is not None:
            conditions.append(_SCORED)
            values += [minimum or 0.0, profile, profile]
        with self._db.reading("reading entries"):
            rows = self._db.rows(
                f"""
                {_ENTRY} WHERE {" AND ".join(conditions)}
                ORDER BY entry.dated_at DESC, entry.number DESC LIMIT ?
                """,
                [*values, limit],
            )
            return self._stored(rows)

    def sqlite_version(self) -> str:
        """Return the version of what keeps the database, "3.40.1"."""
        return str(self._db.value("SELECT sqlite_version()"))

    def entry_count(self) -> int:
        """Return the number of entries kept."""
        with self._db.reading("counting entries"):
            return int(self._db.value("SELECT count(*) FROM entry"))

    def find_entries(self, name: str) -> list[StoredEntry]:
        """Return the entry of this number ("17", "#17"), id, link or beginning of an id.

        More than one means that the name is ambiguous, none that nothing is called so.
        """
        with self._db.reading("looking for an entry"):
            stored = self._stored(self._rows_named(name.strip()))
            return [self._explained(each) for each in stored]

    # ------------------------------------------------------------ facts

    def poll_facts(self, since: datetime | None, thresholds: Mapping[str, float]) -> PollFacts:
        """Return what polls brought since a time, None: ever; `thresholds` by profile name."""
        since_us = 0 if since is None else to_us(since)
        with self._db.reading("counting polls"):
            feeds = self._db.rows(
                """
                SELECT count(*) AS feeds, count(*) FILTER (WHERE poll.succeeded_at >= ?) AS answered
                FROM feed JOIN poll ON poll.feed = feed.number
                WHERE feed.removed_at IS NULL AND NOT feed.paused
                """,
                [since_us],
            )[0]
            new = self._db.value(
                "SELECT count(*) FROM entry WHERE seen_at >= ? AND NOT background", [since_us]
            )
            above = self._db.value(
                """
                WITH bar (profile, value) AS MATERIALIZED (  -- or it is read for each entry
                    SELECT profile.number, each.value
                    FROM json_each(?2) AS each JOIN profile ON profile.name = each.key
                )
                SELECT count(*) FROM entry
                WHERE seen_at >= ?1 AND NOT background AND EXISTS (
                    SELECT 1 FROM score JOIN bar ON bar.profile = score.profile
                    WHERE score.entry = entry.number AND score.value >= bar.value
                )
                """,
                [since_us, json.dumps(dict(thresholds))],
            )
            troubles = self._db.rows(
                """
                SELECT feed.title, poll.problem, poll.problem_text, poll.failing_since
                FROM feed JOIN poll ON poll.feed = feed.number
                WHERE feed.removed_at IS NULL AND NOT feed.paused AND poll.problem IS NOT NULL
                ORDER BY poll.failing_since, feed.position
                """
            )
        return PollFacts(
            feeds["feeds"],
            feeds["answered"],
            new,
            above,
            tuple(
                FeedTrouble(
                    row["title"],
                    row["problem_text"] or row["problem"],
                    from_us_or_none(row["failing_since"]),
                    kind=row["problem"],
                )
                for row in troubles
            ),
            news_since(self._db, since),
        )

    def status(self) -> Status:
        """Return the state of things at a glance."""
        value = self._db.value
        with self._db.reading("reading the status"):
            return Status(
                heartbeat_at=from_us_or_none(
                    value("SELECT value FROM fact WHERE name = 'heartbeat_at'")
                ),
                feeds_count=value("SELECT count(*) FROM feed WHERE removed_at IS NULL"),
                feeds_failing_count=value(
                    """
                    SELECT count(*) FROM feed JOIN poll ON poll.feed = feed.number
                    WHERE feed.removed_at IS NULL AND NOT feed.paused AND poll.problem IS NOT NULL
                    """
                ),
                entries_count=value("SELECT count(*) FROM entry"),
                stories_count=value(
                    "SELECT count(DISTINCT story) FROM entry WHERE story IS NOT NULL"
                ),
                outbox={
                    OutboxState(row["state"]): row["n"]
                    for row in self._db.rows(
                        "SELECT state, count(*) AS n FROM outbox GROUP BY state ORDER BY state"
                    )
                },
                last_issued_at={
                    row["name"]: from_us(row["at"])
                    for row in self._db.rows(
                        """
                        SELECT digest.name, max(issue.issued_at) AS at
                        FROM issue JOIN digest ON digest.number = issue.digest
                        WHERE issue.kind IN ('issue', 'receipt')
                        GROUP BY digest.name ORDER BY digest.name
                        """
                    )
                },
                size_bytes=value("PRAGMA page_count") * value("PRAGMA page_size"),
            )

    # ------------------------------------------------------------ parts

    def _rows_named(self, name: str) -> list[Any]:
        digits = name.removeprefix("#")
        found: list[Any] = []
        if digits.isdecimal() and len(digits) < 19:
            found = self._db.rows(f"{_ENTRY} WHERE entry.number = ?", [int(digits)])
        link = clean_link(name)
        if not found:
            found = self._db.rows(
                f"""
                {_ENTRY} WHERE entry.number IN (
                    SELECT known.entry FROM feed JOIN known ON known.feed = feed.number
                    WHERE known.id_hash IN (?, ?)
                ) ORDER BY entry.number LIMIT ?
                """,
                [id_hash(name), id_hash(link), MATCHES_MAX],
            )
        if not found and link:
            found = self._db.rows(
                f"{_ENTRY} WHERE entry.link = ? ORDER BY entry.number LIMIT ?", [link, MATCHES_MAX]
            )
        if not found and name:
            found = self._db.rows(
                f"""
                {_ENTRY} WHERE substr(coalesce(entry.id, entry.link), 1, length(?1)) = ?1
                ORDER BY entry.number LIMIT ?2
                """,
                [name, MATCHES_MAX],
            )
        return found

    def _stored(self, rows: Sequence[Any]) -> list[StoredEntry]:
        scores = scores_of(self._db, [row["number"] for row in rows])
        return [
            StoredEntry(
                number=row["number"],
                entry=entry_from_row(row),
                feed_title=row["feed_title"],
                scores=tuple(scores.get(row["number"], ())),
                story=row["story"],
                background=bool(row["background"]),
                edited_at=from_us_or_none(row["edited_at"]),
            )
            for row in rows
        ]

    def _explained(self, stored: StoredEntry) -> StoredEntry:
        issues = self._db.rows(
            f"""
            SELECT digest.name, {_SLOT_LABEL} AS slot_label, issue.issued_at, commitment.silent,
                CASE WHEN shown.lead != commitment.entry THEN lead.title END AS lead,
                first_lead.title AS under
            FROM digest
            JOIN commitment ON commitment.digest = digest.number AND commitment.entry = ?
            JOIN issue ON issue.number = commitment.issue
            LEFT JOIN issue_story AS shown ON shown.issue = commitment.issue
                AND shown.story = commitment.story AND NOT commitment.silent
            LEFT JOIN entry AS lead ON lead.number = shown.lead
            LEFT JOIN issue_story AS first ON first.issue = commitment.issue
                AND first.story = shown.under
            LEFT JOIN entry AS first_lead ON first_lead.number = first.lead
            ORDER BY issue.issued_at, digest.name
            """,
            [stored.number],
        )
        omissions = self._db.rows(
            f"""
            SELECT digest.name, {_SLOT_LABEL} AS slot_label, omission.reason, omission.detail
            FROM omission JOIN issue ON issue.number = omission.issue
            JOIN digest ON digest.number = issue.digest
            WHERE omission.story = ? ORDER BY issue.issued_at, digest.name
            """,
            [stored.story],
        )
        return replace(
            stored,
            issues=tuple(
                IssueNote(
                    row["name"],
                    row["slot_label"],
                    from_us(row["issued_at"]),
                    bool(row["silent"]),
                    row["lead"] or "",
                    row["under"] or "",
                )
                for row in issues
            ),
            omissions=tuple(
                OmissionNote(
                    row["name"], row["slot_label"], OmitReason(row["reason"]), row["detail"]
                )
                for row in omissions
            ),
        )


def match_expression(asked: str) -> str:
    """Return what a person searches for as an FTS5 expression; "" when it holds no word.

    Every word must occur; "a phrase" in this order; mexic* begins with. Nothing that is
    typed can be a syntax error.
    """
    return " ".join(
        f'"{" ".join(phrase.words)}"' + ("*" if phrase.is_prefix else "")
        for phrase in parse_asked(asked)
    )
