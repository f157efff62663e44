"""What a digest's readers know of stories: what was shown, what came late, what waited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from monitor.adapters.store.database import Database
from monitor.adapters.store.rows import ENTRY_COLUMNS, entry_from_row, from_us, to_us
from monitor.model import Earlier, OmitReason, Shown, Story


def told_of(db: Database, digest: str, stories: Sequence[Story]) -> list[Story]:
    """Return the stories with what this digest's readers know, and how long they waited."""
    carried = [story.number for story in stories if story.issued is not None]
    rows: dict[int, list[Any]] = {}
    for row in _commitments(db, digest, carried):
        rows.setdefault(row["story"], []).append(row)
    passed_over = _passed_over(db, digest, stories)
    return [
        replace(
            story,
            earlier=_earlier(rows[story.number]) if story.number in rows else None,
            passed_over=passed_over.get(story.number, 0),
        )
        for story in stories
    ]


def _commitments(db: Database, digest: str, stories: Sequence[int]) -> list[Any]:
    """Return every entry kept of these stories that was committed to the digest, oldest first."""
    return db.rows(
        f"""
        SELECT {ENTRY_COLUMNS}, commitment.silent, commitment.issue, issue.local_date,
            issue.issued_at, issue_story.lead IS NOT NULL AS is_lead
        FROM json_each(?) AS wanted
        JOIN entry ON entry.story = wanted.value
        JOIN commitment ON commitment.entry = entry.number
            AND commitment.digest = (SELECT number FROM digest WHERE name = ?)
        JOIN issue ON issue.number = commitment.issue
        LEFT JOIN issue_story ON issue_story.issue = issue.number
            AND issue_story.lead = entry.number
        ORDER BY issue.issued_at, issue.number, entry.number
        """,
        [json.dumps(stories), digest],
    )


def shown_since(db: Database, digest: str, since: datetime) -> list[Shown]:
    """Return the stories whose last showing was since then, as far as their entries are kept."""
    last = db.rows(
        """
        SELECT entry.story, max(issue.local_date) AS local_date
        FROM commitment JOIN issue ON issue.number = commitment.issue
        JOIN entry ON entry.number = commitment.entry
        WHERE commitment.digest = (SELECT number FROM digest WHERE name = ?)
            AND NOT commitment.silent AND issue.issued_at >= ? AND entry.story IS NOT NULL
        GROUP BY entry.story ORDER BY entry.story
        """,
        [digest, to_us(since)],
    )
    rows: dict[int, list[Any]] = {}
    for row in _commitments(db, digest, [each["story"] for each in last]):
        rows.setdefault(row["story"], []).append(row)
    return [
        Shown(each["story"], date.fromisoformat(each["local_date"]), earlier)
        for each in last
        if (earlier := _earlier(rows.get(each["story"], ())))
    ]


def _earlier(rows: Sequence[Any]) -> Earlier | None:
    """Return what readers know; None when nothing of what was shown is kept."""
    shown = [row for row in rows if not row["silent"]]
    if not shown:
        return None
    last = shown[-1]
    leads = [row["title"] for row in shown if row["issue"] == last["issue"] and row["is_lead"]]
    return Earlier(
        first=date.fromisoformat(shown[0]["local_date"]),
        issued_at=from_us(last["issued_at"]),
        headline=leads[0] if leads else "",
        shown=tuple(entry_from_row(row) for row in shown),
        attached=tuple(
            entry_from_row(row)
            for row in rows
            if row["silent"] and row["issued_at"] >= last["issued_at"]
        ),
    )


def _passed_over(db: Database, digest: str, stories: Sequence[Story]) -> dict[int, int]:
    """Return in how many issues each story found no room since its newest entry was seen."""
    newest = {
        story.number: max(to_us(each.entry.seen_at) for each in story.entries) for story in stories
    }
    rows = db.rows(
        """
        SELECT omission.story, count(*) AS issues
        FROM json_each(?) AS wanted
        JOIN omission ON omission.story = CAST(wanted.key AS INTEGER)
        JOIN issue ON issue.number = omission.issue
        WHERE issue.digest = (SELECT number FROM digest WHERE name = ?)
            AND omission.reason IN (?, ?) AND issue.issued_at >= wanted.value
        GROUP BY omission.story
        """,
        [json.dumps(newest), digest, OmitReason.NO_ROOM.value, OmitReason.OUTLET_FULL.value],
    )
    return {row["story"]: row["issues"] for row in rows}
