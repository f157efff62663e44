"""Terms that a profile may be missing, because the news has moved on: names change.

A word or a pair of words is suggested when several outlets use it in entries that a
reader called good, or that score high, far more often than in the rest of the stream,
and no profile or party knows it. Whether it is taken up is a person's choice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from monitor.model import Entry, Party, TopicProfile
from monitor.stages.score.outlets import split_outlet
from monitor.text.background import Usage
from monitor.text.matching import Phrasebook, pattern, read

ENTRIES_MIN: Final = 3  # fewer are chance
OUTLETS_MIN: Final = 2  # one alone is a habit of that outlet
TIMES_MIN: Final = 4.0  # as often as in the rest of the stream
# What is known of a word beforehand counts as much as so many entries of so many words.
PRIOR_ENTRIES: Final = 50
ENTRY_WORDS: Final = 60
GOOD_COUNTS: Final = 3  # one verdict says as much as so many high scores
# A word more frequent than this ("during", "children") says nothing by itself.
VAGUE_SHARE: Final = 1.5e-4
# Of a pair and its word, the pair speaks alone when it is so large a part of the word's uses.
PAIR_SHARE: Final = 0.6
NAME_SHARE: Final = 0.8  # of a name's uses have a capital
HEADLINES_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Liked:
    """An entry that was called good, or that scores at or over a threshold."""

    entry: Entry
    profile: str  # the one it is good for
    said_good: bool  # by a reader; else it scores high


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term that may be missing."""

    term: str  # folded, as a profile writes it
    profile: str  # the one it rides with most
    good_count: int  # entries with it that were called good
    high_count: int  # others with it that score high
    other_count: int  # entries with it that are neither
    is_name: bool  # written with capitals: perhaps a party's
    headlines: tuple[str, ...]  # of two of the entries, the newest first


def suggest_terms(
    liked: Sequence[Liked],
    others: Iterable[Entry],
    profiles: Sequence[TopicProfile],
    parties: Sequence[Party],
    usage: Usage,
) -> tuple[Suggestion, ...]:
    """Return the terms that may be missing, the most telling first."""
    known = _known(profiles, parties, max((e.entry.dated_at.year for e in liked), default=0))
    uses: defaultdict[str, list[Liked]] = defaultdict(list)
    for each in liked:
        for term in set(_terms(each.entry, known, usage)):
            uses[term].append(each)
    elsewhere, other_count = Counter[str](), 0
    for entry in others:
        other_count += 1
        elsewhere.update(set(_terms(entry, known, usage)) & uses.keys())
    telling: dict[str, float] = {}
    for term, found in uses.items():
        titles, outlets = zip(*((e.entry.title, e.entry.outlet) for e in found), strict=True)
        if len(set(titles)) < ENTRIES_MIN or len(set(outlets)) < OUTLETS_MIN:
            continue  # one report that many print says nothing about words
        usual = min(1.0, usage.term(term) * ENTRY_WORDS) * PRIOR_ENTRIES
        rate = (elsewhere[term] + usual + 0.5) / (other_count + PRIOR_ENTRIES)
        times = len(found) / (len(liked) + 1) / rate
        if times >= TIMES_MIN:
            said = sum(GOOD_COUNTS if each.said_good else 1 for each in found)
            telling[term] = said * log(times)
    kept = _without_doubles(telling, uses)
    ranked = sorted(kept, key=lambda term: (-telling[term], term))
    return tuple(_suggestion(term, uses[term], elsewhere[term]) for term in ranked)


def _terms(entry: Entry, known: Phrasebook[int], usage: Usage) -> Iterator[str]:
    """Yield the words that may be terms, and their pairs.

    The outlet's name is none, nor is what stands in a known phrase: "wall" is not
    missing where "border wall" is known.
    """
    for text in (split_outlet(entry)[0], entry.summary):
        folded = read(text).folded
        before, telling_before = "", False
        for word in _unknown(folded, known):
            fits = usage.can_be_term(word)
            telling = fits and usage.word(word) < VAGUE_SHARE
            if telling:
                yield word
            if fits and before and (telling or telling_before):
                yield f"{before} {word}"
            before, telling_before = (word, telling) if fits else ("", False)


def _unknown(folded: str, known: Phrasebook[int]) -> list[str]:
    """Return a text's words, each that is part of a known phrase as "": it parts the others."""
    words = folded.split()
    for end, size in known.find(folded):
        first = folded.count(" ", 0, end - size + 2) - 1
        last = folded.count(" ", 0, end) - 1
        words[first : last + 1] = [""] * (last + 1 - first)
    return words


def _known(
    profiles: Sequence[TopicProfile], parties: Sequence[Party], year: int
) -> Phrasebook[int]:
    """Return what is known already, with its length; a name whose years are over is not."""
    phrases = [term for p in profiles for terms in (p.terms, p.against) for term in terms]
    phrases += [phrase for party in parties for phrase in party.not_when]
    phrases += [
        alias.text
        for party in parties
        for alias in party.aliases
        if alias.until_year is None or alias.until_year >= year
    ]
    patterns = map(pattern, phrases)
    return Phrasebook({text: len(text) for text in patterns})


def _without_doubles(telling: Iterable[str], uses: dict[str, list[Liked]]) -> set[str]:
    """Drop the words that hardly occur but in a pair, and the pairs of the other words."""
    kept = set(telling)
    for pair in sorted(term for term in kept if " " in term):
        words = [word for word in pair.split() if word in kept]
        if all(len(uses[pair]) >= PAIR_SHARE * len(uses[word]) for word in words):
            kept.difference_update(words)
        else:
            kept.discard(pair)
    return kept


def _suggestion(term: str, found: Sequence[Liked], other_count: int) -> Suggestion:
    good = sum(each.said_good for each in found)
    profiles = Counter(each.profile for each in found)
    newest = sorted(found, key=lambda each: each.entry.dated_at, reverse=True)
    headlines = dict.fromkeys(each.entry.title for each in newest)
    return Suggestion(
        term=term,
        profile=min(profiles, key=lambda name: (-profiles[name], name)),
        good_count=good,
        high_count=len(found) - good,
        other_count=other_count,
        is_name=_is_name(term, found),
        headlines=tuple(headlines)[:HEADLINES_SHOWN],
    )


def _is_name(term: str, found: Sequence[Liked]) -> bool:
    """Tell whether the summaries write it with capitals; headlines often do so anyway."""
    size, capitals, uses = term.count(" ") + 1, 0, 0
    for each in found:
        reading = read(each.entry.summary)
        folded, written = reading.folded.split(), reading.written.split()
        for at in range(1, len(folded) - size + 1):
            if folded[at : at + size] == term.split():
                uses += 1
                capitals += all(word[0].isupper() for word in written[at : at + size])
    return uses > 0 and capitals >= NAME_SHARE * uses
