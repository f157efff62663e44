"""The feeds and what is remembered about polling each: validators, next poll, trouble."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.adapters.store.database import Database, Part
from monitor.adapters.store.rows import from_us, from_us_or_none, to_us, to_us_or_none
from monitor.adapters.store.traces import write_traces
from monitor.model import (
    Feed,
    FeedChange,
    FeedNews,
    PollState,
    Problem,
    Subscription,
)


@dataclass(frozen=True, slots=True)
class FeedsChange:
    """What a new feeds.opml changed."""

    added_count: int  # new or subscribed again
    removed_count: int


LONGEST_WAIT = timedelta(days=8)  # a day more than any poll is put off

SLIP = timedelta(days=1)  # out of the list for no longer: by mistake, and nothing became old news

_NONE: frozenset[int] = frozenset()
_COLUMNS = ("title", "topics", "language", "position", "paused")
# Of poll, in the order of _poll_values.
_POLL_COLUMNS = (
    *("feed", "etag", "last_modified", "body_hash", "next_poll_at", "polled_at", "succeeded_at"),
    *("changed_at", "failing_since", "failure_count", "problem", "problem_text", "warning"),
    *("ttl_s", "skip_hours", "skip_days", "rhythm_s", "change_gap_s", "moved_to", "moving_to"),
    *("moving_since", "moving_count", "blocked_until", "ended_at", "missed_at", "entry_count"),
)
_WRITE_POLL = f"""
    INSERT INTO poll ({", ".join(_POLL_COLUMNS)}) VALUES ({", ".join("?" * len(_POLL_COLUMNS))})
    ON CONFLICT (feed) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in _POLL_COLUMNS[1:])}
"""
# In the order of _feed_and_state: a row taken apart at once costs a third of one asked by name.
_FEED_AND_POLL = f"""
    SELECT feed.number, feed.url, feed.title, feed.topics, feed.language,
        {", ".join(f"poll.{name}" for name in _POLL_COLUMNS[1:])}
    FROM feed JOIN poll ON poll.feed = feed.number
    WHERE feed.removed_at IS NULL
"""


class Feeds(Part):
    """The feed list. Every writing method is one transaction and may be repeated."""

    def sync_feeds(self, subscriptions: Sequence[Subscription], now: datetime) -> FeedsChange:
        """Make the feed list equal to the subscriptions; of two with one url the first counts.

        A feed no longer subscribed keeps its number and its entries. When it comes back after
        more than `SLIP`, its next poll counts as a first poll again: what it wrote meanwhile
        is old news. Sooner, it was a slip, and costs no entry.
        An address that a feed was found to have moved to, put in place of its old one, is
        the same feed: it keeps its number, its entries and its validators.
        """
        wanted = {each.url: each for each in reversed(subscriptions)}
        urls = list(dict.fromkeys(each.url for each in subscriptions))
        with self._db.writing("updating the feed list"):
            self._readdress(wanted.keys(), now)
            rows = {row["url"]: row for row in self._db.rows("SELECT * FROM feed")}
            subscribed = {url for url, row in rows.items() if row["removed_at"] is None}
            for position, url in enumerate(urls):
                columns = _columns(wanted[url], position)
                if url not in rows:
                    self._add(url, columns, now)
                elif url not in subscribed:
                    self._change(rows[url]["number"], columns)
                    if rows[url]["removed_at"] < to_us(now - SLIP):
                        self._poll_as_new(rows[url]["number"])
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
            INSERT INTO feed (url, title, topics, language, position, paused, added_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [url, *columns, to_us(now)],
        )
        self._db.run("INSERT INTO poll (feed) VALUES (?)", [number])

    def _poll_as_new(self, number: int) -> None:
        self._db.run("UPDATE poll SET succeeded_at = NULL WHERE feed = ?", [number])

    def _change(self, number: int, columns: tuple[object, ...]) -> None:
        self._db.run(
            """
            UPDATE feed SET title = ?, topics = ?, language = ?, position = ?, paused = ?,
                removed_at = NULL
            WHERE number = ?
            """,
            [*columns, number],
        )

    def _readdress(self, wanted: Collection[str], now: datetime) -> None:
        """Give feeds that moved, and whose old address is gone from the list, their new one."""
        for row in self._db.rows(
            """
            SELECT feed.number, feed.url, poll.moved_to FROM feed JOIN poll ON poll.feed = number
            WHERE moved_to IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM feed AS other WHERE other.url = poll.moved_to
            )
            """
        ):
            if row["moved_to"] in wanted and row["url"] not in wanted:
                self._db.run(
                    "UPDATE feed SET url = ? WHERE number = ?", [row["moved_to"], row["number"]]
                )
                self._db.run("UPDATE poll SET moved_to = NULL WHERE feed = ?", [row["number"]])
                detail = f"{row['url']} -> {row['moved_to']}, in feeds.opml"
                _note(self._db, row["number"], FeedNews(now, FeedChange.MOVED, detail))

    def feeds(self) -> list[tuple[Feed, PollState]]:
        """Return every subscribed feed with its state, in the order of feeds.opml."""
        with self._db.reading("reading the feeds"):
            rows = self._db.rows(f"{_FEED_AND_POLL} ORDER BY feed.position, feed.number")
        return [_feed_and_state(row) for row in rows]

    def due_polls(self, now: datetime, *, every: bool = False) -> list[tuple[Feed, PollState]]:
        """Return the subscribed feeds whose next poll is due, longest due first; or every one.

        Never one whose polling has ended: its publisher said that it is gone. A time that
        no poll can have been put off to was written while the clock was wrong, and is due.
        """
        with self._db.reading("looking for feeds that are due"):
            rows = self._db.rows(
                f"""
                {_FEED_AND_POLL} AND poll.ended_at IS NULL AND NOT feed.paused
                    AND (? OR poll.next_poll_at IS NULL OR poll.next_poll_at <= ?
                        OR poll.next_poll_at > ?)
                ORDER BY poll.next_poll_at, feed.position, feed.number
                """,
                [every, to_us(now), to_us(now + LONGEST_WAIT)],
            )
        return [_feed_and_state(row) for row in rows]

    def blocked_polls(self, now: datetime) -> list[tuple[Feed, PollState]]:
        """Return the feeds whose own server asked to wait, and whose time is not over."""
        with self._db.reading("looking for feeds that must wait"):
            rows = self._db.rows(
                f"{_FEED_AND_POLL} AND poll.blocked_until > ? AND poll.blocked_until <= ?",
                [to_us(now), to_us(now + LONGEST_WAIT)],
            )
        return [_feed_and_state(row) for row in rows]

    def poll_again(self, feed: int) -> None:
        """Forget that a feed ended, failed or moved: it is due now, at its own address.

        Its validators stay, and what it brought before stays known.
        """
        with self._db.writing("having a feed polled again"):
            self._db.run(
                """
                UPDATE poll SET next_poll_at = NULL, ended_at = NULL, failing_since = NULL,
                    failure_count = 0, problem = NULL, problem_text = '', blocked_until = NULL,
                    moved_to = NULL, moving_to = NULL, moving_since = NULL, moving_count = 0
                WHERE feed = ?
                """,
                [feed],
            )

    def feed_news(self, since: datetime | None = None) -> list[FeedNews]:
        """Return what changed for subscribed feeds from a time on, None: ever; oldest first."""
        with self._db.reading("reading the feeds' news"):
            return list(news_since(self._db, since))

    def former_addresses(self, feed: int) -> list[FeedNews]:
        """Return the moves of a feed, as "old -> new", oldest first."""
        with self._db.reading("reading a feed's addresses"):
            rows = self._db.rows(
                "SELECT at, detail FROM feed_news WHERE feed = ? AND change = ? ORDER BY number",
                [feed, FeedChange.MOVED],
            )
        return [FeedNews(from_us(row["at"]), FeedChange.MOVED, row["detail"]) for row in rows]

    def save_unchanged(self, states: Sequence[tuple[int, PollState]]) -> None:
        """Keep the states of feeds (by number) that brought nothing new, all in one go."""
        with self._db.writing("saving polls without news"):
            self._db.run_many(_WRITE_POLL, [_poll_values(*each) for each in states])
            for feed, state in states:
                _write_aside(self._db, feed, state)

    def save_failure(self, feed: int, state: PollState) -> None:
        """Keep the state of a feed whose poll failed."""
        with self._db.writing("saving a failed poll"):
            write_state(self._db, feed, state)


def news_since(db: Database, since: datetime | None) -> tuple[FeedNews, ...]:
    """Return the feeds' news from a time on, inside the caller's transaction."""
    rows = db.rows(
        """
        SELECT feed_news.at, feed_news.change, feed_news.detail, feed.title
        FROM feed_news JOIN feed ON feed.number = feed_news.feed
        WHERE feed_news.at >= ? AND feed.removed_at IS NULL
        ORDER BY feed_news.at, feed_news.number
        """,
        [0 if since is None else to_us(since)],
    )
    return tuple(
        FeedNews(from_us(row["at"]), FeedChange(row["change"]), row["detail"], row["title"])
        for row in rows
    )


def _columns(subscription: Subscription, position: int) -> tuple[object, ...]:
    """Return the values of _COLUMNS."""
    topics = json.dumps(subscription.topics, ensure_ascii=False)
    return subscription.title, topics, subscription.language, position, subscription.is_paused


def _feed_and_state(row: Iterable[Any]) -> tuple[Feed, PollState]:
    """Take apart a row of _FEED_AND_POLL."""
    # fmt: off
    (
        number, url, title, topics, language,
        etag, last_modified, body_hash, next_poll_at, polled_at, succeeded_at,
        changed_at, failing_since, failure_count, problem, problem_text, warning,
        ttl_s, skip_hours, skip_days, rhythm_s, change_gap_s, moved_to, moving_to,
        moving_since, moving_count, blocked_until, ended_at, missed_at, entry_count,
    ) = row
    # fmt: on
    feed = Feed(number, url, title, tuple(json.loads(topics)) if topics != "[]" else (), language)
    state = PollState(
        etag=etag,
        last_modified=last_modified,
        body_hash=body_hash,
        next_poll_at=from_us_or_none(next_poll_at),
        polled_at=from_us_or_none(polled_at),
        succeeded_at=from_us_or_none(succeeded_at),
        changed_at=from_us_or_none(changed_at),
        failing_since=from_us_or_none(failing_since),
        failure_count=failure_count,
        problem=None if problem is None else Problem(problem),
        problem_text=problem_text,
        warning=warning,
        ttl=_from_s(ttl_s),
        skip_hours=_from_bits(skip_hours),
        skip_days=_from_bits(skip_days),
        rhythm=_from_s(rhythm_s),
        change_gap=_from_s(change_gap_s),
        moved_to=moved_to,
        moving_to=moving_to,
        moving_since=from_us_or_none(moving_since),
        moving_count=moving_count,
        blocked_until=from_us_or_none(blocked_until),
        ended_at=from_us_or_none(ended_at),
        missed_at=from_us_or_none(missed_at),
        entry_count=entry_count,
    )
    return feed, state


def write_state(db: Database, feed: int, state: PollState) -> None:
    """Write a feed's poll state and its news, inside the caller's transaction."""
    db.run(_WRITE_POLL, _poll_values(feed, state))
    _write_aside(db, feed, state)


def _write_aside(db: Database, feed: int, state: PollState) -> None:
    """Write what of a state has tables of its own."""
    for news in state.news:
        _note(db, feed, news)
    if state.traces is not None:
        write_traces(db, feed, state.traces)


def _note(db: Database, feed: int, news: FeedNews) -> None:
    db.run(
        """
        INSERT INTO feed_news (feed, at, change, detail) VALUES (?, ?, ?, ?)
        ON CONFLICT (feed, at, change) DO NOTHING
        """,
        [feed, to_us(news.at), news.change, news.detail],
    )


def _poll_values(feed: int, state: PollState) -> list[object]:
    """Return the values of _POLL_COLUMNS."""
    return [
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
        _to_s(state.ttl),
        _to_bits(state.skip_hours),
        _to_bits(state.skip_days),
        _to_s(state.rhythm),
        _to_s(state.change_gap),
        state.moved_to,
        state.moving_to,
        to_us_or_none(state.moving_since),
        state.moving_count,
        to_us_or_none(state.blocked_until),
        to_us_or_none(state.ended_at),
        to_us_or_none(state.missed_at),
        state.entry_count,
    ]


def _to_s(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())


def _from_s(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _to_bits(numbers: Collection[int]) -> int:
    return sum(1 << number for number in set(numbers)) if numbers else 0


def _from_bits(bits: int) -> frozenset[int]:
    if not bits:
        return _NONE
    return frozenset(number for number in range(bits.bit_length()) if bits >> number & 1)
