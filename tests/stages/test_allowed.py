"""No page of ours loads, runs or sends anything, whatever stands in an edited template."""

from __future__ import annotations

import pytest
from css_inline import CSSInliner
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.errors import RenderError
from monitor.stages.render.allowed import _Inspector, inspect_markup

INLINER = CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)
# What might hide a tag from one who looks for pieces, and what might be hidden.
PIECES = (
    "<p title=\"it's\">", "</p>", "text", "a < b", "<b", ">", "'", '"', "&lt;i&gt;", "&quot;",
    '<a href="https://a.example/">', '<a href="javascript:x()">', "<a href='#top'>", "</a>",
    "<p x=' title=' onclick='x()'>", '<i title="<script>">', "<p lang='\"'>", "<p on=1>",
    "<script>", "</script>", "<img src=//t.example>", "<svg>", "</svg>", "<td background=x>",
    "<style>", "<style media=print>", "p { color: red }", "p { background: url(//t) }",
    "@import 'x';", "</style>", "<!--", "-->", "--!>", "<!-->", "<![CDATA[", "]]>",
    "<!--[if mso]>", "<![endif]-->", "<title>", "</title>", "<textarea>", "<xmp>", "</xmp>",
    "<plaintext>", "<noscript>", "<template>", "</template>", "<math>", "<p style='a:url(x)'>",
    "<p style=\"background:ur\\6c(//t)\">", "<meta http-equiv=refresh>", "<base href=//t>",
)  # fmt: skip


def is_refused(markup: str, *, quickly: bool) -> bool:
    try:
        if quickly:
            inspect_markup(markup)
        else:
            _Inspector().inspect(markup)
    except RenderError:
        return True
    return False


@given(st.lists(st.sampled_from(PIECES), max_size=12))
@example(["<p x=' title=' onclick='x()'>"])
@example(["<style media=print>", "p { background: url(//t) }", "</style>"])
@example(["<style>", "<!--", "</style>", "<script>", "-->"])
def test_reading_each_piece_once_lets_nothing_through_that_reading_all_finds(
    pieces: list[str],
) -> None:
    markup = INLINER.inline("".join(pieces))

    assert is_refused(markup, quickly=True) or not is_refused(markup, quickly=False)


@pytest.mark.parametrize(
    "markup",
    [
        "<!--[if mso]><img src='https://t.example/p.gif'><![endif]-->",
        "<!--[if gte mso 9]><v:fill src='https://t.example/p.gif'></v:fill><![endif]-->",
        "<xmp><!-- </xmp><script>x()</script> -->",
        "<![CDATA[><script>x()</script>]]>",
        "<![unheard of]><script>x()</script>",
        '<p x=" title=" onclick="x()">',
        '<style media="print">p { background: url(//t.example) }</style>',
    ],
)
def test_what_only_some_readers_take_for_markup_is_refused(markup: str) -> None:
    assert is_refused(markup, quickly=True)


def test_a_bare_sign_and_a_plain_comment_are_let_through_and_hide_nothing() -> None:
    inspect_markup("<!-- a note --><p>1 < 2</p>")

    assert is_refused("<!-- a note --><p>1 < 2</p><script>x()</script>", quickly=True)
    assert not is_refused("<!-- a note --><p>1</p>", quickly=False)


def test_an_everyday_page_is_let_through() -> None:
    inspect_markup(
        "<!DOCTYPE html><html><head><style>p { color: red }</style></head><body>"
        '<!--[if mso]><table width="680"><tr><td><![endif]-->'
        '<p title="a &lt; b"><a href="https://a.example/?a=1&amp;b=2">b > a</a></p></body></html>'
    )
