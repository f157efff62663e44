"""What profiles may be missing, by what was called good and what scores high."""

from __future__ import annotations

from datetime import datetime

from monitor.adapters.home import Home
from monitor.adapters.knowledge import load_background
from monitor.adapters.store import Store
from monitor.model import Entry
from monitor.pipeline.tuning.learning_run import heard
from monitor.pipeline.tuning.profiles import home_in_force, scorer_of
from monitor.stages.learn.suggest import Liked, Suggestion, suggest_terms
from monitor.text.background import LANGUAGES


def suggestions(store: Store, home: Home, since: datetime) -> tuple[Suggestion, ...]:
    """Return the terms that may be missing in profiles and parties, the most telling first.

    Looks at the entries dated since then, without background, and at every entry that was
    called good. What was declined is not suggested again.
    """
    home = home_in_force(home, store)
    said = {
        verdict.entry.key: verdict for verdict in heard(store.verdicts(), home.config.web.teachers)
    }
    scorer = scorer_of(home)
    liked = [
        Liked(v.entry, v.profile or scorer.score(v.entry)[0].profile, said_good=True)
        for v in said.values()
        if v.good
    ]
    others: list[Entry] = [verdict.entry for verdict in said.values() if not verdict.good]
    thresholds = {profile.name: profile.threshold for profile in home.profiles}
    best = store.best_profiles(since, thresholds)
    for stored in store.plain_entries(since):
        if stored.entry.key in said:
            continue
        if stored.number in best:
            liked.append(Liked(stored.entry, best[stored.number], said_good=False))
        else:
            others.append(stored.entry)
    usage = load_background().usage(LANGUAGES)
    found = suggest_terms(liked, others, home.profiles, home.parties, usage)
    declined = store.declined()
    return tuple(each for each in found if each.term not in declined)
