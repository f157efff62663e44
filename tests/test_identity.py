"""When two entries are one: traces, renamings, and the doubt that leaves them two."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.identity import (
    TRACES_KEPT,
    Trace,
    id_hash,
    is_same_entry,
    pack_traces,
    renamed,
    seen_items,
    traces_kept,
    traces_now,
    twin_of,
    unpack_traces,
)
from monitor.model import Entry, ItemMark
from tests.factories import NOON, make_entry

ARTICLE = "https://prueba.example/2026/07/12/ministers-meet-at-the-border"
LIVE = "https://prueba.example/live"
TITLE = "Ministers meet at the border"
DAY = timedelta(days=1)


def entry(
    id_: str, link: str = ARTICLE, title: str = TITLE, at: datetime | None = NOON, outlet: str = "x"
) -> Entry:
    return make_entry(id_, link=link, title=title, published_at=at, outlet=outlet)


def mark(number: int, id_: str | None) -> ItemMark:
    return ItemMark(bytes([number]) * 8, id_)


def traces(*entries: Entry) -> tuple[Trace, ...]:
    return tuple(Trace.of(each, bytes([n]) * 8) for n, each in enumerate(entries, start=1))


@pytest.mark.parametrize(
    ("one", "other", "are_twins"),
    [
        ("http://a.example/1", "https://a.example/1", True),
        ("http://www.a.example/1", "https://a.example/1", True),
        ("HTTP://a.example/1", "http://a.example/1", True),
        ("https://a.example/1", "https://a.example/2", False),
        ("tag:http://a.example/1", "tag:https://a.example/1", False),
        ("1", "2", False),
    ],
)
def test_addresses_are_twins_but_for_how_they_are_reached(
    one: str, other: str, are_twins: bool
) -> None:
    assert (twin_of(one) == twin_of(other)) is are_twins
    assert (id_hash(one) == id_hash(other)) is are_twins


@given(
    st.lists(
        st.tuples(
            st.binary(min_size=8, max_size=8),
            st.binary(min_size=12, max_size=12),
            st.binary(min_size=4, max_size=4),
            st.binary(min_size=4, max_size=4),
        ).map(lambda fields: Trace(*fields)),
        max_size=5,
    ).map(tuple)
)
def test_traces_are_unpacked_as_they_were_packed(found: tuple[Trace, ...]) -> None:
    assert unpack_traces(pack_traces(found)) == found


def test_what_could_not_be_cut_is_never_seen() -> None:
    one, other = Trace.of(entry("1"), b""), Trace.of(entry("2"), b"12345678")

    assert seen_items([one, other]) == {b"12345678"}


def test_the_traces_of_a_document_are_of_what_was_read_and_of_what_was_seen() -> None:
    old, new = entry("old"), entry("new")
    before = traces(old)

    now = traces_now(
        [mark(9, "new"), mark(1, None), mark(8, "waiting"), mark(7, None)], {"new": new}, before
    )

    assert now == (Trace.of(new, bytes([9]) * 8), before[0])


def test_what_left_the_document_is_remembered_for_a_while_without_its_bytes() -> None:
    before = traces(*(entry(str(n)) for n in range(TRACES_KEPT + 9)))
    now = traces(entry("new"))

    kept = traces_kept(now, before)

    assert kept[0] == now[0]
    assert [each.id for each in kept[1:]] == [each.id for each in before[:TRACES_KEPT]]
    assert seen_items(kept) == {now[0].item}


def test_an_empty_document_forgets_nothing() -> None:
    before = traces(entry("1"))

    assert traces_kept((), before) == before


def test_an_entry_whose_link_or_title_lost_its_id_may_be_renamed() -> None:
    old = entry("old", link=LIVE)
    same_link = entry("a", link=LIVE, title="Other words")
    same_title = entry("b", link=ARTICLE)

    assert renamed([same_link], traces(same_link), traces(old)) == {"a": (id_hash("old"),)}
    assert renamed([same_title], traces(same_title), traces(old)) == {"b": (id_hash("old"),)}


def test_nothing_is_renamed_while_its_old_id_is_there() -> None:
    old, new = entry("old"), entry("new")

    assert renamed([new], traces(new, old), traces(old)) == {}


def test_what_several_entries_share_renames_none() -> None:
    old, older = entry("old"), entry("older")
    new, newer = entry("new"), entry("newer")

    assert renamed([new], traces(new), traces(old, older)) == {}
    assert renamed([new, newer], traces(new, newer), traces(old)) == {}


def test_without_a_link_no_link_is_shared() -> None:
    old, new = entry("old", link="", title="One thing"), entry("new", link="", title="Another")

    assert renamed([new], traces(new), traces(old)) == {}


@pytest.mark.parametrize(
    ("known", "fresh", "is_same"),
    [
        # the link of an article says it all
        (entry("1"), entry("2"), True),
        (entry("1"), entry("2", title="Other words", at=NOON + 9 * DAY), True),
        (entry("1"), entry("2", link=ARTICLE.replace("https://", "http://www.")), True),
        # any other link, with the title or the date
        (entry("1", link=LIVE), entry("2", link=LIVE), True),
        (entry("1", link=LIVE), entry("2", link=LIVE, at=NOON + DAY), True),
        (entry("1", link=LIVE), entry("2", link=LIVE, at=None), True),
        (entry("1", link=LIVE), entry("2", link=LIVE, title="Other words"), True),
        (entry("1", link=LIVE), entry("2", link=LIVE, at=NOON + 3 * DAY), False),
        (entry("1", link=LIVE), entry("2", link=LIVE, title="Other", at=NOON + DAY), False),
        (entry("1", link=LIVE, at=None), entry("2", link=LIVE, title="Other", at=None), False),
        # no link in common: a title, the outlet and the very same date
        (entry("1"), entry("2", link=LIVE, at=NOON + DAY), False),
        (entry("1"), entry("2", link=LIVE, title=TITLE.upper()), True),
        (entry("1"), entry("2", link=LIVE, at=None), False),
        (entry("1", at=None), entry("2", link=LIVE, at=None), False),
        (entry("1"), entry("2", link=LIVE, outlet="y"), False),
        (entry("1"), entry("2", link=LIVE, title="Other words of the same length"), False),
        (entry("1", title="Editorial"), entry("2", LIVE, "Editorial", NOON + DAY), False),
        (entry("1", title="Editorial"), entry("2", LIVE, "Editorial"), True),
    ],
)
def test_in_doubt_they_are_two(known: Entry, fresh: Entry, is_same: bool) -> None:
    assert is_same_entry(known, replace(fresh, seen_at=NOON + DAY)) is is_same
