"""The profiles in force: what a person wrote, with what was learned from verdicts on top.

The one place where the two meet. Everything that scores asks here.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.adapters.embeddings import load_embeddings
from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.model import Learned, Party, TopicProfile
from monitor.stages.score import Scorer
from monitor.stages.score.meaning import Meaning, MeaningScorer


def home_in_force(home: Home, store: Store | None) -> Home:
    """Return the home with the profiles in force; None: nothing is remembered yet."""
    return replace(home, profiles=profiles_in_force(home.profiles, store))


def profiles_in_force(
    profiles: Sequence[TopicProfile], store: Store | None
) -> tuple[TopicProfile, ...]:
    """Return the profiles, each with what was learned for it."""
    learned = store.learned() if store else {}
    return tuple(with_learned(profile, learned) for profile in profiles)


def with_learned(profile: TopicProfile, learned: Mapping[str, Learned]) -> TopicProfile:
    """Return a profile with what was learned for it, if anything.

    Points that a person adopted before stand in the file; what was learned since adds
    to them.
    """
    found = learned.get(profile.name)
    if found is None:
        return profile
    terms = dict.fromkeys((*profile.learned, *found.words))
    points = {t: profile.learned.get(t, 0.0) + found.words.get(t, 0.0) for t in terms}
    return replace(profile, learned=points, offset=profile.offset + found.offset)


def scorer_of(home: Home) -> Scorer | MeaningScorer:
    """Return what scores as the home says; raises ConfigError when its model cannot be loaded."""
    scorer, meaning = _plain_scorer(home), meaning_of(home)
    return MeaningScorer(scorer, meaning) if meaning else scorer


def _plain_scorer(home: Home) -> Scorer:
    """Return a home's scorer; the last ones are kept: a tenth of a second each, for a page."""
    wanted = home.profiles, home.parties
    with _keeping:
        found = next((scorer for made_of, scorer in _kept if made_of == wanted), None)
    if found is None:
        found = Scorer(*wanted)
        with _keeping:
            _kept.append((wanted, found))
    return found


_Wanted = tuple[tuple[TopicProfile, ...], tuple[Party, ...]]
_kept: deque[tuple[_Wanted, Scorer]] = deque(maxlen=4)
_keeping = threading.Lock()


def meaning_of(home: Home) -> Meaning | None:
    """Return the likeness in meaning that the home wants, None when it names no model."""
    settings = home.config.embeddings
    if not settings.model:
        return None
    embeddings = load_embeddings(settings.model)
    return Meaning(home.profiles, embeddings.likeness, settings.weight)
