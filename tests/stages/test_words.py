"""The word tables and what texts are read as: one sign for one thing, in both languages."""

from __future__ import annotations

import pytest

from monitor.stages.cluster.lexicon import kin
from monitor.stages.cluster.tokens import tokens_of
from monitor.stages.cluster.words import ACTS, MATTERS, NAME_TABLES, SMALL, THING_TABLES
from monitor.text import fold

TABLES = (ACTS, MATTERS, *THING_TABLES, *NAME_TABLES)


def signs(text: str, language: str) -> list[str]:
    return [token.sign for token in tokens_of(text, language)]


def test_every_line_of_a_table_has_a_name_and_two_sides() -> None:
    broken = [
        line
        for table in TABLES
        for line in table.replace("\n", " ").strip().strip(";").split(";")
        if line.count("|") != 1 or not line.partition(":")[0].strip().isidentifier()
    ]

    assert [line for line in broken if not line.strip()[0].isdigit()] == []


def test_tables_are_folded_and_a_prefix_ends_its_word() -> None:
    words = {
        word
        for table in (*TABLES, " ".join(SMALL))
        for word in table.replace(",", " ").replace(";", " ").split()
    }

    assert sorted(word for word in words if fold(word) != word) == []
    assert sorted(word for word in words if "*" in word[:-1]) == []


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("Londres", "London"),
        ("Alemania", "Germany"),
        ("los neoyorquinos", "New Yorkers"),
        ("Carolina del Norte", "North Carolina"),
        ("los suizos", "the Swiss"),
        ("la ONU", "the UN"),
        ("la OTAN", "NATO"),
        ("el FMI", "the International Monetary Fund"),
        ("la Corte Suprema", "the Supreme Court"),
        ("el CJNG", "the Jalisco New Generation Cartel"),
        ("incendios forestales", "wildfires"),
        ("en enero", "in January"),
        ("20,000 mdd", "$20 billion"),
        ("20 mil millones", "$20B"),
        ("500 mil", "500,000"),
        ("7,4", "7 . 4"),
        ("treinta", "30"),
    ],
)
def test_one_thing_is_one_sign_in_both_languages(spanish: str, english: str) -> None:
    known = set(signs(spanish, "es")) & set(signs(english, "en"))

    assert len(known) >= 1


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("help us all", "en", ["support"]),
        ("the US", "en", ["usa"]),
        ("who knows ICE", "en", ["ice"]),
        ("huevo con pan", "es", ["egg", kin("pan")]),
        ("el PAN", "es", ["pan"]),
    ],
)
def test_a_short_name_that_is_a_word_counts_only_in_capitals(
    text: str, language: str, expected: list[str]
) -> None:
    assert signs(text, language) == expected


def test_what_follows_a_hundred_words_is_never_read() -> None:
    assert len(signs("arancel " * 100_000, "es")) == 120
