"""Every quick way of reading text gives what the long way gives, letter by letter."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import UTC

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import text as texts
from monitor.stages.parse import entry_reader
from monitor.text import clean, clean_link, fold, words
from monitor.text.dates import parse_date
from monitor.text.matching import read
from monitor.text.western import western_bytes

ANY = st.text(st.characters())
WESTERN = st.text(bytes(range(256)).decode("cp1252", "ignore") + "\u0301\u0303\u200b\U000e0020")
TEXTS = st.one_of(ANY, WESTERN)
MARKS = "".join(map(chr, [*range(0x300, 0x370), *range(0x20D0, 0x2100)]))


def fold_by_unicode(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFKC", text).replace("ñ", "\ue000")
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare.replace("\ue000", "ñ"))


def clean_by_unicode(text: str) -> str:
    visible = texts._UNSEEN.sub("", text)
    visible = texts._MARKS.sub(r"\1", visible)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def words_by_pattern(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", fold_by_unicode(text))


@given(TEXTS)
def test_texts_are_folded_as_unicode_does(text: str) -> None:
    assert fold(text) == fold_by_unicode(text)


@given(TEXTS)
def test_texts_are_cleaned_as_unicode_does(text: str) -> None:
    assert clean(text) == clean_by_unicode(text)


@given(st.one_of(TEXTS, st.text("ab'’ ñÉ_-½\x1f")))
def test_words_are_found_as_by_a_pattern(text: str) -> None:
    assert words(text) == words_by_pattern(text)


def test_every_character_is_read_as_unicode_does() -> None:
    for number in (*range(0x3000), 0xFB01, 0x1D400, 0x1F600):
        text = f"a{chr(number)}b"
        assert fold(text) == fold_by_unicode(text)
        assert clean(text) == clean_by_unicode(text)
        assert words(text) == words_by_pattern(text)


def test_what_is_no_western_text_is_told() -> None:
    assert western_bytes("¿Año…?") == b"\xbfA\xf1o\x85?"
    assert western_bytes("жизнь") is None
    assert western_bytes("\x81") is None  # Windows-1252 has no such character


@given(TEXTS)
def test_words_as_written_are_those_of_their_bytes(text: str) -> None:
    reading = read(text)
    source = reading._source

    assert reading.written == (source if isinstance(source, str) else source.decode("cp1252"))


# ---------------------------------------------------------------- names, which say no language

NAMES = re.compile(
    r"\b(?:UN|LA|NO|SE|Los Angeles|Las Vegas|El Paso|Del Rio|El Salvador|La Paz|El Mayo"
    r"|(?:de|De) [Ll](?:a|as|os) [A-Z]\w+|[A-Z]\w+ del? [A-Z]\w+)\b"
)
PIECES = st.sampled_from(
    """UN LA NO SE Los Las Angeles Vegas El Paso Del Rio Salvador La Paz Mayo de De la las los del
    Juan Marina ñ Él a d D 1 _ - ' ’ UNO SEÑOR""".split()
)


@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "  "])), max_size=9))
def test_names_are_found_as_by_a_plain_pattern(pieces: list[tuple[str, str]]) -> None:
    text = "".join(word + gap for word, gap in pieces)

    assert texts._without_names(text) == NAMES.sub(" ", text)


# ---------------------------------------------------------------- tags

MARKUP = st.sampled_from(
    """<a␣href='x'> </a> <b> </b> <strong␣class="y"> </strong> <img␣src='a'␣alt="b␣c"/> <ul> </ul>
    <ol> <em> </em> <figure> </figure> <I> </I␣> <br/> <div> </div> <p> text ␣ &amp; &lt; &gt;
    &nbsp; &eacute; &#39; &#8217; &#160; &amp;lt;b&amp;gt; &quot; ñ “ <span␣data-x='1'␣y> <table>
    <td> </table> <script>x</script> <!--c--> <a␣href=x> <b/> & &foo; &#130; < <h1> &iquest;
    <code> </code> <img␣alt='>'> <style>""".split()
).map(lambda piece: piece.replace("␣", " "))


@given(st.lists(MARKUP, max_size=12).map("".join))
def test_tags_are_dropped_as_by_a_parser(markup: str) -> None:
    parsed = nh3.clean(markup, tags=set(), clean_content_tags={"script", "style"})

    assert html.unescape(texts._without_tags(markup)).split() == html.unescape(parsed).split()


def test_numbered_characters_mean_to_a_parser_what_they_mean_to_python() -> None:
    numbers = [f"&#{number};" for number in (*range(32, 127), *range(160, 9000))]

    assert all(texts._EVERYDAY_MARKUP.fullmatch(each) for each in numbers)
    assert [html.unescape(nh3.clean(each, tags=set())) for each in numbers] == [
        html.unescape(each) for each in numbers
    ]


@pytest.mark.parametrize(
    "piece", ["<a ", "<b>", "&", "&amp;", "<a x='", '<a x="y" ', "<a x=", "</a", "x", "&#3"]
)
def test_markup_of_any_kind_is_judged_in_linear_time(piece: str) -> None:
    texts._EVERYDAY_MARKUP.fullmatch(piece * 20_000)
    texts._EVERYDAY_MARKUP.fullmatch(piece * 20_000 + "<")


# ---------------------------------------------------------------- links and dates
# A space before either is no part of it, and shuts the quick way.

LINKS = st.tuples(
    st.sampled_from(["http://", "https://", "HTTP://", "//"]),
    st.lists(
        st.sampled_from(
            """a.example www.b.com x_y.org -a.com a-.com 1.2.3.4 [::1] :80 / // . .. ~ B - _ 2026
            ?a=b #x %20 ñ co.uk @ xn--a localhost ?utm_source=x é ?oc=5 &oc=5 & &ref=rss1 = ?
            a=.rss &UTM_x + ?q=a-b_c~d a.example/b?""".split()
        ),
        max_size=6,
    ).map("".join),
).map("".join)
EVERYDAY_LINKS = st.tuples(
    st.sampled_from(["https://a.example", "http://www.b.com/2026/x", "https://c.org/"]),
    st.lists(
        st.sampled_from(["oc=5", "id=7", "", "utm_a=b", "ref=rss", "ref=x", "a", "=", "A=b=c"]),
        min_size=1,
        max_size=4,
    ).map("&".join),
).map("?".join)


@given(st.one_of(LINKS, EVERYDAY_LINKS))
def test_an_everyday_link_is_cleaned_as_any_other(link: str) -> None:
    assert clean_link(link) == clean_link(f" {link}")


DATES = st.one_of(
    st.from_regex(
        r"((Mon|Sat|Xyz), )?[0-3]?[0-9] (Jan|Feb|Dec|Ene) (1899|19[89]9|2026|2096)"
        r" [0-2][0-9]:[0-6][0-9](:[0-6][0-9])?"
        r" (GMT|UTC|Z|EST|[+-](0[0-9]|1[0-5])[0-6]0|[+-]06:00)?",
        fullmatch=True,
    ),
    st.from_regex(
        r"(1899|1999|2026)-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
        r"([.,][0-9]{1,10})?(Z|z|[+-](0[0-9]|1[0-5]):?[0-6]0)?",
        fullmatch=True,
    ),
)


@given(DATES)
def test_a_usual_date_is_read_as_any_other(text: str) -> None:
    at = parse_date(text)

    assert at == parse_date(f" {text}")
    assert at is None or at.tzinfo is UTC


# ---------------------------------------------------------------- what ends a summary

ENDS = st.sampled_from(
    """Read␣more read␣more Leer␣más Continue␣reading The␣post␣ La␣entrada␣ Una␣nota ␣ … . » [ ] →
    ␣appeared␣first␣on␣ ␣se␣publicó␣primero␣en␣ ␣apareció␣por␣primera␣vez␣en␣ story ␣at␣BBC ” (
    ␣on␣the␣site␣of␣all ␣aquí ) Seguir␣leyendo ␣xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx Ver␣más""".split()
).map(lambda piece: piece.replace("␣", " "))


@given(st.lists(ENDS, max_size=14).map("".join), st.booleans())
def test_an_invitation_is_looked_for_in_the_last_line_only(end: str, is_long: bool) -> None:
    text = clean(f"{'a ' * entry_reader.TAIL_MAX_CHARS if is_long else ''}{end}")
    start = max(len(text) - entry_reader.TAIL_MAX_CHARS, 0)
    found_anywhere = text[:start] + entry_reader._INVITATION.sub("", text[start:])

    assert entry_reader._without_tail(text, "Otra cosa") == found_anywhere
