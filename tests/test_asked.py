"""What a person searches for is found where the text holds it, and nothing else is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import fold
from monitor.text.asked import Phrase, asked, marked, snippet


def shown(text: str, question: str) -> str:
    return "".join(f"[{p.text}]" if p.is_marked else p.text for p in marked(text, asked(question)))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", ()),
        ("  “—”  ", ()),
        ("México", (Phrase(("mexico",)),)),
        ("año", (Phrase(("año",)),)),
        ('"trade deal" t-mec', (Phrase(("trade", "deal")), Phrase(("t", "mec")))),
        ("mexic*", (Phrase(("mexic",), is_prefix=True),)),
        ('"open phrase', (Phrase(("open", "phrase")),)),
        ("l'eau", (Phrase(("l", "eau")),)),
    ],
)
def test_a_question_is_words_phrases_and_beginnings(
    question: str, expected: tuple[Phrase, ...]
) -> None:
    assert asked(question) == expected


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("México y MEXICO", "mexico", "[México] y [MEXICO]"),
        ("El año del ano", "año", "El [año] del ano"),
        ("El año del ano", "ano", "El año del [ano]"),
        ("The trade deal, a deal", '"trade deal"', "The [trade deal], a deal"),
        ("The trade-deal", '"trade deal"', "The [trade-deal]"),
        ("Mexican mexicano México", "mexic*", "[Mexican] [mexicano] [México]"),
        ("A tariff", "tar", "A tariff"),
        ("trade deal trade", 'trade "trade deal"', "[trade deal] [trade]"),
    ],
)
def test_what_was_asked_for_is_marked_as_it_is_written(
    text: str, question: str, expected: str
) -> None:
    assert shown(text, question) == expected


@given(st.text(), st.text())
def test_the_pieces_of_a_text_are_the_text(text: str, question: str) -> None:
    assert "".join(piece.text for piece in marked(text, asked(question))) == text


@given(st.text(alphabet="aáñn ", max_size=30), st.sampled_from(["a", "ñ", "an*"]))
def test_every_marked_word_folds_to_what_was_asked_for(text: str, question: str) -> None:
    for piece in marked(text, asked(question)):
        if piece.is_marked:
            folded = fold(piece.text)
            assert folded.startswith("an") if question == "an*" else folded == question


def test_a_snippet_begins_shortly_before_the_first_mark() -> None:
    text = "word " * 100 + "tariff " + "word " * 100

    pieces = snippet(text, asked("tariff"), 120)

    assert pieces[0].text.startswith("… word")
    assert [piece.text for piece in pieces if piece.is_marked] == ["tariff"]
    assert len("".join(piece.text for piece in pieces)) <= 122


def test_a_snippet_without_a_mark_is_the_beginning() -> None:
    assert "".join(p.text for p in snippet("one two three", asked("four"), 8)) == "one two…"
