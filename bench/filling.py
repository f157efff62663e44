"""A home of any size: entries with the words of two languages, stories, two years of digests.

The same number gives the same entry. What was begun is gone on with, so that a large home can
be made in parts.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from monitor.adapters.home import Home, create_home, open_home, save_subscriptions  # noqa: E402
from monitor.adapters.store import Store  # noqa: E402
from monitor.adapters.store.fresh import FreshEntries  # noqa: E402
from monitor.adapters.store.rows import content_hash, id_hash, to_us  # noqa: E402
from monitor.model import Entry, EntryKey, Score, Subscription  # noqa: E402
from monitor.stages.score import Scorer  # noqa: E402

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
A_DAY = 6850  # entries: five million in two years
FEEDS = 5000
AT_ONCE = 5000  # entries a transaction
ON_TOPIC = 0.04
PHRASES, PHRASE_WORDS = 30_000, 6
TITLE_PHRASES, SUMMARY_PHRASES = 2, 8  # 12 and 48 words
SUBJECTS = 4000  # texts on topic, scored beforehand
DIGEST = "morning"


@cache
def phrases(language: str) -> list[str]:
    """Return pieces of text, whose words are as frequent as in the language, nearly."""
    table = (ROOT / "monitor" / "knowledge" / f"words-{language}.txt").read_text("utf-8")
    lines = [line.split() for line in table.splitlines() if line and line[0].isdigit()]
    uses = {word: 10 ** float(line[0]) for line in lines for word in line[1:]}
    dice = random.Random(language)
    drawn = dice.choices(list(uses), list(uses.values()), k=PHRASES * PHRASE_WORDS)
    return [" ".join(drawn[n : n + PHRASE_WORDS]) for n in range(0, len(drawn), PHRASE_WORDS)]


Text = tuple[str, str, str, tuple[Score, ...]]  # title, summary, language, scores


@cache
def subjects(root: Path) -> list[Text]:
    """Return texts on a home's topics."""
    home = open_home(root, {})
    dice, scorer = random.Random(5), Scorer(home.profiles, home.parties)
    names = [alias.text for party in home.parties for alias in party.aliases]
    terms = [term.rstrip("*") for profile in home.profiles for term in profile.terms]
    floors = {profile.name: profile.near_miss_floor for profile in home.profiles}
    found: list[Text] = []
    while len(found) < SUBJECTS:
        language = dice.choice(("en", "es"))
        pool = phrases(language)
        title = " ".join((*dice.choices(names, k=2), dice.choice(terms), dice.choice(pool)))
        text = " ".join((*dice.choices(pool, k=6), *dice.choices(names, k=2), *dice.choices(terms)))
        entry = _entry(0, 1, title, text, language, NOW)
        scores = scorer.score(entry)
        if any(score.value >= floors[score.profile] for score in scores):
            found.append((title, text, language, scores))
    return found


def _entry(number: int, feed: int, title: str, text: str, language: str, at: datetime) -> Entry:
    link = f"https://feed{feed}.example/{at:%Y/%m/%d}/{number}"
    outlet = f"Outlet {feed:04}"
    return Entry(EntryKey(feed, link), outlet, link, title, text, at, at, language)


class Filler(Store):
    """A store that takes many entries at once, scored already."""

    def fill(self, home: Home, entries: int, size: int) -> None:
        """Add so many entries, of a home of `size` in all."""
        first = self.entry_count() + 1
        rows = list(_made(home, range(first, first + entries), size))
        floors = {profile.name: profile.near_miss_floor for profile in home.profiles}
        with self._db.writing("filling"):
            fresh = FreshEntries(self._db, None, False)
            scored, stories = {}, []
            for number, (entry, scores, story) in enumerate(rows, start=first):
                given = fresh.add(entry, id_hash(entry.key.id), content_hash(entry))
                assert given == number
                scored[number] = scores
                if story:
                    stories.append((story, number))
            fresh.write()
            self._write_scores(scored, floors)
            self._db.run_many("UPDATE entry SET story = ? WHERE number = ?", stories)

    def span(self) -> tuple[datetime, datetime]:
        """Return when the oldest and the newest entry were seen."""
        first, last = self._db.rows(
            "SELECT (SELECT min(seen_at) FROM entry), (SELECT max(seen_at) FROM entry)"
        )[0]
        return datetime.fromtimestamp(first / 1e6, UTC), datetime.fromtimestamp(last / 1e6, UTC)

    def least_of_best(self, profile: str, count: int) -> float:
        """Return the score that so many entries reach."""
        rows = self._db.rows(
            """
            SELECT value FROM score
            WHERE profile = (SELECT number FROM profile WHERE name = ?) AND value >= 0.1
            ORDER BY value DESC LIMIT 1 OFFSET ?
            """,
            [profile, count - 1],
        )
        return float(rows[0]["value"])

    def fill_digests(self) -> None:
        """Add what a digest a day left behind, from the stories that there are."""
        oldest, newest = self.span()
        with self._db.writing("filling digests"):
            self._db.run("INSERT INTO digest (name, started_at) VALUES (?, 0)", [DIGEST])
            digest = self._db.value("SELECT number FROM digest")
            for day in range(1, (newest - oldest).days):
                self._fill_day(digest, newest - timedelta(days=day))

    def _fill_day(self, digest: int, at: datetime) -> None:
        at = at.replace(hour=11)
        rows = self._db.rows(
            "SELECT number, story FROM entry WHERE story IS NOT NULL AND seen_at BETWEEN ? AND ?",
            [to_us(at - timedelta(days=1)), to_us(at)],
        )
        issue = self._db.insert(
            """
            INSERT INTO issue (digest, local_date, local_time, due_at, kind, issued_at, subject,
                detail) VALUES (?, ?, '07:00', ?, 'issue', ?, ?, '')
            """,
            [digest, f"{at:%Y-%m-%d}", to_us(at), to_us(at), f"Morning, {at:%Y-%m-%d}"],
        )
        stories = list(dict.fromkeys(row["story"] for row in rows))
        shown = set(stories[:15])
        self._db.run_many(
            """
            INSERT INTO issue_story (issue, position, story, profile, lead)
            VALUES (?, ?, ?, 1, ?)
            """,
            [(issue, n, story, story) for n, story in enumerate(shown)],
        )
        self._db.run_many(
            """
            INSERT INTO commitment (digest, entry, issue, story, silent) VALUES (?, ?, ?, ?, 0)
            """,
            [(digest, row["number"], issue, row["story"]) for row in rows if row["story"] in shown],
        )
        self._db.run_many(
            """
            INSERT INTO omission (issue, story, lead, reason, detail)
            VALUES (?, ?, ?, 'no room', '')
            """,
            [(issue, story, story) for story in stories[15:]],
        )
        self._db.run_many(
            """
            INSERT INTO ranking (issue, story, strength, outlets, freshness, outlet_count, age_s,
                news) VALUES (?, ?, 0.5, 0.5, 0.5, 2, 3600, '[]')
            """,
            [(issue, story) for story in stories],
        )


def _made(
    home: Home, numbers: range, size: int
) -> Iterator[tuple[Entry, tuple[Score, ...], int | None]]:
    """Yield entries with scores and story. One on topic begins a story or joins the last one's."""
    dice = random.Random(numbers.start)
    topics, nothing = subjects(home.root), Scorer(home.profiles, home.parties).of_nothing
    begun = NOW - timedelta(days=size / A_DAY)
    story, left = 0, 0
    for number in numbers:
        at = begun + timedelta(days=number / A_DAY)
        feed = 1 + number * 2654435761 % FEEDS
        if dice.random() < ON_TOPIC:
            title, text, language, scores = dice.choice(topics)
            if not left:
                story, left = number, dice.choice((0, 0, 1, 2, 5))
            else:
                left -= 1
            yield _entry(number, feed, title, text, language, at), scores, story
            continue
        language = "en" if number % 2 else "es"
        pool = phrases(language)
        title = " ".join(dice.choices(pool, k=TITLE_PHRASES))
        text = " ".join(dice.choices(pool, k=SUMMARY_PHRASES))
        yield _entry(number, feed, title, text, language, at), nothing, None


def make_filled(
    root: Path, size: int, *, within_s: float = float("inf"), as_it_is: bool = False
) -> bool:
    """Make a home of `size` entries, or go on with it; False when time was up before.

    `as_it_is`: what was made so far is enough.
    """
    ends_at = time.monotonic() + within_s
    done = root / "filled.json"
    if done.exists():
        return True
    if not root.exists():
        create_home(root)
        feeds = [Subscription(f"https://feed{n}.example/rss", f"Feed {n}") for n in range(FEEDS)]
        save_subscriptions(root, feeds)
    home = open_home(root, {})
    home.prepare_state()
    with Filler.open(home.state / "monitor.db") as store:
        assert isinstance(store, Filler)
        store.sync_feeds(home.subscriptions, NOW - timedelta(days=800))
        left = size - store.entry_count()
        while left > 0 and not as_it_is:
            if time.monotonic() > ends_at:
                print(f"{size - left:,} of {size:,} entries", flush=True)
                return False
            store.fill(home, min(AT_ONCE, left), size)
            left -= AT_ONCE
        store.fill_digests()
    done.write_text(json.dumps({"size": size}))
    return True
