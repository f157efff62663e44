"""Any entries -> the stories they make, all at once."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Entry, EntryKey
from monitor.stages.cluster.book import StoryBook


def fold_entries(entries: Sequence[Entry]) -> tuple[int, ...]:
    """Return for each entry the position of its story's first entry, in the order given.

    Entries are placed in the order of their dates, as a reader would have seen them. The
    first entry of a story is the one dated first.
    """
    book = StoryBook(())
    position = {entry.key: number for number, entry in reversed(list(enumerate(entries)))}
    in_time = sorted(entries, key=lambda entry: entry.dated_at)
    book.place(in_time)
    first: dict[EntryKey | None, int] = {}
    for entry in in_time:
        first.setdefault(book.story_of(entry.key), position[entry.key])
    return tuple(first[book.story_of(entry.key)] for entry in entries)
