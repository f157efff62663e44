"""Which entries are one article: copied, syndicated, or linked under another address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Final

from monitor.model import EntryKey
from monitor.stages.cluster.shelf import Member
from monitor.text import link_host

HEADING_WORDS: Final = 5  # shorter titles are those of columns and programmes
OPENING_WORDS: Final = 12  # as many first words of a summary are not the same by chance
COPY_H: Final = 48.0  # copies follow within two days
# An outlet that uses a title again has a column of that name, unless it corrects itself.
OWN_COPY_H: Final = 12.0


class Articles:
    """Finds the entries that are the same article as one that came before."""

    def __init__(self) -> None:
        self._seen: defaultdict[Hashable, list[Member]] = defaultdict(list)

    def add(self, member: Member) -> None:
        """Remember an entry by its link, its title and its first words."""
        for mark in _marks(member):
            self._seen[mark].append(member)

    def forget(self, member: Member) -> None:
        """Forget an entry that was added."""
        for mark in _marks(member):
            others = [other for other in self._seen[mark] if other is not member]
            if others:
                self._seen[mark] = others
            else:
                del self._seen[mark]

    def copies(self, member: Member) -> list[EntryKey]:
        """Return the entries that are the same article, the latest first."""
        found: dict[EntryKey, None] = {}
        for mark in _marks(member):
            for other in reversed(self._seen.get(mark, ())):
                if _may_be_copies(member, other):
                    found[other.key] = None
        return list(found)


def _may_be_copies(one: Member, other: Member) -> bool:
    apart_h = abs(one.at_h - other.at_h)
    limit_h = OWN_COPY_H if one.outlet == other.outlet and one.link != other.link else COPY_H
    return apart_h <= limit_h


def _marks(member: Member) -> Iterator[Hashable]:
    """Yield what another entry has in common only if it is the same article."""
    if member.link and link_host(member.link):
        yield "link", member.link
    if len(member.terms.heading) >= HEADING_WORDS:
        yield "heading", member.terms.heading
    if len(member.terms.opening) >= OPENING_WORDS:
        yield "opening", member.terms.opening[:OPENING_WORDS]
