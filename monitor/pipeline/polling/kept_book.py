"""The stories of the last days, kept from one poll run to the next while they still hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from monitor.adapters.store import Store, StoryPairs
from monitor.model import EntryKey
from monitor.stages.cluster import WINDOW, StoryBook

# An edited title that is no longer about any profile is seen only when a book is made anew.
KEPT_FOR: Final = timedelta(hours=6)
# A book of more entries takes seconds to make, and a server that is being connected to has five.
MANY: Final = 5_000


class KeptBook:
    """A story book for one poll run after the other, in one thread.

    Making one reads every story of the last days and costs more than most runs. So it is
    kept, and each run asks the store where entries stand now: where another process has
    polled, or a person has merged or split, the book is made anew.
    """

    def __init__(self, many: int = MANY) -> None:
        """Take how many entries make a book that is better made before a run begins."""
        self._many = many
        self._book: StoryBook | None = None
        self._made_at: datetime | None = None
        self._pairs = StoryPairs()

    def make_ahead(self, store: Store, now: datetime) -> None:
        """Make the book now if it has to be made anew and that takes long.

        In the middle of a run all transfers under way would stand still meanwhile.
        """
        is_kept = self._book is not None and self._is_fresh(now)
        if not is_kept and store.count_in_stories(now - WINDOW) > self._many:
            self.opened(store, now)

    def opened(self, store: Store, now: datetime) -> StoryBook:
        """Return a book that agrees with the store; what is placed in it is to be stored."""
        since = now - WINDOW
        pairs = store.story_pairs(since)
        book = self._book
        if book and self._is_fresh(now) and self._agrees(book, pairs, store, since):
            book.forget(since)
            return book
        book = self._book = None  # gone before there is another: two take much memory
        entries = store.each_story_entry(since)
        made = StoryBook(entries, together=pairs.together, apart=pairs.apart)
        self._book, self._made_at, self._pairs = made, now, pairs
        return made

    def drop(self) -> None:
        """Forget the book: something was placed in it that may not have been stored."""
        self._book = None

    def _is_fresh(self, now: datetime) -> bool:
        return self._made_at is not None and timedelta() <= now - self._made_at < KEPT_FOR

    def _agrees(self, book: StoryBook, pairs: StoryPairs, store: Store, since: datetime) -> bool:
        """Tell whether book and store know the same stories, by whatever names they go."""
        if not _pairs(pairs) <= _pairs(self._pairs):
            return False
        roots: dict[int, EntryKey] = {}
        numbers: dict[EntryKey, int] = {}
        for key, number in store.story_places(since):
            root = book.story_of(key)
            if root is None or roots.setdefault(number, root) != root:
                return False
            if numbers.setdefault(root, number) != number:
                return False
        return True


def _pairs(pairs: StoryPairs) -> set[tuple[bool, EntryKey, EntryKey]]:
    return {(True, *pair) for pair in pairs.together} | {(False, *pair) for pair in pairs.apart}
