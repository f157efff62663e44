"""What people see of a digest before it is issued, and why entries stand together."""

from __future__ import annotations

import pytest

from monitor.model import Omission, OmitReason, Story
from monitor.pipeline.digests.upcoming import (
    Sight,
    chosen_in,
    left_out_of,
    outlets_of,
    shared_words,
)
from tests.factories import make_digest, make_entry, make_profile, make_section, make_story

ONE = make_story(1, outlet="A", language="en")
TWO = make_story(2, outlet="B", language="es", profile="energy")
THREE = make_story(3, outlet="C", language="es")
DIGEST = make_digest(
    make_section(ONE),
    make_section(TWO, profile=make_profile("energy")),
    omissions=(Omission(THREE, OmitReason.NO_ROOM), Omission(TWO, OmitReason.LET_GO)),
)


@pytest.mark.parametrize(
    ("sight", "chosen", "left_out"),
    [
        (Sight(), [ONE, TWO], [THREE, TWO]),
        (Sight(profile="trade"), [ONE], [THREE]),
        (Sight(outlet="C"), [], [THREE]),
        (Sight(language="es"), [TWO], [THREE, TWO]),
        (Sight(language="es", profile="energy"), [TWO], [TWO]),
        (Sight(outlet="A", language="es"), [], []),
    ],
)
def test_stories_are_looked_at_by_profile_outlet_and_language(
    sight: Sight, chosen: list[Story], left_out: list[Story]
) -> None:
    assert [story for _, story in chosen_in(DIGEST, sight)] == chosen
    found = left_out_of(DIGEST, sight)
    assert [omission.story for each in found.values() for omission in each] == left_out


def test_the_outlets_of_a_digest_are_those_that_report_its_stories() -> None:
    assert outlets_of(DIGEST) == ["A", "B", "C"]
    assert outlets_of(DIGEST, limit=2) == ["A", "B"]


def test_what_two_reports_share_is_told_in_the_words_of_each_language() -> None:
    english = make_entry("a", title="Sheinbaum rejects tariffs on steel", language="en")
    spanish = make_entry("b", title="Sheinbaum rechaza aranceles al acero", language="es")

    assert {"sheinbaum", "tariffs"} <= set(shared_words(english, [spanish]))
    assert {"sheinbaum", "aranceles"} <= set(shared_words(spanish, [english]))
    assert shared_words(english, [make_entry("c", title="Un juego de ajedrez")]) == ()
