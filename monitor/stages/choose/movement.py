"""Has a story moved since its readers saw it? New numbers, names and acts; not new outlets.

Pure. Uses the words that folding knows in both languages, so that "arancel" is not new
where "tariff" was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from monitor.model import Earlier, Entry, EntryKey
from monitor.stages.choose.rank import outlet_key
from monitor.stages.cluster.lexicon import Kind, begins_name, kin, name_at, sign_of
from monitor.stages.cluster.terms import EVERYWHERE, without_tail
from monitor.text import fold

NEWS_SHOWN: Final = 5
ALL_CAPITALS: Final = 0.65  # of the words: a headline in Title Case tells no names by capitals
MANY: Final = 3  # outlets: what happened is in more than one of their headlines
LEAST_NUMBER: Final = 3  # one and two are said of everything

_WORD = re.compile(r"\d+(?:[.,]\d+)*[^\W\d_]*%?|[^\W_]+(?:['’][^\W_]+)*")
_LETTERS = re.compile(r"\b(?:[A-Z] ?\. ?){2,}")  # "U . S ." is one word
_OPENS = re.compile(r"""(?:^|[.:;|?!¿¡"“”‘'«»()•–—-]|\W#)\W*$""")  # the next word begins a phrase
_YEAR = re.compile(r"(?:19|20)\d\d")
_GROUPED = re.compile(r"[.,](?=\d{3}(?!\d))")
# Acts of speech and attention: every story has all of them within a day, and stands still.
_FAINT: Final = frozenset(
    """accuse admit affect aim analyse announce ask attend begin celebrate claim confirm continue
    criticise debate declare defend demand deny expect explain fight greet hold honour lead
    meet need negotiate notify offer plan praise present press propose protect prove react
    reject review seek study support talk threaten travel use visit warn worry""".split()
)
_SAID_EVERYWHERE: Final = frozenset({*EVERYWHERE, *map(kin, EVERYWHERE)})


@dataclass(frozen=True, slots=True)
class Movement:
    """What is new in a story, and in which report how much."""

    points: Mapping[EntryKey, int]
    news: tuple[str, ...]  # of the report with the most, as its headline has it

    @property
    def most(self) -> int:
        return max(self.points.values(), default=0)


def movement(reports: Sequence[Entry], earlier: Earlier) -> Movement:
    """Return what the headlines of `reports` say that nothing shown earlier does.

    Each number, name or act that is new counts 2 points when two outlets have it in headlines
    of their own; else 1, but nothing where several outlets report and one alone has it.
    Late reports that were attached in silence count as outlets, too.
    """
    known = _known(earlier.shown)
    found = {
        entry.key: {s: w for s, w in _anchors(entry).items() if s not in known}
        for entry in (*reports, *earlier.attached)
    }
    worth = _worth((*reports, *earlier.attached), found)
    points = {each.key: sum(worth[sign] for sign in found[each.key]) for each in reports}
    top = min(points, key=lambda key: (-points[key], key), default=None)
    news = [sign for sign in found[top] if worth[sign]] if top else []
    news.sort(key=lambda sign: -worth[sign])
    return Movement(points, tuple(found[top][sign] for sign in news[:NEWS_SHOWN]) if top else ())


def _worth(
    reports: Sequence[Entry], found: Mapping[EntryKey, Mapping[str, str]]
) -> Mapping[str, int]:
    """Return the points of each new sign."""
    voices: dict[str, set[str]] = {}
    wordings: dict[str, set[str]] = {}
    for entry in reports:
        for sign in found[entry.key]:
            voices.setdefault(sign, set()).add(outlet_key(entry))
            wordings.setdefault(sign, set()).add(fold(without_tail(entry.title)))
    all_voices = {outlet_key(entry) for entry in reports} - {""}
    alone = 1 if len(all_voices) < MANY else 0
    return {
        sign: 2 if min(len(voices[sign] - {""}), len(wordings[sign])) > 1 else alone
        for sign in voices
    }


def _known(shown: Iterable[Entry]) -> set[str]:
    """Return every sign and root that a reader of these entries has met."""
    known = set(_SAID_EVERYWHERE)
    for entry in shown:
        for text in (entry.title, entry.summary):
            for sign, _, written in _signs(text, entry.language):
                known.add(sign)
                known.update(kin(fold(word)) for word in written.split())
    return known


def _anchors(entry: Entry) -> dict[str, str]:
    """Return what a headline hangs on: sign -> words as written. Of a full name the last word."""
    found: dict[str, str] = {}
    name: list[str] = []
    last = ""
    for sign, kind, written in _signs(without_tail(entry.title), entry.language):
        if kind is Kind.PROPER:
            if name:
                found.pop(last, None)
            name.append(written)
            last = sign
            found[sign] = " ".join(name)
            continue
        name = []
        if _counts(sign, kind):
            found.setdefault(sign, written)
    return found


def _counts(sign: str, kind: Kind) -> bool:
    if kind is Kind.NUMBER:
        return not _YEAR.fullmatch(sign) and sign not in map(str, range(LEAST_NUMBER))
    return kind is Kind.NAME or (kind is Kind.ACT and sign not in _FAINT)


def _signs(text: str, language: str | None) -> Iterator[tuple[str, Kind, str]]:
    """Yield what the words of a text stand for, its kind, and the words as written."""
    if "." in text:
        text = _LETTERS.sub(lambda match: re.sub("[ .]", "", match.group()) + " ", text)
    matches = list(_WORD.finditer(text))
    written = [match.group() for match in matches]
    folded = [_folded(word) for word in written]
    tongue = language if language in ("es", "en") else "es"
    has_names = not _is_title_case(written)
    at = 0
    while at < len(folded):
        name = name_at(folded, at, tongue) if begins_name(folded[at], tongue) else None
        if name:
            yield name[0], Kind.NAME, " ".join(written[at : at + name[1]])
            at += name[1]
            continue
        is_name = has_names and written[at][0].isupper() and not _opens(text, matches[at].start())
        yield *_sign(folded[at], tongue, is_name=is_name), written[at]
        at += 1


def _opens(text: str, start: int) -> bool:
    """Tell whether a phrase begins there, where any word has a capital."""
    return bool(_OPENS.search(text[max(0, start - 8) : start]))


_folded = lru_cache(maxsize=20_000)(fold)


@lru_cache(maxsize=50_000)
def _sign(word: str, language: str, *, is_name: bool) -> tuple[str, Kind]:
    if word[0].isdigit():
        return _GROUPED.sub("", word).rstrip("%").replace(",", "."), Kind.NUMBER
    found = sign_of(word, language)
    if found and not (is_name and found[1] is Kind.ACT):
        return found
    return kin(word), Kind.PROPER if is_name and len(word) > 2 else Kind.WORD


def _is_title_case(written: Iterable[str]) -> bool:
    letters = [word for word in written if word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in letters)
    return len(letters) > 3 and capitals > ALL_CAPITALS * len(letters)
