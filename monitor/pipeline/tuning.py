"""What a person asks while tuning profiles: what is missing, what would a change do.

Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.adapters.home import Home
from monitor.adapters.knowledge import load_background
from monitor.adapters.store import Store, StoredEntry
from monitor.model import Entry, Reason, Score, TopicProfile
from monitor.pipeline.profiles import home_in_force, scorer_of
from monitor.stages.cluster import StoryBook
from monitor.stages.learn.suggest import Liked, Suggestion, suggest_terms
from monitor.stages.score import Scorer
from monitor.stages.score.meaning import MeaningScorer
from monitor.text.background import LANGUAGES

_Scorer = Scorer | MeaningScorer
# For each digest the score from which it carries a profile's stories, by profile.
_Lines = Sequence[Mapping[str, float]]

EVERY_ENTRY = 1_000_000  # more than any home keeps of the days that are asked for


def suggestions(store: Store, home: Home, since: datetime) -> tuple[Suggestion, ...]:
    """Return the terms that may be missing in profiles and parties, the most telling first.

    Looks at the entries dated since then, and at every entry that was called good.
    """
    home = home_in_force(home, store)
    said = {verdict.entry.key: verdict for verdict in store.verdicts()}
    scorer = scorer_of(home)
    liked = [
        Liked(v.entry, v.profile or scorer.score(v.entry)[0].profile, said_good=True)
        for v in said.values()
        if v.good
    ]
    others: list[Entry] = [verdict.entry for verdict in said.values() if not verdict.good]
    thresholds = {profile.name: profile.threshold for profile in home.profiles}
    for stored in store.entries(since=since, limit=EVERY_ENTRY):
        if stored.entry.key in said:
            continue
        high = [s for s in stored.scores if s.value >= thresholds.get(s.profile, 2.0)]
        if high:
            liked.append(Liked(stored.entry, high[0].profile, said_good=False))
        else:
            others.append(stored.entry)
    usage = load_background().usage(LANGUAGES)
    return suggest_terms(liked, others, home.profiles, home.parties, usage)


# ---------------------------------------------------------------- trying a change


@dataclass(frozen=True, slots=True)
class Moved:
    """A story that a change brings into the digests, or takes out of them."""

    lead: Entry
    entries_count: int
    before: Score | None  # of the lead, the profile's that decides; None: it had none
    after: Score | None

    @property
    def changes(self) -> tuple[Reason, ...]:
        """Return what changed in the reasons, strongest first; points are differences."""
        points: dict[tuple[str, str], float] = {}
        for score, sign in ((self.after, 1), (self.before, -1)):
            for reason in score.reasons if score else ():
                key = (reason.term, reason.field)
                points[key] = points.get(key, 0.0) + sign * reason.points
        found = [Reason(term, value, field) for (term, field), value in points.items() if value]
        return tuple(sorted(found, key=lambda reason: -abs(reason.points)))


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be different had a profile been as it is in a draft."""

    entered: tuple[Moved, ...]  # best first
    left: tuple[Moved, ...]
    entries_count: int  # how many were scored again
    is_carried: bool  # some digest carries the profile


def try_profile(store: Store, home: Home, draft: TopicProfile, since: datetime) -> Trial:
    """Score the entries dated since then with a profile and its draft; nothing is changed.

    A story is in when one of its entries is at or over the threshold of some digest; how
    many a digest has room for is not looked at. What was learned holds for the draft too.
    """
    changed = [draft if profile.name == draft.name else profile for profile in home.profiles]
    if draft not in changed:
        changed.append(draft)
    now = home_in_force(home, store)
    then = home_in_force(replace(home, profiles=tuple(changed)), store)
    scorers = scorer_of(now), scorer_of(then)
    lines = _lines(now), _lines(then)
    stored = [s for s in store.entries(since=since, limit=EVERY_ENTRY) if not s.background]
    entered, left = [], []
    for entries in _stories_above(stored, scorers, lines):
        before, after = (
            _best([(entry, scorer.score(entry)) for entry in entries], line)
            for scorer, line in zip(scorers, lines, strict=True)
        )
        if after and not before:
            old = _score_of(scorers[0].score(after[0]), after[1].profile)
            entered.append(Moved(after[0], len(entries), old, after[1]))
        elif before and not after:
            new = _score_of(scorers[1].score(before[0]), before[1].profile)
            left.append(Moved(before[0], len(entries), before[1], new))
    entered.sort(key=lambda moved: -moved.after.value if moved.after else 0.0)
    left.sort(key=lambda moved: -moved.before.value if moved.before else 0.0)
    carried = any(draft.name in line for line in lines[1])
    return Trial(tuple(entered), tuple(left), len(stored), carried)


def _lines(home: Home) -> _Lines:
    """Return for each digest the scores from which it carries a profile's stories."""
    digests = home.config.digests.values()
    if not digests:
        return [{profile.name: profile.threshold for profile in home.profiles}]
    return [
        {
            profile.name: profile.threshold + digest.threshold_shift
            for profile in home.profiles
            if not digest.profiles or profile.name in digest.profiles
        }
        for digest in digests
    ]


def _stories_above(
    stored: Sequence[StoredEntry], scorers: Sequence[_Scorer], lines: Sequence[_Lines]
) -> list[list[Entry]]:
    """Return the entries by story, of the stories that either scorer brings over a line.

    Entries that stand in no story yet are folded now, as far as they are over a line.
    """
    above = [
        each
        for each in stored
        if any(
            _best([(each.entry, scorer.score(each.entry))], line)
            for scorer, line in zip(scorers, lines, strict=True)
        )
    ]
    loose = sorted((s.entry for s in above if s.story is None), key=lambda entry: entry.seen_at)
    found: dict[object, list[Entry]] = {each.story: [] for each in above if each.story is not None}
    for each in stored:
        if each.story in found:
            found[each.story].append(each.entry)
    started_by: dict[object, object] = {}
    by_key = {entry.key: entry for entry in loose}
    for placement in StoryBook(()).place(loose):
        first = placement.joins or placement.key
        started_by[placement.key] = started_by.get(first, first)
        found.setdefault(started_by[placement.key], []).append(by_key[placement.key])
    return list(found.values())


def _best(
    scored: Iterable[tuple[Entry, Sequence[Score]]], lines: _Lines
) -> tuple[Entry, Score] | None:
    """Return the entry and score that clear a digest's line best, None when none does."""
    found = [
        (score.value - line[score.profile], entry, score)
        for entry, scores in scored
        for score in scores
        for line in lines
        if score.profile in line and score.value >= line[score.profile]
    ]
    if not found:
        return None
    _, entry, score = max(found, key=lambda each: each[0])
    return entry, score


def _score_of(scores: Sequence[Score], profile: str) -> Score | None:
    return next((score for score in scores if score.profile == profile), None)
