"""What polls bring: entries, their scores and stories, the word index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.adapters.store.browse import remember_edit
from monitor.adapters.store.database import Part
from monitor.adapters.store.feeds import write_state
from monitor.adapters.store.fresh import INDEX, FreshEntries
from monitor.adapters.store.rows import (
    ENTRY_COLUMNS,
    content_hash,
    entry_from_row,
    id_hash,
    profile_number,
    reasons_to_json,
    to_us,
    to_us_or_none,
)
from monitor.adapters.store.upkeep import RESTORED, look_up_fact
from monitor.model import (
    Entry,
    EntryKey,
    Placement,
    PollState,
    Score,
    StoryEntry,
)
from monitor.text import fold

MAX_EDITS = 24  # of one entry: what changes with every fetch is no edit any more
IDS_AT_ONCE = 500  # in one question: SQLite allows some thousand values, a document has more


@dataclass(frozen=True, slots=True)
class SavedPoll:
    """Which entries a poll brought; the rest was known and unchanged."""

    new: tuple[EntryKey, ...] = ()
    edited: tuple[EntryKey, ...] = ()


class Entries(Part):
    """What publishers wrote and what we made of it."""

    def save_poll(
        self,
        feed: int,
        state: PollState,
        entries: Sequence[tuple[Entry, Sequence[Score]]],
        placements: Sequence[Placement],
        *,
        floors: Mapping[str, float],
        first_poll_cutoff: datetime | None,
        now: datetime,
    ) -> SavedPoll:
        """Keep a feed's answer: entries, scores, stories, validators, next poll, all together.

        A known entry is updated when its title, summary, link or date differ, `MAX_EDITS` times
        at most; its first sight, its first date and its story stay. A pruned one does not come
        back. Of scores below the profile's near-miss floor (`floors`) no reasons are kept. On a
        first poll (`first_poll_cutoff` given) undated entries and those dated before it become
        background, which no digest carries; on any poll those dated more than `OLD_NEWS`
        before they were first seen do.
        """
        new: list[EntryKey] = []
        edited: list[EntryKey] = []
        scored: dict[int, Sequence[Score]] = {}
        with self._db.writing("saving a poll"):
            ids = [id_hash(entry.key.id) for entry, _ in entries]
            known = self._known_rows(feed, ids)
            fresh = FreshEntries(self._db, *self._told_until(feed, first_poll_cutoff))
            for (entry, scores), id_ in zip(entries, ids, strict=True):
                content = content_hash(entry)
                number, before = known.get(id_, (0, b""))
                if not number:
                    number = fresh.add(entry, id_, content)
                    new.append(entry.key)
                elif before != content and self._edit(number, entry, now, fresh):
                    edited.append(entry.key)
                else:
                    continue
                known[id_] = number, content  # twins by scheme are one entry
                scored[number] = scores
            fresh.write()
            self._write_scores(scored, floors)
            self._place(placements)
            write_state(self._db, feed, state)
        return SavedPoll(tuple(new), tuple(edited))

    # ------------------------------------------------------------ entries

    def known(self, feed: int, ids: Iterable[str]) -> dict[str, bytes]:
        """Return the content hash of each id that the feed ever brought, pruned ones too."""
        hashes = {each: id_hash(each) for each in ids}
        if not hashes:
            return {}
        with self._db.reading("looking for known entries"):
            rows = self._known_rows(feed, hashes.values())
        return {each: rows[hash_][1] for each, hash_ in hashes.items() if hash_ in rows}

    @staticmethod
    def is_known(entry: Entry, known: Mapping[str, bytes]) -> bool:
        """Tell whether an entry is there already, and unchanged; `known` as `known` returned it."""
        return known.get(entry.key.id) == content_hash(entry)

    def _known_rows(self, feed: int, hashes: Iterable[bytes]) -> dict[bytes, tuple[int, bytes]]:
        """Return entry number and content hash of a feed's known ids, by their hash."""
        wanted, found = list(hashes), {}
        for start in range(0, len(wanted), IDS_AT_ONCE):
            some = wanted[start : start + IDS_AT_ONCE]
            for row in self._db.rows(
                f"""
                SELECT id_hash, entry, content_hash FROM known
                WHERE feed = ? AND id_hash IN ({", ".join("?" * len(some))})
                """,
                [feed, *some],
            ):
                found[row["id_hash"]] = row["entry"], row["content_hash"]
        return found

    def _told_until(
        self, feed: int, first_poll_cutoff: datetime | None
    ) -> tuple[datetime | None, bool]:
        """Return until when entries are background, and whether undated ones are.

        After a restore that is so for what is dated before it, and for all that is undated
        in the feed's next document: both may have been sent after the backup was made.
        """
        is_first = first_poll_cutoff is not None
        restored = look_up_fact(self._db, RESTORED)
        if restored is None:
            return first_poll_cutoff, is_first
        polled = self._db.value("SELECT polled_at FROM poll WHERE feed = ?", [feed])
        was_before = polled is None or polled < to_us(restored)
        return max(first_poll_cutoff or restored, restored), is_first or was_before

    def _edit(self, number: int, entry: Entry, now: datetime, fresh: FreshEntries) -> bool:
        fresh.write()  # it may be one of them: twins by scheme are one entry
        if not self._update(number, entry, now):
            return False
        self._drop_scores(number)
        return True

    def _update(self, number: int, entry: Entry, now: datetime) -> bool:
        """Write an edit; return False when the entry was pruned, or edited too often already."""
        old = self._db.row(
            "SELECT title, summary, edit_count FROM entry WHERE number = ?", [number]
        )
        if old is None or old["edit_count"] >= MAX_EDITS:
            return False
        if (old["title"], old["summary"]) != (entry.title, entry.summary):
            remember_edit(self._db, number, old["title"], old["summary"], to_us(now))
        self._db.run(
            "INSERT INTO entry_fts (entry_fts, rowid, title, summary) VALUES ('delete', ?, ?, ?)",
            [number, fold(old["title"]), fold(old["summary"])],
        )
        self._db.run(
            """
            UPDATE entry SET id = nullif(?, ?), link = ?, title = ?, summary = ?, outlet = ?,
                language = ?, published_text = ?, published_at = ?, edited_at = ?,
                edit_count = edit_count + 1
            WHERE number = ?
            """,
            [
                entry.key.id,
                entry.link,
                entry.link,
                entry.title,
                entry.summary,
                entry.outlet,
                entry.language,
                entry.published_text,
                to_us_or_none(entry.published_at),
                to_us(now),
                number,
            ],
        )
        self._db.run(
            "UPDATE known SET content_hash = ? WHERE feed = ? AND id_hash = ?",
            [content_hash(entry), entry.key.feed, id_hash(entry.key.id)],
        )
        self._db.run(INDEX, [number, fold(entry.title), fold(entry.summary)])
        return True

    def _drop_scores(self, number: int) -> None:
        self._db.run("DELETE FROM score WHERE entry = ?", [number])
        self._db.run("DELETE FROM score_reasons WHERE entry = ?", [number])

    def _write_scores(
        self, scored: Mapping[int, Sequence[Score]], floors: Mapping[str, float]
    ) -> None:
        """Write the scores of entries, by number, that have none."""
        names = {score.profile for scores in scored.values() for score in scores}
        profiles = {name: profile_number(self._db, name) for name in sorted(names)}
        # In the order of the table's key; entries in which nothing was found share their scores.
        sorted_once = {id(scores): scores for scores in scored.values()}
        columns = {
            name: sorted((profiles[each.profile], each.value) for each in scores)
            for name, scores in sorted_once.items()
        }
        values = [
            (number, profile, value)
            for number, scores in scored.items()
            for profile, value in columns[id(scores)]
        ]
        self._db.run_many("INSERT INTO score VALUES (?, ?, ?)", values)
        reasons = []
        for number, scores in scored.items():
            kept = {
                profiles[each.profile]: each.reasons
                for each in scores
                if each.reasons and each.value >= floors.get(each.profile, 0.0)
            }
            if kept:
                reasons.append((number, reasons_to_json(kept)))
        self._db.run_many("INSERT INTO score_reasons VALUES (?, ?)", reasons)

    # ------------------------------------------------------------ stories

    def _place(self, placements: Sequence[Placement]) -> None:
        """Let entries join stories or start them, whatever the order of the placements."""
        waiting = {each.key: each for each in placements}
        while waiting:
            chain = [waiting.pop(next(iter(waiting)))]
            while (joined := chain[-1].joins) in waiting and joined is not None:
                chain.append(waiting.pop(joined))
            for each in reversed(chain):  # who is joined comes first
                self._place_one(each)
        for each in placements:
            self._absorb(each)

    def _place_one(self, placement: Placement) -> None:
        """Place an entry that stands in no story yet; what cannot be joined is started."""
        own = self._entry_and_story(placement.key)
        if own is None or own["story"] is not None:
            return
        joined = placement.joins and self._entry_and_story(placement.joins)
        story = joined["story"] if joined else None
        self._db.run(
            "UPDATE entry SET story = ? WHERE number = ?",
            [own["number"] if story is None else story, own["number"]],
        )

    def _absorb(self, placement: Placement) -> None:
        """Let stories that an entry showed to be one event go on under one number."""
        own = self._entry_and_story(placement.key) if placement.absorbs else None
        for key in placement.absorbs:
            absorbed = self._entry_and_story(key)
            if own and absorbed and absorbed["story"] not in (None, own["story"]):
                self._db.run(
                    "UPDATE entry SET story = ? WHERE story = ?",
                    [own["story"], absorbed["story"]],
                )

    def _entry_and_story(self, key: EntryKey) -> Any:
        return self._db.row(
            """
            SELECT entry.number, entry.story
            FROM known JOIN entry ON entry.number = known.entry
            WHERE known.feed = ? AND known.id_hash = ?
            """,
            [key.feed, id_hash(key.id)],
        )

    def story_entries(self, since: datetime) -> list[StoryEntry]:
        """Return the entries in stories, first seen at or after `since`, in that order."""
        return list(self.each_story_entry(since))

    def each_story_entry(self, since: datetime) -> Iterator[StoryEntry]:
        """Yield what `story_entries` returns, one by one: with their texts they are large.

        Use the store for nothing else until all of them have come.
        """
        with self._db.reading("reading the stories"):
            for row in self._db.each(
                f"""
                SELECT {ENTRY_COLUMNS} FROM entry
                WHERE story IS NOT NULL AND seen_at >= ?
                ORDER BY seen_at, number
                """,
                [to_us(since)],
            ):
                yield StoryEntry(entry_from_row(row), row["story"])
