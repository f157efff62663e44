"""OPML as other readers export it: read completely, mended openly, written plainly."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.home.opml import FOLDERS_MAX, OpmlReading, read_opml, write_opml
from monitor.errors import ConfigError
from monitor.model import Subscription
from monitor.text import clean

SHARED = Path(__file__).parents[4] / "shared" / "feeds"


def opml(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<opml version="2.0"><body>{body}</body></opml>'.encode()


def feed(name: str, *topics: str, language: str | None = None) -> Subscription:
    return Subscription(f"https://example.org/{name}", name, topics, language)


def test_folders_become_topics_outermost_first() -> None:
    body = """
        <outline text="a" xmlUrl="https://example.org/a"/>
        <outline text="Mexico"><outline title="Outlets">
            <outline text="b" xmlUrl="https://example.org/b" language="es-MX"/></outline>
            <outline text="c" xmlUrl="https://example.org/c" language="fr"/></outline>
        <outline text="d" xmlUrl="https://example.org/d"/>
    """

    assert read_opml(opml(body)) == OpmlReading(
        (
            feed("a"),
            feed("b", "Mexico", "Outlets", language="es"),
            feed("c", "Mexico"),
            feed("d"),
        )
    )


@pytest.mark.parametrize("attribute", ["xmlUrl", "xmlurl", "XMLURL", "url", "feedUrl"])
def test_the_address_is_found_under_each_of_its_usual_names(attribute: str) -> None:
    reading = read_opml(opml(f'<outline title="a" {attribute}="https://example.org/a"/>'))

    assert reading.subscriptions == (feed("a"),)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("feed://example.org/a", ("https://example.org/a",)),
        ("feed:https://example.org/a", ("https://example.org/a",)),
        ("feed://https://example.org/a", ("https://example.org/a",)),
        ("//example.org/a", ("https://example.org/a",)),
        (" HTTPS://Example.ORG/a?b=1&amp;utm_source=x ", ("https://example.org/a?b=1",)),
        ("https://me:p%40ss@Example.org/a", ("https://me:p%40ss@example.org/a",)),
        ("ftp://example.org/a", ()),
        ("javascript:alert(1)", ()),
        ("file:///etc/passwd", ()),
    ],
)
def test_only_web_addresses_are_taken_and_the_others_are_told(
    address: str, expected: tuple[str, ...]
) -> None:
    reading = read_opml(opml(f'<outline text="a" xmlUrl="{address}"/>'))

    assert tuple(found.url for found in reading.subscriptions) == expected
    left_out = () if expected else ("left out, not an http or https address: a",)
    assert reading.repairs == left_out


def test_the_same_address_counts_once_and_the_second_is_told() -> None:
    body = """<outline text="One" xmlUrl="https://example.org/a"/>
        <outline text="Two" xmlUrl="HTTPS://EXAMPLE.org/a"/>"""

    reading = read_opml(opml(body))

    assert [found.title for found in reading.subscriptions] == ["One"]
    assert reading.repairs == ("left out, the same address as One: Two",)


def test_a_link_that_is_no_feed_is_passed_over() -> None:
    body = '<outline type="link" text="a" url="https://example.org/a"/>'

    assert read_opml(opml(body)) == OpmlReading(())


def test_a_feed_without_a_name_goes_by_its_address() -> None:
    (found,) = read_opml(opml('<outline xmlUrl="https://example.org/a"/>')).subscriptions

    assert found.title == "https://example.org/a"


def test_what_is_no_xml_is_read_tag_by_tag() -> None:
    body = """<outline text="News & Views" xmlUrl="https://example.org/a?x=1&y=2" />
        <outline text="Folder"><outline text="b" xmlUrl=https://example.org/b>
        </outline></outline><br/><outline text="c" xmlUrl="https://example.org/c"/>"""

    reading = read_opml(opml(body))

    assert reading.subscriptions == (
        Subscription("https://example.org/a?x=1&y=2", "News & Views"),
        feed("b", "Folder"),
        feed("c"),
    )
    assert reading.repairs == ("not well-formed XML (line 1): read tag by tag",)


def test_a_section_that_no_reader_knows_is_passed_over() -> None:
    raw = b'<opml><body><![unheard of]><outline text="a" xmlUrl="https://example.org/a"></opml>'

    assert read_opml(raw).subscriptions == (feed("a"),)


def test_a_file_cut_short_gives_what_it_holds() -> None:
    whole = opml('<outline text="F"><outline text="a" xmlUrl="https://example.org/a"/></outline>')

    assert read_opml(whole[:-20]).subscriptions == (feed("a", "F"),)


@pytest.mark.parametrize(
    ("declared", "encoding", "is_mended"),
    [
        (None, "utf-8", False),
        (None, "utf-8-sig", False),
        (None, "utf-16", False),
        ("ISO-8859-1", "cp1252", False),
        ("UTF-8", "cp1252", True),
        ("klingon", "cp1252", True),
    ],
)
def test_the_encoding_is_found_or_mended(
    declared: str | None, encoding: str, is_mended: bool
) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = '<opml><body><outline text="Año" xmlUrl="https://example.org/a"/></body></opml>'

    reading = read_opml((head + body).encode(encoding))

    assert [found.title for found in reading.subscriptions] == ["Año"]
    said = (f"not valid {declared}: read as windows-1252",) if is_mended else ()
    assert reading.repairs == said


def test_a_document_type_is_never_expanded() -> None:
    bomb = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    head = f'<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY e0 "ha">{bomb}]>'

    reading = read_opml(opml('<outline text="&e9;" xmlUrl="https://example.org/a"/>', head))

    assert [found.url for found in reading.subscriptions] == ["https://example.org/a"]
    assert len(reading.subscriptions[0].title) < 100
    assert reading.repairs[0].startswith("a document type was left out")


@pytest.mark.parametrize("raw", [b"", b"hello", b"<html><body>No</body></html>", b"\x00\x01"])
def test_what_is_no_opml_is_refused(raw: bytes) -> None:
    with pytest.raises(ConfigError, match=r"^feeds\.opml: this is no OPML"):
        read_opml(raw, "feeds.opml")


def test_an_opml_without_feeds_has_none() -> None:
    assert read_opml(opml("")) == OpmlReading(())


@pytest.mark.parametrize("name", ["Mexico.opml", "Spain.opml", "United_States.opml"])
def test_files_found_in_the_wild_are_read_completely(name: str) -> None:
    path = SHARED / name
    if not path.is_file():
        pytest.skip("the shared OPML files are not beside this checkout")
    raw = path.read_bytes()

    reading = read_opml(raw)

    addresses = re.findall(rb'xmlUrl="([^"]+)"', raw)
    assert len(reading.subscriptions) == len(addresses) > 0
    assert all(found.topics for found in reading.subscriptions)
    assert read_opml(write_opml(reading.subscriptions)) == OpmlReading(reading.subscriptions)


def test_feeds_are_written_in_folders_each_once() -> None:
    feeds = [feed("a", "M", "O"), feed("b"), feed("c", "M"), feed("d", "U"), feed("e", "M", "O")]

    assert write_opml(feeds, "Mine").decode().splitlines() == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head>",
        "    <title>Mine</title>",
        "  </head>",
        "  <body>",
        '    <outline type="rss" text="b" xmlUrl="https://example.org/b"/>',
        '    <outline text="M">',
        '      <outline type="rss" text="c" xmlUrl="https://example.org/c"/>',
        '      <outline text="O">',
        '        <outline type="rss" text="a" xmlUrl="https://example.org/a"/>',
        '        <outline type="rss" text="e" xmlUrl="https://example.org/e"/>',
        "      </outline>",
        "    </outline>",
        '    <outline text="U">',
        '      <outline type="rss" text="d" xmlUrl="https://example.org/d"/>',
        "    </outline>",
        "  </body>",
        "</opml>",
    ]


@given(
    st.lists(
        st.builds(
            lambda number, title, topics, language: (number, title, tuple(topics), language),
            st.integers(0, 99),
            st.from_regex(r"[\w&<>\"' ñ]{1,20}", fullmatch=True).map(lambda t: f"t{t.strip()}"),
            st.lists(st.sampled_from(["A & B", "Ñ", '"q"', "<x>"]), max_size=3),
            st.sampled_from([None, "en", "es"]),
        ),
        max_size=12,
        unique_by=lambda row: row[0],
    )
)
def test_what_is_written_is_read_again(
    rows: list[tuple[int, str, tuple[str, ...], str | None]],
) -> None:
    feeds = {
        Subscription(f"https://example.org/{number}", clean(title), topics, language)
        for number, title, topics, language in rows
    }

    reading = read_opml(write_opml(sorted(feeds, key=lambda feed: feed.url)))

    assert set(reading.subscriptions) == feeds
    assert reading.repairs == ()


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: opml(text)))
def test_no_bytes_do_harm(raw: bytes) -> None:
    with suppress(ConfigError):  # nothing else may be raised
        read_opml(raw)


@pytest.mark.parametrize("end", ["</outline>", ""], ids=["well-formed", "not closed"])
def test_folders_within_folders_without_end_are_read_in_a_moment(end: str) -> None:
    deep = 10_000
    feed = '<outline text="The Example" xmlUrl="https://example.org/rss"/>'
    body = '<outline text="in">' * deep + feed + end * deep
    reading = read_opml(f"<opml><body>{body}</body></opml>".encode())

    (found,) = reading.subscriptions
    assert found.topics == ("in",) * FOLDERS_MAX
