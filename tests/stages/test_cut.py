"""A document in pieces: together they are the document, and each is what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.parse.cut import Cut, Item, cut_document, item_hash

HEAD = b"<rss version='2.0'><channel><title>x</title>\n"
TAIL = b"\n</channel></rss>"


def item(words: str, name: str = "item") -> bytes:
    return f"<{name}>{words}</{name}>".encode()


def named(number: int) -> bytes:
    return item(f"<guid>{number}</guid>")


def cut(*items: bytes, between: bytes = b"\n") -> Cut | None:
    return cut_document(HEAD + between.join(items) + TAIL)


def distinct(*items: bytes) -> list[bool]:
    found = cut(*items)
    assert found is not None
    return [each.is_distinct for each in found.items]


def test_a_document_is_cut_before_and_after_each_item() -> None:
    first, second = named(1), named(2)

    assert cut(first, second) == Cut(
        HEAD, (Item(first, item_hash(first), True), Item(second, item_hash(second), True)), TAIL
    )


def test_what_is_left_out_leaves_no_gap() -> None:
    found = cut(named(1), named(2), named(3))

    assert found is not None
    assert found.with_only([found.items[0], found.items[2]]) == HEAD + named(1) + named(3) + TAIL
    assert found.with_only([]) == HEAD + TAIL


def test_an_item_is_cut_where_xml_has_one_only() -> None:
    tricky = (
        b"<item><guid>1</guid><d><![CDATA[</item><item>]]></d><!-- </item> --><?p </item> ?>"
        b"<x a='/>'/></item >"
    )

    found = cut(tricky, named(2))

    assert found is not None
    assert [each.content for each in found.items] == [tricky, named(2)]


@pytest.mark.parametrize(
    "document",
    [
        b"<feed xmlns='http://www.w3.org/2005/Atom'><id>f</id><entry><id>1</id></entry></feed>",
        b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:id>1</a:id></a:entry></a:feed>",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        b"<channel><items><rdf:Seq/></items></channel><item rdf:about='1'/> <item rdf:about='2'>"
        b"</item></rdf:RDF>".replace(b"<item rdf:about='1'/>", b""),
        b"<rss><channel><ITEM><guid>1</guid></ITEM></channel></rss>",
        "<rss><channel><title>ñ€😀</title><item><guid>ñ</guid></item></channel></rss>".encode(),
    ],
)
def test_every_kind_of_feed_is_cut(document: bytes) -> None:
    found = cut_document(document)

    assert found is not None
    assert [each.is_distinct for each in found.items] == [True]
    assert found.with_only(found.items) == document


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"no feed",
        HEAD + TAIL,  # nothing to cut
        HEAD + named(1),  # not well-formed
        HEAD + b"<item>&nbsp;</item>" + TAIL,
        HEAD + b"<item><x:y/></item>" + TAIL,  # a prefix that was not declared
        b"<!DOCTYPE rss>" + HEAD + named(1) + TAIL,
        b"<!DOCTYPE rss [<!ENTITY i '<item/>'>]>" + HEAD + named(1) + b"&i;" + TAIL,
        HEAD + b"<item/>" + TAIL,
        HEAD + b"<item a='>' />" + TAIL,
        HEAD + named(1) + b"<image/>" + named(2) + TAIL,
        HEAD + named(1) + b"text" + named(2) + TAIL,
        HEAD + item("<item></item>") + TAIL,
        HEAD + item("<guid>1<b/>2</guid>") + TAIL,
        HEAD + named(1) + b"<entry></entry>" + TAIL,
        HEAD + named(1) + b"</channel><channel><x><item></item></x>" + TAIL,
    ],
)
def test_what_could_be_read_in_two_ways_is_not_cut(document: bytes) -> None:
    assert cut_document(document) is None


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([named(1), named(2), named(1)], [False, True, False]),
        ([item("<guid>a</guid>"), item("<guid> <![CDATA[A]]>\n</guid>")], [False, False]),
        ([item("<guid>a</guid><link>x</link>"), item("<guid>b</guid><link>x</link>")],
         [True, True]),
        ([item("<link>x</link>"), item("<link>y</link>"), item("<link>x</link>")],
         [False, True, False]),
        ([item("<link href='x'/>"), item("<link href='y' rel='self'/>")], [True, True]),
        ([item("<guid>x</guid>"), item("<link>x</link>")], [False, False]),
        ([item("<title>x</title>"), named(1)], [False, True]),
        ([item("<guid/>"), named(1)], [False, True]),
        ([item(f"<source><id>s</id></source><id>{n}</id>") for n in (1, 2)], [True, True]),
        ([item("<guid>http://a.example/1</guid>"), item("<guid>https://www.a.example/1</guid>")],
         [False, False]),
    ],
)  # fmt: skip
def test_items_that_share_a_name_are_not_distinct(items: list[bytes], expected: list[bool]) -> None:
    assert distinct(*items) == expected


@given(
    st.lists(
        st.text("<>&item/ \n\t'\"![CDATA]-?ñ€", max_size=12).map(
            lambda text: item(
                f"<guid>{len(text)}</guid>"
                + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            )
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_pieces_are_the_document(items: list[bytes]) -> None:
    found = cut(*items, between=b"")

    assert found is not None
    assert [each.content for each in found.items] == items
    assert found.with_only(found.items) == HEAD + b"".join(items) + TAIL


@given(st.binary(max_size=60))
def test_any_bytes_are_cut_or_not(junk: bytes) -> None:
    document = HEAD + named(1) + junk + TAIL

    found = cut_document(document)

    assert found is None or found.with_only(found.items) == document or not junk.strip()


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    "document",
    [
        HEAD + b"<item " + b" ".join(b"a%d=''" % n for n in range(50_000)) + b"></item>" + TAIL,
        HEAD + b"<item><d>" + b"<b>" * 50_000 + b"</b>" * 50_000 + b"</d></item>" + TAIL,
        HEAD + b"<item " + b"x" * 5_000_000,
        HEAD + b"".join(named(n) for n in range(50_000)) + TAIL,
    ],
    ids=["attributes", "nesting", "endless tag", "items"],
)
def test_cutting_takes_linear_time(document: bytes) -> None:
    cut_document(document)
