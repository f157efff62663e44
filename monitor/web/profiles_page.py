"""The profiles: what each looks for, its scores of late, and a change tried before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import log1p

from monitor.adapters.home.revising import change_profile, has_previous, undo_profile
from monitor.model import Learned, Party, ProfileChange, TopicProfile
from monitor.pipeline.tuning.learning_run import meant
from monitor.pipeline.tuning.profiles import home_in_force, scorer_of
from monitor.pipeline.tuning.rescoring import mark_of, remember, rescore
from monitor.pipeline.tuning.trying import (
    Trial,
    TrialGround,
    draft_in_force,
    trial_ground,
    try_draft,
)
from monitor.web.desk import Desk, Fields, Response, action, page, redirect, refuse, render
from monitor.web.memo import Memo
from monitor.web.office import Office
from monitor.web.today import ISSUES

NAV = ("/profiles", "nav_profiles")
TRIED_ON = timedelta(days=14)
COUNTED_OVER = timedelta(days=30)
BINS = 50
HIGHEST = 60.0  # of a bar, in the units of the drawing
VERDICTS_SHOWN = 300  # the newest
MOVED_SHOWN = 12
WEIGHT_MAX = 10.0
WAIT_S = 1.0  # for what is being learned; hundreds of verdicts take longer
TERM_MAX = 100  # characters
ALIASES_SHOWN = 24
SIDES = {"terms": "t:", "against": "a:"}  # what the names of the fields of weights begin with


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term with what a person set, what she is trying, and what verdicts added."""

    term: str
    side: str  # "terms" or "against"; "" when only verdicts speak of it
    weight: float | None
    tried: float | None  # in the draft
    adopted: float | None  # learned points that stand in the file
    learned: float | None  # and those beside it


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict in the drawing of the scores."""

    at: float  # the score
    good: bool


MARKS = Memo[list[Mark]](timedelta(seconds=60), serve=timedelta(minutes=30), limit=64)
GROUNDS = Memo[TrialGround](timedelta(minutes=5), limit=2)
_COUNTS = Memo[list[int]](timedelta(seconds=60), serve=timedelta(minutes=30), limit=64)


def _list(desk: Desk) -> Response:
    learned = desk.store.learned()
    counts = {
        profile.name: _above(_score_counts(desk, profile.name), profile.threshold)
        for profile in desk.home.profiles
    }
    carried = {
        profile.name: [
            settings.title or name
            for name, settings in desk.home.config.digests.items()
            if not settings.profiles or profile.name in settings.profiles
        ]
        for profile in desk.home.profiles
    }
    return render(
        desk,
        "profiles.html",
        title=desk.t["nav_profiles"],
        profiles=desk.home.profiles,
        learned=learned,
        counts=counts,
        carried=carried,
    )


def _score_counts(desk: Desk, name: str) -> list[int]:
    return _COUNTS.get(
        desk, name, lambda desk: desk.store.score_counts(name, desk.now - COUNTED_OVER, bins=BINS)
    )


def _above(counts: list[int], threshold: float) -> int:
    return sum(counts[round(threshold * BINS) :])


def profile_of(desk: Desk) -> TopicProfile | None:
    """Return the profile that the address names, None when there is none."""
    name = desk.path["name"]
    return next((profile for profile in desk.home.profiles if profile.name == name), None)


def _show(desk: Desk) -> Response:
    profile = profile_of(desk)
    if profile is None:
        return refuse(desk, 404, desk.t["profiles_unknown"])
    desk.office.learner.wait(WAIT_S)
    change, problem = change_in(desk.query, profile)
    mark = mark_of(profile, desk.home)
    trial = _trial(desk, change.of(profile)) if change else None
    learned = desk.store.learned().get(profile.name)
    draft = change.of(profile)
    only_trial = desk.fragment == "trial"
    return render(
        desk,
        "profile.html",
        title=profile.title,
        profile=profile,
        draft=draft,
        change=change,
        problem=problem,
        trial=trial,
        moved_shown=MOVED_SHOWN,
        learned=learned,
        terms=[] if only_trial else _terms(profile, draft, learned),
        parties=[] if only_trial else _parties(desk, profile),
        bars=_bars(_score_counts(desk, profile.name)),
        marks=MARKS.get(desk, profile.name, lambda desk: _marks(desk, profile)),
        is_waiting=desk.store.scored_as().get(profile.name, mark) != mark,
        can_undo=has_previous(desk.home.root, profile.name),
        sides=SIDES,
        typed={name: desk.query.text(name)[:TERM_MAX] for name in ("term", "weight", "side")},
    )


def change_in(fields: Fields, profile: TopicProfile) -> tuple[ProfileChange, str]:
    """Return what a form changes of a profile, and the label of what could not be taken up."""
    problem = ""
    threshold = fields.number("threshold")
    if threshold is not None and not 0 < threshold < 1:
        threshold, problem = None, "profiles_bad_threshold"
    if threshold is not None and abs(threshold - profile.threshold) < 0.0005:
        threshold = None
    tables: dict[str, dict[str, float | None]] = {"terms": {}, "against": {}}
    for side, begin in SIDES.items():
        known = profile.terms if side == "terms" else profile.against
        for name in fields.names():
            term = name.removeprefix(begin)
            if name.startswith(begin) and term in known:
                weight = weight_of(fields.text(name))
                if weight != known[term]:
                    tables[side][term] = weight
    new, side = " ".join(fields.text("term").split()), fields.text("side")
    if new and side in tables and len(new) <= TERM_MAX:
        weight = weight_of(fields.text("weight"))
        known = profile.terms if side == "terms" else profile.against
        if weight is None and new not in known:
            problem = "profiles_bad_weight"
        elif weight != known.get(new):
            tables[side][new] = weight
    return ProfileChange(threshold, tables["terms"], tables["against"]), problem


def weight_of(text: str) -> float | None:
    """Return a weight as a person wrote it; None (the term goes) when it is 0 or no number."""
    try:
        weight = round(float(text.replace(",", ".")), 3)
    except ValueError:
        return None
    return min(weight, WEIGHT_MAX) if weight > 0 else None


def _trial(desk: Desk, draft: TopicProfile) -> Trial:
    ground = GROUNDS.get(
        desk, "ground", lambda desk: trial_ground(desk.store, desk.home, desk.now - TRIED_ON)
    )
    return try_draft(ground, draft_in_force(desk.store, draft))


def _terms(profile: TopicProfile, draft: TopicProfile, learned: Learned | None) -> list[TermRow]:
    words = learned.words if learned else {}
    rows = []
    for side, own, tried in (
        ("terms", profile.terms, draft.terms),
        ("against", profile.against, draft.against),
    ):
        rows += [
            TermRow(
                term,
                side,
                own.get(term),
                tried.get(term),
                profile.learned.get(term),
                words.get(term),
            )
            for term in {**own, **tried}
        ]
    known = {row.term for row in rows}
    rows += [
        TermRow(term, "", None, None, profile.learned.get(term), words.get(term))
        for term in {**profile.learned, **words}
        if term not in known
    ]
    return sorted(rows, key=_by_strength)


def _by_strength(row: TermRow) -> tuple[int, float, str]:
    order = ("terms", "against", "").index(row.side)
    strength = row.weight or row.tried or abs(row.learned or row.adopted or 0.0)
    return order, -strength, row.term


def _parties(desk: Desk, profile: TopicProfile) -> list[tuple[Party, list[str]]]:
    """Return the parties that a profile asks for, and the bridge, each with some names."""
    return [
        (party, [alias.text for alias in party.aliases[:ALIASES_SHOWN]])
        for party in desk.home.parties
        if party.name in profile.parties or (party.is_bridge and profile.parties)
    ]


def _bars(counts: list[int]) -> list[tuple[float, int]]:
    """Return the height of each bar and what it counts; by logarithm, as most scores are low."""
    most = log1p(max(counts, default=0)) or 1.0
    return [(round(log1p(count) / most * HIGHEST, 1), count) for count in counts]


def _marks(desk: Desk, profile: TopicProfile) -> list[Mark]:
    """Return the verdicts on a profile at the scores that their entries have now."""
    home = home_in_force(desk.home, desk.store)
    scorer = scorer_of(home)
    profiles = {each.name: each for each in home.profiles}
    marks = []
    for verdict in desk.store.verdicts(limit=VERDICTS_SHOWN):
        scores = scorer.score(verdict.entry)
        if profile.name in {each.name for each in meant(verdict, scores, profiles)}:
            value = next(s.value for s in scores if s.profile == profile.name)
            marks.append(Mark(round(value, 3), verdict.good))
    return marks


# ---------------------------------------------------------------- deeds


def _save(desk: Desk) -> Response:
    profile = profile_of(desk)
    if profile is None:
        return refuse(desk, 404, desk.t["profiles_unknown"])
    change, problem = change_in(desk.form, profile)
    if problem or not change:
        return refuse(desk, 400, desk.t[problem or "nothing_changed"])
    remember(desk.store, desk.home, desk.now)
    change_profile(desk.home.root, profile.name, change)
    _forget(desk)
    return redirect(desk, f"/profiles/{profile.name}", said="profiles_saved")


def _undo(desk: Desk) -> Response:
    profile = profile_of(desk)
    if profile is None:
        return refuse(desk, 404, desk.t["profiles_unknown"])
    remember(desk.store, desk.home, desk.now)
    undo_profile(desk.home.root, profile.name)
    _forget(desk)
    return redirect(desk, f"/profiles/{profile.name}", said="profiles_undone")


def _rescore(desk: Desk) -> Response:
    profile = profile_of(desk)
    if profile is None:
        return refuse(desk, 404, desk.t["profiles_unknown"])
    rescore(desk.store, desk.home, profile, desk.now - TRIED_ON, desk.now)
    _forget(desk)
    _COUNTS.forget(desk.office)
    return redirect(desk, f"/profiles/{profile.name}", said="profiles_rescored")


def _forget(desk: Desk) -> None:
    ISSUES.forget(desk.office)
    forget_verdicts(desk.office)


def forget_verdicts(office: Office) -> None:
    """Have anew what rests on verdicts and what was learned from them."""
    GROUNDS.forget(office)
    MARKS.forget(office)


routes = [
    page("/profiles", _list),
    page("/profiles/{name}", _show),
    action("/profiles/{name}/save", _save),
    action("/profiles/{name}/undo", _undo),
    action("/profiles/{name}/rescore", _rescore),
]
