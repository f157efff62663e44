"""What people see of a digest before it is issued, and why entries stand together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise

from monitor.model import Digest, Entry, EntryKey, Omission, OmitReason, Story
from monitor.stages.cluster.terms import terms_of
from monitor.text import words

SHARED_SHOWN = 6
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a digest is looked at; "" does not restrict."""

    profile: str = ""
    outlet: str = ""
    language: str = ""

    def shows(self, story: Story) -> bool:
        """Tell whether a report of the story is of the outlet and in the language."""
        if not self.outlet and not self.language:
            return True
        return any(
            (not self.outlet or scored.entry.outlet == self.outlet)
            and (not self.language or scored.entry.language == self.language)
            for scored in story.entries
        )


def chosen_in(digest: Digest, sight: Sight) -> list[tuple[str, Story]]:
    """Return the stories that are looked at, with the profile of their section, in order."""
    return [
        (section.profile.name, story)
        for section in digest.sections
        if sight.profile in ("", section.profile.name)
        for story in section.stories
        if sight.shows(story)
    ]


def left_out_of(digest: Digest, sight: Sight) -> dict[OmitReason, list[Omission]]:
    """Return the omissions that are looked at, by reason, what may be missed most first."""
    found: dict[OmitReason, list[Omission]] = {}
    for omission in digest.omissions:
        if sight.profile and sight.profile != omission.story.score.profile:
            continue
        if sight.shows(omission.story):
            found.setdefault(omission.reason, []).append(omission)
    return found


def outlets_of(digest: Digest, limit: int = 200) -> list[str]:
    """Return the outlets that report the stories a digest carries or leaves out, by name."""
    stories = [*digest.stories, *(omission.story for omission in digest.omissions)]
    found = {scored.entry.outlet for story in stories for scored in story.entries}
    return sorted(found, key=str.casefold)[:limit]


def shared_words(entry: Entry, others: Sequence[Entry]) -> tuple[str, ...]:
    """Return words of an entry's headline whose meaning the others have too, strongest first.

    Folding compares meanings in both languages; what is told here is how this entry says them.
    """
    own = terms_of(entry)
    common: dict[str, float] = {}
    for other in others:
        weights = terms_of(other).weights
        for sign in own.weights.keys() & weights.keys():
            common[sign] = max(common.get(sign, 0.0), own.weights[sign] * weights[sign])
    ranked = sorted(common, key=lambda sign: (-common[sign], sign))[: 2 * SHARED_SHOWN]
    written = words(entry.title)
    triples = zip(written, written[1:], written[2:], strict=False)
    phrases = [*written, *map(" ".join, pairwise(written)), *map(" ".join, triples)]
    said = []
    for sign in ranked:
        same = (each for each in phrases if sign in _signs_of(each, entry.language))
        said.append(next(same, ""))
    # A meaning that no words of the headline were found for has a name of ours only.
    found = tuple(dict.fromkeys(filter(None, said))) or tuple(ranked)
    return found[:SHARED_SHOWN]


@lru_cache(maxsize=20_000)
def _signs_of(phrase: str, language: str | None) -> frozenset[str]:
    """Return the meanings that folding finds in a word or two."""
    entry = Entry(EntryKey(0, ""), "", "", phrase, "", None, _ANY_TIME, language)
    return frozenset(terms_of(entry).weights)
