"""Stories of one saga stand under the first of them, and those of another do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import DigestSettings
from monitor.model import Digest, Earlier, Shown, Story
from monitor.stages.choose import choose_stories
from monitor.stages.choose.saga import Sagas
from tests.factories import NOON, make_entry, make_profile, make_receipt, make_slot, make_story

# A saga of one trial and one of one flood, in both languages, among other news.
TRIAL = (
    ("en", "Judge sets date for the trial of banker Ruben Castañeda"),
    ("es", "Abogados de Rubén Castañeda piden aplazar el juicio"),
    ("en", "Witness in the Castañeda trial found in Lisbon"),
)
FLOOD = (
    ("es", "Inundación en Valle Hondo deja tres mil casas sin luz"),
    ("en", "Governor visits Valle Hondo after the flood"),
)
OTHERS = (
    ("en", "Museum buys a rare map of the harbor"),
    ("es", "Sube el precio del limón por la sequía"),
    ("en", "Airline orders forty new planes"),
    ("es", "Una maestra gana el premio de ciencia"),
)


def stories(*headlines: tuple[str, str], best: float = 0.99) -> list[Story]:
    """Return as many stories, each a little weaker than the one before."""
    return [
        make_story(number, value=best - number / 200, title=title, language=language, feed=number)
        for number, (language, title) in enumerate(headlines, start=1)
    ]


def choose(
    candidates: list[Story], *, length: int = 20, related: int = 8, shown: Sequence[Shown] = ()
) -> Digest:
    return choose_stories(
        candidates,
        name="morning",
        slot=make_slot(),
        settings=DigestSettings(length=length, outlet_share=99, related=related),
        profiles=[make_profile()],
        receipt=make_receipt(),
        issued_at=NOON + timedelta(hours=1),
        shown=shown,
    )


def layout(digest: Digest) -> dict[int, list[int]]:
    """Return by each story that stands by itself those that are told under it."""
    found: dict[int, list[int]] = {s.number: [] for s in digest.stories if s.under is None}
    for story in digest.stories:
        if story.under is not None:
            found[story.under].append(story.number)
    return found


def test_stories_of_a_saga_stand_under_the_best_of_them() -> None:
    digest = choose(stories(*TRIAL, *FLOOD, *OTHERS))

    assert layout(digest) == {1: [2, 3], 4: [5], 6: [], 7: [], 8: [], 9: []}
    # What is told under a story follows it at once.
    assert [story.number for story in digest.stories] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_what_stands_under_another_takes_no_room_and_is_no_omission() -> None:
    digest = choose(stories(*TRIAL, *OTHERS), length=3)

    assert layout(digest) == {1: [2, 3], 4: [], 5: []}
    assert [omission.story.number for omission in digest.omissions] == [6, 7]


def test_a_story_without_room_goes_under_one_of_its_saga_that_has_some() -> None:
    digest = choose(stories(*OTHERS, TRIAL[0], TRIAL[1]), length=5)

    assert layout(digest) == {1: [], 2: [], 3: [], 4: [], 5: [6]}


@pytest.mark.parametrize(
    ("related", "expected"), [(0, {1: [], 2: [], 3: []}), (1, {1: [2], 3: []})]
)
def test_the_setting_says_how_many(related: int, expected: dict[int, list[int]]) -> None:
    assert layout(choose(stories(*TRIAL), related=related)) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Actors that are everywhere, and what they do, are no theme.
        (("es", "Sheinbaum anuncia una visita a Texas"), ("es", "Sheinbaum anuncia un hospital")),
        (("en", "Minister rejects the report"), ("es", "Rechaza el alcalde la propuesta")),
    ],
)
def test_actors_and_acts_alone_are_no_saga(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert layout(choose(stories(one, other, *OTHERS))) == {n: [] for n in range(1, 7)}


@given(st.permutations(range(9)))
def test_the_order_of_the_candidates_never_matters(order: list[int]) -> None:
    candidates = stories(*TRIAL, *FLOOD, *OTHERS)

    assert layout(choose([candidates[at] for at in order])) == layout(choose(candidates))


@given(st.lists(st.sampled_from((*TRIAL, *FLOOD, *OTHERS)), max_size=14), st.integers(1, 6))
def test_each_story_is_once_chosen_or_omitted(
    headlines: list[tuple[str, str]], length: int
) -> None:
    digest = choose(stories(*headlines), length=length)

    told = [s.number for s in digest.stories] + [o.story.number for o in digest.omissions]
    assert sorted(told) == list(range(1, len(headlines) + 1))
    assert sum(story.under is None for story in digest.stories) <= length
    firsts = {story.number for story in digest.stories if story.under is None}
    assert {story.under for story in digest.stories} - {None} <= firsts


def test_a_lead_whose_headline_says_nothing_goes_by_its_other_reports() -> None:
    bare, full = stories(("en", "Mexico"), ("en", "Senate tribunal hears of tariff on steel"))
    (told,) = stories(("en", "Tribunal suspends tariff on steel from Canada"))

    assert layout(choose([bare, full])) == {1: [], 2: []}
    bare = replace(bare, entries=(*bare.entries, *told.entries))
    assert layout(choose([bare, full])) == {1: [2]}


def test_headlines_of_one_word_are_of_no_saga() -> None:
    assert layout(choose(stories(("en", "Sugar"), ("en", "Sugar 2"), ("es", "El azúcar")))) == {
        1: [],
        2: [],
        3: [],
    }


# ---------------------------------------------------------------- one subject is enough

ONE_AFFAIR = (
    # One language, another language, both; some share a single rare subject.
    (
        ("es", "Volcán Tequila lanza ceniza sobre tres pueblos"),
        ("es", "Ceniza cierra el aeropuerto"),
    ),
    (
        ("en", "Shipyard of Marlow votes to strike"),
        ("en", "Second ferry is stuck at Marlow shipyard"),
    ),
    (("es", "Brote de sarampión llega a Tabasco"), ("en", "Measles outbreak closes two schools")),
    (
        ("en", "Bakers run out of sugar before the feast"),
        ("es", "Cosecha de azúcar cae a la mitad"),
    ),
    (
        ("en", "Tenor Aldo Brizzi loses his voice in Lima"),
        ("es", "Teatro devuelve el dinero por Brizzi"),
    ),
)
TWO_AFFAIRS = (
    (
        ("es", "Alcalde inaugura un puente en Colima"),
        ("es", "Alcalde anuncia recortes en el alumbrado"),
    ),
    (("en", "Two die on a mountain road"), ("en", "Two banks merge after a year of talks")),
    (("en", "Sheinbaum visits a school in Puebla"), ("es", "Sheinbaum visita Puebla por el tren")),
    (("en", "Texas sues a maker of toys"), ("es", "Texas recibe a los astronautas")),
)


@pytest.mark.parametrize(("one", "other"), ONE_AFFAIR)
def test_a_rare_subject_in_common_is_enough(one: tuple[str, str], other: tuple[str, str]) -> None:
    expected = {1: [2], **{number: [] for number in range(3, 7)}}

    assert layout(choose(stories(one, other, *OTHERS))) == expected
    assert layout(choose(stories(other, one, *OTHERS))) == expected  # whichever is the better


@pytest.mark.parametrize(("one", "other"), TWO_AFFAIRS)
def test_who_acts_and_where_is_not(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert layout(choose(stories(one, other, *OTHERS))) == {n: [] for n in range(1, 7)}


def test_a_town_is_not_the_one_whose_name_ends_as_its_own() -> None:
    bridge = ("en", "Laredo breaks ground on second span of trade bridge")
    arrest = ("es", "Detienen en Nuevo Laredo a dos con armas compradas en Texas")

    assert layout(choose(stories(bridge, arrest, *OTHERS))) == {i: [] for i in range(1, 7)}


def test_the_affairs_of_one_issue_stay_apart() -> None:
    headlines = [headline for pair in ONE_AFFAIR for headline in pair]

    firsts = {number: [number + 1] for number in range(1, 2 * len(ONE_AFFAIR), 2)}
    assert layout(choose(stories(*headlines))) == firsts


# ---------------------------------------------------------------- what was told lately


def told(number: int, *headlines: str) -> Shown:
    entries = tuple(
        make_entry(f"t{number}.{n}", feed=n, title=title) for n, title in enumerate(headlines)
    )
    day = (NOON - timedelta(days=3)).date()
    return Shown(number, day, Earlier(day, NOON - timedelta(days=3), headlines[0], entries))


LATELY = (
    told(91, "Pilot Oreste Quiroga leaves prison in Lugano"),
    told(92, "Bank of Lugano says that Quiroga owes it a fortune"),
    told(93, "Quiroga is flown from Lugano to Lima"),
    told(90, "Quiroga's bank in Lugano closes its doors"),
    told(94, "Frost ruins the harvest of apricots"),
    told(95, "Museum in Bergen lends its ship"),
    told(96, "Chess champion stumbles in Riga"),
    told(97, "Tunnel under the strait is delayed"),
    told(98, "Orchestra tours the islands by ferry"),
    told(99, "Wolves return to the valley"),
)
ONE_NAME = (
    ("en", "Judge hears Quiroga for nine hours"),
    ("en", "Prison in Lugano opens its files"),
)


def test_what_went_together_lately_brings_stories_together() -> None:
    candidates = stories(*ONE_NAME, *OTHERS)

    assert layout(choose(candidates))[1] == []
    assert layout(choose(candidates, shown=LATELY))[1] == [2]


@given(st.permutations(LATELY))
def test_the_order_of_what_was_told_never_matters(shown: list[Shown]) -> None:
    candidates = stories(*TRIAL, *ONE_NAME, *OTHERS)

    assert layout(choose(candidates, shown=shown)) == layout(choose(candidates, shown=LATELY))


# ---------------------------------------------------------------- laws

headlines = st.lists(
    st.sampled_from((*TRIAL, *FLOOD, *OTHERS, *(each for pair in ONE_AFFAIR for each in pair))),
    max_size=16,
)


@given(headlines, st.integers(1, 5))
def test_every_story_is_of_one_saga_and_none_is_too_large(
    chosen: list[tuple[str, str]], most: int
) -> None:
    made = stories(*chosen)
    sagas = Sagas(made, (), most=most)
    for story in made:
        sagas.add(story.number)
    firsts = [sagas.first_of(story.number) for story in made]

    assert all(first is not None for first in firsts)
    assert {sagas.first_of(first) for first in firsts if first} == set(firsts)
    assert max(Counter(firsts).values(), default=0) <= most


@given(headlines)
def test_a_story_that_says_what_no_other_does_stands_alone(chosen: list[tuple[str, str]]) -> None:
    groups = layout(choose(stories(*chosen, ("en", "Wombats quarrel over a violin"))))

    assert groups[len(chosen) + 1] == []


WITHOUT_SUBJECT = "Sheinbaum Trump Mexico Texas says rejects visits arrests signs 12 Puebla".split()


@given(
    st.lists(
        st.lists(st.sampled_from(WITHOUT_SUBJECT), min_size=1, max_size=6).map(" ".join),
        max_size=10,
    )
)
def test_who_where_what_was_done_and_numbers_make_no_saga(titles: list[str]) -> None:
    groups = layout(choose(stories(*(("en", title) for title in titles)), related=16))

    assert groups == {number: [] for number in range(1, len(titles) + 1)}


# What a desk asked for is in every headline, and makes no saga of them.
NARROW = {
    "lithium": (
        ("en", "Lithium prices fall to a two-year low"),
        ("en", "Chile picks partners for its lithium ponds"),
        ("en", "Battery maker runs short of lithium"),
        ("en", "Villagers block the road to a lithium mine"),
        ("es", "El litio sube en la bolsa de Shanghái"),
        ("es", "Científicas extraen litio de agua salada"),
        ("en", "New tax on lithium exports is delayed"),
        ("es", "Bolivia firma un contrato de litio con Rusia"),
    ),
    "tariffs": (
        ("en", "Tariffs on tomatoes raise prices in Ohio"),
        ("en", "Court hears challenge to steel tariffs"),
        ("es", "Aranceles al calzado chino entran en vigor"),
        ("en", "Farmers fear tariffs on corn"),
        ("es", "Bajan los aranceles a los autos eléctricos"),
        ("en", "Brazil answers with tariffs of its own"),
        ("es", "Cerveceros piden quitar el arancel al aluminio"),
    ),
}


@pytest.mark.parametrize("subject", NARROW)
def test_what_a_narrow_desk_asks_for_makes_no_saga(subject: str) -> None:
    candidates = stories(*NARROW[subject])

    assert layout(choose(candidates)) == {story.number: [] for story in candidates}
