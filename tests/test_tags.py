"""Whatever a page holds, its tags are read, as browsers read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.tags import TagReader

PIECES = (
    "<![", "<!", "<!-", "<!--", "-->", "--!>", "]]>", "]>", "[", "]", ">", "<", "</", "<?", "?>",
    "<![CDATA[", "<![if !IE]>", "<![endif]>", "<![ x", "<!DOCTYPE [", "<!ELEMENT", "&#x110000;",
    "&", "&amp", "<p", "<p a='", "'", '"', "<script>", "</script>", "<style>", "\0", "é", "x",
)  # fmt: skip


class Noting(TagReader):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


def tags(text: str) -> list[str]:
    reader = Noting()
    reader.feed(text)
    reader.close()
    return reader.tags


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<![unheard of]><p>", ["p"]),
        ("<![if !IE]><p><![endif]><b>", ["p", "b"]),
        ("<![CDATA[ <i> ]]><b>", ["b"]),  # it ends with the first ">"
        ("<p><![never ended", ["p"]),
        ("<!-- <i> --><b>", ["b"]),
    ],
)
def test_a_marked_section_is_a_comment_to_the_next_sign(text: str, found: list[str]) -> None:
    assert tags(text) == found


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_no_text_makes_reading_tags_fail(pieces: list[str]) -> None:
    assert "img" not in tags("".join(pieces))  # and none is made up
