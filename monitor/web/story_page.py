"""One entry and its story: every report, every score as bars that add up, and what to say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.adapters.store import StoredEntry
from monitor.model import Reason, Score, TopicProfile, Verdict
from monitor.pipeline.digests.upcoming import shared_words
from monitor.pipeline.tuning.profiles import home_in_force, scorer_of
from monitor.text import STOP_WORDS, words
from monitor.web.desk import Desk, Response, action, chosen, page, redirect, refuse, render
from monitor.web.learning import has_learned, learn_soon
from monitor.web.paths import safe_path
from monitor.web.profiles_page import forget_verdicts
from monitor.web.reasons import say_reason
from monitor.web.today import ISSUES

BAR_WIDTH = 100.0  # of the strongest reason, in the units of the drawing
POINTS_SHOWN = 0.005  # fewer would be shown as 0.00
REPORTS_SHOWN = 40
LIKELY_SHOWN = 6
NOBODY = 2**62
WORD_MIN = 4  # letters
WORDS_SHOWN = 8
LIKELY_WITHIN = timedelta(days=3)
THEME = "theme: "  # as score.py labels what a profile's terms bring
AGAINST = "against: "


@dataclass(frozen=True, slots=True)
class Bar:
    """One reason, drawn: bars of one score have one scale, and their points add up."""

    reason: Reason
    label: str  # in the reader's language
    left: float
    width: float
    term: str  # of the profile, that can be changed; "" when the reason is none
    side: str  # "terms" or "against"


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """An entry's score for one profile."""

    profile: TopicProfile
    score: Score
    bars: tuple[Bar, ...]
    points: float  # the sum of the bars
    polled: float | None  # what the score was when the entry came, where it differs
    said: bool | None
    unknown: tuple[str, ...]  # words of the headline that the profile says nothing about

    @property
    def distance(self) -> float:
        """Return how far the score is above the threshold, below 0 when it is under it."""
        return self.score.value - self.profile.threshold


@dataclass(frozen=True, slots=True)
class Report:
    """One report of the story."""

    stored: StoredEntry
    shared: tuple[str, ...]  # words that it has in common with the others


def _entry(desk: Desk) -> Response:
    found = desk.store.find_entries(str(desk.path["number"]))
    if len(found) != 1:
        return refuse(desk, 404, desk.t["story_unknown"])
    return _tell(desk, found[0])


def _story(desk: Desk) -> Response:
    reports = desk.store.reports(_story_number(desk))
    if not reports:
        return refuse(desk, 404, desk.t["story_unknown"])
    best = max(reports, key=lambda each: each.scores[0].value if each.scores else 0.0)
    (found,) = desk.store.find_entries(str(best.number))
    return _tell(desk, found)


def _tell(desk: Desk, stored: StoredEntry) -> Response:
    reports = desk.store.reports(stored.story) if stored.story else [stored]
    said_now = "story_learning" if not has_learned(desk) else desk.query.text("said")
    home = home_in_force(desk.home, desk.store)
    scores = scorer_of(home).score(stored.entry)
    said = desk.store.said_of([stored.entry.key]).get(stored.entry.key, {})
    profiles = {profile.name: profile for profile in home.profiles}
    rows = [_score_row(desk, stored, score, profiles[score.profile], said) for score in scores]
    merging = desk.query.text("merge") == "1"
    return render(
        desk,
        "story.html",
        title=stored.entry.title,
        stored=stored,
        reports=[_report(each, reports) for each in reports[:REPORTS_SHOWN]],
        report_count=len(reports),
        rows=rows,
        nearest=_nearest(scores, profiles),
        edits=desk.store.edits(stored.number),
        ranks=desk.store.rankings(stored.story) if stored.story else [],
        likely=_likely(desk, stored) if merging else None,
        here=f"/entries/{stored.number}",
        said=desk.t.get(said_now, ""),
    )


def _score_row(
    desk: Desk, stored: StoredEntry, score: Score, profile: TopicProfile, said: dict[str, bool]
) -> ScoreRow:
    points = sum(reason.points for reason in score.reasons)
    polled = next((each.value for each in stored.scores if each.profile == score.profile), None)
    moved = polled is not None and abs(polled - score.value) >= 0.005
    own = said.get(score.profile, said.get(""))
    return ScoreRow(
        profile,
        score,
        bars_of(score, profile, desk.t),
        points,
        polled if moved else None,
        own,
        _unknown(stored.entry.title, profile),
    )


def _unknown(title: str, profile: TopicProfile) -> tuple[str, ...]:
    """Return words of a headline that may speak against it, were they terms."""
    known = {*profile.terms, *profile.against}
    found = dict.fromkeys(
        word for word in words(title) if len(word) >= WORD_MIN and word not in STOP_WORDS
    )
    return tuple(word for word in found if word not in known)[:WORDS_SHOWN]


def bars_of(score: Score, profile: TopicProfile, t: Mapping[str, str]) -> tuple[Bar, ...]:
    """Return the reasons as bars on one scale, from a line in the middle to either side."""
    most = max((abs(reason.points) for reason in score.reasons), default=1.0) or 1.0
    bars = []
    for reason in score.reasons:
        if abs(reason.points) < POINTS_SHOWN:
            continue
        width = round(abs(reason.points) / most * BAR_WIDTH, 1)
        left = BAR_WIDTH if reason.points >= 0 else BAR_WIDTH - width
        term, side = "", "terms"
        for label, table, weights in (
            (THEME, "terms", profile.terms),
            (AGAINST, "against", profile.against),
        ):
            if reason.term.startswith(label) and reason.term.removeprefix(label) in weights:
                term, side = reason.term.removeprefix(label), table
        bars.append(Bar(reason, say_reason(reason.term, t), round(left, 1), width, term, side))
    return tuple(bars)


def _nearest(scores: Sequence[Score], profiles: dict[str, TopicProfile]) -> TopicProfile | None:
    """Return the profile whose seed the entry shares most of, None when of none."""

    def shared(score: Score) -> float:
        return sum(r.points for r in score.reasons if r.term.startswith(THEME))

    best = max(scores, key=shared, default=None)
    return profiles[best.profile] if best is not None and shared(best) > 0 else None


def _report(stored: StoredEntry, reports: Sequence[StoredEntry]) -> Report:
    others = [each.entry for each in reports[:REPORTS_SHOWN] if each.number != stored.number]
    return Report(stored, shared_words(stored.entry, others) if others else ())


def _likely(desk: Desk, stored: StoredEntry) -> list[tuple[int, str, int]]:
    """Return stories that may be the same: number, headline and how many reports."""
    at = stored.entry.seen_at
    own = _beginnings(stored.entry.title)
    found = [
        (len(own & _beginnings(title)), number, title)
        for number, title in desk.store.first_reports(at - LIKELY_WITHIN, at + LIKELY_WITHIN)
        if number != stored.story
    ]
    found.sort(key=lambda each: (-each[0], -each[1]))
    likely = [(number, title) for shared, number, title in found[:LIKELY_SHOWN] if shared]
    return [(number, title, len(desk.store.reports(number))) for number, title in likely]


def _beginnings(title: str) -> set[str]:
    """Return how a headline's words begin: names and many others do alike in both languages."""
    return {word[:WORD_MIN] for word in words(title) if word not in STOP_WORDS and len(word) > 2}


# ---------------------------------------------------------------- deeds


def _verdict(desk: Desk) -> Response:
    found = desk.store.find_entries(str(desk.path["number"]))
    if len(found) != 1:
        return refuse(desk, 404, desk.t["story_unknown"])
    word = chosen(desk.form.text("verdict"), ("good", "bad", "undo"), "")
    profile = desk.form.text("profile")
    known = {each.name for each in desk.home.profiles}
    if not word or (profile and profile not in known):
        return refuse(desk, 400, desk.t["nothing_changed"])
    entry = found[0].entry
    if word == "undo":
        desk.store.take_back(entry.key, profile or None)
    else:
        verdict = Verdict(entry, word == "good", profile or None, who=desk.user)
        desk.store.save_verdicts([verdict], desk.now)
    forget_verdicts(desk.office)
    learn_soon(desk.office)
    # The next issue stays as it is: what is learned holds from the next poll on.
    back = safe_path(desk.form.text("back"))
    return redirect(
        desk, back, said="story_learned" if back.startswith("/entries/") else "story_said"
    )


def _merge(desk: Desk) -> Response:
    one = _story_number(desk)
    other = _number(desk.form.text("other"))
    if other is None or not desk.store.merge_stories(one, other, desk.now):
        return refuse(desk, 409, desk.t["story_not_merged"])
    ISSUES.forget(desk.office)
    return redirect(desk, f"/stories/{one}", said="story_merged")


def _split(desk: Desk) -> Response:
    numbers = [number for text in desk.form.texts("entry") if (number := _number(text))]
    new = desk.store.split_story(numbers, desk.now) if numbers else None
    if new is None:
        return refuse(desk, 409, desk.t["story_not_split"])
    ISSUES.forget(desk.office)
    return redirect(desk, f"/stories/{new}", said="story_split")


def _story_number(desk: Desk) -> int:
    """Return the number in the address; one that no database can hold is nobody's."""
    return min(int(str(desk.path["number"])), NOBODY)


def _number(text: str) -> int | None:
    """Return the number in what a person wrote: "17", "#17" or the address of a page."""
    digits = text.strip().rstrip("/").rpartition("/")[2].removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else None


routes = [
    page("/entries/{number:int}", _entry),
    page("/stories/{number:int}", _story),
    action("/entries/{number:int}/verdict", _verdict),
    action("/stories/{number:int}/merge", _merge),
    action("/stories/{number:int}/split", _split),
]
