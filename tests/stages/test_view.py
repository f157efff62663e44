from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.config import DigestSettings
from monitor.model import (
    Omission,
    OmitReason,
    Rank,
    Reason,
    Score,
    ScoredEntry,
    Section,
    Story,
    Update,
)
from monitor.stages.render.issue_view import (
    BalanceView,
    IssueView,
    LateView,
    RankView,
    ReasonView,
    Room,
    StoryView,
    UpdateView,
)
from monitor.stages.render.view import fit, view_issue
from tests.factories import (
    make_digest,
    make_entry,
    make_profile,
    make_score,
    make_scored,
    make_section,
    make_story,
)

RANK = Rank(3.52, 2.0, 1.25, 3, timedelta(hours=30))


def view(
    *sections: Section,
    omissions: tuple[Omission, ...] = (),
    settings: DigestSettings | None = None,
) -> IssueView:
    return view_issue(
        make_digest(*sections, omissions=omissions),
        settings=settings or DigestSettings(),
        zone="UTC",
        unconfirmed=(),
    )


def shown(story: Story, settings: DigestSettings | None = None) -> StoryView:
    return view(make_section(story), settings=settings).sections[0].stories[0]


def lead(id: str, *, topics: tuple[str, ...] = (), **of_entry: object) -> Story:
    entry = make_entry(id, **of_entry)  # type: ignore[arg-type]
    return make_story(int(id), ScoredEntry(entry, (make_score(),), topics))


def test_a_story_shows_the_parts_of_its_rank() -> None:
    assert shown(replace(make_story(1), rank=RANK)).standing == RankView(
        "6.8", "3.5", "2.0", "1.2", 3
    )
    assert shown(make_story(1)).standing is None


def test_an_update_shows_its_day_what_is_new_and_the_headline_it_was_known_by() -> None:
    story = replace(make_story(1), update=Update(3, "A water accord", ("54", "Senate")))

    assert shown(story).update == UpdateView(3, "A water accord", ("54", "Senate"))
    assert shown(make_story(1)).update is None


@pytest.mark.parametrize(
    ("value", "shift", "term"),
    [
        (0.6, 0.0, "accord"),
        (0.5, 0.0, "accord"),
        (0.4, 0.0, "acuerdo"),
        (0.6, 0.2, "acuerdo"),
        (0.4, -0.1, "accord"),
    ],
)
def test_the_reasons_are_the_leads_own_where_it_passes(
    value: float, shift: float, term: str
) -> None:
    own = make_scored(make_entry("a"), Score("trade", value, (Reason("accord", 1.0),)))
    best = make_scored(
        make_entry("b", language="es"), Score("trade", 0.9, (Reason("acuerdo", 2.0),))
    )

    story = shown(make_story(1, own, best), DigestSettings(threshold_shift=shift))

    assert [reason.term for reason in story.reasons] == [term]


def test_another_section_of_the_same_outlet_is_no_other_outlet() -> None:
    story = make_story(
        1,
        make_scored(make_entry("a", outlet="El Diario — Norte", link="https://eldiario.mx/a")),
        make_scored(make_entry("b", outlet="El Diario", link="https://eldiario.mx/b")),
        make_scored(make_entry("c", outlet="Two", link="https://two.example/c")),
    )

    assert [other.outlet for other in shown(story).also] == ["Two"]


def test_outlets_that_share_the_name_of_their_feed_go_by_their_hosts() -> None:
    story = make_story(
        1,
        make_scored(make_entry("a", outlet="via Search", link="https://gacetadeprueba.mx/a")),
        make_scored(make_entry("b", outlet="via Search", link="https://avisodeprueba.mx/b")),
        make_scored(make_entry("c", outlet="Three", link="https://three.example/c")),
    )

    assert [other.outlet for other in shown(story).also] == ["avisodeprueba.mx", "Three"]


def test_the_balance_counts_leads_by_language_and_by_country_where_folders_tell() -> None:
    section = make_section(
        lead("1", topics=("Mexico",), language="es"),
        lead("2", topics=("News", "Mexico"), language="es"),
        lead("3", topics=("United States",)),
        lead("4", topics=("Mexico",), link="https://news.google.com/x"),  # anybody's
        lead("5", language=None),
    )

    assert view(section).balance == BalanceView(
        5, (("Mexico", 2), ("United States", 1)), (("es", 2), ("en", 2))
    )
    assert view().balance is None


def test_late_reports_are_listed_with_the_outlets_that_brought_them() -> None:
    late = make_story(
        1,
        make_scored(make_entry("a", outlet="One", link="https://one.example/a", title="Late")),
        make_scored(make_entry("b", outlet="Two")),
        issued=date(2026, 7, 11),
    )
    sent = Omission(late, OmitReason.ALREADY_SENT, "in the issue of 11 July")

    whole = view(omissions=(sent,))

    expected = LateView(
        "Late", "https://one.example/a", "en", "in the issue of 11 July", ("One", "Two")
    )
    assert (whole.late, whole.misses) == ((expected,), ())
    assert fit(whole, Room()).late == (expected,)
    assert (fit(whole, Room(late=0)).late, fit(whole, Room(late=0)).late_more_count) == ((), 1)


def test_a_mail_shows_five_of_what_was_left_out_and_the_page_all() -> None:
    omissions = tuple(
        Omission(make_story(n), OmitReason.LET_GO, "no room in 2 issues") for n in range(1, 10)
    )

    whole = view(omissions=omissions)

    assert len(whole.misses) == 9
    assert fit(whole, Room()).misses == whole.misses[:5]
    assert fit(whole, Room()).misses_more_count == 4
    assert fit(whole, Room(misses=60)).misses == whole.misses
    assert whole.omitted == (("let go", 9),)


def test_stories_go_by_rank_when_not_all_fit() -> None:
    ranked = [replace(make_story(n), rank=replace(RANK, strength=float(n))) for n in (1, 2, 3)]
    section = Section(make_profile(), (ranked[0], ranked[2], ranked[1]))

    stories = view(section).sections[0].stories

    assert [story.rank for story in stories] == [2, 0, 1]


def test_a_reason_shows_its_points() -> None:
    assert shown(make_story(1)).reasons == (ReasonView("accord", "", "+1.5", "title"),)
