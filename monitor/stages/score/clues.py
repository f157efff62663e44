"""What a phrase says of an entry that holds it: for which party or theme, how strongly, and when.

Only this package imports it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from monitor.model import Alias, Party
from monitor.text.matching import read

# A headline is written to say what the entry is about.
TITLE_FACTOR: Final = 2.5

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
class Clue:
    """What a phrase says, by where it stands."""

    number: int  # of the party or profile
    in_title: Found
    in_summary: Found


@dataclass(frozen=True, slots=True)
class Name:
    """An alias with the conditions under which it counts."""

    clue: Clue
    from_year: int
    until_year: int
    language: str | None
    capitals: tuple[str, ...]  # its words as written, where it has capitals

    @property
    def is_ageless(self) -> bool:
        """Tell whether it counts in every year."""
        return self.from_year == 0 and self.until_year == _LAST_YEAR

    @property
    def is_plain(self) -> bool:
        """Tell whether it counts everywhere."""
        return self.is_ageless and self.language is None and not self.capitals


def clue_of(number: int, label: str, weight: float) -> Clue:
    """Return what a phrase of this weight says of a party or profile."""
    return Clue(
        number, Found(label, weight * TITLE_FACTOR, "title"), Found(label, weight, "summary")
    )


def name_of(number: int, party: Party, alias: Alias) -> Name:
    """Return an alias of a party, ready to be compared with what stands in a text."""
    return _named(number, "both" if party.is_bridge else party.title, alias)


@lru_cache(maxsize=2**13)  # a scorer is made anew for each change of a profile, with the same names
def _named(number: int, owner: str, alias: Alias) -> Name:
    has_capitals = alias.text != alias.text.lower()
    return Name(
        clue_of(number, f"{owner}: {_name_shown(alias)}", alias.weight),
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
