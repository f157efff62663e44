from datetime import timedelta
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Entry, Rank
from monitor.stages.choose.rank import (
    FRESHNESS,
    HALF_LIFE,
    is_second_hand,
    outlet_count,
    outlet_key,
    rank_story,
)
from monitor.stages.score import squash
from tests.factories import NOON, make_entry, make_scored, make_story


def of_outlet(outlet: str, link: str = "", title: str = "A water accord") -> Entry:
    return make_entry(outlet, outlet=outlet, link=link, title=title)


def test_a_rank_is_the_sum_of_its_parts() -> None:
    story = make_story(
        1,
        make_scored(make_entry("a", outlet="One", link="", published_at=NOON - HALF_LIFE)),
        make_scored(make_entry("b", outlet="Two", link="", title="Other", published_at=NOON)),
        make_scored(make_entry("c", outlet="Three", link="", title="Third", published_at=NOON)),
    )

    rank = rank_story(story, value=0.75, bar=0.5, now=NOON + HALF_LIFE)

    assert rank == Rank(pytest.approx(log(3)), 2.0, FRESHNESS / 2, 3, HALF_LIFE)
    assert rank.total == pytest.approx(log(3) + 2.0 + FRESHNESS / 2)


@given(st.floats(-6, 6), st.floats(-2, 2))
def test_strength_is_the_distance_in_points_before_they_were_squashed(
    points: float, bar: float
) -> None:
    rank = rank_story(make_story(1), value=squash(points), bar=squash(bar), now=NOON)

    assert rank.strength == pytest.approx(points - bar, abs=1e-6)


@pytest.mark.parametrize(("value", "strength"), [(1.0, 9.0), (0.0, -9.0), (1 - 1e-12, 9.0)])
def test_a_value_that_was_rounded_to_its_end_has_a_strength_all_the_same(
    value: float, strength: float
) -> None:
    assert rank_story(make_story(1), value=value, bar=0.5, now=NOON).strength == strength


def test_a_report_dated_ahead_of_the_clock_is_no_fresher_than_now() -> None:
    story = make_story(1, published_at=NOON + timedelta(hours=3))

    assert rank_story(story, value=0.6, bar=0.5, now=NOON).freshness == FRESHNESS


@pytest.mark.parametrize(
    ("outlet", "link", "key"),
    [
        ("El Financiero — Economía", "https://www.elfinanciero.com.mx/x", "elfinanciero"),
        ("El Financiero", "https://news.google.com/rss/articles/x", "elfinanciero"),
        ("EL PAÍS", "https://elpais.com/mexico/x", "elpais"),
        ("The Guardian — Mexico", "https://www.theguardian.com/x", "theguardian"),
        ("via GDELT", "https://ktbb.com/x", "viagdelt ktbb"),
        ("via GDELT", "https://wkbz.example.org/x", "viagdelt example"),
        ("Demo Times", "http://127.0.0.1:8000/x", "demotimes 1"),
        ("", "https://elpais.com/x", "elpais"),
        ("facebook.com", "https://news.google.com/x", ""),
        ("Somebody", "https://m.facebook.com/x", ""),
        ("La Jornada", "", "lajornada"),
    ],
)
def test_an_outlet_is_known_by_its_name_and_a_feed_of_many_by_the_host(
    outlet: str, link: str, key: str
) -> None:
    assert outlet_key(of_outlet(outlet, link)) == key


def test_one_text_in_several_papers_and_posts_of_people_are_no_further_reports() -> None:
    agency = [of_outlet(name) for name in ("One", "Two", "Three")]
    own = of_outlet("Four", title="The accord in detail")
    post = of_outlet("facebook.com", title="Look at this")

    assert outlet_count([*agency, own, post]) == 2
    assert outlet_count([post]) == 0


@pytest.mark.parametrize(
    ("outlet", "link", "expected"),
    [
        ("One", "https://one.example/x", False),
        ("One", "", True),
        ("One", "https://news.google.com/x", True),
        ("x.com", "https://news.google.com/x", True),
    ],
)
def test_a_link_to_a_page_about_the_report_is_second_hand(
    outlet: str, link: str, expected: bool
) -> None:
    assert is_second_hand(of_outlet(outlet, link)) is expected


names = st.sampled_from(["One", "Two", "Three — Economy", "Three", "facebook.com", ""])
entries = st.lists(
    st.builds(of_outlet, names, st.sampled_from(["", "https://three.example/a"]), st.text()),
    min_size=1,
    max_size=8,
)


@given(entries, st.randoms())
def test_more_reports_never_count_less_and_their_order_does_not_matter(
    reports: list[Entry], random: object
) -> None:
    counts = [outlet_count(reports[:n]) for n in range(len(reports) + 1)]
    shuffled = list(reports)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert counts == sorted(counts)
    assert outlet_count(shuffled) == counts[-1]
