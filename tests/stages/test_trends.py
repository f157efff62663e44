"""The last days of a profile, as bars: the mail and the text say the same."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.config import DigestSettings
from monitor.model import Receipt, Trend
from monitor.stages.render import HTML_MAX_BYTES, render_issue
from monitor.stages.render.receipt_view import BAR_PIXELS, TRENDS_SHOWN, view_trends
from tests.factories import make_digest, make_receipt, make_section
from tests.markup import Markup
from tests.pipeline.desk import TEMPLATES

LAST = date(2026, 7, 11)
WEEKS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 16, 4, 8)


def receipt(*trends: Trend) -> Receipt:
    whole = make_receipt()
    return Receipt(**{n: getattr(whole, n) for n in whole.__slots__} | {"trends": trends})


def render(*trends: Trend, language: str = "en") -> tuple[str, Markup]:
    digest = make_digest(make_section(), receipt=receipt(*trends))
    settings = DigestSettings(language=language)  # type: ignore[arg-type]
    rendered = render_issue(digest, settings=settings, zone="UTC", templates=TEMPLATES)
    assert len(rendered.body_html.encode()) <= HTML_MAX_BYTES
    return rendered.text, Markup(rendered.body_html)


def test_the_text_shows_the_bars_as_blocks_with_the_figures() -> None:
    text, _ = render(Trend("Trade", WEEKS, LAST))

    assert (
        "THE LAST 14 DAYS\n"
        "------------------------------------------------------------------------\n"
        "Trade\n"
        "  ·▁▁▂▂▃▃▄▄··█▂▄  8 on 11 Jul, 64 in all\n"
    ) in text


def test_the_mail_shows_the_same_in_cells_that_load_nothing() -> None:
    _, page = render(Trend("Trade", WEEKS, LAST))

    heights = [
        int(element.attributes["style"].split("height:")[1].split("px")[0].strip())
        for element in page.elements
        if element.tag == "div" and "height:" in element.attributes.get("style", "")
        and element.matches(".bar")
    ]  # fmt: skip
    assert heights == [2, 3, 4, 6, 8, 9, 10, 12, 24, 6, 12]
    assert [e.attributes["title"] for e in page.elements if e.attributes.get("width") == "12"] == [
        str(count) for count in WEEKS
    ]
    assert page.texts(".trend-title") == ["Trade 8 on 11 Jul, 64 in all"]


def test_a_spanish_issue_says_it_in_spanish() -> None:
    text, page = render(Trend("Comercio", WEEKS, LAST), language="es")

    assert "LOS ÚLTIMOS 14 DÍAS" in text
    assert "8 el 11 jul, 64 en total" in text
    assert page.texts(".trend-title") == ["Comercio 8 el 11 jul, 64 en total"]


def test_without_anything_there_is_no_such_section() -> None:
    text, page = render()

    assert "LAST" not in text
    assert page.texts(".trend-title") == []


def test_of_too_many_profiles_the_busiest_are_shown_in_their_order() -> None:
    trends = [Trend(f"P{n}", (n % 17,), LAST) for n in range(30)]

    shown = view_trends(trends, "en")

    assert len(shown) == TRENDS_SHOWN
    assert [int(view.title[1:]) for view in shown] == sorted(int(v.title[1:]) for v in shown)
    assert min(view.total_count for view in shown) == 9


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=20))
def test_a_higher_count_never_has_a_lower_bar(counts: list[int]) -> None:
    [view] = view_trends([Trend("T", tuple(counts), LAST)], "en")

    pairs = sorted(zip(counts, view.bars, strict=True), key=lambda pair: pair[0])
    for (_, low), (_, high) in pairwise(pairs):
        assert low.height <= high.height
    assert all((bar.height == 0) == (count == 0) for count, bar in pairs)
    assert max(bar.height for bar in view.bars) in (0, BAR_PIXELS)
