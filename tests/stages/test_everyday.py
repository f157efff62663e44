"""The quick way of reading items: whatever it reads, feedparser reads the same."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import feedparser
import pytest
from feedparser.api import StrictFeedParser
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Entry, Feed
from monitor.stages.parse.attributes import WINDOWS
from monitor.stages.parse.cut import cut_document
from monitor.stages.parse.entry_reader import EntryReader, text_of
from monitor.stages.parse.everyday import read_everyday
from monitor.stages.parse.judge import read_well_formed
from monitor.stages.parse.vocabulary import (
    FIELDS,
    HEAD_FIELDS,
    LEAVES,
    PREFIXES,
    UNUSUAL,
    Vocabulary,
)
from monitor.text.document import decode_document
from tests.factories import NOON
from tests.fuzz import cases, read_feeds

DATA = Path(__file__).parents[1] / "data" / "feeds"
WILD = Path(__file__).parents[3] / "shared" / "feeds" / "wild"
FEED = Feed(7, "https://news.google.com/rss", "Prueba")
HEAD_NAMES = ("title", "link", "language", "ttl", "sy_updateperiod", "sy_updatefrequency")
EVERYDAY_SHARE = 0.6  # of the wild feeds, at the least

Read = tuple[dict[str, str], list[Entry | None]]


def read(head: dict[str, Any], raws: list[dict[str, Any]]) -> Read:
    """What becomes of raw entries: all that anybody sees of them."""
    reader = EntryReader(FEED, head, FEED.url, NOON)
    return {name: text_of(head, name) for name in HEAD_NAMES}, [reader.read(raw) for raw in raws]


def read_both_ways(body: bytes, every: int = 1) -> tuple[Read | None, Read | None]:
    """A document's every n-th item by the quick way and by feedparser, None where they pass."""
    document = decode_document(body, None)
    cut = cut_document(document.text.encode(errors="surrogatepass"))
    if cut is None or "xml:base" in document.text:
        return None, None
    items = cut.items[::every]
    quick = read_everyday(cut, items)
    if quick is None:
        return None, None
    slow = read_well_formed(cut.with_only(items), FEED)
    assert slow is not None
    return read(*quick), read(*slow)


def test_what_is_read_quickly_is_read_as_feedparser_does() -> None:
    found = [read_both_ways(path.read_bytes()) for path in sorted(DATA.iterdir())]

    assert [quick for quick, _ in found] == [slow for _, slow in found]
    assert sum(quick is not None for quick, _ in found) > len(found) / 2


@pytest.mark.skipif(not WILD.is_dir(), reason="needs ../shared/feeds/wild: no wild feed was tried")
@pytest.mark.parametrize("every", [1, 3])
def test_wild_feeds_are_read_quickly_and_as_feedparser_does(every: int) -> None:
    found = [read_both_ways(path.read_bytes(), every) for path in sorted(WILD.iterdir())]

    assert [quick for quick, _ in found] == [slow for _, slow in found]
    assert sum(quick is not None for quick, _ in found) / len(found) >= EVERYDAY_SHARE


# ---------------------------------------------------------------- feeds made up

NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
    "atom": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "News": "https://www.bing.com/news/search?q=x&amp;format=rss",
    "cc": "http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html",
    "v": "urn:vendor",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
ODD_NAMESPACES = {
    "media": "http://www.rssboard.org/media-rss",
    "dc": "urn:vendor",
    "x": "http://purl.org/dc/elements/1.1/",
    "News": "http://purl.org/rss/1.0/modules/slash/",
    "V": "http://search.yahoo.com/mrss/",
    "xlink": "http://www.w3.org/1999/xlink",
    "a": "http://backend.userland.com/rss2",
}
BARE = """title link description guid pubDate updated published content summary id category author
    comments enclosure source name url email rights subtitle generator language ttl item-id Title
    lastBuildDate created thumbnail""".split()
PREFIXED = """content:encoded dc:date dc:title dc:creator dc:description dc:subject dcterms:created
    dcterms:modified media:title media:description media:content media:group media:thumbnail
    media:credit media:category atom:link atom:updated itunes:summary itunes:subtitle itunes:image
    itunes:author feedburner:origLink News:Source v:title v:x v:link sy:updatePeriod
    sy:updateFrequency rdf:li""".split()
ODD = """image textInput width tags links date authors body content:x media:rating itunes:owner
    cc:licence itunes:explicit authors fullitem media:content keywords modified issued""".split()
TEXTS = [
    "", " ", "x", " Agua y tratados\n", "5", "es-MX", "a<!-- c -->b", "&amp;copy; z&amp;lt;",
    "http://a.example/1", "http:///a.example//2", "/3?a=1&amp;b=2",
    "&lt;p&gt;M&#233;xico &amp;amp; m&#xE1;s&lt;/p&gt;", "<![CDATA[<b>ca\u00f1a</b> & m\u00e1s]]>",
    "caf\u00c3\u00a9", "\u201cya\u201d", "&#146;s \u00e9", "\u0085",
    "Sat, 11 Jul 2026 10:00:00 GMT", "2026-07-11T10:00:00Z",
]  # fmt: skip
ATTRIBUTES = """type='html' type='text' type='TEXT/HTML' href='http://a.example/4' href=''
    rel='self' rel='Alternate' rel='via' isPermaLink='false' isPermaLink='true' ispermalink=''
    xml:lang='es' lang='en' term='x' src='u' domain='d' text='t'""".split()
ODD_ATTRIBUTES = """type='xhtml' type='image/png' mode='base64' url='http:///a.example/5' uri=''
    v:href='z' v:type='html' v:rel='via' xml:base='http://b.example/' lastmod='x' TYPE='plain'
    xmlns='com-wordpress:feed-additions:1' xmlns:v='urn:other'""".split()


class Press:
    """Makes up feeds that are well-formed, and mostly everyday ones."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def feed(self) -> str:
        chance = self._chance
        spaces = NAMESPACES | dict(
            chance.sample(sorted(ODD_NAMESPACES.items()), chance.choice([0, 0, 0, 0, 0, 1, 2]))
        )
        declared = " ".join(f"xmlns:{prefix}='{uri}'" for prefix, uri in spaces.items())
        kind = chance.choice(["rss", "rss", "atom", "rdf"])
        items = "".join(self._item(kind) for _ in range(chance.randint(1, 3)))
        head, tail = self._elements(3, 1), self._elements(1, 1)
        lang = chance.choice(["", "", " xml:lang='es_MX'", " lang='en'"])
        said = f"{declared}{lang}"
        if kind == "atom":
            atom = "xmlns='http://www.w3.org/2005/Atom'"
            return f"<feed {atom} {said}>{head}{items}{tail}</feed>"
        if kind == "rdf":
            rss = "xmlns='http://purl.org/rss/1.0/'"
            image = self._element("image", 2) if chance.random() < 0.3 else ""
            return f"<rdf:RDF {rss} {said}><channel>{head}</channel>{items}{image}</rdf:RDF>"
        return f"<rss version='2.0' {said}><channel>{head}{items}{tail}</channel></rss>"

    def _item(self, kind: str) -> str:
        chance = self._chance
        name = "entry" if kind == "atom" else "item"
        about = " rdf:about='http://a.example/r'" if chance.random() < 0.3 else ""
        if chance.random() < 0.05:
            about = f" {chance.choice(ATTRIBUTES + ODD_ATTRIBUTES)}"
        return f"<{name}{about}>{self._elements(7, 2)}</{name}>\n"

    def _elements(self, most: int, depth: int) -> str:
        chance = self._chance
        known = BARE + PREFIXED + (ODD if chance.random() < 0.03 else [])
        names = chance.choices(known, k=chance.randint(0, most))
        return "".join(self._element(name, depth) for name in names)

    def _element(self, name: str, depth: int) -> str:
        chance = self._chance
        count = chance.choice([0, 0, 0, 0, 1, 2])
        known = ODD_ATTRIBUTES if chance.random() < 0.03 else ATTRIBUTES
        said = {each.partition("=")[0]: each for each in chance.choices(known, k=count)}
        opened = " ".join([name, *said.values()])
        text = chance.choice(TEXTS)
        holds = name in {"image", "textInput"} or chance.random() < 0.06
        nested = self._elements(2, depth + 1) if depth < 5 and holds else ""
        return f"<{opened}>{text}{nested}</{name}>" if text or nested else f"<{opened}/>"


@pytest.mark.parametrize(
    ("item", "is_everyday"),
    [
        ("<title>a</title><source url='http://a.example/s'>The source</source>", True),
        ("<title>a</title><source>The source</source>", True),
        ("<title>a</title><source url='http://a.example/s'/>", True),
        ("<title>a</title><link/><guid>1</guid>", True),
        ("<feedburner:origLink>http://a.example/1</feedburner:origLink>", True),
        ("<feedburner:origLink type='text'>http://a.example/1</feedburner:origLink>", False),
        ("<News:Source>The source</News:Source>", True),
        ("<News:Source domain='d'>The source</News:Source>", False),
    ],
)
def test_what_few_items_have_is_read_as_feedparser_does(item: str, is_everyday: bool) -> None:
    declared = " ".join(f"xmlns:{prefix}='{uri}'" for prefix, uri in NAMESPACES.items())
    body = f"<rss version='2.0' {declared}><channel><item>{item}</item></channel></rss>"

    quick, slow = read_both_ways(body.encode())

    assert quick == slow
    assert (quick is not None) == is_everyday


def test_a_name_is_told_the_same_each_time_it_is_met() -> None:
    dc = "http://purl.org/dc/elements/1.1/"
    vocabulary = Vocabulary({"dc": dc})

    assert vocabulary.in_item(f"{dc} title") == vocabulary.in_item(f"{dc} title")


@given(st.randoms(use_true_random=False))
def test_feeds_made_up_are_read_as_feedparser_does(chance: random.Random) -> None:
    quick, slow = read_both_ways(Press(chance).feed().encode())

    assert quick == slow


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_feeds_are_read_as_feedparser_does(seed: int) -> None:
    bodies = [case.body for case in cases(read_feeds([DATA]), seed, 150)]

    found = [read_both_ways(body) for body in bodies]

    assert [quick for quick, _ in found] == [slow for _, slow in found]


# ---------------------------------------------------------------- what it knows of feedparser

# Names that feedparser handles and that leave an entry and a head alone, as was looked up.
HARMLESS = set(
    """author category cc_license cloud contributor dc_author dc_contributor dc_creator
    dc_language dc_publisher dc_subject email expirationdate generator georss_box georss_line
    georss_point georss_polygon homepage itunes_author itunes_block itunes_category itunes_email
    itunes_explicit itunes_image itunes_keywords itunes_link itunes_name itunes_owner keywords
    language managingeditor media_category media_content media_credit media_group media_keywords
    media_license media_player media_rating media_restriction media_thumbnail name uri url
    webmaster""".split()
)


def test_every_name_that_feedparser_handles_was_looked_at() -> None:
    handled = {
        match.group(1)
        for name in dir(StrictFeedParser)
        if (match := re.match("_(?:start|end)_(.+)", name))
    }

    assert handled - FIELDS - LEAVES - UNUSUAL == HARMLESS
    assert handled >= {*HARMLESS, *LEAVES}


def test_the_namespaces_are_those_of_feedparser() -> None:
    known = {uri.lower(): name.lower() for uri, name in StrictFeedParser.namespaces.items() if uri}

    assert known == PREFIXES


def test_no_name_is_read_in_two_ways() -> None:
    assert not FIELDS & UNUSUAL
    assert not LEAVES & (FIELDS | UNUSUAL | HEAD_FIELDS)


def test_the_mended_numbers_are_those_of_feedparser() -> None:
    assert feedparser.html._cp1252 == WINDOWS


RSS = "<rss version='2.0'><channel><title>x</title><item><guid>1</guid>{}</item></channel></rss>"


def fields(content: str) -> dict[str, Any] | None:
    """What the quick way makes of an item, None when it leaves it to feedparser."""
    cut = cut_document(RSS.format(content).encode())
    assert cut is not None
    read = read_everyday(cut, cut.items)
    return None if read is None else read[1][0]


def test_an_everyday_item_is_read_by_feedparsers_names() -> None:
    content = (
        "<title>A</title><link>http://a.example/1</link><description>B</description>"
        "<pubDate>today</pubDate><dcterms:created xmlns:dcterms='http://purl.org/dc/terms/'>ever"
        "</dcterms:created><source url='http://b.example'>C</source><category>D</category>"
        "<enclosure url='http://a.example/2' type='audio/mpeg'/>"
    )

    assert fields(content) == {
        "id": "1",
        "title": "A",
        "link": "http://a.example/1",
        "links": [
            {"rel": "alternate", "href": "http://a.example/1"},
            {"rel": "enclosure", "href": "http://a.example/2"},
        ],
        "summary": "B",
        "published": "today",
        "created": "ever",
        "source": {"href": "http://b.example", "title": "C"},
    }


@pytest.mark.parametrize(
    "content",
    [
        "<description><b>x</b></description>",
        "<description type='xhtml'>x</description>",
        "<description mode='base64'>eA==</description>",
        "<source><title>x</title></source>",
        "<image><v xmlns='urn:v'/></image>",
        "<link url='x'/>",
        "<link v:rel='x' xmlns:v='urn:v'/>",
        "<title base='http://b.example'>x</title>",
        "<date>today</date>",
        "<rights>a<title>x</title></rights>",
        "<x xmlns:d='urn:d'><y xmlns:d='urn:e'/></x><z xmlns:d='urn:f'/>",
        "<x><tags/></x>",
        "<x><title>a<b/></title></x>",
        "<x xmlns:l='http://www.w3.org/1999/xlink'/>",
        "<x xmlns:dc='urn:d'/><x xmlns:d='http://purl.org/dc/elements/1.1/'/>",
        "<x xmlns:DC='urn:d' xmlns:dc='urn:e'/>",
        "<x xmlns:u='http://backend.userland.com/rss2'/>",
        "<x xmlns='urn:d' xmlns:d='urn:d'/>",
        "<News:Source xmlns:News='https://www.bing.com/news' a='b'>x</News:Source>",
    ],
)
def test_what_is_not_everyday_is_left_to_feedparser(content: str) -> None:
    assert fields(content) is None


@pytest.mark.parametrize(
    "document",
    [
        "<rss><item><guid>1</guid></item></rss>",
        "<rss><channel><x/></channel><x/><channel><item><guid>1</guid></item></channel></rss>",
        "<rss><channel href='x'><item><guid>1</guid></item></channel></rss>",
        "<rss><channel><item href='x'><guid>1</guid></item></channel></rss>",
        "<rss><channel><item><guid>1</guid></item><title>x</title></channel></rss>",
        "<rss lang='a' xml:lang='b'><channel><item><guid>1</guid></item></channel></rss>",
        "<rss><channel><image><x/></image><item><guid>1</guid></item></channel></rss>",
        "<rss><channel><ttl a='b'>1</ttl><item><guid>1</guid></item></channel></rss>",
        "<feed><channel/><entry><id>1</id></entry></feed>",
        "<rss><channel><body/><item><guid>1</guid></item></channel></rss>",
        "<rss xmlns:m='urn:m'><channel><m:item><guid>1</guid></m:item></channel></rss>",
        "<!-- <!ENTITY x 'y'> --><rss><channel><item><guid>1</guid></item></channel></rss>",
        "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><channel/>"
        "<item><guid>1</guid></item></r:RDF>",
        "<page><item><guid>1</guid></item></page>",
    ],
)
def test_a_document_of_another_shape_is_left_to_feedparser(document: str) -> None:
    cut = cut_document(document.encode())

    assert cut is not None
    assert read_everyday(cut, cut.items) is None


def head_of(content: str) -> dict[str, str]:
    """What the quick way makes of a channel's own elements."""
    document = f"<rss><channel>{content}<item><guid>1</guid></item></channel></rss>"
    cut = cut_document(document.encode())
    assert cut is not None
    read = read_everyday(cut, [])
    assert read is not None
    return read[0]


def test_the_head_is_read_by_feedparsers_rules() -> None:
    content = (
        "<title/><title>A</title><title>B</title><image><title>C</title></image><title>D</title>"
        "<guid>x</guid><guid isPermaLink='false'>y</guid><link>z</link><ttl>5</ttl>"
        "<link rel='self' href='w'/><description>E</description><language>es</language>"
    )

    assert head_of(content) == {"title": "D", "link": "z", "ttl": "5", "language": "es"}


def test_a_second_description_is_a_content() -> None:
    content = "<description>A</description><description>B</description><description>C</description>"

    assert fields(content) == {
        "id": "1",
        "link": "1",
        "summary": "C",
        "content": [{"value": "B"}],
    }


def test_a_link_that_is_not_of_a_page_is_kept_beside() -> None:
    content = "<link rel='via' href='http:///a.example/'/><link>x?a=1&amp;amp;b=2&amp;c;</link>"

    assert fields(content) == {
        "id": "1",
        "link": "x?a=1&b=2&c",
        "links": [
            {"rel": "via", "href": "http://a.example/"},
            {"rel": "alternate", "href": "x?a=1&b=2&c"},
        ],
    }


def test_an_empty_source_has_its_address_only() -> None:
    content = "<source url='http://b.example'/>"

    assert fields(content) == {"id": "1", "link": "1", "source": {"href": "http://b.example"}}


def test_feedparser_does_not_read_what_is_not_well_formed() -> None:
    assert read_well_formed(b"<rss>", FEED) is None
