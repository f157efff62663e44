"""The article of a web page is its paragraphs, not what stands around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.page import page_article

SENTENCE = "The vineyards of the valley were ruined by the frost of May, winemakers said. "


def page(main: str, head: str = "<title>Frost | The Example</title>") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{main}</body></html>".encode()


def test_an_article_is_its_paragraphs_under_its_heading() -> None:
    body = page(
        f"<nav><p>{SENTENCE}</p></nav><p>{SENTENCE}Outside.</p>"
        f"<article><h1>Frost in May</h1><p>{SENTENCE}</p><p>Share</p>"
        f"<aside><p>{SENTENCE}Read more.</p></aside><p>{SENTENCE}{SENTENCE}</p></article>"
        f"<footer><p>{SENTENCE}</p></footer>"
    )

    assert page_article(body) == (
        "Frost in May",
        f"{SENTENCE.strip()}\n{SENTENCE}{SENTENCE.strip()}",
    )


def test_a_page_without_an_article_element_is_read_all_the_same() -> None:
    title, text = page_article(page(f"<div><p>{SENTENCE * 3}<p>{SENTENCE}</div>"))

    assert title == "Frost | The Example"
    assert text.count("winemakers") == 4


def test_a_page_of_little_text_has_no_article() -> None:
    assert page_article(page(f"<p>{SENTENCE}</p><script>{SENTENCE * 9}</script>")) == ("", "")


def test_a_page_is_read_in_the_encoding_that_it_names() -> None:
    body = f"<meta charset=iso-8859-1><h1>Año</h1><p>{'México y el año nuevo. ' * 10}</p>"

    title, text = page_article(body.encode("latin-1"))

    assert (title, text[:6]) == ("Año", "México")


@given(st.binary(max_size=400))
def test_any_bytes_can_be_looked_at(body: bytes) -> None:
    title, text = page_article(body)

    assert not text or len(text) >= 200
    assert not title or text


@pytest.mark.parametrize("name", ["undefined", "base64", "nonsense", "utf-8"])
def test_what_a_page_says_of_itself_keeps_none_from_being_read(name: str) -> None:
    body = page(
        f"<article><h1>Frost</h1><![unheard of]><p>{SENTENCE * 3}</p></article>",
        head=f'<meta charset="{name}">',
    )

    assert page_article(body) == ("Frost", (SENTENCE * 3).strip())
