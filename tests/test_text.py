"""The laws of text: folding, plain text, links and the guess of a language."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text import (
    _TOLD,
    _TOLD_MAX,
    LINK_MAX_CHARS,
    adds_to,
    clean,
    clean_link,
    clip,
    fold,
    guess_language,
    link_host,
    plain_text,
    words,
)

# Any string that Python can hold, lone surrogates and what Unicode calls no character too.
ANY_TEXT = st.text(st.characters())
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


# ---------------------------------------------------------------- folding


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("México", "mexico"),
        ("MEXICO", "mexico"),
        ("Mexico\u0301".replace("co\u0301", "co") + "", "mexico"),
        ("Año", "año"),
        ("AN\u0303O", "año"),
        ("Peña Nieto", "peña nieto"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
        ("ℳéxico", "mexico"),
        ("ＵＳＡ", "usa"),
        ("İstanbul", "istanbul"),
        ("T‑MEC", "t‐mec"),
    ],
)
def test_folding_takes_case_and_accents_and_leaves_the_n_tilde(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANY_TEXT)
@example("ñ\u0301")
@example("n\u0303\u0323")
@example("\ue000")
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_folding_does_not_see_how_a_character_is_composed(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text("abcñáéíóúüABCÑÁÉÍÓÚÜ U.S.-"))
def test_folding_does_not_see_case_in_english_and_spanish(text: str) -> None:
    assert fold(text.upper()) == fold(text.lower())


def test_words_are_folded_and_in_order() -> None:
    assert words("The U.S. and México's año: T-MEC!") == [
        "the", "u", "s", "and", "mexico's", "año", "t", "mec",
    ]  # fmt: skip
    assert words("¿?") == []


# ---------------------------------------------------------------- plain text


@given(ANY_TEXT)
@example("e\u200b\u0301")
@example("a" + "\u0301\u0323" * 50)
def test_clean_text_is_one_line_of_what_can_be_seen(text: str) -> None:
    cleaned = clean(text)

    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    cleaned.encode()
    assert not {c for c in cleaned if unicodedata.category(c) in UNSEEN} - kept_formats()


@cache
def kept_formats() -> set[str]:
    """Format characters that belong to a script: Arabic number signs, Egyptian joiners and such."""
    return {
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) == "Cf"
        and not 0xE0000 <= code < 0xE1000
        and code not in {0xAD, 0x61C, 0x180E, 0xFEFF}
        and not 0x200B <= code <= 0x206F
        and not 0xFFF9 <= code <= 0xFFFB
    }


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("I <3 Mexico", "I <3 Mexico"),
        ("AT&T and R&amp;D", "AT&T and R&D"),
        ("caf&eacute; &ntilde; &#241; &#xf1;", "café ñ ñ ñ"),
        ("<p>One</p><p>Two<br/>Three</p>", "One Two Three"),
        ("in<b>side</b>", "inside"),
        ("<td>a</td><td>b</td>", "a b"),
        ("<script>alert(1)</script>text", "text"),
        ("<style>p{}</style>text<!-- secret -->", "text"),
        ("<img src=x onerror=alert(1)>text", "text"),
        ('<a href="javascript:alert(1)">link</a>', "link"),
        ("&lt;p&gt;escaped once&lt;/p&gt;", "escaped once"),
        ("&amp;lt;p&amp;gt;escaped twice&amp;lt;/p&amp;gt;", "escaped twice"),
        ("x &lt;script&gt;alert(1)&lt;/script&gt; y", "x y"),
        ("]]> --> </td></table>", "]]> -->"),
        ("{{ 7*7 }} {% raw %}", "{{ 7*7 }} {% raw %}"),
        ("cut off <a href='http", "cut off"),
        ("line\nbreak\ttab\u2028sep\x85nel", "line break tab sep nel"),
        ("zero\u200bwidth \u202eflip\u202c so\u00adft", "zerowidth flip soft"),
        ("\ud800lone\udfff", "lone"),
        ("nul\x00 bell\x07", "nul bell"),
        ("a&nbsp;b", "a b"),
    ],
)
def test_plain_text_is_what_a_reader_sees(markup: str, text: str) -> None:
    assert plain_text(markup) == text


class _Tags(HTMLParser):
    """Collects the elements that a browser would make of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.names.append(tag)


PIECES = ["<script>", "</script>", "<b", ">", "<", "&lt;", "&amp;lt;", "&#60;", "img", " src=x ",
          "onerror=", "<!--", "-->", "<svg", "/", "text", "&", ";", '"', "'", "<![CDATA[", "]]>",
          "<p>", "<style>", "</style", "\ud800", "\x00", "lt"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_hostile_markup_ends_as_one_line_without_known_elements(markup: str) -> None:
    text = plain_text(markup, limit=200)

    assert len(text) <= 200
    assert text == clean(text)
    # What is left to see was escaped more often than anything is that is meant as markup.
    if markup.count("&") <= 1:
        parser = _Tags()
        parser.feed(text)
        assert not {"script", "style", "p", "img", "svg"} & set(parser.names)


@pytest.mark.parametrize(
    "piece",
    ["<p", "<b>", "<!--", '<a href="', "<script>", "&amp;", "&#", "<div><p>", "<table><tr><td>",
     "<a><b><i><font>", "</p>", "a\u0301\u0323", "<a =", "&lt;"],
)  # fmt: skip
def test_plain_text_takes_linear_time(piece: str) -> None:
    # 64 KB of anything is done in a blink; what is quadratic would take minutes.
    plain_text((piece * 65536)[:65536])
    clean("a" + "\u0301\u0323" * 32768)


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("one two three four", 12, "one two…"),
        ("one two, three four", 13, "one two…"),
        ("onewordthatdoesnotend", 10, "oneword" + "th…"),
        ("abc", 1, "…"),
    ],
)
def test_text_is_clipped_at_a_word(text: str, limit: int, clipped: str) -> None:
    assert clip(text, limit) == clipped


@given(ANY_TEXT, st.integers(1, 40))
def test_clipped_text_fits(text: str, limit: int) -> None:
    assert len(clip(text, limit)) <= limit


def test_a_text_adds_to_another_when_it_has_words_of_its_own() -> None:
    title = "Mexico and US sign pact Example News"

    assert not adds_to("", title)
    assert not adds_to("Mexico and US sign pact. Example News", title)
    assert adds_to("The ministers met in Washington", title)


# ---------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("  HTTPS://Example.ORG/A\n", "https://example.org/A"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:443/", "https://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("http://good.example@evil.example/", "http://evil.example/"),
        ("https://example.org/a?utm_source=x&id=1&fbclid=2", "https://example.org/a?id=1"),
        ("https://example.org/a?UTM_Source=x", "https://example.org/a"),
        ("https://example.org/a?ref=rss&x=", "https://example.org/a?x="),
        ("https://example.org/a?ref=page", "https://example.org/a?ref=page"),
        ("https://example.org/a#xtor=RSS-1", "https://example.org/a"),
        ("https://example.org/a#part", "https://example.org/a#part"),
        ("https://example.org/a?q=%E9&utm_id=3", "https://example.org/a?q=%E9"),
        ("https://example.org/a b?c d", "https://example.org/a%20b?c%20d"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/ñ", "https://example.org/%C3%B1"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("http://xn--pple-43d.com", "http://xn--pple-43d.com"),
        ("http://example.org./", "http://example.org/"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("https://exam\u200bple.org/\u202egpj.exe", "https://example.org/gpj.exe"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("", ""),
        ("/relative", ""),
        ("//example.org/a", ""),
        ("javascript:alert(1)", ""),
        ("\x01javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("vbscript:x", ""),
        ("file:///etc/passwd", ""),
        ("ftp://example.org/", ""),
        ("http:///path", ""),
        ("http://", ""),
        ("http://a..b/", ""),
        ("http://exa mple.org/", ""),
        (f"http://{'ü' * 70}.example/", ""),
        ("http://example.org\\@evil.example/", ""),
        ("http://exa<b>mple.org/", ""),
        ("http://example.org:99999/", ""),
        ("http://example.org:0/", ""),
        ("http://[::1", ""),
        ("http://[fe80::g]/", ""),
        ("http://[v1.x:y]/", ""),
        ("https://example.org/" + "a" * LINK_MAX_CHARS, ""),
        ("https://example.org/" + "ñ" * (LINK_MAX_CHARS // 2), ""),
    ],
)
def test_a_link_comes_out_absolute_safe_and_bare(link: str, expected: str) -> None:
    assert clean_link(link) == expected


LINKS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTP://", "//", "http:", "javascript:", ""]),
    st.text("abcñü.@:[]0189%①-_ ", max_size=15) | ANY_TEXT.map(lambda text: text[:10]),
    st.sampled_from(["", "/", ":80", ":443/", ":8080/", "?", "#"]),
    ANY_TEXT.map(lambda text: text[:20]) | st.text("utm_=&?#%2fA/ ;", max_size=20),
)


@given(LINKS)
@example("http://example.org/?utm_a=1?utm_b=2&c#utm_d")
@example("http://example.org/%")
def test_a_clean_link_stays_as_it_is(link: str) -> None:
    cleaned = clean_link(link)

    assert clean_link(cleaned) == cleaned
    assert cleaned == "" or re.fullmatch(
        r"https?://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d+)?"
        r"(?:/[!#-;=?-\[\]_a-z~]*|[?#][!#-;=?-\[\]_a-z~]*)?",
        cleaned,
    )
    assert len(cleaned) <= LINK_MAX_CHARS


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://www.example.org/a", "example.org"),
        ("https://news.example.org:8443/", "news.example.org"),
        ("", ""),
        ("http://[::1", ""),
    ],
)
def test_the_host_of_a_link_is_shown_without_www(link: str, host: str) -> None:
    assert link_host(link) == host


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The two presidents will meet at the border", "en"),
        ("Los dos presidentes se reunirán en la frontera", "es"),
        ("Mexico villagers face attacks during World Cup", "en"),
        ("Registra crecimiento la economía mexicana", "es"),
        ("UN chief warns of crisis in Los Angeles and El Paso", "en"),
        ("Luis de la Calle on trade with Canada", "en"),
        ("LA PRESIDENTA ANUNCIA EL PLAN DE SEGURIDAD", "es"),
        ("¿Quién gana?", "es"),
        ("Il presidente della repubblica nel palazzo di Roma", None),
        ("Presidente do Brasil não vai ao encontro em uma semana", None),
        ("前高管揭Facebook内幕", None),
        ("USMCA", None),
        ("", None),
    ],
)
def test_the_language_is_guessed_by_small_words_or_not_at_all(
    text: str, language: str | None
) -> None:
    assert guess_language(text) == language


def test_words_without_end_are_not_remembered_and_the_language_is_guessed_all_the_same() -> None:
    guess_language(" ".join(f"w{number}" for number in range(_TOLD_MAX + 10)))

    assert len(_TOLD) <= _TOLD_MAX
    assert guess_language("Los dos presidentes se reunirán en la frontera") == "es"
