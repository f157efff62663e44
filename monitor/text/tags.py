"""The tags of a page, one after the other, as browsers read them."""

from __future__ import annotations

from html.parser import HTMLParser


class TagReader(HTMLParser):
    """Python's reader of HTML, but nothing that a page holds makes it fail.

    By itself it fails at a marked section that it does not know (`<![x`), and passes over
    the tags in one that it knows. To browsers each is a comment that ends with the next `>`.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Return where the marked section ends that begins at `i`, -1 when it does not end."""
        return self.parse_bogus_comment(i, report)
