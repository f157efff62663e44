"""Which entries are one article: copied, syndicated, or linked under another address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.model import Entry, EntryKey
from monitor.stages.cluster.shelf import Member
from monitor.stages.cluster.terms import Terms
from monitor.text import link_host

HEADING_WORDS: Final = 5  # shorter titles are those of columns and programmes
OPENING_WORDS: Final = 12  # as many first words of a summary are not the same by chance
COPY_H: Final = 48.0  # copies follow within two days
# An outlet that uses a title again has a column of that name, unless it corrects itself.
OWN_COPY_H: Final = 12.0


class Articles:
    """Finds the entries that are the same article as one that came before."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Member, ...]] = {}

    def add(self, member: Member) -> None:
        """Remember an entry by its link, its title and its first words."""
        for mark in member.article_marks:
            self._seen[mark] = (*self._seen.get(mark, ()), member)

    def forget(self, member: Member) -> None:
        """Forget an entry that was added."""
        for mark in member.article_marks:
            others = tuple(other for other in self._seen[mark] if other is not member)
            if others:
                self._seen[mark] = others
            else:
                del self._seen[mark]

    def copies(self, member: Member) -> list[EntryKey]:
        """Return the entries that are the same article, the latest first."""
        found: dict[EntryKey, None] = {}
        for mark in member.article_marks:
            for other in reversed(self._seen.get(mark, ())):
                if _may_be_copies(member, other):
                    found[other.key] = None
        return list(found)


def _may_be_copies(one: Member, other: Member) -> bool:
    apart_h = abs(one.at_h - other.at_h)
    is_column = one.outlet == other.outlet and one.link_mark != other.link_mark
    limit_h = OWN_COPY_H if is_column else COPY_H
    return apart_h <= limit_h


def link_mark(link: str) -> int:
    """Return what stands for a link."""
    return hash(("link", link))


def article_marks(entry: Entry, terms: Terms) -> tuple[int, ...]:
    """Return what another entry has in common only if it is the same article.

    Hashes: of a hundred thousand texts no two share one of 64 bits, and words are long.
    """
    return tuple(_marks(entry, terms))


def _marks(entry: Entry, terms: Terms) -> Iterator[int]:
    if entry.link and link_host(entry.link):
        yield link_mark(entry.link)
    if len(terms.heading) >= HEADING_WORDS:
        yield hash(("heading", terms.heading))
    if len(terms.opening) >= OPENING_WORDS:
        yield hash(("opening", terms.opening[:OPENING_WORDS]))
