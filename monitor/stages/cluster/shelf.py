"""What a book of stories holds, and which stories share rare terms with a new entry."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.model import EntryKey
from monitor.stages.cluster.likeness import Rarity
from monitor.stages.cluster.terms import Terms

# What bounds the work for one entry, however many the book holds.
LOOKUPS: Final = 1000  # stories looked up by shared terms, the rarest terms first
CANDIDATES: Final = 10  # stories compared in full
COMPARED: Final = 24  # entries of one story: its first and its last


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """An entry on the shelf."""

    key: EntryKey
    terms: Terms
    language: str | None
    outlet: str
    link: str
    at_h: float  # hours since 1970


@dataclass(eq=False, slots=True)
class OpenStory:
    """A story that can take entries."""

    number: int  # in the order in which stories were started
    root: EntryKey  # its first entry, by which placements name it
    members: list[Member] = field(default_factory=list)

    def compared(self) -> list[Member]:
        """Return the entries that speak for the story."""
        if len(self.members) <= COMPARED:
            return self.members
        return self.members[: COMPARED // 2] + self.members[-COMPARED // 2 :]


class Shelf:
    """Stories with their entries, found by the terms that they hold.

    Old entries are forgotten; which story they stood in stays known.
    """

    def __init__(self, window_h: float) -> None:
        self.rarity = Rarity()
        self._stories: list[OpenStory] = []  # by number; one that was merged gives way
        self._number_of: dict[EntryKey, int] = {}
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
        story.members.append(member)
        self._number_of[member.key] = story.number
        self.rarity.add(member.terms.weights)
        for sign in member.terms.weights:
            self._hold(sign, story.number, 1)
        heapq.heappush(self._oldest, (member.at_h, member.key, member))
        self._newest_h = max(self._newest_h, member.at_h)
        # Twice the window: entries do not come in the order of their dates.
        while self._oldest[0][0] < self._newest_h - 2 * self._window_h:
            self._forget(heapq.heappop(self._oldest)[-1])

    def merge(self, story: OpenStory, other: OpenStory) -> None:
        """Put all entries of another story into this one, which speaks for both."""
        self.rarity.story_count -= 1
        for sign in {sign for member in other.members for sign in member.terms.weights}:
            count = self._holders[sign][other.number]
            self._hold(sign, story.number, count)
            self._hold(sign, other.number, -count)
        story.members.extend(other.members)
        story.members.sort(key=lambda member: (member.at_h, member.key))
        self._stories[other.number] = story

    def near(self, weights: Mapping[str, float]) -> list[OpenStory]:
        """Return the stories that share most with the weighted terms, the nearest first."""
        found: dict[int, float] = {}
        left = LOOKUPS
        for count, sign in sorted((len(self._holders.get(sign, ())), sign) for sign in weights):
            if count > left:
                break
            left -= count
            if count:
                weight = weights[sign]
                for number in self._holders[sign]:
                    found[number] = found.get(number, 0.0) + weight
        if len(found) > CANDIDATES:
            least = heapq.nlargest(CANDIDATES, found.values())[-1]
            found = {number: shared for number, shared in found.items() if shared >= least}
        nearest = sorted(found, key=lambda number: (-found[number], number))[:CANDIDATES]
        return [self._stories[number] for number in nearest]

    def _story(self, number: int) -> OpenStory:
        story = self._stories[number]
        while story.number != number:  # it was merged, and that one perhaps again
            number = story.number
            story = self._stories[number]
        return story

    def _forget(self, member: Member) -> None:
        story = self._story(self._number_of[member.key])
        self.rarity.add(member.terms.weights, -1)
        for sign in member.terms.weights:
            self._hold(sign, story.number, -1)
        story.members.remove(member)
        if not story.members:
            self.rarity.story_count -= 1

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
