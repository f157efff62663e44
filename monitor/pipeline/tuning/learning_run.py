"""The learning run: verdicts -> what they add to each profile, kept beside the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.adapters.home import Home
from monitor.adapters.knowledge import load_background
from monitor.adapters.store import Store
from monitor.model import Learned, Score, TopicProfile, Verdict
from monitor.pipeline.tuning.profiles import scorer_of
from monitor.stages.learn import adjust
from monitor.stages.score.outlets import split_outlet
from monitor.text.background import LANGUAGES, Usage

LONG_AGO = datetime.min.replace(tzinfo=UTC)
NIGHT = time(3)  # when the service learns: after the day's verdicts, before the morning's digest


@dataclass(frozen=True, slots=True)
class ProfileLearning:
    """What one profile was taught by verdicts."""

    profile: str
    good_count: int
    bad_count: int
    adjustment: adjust.Adjustment


def learning_due(store: Store, zone: str, now: datetime) -> bool:
    """Tell whether a night has come since the last learning run, and verdicts with it."""
    last, newest = store.last_learning(), store.last_verdict()
    if newest is None or (last is not None and newest <= last):
        return False
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() >= NIGHT else local.date() - timedelta(days=1)
    night = datetime.combine(day, NIGHT, ZoneInfo(zone))
    # The first verdicts of all wait for their night, too.
    return (newest if last is None else last) < night


def run_learning(store: Store, home: Home, now: datetime) -> tuple[ProfileLearning, ...]:
    """Learn anew from every verdict, and keep it; `home` as its files say.

    The same verdicts always teach the same. A verdict on a profile teaches that one; a
    verdict on none teaches the profile that scores the entry best and those that name
    the same parties. Verdicts that were adopted into a file, or dropped, teach no more.
    """
    found = []
    for name, own in _lessons(store, home).items():
        good = sum(lesson.good for lesson in own)
        found.append(ProfileLearning(name, good, len(own) - good, _adjustment(tuple(own))))
    store.save_learned([_learned(each, now) for each in found], now)
    return tuple(found)


@lru_cache(maxsize=8)
def _adjustment(lessons: tuple[adjust.Verdict, ...]) -> adjust.Adjustment:
    """Return what lessons add; some profiles learn the same, most the same as the last time."""
    return adjust.adjust_weights(lessons, _usage())


@cache
def _usage() -> Usage:
    """Return how often words are used; the shipped lists stay as they are."""
    return load_background().usage(LANGUAGES)


def _lessons(store: Store, home: Home) -> dict[str, list[adjust.Verdict]]:
    """Return what each profile is to learn from, by profile; those without anything left out."""
    settled, scorer = store.settled(), scorer_of(home)
    by_name = {profile.name: profile for profile in home.profiles}
    lessons: dict[str, list[adjust.Verdict]] = {}
    for verdict in heard(store.verdicts(), home.config.web.teachers):
        scores = scorer.score(verdict.entry)
        taught = {
            profile.name
            for profile in meant(verdict, scores, by_name)
            if verdict.at is None or verdict.at > settled.get(profile.name, LONG_AGO)
        }
        # Taught are all that learn of it together; how they do so far is what the best does.
        # One that adopted its verdicts does better for them already, and is no measure.
        best = next((score for score in scores if score.profile in taught), None)
        if best is not None:
            lesson = _lesson(verdict, best, by_name[best.profile].threshold)
            for name in taught:
                lessons.setdefault(name, []).append(lesson)
    return {name: lessons[name] for name in by_name if name in lessons}


def heard(verdicts: Sequence[Verdict], teachers: Literal["owner", "everyone"]) -> list[Verdict]:
    """Return the verdicts that move the profiles, in their order.

    Readers (who have an address) are heard when everyone teaches, and where whoever keeps
    the monitor said nothing of the same entry and profile.
    """
    own = {(each.entry.key, each.profile) for each in verdicts if "@" not in each.who}
    return [
        each
        for each in verdicts
        if "@" not in each.who
        or (teachers == "everyone" and (each.entry.key, each.profile) not in own)
    ]


def meant(
    verdict: Verdict, scores: Sequence[Score], profiles: Mapping[str, TopicProfile]
) -> list[TopicProfile]:
    """Return the profiles a verdict is about: aspects of one relation learn together."""
    if verdict.profile is not None:
        return [profile for profile in profiles.values() if profile.name == verdict.profile]
    best = profiles[scores[0].profile]
    if not best.parties:
        return [best]
    return [other for other in profiles.values() if set(other.parties) == set(best.parties)]


def _lesson(verdict: Verdict, score: Score, threshold: float) -> adjust.Verdict:
    return adjust.Verdict(
        title=split_outlet(verdict.entry)[0],
        summary=verdict.entry.summary,
        good=verdict.good,
        points=adjust.points_over(score.value, threshold),
    )


def _learned(learning: ProfileLearning, now: datetime) -> Learned:
    adjustment = learning.adjustment
    return Learned(
        profile=learning.profile,
        words={word.term: word.points for word in adjustment.words},
        offset=adjustment.offset,
        verdict_count=adjustment.verdict_count,
        learned_at=now,
    )
