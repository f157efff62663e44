"""What in an entry speaks of which party or theme: the finding half of score.py.

Only score.py imports this. It knows the traps: whose capitals matter, which phrases
hold an alias and mean something else, what is only an outlet's name. What the
evidence is worth together is decided in score.py.

An alias with capitals ("ICE", "El Paso") counts where the text has them too; one in
small letters counts in any case. Of overlapping aliases the first and longest speaks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from monitor.model import Alias, Entry, Party, TopicProfile
from monitor.text.matching import DIVIDER, Phrasebook, Reading, pattern, read

# A headline is written to say what the entry is about.
TITLE_FACTOR: Final = 2.5

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
# Spanish ones, English ones.
_SMALL_WORDS: Final = (
    (" de ", " la ", " el ", " en ", " y ", " que ", " los ", " del ", " con ", " por "),
    (" the ", " of ", " to ", " and ", " in ", " for ", " on ", " is ", " with ", " as "),
)

_OUTLET_MAX_WORDS: Final = 7
_AGGREGATORS: Final = ("https://news.google.com/", "https://www.msn.com/")

_ACRONYM_MAX_CHARS: Final = 5
_JOINING = re.compile(
    r"(?<= )(?:De|Del|La|Las|Los|El|En|Y|A|Al|Con|Por|Of|The|And|In|To|With|For|On|From)(?= )"
)
_COUNTRY_CODE = re.compile(r"\b(?:Us|Eu|Ee|Uu|Eeuu)\b")

_LAST_YEAR: Final = 9999


@dataclass(frozen=True, slots=True)
class Found:
    """One alias or term that an entry holds; a repeated one is found once."""

    label: str
    strength: float  # its weight, times TITLE_FACTOR in the title
    field: str  # "title" or "summary"


@dataclass(frozen=True, slots=True)
class Finding:
    """All that an entry holds, by the number of the party or profile it speaks of."""

    parties: list[list[Found]]
    terms: list[list[Found]]
    against: list[list[Found]]

    @classmethod
    def empty(cls, party_count: int, profile_count: int) -> Finding:
        """Return a finding of nothing, to be filled."""
        return cls(
            [[] for _ in range(party_count)],
            [[] for _ in range(profile_count)],
            [[] for _ in range(profile_count)],
        )


@dataclass(frozen=True, slots=True)
class _Clue:
    """What a phrase says, by where it stands."""

    number: int  # of the party or profile
    in_title: Found
    in_summary: Found


@dataclass(frozen=True, slots=True)
class _Name:
    """An alias with the conditions under which it counts."""

    clue: _Clue
    from_year: int
    until_year: int
    language: str | None
    capitals: tuple[str, ...]  # its words as written, where it has capitals

    @property
    def is_plain(self) -> bool:
        """Tell whether it counts everywhere."""
        years = (self.from_year, self.until_year)
        return years == (0, _LAST_YEAR) and self.language is None and not self.capitals


@dataclass(slots=True)
class _Meaning:
    """What one pattern stands for; several lists may hold the same phrase."""

    text: str
    size: int
    is_mask: bool = False  # it holds an alias and means something else
    is_plain: bool = True  # its names count everywhere
    names: list[_Name] = field(default_factory=list)
    terms: list[_Clue] = field(default_factory=list)
    against: list[_Clue] = field(default_factory=list)


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
                self._add_name(_name(number, party, alias), self._meaning(alias.text))
        for number, profile in enumerate(profiles):
            for term, weight in profile.terms.items():
                self._meaning(term).terms.append(_clue(number, f"theme: {term}", weight))
            for term, weight in profile.against.items():
                self._meaning(term).against.append(_clue(number, f"against: {term}", weight))
            for term, points in profile.learned.items():
                self._meaning(term).against.append(_clue(number, f"verdicts: {term}", -points))
        self._book = Phrasebook(self._meanings)

    def _meaning(self, phrase: str) -> _Meaning:
        text = pattern(phrase)
        return self._meanings.setdefault(text, _Meaning(text, len(text)))

    def _add_name(self, name: _Name, meaning: _Meaning) -> None:
        meaning.names.append(name)
        meaning.is_plain = meaning.is_plain and name.is_plain

    def find(self, entry: Entry) -> Finding | None:
        """Return what the entry holds, its outlet's name left out; None when nothing."""
        title, outlet = split_outlet(entry)
        reading = read(f"{title} {DIVIDER} {entry.summary}")
        hits = list(self._book.find(reading.folded))
        if not hits:
            return None
        hits = _outside(outlet, reading.folded, hits)
        finding = Finding.empty(self._party_count, self._profile_count)
        title_end = reading.folded.find(DIVIDER)
        _gather_terms(finding, hits, title_end)
        _gather_names(finding, hits, title_end, _Text(entry, reading, title_end))
        return finding


# Where the pattern's last character stands, and what it means.
_Hit = tuple[int, _Meaning]


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

    def __init__(self, entry: Entry, reading: Reading, title_end: int) -> None:
        self._year = entry.dated_at.year
        self._language = entry.language
        self._reading = reading
        self._title_end = title_end

    def admits(self, name: _Name, meaning: _Meaning, start: int) -> bool:
        """Tell whether the alias counts at `start`: in this year, case and language."""
        if not name.from_year <= self._year <= name.until_year:
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
    spanish, english = (sum(map(reading.folded.count, words)) for words in _SMALL_WORDS)
    if spanish == english:
        return "en" if reading.written.isascii() else "es"
    return "es" if spanish > english else "en"


def _outside(outlet: str, folded: str, hits: list[_Hit]) -> list[_Hit]:
    """Return the hits that are not part of the outlet's own name."""
    name = _outlet_pattern(outlet)
    start = folded.find(name) if name else -1
    while start >= 0:
        end = start + len(name) - 1
        hits = [hit for hit in hits if not start < hit[0] <= end]
        start = folded.find(name, end)
    return hits


@lru_cache(maxsize=4096)
def _outlet_pattern(outlet: str) -> str:
    """Return how an outlet's name reads; "" for one word, which may be meant ("Mexico")."""
    name = pattern(outlet.rstrip("*"))
    return name if name.count(" ") > 2 else ""


def split_outlet(entry: Entry) -> tuple[str, str]:
    """Return the title without the outlet's name at its end, and the outlet's name.

    The tail is an outlet's name when it is the entry's own outlet, when the summary
    ends with it too or an aggregator made the headline, or when it is a short name.
    """
    title = entry.title
    at = max(title.rfind(" - "), title.rfind(" | "), title.rfind(" – "), title.rfind(" — "))
    if at <= 0:
        return title, entry.outlet
    tail = title[at + 3 :].strip()
    if not _is_outlet(tail, entry):
        return title, entry.outlet
    return title[:at].removesuffix(f" - {tail}"), tail


def _is_outlet(tail: str, entry: Entry) -> bool:
    words = tail.split()
    if not words or len(words) > _OUTLET_MAX_WORDS or tail[-1] in "?!":
        return False
    if tail == entry.outlet or entry.link.startswith(_AGGREGATORS):
        return True
    return entry.summary.endswith(tail) or all(w[0].isupper() for w in words if len(w) > 3)


def _clue(number: int, label: str, weight: float) -> _Clue:
    return _Clue(
        number, Found(label, weight * TITLE_FACTOR, "title"), Found(label, weight, "summary")
    )


def _name(number: int, party: Party, alias: Alias) -> _Name:
    return _name_of(number, "both" if party.is_bridge else party.title, alias)


@lru_cache(maxsize=2**13)  # a scorer is made anew for each change of a profile, with the same names
def _name_of(number: int, owner: str, alias: Alias) -> _Name:
    has_capitals = alias.text != alias.text.lower()
    return _Name(
        _clue(number, f"{owner}: {_name_shown(alias)}", alias.weight),
        alias.from_year or 0,
        alias.until_year or _LAST_YEAR,
        alias.language,
        tuple(read(alias.text).written.split(" ")[1:-1]) if has_capitals else (),
    )


def _name_shown(alias: Alias) -> str:
    """Return an alias as a reader would write it: "Peña Nieto", "T-MEC", "US-Mexico"."""
    text = alias.text
    if text != text.lower():
        return text
    is_acronym = len(text) <= _ACRONYM_MAX_CHARS and " " not in text
    if is_acronym and alias.kind in {"law", "institution"}:
        return text.upper()
    text = _JOINING.sub(lambda word: word[0].lower(), text.title())
    return _COUNTRY_CODE.sub(lambda word: word[0].upper(), text)
