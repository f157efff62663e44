"""The feeds and what is remembered about polling each: validators, next poll, trouble."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.adapters.store.database import Database, Part
from monitor.adapters.store.rows import from_us_or_none, to_us, to_us_or_none
from monitor.model import Feed, PollState, Problem, Subscription


@dataclass(frozen=True, slots=True)
class FeedsChange:
    """What a new feeds.opml changed."""

    added_count: int  # new or subscribed again
    removed_count: int


_COLUMNS = ("title", "topics", "language", "position")
_FEED_AND_POLL = """
    SELECT feed.number, feed.url, feed.title, feed.topics, feed.language, poll.*
    FROM feed JOIN poll ON poll.feed = feed.number
    WHERE feed.removed_at IS NULL
"""


class Feeds(Part):
    """The feed list. Every writing method is one transaction and may be repeated."""

    def sync_feeds(self, subscriptions: Sequence[Subscription], now: datetime) -> FeedsChange:
        """Make the feed list equal to the subscriptions; of two with one url the first counts.

        A feed no longer subscribed keeps its number and its entries. When it comes back,
        its next poll counts as a first poll again: what it wrote meanwhile is old news.
        """
        wanted = {each.url: each for each in reversed(subscriptions)}
        urls = list(dict.fromkeys(each.url for each in subscriptions))
        with self._db.writing("updating the feed list"):
            rows = {row["url"]: row for row in self._db.rows("SELECT * FROM feed")}
            subscribed = {url for url, row in rows.items() if row["removed_at"] is None}
            for position, url in enumerate(urls):
                columns = _columns(wanted[url], position)
                if url not in rows:
                    self._add(url, columns, now)
                elif url not in subscribed:
                    self._change(rows[url]["number"], columns)
                    self._db.run(
                        "UPDATE poll SET succeeded_at = NULL WHERE feed = ?", [rows[url]["number"]]
                    )
                elif columns != tuple(rows[url][name] for name in _COLUMNS):
                    self._change(rows[url]["number"], columns)
            gone = subscribed - wanted.keys()
            self._db.run_many(
                "UPDATE feed SET removed_at = ? WHERE url = ?", [(to_us(now), url) for url in gone]
            )
        return FeedsChange(len(wanted.keys() - subscribed), len(gone))

    def _add(self, url: str, columns: tuple[object, ...], now: datetime) -> None:
        number = self._db.insert(
            """
            INSERT INTO feed (url, title, topics, language, position, added_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [url, *columns, to_us(now)],
        )
        self._db.run("INSERT INTO poll (feed) VALUES (?)", [number])

    def _change(self, number: int, columns: tuple[object, ...]) -> None:
        self._db.run(
            """
            UPDATE feed SET title = ?, topics = ?, language = ?, position = ?, removed_at = NULL
            WHERE number = ?
            """,
            [*columns, number],
        )

    def feeds(self) -> list[tuple[Feed, PollState]]:
        """Return every subscribed feed with its state, in the order of feeds.opml."""
        with self._db.reading("reading the feeds"):
            rows = self._db.rows(f"{_FEED_AND_POLL} ORDER BY feed.position, feed.number")
        return [_feed_and_state(row) for row in rows]

    def due_polls(self, now: datetime, *, every: bool = False) -> list[tuple[Feed, PollState]]:
        """Return the subscribed feeds whose next poll is due, longest due first; or every one."""
        with self._db.reading("looking for feeds that are due"):
            rows = self._db.rows(
                f"""
                {_FEED_AND_POLL}
                    AND (? OR poll.next_poll_at IS NULL OR poll.next_poll_at <= ?)
                ORDER BY poll.next_poll_at, feed.position, feed.number
                """,
                [every, to_us(now)],
            )
        return [_feed_and_state(row) for row in rows]

    def save_unchanged(self, states: Sequence[tuple[int, PollState]]) -> None:
        """Keep the states of feeds (by number) that brought nothing new, all in one go."""
        with self._db.writing("saving polls without news"):
            for feed, state in states:
                write_state(self._db, feed, state)

    def save_failure(self, feed: int, state: PollState) -> None:
        """Keep the state of a feed whose poll failed."""
        with self._db.writing("saving a failed poll"):
            write_state(self._db, feed, state)


def _columns(subscription: Subscription, position: int) -> tuple[object, ...]:
    """Return the values of _COLUMNS."""
    topics = json.dumps(subscription.topics, ensure_ascii=False)
    return subscription.title, topics, subscription.language, position


def _feed_and_state(row: Any) -> tuple[Feed, PollState]:
    feed = Feed(
        number=row["number"],
        url=row["url"],
        title=row["title"],
        topics=tuple(json.loads(row["topics"])),
        language=row["language"],
    )
    state = PollState(
        etag=row["etag"],
        last_modified=row["last_modified"],
        body_hash=row["body_hash"],
        next_poll_at=from_us_or_none(row["next_poll_at"]),
        polled_at=from_us_or_none(row["polled_at"]),
        succeeded_at=from_us_or_none(row["succeeded_at"]),
        changed_at=from_us_or_none(row["changed_at"]),
        failing_since=from_us_or_none(row["failing_since"]),
        failure_count=row["failure_count"],
        problem=None if row["problem"] is None else Problem(row["problem"]),
        problem_text=row["problem_text"],
        warning=row["warning"],
    )
    return feed, state


def write_state(db: Database, feed: int, state: PollState) -> None:
    """Write a feed's poll state, inside the caller's transaction."""
    db.run(
        """
        INSERT INTO poll VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (feed) DO UPDATE SET
            etag = excluded.etag, last_modified = excluded.last_modified,
            body_hash = excluded.body_hash, next_poll_at = excluded.next_poll_at,
            polled_at = excluded.polled_at, succeeded_at = excluded.succeeded_at,
            changed_at = excluded.changed_at, failing_since = excluded.failing_since,
            failure_count = excluded.failure_count, problem = excluded.problem,
            problem_text = excluded.problem_text, warning = excluded.warning
        """,
        [
            feed,
            state.etag,
            state.last_modified,
            state.body_hash,
            to_us_or_none(state.next_poll_at),
            to_us_or_none(state.polled_at),
            to_us_or_none(state.succeeded_at),
            to_us_or_none(state.changed_at),
            to_us_or_none(state.failing_since),
            state.failure_count,
            state.problem,
            state.problem_text,
            state.warning,
        ],
    )
