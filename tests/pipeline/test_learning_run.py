"""Verdicts to what is in force: who learns from what, and what a person keeps the say over."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.config import Config, EmbeddingSettings
from monitor.errors import ConfigError
from monitor.model import Learned, Party, TopicProfile, Verdict
from monitor.pipeline.tuning.learning_run import heard, learning_due, run_learning
from monitor.pipeline.tuning.profiles import home_in_force, meaning_of, profiles_in_force, scorer_of
from monitor.stages.score.meaning import REASON
from tests.factories import NOON, make_entry, make_profile

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = "America/Mexico_City"  # UTC-6
PARTIES = (Party("mexico", "Mexico", ()), Party("us", "United States", ()))
TRADE = replace(make_profile("trade"), parties=("mexico", "us"))
BORDER = replace(make_profile("border"), terms={"border*": 2.0}, parties=("us", "mexico"))
WINE = replace(make_profile("wine"), terms={"wine*": 2.0})
ALL = (TRADE, BORDER, WINE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        yield store


def home(*profiles: TopicProfile) -> Home:
    return Home(Path("/home"), Config(), (), profiles or ALL, PARTIES, {})


def say(
    store: Store,
    title: str,
    *,
    good: bool,
    count: int = 8,
    profile: str | None = None,
    at: datetime = NOON,
) -> None:
    entries = [make_entry(f"{title}{n}", title=f"{title} {n}") for n in range(count)]
    store.save_verdicts([Verdict(entry, good, profile, at) for entry in entries], NOON)


def taught(store: Store, *profiles: TopicProfile, now: datetime = NOON) -> dict[str, float]:
    """Return by profile what it learned of the word salmon."""
    run_learning(store, home(*profiles), now)
    return {name: each.words.get("salmon", 0.0) for name, each in store.learned().items()}


def test_good_verdicts_raise_a_word_and_bad_ones_lower_it(store: Store) -> None:
    say(store, "Salmon in the wine cellar", good=True)
    say(store, "Heron in the wine cellar", good=False)

    learnings = run_learning(store, home(), NOON)

    (wine,) = learnings
    assert (wine.profile, wine.good_count, wine.bad_count) == ("wine", 8, 8)
    learned = store.learned()["wine"]
    assert learned.words["salmon"] > 0 > learned.words["heron"]
    assert (learned.verdict_count, learned.learned_at) == (16, NOON)


def test_what_was_learned_is_in_force_and_the_hand_set_weights_stay(store: Store) -> None:
    say(store, "Salmon in the wine cellar", good=True)
    run_learning(store, home(), NOON)
    entry = make_entry(title="Salmon again")

    trade, _, wine = home_in_force(home(), store).profiles

    assert trade == TRADE
    assert wine.terms == WINE.terms
    assert scorer_of(home(wine)).score(entry)[0].value > scorer_of(home(WINE)).score(entry)[0].value


def test_aspects_of_one_relation_learn_together_and_others_do_not(store: Store) -> None:
    say(store, "Salmon at the border", good=True)

    found = taught(store)

    assert set(found) == {"trade", "border"}
    assert found["trade"] == found["border"] > 0


def test_a_verdict_on_a_profile_teaches_that_one_alone(store: Store) -> None:
    say(store, "Salmon at the border", good=True, profile="trade")

    assert list(taught(store)) == ["trade"]


def test_a_verdict_on_a_profile_that_is_gone_teaches_nobody(store: Store) -> None:
    say(store, "Salmon at the border", good=True, profile="gone")

    assert taught(store) == {}


def test_the_same_verdicts_teach_the_same_however_often(store: Store) -> None:
    say(store, "Salmon in the wine", good=True)

    assert taught(store) == taught(store, now=NOON + DAY)


def test_verdicts_taken_back_are_unlearned(store: Store) -> None:
    say(store, "Salmon in the wine", good=True)
    assert taught(store)["wine"] > 0

    for verdict in store.verdicts():
        store.take_back(verdict.entry.key)

    assert taught(store) == {}


def test_settled_verdicts_teach_no_more_and_later_ones_do(store: Store) -> None:
    say(store, "Salmon in the wine", good=True)
    taught(store)
    store.drop_learned("wine", settled_at=NOON)
    assert taught(store) == {}

    say(store, "More salmon in the wine", good=True, at=NOON + DAY)

    assert taught(store)["wine"] > 0
    assert store.learned()["wine"].verdict_count == 8


def test_one_aspect_that_adopted_leaves_the_others_as_they_were(store: Store) -> None:
    say(store, "Salmon at the border", good=True)
    before = taught(store)["trade"]
    learned = store.learned()["border"]
    store.drop_learned("border", settled_at=NOON)

    adopted = replace(BORDER, learned=learned.words, offset=learned.offset)
    after = taught(store, TRADE, adopted, WINE)

    # Trade alone does worse on them than border did, so it has more to learn.
    assert list(after) == ["trade"]
    assert after["trade"] >= before > 0


def test_adopted_points_and_those_learned_since_add_up(store: Store) -> None:
    adopted = replace(WINE, learned={"salmon": 0.5, "heron": -0.25}, offset=0.25)
    store.save_learned([Learned("wine", {"salmon": 0.25, "stork": 1.0}, -0.5, 9, NOON)], NOON)

    (found,) = profiles_in_force([adopted], store)

    assert found.learned == {"salmon": 0.75, "heron": -0.25, "stork": 1.0}
    assert found.offset == -0.25


def test_before_anything_is_remembered_the_files_alone_hold() -> None:
    assert profiles_in_force(ALL, None) == ALL


# ---------------------------------------------------------------- at night


def at(hour: int, day: int = 12) -> datetime:
    """Return a time by the clocks of ZONE, which has no summer time."""
    return NOON.replace(day=day, hour=0) + timedelta(hours=hour + 6)


def test_learning_is_due_once_a_night_when_there_are_new_verdicts(store: Store) -> None:
    assert not learning_due(store, ZONE, at(4))

    say(store, "Salmon in the wine", good=True, count=1, at=at(1))
    assert not learning_due(store, ZONE, at(2))
    assert learning_due(store, ZONE, at(3))
    run_learning(store, home(), at(3))
    assert not learning_due(store, ZONE, at(4))  # nothing new was said

    say(store, "Heron in the wine", good=True, count=1, at=at(5))
    assert learning_due(store, ZONE, at(4, day=13))
    run_learning(store, home(), at(4, day=13))

    say(store, "Stork in the wine", good=True, count=1, at=at(5, day=13))
    assert not learning_due(store, ZONE, at(6, day=13))
    assert not learning_due(store, ZONE, at(2, day=14))
    assert learning_due(store, ZONE, at(3, day=14))


# ---------------------------------------------------------------- meaning


def test_no_model_no_meaning() -> None:
    assert meaning_of(home()) is None


def test_a_model_that_is_named_is_asked_for() -> None:
    config = Config(embeddings=EmbeddingSettings(model="no such model"))

    with pytest.raises(ConfigError, match="no such model"):
        scorer_of(replace(home(), config=config))


def test_the_model_that_a_home_names_scores_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Model:
        def __init__(self, name: str) -> None:
            assert name == "alike"

        def encode(self, sentences: list[str]) -> list[list[int]]:
            return [[1] for _ in sentences]

    library = ModuleType("sentence_transformers")
    library.SentenceTransformer = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    config = Config(embeddings=EmbeddingSettings(model="alike", weight=2.0))

    scores = scorer_of(replace(home(), config=config)).score(make_entry())

    assert {(REASON, 2.0)} == {
        (reason.term, reason.points)
        for score in scores
        for reason in score.reasons
        if reason.term == REASON
    }
    assert len(scores) == 3


# ---------------------------------------------------------------- whose verdicts


def test_the_owner_s_word_comes_first_and_readers_are_heard_beside_it() -> None:
    a, b = make_entry("a"), make_entry("b")
    ana, ben = "ana@example.org", "ben@example.org"
    owner = Verdict(a, True, "trade", who="owner")
    of_a = Verdict(a, False, "trade", who=ana)
    of_b = [Verdict(b, True, "trade", who=ana), Verdict(b, False, "trade", who=ben)]
    of_all = Verdict(a, False, None, who=ben)
    said = [owner, of_a, *of_b, of_all]

    assert heard(said, "everyone") == [owner, *of_b, of_all]
    assert heard(said, "owner") == [owner]
