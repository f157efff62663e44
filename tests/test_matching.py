"""How text is read before names are looked for in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import fold
from monitor.text.matching import Phrasebook, pattern, read

# Letters that both ways of reading know, and what stands between words.
ORDINARY = st.text("abcXYZ áéíóúüñÑÁ çèöž 0123456789 .,;:-–—¿?¡!«»“”'’\"()/@#&%$ \t\n", max_size=60)


@pytest.mark.parametrize("text", ["EE. UU.", "EE.UU.", "ee uu", "(EE UU)", "«EE.UU.»"])
def test_dots_and_spaces_do_not_matter(text: str) -> None:
    assert read(text).folded == " ee uu "


def test_words_are_kept_as_written_beside_the_folded_ones() -> None:
    reading = read("México’s US-led PACT")

    assert reading.folded == " mexico s us led pact "
    assert reading.written == " México s US led PACT "
    assert reading.written_at(reading.folded.find(" us led"), " us led") == ["US", "led"]


def test_words_as_written_are_found_where_lengths_differ_too() -> None:
    reading = read("Straße 日本 Ⅷ US law")

    assert len(reading.folded) != len(reading.written)
    assert reading.written_at(reading.folded.find(" us law "), " us law ") == ["US", "law"]


def test_symbols_and_emoji_are_between_words() -> None:
    assert read("🚨 #México 🇲🇽 50% | a_b").folded == " mexico 50 a b "


def test_a_dollar_sign_belongs_to_its_word() -> None:
    assert read("US$20 US $20 $").folded == " us$20 us $20 $ "


@pytest.mark.parametrize("text", ["me\u0301xico", "ＭＥＸＩＣＯ", "MÉXICO"])
def test_composed_and_wide_letters_are_folded(text: str) -> None:
    assert read(text).folded == " mexico "


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("T-MEC", " t mec "),
        ("migra*", " migra"),
        ("us $*", " us $"),
        ("año", " año "),
        ("***", ""),
        ("", ""),
    ],
)
def test_a_pattern_is_a_phrase_between_spaces(phrase: str, expected: str) -> None:
    assert pattern(phrase) == expected


def test_a_phrasebook_finds_all_that_overlap() -> None:
    book = Phrasebook({pattern("new mexico"): 1, pattern("mexico"): 2, pattern("mex*"): 3})

    assert list(book.find(" in new mexico ")) == [(10, 3), (14, 1), (14, 2)]


def test_an_empty_phrasebook_finds_nothing() -> None:
    assert list(Phrasebook({"": 1}).find(" a b ")) == []


@given(ORDINARY)
def test_the_quick_way_of_reading_agrees_with_fold(text: str) -> None:
    """A far letter sends the same text the slow way."""
    quick, slow = read(text), read(f"{text} 日")

    assert f"{quick.folded.rstrip()} 日 ".lstrip() == slow.folded.lstrip()
    assert "".join(quick.folded.split()) == "".join(
        char for char in fold(text) if char.isalnum() or char == "$"
    )


@given(st.text())
def test_any_text_reads_as_words_between_single_spaces(text: str) -> None:
    reading = read(text)

    words = reading.folded.split(" ")[1:-1]
    assert len(words) == len(reading.written.split(" ")[1:-1])
    assert "" not in words or words == [""]
