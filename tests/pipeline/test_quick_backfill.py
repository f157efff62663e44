"""Archives are scored in haste as each entry by itself would be, to the letter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.archive_files import json_line
from monitor.adapters.archives import LINES, Piece
from monitor.adapters.home import read_seeds
from monitor.model import Entry, EntryKey, Reason, Score, TopicProfile
from monitor.pipeline.archives.backfill import BackfillKit, score_piece
from monitor.stages.score import Scorer
from monitor.stages.score.evidence import _guess_language
from monitor.text import clean_link, guess_language, plain_text
from monitor.text.dates import credible_date, parse_date
from monitor.text.matching import read

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)
ROOT = Path(__file__).parent.parent.parent
PROFILES, PARTIES = read_seeds(ROOT)
# One of each kind: two parties, one, none; one that people taught, one with much to gain.
KINDS = (
    *PROFILES,
    replace(PROFILES[0], name="one", parties=PROFILES[0].parties[:1]),
    replace(PROFILES[1], name="none", parties=()),
    replace(PROFILES[2], name="taught", learned={"gobierno": 0.7, "court": -2.5}, offset=-0.3),
    replace(PROFILES[3], name="cold", against={"city": 1.5, "para*": 0.5}),
)
EAGER = (*KINDS, replace(PROFILES[4], name="eager", offset=3.0))

NAMES = [alias.text for party in PARTIES for alias in party.aliases]
NAMES += [phrase for party in PARTIES for phrase in party.not_when]
TERMS = [term.rstrip("*") for profile in PROFILES for term in profile.terms]
PLAIN = """the of court gobierno para los de la del city said año “plan” US$ - | Reuters El País
    EU UE Bruselas de de la la en on said. NO LA <b>law</b> &amp; ii\u0301 жизнь""".split()
PLAIN += ["dos\u00a0mil", "two  spaces", "ten\u00adder\u200b"]
WORDS = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(NAMES).map(str.upper),
    st.sampled_from(NAMES).map(str.title),
    st.sampled_from(TERMS),
    st.sampled_from(PLAIN),
    st.sampled_from(PLAIN),
)
TEXTS = st.lists(WORDS, max_size=14).map(" ".join)
LINES_SAID = st.fixed_dictionaries(
    {"title": TEXTS, "summary": TEXTS},
    optional={
        "id": st.sampled_from(["n1", 7, "https://a.example/1", 'ñ "q" \\', "\ud800"]),
        "published": st.sampled_from(
            ["2014-03-01T08:15:00Z", "Tue, 3 Mar 2026 10:00 EST", "?", ""]
        ),
        "source": st.sampled_from(["Reuters", "The Mexico City Times", "El País", None]),
        "url": st.sampled_from(
            ["https://a.example/1", "https://a.example/1?oc=5", "HTTP://b.example:80/ñ", "x", ""]
        ),
    },
)


def entry_of(said: dict[str, object]) -> Entry | None:
    """Return a line's entry at once and whole; None where it is none."""
    texts = {key: said.get(key) or "" for key in ("title", "summary", "published", "source", "url")}
    title, summary, published, source, url = map(str, texts.values())
    if (said.get("id") is None and not url) or not (title or summary):
        return None
    own_id = url if said.get("id") is None else str(said["id"])
    link = clean_link(url)
    title, summary = plain_text(title), plain_text(summary)
    return Entry(
        key=EntryKey(0, link if own_id == url else own_id),
        outlet=plain_text(source),
        link=link,
        title=title,
        summary=summary,
        published_at=credible_date(parse_date(published), NOON) if published else None,
        seen_at=NOON,
        language=guess_language(f"{title} {summary}"),
        published_text=published,
    )


def said_by(entry: Entry, scores: Sequence[Score]) -> bytes:
    """Return an entry as json.dumps writes it."""
    best = max(scores, key=lambda score: score.value)
    row: dict[str, object] = {"id": entry.key.id, "score": best.value, "profile": best.profile}
    row["scores"] = {score.profile: score.value for score in scores}
    if best.reasons:
        published = entry.published_at.isoformat() if entry.published_at else None
        row |= {"title": entry.title, "source": entry.outlet, "url": entry.link}
        row |= {"language": entry.language, "published": published}
        row["reasons"] = [
            {"term": each.term, "points": each.points, "field": each.field} for each in best.reasons
        ]
    return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def kit_of(profiles: Sequence[TopicProfile]) -> BackfillKit:
    floors = {profile.name: profile.near_miss_floor for profile in profiles}
    return BackfillKit(Scorer(profiles, PARTIES), NOON, floors, keep_all=False, as_lines=True)


KITS = [kit_of(KINDS), kit_of(EAGER), kit_of(PROFILES)]


@pytest.mark.parametrize("kit", KITS)
@given(said=st.lists(LINES_SAID, min_size=1, max_size=4))
def test_lines_are_what_each_entry_scored_by_itself_would_give(
    kit: BackfillKit, said: list[dict[str, object]]
) -> None:
    lines = "\n".join(map(json.dumps, said)).encode()

    scored = score_piece(kit, Piece("a.jsonl", LINES, 0, len(lines), 1, lines=lines))

    # The language is guessed after the score: an alias of one language is judged without it.
    entries = [entry for each in said if (entry := entry_of(each))]
    weighed = [(each, kit.scorer.score(replace(each, language=None))) for each in entries]
    near = [
        (entry, scores)
        for entry, scores in weighed
        if any(score.value >= kit.floors[score.profile] for score in scores)
    ]
    assert scored.lines == b"".join(said_by(*each) for each in near)
    assert (scored.entries_count, scored.near_count) == (len(entries), len(near))


@pytest.mark.parametrize("kit", KITS)
@given(title=TEXTS, summary=TEXTS)
def test_no_profile_says_more_than_what_is_told_sooner(
    kit: BackfillKit, title: str, summary: str
) -> None:
    entry = entry_of({"id": 1, "title": title, "summary": f"{summary} tratado"})
    assert entry is not None
    scorer = kit.scorer

    finding = scorer.find(entry)

    values = [score.value for score in scorer.score(entry)]
    assert finding is None or max(values) <= scorer.most(finding) + 1e-12
    if scorer.find(entry, scorer.sieve(kit.floors)) is None:
        assert not any(score.value >= kit.floors[score.profile] for score in scorer.score(entry))


@given(said=st.lists(LINES_SAID, min_size=1, max_size=4))
def test_what_is_far_has_its_values_too_when_all_is_kept(said: list[dict[str, object]]) -> None:
    kit = replace(KITS[0], keep_all=True, as_lines=False)
    lines = "\n".join(map(json.dumps, said)).encode()

    kept = score_piece(kit, Piece("a.jsonl", LINES, 0, len(lines), 1, lines=lines)).kept

    entries = [entry for each in said if (entry := entry_of(each))]
    assert [each.entry for each in kept] == entries
    for each in kept:
        scores = kit.scorer.score(replace(each.entry, language=None))
        if each.is_near:
            assert each.scores == scores
        else:
            values = {score.profile: score.value for score in each.scores}
            assert values == pytest.approx({score.profile: score.value for score in scores})
            assert not any(score.reasons for score in each.scores)


def test_a_sieve_holds_back_nothing_where_a_theme_alone_would_do() -> None:
    high = dict.fromkeys((profile.name for profile in EAGER), 0.25)

    assert kit_of(EAGER).scorer.sieve(high) is None
    assert kit_of(PROFILES).scorer.sieve(dict.fromkeys(high, 0.05)) is None
    assert kit_of(PROFILES).scorer.sieve(high) is not None


@given(st.lists(st.sampled_from("de la el the of la de y \x1f tratado and".split(" "))))
def test_small_words_are_counted_as_by_a_search(words: list[str]) -> None:
    reading = read(" ".join(words))
    spanish = sum(map(reading.folded.count, (" de ", " la ", " el ", " y ")))
    english = sum(map(reading.folded.count, (" the ", " of ", " and ")))

    guessed = _guess_language(reading)

    assert guessed == ("es" if spanish > english else "en")


@given(
    texts=st.lists(st.text(), min_size=6, max_size=6),
    points=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    language=st.sampled_from([None, "", "es"]),
    published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_a_line_is_as_json_writes_it(
    texts: list[str], points: list[float], language: str | None, published_at: datetime | None
) -> None:
    key, outlet, link, title, profile, term = texts
    entry = Entry(EntryKey(0, key), outlet, link, title, "", published_at, NOON, language)
    reasons = tuple(Reason(term, each, "title") for each in points)
    scores = (Score("other", 0.25), Score(profile, 0.5, reasons))

    assert json_line(entry, scores) == said_by(entry, scores)


def test_a_date_says_its_fractions_of_a_second_too() -> None:
    at = NOON + timedelta(microseconds=5)
    entry = Entry(EntryKey(0, "a"), "", "", "a", "", at, NOON)
    score = Score("p", 0.5, (Reason("a", 1.0),))

    assert json.loads(json_line(entry, (score,)))["published"] == at.isoformat()
