"""What a book of stories holds, and which stories share rare terms with a new entry."""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Final

from monitor.model import EntryKey
from monitor.stages.cluster.holders import Holders
from monitor.stages.cluster.kept_terms import KeptTerms
from monitor.stages.cluster.likeness import Rarity

# What bounds the work for one entry, however many the book holds.
LOOKUPS: Final = 400  # stories looked up by shared terms, the rarest terms first
CANDIDATES: Final = 10  # stories compared in full
COMPARED: Final = 24  # entries of one story: its first and its last


_place = attrgetter("place")


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """An entry on the shelf, which may hold tens of thousands: not its texts, what they come to."""

    key: EntryKey
    terms: KeptTerms
    language: str | None
    outlet: str
    link_mark: int
    article_marks: tuple[int, ...]
    at_h: float  # its date, in hours since 1970
    seen_at: datetime

    @property
    def place(self) -> tuple[float, EntryKey]:
        """Return what puts entries in order, however they came in."""
        return self.at_h, self.key

    def __lt__(self, other: Member) -> bool:
        return self.place < other.place


@dataclass(eq=False, slots=True)
class OpenStory:
    """A story that can take entries."""

    number: int  # in the order in which stories were started
    root: EntryKey  # an entry of it, by which placements name it: the first that came
    members: list[Member] = field(default_factory=list)  # in the order of their dates

    def compared(self) -> list[Member]:
        """Return the entries that speak for the story."""
        if len(self.members) <= COMPARED:
            return self.members
        return self.members[: COMPARED // 2] + self.members[-COMPARED // 2 :]


class Shelf:
    """Stories with their entries, found by the terms that they hold.

    Entries twice as old as the window are compared no more; which story they stood in stays
    known until `forget`. What it answers depends on what it holds, not on what it held.
    """

    def __init__(self, window_h: float) -> None:
        self.rarity = Rarity()
        self._stories: dict[int, OpenStory] = {}  # by number; one that was merged gives way
        self._started_count = 0
        self._number_of: dict[EntryKey, int] = {}
        self._members: dict[EntryKey, Member] = {}  # that are compared, in the order they came
        self._holders = Holders()
        self._oldest: list[Member] = []  # a heap by date
        self._newest_h = float("-inf")
        self._window_h = window_h

    def story_of(self, key: EntryKey) -> OpenStory | None:
        """Return the story that an entry stands in, None when it is unknown."""
        number = self._number_of.get(key)
        return None if number is None else self._story(number)

    def member(self, key: EntryKey) -> Member | None:
        """Return an entry as it is compared, None when it is not."""
        return self._members.get(key)

    def start(self, root: EntryKey) -> OpenStory:
        """Return a new story, without entries yet."""
        story = self._stories[self._started_count] = OpenStory(self._started_count, root)
        self._started_count += 1
        return story

    def add(self, member: Member, story: OpenStory) -> None:
        """Put an entry into a story, and forget entries that have grown old."""
        if not story.members:
            self.rarity.story_count += 1
        insort(story.members, member, key=_place)
        self._number_of[member.key] = story.number
        self._members[member.key] = member
        self.rarity.add(member.terms.signs)
        for sign in member.terms.signs:
            self._hold(sign, story.number, 1)
        heapq.heappush(self._oldest, member)
        self._newest_h = max(self._newest_h, member.at_h)
        # Twice the window: entries do not come in the order of their dates.
        while self._oldest[0].at_h < self._newest_h - 2 * self._window_h:
            oldest = heapq.heappop(self._oldest)
            if self._members.get(oldest.key) is oldest:
                self._let_go(oldest)

    def replace(self, old: Member, new: Member) -> None:
        """Compare an entry as it is now; it stays in its story."""
        self.add(new, self._let_go(old))

    def forget(self, before: datetime) -> list[Member]:
        """Forget all about entries first seen before a moment; return those that were compared."""
        old = [member for member in self._members.values() if member.seen_at < before]
        kept = self._members
        if not old and len(kept) == len(self._number_of):
            return old
        stories = [self._let_go(member) for member in old]
        found = {key: self._story(self._number_of[key]) for key in kept}
        self._number_of = {key: story.number for key, story in found.items()}
        self._stories = {story.number: story for story in found.values()}
        self._newest_h = max((each.at_h for each in kept.values()), default=float("-inf"))
        self._oldest = list(kept.values())
        heapq.heapify(self._oldest)
        self._rename(stories)
        return old

    def merge(self, story: OpenStory, other: OpenStory) -> None:
        """Put all entries of another story into this one, which speaks for both."""
        self.rarity.story_count -= 1
        for sign in {sign for member in other.members for sign in member.terms.signs}:
            count = self._holders.entry_count(sign, other.number)
            self._hold(sign, story.number, count)
            self._hold(sign, other.number, -count)
        story.members.extend(other.members)
        story.members.sort(key=_place)
        came = {key: number for number, key in enumerate(self._number_of)}
        story.root = min(story.root, other.root, key=came.__getitem__)
        self._stories[other.number] = story

    def near(self, weights: Mapping[str, float]) -> list[OpenStory]:
        """Return the stories that share most with the weighted terms, the nearest first."""
        found: dict[int, float] = {}
        left = LOOKUPS
        holders = self._holders
        held = [(holders.story_count(sign), sign) for sign in weights]
        held.sort()
        for count, sign in held:
            if count > left:
                break
            left -= count
            weight = weights[sign]
            for number in holders.stories(sign):
                found[number] = found.get(number, 0.0) + weight
        if len(found) > CANDIDATES:
            least = heapq.nlargest(CANDIDATES, found.values())[-1]
            found = {number: shared for number, shared in found.items() if shared >= least}
        stories = [(-shared, self._stories[number]) for number, shared in found.items()]
        # Equally near ones by what they hold: a book that was kept answers as one made anew.
        stories.sort(key=lambda pair: (pair[0], pair[1].members[0].place))
        return [story for _, story in stories[:CANDIDATES]]

    def _story(self, number: int) -> OpenStory:
        story = self._stories[number]
        while story.number != number:  # it was merged, and that one perhaps again
            number = story.number
            story = self._stories[number]
        return story

    def _let_go(self, member: Member) -> OpenStory:
        """Compare an entry no more; return the story that it leaves."""
        story = self._story(self._number_of[member.key])
        del self._members[member.key]
        self.rarity.add(member.terms.signs, -1)
        for sign in member.terms.signs:
            self._hold(sign, story.number, -1)
        story.members.remove(member)
        if not story.members:
            self.rarity.story_count -= 1
        return story

    def _rename(self, stories: Iterable[OpenStory]) -> None:
        """Let stories that lost entries go by the first of those that are left."""
        came = {key: number for number, key in enumerate(self._members)}
        for story in stories:
            if story.members and story.root not in came:
                story.root = min((each.key for each in story.members), key=came.__getitem__)

    def _hold(self, sign: str, number: int, count: int) -> None:
        """Count entries of a story that hold a term in, or with a negative count out."""
        if step := self._holders.change(sign, number, count):
            self.rarity.add_to_story(sign, step)
