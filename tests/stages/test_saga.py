"""Stories of one saga stand under the first of them, and those of another do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import DigestSettings
from monitor.model import Digest, Story
from monitor.stages.choose import choose_stories
from tests.factories import NOON, make_profile, make_receipt, make_slot, make_story

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


def choose(candidates: list[Story], *, length: int = 20, related: int = 8) -> Digest:
    return choose_stories(
        candidates,
        name="morning",
        slot=make_slot(),
        settings=DigestSettings(length=length, outlet_share=99, related=related),
        profiles=[make_profile()],
        receipt=make_receipt(),
        issued_at=NOON + timedelta(hours=1),
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


def test_a_lead_whose_headline_says_nothing_is_of_no_saga() -> None:
    bare, full = stories(("en", "Mexico"), ("en", "Senate tribunal hears of tariff on steel"))
    (told,) = stories(("en", "Tribunal suspends tariff on steel from Canada"))
    bare = replace(bare, entries=(*bare.entries, *told.entries))

    assert layout(choose([bare, full])) == {1: [], 2: []}
