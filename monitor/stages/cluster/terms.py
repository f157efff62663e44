"""An entry -> the language-neutral terms that folding compares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from sys import intern
from typing import Final

from monitor.model import Entry
from monitor.stages.cluster.lexicon import LANGUAGES, Kind
from monitor.stages.cluster.tokens import MONTHS, Token, tokens_of
from monitor.text import adds_to, fold, words

TITLE_WORDS: Final = 28  # some "titles" are whole posts
SUMMARY_CHARS: Final = 800  # more than `SUMMARY_WORDS` ever take
SUMMARY_WORDS: Final = 30  # what follows is background, the same in many stories
SUMMARY_WEIGHT: Final = 0.5  # a headline is written to say what happened
# How much each kind of evidence tells, a thing being 1.
KIND_WEIGHTS: Final = {
    Kind.ACT: 1.2,
    Kind.THING: 1.0,
    Kind.MATTER: 0.4,
    Kind.NAME: 1.2,
    Kind.PROPER: 1.2,
    Kind.PERHAPS: 0.9,
    Kind.NUMBER: 0.45,
    Kind.AMOUNT: 1.0,
    Kind.WORD: 0.2,
}
# A title of fewer known terms than this, summed, is also compared by its other words: on a
# subject that the tables do not know, one known word ("tariff") is not the whole title.
KNOWN_ENOUGH: Final = 5.5
# Names that are in half of all reports on this topic: no story hangs on them.
PEOPLE: Final = frozenset(("sheinbaum", "trump"))
EVERYWHERE: Final = PEOPLE | {"mexico", "usa"}
NAMING: Final = frozenset((Kind.PROPER, Kind.PERHAPS, Kind.NAME))
SURE: Final = frozenset((Kind.PROPER, Kind.NAME))
# What holds two reports together: things alone ("garden", "bridge", "school") make no event.
HOLDING: Final = frozenset(
    (Kind.PROPER, Kind.PERHAPS, Kind.NAME, Kind.ACT, Kind.NUMBER, Kind.AMOUNT)
)
HEAD_MIN_WORDS: Final = 4  # what is left of a title when an outlet's name is cut off
TAIL_MAX_WORDS: Final = 8

_DIVIDERS = re.compile(r"\s[-–—|•]\s")
_FEED_PHRASES = re.compile(
    r"(?:La (?:publicación|entrada)|The post)\b.{0,300}?\b(?:apareció primero|appeared first)\b.*$"
)

_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?) ?(?:%|por ciento|percent|per cent)")
_DAY = re.compile(rf"\b(\d{{1,2}}) (?:de )?({'|'.join(MONTHS)})\b")
_DAY_AFTER = re.compile(rf"\b({'|'.join(MONTHS)}) (\d{{1,2}})\b")


@dataclass(frozen=True, slots=True)
class Terms:
    """What an entry is compared by."""

    weights: dict[str, float]  # sign -> weight, before its rarity
    raised: frozenset[str]  # unknown words with more than their weight; see `KNOWN_ENOUGH`
    order: tuple[str, ...]  # the title's signs as they follow each other
    names: frozenset[str]  # of the title: those that are not everywhere
    holding: frozenset[str]  # names, acts and numbers
    sure: frozenset[str]  # those of `names` that are names for certain
    acts: frozenset[str]  # of the title
    language: str  # in which the words were read
    figures: dict[str, frozenset[str]]  # of the title: what is numbered -> its numbers
    heading: tuple[str, ...]  # the title's words, folded, without an outlet's name
    opening: tuple[str, ...]  # the summary's first words; empty when it adds nothing


def terms_of(entry: Entry) -> Terms:
    """Return an entry's terms; any text gives some, an empty one none."""
    title = without_tail(entry.title)
    summary = _FEED_PHRASES.sub("", entry.summary)[:SUMMARY_CHARS]
    if not adds_to(summary, f"{entry.title} {entry.outlet}"):
        summary = ""
    language = entry.language if entry.language in LANGUAGES else "es"
    head = list(islice(tokens_of(title, language), TITLE_WORDS))
    body = list(islice(tokens_of(summary, language), SUMMARY_WORDS))
    weights = {token.sign: SUMMARY_WEIGHT * KIND_WEIGHTS[token.kind] for token in body}
    title_weights, raised = _title_weights(head)
    return Terms(
        weights | title_weights,
        raised,
        tuple(token.sign for token in head),
        frozenset(token.sign for token in head if token.kind in NAMING) - EVERYWHERE,
        frozenset(token.sign for token in (*head, *body) if token.kind in HOLDING) - EVERYWHERE,
        frozenset(token.sign for token in head if token.kind in SURE) - EVERYWHERE,
        frozenset(token.sign for token in head if token.kind is Kind.ACT),
        language,
        _figures(title, head),
        # A book holds thousands of entries, and each word of them once.
        tuple(map(intern, words(title))),
        tuple(map(intern, words(summary)[:SUMMARY_WORDS])),
    )


def _title_weights(tokens: Sequence[Token]) -> tuple[dict[str, float], frozenset[str]]:
    """Return each term's weight, and which words have more than theirs for want of others."""
    kinds = {token.sign: token.kind for token in tokens}
    weights = {sign: KIND_WEIGHTS[kind] for sign, kind in kinds.items()}
    unknown = frozenset(sign for sign, kind in kinds.items() if kind is Kind.WORD)
    known = sum(weights[sign] for sign in weights.keys() - unknown - EVERYWHERE)
    fair = min(1.0, (KNOWN_ENOUGH - known) / max(1, len(unknown)))
    if fair <= KIND_WEIGHTS[Kind.WORD]:
        return weights, frozenset()
    return weights | dict.fromkeys(unknown, fair), unknown


def without_tail(title: str) -> str:
    """Return a title without the names of outlets that aggregators and sites append."""
    for cut in reversed(list(_DIVIDERS.finditer(title))):
        head, tail = title[: cut.start()], title[cut.end() :]
        if len(words(head)) < HEAD_MIN_WORDS or len(words(tail)) > TAIL_MAX_WORDS:
            break
        # Some feeds space out every mark: "the cross - border trade" ends with no outlet.
        if tail[:1].islower() and " " in tail:
            break
        title = head
    return title


def _figures(title: str, tokens: Sequence[Token]) -> dict[str, frozenset[str]]:
    """Return the title's numbers that say which one it is: a round, a day, a rate."""
    if not any(token.kind is Kind.NUMBER for token in tokens):
        return {}
    found: dict[str, set[str]] = {}
    folded = fold(title)
    for token, after in pairwise(tokens):
        if token.sign.startswith("#"):
            found.setdefault(after.sign, set()).add(token.sign)
    for day, month in _DAY.findall(folded):
        found.setdefault("day", set()).add(f"{MONTHS[month]}-{int(day)}")
    for month, day in _DAY_AFTER.findall(folded):
        found.setdefault("day", set()).add(f"{MONTHS[month]}-{int(day)}")
    for share in _PERCENT.findall(folded):
        found.setdefault("%", set()).add(share.replace(",", "."))
    return {kind: frozenset(values) for kind, values in found.items()}
