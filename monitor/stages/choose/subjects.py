"""What a story is about: the persons, institutions and things of its headlines, each by weight.

Pure. One language-neutral sign for what two languages say, by the tables that folding uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

from monitor.model import Entry, Shown, Story
from monitor.stages.choose.movement import FAINT
from monitor.stages.cluster.lexicon import LANGUAGES, Kind, is_place
from monitor.stages.cluster.terms import EVERYWHERE, TITLE_WORDS, without_tail
from monitor.stages.cluster.tokens import Token, tokens_of
from monitor.text import adds_to

REPORTS: Final = 4  # of a story whose headlines are read, the lead's first
# What the lead's does not say counts for this part: what two others say, and what one does.
TWO_OTHERS: Final = 0.7
ONE_OTHER: Final = 0.3
SUMMARY_SHARE: Final = 0.3  # of what only the lead's summary says
SUMMARY_CHARS: Final = 100
SUMMARY_WORDS: Final = 8
SUMMARY_REPORTS: Final = 2  # a story of more says enough in its headlines
# An affair is told by whom and what it is about. What somebody did about it is new every day.
KIND_WEIGHTS: Final = {
    Kind.ACT: 0.45,
    Kind.THING: 0.7,
    Kind.MATTER: 0.2,
    Kind.NAME: 1.1,
    Kind.PROPER: 1.2,
    Kind.PERHAPS: 0.8,
    Kind.NUMBER: 0.3,
    Kind.AMOUNT: 0.9,
    Kind.WORD: 0.35,
}
FAINT_SHARE: Final = 0.4  # of an act of speech or attention
# Who is in half of all headlines, and where it happens, helps a theme and makes none.
PARTIES: Final = frozenset(("mexico", "usa"))
ACTORS: Final = (EVERYWHERE | {"president"}) - PARTIES
ACTOR_WEIGHT: Final = 0.3
# Two mayors in one issue are of two towns, as a rule.
OFFICES: Final = frozenset(
    "ambassador expert governor judge lawyer leader mayor official police secretary".split()
)
OFFICE_WEIGHT: Final = 0.5
NOTED_WEIGHT: Final = 0.31  # less has nothing to do with what stands beside it, as a number
THEME_WEIGHT: Final = 0.7  # of a person, an institution, a thing

Signs = Mapping[str, float]


def subjects_of(story: Story) -> Signs:
    """Return what a story is about: sign -> weight, the lead's headline in full."""
    found = _together([_headline_of(scored.entry) for scored in story.entries[:REPORTS]])
    if len(story.entries) <= SUMMARY_REPORTS:
        lead = story.lead.entry
        said = f"{lead.title} {lead.outlet}"
        for sign, weight in _summary(lead.summary[:SUMMARY_CHARS], said, _tongue(lead)).items():
            found[sign] = max(found.get(sign, 0.0), weight * SUMMARY_SHARE)
    return found


def noted(signs: Signs) -> set[str]:
    """Return the signs of a story that weigh enough to be remembered with each other."""
    return {sign for sign, weight in signs.items() if weight >= NOTED_WEIGHT}


def told_of(shown: Shown) -> set[str]:
    """Return what is noted of a story that readers were told of."""
    reports = shown.earlier.shown[: -REPORTS - 1 : -1]
    return noted(_together([_headline_of(entry) for entry in reports]))


def _together(headlines: Sequence[Signs]) -> dict[str, float]:
    """Return what several headlines say, the first in full."""
    counts = Counter(sign for headline in headlines for sign in headline)
    found: dict[str, float] = {}
    for place, headline in enumerate(headlines):
        for sign, weight in headline.items():
            share = 1.0 if not place else TWO_OTHERS if counts[sign] > 1 else ONE_OTHER
            if weight * share > found.get(sign, 0.0):
                found[sign] = weight * share
    return found


def is_background(sign: str) -> bool:
    """Tell whether a sign is who is everywhere, or where something happens."""
    return sign in ACTORS or is_place(sign)


def _headline_of(entry: Entry) -> Signs:
    return _headline(entry.title, _tongue(entry))


# Reports that were shown are looked at again by each issue of a week, and by each page.
@lru_cache(maxsize=4_000)
def _headline(title: str, tongue: str) -> Signs:
    return _weighed(islice(tokens_of(without_tail(title), tongue), TITLE_WORDS))


@lru_cache(maxsize=1_000)
def _summary(summary: str, said: str, tongue: str) -> Signs:
    if not adds_to(summary, said):
        return {}
    return _weighed(islice(tokens_of(summary, tongue), SUMMARY_WORDS))


def _tongue(entry: Entry) -> str:
    return entry.language if entry.language in LANGUAGES else "es"


def _weighed(tokens: Iterator[Token]) -> Signs:
    found: dict[str, float] = {}
    for token in tokens:
        weight = _weight(token.sign, token.kind)
        if weight > found.get(token.sign, 0.0):
            found[token.sign] = weight
    return found


@lru_cache(maxsize=20_000)
def _weight(sign: str, kind: Kind) -> float:
    if sign in PARTIES or sign.startswith("month-"):
        return 0.0
    if is_background(sign):
        return ACTOR_WEIGHT
    if sign in OFFICES:
        return OFFICE_WEIGHT
    return KIND_WEIGHTS[kind] * (FAINT_SHARE if sign in FAINT else 1.0)
