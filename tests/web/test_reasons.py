"""Reasons are said in the reader's language."""

from __future__ import annotations

import pytest

from monitor.model import Alias, Party, TopicProfile
from monitor.stages.score import Scorer
from monitor.web.reasons import say_reason
from monitor.web.rendering import labels
from tests.factories import make_entry


@pytest.mark.parametrize(
    ("label", "spanish"),
    [
        ("to begin with", "para empezar"),
        ("theme: tariff*", "tema: tariff*"),
        ("against: cup", "en contra: cup"),
        ("verdicts: cup", "veredictos: cup"),
        ("less of United States", "menos de Estados Unidos"),
        ("nothing of the theme", "nada del tema"),
        ("verdicts on other entries", "veredictos sobre otras entradas"),
        ("nothing of Mexico", "nada de México"),
        ("Mexico: Sheinbaum", "México: Sheinbaum"),
        ("Elsewhere: Canada", "Otros países: Canada"),
        ("Aland: Ana: the queen", "Aland: Ana: the queen"),
    ],
)
def test_a_reason_is_said_in_spanish(label: str, spanish: str) -> None:
    assert say_reason(label, labels("es")) == spanish


def test_every_label_that_scoring_gives_reads_the_same_in_english() -> None:
    sides = (Party("a", "A", (Alias("aland", "country"),)), Party("b", "B", (Alias("bland", "x"),)))
    profiles = (
        TopicProfile("p", "P", "", 0.5, {"tax": 2.0}, {"cup": 1.0}, ("a", "b"), offset=0.2),
        TopicProfile("q", "Q", "", 0.5, {"tax": 2.0}, parties=("a",), learned={"fish": 1.0}),
    )
    scorer = Scorer(profiles, sides)
    said = {
        reason.term
        for title in ("Aland tax", "Aland bland cup", "Fish tax", "Aland")
        for score in scorer.score(make_entry(title=title))
        for reason in score.reasons
    }

    assert {label: say_reason(label, labels("en")) for label in said} == {x: x for x in said}
    assert len(said) >= 8
