"""Bytes become text: by what they are, then by what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.document import Document, read_document

SPANISH = "<t>El año que viene, «así» y ¿qué más?</t>"


@pytest.mark.parametrize(
    ("body", "content_type", "mended"),
    [
        (SPANISH.encode(), None, ()),
        (SPANISH.encode("utf-8-sig"), "text/xml; charset=windows-1252", ()),
        (SPANISH.encode("utf-16"), "text/xml; charset=utf-8", ()),
        (SPANISH.encode("utf-16-be"), None, ()),
        (SPANISH.encode("utf-16-le"), None, ()),
        (SPANISH.encode("utf-32"), None, ()),
        (SPANISH.encode("utf-32-be"), None, ()),
        (SPANISH.encode(), "text/xml; charset=iso-8859-1", ()),
        (SPANISH.encode("latin-1"), 'text/xml; charset="ISO-8859-1"', ()),
        (
            b"<?xml version='1.0' encoding='latin1'?>" + SPANISH.encode("latin-1"),
            "text/xml; charset=utf-8",
            ("the text is not in utf-8, as it says, and was read as latin1",),
        ),
        (
            SPANISH.encode("latin-1"),
            "text/xml; charset=rot13",
            ("the text is not in rot13, as it says, and was read as windows-1252",),
        ),
        (
            SPANISH.encode("cp1252"),
            "text/xml; charset=no-such-thing",
            ("the text names no encoding and was read as windows-1252",),
        ),
        (
            SPANISH.encode("cp1252"),
            "text/xml; charset=utf-7",
            ("the text names no encoding and was read as windows-1252",),
        ),
    ],
)
def test_the_text_is_found_behind_right_and_wrong_labels(
    body: bytes, content_type: str | None, mended: tuple[str, ...]
) -> None:
    assert read_document(body, content_type) == Document(SPANISH, mended)


def test_seven_bit_encodings_are_left_to_their_label() -> None:
    body = "<t>東京</t>".encode("iso-2022-jp")

    assert read_document(body, "text/xml; charset=iso-2022-jp").text == "<t>東京</t>"


def test_bytes_of_no_encoding_are_text_all_the_same() -> None:
    document = read_document(b"<t>\x81\xe9</t>", "text/xml; charset=iso-8859-1")

    assert document.text == "<t>\x81é</t>"
    assert document.mended == ("the text is in no encoding that it names or that is usual",)


def test_damage_in_utf_16_is_replaced() -> None:
    document = read_document(b"\xff\xfe<\0t\0>\0\x00\xd8x", None)

    assert document.mended == ("damaged characters were replaced",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a & b", "a &amp; b"),
        ("a&b=1&amp;c;", "a&amp;b=1&amp;c;"),
        ("&ntilde;&nbsp;&notaname;", "ñ\xa0&amp;notaname;"),
        ("&lt;&#60;&#x3C;&quot;", "&lt;&#60;&#x3C;&quot;"),
        ("&LT;", "&amp;LT;"),
        ("&#9;&#0;&#xFFFE;&#x110000;&#55296;", "&#9;"),
        ("<![CDATA[& &nbsp;]]> & <![CDATA[&]]>&", "<![CDATA[& &nbsp;]]> &amp; <![CDATA[&]]>&amp;"),
        ("<![CDATA[ & never closed", "<![CDATA[ &amp; never closed"),
        ("<!DOCTYPE x [<!ENTITY o 'o'>]> &o; & b", "<!DOCTYPE x [<!ENTITY o 'o'>]> &o; & b"),
    ],
)  # fmt: skip
def test_ampersands_are_mended_where_xml_reads_them(text: str, expected: str) -> None:
    assert read_document(text.encode(), None).text == expected


@given(st.binary(max_size=200), st.sampled_from([None, "a; charset=utf-8", "a; charset=big5", "a"]))
def test_any_bytes_give_text_that_can_be_encoded_again(
    body: bytes, content_type: str | None
) -> None:
    text = read_document(body, content_type).text

    assert read_document(text.encode(), None).text == text.lstrip("\ufeff \t\r\n\0")


@pytest.mark.parametrize("piece", [b"<![CDATA[", b"&", b"&#", b"&a", b"<?xml ", b"\x00<", b"]]>"])
def test_reading_takes_linear_time(piece: bytes) -> None:
    read_document(piece * 200_000, None)
