"""Tell whether example articles are about the relation of two known parties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from monitor.model import Party
from monitor.text.matching import Phrasebook, pattern, read

# Shorter names ("us", "ice") need context to be sure of; the longer ones tell enough.
NAME_MIN_CHARS: Final = 5
MENTIONS_MIN: Final = 3  # in an article, for it to be about a party
ARTICLES_SHARE: Final = 0.6  # of the articles, for a party to be worth suggesting


def suggest_parties(texts: Sequence[str], parties: Sequence[Party]) -> tuple[str, ...]:
    """Return the two parties that most of the texts are about, () when there are no two."""
    able = [party for party in parties if not party.is_bridge]
    meanings: dict[str, str] = {}
    for party in able:
        for alias in party.aliases:
            phrase = pattern(alias.text)
            if len(phrase.strip()) >= NAME_MIN_CHARS and alias.text == alias.text.lower():
                meanings.setdefault(phrase, party.name)
    book = Phrasebook(meanings)
    about, mentions = Counter[str](), Counter[str]()
    for text in texts:
        counts = Counter(name for _, name in book.find(read(text).folded))
        mentions.update(counts)
        about.update(name for name, count in counts.items() if count >= MENTIONS_MIN)
    fit = [party.name for party in able if about[party.name] >= ARTICLES_SHARE * len(texts)]
    fit.sort(key=lambda name: (-mentions[name], name))
    return tuple(sorted(fit[:2])) if texts and len(fit) > 1 else ()
