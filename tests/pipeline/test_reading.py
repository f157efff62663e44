"""What worker processes do: they hold little, and what they send back arrives as it was."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import (
    Alias,
    Entry,
    EntryKey,
    ItemMark,
    ParsedFeed,
    Party,
    Reason,
    Retrieved,
    Score,
    TopicProfile,
)
from monitor.pipeline.polling.reading import ParsedJob, ParseJob, parse_and_score
from monitor.stages.score import Scorer
from tests.factories import NOON, make_feed, make_item, make_rss

# What the runs need and a worker does not: each would be held by every worker.
RUNS_ONLY = {"apscheduler", "click", "css_inline", "jinja2", "pydantic", "pycurl", "sqlite_utils"}

TEXTS = st.text(max_size=12)
TIMES = st.none() | st.timedeltas(timedelta(), timedelta(days=9)).map(lambda span: NOON + span)
ENTRIES = st.builds(
    Entry,
    key=st.builds(EntryKey, st.integers(1, 9), TEXTS),
    outlet=TEXTS,
    link=TEXTS,
    title=TEXTS,
    summary=TEXTS,
    published_at=TIMES,
    seen_at=st.just(NOON),
    language=st.sampled_from([None, "en", "es"]),
    published_text=TEXTS,
    first_dated_at=TIMES,
)
REASONS = st.builds(Reason, TEXTS, st.floats(allow_nan=False), TEXTS)
SCORES = st.builds(Score, TEXTS, st.floats(0, 1), st.lists(REASONS, max_size=3).map(tuple))
MARKS = st.builds(ItemMark, st.binary(max_size=8), st.none() | TEXTS)


def test_a_worker_imports_nothing_that_only_the_runs_need() -> None:
    code = "import sys, monitor.pipeline.polling.reading; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    held = set(done.stdout.split())
    assert "monitor.stages.parse" in held
    assert {name.partition(".")[0] for name in held} & RUNS_ONLY == set()
    assert "monitor.pipeline.polling.poll_run" not in held


@settings(max_examples=40)
@given(
    st.lists(ENTRIES, max_size=3).map(tuple),
    st.lists(MARKS, max_size=3).map(tuple),
    st.lists(st.lists(SCORES, max_size=2).map(tuple), max_size=3).map(tuple),
)
def test_what_a_worker_sends_arrives_as_it_was(
    entries: tuple[Entry, ...],
    marks: tuple[ItemMark, ...],
    scores: tuple[tuple[Score, ...], ...],
) -> None:
    sent = ParsedJob(ParsedFeed("A title", entries, marks=marks), scores)

    assert pickle.loads(pickle.dumps(sent, pickle.HIGHEST_PROTOCOL)) == sent


def test_of_scores_below_the_floor_only_the_reasons_stay_behind() -> None:
    profiles = [
        TopicProfile("trade", "Trade", "", 0.5, {"tariff*": 9.0}, parties=("mexico",)),
        TopicProfile("water", "Water", "", 0.5, {"river": 1.0}, parties=("mexico",)),
    ]
    scorer = Scorer(profiles, [Party("mexico", "Mexico", (Alias("mexico", "country"),))])
    titles = ("Tariffs on Mexico", "A river in Mexico", "Chess", "Beekeeping")
    body = make_rss(*(make_item(each, title=each) for each in titles))
    whole = ParseJob(make_feed(), Retrieved(body), NOON)
    floors = {profile.name: profile.near_miss_floor for profile in profiles}

    every = parse_and_score(scorer, whole).scores
    short = parse_and_score(scorer, replace(whole, floors=floors)).scores

    assert short == tuple(
        tuple(each if each.value >= 0.25 else replace(each, reasons=()) for each in scores)
        for scores in every
    )
    assert {bool(each.reasons) for scores in short for each in scores} == {True, False}
    assert short[2] is short[3]  # nothing was found in either
