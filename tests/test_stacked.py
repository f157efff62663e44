"""A table too wide for its terminal loses nothing and is never cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from monitor.cli import tables
from monitor.cli.stacked import fits, least_widths, shared_widths, stacked_lines

LINES = [
    "  #   name",
    "      told",
    f" {'─' * 28} ",
    "  7   economic-dialogue",
    "      a headline that takes",
    "      two lines",
    "  8   strains",
]
PRINTED = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), max_size=30)


def test_the_longest_text_stands_beneath_its_row() -> None:
    rows = [["7", "economic-dialogue", "a headline that takes two lines"], ["8", "strains", ""]]

    assert stacked_lines(["##", "name", "told"], rows, 30) == LINES


def test_several_texts_beneath_have_their_names_and_share_a_line_where_they_can() -> None:
    rows = [["a-feed", "Mexico and its papers", "answered 404 Not Found", "a publisher's word"]]

    assert stacked_lines(["feed", "folder", "state", "why"], rows, 30)[2:] == [
        "  a-feed",
        "          folder: Mexico and",
        "          its papers",
        "          state: answered 404",
        "          Not Found",
        "          why: a publisher's",
        "          word",
    ]
    rows = [["x" * 24, "1", "y" * 11, "z" * 11]]
    assert stacked_lines(["a", "#n", "b", "c"], rows, 42)[2:] == [
        f"  {'x' * 24}   1",
        f"          b: {'y' * 11}   c: {'z' * 11}",
    ]


def test_names_and_times_are_never_broken() -> None:
    rows = [
        ["standing-migration", "2026-11-22 07:00", "12", "a b c d e f g h i j k l m n o p q r s"]
    ]

    assert least_widths(["name", "next", "#terms", "title"], rows) == [18, 16, 5, 16]
    assert fits([18, 16, 5, 16], 68)
    assert not fits([18, 16, 5, 16], 67)


def test_the_widest_column_gives_way_first_and_none_below_what_can_be_read() -> None:
    rows = [["a name of some length", "2026-11-22 07:00", "what happened " * 9]]

    assert shared_widths(["name", "when", "told"], rows, 90) == [21, 16, 43]
    assert shared_widths(["name", "when", "told"], rows, 200) == [21, 16, 126]
    assert shared_widths(["name", "when", "told"], rows, 84) == [16, 16, 42]
    assert shared_widths(["name", "when", "told"], rows, 83) == []


def test_a_table_that_does_not_fit_is_stacked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "PLAIN_WIDTH", 30)

    tables.print_table(
        ["##", "name", "told"],
        [(7, "economic-dialogue", "a headline that takes two lines"), (8, "strains", "")],
        title="What came",
    )

    assert capsys.readouterr().out.splitlines() == ["", "What came", *LINES, ""]


@given(st.lists(st.lists(PRINTED, min_size=4, max_size=4), max_size=4), st.integers(24, 120))
def test_no_letter_is_lost_and_no_line_is_wider_than_the_terminal(
    rows: list[list[str]], room: int
) -> None:
    lines = stacked_lines(["name", "#count", "told", "why"], rows, room)

    assert max(map(cell_len, lines)) <= room
    said = "".join("".join(lines).split())
    assert [cell for row in rows for cell in row if "".join(cell.split()) not in said] == []
