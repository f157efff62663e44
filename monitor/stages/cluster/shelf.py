"""What a book of stories holds, and which stories share rare terms with a new entry."""

from __future__ import annotations

import heapq
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Final

from monitor.model import EntryKey
from monitor.stages.cluster.likeness import Rarity
from monitor.stages.cluster.terms import Terms

# What bounds the work for one entry, however many the book holds.
LOOKUPS: Final = 400  # stories looked up by shared terms, the rarest terms first
CANDIDATES: Final = 10  # stories compared in full
COMPARED: Final = 24  # entries of one story: its first and its last


_place = attrgetter("place")


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """An entry on the shelf."""

    key: EntryKey
    terms: Terms
    language: str | None
    outlet: str
    link: str
    at_h: float  # its date, in hours since 1970
    seen_at: datetime

    @property
    def place(self) -> tuple[float, EntryKey]:
        """Return what puts entries in order, however they came in."""
        return self.at_h, self.key


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
        self._stories: list[OpenStory] = []  # by number; one that was merged gives way
        self._number_of: dict[EntryKey, int] = {}
        self._members: dict[EntryKey, Member] = {}  # that are compared, in the order they came
        self._holders: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._oldest: list[tuple[float, EntryKey, Member]] = []
        self._newest_h = float("-inf")
        self._window_h = window_h

    def story_of(self, key: EntryKey) -> OpenStory | None:
        """Return the story that an entry stands in, None when it is unknown."""
        number = self._number_of.get(key)
        return None if number is None else self._story(number)

    def start(self, root: EntryKey) -> OpenStory:
        """Return a new story, without entries yet."""
        story = OpenStory(len(self._stories), root)
        self._stories.append(story)
        return story

    def add(self, member: Member, story: OpenStory) -> None:
        """Put an entry into a story, and forget entries that have grown old."""
        if not story.members:
            self.rarity.story_count += 1
        insort(story.members, member, key=_place)
        self._number_of[member.key] = story.number
        self._members[member.key] = member
        self.rarity.add(member.terms.weights)
        for sign in member.terms.weights:
            self._hold(sign, story.number, 1)
        heapq.heappush(self._oldest, (member.at_h, member.key, member))
        self._newest_h = max(self._newest_h, member.at_h)
        # Twice the window: entries do not come in the order of their dates.
        while self._oldest[0][0] < self._newest_h - 2 * self._window_h:
            oldest = heapq.heappop(self._oldest)[-1]
            if self._members.get(oldest.key) is oldest:
                self._let_go(oldest)

    def forget(self, before: datetime) -> list[Member]:
        """Forget all about entries first seen before a moment; return those that were compared."""
        old = [member for member in self._members.values() if member.seen_at < before]
        stories = [self._let_go(member) for member in old]
        kept = self._members
        self._number_of = {key: self._story(self._number_of[key]).number for key in kept}
        self._newest_h = max((each.at_h for each in kept.values()), default=float("-inf"))
        self._oldest = [(each.at_h, each.key, each) for each in kept.values()]
        heapq.heapify(self._oldest)
        self._rename(stories)
        return old

    def merge(self, story: OpenStory, other: OpenStory) -> None:
        """Put all entries of another story into this one, which speaks for both."""
        self.rarity.story_count -= 1
        for sign in {sign for member in other.members for sign in member.terms.weights}:
            count = self._holders[sign][other.number]
            self._hold(sign, story.number, count)
            self._hold(sign, other.number, -count)
        story.members.extend(other.members)
        story.members.sort(key=_place)
        self._stories[other.number] = story

    def near(self, weights: Mapping[str, float]) -> list[OpenStory]:
        """Return the stories that share most with the weighted terms, the nearest first."""
        found: dict[int, float] = {}
        left = LOOKUPS
        holders = self._holders
        held = [(len(holders[sign]), sign) for sign in weights if sign in holders]
        held.sort()
        for count, sign in held:
            if count > left:
                break
            left -= count
            weight = weights[sign]
            for number in holders[sign]:
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
        self.rarity.add(member.terms.weights, -1)
        for sign in member.terms.weights:
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
        holders = self._holders[sign]
        now = holders.get(number, 0) + count
        if now == 0:
            del holders[number]
            self.rarity.add_to_story(sign, -1)
            if not holders:
                del self._holders[sign]
            return
        if now == count:
            self.rarity.add_to_story(sign)
        holders[number] = now
