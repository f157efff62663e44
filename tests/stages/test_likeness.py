"""What speaks for one event and what against it, as docs/ranking.md lists it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.cluster.kept_terms import KeptTerms, keep_terms
from monitor.stages.cluster.likeness import VETO, Comparison, Rarity
from monitor.stages.cluster.terms import terms_of
from tests.factories import make_entry


def likeness(
    one: str, other: str, hours: float = 0, languages: tuple[str, str] = ("es", "es")
) -> float:
    first, second = (
        keep_terms(terms_of(make_entry(title=title, language=language)))
        for title, language in zip((one, other), languages, strict=True)
    )
    return Comparison(first, Rarity()).likeness(second, hours)


HEADLINE = "Juez de Valdora ordena liberar a Quezada tras el juicio por fraude"


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        # A leader who stands in one headline only.
        (
            "Liberan a Quezada en Valdora tras el juicio por fraude",
            "Liberan a Quezada en Valdora tras el juicio por fraude: Sheinbaum",
        ),
        # A name of its own on each side.
        (
            "Juez de Valdora ordena liberar a Quezada tras juicio",
            "Juez de Valdora ordena liberar a Montiel tras juicio",
        ),
    ],
)
def test_what_only_one_headline_names_speaks_against_one_event(nearer: str, farther: str) -> None:
    assert likeness(HEADLINE, nearer) > likeness(HEADLINE, farther)


def test_a_place_of_its_own_on_each_side_speaks_against_one_event() -> None:
    one, other = "Sismo sacude Oaxaca y derriba un puente", "Sismo sacude {} y derriba dos puentes"

    assert likeness(one, other.format("Oaxaca")) > likeness(one, other.format("Chile")) + 1


def test_other_acts_speak_against_one_event() -> None:
    one = "Quezada anuncia obras en la presa de Valdora y un canal nuevo"

    assert likeness(one, "Anuncia Quezada canal y obras en la presa de Valdora") > likeness(
        one, "Suspende Quezada canal y obras en la presa de Valdora"
    )


def test_the_first_hours_tell_most() -> None:
    now, later, much_later = (likeness(HEADLINE, HEADLINE, hours) for hours in (0, 6, 12))

    assert now - later > later - much_later > 0


def test_other_numbers_of_one_thing_are_never_one_event() -> None:
    assert likeness("Duodécima ronda del jitomate", "Decimotercera ronda del jitomate") == VETO


@pytest.mark.parametrize(("one", "other"), [("", ""), ("", HEADLINE), (HEADLINE, "")])
def test_nothing_in_common_is_two_events(one: str, other: str) -> None:
    assert VETO <= likeness(one, other) < 0


def test_likeness_is_the_same_from_either_side() -> None:
    other = "Liberan a Quezada en Valdora: Sheinbaum pide revisar el juicio"

    assert likeness(HEADLINE, other, 5) == pytest.approx(likeness(other, HEADLINE, 5))


_SAID = st.lists(
    st.sampled_from(
        "Sheinbaum Trump México Chile Oaxaca Valdora Quezada Montiel anuncia rechaza aprueba cae"
        " sube jitomate puente presa ronda 12 31% tariffs bridge rises falls Duodécima zzyx".split()
    ),
    max_size=9,
).map(" ".join)
_ENTRIES = st.tuples(_SAID, _SAID, st.sampled_from(("en", "es"))).map(
    lambda said: keep_terms(
        terms_of(make_entry(title=said[0], summary=said[1], language=said[2])),
    )
)


@given(_ENTRIES, _ENTRIES, st.lists(_ENTRIES, max_size=4), st.floats(0, 72))
def test_nothing_is_more_alike_than_it_can_be_at_most(
    one: KeptTerms, other: KeptTerms, read: list[KeptTerms], hours: float
) -> None:
    rarity = Rarity()
    for terms in (one, other, *read):
        rarity.add(terms.signs)
    comparison = Comparison(one, rarity)

    assert comparison.likeness(other, hours) <= comparison.at_most(other, hours)
