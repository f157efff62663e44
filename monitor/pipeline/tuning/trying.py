"""A change of a profile, tried on the stored entries before it is saved; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.adapters.home import Home
from monitor.adapters.store import PlainEntry, Store
from monitor.model import Entry, Reason, Score, TopicProfile, Verdict
from monitor.pipeline.tuning.learning_run import heard, meant
from monitor.pipeline.tuning.profiles import profiles_in_force, scorer_of
from monitor.stages.cluster import StoryBook
from monitor.stages.evaluate import Judged, evaluate
from monitor.stages.score import Scorer
from monitor.stages.score.meaning import MeaningScorer
from monitor.text.matching import DIVIDER, Phrasebook, pattern, read

_Scorer = Scorer | MeaningScorer
# By profile the least score from which some digest carries its stories.
_Lines = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Moved:
    """A story that a change brings into the digests, or takes out of them."""

    lead: Entry
    number: int  # of the lead
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
class Fit:
    """How well a profile keeps to the verdicts given on it; shares are in [0, 1]."""

    precision: float
    recall: float
    good_count: int
    bad_count: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be different had a profile been as it is in a draft."""

    entered: tuple[Moved, ...]  # best first
    left: tuple[Moved, ...]
    entries_count: int  # how many were looked at
    is_carried: bool  # some digest carries the profile
    fits: tuple[Fit, Fit] | None  # before and after; None: no verdict is on this profile


@dataclass(frozen=True, slots=True)
class TrialGround:
    """What drafts are tried on: entries and verdicts, read once, and the profiles in force."""

    home: Home  # as its files say
    profiles: tuple[TopicProfile, ...]  # in force: with what was learned
    entries: tuple[PlainEntry, ...]
    verdicts: tuple[Verdict, ...]
    # By profile in force the scores of all entries, once a draft made them worth reckoning.
    values: dict[str, list[float]] = field(default_factory=dict, compare=False)


def trial_ground(store: Store, home: Home, since: datetime) -> TrialGround:
    """Read what drafts are tried on: the entries dated since then that are no background."""
    return TrialGround(
        home,
        profiles_in_force(home.profiles, store),
        tuple(store.plain_entries(since)),
        tuple(heard(store.verdicts(), home.config.web.teachers)),
    )


def try_profile(store: Store, home: Home, draft: TopicProfile, since: datetime) -> Trial:
    """Try a draft on the entries dated since then; see `try_draft`."""
    return try_draft(trial_ground(store, home, since), draft_in_force(store, draft))


def draft_in_force(store: Store | None, draft: TopicProfile) -> TopicProfile:
    """Return a draft with what was learned for its profile, which holds for it too."""
    return profiles_in_force([draft], store)[0]


def try_draft(ground: TrialGround, draft: TopicProfile) -> Trial:
    """Tell what a draft, with what was learned, brings into the digests and takes out.

    A story is in when one of its entries is at or over the threshold of some digest; how
    many a digest has room for is not looked at. Only entries whose score can differ are
    scored both ways, so the answer is exact.
    """
    now = ground.profiles
    then = tuple(draft if profile.name == draft.name else profile for profile in now)
    then = then if draft in then else (*then, draft)
    homes = [replace(ground.home, profiles=profiles) for profiles in (now, then)]
    lines = [lines_of(home) for home in homes]
    own = next((profile for profile in now if profile.name == draft.name), None)
    crossing = _crossing(ground, own, draft, (lines[0], lines[1]))
    scorers = [scorer_of(home) for home in homes]
    entered, left = [], []
    for entries in _stories_of(ground.entries, crossing):
        before, after = (
            _best([(each, scorer.score(each.entry)) for each in entries], line)
            for scorer, line in zip(scorers, lines, strict=True)
        )
        if after and not before:
            lead, score = after
            old = _score_of(scorers[0].score(lead.entry), score.profile)
            entered.append(Moved(lead.entry, lead.number, len(entries), old, score))
        elif before and not after:
            lead, score = before
            new = _score_of(scorers[1].score(lead.entry), score.profile)
            left.append(Moved(lead.entry, lead.number, len(entries), score, new))
    entered.sort(key=lambda moved: -moved.after.value if moved.after else 0.0)
    left.sort(key=lambda moved: -moved.before.value if moved.before else 0.0)
    return Trial(
        tuple(entered),
        tuple(left),
        len(ground.entries),
        draft.name in lines[1],
        _fits(ground, own, draft, homes),
    )


def lines_of(home: Home) -> dict[str, float]:
    """Return the least score from which a digest carries each profile's stories."""
    digests = home.config.digests.values()
    if not digests:
        return {profile.name: profile.threshold for profile in home.profiles}
    lines: dict[str, float] = {}
    for profile in home.profiles:
        shifts = [
            digest.threshold_shift
            for digest in digests
            if not digest.profiles or profile.name in digest.profiles
        ]
        if shifts:
            lines[profile.name] = profile.threshold + min(shifts)
    return lines


# ---------------------------------------------------------------- what can differ


def _crossing(
    ground: TrialGround,
    own: TopicProfile | None,
    draft: TopicProfile,
    lines: tuple[_Lines, _Lines],
) -> list[PlainEntry]:
    """Return the entries that the profile itself takes on one side of its line only."""
    never = 2.0  # more than any score
    bars = [line.get(draft.name, never) for line in lines]
    home = ground.home
    new = scorer_of(replace(home, profiles=(draft,)))
    old = scorer_of(replace(home, profiles=(own,))) if own else None
    if old is None:
        return [each for each in ground.entries if new.score(each.entry)[0].value >= bars[1]]
    changed = _changed_terms(own, draft) if not home.config.embeddings.model else None
    book = Phrasebook({text: text for text in map(pattern, changed)}) if changed else None
    values = ground.values.get(draft.name)
    if values is None and bars[0] != bars[1]:
        values = [old.score(each.entry)[0].value for each in ground.entries]
        ground.values[draft.name] = values
    found = []
    for number, each in enumerate(ground.entries):
        differs = changed is None or (book is not None and _holds(each.entry, book))
        if not differs and bars[0] == bars[1]:
            continue
        before = values[number] if values is not None else old.score(each.entry)[0].value
        after = new.score(each.entry)[0].value if differs else before
        if (before >= bars[0]) != (after >= bars[1]):
            found.append(each)
    return found


def _changed_terms(own: TopicProfile | None, draft: TopicProfile) -> set[str] | None:
    """Return the terms whose weights differ, None when every score may differ."""
    if own is None or (own.parties, own.offset) != (draft.parties, draft.offset):
        return None
    return {
        term
        for old, new in (
            (own.terms, draft.terms),
            (own.against, draft.against),
            (own.learned, draft.learned),
        )
        for term in {*old, *new}
        if old.get(term) != new.get(term)
    }


def _holds(entry: Entry, book: Phrasebook[str]) -> bool:
    folded = read(f"{entry.title} {DIVIDER} {entry.summary}").folded
    return any(True for _ in book.find(folded))


def _stories_of(
    entries: Sequence[PlainEntry], crossing: Sequence[PlainEntry]
) -> list[list[PlainEntry]]:
    """Return by story the entries of the stories that the crossing ones stand in.

    Those that stand in no story yet are folded now.
    """
    found: dict[object, list[PlainEntry]] = {
        each.story: [] for each in crossing if each.story is not None
    }
    for each in entries:
        if each.story in found:
            found[each.story].append(each)
    loose = sorted(
        (each for each in crossing if each.story is None), key=lambda each: each.entry.seen_at
    )
    by_key = {each.entry.key: each for each in loose}
    started_by: dict[object, object] = {}
    for placement in StoryBook(()).place([each.entry for each in loose]):
        first = placement.joins or placement.key
        started_by[placement.key] = started_by.get(first, first)
        found.setdefault(started_by[placement.key], []).append(by_key[placement.key])
    return list(found.values())


def _best(
    scored: Iterable[tuple[PlainEntry, Sequence[Score]]], lines: _Lines
) -> tuple[PlainEntry, Score] | None:
    """Return the entry and score that clear a line best, None when none does."""
    found = [
        (score.value - lines[score.profile], each, score)
        for each, scores in scored
        for score in scores
        if score.profile in lines and score.value >= lines[score.profile]
    ]
    if not found:
        return None
    _, each, score = max(found, key=lambda one: one[0])
    return each, score


def _score_of(scores: Sequence[Score], profile: str) -> Score | None:
    return next((score for score in scores if score.profile == profile), None)


# ---------------------------------------------------------------- how it keeps to verdicts


def _fits(
    ground: TrialGround, own: TopicProfile | None, draft: TopicProfile, homes: Sequence[Home]
) -> tuple[Fit, Fit] | None:
    """Measure both against the verdicts on the profile, at their own thresholds."""
    scorers = [scorer_of(home) for home in homes]
    rows: list[tuple[float, float, bool]] = []
    decides = 0 if own else 1  # a draft does not choose the verdicts that it is measured by
    profiles = {profile.name: profile for profile in homes[decides].profiles}
    for verdict in ground.verdicts:
        scored = [scorer.score(verdict.entry) for scorer in scorers]
        about = meant(verdict, scored[decides], profiles)
        if draft.name not in {profile.name for profile in about}:
            continue
        before, after = (_score_of(scores, draft.name) for scores in scored)
        values = (before.value if before else 0.0, after.value if after else 0.0)
        rows.append((*values, verdict.good))
    if not rows:
        return None
    return (
        _fit([Judged(before, good) for before, _, good in rows], own.threshold if own else 1.0),
        _fit([Judged(after, good) for _, after, good in rows], draft.threshold),
    )


def _fit(rows: Sequence[Judged], threshold: float) -> Fit:
    at = evaluate(rows, threshold).at_threshold
    good = sum(row.relevant for row in rows)
    return Fit(at.precision, at.recall, good, len(rows) - good)
