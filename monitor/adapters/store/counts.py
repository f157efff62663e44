"""What the pages count: scores by height, entries of feeds by day, what reaches a threshold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.adapters.store.database import Database, Part
from monitor.adapters.store.rows import to_us

HIGH_FROM: Final = 0.1  # scores from here on have an index, see tables/scores.py
DAY_US: Final = timedelta(days=1) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class FeedDays:
    """What a feed brought of late, without what was old news then."""

    entries: tuple[int, ...]  # by day (UTC), the last one today's
    relevant: tuple[int, ...]  # of those, at or over a threshold
    entries_count: int  # over the whole span
    relevant_count: int


class Counts(Part):
    """Questions of the pages that are answered by numbers."""

    def best_profiles(self, since: datetime, thresholds: Mapping[str, float]) -> dict[int, str]:
        """Return by number the entries dated since then that reach a threshold, and for which.

        Of several profiles the one with the highest score is told.
        """
        with self._db.reading("reading high scores"):
            rows = self._db.rows(
                f"""
                SELECT score.entry, profile.name FROM json_each(?1) AS each
                JOIN profile ON profile.name = each.key
                CROSS JOIN score ON score.profile = profile.number
                JOIN entry ON entry.number = score.entry
                WHERE score.value >= each.value {_by_index(thresholds)} AND entry.dated_at >= ?2
                    -- Numbers are in the index, dates are not: older entries are not looked up.
                    AND score.entry >= (
                        SELECT min(+number) FROM entry INDEXED BY entry_by_date
                        WHERE dated_at >= ?2
                    )
                ORDER BY score.value, profile.name DESC
                """,
                [json.dumps(dict(thresholds)), to_us(since)],
            )
        return {row["entry"]: row["name"] for row in rows}

    def score_counts(self, profile: str, since: datetime, *, bins: int = 50) -> list[int]:
        """Count a profile's scores of the entries dated since then, in bins of equal width.

        Those below `HIGH_FROM` are counted in its bins evenly: they say that nothing was found.
        """
        counts = [0] * bins
        low = round(HIGH_FROM * bins)
        with self._db.reading("counting scores"):
            for row in self._db.rows(
                """
                SELECT min(CAST(score.value * ?1 AS INTEGER), ?2) AS bin, count(*) AS n
                FROM score JOIN entry ON entry.number = score.entry
                WHERE score.profile = (SELECT number FROM profile WHERE name = ?3)
                    AND score.value >= 0.1 AND entry.dated_at >= ?4
                    AND score.entry >= (
                        SELECT min(+number) FROM entry INDEXED BY entry_by_date
                        WHERE dated_at >= ?4
                    )
                GROUP BY bin
                """,
                [bins, bins - 1, profile, to_us(since)],
            ):
                counts[row["bin"]] = row["n"]
            every = self._db.value("SELECT count(*) FROM entry WHERE dated_at >= ?", [to_us(since)])
        rest = every - sum(counts)
        for number in range(low):
            counts[number] = rest // low
        return counts

    def feed_days(
        self,
        feeds: Sequence[int],
        thresholds: Mapping[str, float],
        now: datetime,
        *,
        days: int = 30,
        span: timedelta = timedelta(days=60),
    ) -> dict[int, FeedDays]:
        """Return what feeds brought in the last `days`, and over the whole span."""
        first_day = to_us(now) // DAY_US - days + 1
        since = to_us(now - span)
        with self._db.reading("counting entries by feed"):
            every = _by_day(_feed_rows(self._db, feeds, since), first_day, days)
            relevant = _by_day(_relevant_rows(self._db, feeds, thresholds, since), first_day, days)
        nothing = ([0] * days, 0)
        found = {}
        for feed in feeds:
            (entries, count), (high, high_count) = (
                every.get(feed, nothing),
                relevant.get(feed, nothing),
            )
            found[feed] = FeedDays(tuple(entries), tuple(high), count, high_count)
        return found


def _feed_rows(db: Database, feeds: Sequence[int], since: int) -> Iterator[tuple[int, int, int]]:
    # The days of a feed in one text: to group by a day that is reckoned, SQLite would put
    # hundreds of thousands of rows in order first.
    for row in db.rows(
        f"""
        SELECT value AS feed, (
            SELECT group_concat(seen_at / {DAY_US}) FROM entry
            WHERE entry.feed = wanted.value AND seen_at >= ? AND background = 0
        ) AS days
        FROM json_each(?) AS wanted
        """,
        [since, json.dumps(list(feeds))],
    ):
        for day, count in Counter((row["days"] or "").split(",")).items():
            if day:
                yield row["feed"], int(day), count


def _relevant_rows(
    db: Database, feeds: Sequence[int], thresholds: Mapping[str, float], since: int
) -> Iterator[tuple[int, int, int]]:
    for row in db.rows(
        f"""
        WITH high AS (
            SELECT DISTINCT score.entry FROM json_each(?1) AS each
            JOIN profile ON profile.name = each.key
            CROSS JOIN score ON score.profile = profile.number
            WHERE score.value >= each.value {_by_index(thresholds)}
                -- Numbers are in the index, dates are not: older entries are not looked up.
                AND score.entry >= (
                    SELECT min(+number) FROM entry INDEXED BY entry_by_seen WHERE seen_at >= ?2
                )
        )
        -- By the feeds' index, which was just read: each report has a page of its own on the disk.
        SELECT feed, seen_at / {DAY_US} AS day, count(*) AS n
        FROM json_each(?3) AS wanted
        CROSS JOIN entry INDEXED BY entry_by_feed ON entry.feed = wanted.value
        WHERE seen_at >= ?2 AND background = 0 AND entry.number IN (SELECT entry FROM high)
        GROUP BY feed, day
        """,
        [json.dumps(dict(thresholds)), since, json.dumps(list(feeds))],
    ):
        yield row["feed"], row["day"], row["n"]


def _by_index(thresholds: Mapping[str, float]) -> str:
    """Return what lets the index of high scores be used, "" where it does not hold enough."""
    high = all(value >= HIGH_FROM for value in thresholds.values())
    return "AND score.value >= 0.1" if high else ""


def _by_day(
    rows: Iterator[tuple[int, int, int]], first_day: int, days: int
) -> dict[int, tuple[list[int], int]]:
    """Return by feed the counts of the days from `first_day` on, and the count in all."""
    counts: dict[int, list[int]] = {}
    every: dict[int, int] = {}
    for feed, day, count in rows:
        every[feed] = every.get(feed, 0) + count
        of_feed = counts.setdefault(feed, [0] * days)
        if 0 <= day - first_day < days:
            of_feed[day - first_day] += count
    return {feed: (of_feed, every[feed]) for feed, of_feed in counts.items()}
