"""The scorer: what counts, what does not, and that every score explains itself."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Alias, Entry, EntryKey, Party, Score, TopicProfile
from monitor.stages.score import Scorer, squash

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)

MEXICO = Party(
    "mexico",
    "Mexico",
    (
        Alias("mexico", "country"),
        Alias("mexican*", "country"),
        Alias("ciudad de mexico", "place", 0.4),
        Alias("sheinbaum", "person"),
        Alias("peña nieto", "person", 1.0, 2010, 2018),
        Alias("año nuevo", "place"),
    ),
    ("new mexico", "gulf of mexico", "estado de mexico"),
)
STATES = Party(
    "united-states",
    "United States",
    (
        Alias("United States", "country"),
        Alias("US", "country", language="en"),
        Alias("U.S.", "country"),
        Alias("EU", "country", language="es"),
        Alias("ee.uu.", "country"),
        Alias("ICE", "institution"),
        Alias("CIA", "institution"),
        Alias("trump", "person"),
        Alias("new mexico", "place", 0.5),
    ),
)
BRIDGE = Party("bridge", "Both", (Alias("t-mec", "law"), Alias("usmca", "law")), is_bridge=True)
PARTIES = (MEXICO, STATES, BRIDGE)

TRADE = TopicProfile(
    "trade",
    "Trade",
    "",
    0.5,
    {"tariff*": 2.0, "arancel*": 2.0, "trade": 1.0, "universal": 2.0},
    {"football": 1.0},
    ("mexico", "united-states"),
)
SCORER = Scorer([TRADE], PARTIES)


def entry(title: str, summary: str = "", **changes: object) -> Entry:
    plain = Entry(
        EntryKey(1, "1"), "Sample Wire", "https://e.example/1", title, summary, NOON, NOON
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def score(title: str, summary: str = "", scorer: Scorer = SCORER, **changes: object) -> Score:
    return scorer.score(entry(title, summary, **changes))[0]


def terms(title: str, summary: str = "", scorer: Scorer = SCORER, **changes: object) -> set[str]:
    """Return what was found, by its reasons."""
    reasons = score(title, summary, scorer, **changes).reasons
    return {reason.term for reason in reasons if reason.field}


# ---------------------------------------------------------------- what the parties bring


def test_both_parties_and_a_theme_score_over_one_party_and_a_theme() -> None:
    both = score("Mexico answers Trump with tariffs").value
    one = score("Trump announces tariffs").value
    neither = score("Brazil announces tariffs").value

    assert both > 0.5
    assert one == pytest.approx(neither)
    assert one < 0.1


def test_a_bridge_term_is_evidence_of_both_parties() -> None:
    found = score("Ministers sign the T-MEC").value

    assert found > score("Ministers sign in Mexico").value
    assert "both: T-MEC" in terms("Ministers sign the T-MEC")


def test_a_profile_of_one_party_needs_that_party_only() -> None:
    scorer = Scorer([replace(TRADE, parties=("mexico",))], PARTIES)

    assert score("Mexico lowers tariffs on trade", scorer=scorer).value > 0.5
    assert score("Brazil lowers tariffs on trade", scorer=scorer).value < 0.2
    assert score("Mexico wins", scorer=scorer).value < 0.2


def test_a_profile_without_parties_needs_its_theme_only() -> None:
    scorer = Scorer([replace(TRADE, parties=())], PARTIES)

    assert score("Brazil lowers tariffs on trade", scorer=scorer).value > 0.5
    assert score("Brazil wins", scorer=scorer).value < 0.2


def test_the_title_counts_more_than_the_summary() -> None:
    assert score("Mexico and Trump", "x").value > score("x", "Mexico and Trump").value


def test_ten_mentions_are_not_ten_times_one() -> None:
    once = score("Trump", "Mexico")
    often = score("Trump", "Mexico " * 10)

    assert often.value < once.value + 0.2


def test_an_alias_counts_only_while_its_bearer_matters() -> None:
    then, now = datetime(2016, 8, 31, tzinfo=UTC), NOON

    assert "Mexico: Peña Nieto" in terms("Peña Nieto y Trump", published_at=then)
    assert "Mexico: Peña Nieto" not in terms("Peña Nieto y Trump", published_at=now)
    assert "Mexico: Peña Nieto" in terms("Peña Nieto y Trump", published_at=None, seen_at=then)


# ---------------------------------------------------------------- traps


def test_the_longest_phrase_speaks_alone() -> None:
    assert terms("Ciudad de México") == {"Mexico: Ciudad de Mexico"}


def test_new_mexico_is_a_place_of_the_united_states_and_no_mexico() -> None:
    assert terms("Fires in New Mexico") == {"United States: New Mexico"}


@pytest.mark.parametrize("title", ["Oil in the Gulf of Mexico", "Policía del Estado de México"])
def test_a_phrase_that_only_holds_an_alias_is_no_evidence(title: str) -> None:
    assert terms(title) == set()


def test_n_tilde_is_a_letter_of_its_own() -> None:
    assert "Mexico: Año Nuevo" in terms("Feliz Año Nuevo")
    assert terms("el ano nuevo") == set()


def test_an_alias_is_found_at_word_boundaries_only() -> None:
    assert terms("Trumpet players meet in Mexicooo") == set()


@pytest.mark.parametrize("written", ["EE. UU.", "EE.UU.", "EE UU", "ee. uu."])
def test_the_dots_of_ee_uu_do_not_matter(written: str) -> None:
    assert terms(f"Acuerdo con {written} sobre agua") == {"United States: EE.UU."}


@pytest.mark.parametrize("written", ["U.S.", "U. S.", "U . S ."])
def test_the_dots_of_u_s_do_not_matter(written: str) -> None:
    assert terms(f"The {written} visa") == {"United States: U.S."}


def test_us_is_a_country_in_capitals_only() -> None:
    assert terms("The US and others") == {"United States: US"}
    assert terms("They told us of the plan") == set()
    assert terms("WHAT THEY TELL US OF THE PLAN") == set()


@pytest.mark.parametrize("money", ["US$20 billion", "US $20 billion", "US$ 20 billion"])
def test_us_before_an_amount_is_money(money: str) -> None:
    assert terms(f"The firm raised {money} for the plan") == set()


def test_spanish_eu_is_the_united_states() -> None:
    assert terms("EU pide extraditar a dos detenidos de la red") == {"United States: EU"}


def test_english_eu_is_not() -> None:
    assert terms("The EU wants rules for the banks and the firms") == set()


def test_spanish_eu_is_the_european_union_where_the_text_is_about_it() -> None:
    assert terms("La Unión Europea (EU) multa a la empresa por los datos") == set()


def test_spanish_eu_beside_ue_is_the_united_states_again() -> None:
    assert terms("La UE y EU firman en Bruselas el pacto de datos") == {"United States: EU"}


def test_a_headline_without_small_words_is_spanish_by_its_accents() -> None:
    assert terms("EU acelerará extradición") == {"United States: EU"}
    assert terms("EU plans extradition") == set()


def test_cia_is_no_company() -> None:
    assert terms("La CIA y el director de la agencia") == {"United States: CIA"}
    assert terms("La compañía García y Cía. cumple cien años") == set()
    assert terms("García y cia. cumple cien años") == set()


def test_ice_is_an_agency_in_capitals_only() -> None:
    assert terms("ICE agents at the gate") == {"United States: ICE"}
    assert terms("Ice on the lake is thin") == set()


# ---------------------------------------------------------------- the outlet's own name


def test_the_outlet_at_the_end_of_a_headline_is_no_evidence() -> None:
    assert terms("Tormenta en la costa - Noticias de México") == set()
    assert terms("Tormenta en la costa | México Diario") == set()


def test_the_outlet_is_no_evidence_in_the_summary_either() -> None:
    found = terms("Tormenta - Noticias de México", "Tormenta Noticias de México")

    assert found == set()


def test_the_outlet_of_the_entry_is_no_evidence_anywhere() -> None:
    summary = "La publicación apareció primero en Noticias de México."

    assert terms("Tormenta", summary, outlet="Noticias de México") == set()


def test_el_universal_is_not_universal() -> None:
    assert terms("Novela premiada - El Universal") == set()
    assert terms("Renta universal") == {"theme: universal"}


def test_a_clause_after_a_dash_is_not_an_outlet() -> None:
    assert "Mexico: Mexico" in terms("Trump sends a letter - and waits for what Mexico will say")


# ---------------------------------------------------------------- reasons and values


def test_reasons_come_strongest_first_and_name_their_field() -> None:
    found = score("Mexico and Trump", "on tariffs and football")

    points = [abs(reason.points) for reason in found.reasons]
    assert points == sorted(points, reverse=True)
    fields = {reason.term: reason.field for reason in found.reasons if reason.field}
    assert fields == {
        "Mexico: Mexico": "title",
        "United States: Trump": "title",
        "theme: tariff*": "summary",
        "against: football": "summary",
    }


def test_an_entry_that_says_nothing_has_reasons_too() -> None:
    found = score("", "")

    assert found.value < 0.1
    assert all(reason.points < 0 for reason in found.reasons)
    assert found.reasons


def test_the_profile_that_clears_its_threshold_best_comes_first() -> None:
    picky = replace(TRADE, name="picky", threshold=0.9)

    scores = Scorer([picky, TRADE], PARTIES).score(entry("Mexico and Trump on tariffs"))

    assert [one.profile for one in scores] == ["trade", "picky"]


def test_a_pickled_scorer_scores_the_same() -> None:
    item = entry("Mexico answers Trump with tariffs", "EU México")

    assert pickle.loads(pickle.dumps(SCORER)).score(item) == SCORER.score(item)


# ---------------------------------------------------------------- laws

CHUNKS = st.sampled_from(
    [
        *"México mexico Mexican US us EU EE. UU. U.S. ICE Trump tariffs arancel T-MEC".split(),
        *"football New Mexico gulf of - | $ US$ año ano e\u0301 ß ½ ﷺ İ العربية עברית".split(),
        *["🇲🇽", "🚨", "\ud800", "\x00", "\x1f", "\u202e"],
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(CHUNKS, max_size=20).map(" ".join))


@given(TEXTS, TEXTS, TEXTS)
def test_any_text_scores_in_0_to_1_and_its_reasons_add_up(t: str, s: str, outlet: str) -> None:
    for found in SCORER.score(entry(t, s, outlet=outlet)):
        total = sum(reason.points for reason in found.reasons)
        assert 0 <= found.value <= 1
        assert abs(squash(total) - found.value) < 1e-9
        if 1e-6 < found.value < 1 - 1e-6:
            assert abs(total - log(found.value / (1 - found.value))) < 1e-6


@given(TEXTS, TEXTS, CHUNKS, st.floats(0, 5))
def test_an_against_term_never_raises_a_score(t: str, s: str, term: str, weight: float) -> None:
    stricter = replace(TRADE, against={term: weight, **TRADE.against})

    after = score(t, s, Scorer([stricter], PARTIES)).value

    assert after <= score(t, s).value + 1e-12


@given(TEXTS, TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_aliases_and_terms_never_matters(t: str, s: str, random: object) -> None:
    shuffled = Scorer(
        [replace(TRADE, terms=_shuffled_map(TRADE.terms, random))],
        [replace(party, aliases=_shuffled(party.aliases, random)) for party in PARTIES],
    )

    assert shuffled.score(entry(t, s)) == SCORER.score(entry(t, s))


def _shuffled(items: Iterable[Alias], random: object) -> tuple[Alias, ...]:
    items = list(items)
    random.shuffle(items)  # type: ignore[attr-defined]
    return tuple(items)


def _shuffled_map(items: Mapping[str, float], random: object) -> dict[str, float]:
    pairs = list(items.items())
    random.shuffle(pairs)  # type: ignore[attr-defined]
    return dict(pairs)


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    "text",
    ["", "a" * 1_000_000, "México " * 150_000, "\ud800\udfff", "مرحبا بالعالم", "🇲🇽" * 1000],
    ids=["empty", "one long word", "many words", "lone surrogates", "right to left", "emoji"],
)
def test_no_text_is_too_odd_to_score(text: str) -> None:
    found = score(text, text)

    assert 0 <= found.value <= 1


def test_a_weight_of_0_says_nothing() -> None:
    silent = replace(STATES, aliases=(Alias("trump", "person", 0.0),))
    scorer = Scorer([replace(TRADE, terms={"tariff*": 0.0})], [MEXICO, silent, BRIDGE])

    found = score("Trump on tariffs and Mexico", scorer=scorer)

    assert {reason.term for reason in found.reasons if reason.points} == {
        "to begin with",
        "Mexico: Mexico",
        "nothing of United States",
    }


def test_a_third_party_takes_a_little_from_a_relation_only() -> None:
    third = Party("third", "Elsewhere", (Alias("ukraine", "country"),))
    country = replace(TRADE, name="country", parties=("mexico",))
    scorer = Scorer([TRADE, country], [*PARTIES, third])
    text = "Mexico, Trump and Ukraine on tariffs and trade"

    by_profile = {one.profile: one for one in scorer.score(entry(text))}

    lost = [one.points for one in by_profile["trade"].reasons if "Ukraine" in one.term]
    assert -2 < lost[0] < 0
    assert [one for one in by_profile["country"].reasons if "Ukraine" in one.term] == []


def test_a_party_that_is_not_known_leaves_the_other_to_the_theme() -> None:
    scorer = Scorer([replace(TRADE, parties=("mexico", "atlantis"))], PARTIES)

    assert score("Mexico lowers tariffs on trade", scorer=scorer).value > 0.5


def test_a_term_without_a_letter_is_never_found() -> None:
    scorer = Scorer([replace(TRADE, terms={"***": 1.0, "": 1.0})], PARTIES)

    assert terms("*** and so on", scorer=scorer) == set()
