"""A profile from example articles: what becomes a term, what does not, and that it finds."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.knowledge import load_background
from monitor.errors import LearningError
from monitor.model import Alias, Party
from monitor.stages.learn import TERMS_MAX, Article, learn_profile
from monitor.stages.learn.relation import suggest_parties
from monitor.stages.score import Scorer
from monitor.text.background import Background, plain_term
from tests.factories import make_entry

ROOT = Path(__file__).parents[2]
TOPICS = ROOT.parent / "shared" / "topics"
BACKGROUND = load_background()

BEES = (
    Article(
        "Beekeepers lose a third of their hives",
        "Beekeepers in Oakvale said on Monday that a third of their honeybee hives died this"
        " winter. The honeybee mites came early, Ada Morrow told reporters. Pollination of the"
        " orchards is at risk. The state will pay beekeepers for each hive, said Ada Morrow.",
    ),
    Article(
        "Orchards pay more for pollination",
        "Almond orchards paid beekeepers a record price per hive. Without honeybee hives there is"
        " no pollination, growers said on Monday. Pesticides have hurt the honeybee.",
    ),
    Article(
        "A pesticide is banned to save the honeybee",
        "The government banned a pesticide that harms honeybee hives. Beekeepers welcomed it; the"
        " president of their union, Ada Morrow, said pollination needs it.",
    ),
)
ABEJAS = (
    Article(
        "Apicultores pierden colmenas por la sequía",
        "Los apicultores de Yucatán perdieron la mitad de sus colmenas, dijo el gobierno el lunes."
        " La miel de abeja sube de precio y la polinización de los cultivos está en riesgo. Las"
        " abejas mueren por los plaguicidas, según los apicultores.",
    ),
    Article(
        "La miel mexicana busca mercados",
        "La miel de las abejas de Yucatán se vende en Europa. Los apicultores piden apoyo para sus"
        " colmenas después de la sequía y que se prohíban los plaguicidas.",
    ),
    Article(
        "Prohíben plaguicidas que matan a las abejas",
        "La secretaría prohibió los plaguicidas que matan a las abejas. Los apicultores dijeron"
        " que sus colmenas y la polinización lo necesitan.",
    ),
)

words = st.lists(st.sampled_from("honeybee hive the orchard Ada Morrow said tax año 12".split()))
texts = st.one_of(st.text(max_size=200), words.map(" ".join))
articles = st.builds(Article, texts, texts)


def test_what_several_articles_say_far_more_often_than_news_is_strongest() -> None:
    terms = learn_profile("bees", BEES, BACKGROUND).profile.terms

    strongest = set(list(terms)[:5])
    assert strongest == {"honeybee", "pollination", "beekeepers", "hives", "orchards"}
    assert max(terms.values()) == 3.0


def test_what_news_of_any_subject_says_is_no_term() -> None:
    terms = learn_profile("bees", BEES, BACKGROUND).profile.terms

    assert terms.keys() & {"the", "said", "monday", "reporters", "government"} == set()


def test_spanish_articles_make_a_profile_without_small_words() -> None:
    learned = learn_profile("abejas", ABEJAS, BACKGROUND)

    terms = list(learned.profile.terms)
    assert {"apicultores", "colmenas", "abejas", "plaguicidas"} <= set(terms[:6])
    assert learned.profile.terms.keys() & {"los", "las", "dijo", "lunes", "para"} == set()
    assert learned.warnings == ()


def test_names_stand_in_a_group_of_their_own() -> None:
    groups = {g.heading: g.terms for g in learn_profile("bees", BEES, BACKGROUND).groups}

    names = groups["people, places and other names in them"]
    assert {"ada", "morrow", "ada morrow"} <= set(names)
    assert "honeybee" not in names


def test_groups_hold_every_term_once() -> None:
    learned = learn_profile("bees", BEES, BACKGROUND)

    held = [term for group in learned.groups for term in group.terms]
    assert sorted(held) == sorted(learned.profile.terms)


def test_a_recognised_subject_adds_its_words_in_both_languages() -> None:
    learned = learn_profile(
        "fires",
        [
            Article("Wildfire nears the town", "The wildfire burned homes. Firefighters came."),
            Article("Firefighters hold the blaze", "A forest fire, a blaze, and firefighters."),
        ],
        BACKGROUND,
    )

    assert learned.subjects[0] == "wildfires"
    assert {"incendio*", "bomberos", "wildfire*"} <= learned.profile.terms.keys()


def test_where_two_of_five_things_happened_is_no_subject() -> None:
    learned = learn_profile(
        "wine",
        [
            Article("Frost burns the vines", "Vineyards of Mendoza, Argentina, lost their grapes."),
            Article("Wineries ship more bottles", "Wine of Chile sells well in Brazil and Peru."),
            Article("Bodegas pull up vines", "The cellars of Rioja hold more red wine than sells."),
            Article("Champagne houses raise prices", "A small vintage, and bottles cost more."),
            Article("Vintners pick early", "The grapes of Napa were ripe in August, vintners say."),
        ],
        BACKGROUND,
    )

    assert learned.subjects == ()
    assert learned.profile.terms.keys() & {"lula", "milei", "peru*", "chile*"} == set()
    assert learned.warnings == (
        "the articles are short; whole ones tell far better what is meant",
        "no subject of the shipped list was recognised; the terms are the articles' own",
    )


def test_a_learned_profile_finds_news_of_its_subject_and_leaves_the_rest() -> None:
    profile = learn_profile("bees", BEES, BACKGROUND).profile
    scorer = Scorer([profile], [])

    def value(title: str, summary: str) -> float:
        return scorer.score(make_entry(title=title, summary=summary))[0].value

    about = value("Beekeepers fear for the honeybee", "Pollination needs hives.")
    other = value("The senate votes on a budget", "The president said on Monday he will sign.")
    assert about >= profile.threshold
    assert other < profile.near_miss_floor


@given(st.permutations(BEES))
def test_the_order_of_the_articles_never_matters(shuffled: list[Article]) -> None:
    assert learn_profile("bees", shuffled, BACKGROUND) == learn_profile("bees", BEES, BACKGROUND)


@pytest.mark.usefixtures("unmeasured")
@settings(max_examples=60, deadline=None)
@given(st.lists(articles, max_size=4))
def test_any_text_gives_a_profile_that_can_be_scored_or_a_plain_error(
    given_articles: list[Article],
) -> None:
    try:
        profile = learn_profile("any", given_articles, BACKGROUND).profile
    except LearningError:
        return
    assert 0 < len(profile.terms) <= TERMS_MAX
    assert all(0 < weight <= 3 for weight in profile.terms.values())
    assert 0 <= Scorer([profile], []).score(make_entry())[0].value <= 1


@pytest.mark.parametrize("given_articles", [(), (Article("", ""),), (Article("!", "12 34 —"),)])
def test_nothing_to_learn_from_is_told(given_articles: tuple[Article, ...]) -> None:
    with pytest.raises(LearningError, match=r"nothing was written$"):
        learn_profile("empty", given_articles, BACKGROUND)


def test_another_language_works_and_is_told() -> None:
    articles = [
        Article("Imker verlieren Völker", "Die Imker und die Bienen: der Winter war für die"),
        Article("Bienen sterben", "Das ist nicht gut für die Imker, und die Bienen sterben."),
        Article("Der Imker und sein Honig", "Die Bienen machen den Honig, der Imker erntet."),
    ]

    learned = learn_profile("bienen", articles, BACKGROUND)

    assert {"imker", "bienen"} <= learned.profile.terms.keys()
    assert learned.warnings[0].startswith("3 of 3 articles are in neither English nor Spanish")


def test_few_articles_are_told() -> None:
    learned = learn_profile("bees", BEES[:2], BACKGROUND)

    assert "learned from 2 articles only; five tell far better what is meant" in learned.warnings


# ---------------------------------------------------------------- parties

NORTH = Party("north", "Northland", (Alias("northland*", "country"), Alias("us", "country")))
SOUTH = Party("south", "Southland", (Alias("southland*", "country"),))
BRIDGE = Party("bridge", "Both", (Alias("the great river", "place"),), is_bridge=True)
RELATION = "Northland and Southland talk. Southlanders and Northlanders trade: Northland, Southland"


def test_two_parties_are_suggested_where_most_articles_are_about_both() -> None:
    texts = [RELATION, RELATION, "Northland is cold."]

    assert suggest_parties(texts, [NORTH, SOUTH, BRIDGE]) == ("north", "south")


@pytest.mark.parametrize(
    "texts", [[], ["Northland, Northland, Northland."], [RELATION, "Bees.", "Hives."]]
)
def test_no_party_is_suggested_where_the_articles_are_about_something_else(
    texts: list[str],
) -> None:
    assert suggest_parties(texts, [NORTH, SOUTH, BRIDGE]) == ()


# ---------------------------------------------------------------- the shipped tables


def test_the_background_knows_how_often_words_are_used() -> None:
    english, spanish = BACKGROUND.usage(["en"]), BACKGROUND.usage(["es"])

    assert english.word("the") > 100 * english.word("tax") > 100 * english.word("methylmercury")
    assert spanish.word("los") > 100 * spanish.word("apicultores")
    assert english.term("immigra*") >= english.word("immigration") + english.word("immigrants")
    assert english.term("supreme court") < english.word("supreme")


def test_the_newsroom_makes_its_words_more_common() -> None:
    plain = Background(BACKGROUND.frequencies, {}, {})

    assert BACKGROUND.usage(["en"]).word("senate") == 12 * plain.usage(["en"]).word("senate")


def test_every_word_of_a_subject_is_a_term() -> None:
    for name, terms in BACKGROUND.subjects.items():
        assert len(terms) >= 5, name
        assert all(term == plain_term(term) and len(term) > 1 for term in terms), name


# ---------------------------------------------------------------- the figure


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.skipif(not TOPICS.is_dir(), reason="../shared/topics is not beside the project")
def test_unedited_profiles_of_eight_other_subjects_hold_their_precision() -> None:
    spec = importlib.util.spec_from_file_location("bench_topics", ROOT / "bench" / "topics.py")
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)

    figures = bench.measure(TOPICS)

    assert bench.mean(figures) >= 0.60
