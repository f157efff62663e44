from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Earlier, Entry
from monitor.stages.choose.movement import Movement, movement
from tests.factories import NOON, make_entry


def report(title: str, outlet: str = "One", language: str = "en") -> Entry:
    return make_entry(f"{outlet}{title}", title=title, outlet=outlet, link="", language=language)


def known(*titles: str, attached: tuple[Entry, ...] = (), language: str = "en") -> Earlier:
    shown = tuple(report(title, "Shown", language) for title in titles)
    return Earlier(date(2026, 7, 10), NOON, titles[0], shown, attached)


ACCORD = known("Mexico and the United States sign a water accord over 5 dams")


def most(*reports: Entry, earlier: Earlier = ACCORD) -> tuple[int, tuple[str, ...]]:
    found = movement(reports, earlier)
    return found.most, found.news


def test_other_words_of_other_outlets_for_the_same_are_no_movement() -> None:
    assert most(
        report("Water accord signed by Mexico, US", "Two"),
        report("México y Estados Unidos firman acuerdo sobre 5 presas", "Three", "es"),
    ) == (0, ())


@pytest.mark.parametrize(
    ("title", "language", "news"),
    [
        ("Water accord now covers 7 dams", "en", ("7",)),
        ("Tribunal suspende el acuerdo sobre agua", "es", ("suspende",)),
        ("Water accord with governor Samuel García", "en", ("Samuel García",)),
        ("water accord now with governor samuel garcía", "en", ()),  # no capitals, no names
        ("Water Accord Now With Governor Samuel Ortega", "en", ()),  # as many tell as few
        ("The first of two accords of 2026", "en", ()),  # small numbers and years
    ],
)
def test_new_numbers_names_and_acts_are_what_is_new(
    title: str, language: str, news: tuple[str, ...]
) -> None:
    assert most(report(title, language=language)) == (len(news), news)


def test_what_two_outlets_have_in_their_own_words_counts_twice() -> None:
    one = report("Court suspends the water accord", "One")
    other = report("Tribunal suspende el acuerdo", "Two", "es")
    copy = report("Court suspends the water accord", "Three")

    assert most(one) == (1, ("suspends",))
    assert most(one, copy)[0] == 1
    assert most(one, other)[0] == 2
    assert most(one, earlier=known("Water accord with Mexico", attached=(other,)))[0] == 2


def test_where_several_outlets_report_what_one_alone_has_is_no_event() -> None:
    reports = (
        report("Water accord: 7 things to know", "One"),
        report("Water accord explained", "Two"),
        report("Mexico and US on their accord", "Three"),
    )

    assert most(*reports) == (0, ())


def test_what_late_reports_said_already_is_known_only_once_it_was_shown() -> None:
    late = report("Court suspends the water accord", "Two")
    shown = known("Water accord with Mexico", "Court suspends the accord")

    assert most(late, earlier=shown) == (0, ())


def test_nothing_new_is_in_no_reports() -> None:
    assert movement((), ACCORD) == Movement({}, ())


@given(st.lists(st.text(max_size=80), min_size=1, max_size=5), st.sampled_from(["en", "es", None]))
def test_a_title_that_was_shown_never_moves_a_story(
    titles: list[str], language: str | None
) -> None:
    reports = [
        make_entry(str(n), title=title, outlet=f"Outlet {n}", link="", language=language)
        for n, title in enumerate(titles)
    ]
    earlier = Earlier(date(2026, 7, 10), NOON, titles[0], tuple(reports))

    assert movement(reports, earlier).most == 0


@pytest.mark.parametrize("mark", ["\uff9e", "\uff9f"])
def test_a_mark_that_folds_to_nothing_is_no_news(mark: str) -> None:
    assert most(report(f"Water accord {mark} explained")) == (0, ())


_TITLES = st.sampled_from(
    [
        "Court suspends the water accord",
        "Tribunal suspende el acuerdo de 7 presas",
        "Water accord with governor Samuel García covers 12 dams",
        "Gobernador Samuel García firma acuerdo sobre 12 presas",
        "Officials of the U. S. meet in Houston",
        "What the water accord means",
        "Mexico",
    ]
)
_REPORTS = st.lists(
    st.builds(report, _TITLES, st.sampled_from("ABCD"), st.sampled_from(["en", "es"])),
    max_size=5,
    unique_by=lambda entry: entry.key,
)


@given(_REPORTS, _REPORTS, _REPORTS, st.integers(1, 6))
def test_what_cannot_move_far_enough_is_told_early_and_what_can_is_told_in_full(
    reports: list[Entry], shown: list[Entry], attached: list[Entry], least: int
) -> None:
    earlier = Earlier(date(2026, 7, 10), NOON, "Accord", tuple(shown), tuple(attached))
    whole = movement(reports, earlier, least=0)  # looks at everything

    found = movement(reports, earlier, least=least)

    still = Movement(dict.fromkeys([each.key for each in reports], 0), ())
    assert found in ([whole] if whole.most >= least else [whole, still])
