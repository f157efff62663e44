"""Has a story moved since its readers saw it? New numbers, names and acts; not new outlets.

Pure. Uses the words that folding knows in both languages, so that "arancel" is not new
where "tariff" was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

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
FAINT: Final = frozenset(
    """accuse admit affect aim analyse announce ask attend begin celebrate claim confirm continue
    criticise debate declare defend demand deny expect explain fight greet hold honour lead
    meet need negotiate notify offer plan praise present press propose protect prove react
    reject review seek study support talk threaten travel use visit warn worry""".split()
)
_SMALL_NUMBERS: Final = frozenset(map(str, range(LEAST_NUMBER)))
_SAID_EVERYWHERE: Final = frozenset({*EVERYWHERE, *map(kin, EVERYWHERE)})


@dataclass(frozen=True, slots=True)
class Movement:
    """What is new in a story, and in which report how much."""

    points: Mapping[EntryKey, int]
    news: tuple[str, ...]  # of the report with the most, as its headline has it

    @property
    def most(self) -> int:
        return max(self.points.values(), default=0)


class _Sign(NamedTuple):
    """What one word or several stand for."""

    sign: str
    kind: Kind
    written: str
    counts: bool  # it is news where it is new


class _Word(NamedTuple):
    """All that one word can stand for."""

    written: str
    folded: str
    may_name: bool  # a name of several words can begin with it
    is_letter: bool  # its first character
    is_upper: bool
    is_many: bool  # what it stands for depends on the words around
    plain: _Sign  # where its capital tells no name


def movement(reports: Sequence[Entry], earlier: Earlier, *, least: int = 1) -> Movement:
    """Return what the headlines of `reports` say that nothing shown earlier does.

    Each number, name or act that is new counts 2 points when two outlets have it in headlines
    of their own; else 1, but nothing where several outlets report and one alone has it.
    Late reports that were attached in silence count as outlets, too. Where no report can
    have `least` points none has any: that most stories stand still is told quickly.
    """
    everyone = (*reports, *earlier.attached)
    anchors = _anchors_of(everyone, earlier.shown)
    worth = _worth(everyone, anchors)
    # If all of it were new: what readers have met is looked up only where that may do.
    own = anchors[: len(reports)]
    most = [_points(signs, worth) for signs in own]
    if not most or max(most) < least:
        return Movement({each.key: 0 for each in reports}, ())
    known = _known(earlier.shown)
    found = {
        each.key: {sign: says for sign, says in signs.items() if sign not in known}
        for each, signs in zip(reports, own, strict=True)
    }
    points = {key: _points(signs, worth) for key, signs in found.items()}
    top = min(points, key=lambda key: (-points[key], key))
    news = [sign for sign in found[top] if worth[sign]]
    news.sort(key=lambda sign: -worth[sign])
    return Movement(points, tuple(found[top][sign] for sign in news[:NEWS_SHOWN]))


def _points(signs: Iterable[str], worth: Mapping[str, int]) -> int:
    return sum([worth[sign] for sign in signs])


def _anchors_of(reports: Iterable[Entry], shown: Iterable[Entry]) -> list[Mapping[str, str]]:
    """Return what each headline hangs on, nothing where that very headline was shown."""
    # Most reports of a story that stands still were shown: all of their headlines is known.
    told = {(each.title, each.language) for each in shown if without_tail(each.title) == each.title}
    return [{} if (each.title, each.language) in told else _anchors(each) for each in reports]


def _worth(reports: Sequence[Entry], anchors: Sequence[Mapping[str, str]]) -> Mapping[str, int]:
    """Return the points of each sign, if it is new."""
    voices: dict[str, set[str]] = {}
    wordings: dict[str, set[str]] = {}
    all_voices = set()
    for entry, signs in zip(reports, anchors, strict=True):
        outlet = outlet_key(entry)
        all_voices.add(outlet)
        wording = fold(without_tail(entry.title)) if signs else ""
        for sign in signs:
            voices.setdefault(sign, set()).add(outlet)
            wordings.setdefault(sign, set()).add(wording)
    alone = 1 if len(all_voices - {""}) < MANY else 0
    return {
        sign: 2 if min(len(said_by - {""}), len(wordings[sign])) > 1 else alone
        for sign, said_by in voices.items()
    }


def _known(shown: Iterable[Entry]) -> set[str]:
    """Return every sign and root that a reader of these entries has met."""
    known = set(_SAID_EVERYWHERE)
    for entry in shown:
        for text in (entry.title, entry.summary):
            text, tongue = _readable(text, entry.language)
            words = [_read(word, tongue) for word in _WORD.findall(text)]
            known.update([kin(word.folded) for word in words])
            if True in [word.is_many for word in words]:
                known.update([sign.sign for sign in _read_text(text, entry.language)])
            else:
                known.update([word.plain.sign for word in words])
    return known


def _anchors(entry: Entry) -> dict[str, str]:
    """Return what a headline hangs on: sign -> words as written. Of a full name the last word."""
    found: dict[str, str] = {}
    name: list[str] = []
    last = ""
    for sign, kind, written, counts in _read_text(without_tail(entry.title), entry.language):
        if kind is Kind.PROPER:
            if name:
                found.pop(last, None)
            name.append(written)
            last = sign
            found[sign] = " ".join(name)
            continue
        if name:
            name = []
        if counts:
            found.setdefault(sign, written)
    return found


def _counts(sign: str, kind: Kind) -> bool:
    if kind is Kind.NUMBER:
        return not _YEAR.fullmatch(sign) and sign not in _SMALL_NUMBERS
    return kind is Kind.NAME or (kind is Kind.ACT and sign not in FAINT)


def _readable(text: str, language: str | None) -> tuple[str, str]:
    """Return a text with the letters of "U. S." together, and the language to read it in."""
    if "." in text:
        text = _LETTERS.sub(lambda match: re.sub("[ .]", "", match.group()) + " ", text)
    return text, language if language in ("es", "en") else "es"


def _read_text(text: str, language: str | None) -> list[_Sign]:
    """Return what a text's words stand for, in their order."""
    text, tongue = _readable(text, language)
    words = [_read(word, tongue) for word in _WORD.findall(text)]
    # A mark that stands above other letters folds to nothing.
    found = [word.plain if word.folded else None for word in words]
    for at in _proper(text, words):
        found[at] = _named(words[at].written, tongue)
    if True not in [word.may_name for word in words]:
        return [sign for sign in found if sign]
    folded = [word.folded for word in words]
    after = 0
    told: list[_Sign] = []
    for at, word in enumerate(words):
        if at < after:
            continue
        name = name_at(folded, at, tongue) if word.may_name else None
        if name:
            after = at + name[1]
            written = " ".join([each.written for each in words[at:after]])
            told.append(_Sign(name[0], Kind.NAME, written, counts=True))
        elif sign := found[at]:
            told.append(sign)
    return told


def _proper(text: str, words: Sequence[_Word]) -> Sequence[int]:
    """Return the places of the words whose capital tells a name."""
    uppers = [at for at, word in enumerate(words) if word.is_upper]
    if not uppers or _is_title_case(words, len(uppers)):
        return ()
    found = []
    place = before = 0
    for at in uppers:
        # Only marks and blanks lie between words: the first that is found is the word itself.
        for word in words[before:at]:
            place = text.index(word.written, place) + len(word.written)
        start = text.index(words[at].written, place)
        place, before = start + len(words[at].written), at + 1
        if not _opens(text, start):
            found.append(at)
    return found


def _opens(text: str, start: int) -> bool:
    """Tell whether a phrase begins there, where any word has a capital."""
    if start > 1 and text[start - 1] == " " and text[start - 2].isalnum():
        return False  # within a phrase, as nearly every word: no need to look
    return bool(_OPENS.search(text[max(0, start - 8) : start]))


@lru_cache(maxsize=50_000)
def _read(word: str, language: str) -> _Word:
    """Return all that a word can stand for; the same words are in many reports."""
    folded, first = fold(word), word[0]
    plain = _sign(word, folded, language, is_name=False)
    may_name, is_upper = begins_name(folded, language), first.isupper()
    is_many = may_name or (is_upper and plain.kind is Kind.ACT)
    return _Word(word, folded, may_name, first.isalpha(), is_upper, is_many, plain)


@lru_cache(maxsize=20_000)
def _named(word: str, language: str) -> _Sign:
    """Return what a word stands for whose capital tells a name."""
    return _sign(word, fold(word), language, is_name=True)


def _sign(word: str, folded: str, language: str, *, is_name: bool) -> _Sign:
    sign, kind = _meaning(folded, language, is_name=is_name)
    return _Sign(sign, kind, word, _counts(sign, kind))


def _meaning(folded: str, language: str, *, is_name: bool) -> tuple[str, Kind]:
    if folded[:1].isdigit():
        return _GROUPED.sub("", folded).rstrip("%").replace(",", "."), Kind.NUMBER
    found = sign_of(folded, language)
    if found and not (is_name and found[1] is Kind.ACT):
        return found
    if is_name and len(folded) > 2:
        return kin(folded), Kind.PROPER
    return "", Kind.WORD  # never news by itself, and known by its root


def _is_title_case(words: Iterable[_Word], upper_count: int) -> bool:
    if upper_count <= ALL_CAPITALS * 3:
        return False
    letter_count = sum([word.is_letter for word in words])
    return letter_count > 3 and upper_count > ALL_CAPITALS * letter_count
