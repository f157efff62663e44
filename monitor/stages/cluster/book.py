"""The stories of the last days: where does a new entry belong?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from sys import intern
from typing import Final

from monitor.model import Entry, EntryKey, Placement, StoryEntry
from monitor.stages.cluster.article import Articles, article_marks, link_mark
from monitor.stages.cluster.kept_terms import keep_terms
from monitor.stages.cluster.likeness import VETO, Comparison
from monitor.stages.cluster.shelf import Member, OpenStory, Shelf
from monitor.stages.cluster.terms import terms_of

WINDOW: Final = timedelta(hours=72)  # entries farther apart than this are of two stories

# How alike an entry and a story must be, in log odds. Joining two stories wrongly hides one of
# them, so it lies where precision is over 0.9.
LINE: Final = 0.05
# A story is compared by the nearer half of its entries, as a whole: long stories have several
# wordings. All of it would split them, the nearest one alone would chain them; it speaks a
# little louder.
NEAREST_SHARE: Final = 0.15
# An entry that belongs to two stories may show that they are one: unless they are quite
# unlike, it had only to come first for both to have joined it.
MERGE_ALLOWANCE: Final = 1.0
MERGE_CANDIDATES: Final = 3

Pairs = Iterable[tuple[EntryKey, EntryKey]]


class StoryBook:
    """The entries of the last days that stand in stories; says where a new one belongs.

    In memory only: the store holds the stories themselves. The same article joins its
    story at once; any other entry the story that it is most like, as a whole, if it is
    like enough. What a person has merged or split stays so: of a pair in `together` the
    second joins the first, one in `apart` never shares a story.
    """

    def __init__(
        self,
        members: Iterable[StoryEntry],
        window: timedelta = WINDOW,
        *,
        together: Pairs = (),
        apart: Pairs = (),
    ) -> None:
        self._window_h = window / timedelta(hours=1)
        self._together, self._apart = _both_ways(together), _both_ways(apart)
        self._shelf = Shelf(self._window_h)
        self._articles = Articles()
        stories: dict[int, OpenStory] = {}
        for each in members:
            key = each.entry.key
            if self._shelf.story_of(key) is None:
                story = stories.get(each.story) or self._shelf.start(key)
                stories[each.story] = story
                self._remember(_member(each.entry), story)

    def place(self, entries: Sequence[Entry]) -> tuple[Placement, ...]:
        """Return for each new entry the story it joins, or None where it starts one.

        Entries placed earlier in the same call can be joined; one that the book knows
        stays where it is, and is compared by its present words from then on. One after
        another or all at once gives the same stories.
        """
        return tuple(self._place(entry) for entry in entries)

    def story_of(self, key: EntryKey) -> EntryKey | None:
        """Return the first entry of the story that an entry stands in now, None if unknown."""
        story = self._shelf.story_of(key)
        return story.root if story else None

    def forget(self, before: datetime) -> None:
        """Forget the entries first seen before a moment.

        A book that is kept and pruned so places as one made anew of the entries since then.
        """
        for member in self._shelf.forget(before):
            self._articles.forget(member)

    def _place(self, entry: Entry) -> Placement:
        known = self._shelf.story_of(entry.key)
        if known:
            self._renew(entry)
            return Placement(entry.key, known.root)
        member = _member(entry)
        absorbed: OpenStory | None = None
        story = self._merged_by_hand(member) or self._same_article(member)
        if story is None:
            story, absorbed = self._nearest(member)
        if story is None:
            self._remember(member, self._shelf.start(entry.key))
            return Placement(entry.key, None)
        placement = Placement(entry.key, story.root, (absorbed.root,) if absorbed else ())
        if absorbed:
            self._shelf.merge(story, absorbed)
        self._remember(member, story)
        return placement

    def _remember(self, member: Member, story: OpenStory) -> None:
        self._shelf.add(member, story)
        self._articles.add(member)

    def _renew(self, entry: Entry) -> None:
        """Take a known entry's words as they are now; when it came and its date stay."""
        old = self._shelf.member(entry.key)
        if old is not None:
            renewed = replace(_member(entry), at_h=old.at_h, seen_at=old.seen_at)
            self._articles.forget(old)
            self._shelf.replace(old, renewed)
            self._articles.add(renewed)

    def _merged_by_hand(self, member: Member) -> OpenStory | None:
        stories = (self._shelf.story_of(key) for key in self._together.get(member.key, ()))
        return next((story for story in stories if story), None)

    def _same_article(self, member: Member) -> OpenStory | None:
        for key in self._articles.copies(member):
            story = self._shelf.story_of(key)
            if story and not self._is_barred(member, story):
                return story
        return None

    def _nearest(self, member: Member) -> tuple[OpenStory | None, OpenStory | None]:
        """Return the story that an entry belongs to, and one that it shows to be the same."""
        comparison = Comparison(member.terms, self._shelf.rarity)
        found = [
            (likeness, story)
            for story in self._shelf.near(comparison.weights)
            if (likeness := self._likeness(comparison, member, story)) >= LINE
        ]
        if not found:
            return None, None
        found.sort(key=lambda pair: (-pair[0], pair[1].members[0].place))
        best = found[0][1]
        for _, other in found[1 : 1 + MERGE_CANDIDATES]:
            if self._are_one(best, other):
                return best, other
        return best, None

    def _likeness(self, comparison: Comparison, member: Member, story: OpenStory) -> float:
        """Return how like an entry is to a story as a whole, where it is enough to join it."""
        if self._is_barred(member, story):
            return VETO
        near = [each for each in story.compared() if self._is_near(member, each)]
        if not near:
            return VETO
        at_most = [comparison.at_most(each.terms, _apart_h(member, each)) for each in near]
        if _as_a_whole(at_most) < LINE:
            return VETO  # nearly all of them
        return _as_a_whole(_likenesses(comparison, member, near))

    def _are_one(self, one: OpenStory, other: OpenStory) -> bool:
        if any(self._is_barred(member, other) for member in one.members):
            return False
        found: list[float] = []
        for member in one.compared():
            comparison = Comparison(member.terms, self._shelf.rarity)
            found += _likenesses(comparison, member, other.compared())
        return _as_a_whole(found) >= LINE - MERGE_ALLOWANCE

    def _is_near(self, one: Member, other: Member) -> bool:
        return _apart_h(one, other) <= self._window_h

    def _is_barred(self, member: Member, story: OpenStory) -> bool:
        barred = self._apart.get(member.key, ())
        return any(self._shelf.story_of(key) is story for key in barred)


def _member(entry: Entry) -> Member:
    terms = terms_of(entry)
    return Member(
        entry.key,
        keep_terms(terms),
        entry.language and intern(entry.language),
        intern(entry.outlet),
        link_mark(entry.link),
        article_marks(entry, terms),
        entry.dated_at.timestamp() / 3600,
        entry.seen_at,
    )


def _likenesses(comparison: Comparison, member: Member, others: Iterable[Member]) -> list[float]:
    """Return how like an entry is to each other one."""
    return [comparison.likeness(each.terms, _apart_h(member, each)) for each in others]


def _apart_h(one: Member, other: Member) -> float:
    return abs(one.at_h - other.at_h)


def _as_a_whole(likenesses: Sequence[float]) -> float:
    nearer = sorted(likenesses, reverse=True)[: (len(likenesses) + 1) // 2]
    mean = sum(nearer) / len(nearer)
    return NEAREST_SHARE * nearer[0] + (1 - NEAREST_SHARE) * mean


def _both_ways(pairs: Pairs) -> dict[EntryKey, list[EntryKey]]:
    found: defaultdict[EntryKey, list[EntryKey]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
        found[other].append(one)
    return dict(found)
