"""What a book keeps of an entry is all that is compared, and takes little room."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from dataclasses import replace
from types import FunctionType, ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.cluster import WINDOW, StoryBook
from monitor.stages.cluster.holders import Holders
from monitor.stages.cluster.kept_terms import keep_terms
from monitor.stages.cluster.terms import terms_of
from tests.factories import make_entry

ENTRY_MAX_BYTES = 2_000  # it was 6,400 when sets and dicts of texts were kept
WORDS = (
    *"aranceles cemento México Sheinbaum Pemex sismo Oaxaca 18% millones frontera".split(),
    *"tariffs cement border Texas Veracruz governor strike ruling harvest Rubio 12".split(),
)
texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


@given(texts, texts, st.sampled_from(["es", "en", None]))
def test_what_is_kept_of_an_entry_reads_as_its_terms(
    title: str, summary: str, language: str | None
) -> None:
    terms = terms_of(make_entry("a", title=title, summary=summary, language=language))

    kept = keep_terms(terms)

    assert list(zip(kept.signs, kept.weights, strict=True)) == list(terms.weights.items())
    assert (kept.order, kept.raised) == (terms.order, terms.raised)
    assert (kept.names, kept.holding) == (terms.names, terms.holding)
    assert (kept.language, kept.figures) == (terms.language, terms.figures)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 4), st.booleans()), max_size=60))
def test_holders_count_as_a_counter_does(steps: list[tuple[str, int, bool]]) -> None:
    holders, counts = Holders(), Counter[tuple[str, int]]()
    for sign, number, comes in steps:
        step = 1 if comes or not counts[sign, number] else -1
        before = counts[sign, number] > 0
        counts[sign, number] += step
        change = (counts[sign, number] > 0) - before
        assert holders.change(sign, number, step) == change
    for sign in "ab":
        held = sorted(number for name, number in +counts if name == sign)
        assert list(holders.stories(sign)) == held
        assert holders.story_count(sign) == len(held)
        assert all(holders.entry_count(sign, n) == counts[sign, n] for n in range(5))


@pytest.mark.usefixtures("unmeasured")
def test_an_entry_in_a_book_takes_little_memory() -> None:
    places = ["Valdora", "Kestrel", "Linden", "Marrow", "Stonewick", "Halverton", "Eastmere"]
    made = [
        make_entry(
            f"tag:news.example,2026:{number}",
            title=f"{place} council backs border tariffs, case {number} of {place}",
            summary=f"A report on migrants at the border is due in {number} weeks, said a clerk. "
            f"The treaty costs {place} {number * 7} pesos and is voted on in the autumn.",
            language="en",
            link=f"https://news.example/{number}",
        )
        for number in range(300)
        for place in (places[number % 7],)
    ]
    book = StoryBook(())
    book.place(made)

    assert _bytes_in(book) / len(made) < ENTRY_MAX_BYTES


def _bytes_in(root: object) -> int:
    """Return what an object and all that hangs on it take, but for classes and modules."""
    seen: dict[int, object] = {}
    waiting = [root]
    while waiting:
        each = waiting.pop()
        if id(each) not in seen and not isinstance(each, (type, ModuleType, FunctionType)):
            seen[id(each)] = each
            waiting += gc.get_referents(each)
    return sum(map(sys.getsizeof, seen.values()))


def test_an_entry_that_was_edited_is_forgotten_once_when_it_has_grown_old() -> None:
    book = StoryBook(())
    first = make_entry("a", title="Sismo en Oaxaca deja daños", language="es")
    book.place([first])
    book.place([replace(first, title="Sismo en Oaxaca deja daños en escuelas")])
    later = first.dated_at + 3 * WINDOW

    book.place([make_entry("b", title="Pemex reporta menor producción", published_at=later)])

    assert book.story_of(first.key) == first.key
    assert book.story_of(make_entry("b").key) == make_entry("b").key
