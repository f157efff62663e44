"""What in an entry speaks of which party or theme: the finding half of scoring.

Only this package imports it. It knows the traps: whose capitals matter, which phrases
hold an alias and mean something else. What the evidence is worth together is decided
beside it, in the package itself.

An alias with capitals ("ICE", "El Paso") counts where the text has them too; one in
small letters counts in any case. Of overlapping aliases the first and longest speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor.model import Party, TopicProfile
from monitor.stages.score.clues import Clue, Finding, Name, clue_of, name_of
from monitor.stages.score.outlets import Readable, outlet_pattern, split_outlet
from monitor.text.matching import DIVIDER, Phrasebook, Reading, pattern, read

# Money is no country: "US $20 billion" ("US$20" is read as one word anyway).
_MONEY: Final = ("us $*", "eu $*")
# Spanish "EU" is the United States, unless the text is about this union and does not
# call it "UE", as Spanish does.
_EUROPE: Final = tuple(
    f" {phrase} "
    for phrase in (
        "union europea", "european union", "comision europea", "european commission", "bruselas",
        "brussels", "parlamento europeo", "european parliament", "eurozona", "von der leyen",
    )
)  # fmt: skip
# Only capitals tell these from everyday words: a headline all in capitals says nothing.
_EVERYDAY: Final = frozenset({" us ", " ice ", " cia "})
_SMALL_WORDS: Final = {
    **dict.fromkeys("de la el en y que los del con por".split(), 1),  # for Spanish
    **dict.fromkeys("the of to and in for on is with as".split(), -1),  # for English
}


@dataclass(slots=True)
class _Meaning:
    """What one pattern stands for; several lists may hold the same phrase."""

    text: str
    size: int
    is_mask: bool = False  # it holds an alias and means something else
    is_plain: bool = True  # its names count everywhere
    sides: int = 0  # what it may speak for, a bit each: see `Lexicon.bit_of_party`
    names: list[Name] = field(default_factory=list)
    terms: list[Clue] = field(default_factory=list)
    against: list[Clue] = field(default_factory=list)


class Lexicon:
    """Every alias and term of some profiles and parties, ready to be found."""

    def __init__(self, profiles: Sequence[TopicProfile], parties: Sequence[Party]) -> None:
        self._party_count, self._profile_count = len(parties), len(profiles)
        self._meanings: dict[str, _Meaning] = {}
        for phrase in _MONEY:
            self._meaning(phrase).is_mask = True
        for number, party in enumerate(parties):
            for phrase in party.not_when:
                self._meaning(phrase).is_mask = True
            for alias in party.aliases:
                self._add_name(name_of(number, party, alias), self._meaning(alias.text))
        for number, profile in enumerate(profiles):
            for term, weight in profile.terms.items():
                meaning = self._meaning(term)
                meaning.terms.append(clue_of(number, f"theme: {term}", weight))
                meaning.sides |= self.bit_of_theme(number)
            for term, weight in profile.against.items():
                self._meaning(term).against.append(clue_of(number, f"against: {term}", weight))
            for term, points in profile.learned.items():
                self._meaning(term).against.append(clue_of(number, f"verdicts: {term}", -points))
        self._book = Phrasebook(self._meanings)

    def _meaning(self, phrase: str) -> _Meaning:
        text = pattern(phrase)
        return self._meanings.setdefault(text, _Meaning(text, len(text)))

    def _add_name(self, name: Name, meaning: _Meaning) -> None:
        meaning.names.append(name)
        meaning.sides |= self.bit_of_party(name.clue.number)
        meaning.is_plain = meaning.is_plain and name.is_plain

    def bit_of_party(self, number: int) -> int:
        """Return the bit that stands for a party in a `Sieve`."""
        return 1 << number

    def bit_of_theme(self, number: int) -> int:
        """Return the bit that stands for a profile's terms in a `Sieve`."""
        return 1 << self._party_count + number

    def find(self, entry: Readable, sieve: Sieve | None = None) -> Finding | None:
        """Return what the entry holds, its outlet's name left out; None when nothing.

        None too where nothing could pass the sieve, however it is meant.
        """
        title, outlet = split_outlet(entry)
        reading = read(f"{title} {DIVIDER} {entry.summary}")
        hits = list(self._book.find(reading.folded))
        if not hits or (sieve is not None and not _may_pass(sieve, hits)):
            return None
        hits = _outside(outlet, reading.folded, hits)
        finding = Finding.empty(self._party_count, self._profile_count)
        title_end = reading.folded.find(DIVIDER)
        _gather_terms(finding, hits, title_end)
        _gather_names(finding, hits, title_end, _Text(entry, reading, title_end))
        return finding


# Where the pattern's last character stands, and what it means.
_Hit = tuple[int, _Meaning]
# Each way through: bits of which at least one of either side must be spoken for.
Sieve = frozenset[tuple[int, int]]


def _may_pass(sieve: Sieve, hits: Iterable[_Hit]) -> bool:
    spoken = 0
    for _, meaning in hits:
        spoken |= meaning.sides
    return any(spoken & one and spoken & other for one, other in sieve)


def _gather_terms(finding: Finding, hits: Sequence[_Hit], title_end: int) -> None:
    """Collect the terms; the first of its kind is the strongest, as the title comes first."""
    seen = set()
    for end, meaning in hits:
        if (meaning.terms or meaning.against) and meaning.text not in seen:
            seen.add(meaning.text)
            in_title = end <= title_end
            for clue in meaning.terms:
                found = clue.in_title if in_title else clue.in_summary
                finding.terms[clue.number].append(found)
            for clue in meaning.against:
                found = clue.in_title if in_title else clue.in_summary
                finding.against[clue.number].append(found)


def _gather_names(finding: Finding, hits: Sequence[_Hit], title_end: int, text: _Text) -> None:
    """Collect the aliases; of those that overlap, the first and longest speaks alone."""
    spans = [(end + 1 - m.size, -end, m) for end, m in hits if m.names or m.is_mask]
    spans.sort()
    seen, free_from = set(), -1
    for start, minus_end, meaning in spans:
        if start < free_from:
            continue
        names = meaning.names
        if not meaning.is_plain:
            names = [name for name in names if text.admits(name, meaning, start)]
        if names or meaning.is_mask:
            free_from = -minus_end
        for name in names:
            clue = name.clue
            if clue.in_title.label not in seen:
                seen.add(clue.in_title.label)
                found = clue.in_title if start < title_end else clue.in_summary
                finding.parties[clue.number].append(found)


class _Text:
    """An entry's text, asked whether an alias counts where it stands."""

    def __init__(self, entry: Readable, reading: Reading, title_end: int) -> None:
        self._entry = entry
        self._language = entry.language
        self._reading = reading
        self._title_end = title_end

    def admits(self, name: Name, meaning: _Meaning, start: int) -> bool:
        """Tell whether the alias counts at `start`: in this year, case and language."""
        if not name.is_ageless and not (
            name.from_year <= self._entry.dated_at.year <= name.until_year
        ):
            return False
        if name.capitals and not self._has_capitals(name.capitals, meaning, start):
            return False
        if name.language is None:
            return True
        if self._language is None:
            self._language = _guess_language(self._reading)
        if name.language != self._language:
            return False
        return meaning.text != " eu " or not self._is_of_europe()

    def _has_capitals(self, capitals: tuple[str, ...], meaning: _Meaning, start: int) -> bool:
        written = self._reading.written_at(start, meaning.text)
        for ours, theirs in zip(capitals, written, strict=False):
            if not (theirs.startswith(ours) if ours.isupper() else theirs[:1] == ours[:1]):
                return False
        return meaning.text not in _EVERYDAY or not self._shouts(start)

    def _shouts(self, start: int) -> bool:
        title, _, summary = self._reading.written.partition(DIVIDER)
        return (title if start < self._title_end else summary).isupper()

    def _is_of_europe(self) -> bool:
        folded = self._reading.folded
        return " ue " not in folded and any(phrase in folded for phrase in _EUROPE)


def _guess_language(reading: Reading) -> str:
    """Guess by small words: `text.guess_language` is surer and too slow for each entry.

    A headline without any is Spanish when it has accents, else English.
    """
    spanish, before = 0, ""
    for word in reading.folded.split(" "):
        if word in _SMALL_WORDS and word != before:
            spanish += _SMALL_WORDS[word]
            before = word
        else:  # a small word twice in a row counts once
            before = ""
    if not spanish:
        return "en" if reading.written.isascii() else "es"
    return "es" if spanish > 0 else "en"


def _outside(outlet: str, folded: str, hits: list[_Hit]) -> list[_Hit]:
    """Return the hits that are not part of the outlet's own name."""
    name = outlet_pattern(outlet)
    start = folded.find(name) if name else -1
    while start >= 0:
        end = start + len(name) - 1
        hits = [hit for hit in hits if not start < hit[0] <= end]
        start = folded.find(name, end)
    return hits
