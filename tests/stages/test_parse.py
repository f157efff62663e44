"""Feeds as they are: a zoo of small malformed ones, real ones where they lie, and mutations."""

from __future__ import annotations

import pickle
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError, PollError
from monitor.model import Entry, EntryKey, Feed, ItemMark, ParsedFeed, Problem
from monitor.stages.parse import ITEMS_MAX, parse_feed
from monitor.stages.parse.entry_reader import SUMMARY_MAX_CHARS, TITLE_MAX_CHARS
from tests.fuzz import ATOMS, SEEN_AT, URL, ZOO, cases, check, parse, run_case

WILD = Path(__file__).parents[3] / "shared" / "feeds" / "wild"
BORDER, JUAREZ = "Ministers meet at the border", "La reunión será en Ciudad Juárez"


def read(name: str, *, url: str = URL, content_type: str | None = None) -> ParsedFeed:
    return parse((ZOO / name).read_bytes(), url=url, content_type=content_type)


def titles(parsed: ParsedFeed) -> list[str]:
    return [entry.title for entry in parsed.entries]


def ids(parsed: ParsedFeed) -> list[str]:
    return [entry.key.id for entry in parsed.entries]


def links(parsed: ParsedFeed) -> list[str]:
    return [entry.link for entry in parsed.entries]


def rss(*items: str) -> bytes:
    joined = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>x</title>{joined}</channel></rss>".encode()


# ---------------------------------------------------------------- as the rules want it


def test_an_entry_has_the_publishers_words_as_plain_text() -> None:
    parsed = read("plain.rss")

    assert (parsed.title, parsed.warning, parsed.ttl) == (
        "Diario de Prueba", "", timedelta(minutes=90)
    )  # fmt: skip
    assert parsed.entries[0] == Entry(
        key=EntryKey(7, "prueba-1"),
        outlet="Prueba",
        link="https://prueba.example/1",
        title=BORDER,
        summary="The two sides will talk about trade.",
        published_at=datetime(2026, 7, 12, 7, tzinfo=UTC),
        seen_at=SEEN_AT,
        language="en",
        published_text="Sun, 12 Jul 2026 07:00:00 GMT",
    )
    assert [(entry.title, entry.language) for entry in parsed.entries] == [
        (BORDER, "en"),
        (JUAREZ, "es"),
    ]


def test_atom_is_read_with_its_markup_gone() -> None:
    first, second = read("plain.atom").entries

    assert (first.key.id, first.link) == ("tag:prueba.example,2026:1", "https://prueba.example/1")
    assert (first.title, first.summary) == ("Tom & Ana", "Uno. Dos.")
    assert first.published_at == datetime(2026, 7, 12, 7, tzinfo=UTC)
    assert second.published_at == datetime(2026, 7, 12, 8, tzinfo=UTC)
    assert second.published_text == "2026-07-12T08:00:00Z"


def test_rss_1_is_read_with_its_rhythm() -> None:
    parsed = read("plain.rdf")

    assert ids(parsed) == ["https://prueba.example/1"]
    assert parsed.ttl == timedelta(hours=6)


@pytest.mark.parametrize(
    ("name", "expected"), [("prefixed.atom", ["urn:1"]), ("no-version.rss", ["https://prueba.example/1"])]
)  # fmt: skip
def test_unusual_feeds_are_feeds(name: str, expected: list[str]) -> None:
    assert (ids(read(name)), read(name).warning) == (expected, "")


def test_an_empty_feed_is_a_feed() -> None:
    assert read("empty.rss") == ParsedFeed("Diario de Prueba", ())
    assert parse(b"<rss/>") == ParsedFeed("", ())


def test_the_language_is_the_subscribers_hint_where_the_words_do_not_tell() -> None:
    body = rss("<title>USMCA</title>", f"<title>{BORDER}</title>")
    feed = Feed(7, URL, "Prueba", language="es")

    parsed = parse_feed(body, feed=feed, url=URL, content_type=None, seen_at=SEEN_AT)

    assert [entry.language for entry in parsed.entries] == ["es", "en"]


@pytest.mark.parametrize(
    ("said", "ttl"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>99999999999999999999</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
        (
            "<sy:updatePeriod> Weekly </sy:updatePeriod><sy:updateFrequency>7</sy:updateFrequency>",
            timedelta(days=1),
        ),
        (
            "<ttl>30</ttl><sy:updatePeriod>daily</sy:updatePeriod>"
            "<sy:updateFrequency>0</sy:updateFrequency>",
            timedelta(days=1),
        ),
        ("<sy:updatePeriod>often</sy:updatePeriod>", None),
    ],
)
def test_the_publishers_rhythm_is_the_longest_it_asks_for(said: str, ttl: timedelta | None) -> None:
    body = (
        '<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel><title>x</title>{said}</channel></rss>"
    )

    assert parse(body.encode()).ttl == ttl


# ---------------------------------------------------------------- malformed and readable


@pytest.mark.parametrize(
    ("name", "expected", "warning"),
    [
        ("blank-lines-first.rss", [BORDER], "there is something before the XML declaration"),
        ("windows-1252.rss", ["“Año de México” cuesta 5 €"], ""),
        (
            "windows-1252-undeclared.rss",
            ["El año que viene: reunión en Cancún"],
            "the text names no encoding and was read as windows-1252",
        ),
        (
            "windows-1252-as-utf-8.rss",
            ["El año que viene: reunión en Cancún"],
            "the text is not in utf-8, as it says, and was read as windows-1252",
        ),
        ("utf-8-as-latin-1.rss", ["El año que viene: reunión en Cancún"], ""),
        ("utf-16.rss", ["El año que viene"], ""),
        (
            "bare-ampersands.rss",
            ["Trade & aid & R&D", JUAREZ],
            "ampersands that XML does not allow were mended",
        ),
        (
            "html-entities.rss",
            ["El año que viene — reunión"],
            "ampersands that XML does not allow were mended",
        ),
        (
            "unclosed-tags.rss",
            [BORDER, JUAREZ],
            "not well-formed XML in line 11: mismatched tag",
        ),
        (
            "control-characters.rss",
            ["Bell and null escape", JUAREZ],
            "characters that XML forbids were dropped",
        ),
        (
            "impossible-references.rss",
            ["Half a pair", "Beyond the last", "Far beyond, nothing"],
            "references to characters that do not exist were dropped",
        ),
        ("empty-items.rss", [BORDER], "passed over, without a word or a link: 1"),
    ],
)
def test_what_is_malformed_gives_its_entries_and_a_warning(
    name: str, expected: list[str], warning: str
) -> None:
    parsed = read(name)

    assert (titles(parsed), parsed.warning) == (expected, warning)


def test_one_damaged_character_does_not_spoil_the_others() -> None:
    parsed = read("damaged-utf-8.rss")

    assert parsed.warning == "damaged characters were replaced"
    assert titles(parsed)[0].startswith("El año que viene: reunión en Cancún, adiós a los niños")
    assert titles(parsed)[1] == "da\ufffdado"


def test_entries_that_their_publisher_never_closes_are_all_read() -> None:
    body = b"<rss><channel><title>x</title><item><title>a</title><item><title>b</title>"

    parsed = parse(body)

    assert titles(parsed) == ["a", "b"]
    assert "ends within an entry" not in (parsed.warning or "")


def test_half_an_entry_waits_for_the_next_poll() -> None:
    parsed = read("truncated.rss")

    assert titles(parsed) == [BORDER, JUAREZ]
    assert "ends within an entry" in parsed.warning


@pytest.mark.parametrize(
    "content_type",
    [None, "text/html", "text/plain; charset=utf-8", "application/rss+xml; charset=nonsense",
     "text/xml;charset=iso-8859-1", "application/octet-stream", "application/json", "x" * 500],
)  # fmt: skip
def test_a_wrong_content_type_changes_nothing(content_type: str | None) -> None:
    expected = parse((ZOO / "plain.rss").read_bytes())

    assert read("plain.rss", content_type=content_type) == expected


def test_the_encoding_that_http_names_is_used_where_the_document_names_none() -> None:
    body = rss("<title>Příliš žluťoučký kůň</title>".replace("ř", "ø")).decode()
    body = body.replace("Pøíliš žluťoučký kůň", "Příliš žluťoučký kůň")

    parsed = parse(body.encode("iso-8859-2"), content_type="text/xml; charset=iso-8859-2")

    assert (titles(parsed), parsed.warning) == (["Příliš žluťoučký kůň"], "")


def test_cdata_is_left_as_it_stands() -> None:
    parsed = parse(
        rss(
            "<title><![CDATA[A & B &nbsp; <b>c</b>]]> &amp; &eacute;</title>"
            "<link><![CDATA[https://prueba.example/?a=1&b=2]]></link>"
        )
    )

    assert titles(parsed) == ["A & B c & é"]
    assert links(parsed) == ["https://prueba.example/?a=1&b=2"]


# ---------------------------------------------------------------- no feed at all


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("web-page.html", Problem.NOT_A_FEED, "a web page, not a feed"),
        ("bot-wall.html", Problem.BOT_WALL, "a bot wall, not a feed"),
        ("answer.json", Problem.NOT_A_FEED, "JSON, not a feed"),
        ("sitemap.xml", Problem.NOT_A_FEED, "XML of another kind, not an RSS or Atom feed"),
        ("error.txt", Problem.NOT_A_FEED, "not a feed"),
        ("broken-head.rss", Problem.PARSER, "no entry can be read: not well-formed"),
    ],
)
def test_what_is_no_feed_is_refused_in_words(name: str, kind: Problem, words: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(name)

    assert (caught.value.feed_url, caught.value.kind) == (URL, kind)
    assert caught.value.problem.startswith(words)


@pytest.mark.parametrize("body", [b"", b"  \n", b"\xef\xbb\xbf", b"\0\0\0\0", b"\xff\xfe"])
def test_nothing_is_no_feed(body: bytes) -> None:
    with pytest.raises(ParseError, match="empty"):
        parse(body)


def test_whatever_the_parser_raises_names_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OverflowError("secret text of an entry")

    monkeypatch.setattr("feedparser.parse", fail)  # a foreign library, not our own code

    with pytest.raises(ParseError) as caught:
        parse(rss())
    assert caught.value.problem == "the parser gave up on it (OverflowError)"


@pytest.mark.parametrize(
    "error",
    [
        ParseError("https://a.example", "a web page", kind="not a feed"),
        PollError("https://a.example", "gone", kind="gone", status=410, retry_after=timedelta(1)),
    ],
)
def test_an_error_crosses_processes_unchanged(error: ParseError | PollError) -> None:
    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is type(error)
    assert (copy.__dict__, str(copy)) == (error.__dict__, str(error))


# ---------------------------------------------------------------- identity


def test_entries_that_share_a_guid_are_told_apart_by_what_they_say() -> None:
    assert ids(read("constant-guid.rss")) == [
        "always|https://prueba.example/3",
        "always|https://prueba.example/2",
        "always|https://prueba.example/1",
    ]


@pytest.mark.parametrize("name", ["constant-guid.rss", "constant-guid-no-link.rss"])
def test_an_entry_keeps_its_key_when_others_are_put_on_top(name: str) -> None:
    body = (ZOO / name).read_bytes()
    added = b"<item><title>Newest</title><guid isPermaLink='false'>always</guid></item>"

    before = {entry.title: entry.key for entry in parse(body).entries}
    after = {
        entry.title: entry.key
        for entry in parse(body.replace(b"<item>", added + b"<item>", 1)).entries
    }

    assert {title: after[title] for title in before} == before
    assert len(set(after.values())) == len(before) + 1


def test_twins_by_http_and_https_are_told_apart_in_one_document() -> None:
    items = (
        f"<title>{scheme}</title><guid>{scheme}://prueba.example/1</guid>"
        for scheme in ("http", "https")
    )

    assert ids(parse(rss(*items))) == [
        "http://prueba.example/1|http://prueba.example/1",
        "https://prueba.example/1|https://prueba.example/1",
    ]


def test_what_is_wholly_the_same_is_numbered() -> None:
    assert ids(read("same-entry-twice.rss")) == ["prueba-1", "prueba-2", "prueba-1|2"]


def test_without_a_guid_the_link_is_the_identity_and_without_both_the_words() -> None:
    assert ids(read("no-guid.rss")) == ["https://prueba.example/1", "https://prueba.example/2"]
    hashes = ids(read("no-guid-no-link.rss"))
    assert [bool(re.fullmatch(r"hash:[0-9a-f]{32}", name)) for name in hashes] == [True, True]
    assert len(set(hashes)) == 2


def test_an_endless_id_is_hashed() -> None:
    name = ids(parse(rss(f"<title>x</title><guid>{'9' * 50_000}</guid>")))[0]

    assert re.fullmatch(r"hash:[0-9a-f]{32}", name)


# ---------------------------------------------------------------- dates


def test_spanish_dates_are_read() -> None:
    moments = [entry.published_at for entry in read("spanish-dates.rss").entries]

    assert moments == [
        datetime(2026, 7, 11, 16, tzinfo=UTC),
        datetime(2026, 7, 11, tzinfo=UTC),
        datetime(2026, 7, 11, 10, 30, tzinfo=UTC),
        datetime(2026, 7, 11, 10, tzinfo=UTC),
        datetime(2026, 7, 11, 16, tzinfo=UTC),
        datetime(2026, 7, 11, tzinfo=UTC),
    ]


def test_dates_that_cannot_be_are_none_and_kept_as_written() -> None:
    entries = read("absurd-dates.rss").entries

    assert [entry.published_at for entry in entries] == [None] * 8
    assert [entry.dated_at for entry in entries] == [SEEN_AT] * 8
    assert [entry.published_text for entry in entries][:2] == [
        "0000-00-00T00:00:00Z",
        "Wed, 31 Dec 9999 23:59:59 GMT",
    ]
    assert entries[-1].published_text == ""


def test_a_date_that_cannot_be_gives_way_to_the_next() -> None:
    body = rss("<title>x</title><pubDate>30 Feb 2026</pubDate><updated>2026-07-11</updated>")

    (entry,) = parse(body).entries

    assert (entry.published_at, entry.published_text) == (
        datetime(2026, 7, 11, tzinfo=UTC),
        "2026-07-11",
    )


# ---------------------------------------------------------------- outlets and links


def test_behind_an_aggregator_the_outlet_is_the_publisher() -> None:
    first, second = read("aggregator.rss", url="https://news.google.com/rss/search?q=x").entries

    assert (first.outlet, first.title) == ("Example Times", "Ministers meet - at the border")
    assert (first.summary, first.link) == ("", "https://news.google.com/rss/articles/AAA")
    assert (second.outlet, second.title) == ("El Ejemplo", "Otra reunión")


def test_elsewhere_a_tail_belongs_to_the_title() -> None:
    (planet,) = read("planet.atom").entries
    (own,) = read("own-source.rss").entries

    assert (planet.outlet, planet.title) == ("A blog", "One - two")
    assert (own.outlet, own.title) == ("Prueba", f"{BORDER} - Opinion")


def test_a_source_with_an_impossible_address_is_a_source_all_the_same() -> None:
    (entry,) = parse(rss("<title>x</title><source url='http://['>Elsewhere</source>")).entries

    assert entry.outlet == "Elsewhere"


def test_relative_links_become_absolute() -> None:
    assert links(read("relative-links.atom")) == [
        "https://base.example/x/1.html",
        "https://prueba.example/2.html",
        "https://prueba.example/3.html",
        "https://other.example/4",
    ]
    body = rss("<link>../1</link><title>x</title>", "<link>http://[</link><title>y</title>")
    assert links(parse(body, url="https://prueba.example/a/b/feed")) == [
        "https://prueba.example/a/1",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("enclosure-only.rss", "https://prueba.example/1.mp3"),
        ("guid-is-no-link.rss", ""),
        ("tracked-links.rss", "https://prueba.example/1?id=7"),
    ],
)
def test_a_link_is_the_entrys_page_or_what_comes_nearest(name: str, expected: str) -> None:
    assert links(read(name)) == [expected]


def test_an_entry_without_a_title_is_headed_by_its_beginning() -> None:
    (note,) = read("no-titles.rss").entries
    (bare,) = parse(rss("<link>https://prueba.example/1</link>")).entries

    assert (
        note.title == "A note about the border, without a headline of its own, as such notes are."
    )
    assert bare.title == "https://prueba.example/1"


# ---------------------------------------------------------------- what is new


def news(*numbers: int) -> bytes:
    items = (
        f"<title>Headline {n}</title><guid>g{n}</guid><link>https://prueba.example/{n}</link>"
        for n in numbers
    )
    return rss(*items)


def hashes(parsed: ParsedFeed) -> frozenset[bytes]:
    return frozenset(mark.hash for mark in parsed.marks)


def test_items_seen_before_are_not_read_again() -> None:
    first = parse(news(1, 2, 3))

    second = parse(news(4, 1, 2, 3), seen=hashes(first))

    assert ids(first) == ["g1", "g2", "g3"]
    assert ids(second) == ["g4"]
    assert second.marks == (
        ItemMark(second.marks[0].hash, "g4"),
        *(ItemMark(mark.hash, None) for mark in first.marks),
    )
    assert (first.seen_count, second.seen_count) == (0, 3)


def test_an_item_whose_bytes_changed_is_read_again() -> None:
    first = parse(news(1, 2))

    second = parse(news(1, 2).replace(b"Headline 2", b"Headline two"), seen=hashes(first))

    assert titles(second) == ["Headline two"]


def test_with_nothing_new_the_head_is_read_all_the_same() -> None:
    body = news(1, 2).replace(b"<title>x</title>", b"<title>Diario</title><ttl>90</ttl>")

    again = parse(body, seen=hashes(parse(body)))

    assert (again.title, again.ttl, again.entries) == ("Diario", timedelta(minutes=90), ())


def test_entries_that_share_an_id_are_read_together() -> None:
    body = (ZOO / "constant-guid.rss").read_bytes()
    added = b"<item><title>Newest</title><guid isPermaLink='false'>always</guid></item>"
    longer = body.replace(b"<item>", added + b"<item>", 1)

    part = parse(longer, seen=hashes(parse(body)))

    assert part.entries == parse(longer).entries


def test_what_cannot_be_cut_is_read_whole() -> None:
    body = (ZOO / "unclosed-tags.rss").read_bytes()
    first = parse(body)

    again = parse(body, seen=hashes(first))

    assert hashes(first) == {b""}
    assert again == first


def test_where_the_parser_counts_otherwise_the_whole_is_read() -> None:
    foreign = "<x:item xmlns:x='urn:x'><x:guid>1</x:guid></x:item>"
    body = f"<rss version='2.0'><channel><title>x</title>{foreign}</channel></rss>".encode()

    assert parse(body) == ParsedFeed("x", ())


def test_what_was_mended_is_cut_too() -> None:
    body = (ZOO / "bare-ampersands.rss").read_bytes()
    first = parse(body)

    again = parse(body, seen=hashes(first))

    assert (again.entries, again.seen_count, again.warning) == ((), 2, first.warning)


def test_what_is_passed_over_is_told_each_time() -> None:
    body = (ZOO / "empty-items.rss").read_bytes()
    first = parse(body)

    again = parse(body, seen=hashes(first))

    assert (len(first.entries), again.entries, again.warning) == (1, (), first.warning)


def test_a_flood_is_read_in_parts() -> None:
    body = news(*range(ITEMS_MAX + 10))

    first = parse(body)
    second = parse(body, seen=hashes(first))

    assert (len(first.entries), first.waiting_count) == (ITEMS_MAX, 10)
    assert (len(second.entries), second.waiting_count) == (10, 0)
    assert ids(first) + ids(second) == ids_of(range(ITEMS_MAX + 10))


def ids_of(numbers: range) -> list[str]:
    return [f"g{number}" for number in numbers]


# ---------------------------------------------------------------- JSON Feed


def test_a_json_feed_is_a_feed() -> None:
    parsed = read("json-feed.json", content_type="application/feed+json")
    first, second, third = parsed.entries

    assert (parsed.title, parsed.warning) == (
        "Diario de Prueba", "passed over, without a word or a link: 2"
    )  # fmt: skip
    assert first == Entry(
        key=EntryKey(7, "prueba-1"),
        outlet="Prueba",
        link="https://prueba.example/1?a=1&b=2",
        title=BORDER,
        summary="The two sides will talk about trade & aid.",
        published_at=datetime(2026, 7, 12, 7, tzinfo=UTC),
        seen_at=SEEN_AT,
        language="en",
        published_text="2026-07-12T01:00:00-06:00",
    )
    assert (second.key.id, second.link, second.title) == ("2", "https://other.example/2", JUAREZ)
    assert second.published_at == datetime(2026, 7, 11, 10, tzinfo=UTC)
    assert (third.title, third.link) == ("1 < 2 & 3 > 2", "")
    assert third.published_at == datetime(2026, 7, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[1]",
        "{",
        '{"version": "https://jsonfeed.org/version/1.1", "items": {}}',
        '{"version": 1, "items": []}',
        '{"a": ' * 100_000,
        '{"version": "https://jsonfeed.org/version/1", "items": [' + "9" * 5000 + "]}",
    ],
)
def test_other_json_is_no_feed(text: str) -> None:
    with pytest.raises(ParseError, match="JSON, not a feed"):
        parse(text.encode())


def test_of_a_json_feed_too_only_what_is_new_is_read() -> None:
    body = (ZOO / "json-feed.json").read_bytes()
    first = parse(body)

    again = parse(body, seen=hashes(first))
    edited = parse(body.replace(b"Ministers", b"They"), seen=hashes(first))

    assert (again.entries, again.seen_count, again.warning) == ((), 3, first.warning)
    assert titles(edited) == ["They meet at the border"]


def test_an_empty_json_feed_is_a_feed() -> None:
    body = b'{"version": "https://jsonfeed.org/version/1", "title": "x", "items": []}'

    assert parse(body) == ParsedFeed("x", ())


# ---------------------------------------------------------------- when not to poll


@pytest.mark.parametrize(
    ("said", "hours", "days"),
    [
        ("<skipHours><hour>0</hour><hour> 5 </hour><hour>23</hour></skipHours>", {0, 5, 23}, set()),
        ("<skipHours><hour>24</hour><hour>25</hour><hour>-1</hour></skipHours>", {0}, set()),
        ("<skipDays><day>Sunday</day><day>saturday</day><day>x</day></skipDays>", set(), {5, 6}),
        ("<skipHours/><skipDays></skipDays>", set(), set()),
        ("", set(), set()),
    ],
)
def test_the_hours_and_days_to_skip_are_told(said: str, hours: set[int], days: set[int]) -> None:
    parsed = parse(f"<rss version='2.0'><channel><title>x</title>{said}</channel></rss>".encode())

    assert (parsed.skip_hours, parsed.skip_days) == (hours, days)


# ---------------------------------------------------------------- the ends of summaries


@pytest.mark.parametrize(
    ("markup", "summary"),
    [
        ("Both sides met. Read more", "Both sides met."),
        ("Both sides met… [Read more…]", "Both sides met…"),
        ("Both sides met. Continue reading →", "Both sides met."),
        ("Both sides met <a href='x'>Read more</a>", "Both sides met"),
        ("<p>Both sides met <a class='more' href='x'>Continue reading <b>On</b> →</a></p>\n",
         "Both sides met"),
        ("Se reunieron. Seguir leyendo", "Se reunieron."),
        ("Se reunieron [&#8230;] <a href='x'>Leer más</a>", "Se reunieron […]"),
        ("<p>Se reunieron.</p><p>La entrada <a href='x'>Uno. Dos</a> apareció primero en "
         "<a href='y'>El Ejemplo</a>.</p>", "Se reunieron."),
        ("<p>They met.</p><p>The post <a>Uno. Dos</a> appeared first on <a>Example.com</a>.</p>",
         "They met."),
        ("The post Uno. Dos first appeared on Example.", ""),
        # Not a tail, but what is said.
        ("Los niños deben leer más", "Los niños deben leer más"),
        ("They will read more", "They will read more"),
        ("The post was filled. He appeared first on Monday, then left",
         "The post was filled. He appeared first on Monday, then left"),
        ("He appeared first on Monday", "He appeared first on Monday"),
        ("Learn more about it in <a href='x'>our report</a>",
         "Learn more about it in our report"),
        ("<a href='x'>Read more</a> about the border", "Read more about the border"),
    ],
)  # fmt: skip
def test_a_summary_ends_with_what_it_says(markup: str, summary: str) -> None:
    body = rss(f"<title>Uno. Dos</title><description><![CDATA[{markup}]]></description>")

    (entry,) = parse(body).entries

    assert entry.summary == summary


@pytest.mark.parametrize("piece", ["<a ", "<a href='x'>Read more", "The post ", " Read more ",
                                   " appeared first on ", "&lt;a >", ". [Read more] » "]
)  # fmt: skip
def test_the_search_for_tails_takes_little_time(piece: str) -> None:
    parse(rss(f"<title>x</title><description><![CDATA[{piece * 5000}]]></description>"))


# ---------------------------------------------------------------- harm


def test_no_markup_and_no_trick_comes_through() -> None:
    parsed = read("hostile-markup.rss")
    first, second = parsed.entries

    assert parsed.title == "Feed"
    assert (first.title, first.summary, first.link) == ("Title {{7*7}}", "Text", "")
    assert (second.title, second.link) == (
        "=?utf-8?q?=0D=0ABcc=3A_e=40example.org?= right to left",
        "http://evil.example/",
    )


def test_entities_are_not_unfolded_and_name_no_file() -> None:
    (entry,) = read("xml-bomb.rss").entries

    assert entry.title == "Boom &h; &file;"


def test_long_texts_are_cut() -> None:
    words = "palabra " * 200_000
    (entry,) = parse(rss(f"<title>{words}</title><description>{words}</description>")).entries

    assert TITLE_MAX_CHARS - 10 < len(entry.title) <= TITLE_MAX_CHARS
    assert SUMMARY_MAX_CHARS - 10 < len(entry.summary) <= SUMMARY_MAX_CHARS


def test_many_entries_take_linear_time() -> None:
    item = "<title>t{0}</title><guid>{0}</guid><description>&lt;p&gt;d</description>"

    parsed = parse(rss(*(item.format(n % 1500) for n in range(3000))))

    assert len({entry.key for entry in parsed.entries}) == 3000


# ---------------------------------------------------------------- everything at once


def survive(body: bytes, content_type: str | None = None) -> None:
    with suppress(ParseError):
        check(parse(body, content_type=content_type))


BODIES = [path.read_bytes() for path in sorted(ZOO.iterdir()) if path.suffix != ".md"]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_feed_cut_anywhere_breaks_nothing(body: bytes) -> None:
    for share in range(0, 100, 7):
        survive(body[: len(body) * share // 100])


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("seed", range(4))
def test_damaged_feeds_break_nothing(seed: int) -> None:
    for case in cases(BODIES, seed=1000 + seed, count=200):
        run_case(case)


@given(st.lists(st.sampled_from(ATOMS) | st.binary(max_size=8), max_size=20).map(b"".join))
def test_no_bytes_break_anything(body: bytes) -> None:
    survive(body)
    survive(b"<rss version='2.0'><channel><item>" + body + b"</item></channel></rss>")


@pytest.mark.skipif(not WILD.is_dir(), reason="the wild feeds are not beside this checkout")
def test_wild_feeds_give_every_entry_that_was_written() -> None:
    counts = {}
    for path in sorted(WILD.iterdir()):
        body = path.read_bytes()
        parsed = parse(body, url=f"https://wild.example/{path.name}", content_type="text/xml")
        check(parsed)
        written = len(re.findall(rb"<(?:\w+:)?(?:item|entry)[\s>]", body))
        counts[path.name] = (len(parsed.entries), written)
        assert all(entry.link and entry.published_at for entry in parsed.entries), path.name

    assert len(counts) == 26
    assert {name: count for name, count in counts.items() if count[0] != count[1]} == {}
