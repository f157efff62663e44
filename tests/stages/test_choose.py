from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import DigestSettings
from monitor.model import Digest, Earlier, OmitReason, Story, TopicProfile
from monitor.stages.choose import attached, choose_stories
from monitor.stages.choose.leaving import SHOWN_MAX
from tests.factories import (
    NOON,
    make_entry,
    make_profile,
    make_receipt,
    make_score,
    make_scored,
    make_slot,
    make_story,
)

TRADE = make_profile("trade", threshold=0.5)
SECURITY = make_profile("security", title="Security", threshold=0.6)


def choose(
    *candidates: Story,
    settings: DigestSettings | None = None,
    profiles: tuple[TopicProfile, ...] = (TRADE, SECURITY),
) -> Digest:
    return choose_stories(
        candidates,
        name="morning",
        slot=make_slot(),
        # The headlines here are much alike: each story stands by itself. Sagas: test_saga.
        settings=replace(settings or DigestSettings(), related=0),
        profiles=profiles,
        receipt=make_receipt(),
        issued_at=NOON,
    )


def layout(digest: Digest) -> list[tuple[str, list[int]]]:
    return [(s.profile.name, [story.number for story in s.stories]) for s in digest.sections]


def omitted(digest: Digest) -> list[tuple[int, OmitReason, str]]:
    return [(o.story.number, o.reason, o.detail) for o in digest.omissions]


def of_two(number: int, trade: float, security: float) -> Story:
    scores = make_score(trade, "trade"), make_score(security, "security")
    return make_story(number, make_scored(make_entry(f"e{number}"), *scores))


def test_every_story_left_out_has_one_reason_and_the_nearest_comes_first() -> None:
    fits = make_story(1, value=0.9)
    sent = make_story(2, value=0.95, issued=date(2026, 7, 11))
    weak, weaker = make_story(3, value=0.42), make_story(4, value=0.1)
    late = make_story(5, value=0.8)

    digest = choose(weaker, late, weak, sent, fits, settings=DigestSettings(length=1))

    assert [replace(story, rank=None) for story in digest.stories] == [fits]
    assert omitted(digest) == [
        (5, OmitReason.NO_ROOM, "the issue holds 1"),
        (3, OmitReason.BELOW_THRESHOLD, "0.08 below 0.50"),
        (4, OmitReason.BELOW_THRESHOLD, "0.40 below 0.50"),
        (2, OmitReason.ALREADY_SENT, "in the issue of 11 July"),
    ]


def test_what_an_issue_is_made_of_is_kept_with_it() -> None:
    digest = choose()

    assert (digest.name, digest.slot, digest.issued_at) == ("morning", make_slot(), NOON)
    assert digest.receipt == make_receipt()
    assert (digest.sections, digest.omissions) == ((), ())


def test_the_reasons_speak_the_digests_language() -> None:
    digest = choose(make_story(1, value=0.42), settings=DigestSettings(language="es"))

    assert omitted(digest) == [(1, OmitReason.BELOW_THRESHOLD, "0.08 por debajo de 0.50")]


def test_a_story_carried_before_is_attached_whatever_it_scores() -> None:
    strong = make_story(1, value=0.99, issued=date(2026, 7, 11))
    weak = make_story(2, value=0.01, issued=date(2026, 7, 10))

    digest = choose(strong, weak, make_story(3, value=0.1))

    assert [story.number for story in attached(digest, DigestSettings())] == [1, 2]


def test_a_score_at_the_threshold_passes_even_where_binary_fractions_do_not() -> None:
    shifted = DigestSettings(threshold_shift=0.2)

    digest = choose(
        make_story(1, value=0.6), settings=shifted, profiles=(make_profile(threshold=0.4),)
    )

    assert layout(digest) == [("trade", [1])]


def test_the_shift_moves_every_threshold() -> None:
    stories = make_story(1, value=0.55), make_story(2, value=0.65, profile="security")

    assert layout(choose(*stories)) == [("security", [2]), ("trade", [1])]
    assert layout(choose(*stories, settings=DigestSettings(threshold_shift=0.1))) == []
    lower = choose(make_story(3, value=0.45), settings=DigestSettings(threshold_shift=-0.1))
    assert layout(lower) == [("trade", [3])]


def test_a_story_stands_in_the_one_section_it_exceeds_most() -> None:
    # 0.75 is 0.25 over trade's threshold; 0.8 is only 0.2 over security's.
    assert layout(choose(of_two(1, trade=0.75, security=0.8))) == [("trade", [1])]
    assert layout(choose(of_two(1, trade=0.75, security=0.9))) == [("security", [1])]


def test_any_entry_of_a_story_may_carry_it_in() -> None:
    weak = make_scored(make_entry("a"), make_score(0.1))
    strong = make_scored(make_entry("b"), make_score(0.9))

    digest = choose(make_story(1, weak, strong))

    assert layout(digest) == [("trade", [1])]
    assert digest.stories[0].lead == strong


def test_sections_stand_by_their_best_story_and_stories_best_first() -> None:
    digest = choose(
        make_story(1, value=0.6),
        make_story(2, value=0.7),
        make_story(3, value=0.95, profile="security"),
        make_story(4, value=0.65, profile="security"),
    )

    assert layout(digest) == [("security", [3, 4]), ("trade", [2, 1])]


def test_of_equal_stories_the_more_widely_reported_goes_first() -> None:
    alone = make_story(1, make_scored(make_entry("a", outlet="One")))
    shared = make_story(
        2,
        make_scored(make_entry("b", outlet="One")),
        make_scored(make_entry("c", outlet="Two", title="A water accord is signed")),
    )

    assert layout(choose(alone, shared)) == [("trade", [2, 1])]


def test_the_length_caps_the_whole_issue_not_each_section() -> None:
    digest = choose(
        make_story(1, value=0.9),
        make_story(2, value=0.7),
        make_story(3, value=0.85, profile="security"),
        settings=DigestSettings(length=2),
    )

    assert layout(digest) == [("trade", [1]), ("security", [3])]
    assert omitted(digest) == [(2, OmitReason.NO_ROOM, "the issue holds 2")]


def test_an_outlet_leads_no_more_than_its_share_while_others_wait() -> None:
    flood = [make_story(n, value=0.9, outlet="Flood", link="") for n in range(1, 6)]
    others = [make_story(n, value=0.6, outlet=f"Other {n}", link="") for n in (11, 12, 13)]

    digest = choose(*flood, *others, settings=DigestSettings(length=4, outlet_share=2))

    assert layout(digest) == [("trade", [1, 2, 11, 12])]
    assert omitted(digest) == [
        (13, OmitReason.NO_ROOM, "the issue holds 4"),
        (3, OmitReason.OUTLET_FULL, "2 of Flood already"),
        (4, OmitReason.OUTLET_FULL, "2 of Flood already"),
        (5, OmitReason.OUTLET_FULL, "2 of Flood already"),
    ]


def test_room_that_nobody_else_wants_is_for_whoever_has_stories() -> None:
    flood = [make_story(n, value=0.9, outlet="Flood", link="") for n in range(1, 6)]
    other = make_story(11, value=0.6, outlet="Other", link="")

    digest = choose(*flood, other, settings=DigestSettings(length=5, outlet_share=2))

    assert layout(digest) == [("trade", [1, 2, 3, 4, 11])]


def test_a_story_of_a_full_outlet_is_led_by_another_that_reports_it() -> None:
    flood = [make_story(n, value=0.9, outlet="Flood", link="") for n in (1, 2)]
    shared = make_story(
        3,
        make_scored(make_entry("x", outlet="Flood", link=""), make_score(0.6)),
        make_scored(make_entry("y", outlet="Other", link=""), make_score(0.6)),
    )

    digest = choose(*flood, shared, settings=DigestSettings(length=3, outlet_share=2))

    assert [story.lead.entry.outlet for story in digest.stories if story.number == 3] == ["Other"]


# ---------------------------------------------------------------- waiting for room


def test_of_very_many_left_out_each_is_told_once() -> None:
    count = SHOWN_MAX + 3
    digest = choose(*(make_story(number, value=0.1) for number in range(1, count + 1)))

    assert sorted(number for number, _, _ in omitted(digest)) == list(range(1, count + 1))
    assert {reason for _, reason, _ in omitted(digest)} == {OmitReason.BELOW_THRESHOLD}


def waited(number: int, issues: int, value: float = 0.6) -> Story:
    return replace(make_story(number, value=value), passed_over=issues)


def test_a_story_that_found_no_room_in_two_issues_is_let_go_and_told_first() -> None:
    best = make_story(1, value=0.99)

    digest = choose(best, waited(2, 0), waited(3, 1), settings=DigestSettings(length=1))

    assert omitted(digest) == [
        (3, OmitReason.LET_GO, "no room in 2 issues"),
        (2, OmitReason.NO_ROOM, "the issue holds 1"),
    ]
    assert [story.number for story in attached(digest, DigestSettings())] == [3]


def test_a_story_that_waited_is_carried_as_soon_as_there_is_room() -> None:
    digest = choose(waited(1, 1), settings=DigestSettings(length=1, patience=2))

    assert layout(digest) == [("trade", [1])]


# ---------------------------------------------------------------- coming back

LAST_ISSUE = NOON - timedelta(days=1)
SHOWN = make_entry("old", title="Mexico and the United States sign a water accord")


def carried(*titles: str, issued_at: datetime = LAST_ISSUE, value: float = 0.8) -> Story:
    reports = tuple(
        make_scored(
            make_entry(f"new{n}", title=title, outlet=f"Outlet {n}", link=""), make_score(value)
        )
        for n, title in enumerate(titles)
    )
    earlier = Earlier(date(2026, 7, 10), issued_at, SHOWN.title, (SHOWN,))
    return Story(1, reports, date(2026, 7, 11), earlier)


MOVED = (
    "Senate rejects water accord with Mexico by 54 votes after Texas sues",
    "Texas sues over the water accord, senate votes 54 against it",
)


def test_a_story_that_moved_comes_back_as_an_update_that_says_what_is_new() -> None:
    story = choose(carried(*MOVED)).stories[0]

    assert story.update is not None
    assert (story.update.day, story.update.headline) == (3, SHOWN.title)
    assert set(story.update.news) == {"Senate", "54", "votes", "Texas", "sues"}
    assert story.lead.entry.title == MOVED[0]


@pytest.mark.parametrize(
    ("settings", "story"),
    [
        pytest.param({}, carried("Mexico, United States sign accord on water"), id="no news"),
        pytest.param({"movement": 0}, carried(*MOVED), id="never"),
        pytest.param({"movement": 99}, carried(*MOVED), id="not enough news"),
        pytest.param({}, carried(*MOVED, value=0.4), id="below the threshold"),
    ],
)
def test_a_story_that_did_not_move_gets_its_late_reports_in_silence(
    settings: dict[str, int], story: Story
) -> None:
    digest = choose(story, settings=DigestSettings(**settings))  # type: ignore[arg-type]

    assert omitted(digest) == [(1, OmitReason.ALREADY_SENT, "in the issue of 11 July")]
    assert attached(digest, DigestSettings()) == (digest.omissions[0].story,)


def test_what_a_story_brings_while_it_rests_is_kept_for_when_it_has_rested() -> None:
    story = carried(*MOVED, issued_at=NOON - timedelta(hours=5))

    digest = choose(story)

    assert omitted(digest) == [(1, OmitReason.ALREADY_SENT, "in the issue of 11 July")]
    assert attached(digest, DigestSettings()) == ()
    # Where a story never comes back, there is nothing to keep it for.
    assert attached(digest, DigestSettings(movement=0)) == (digest.omissions[0].story,)


def test_an_issue_of_a_future_that_never_came_lets_a_story_move() -> None:
    digest = choose(carried(*MOVED, issued_at=NOON + timedelta(days=365)))

    assert [story.number for story in digest.stories] == [1]


def test_a_digest_carries_its_own_profiles_only() -> None:
    stories = make_story(1), make_story(2, profile="security")
    only = DigestSettings(profiles=("security",))

    digest = choose(*stories, settings=only)

    assert layout(digest) == [("security", [2])]
    assert omitted(digest) == [(1, OmitReason.BELOW_THRESHOLD, "0.60 below 0.60")]


def test_a_digest_without_profiles_says_so_of_every_story() -> None:
    digest = choose(make_story(1), profiles=())

    assert omitted(digest) == [
        (1, OmitReason.BELOW_THRESHOLD, "this digest carries no profile"),
    ]


SAYS_MORE = "Ministers named the dams, the volumes and the dates of each delivery."


@pytest.mark.parametrize(
    ("better", "worse", "language"),
    [
        pytest.param({}, {"link": "https://news.google.com/rss/articles/x"}, "en", id="direct"),
        pytest.param({}, {"link": ""}, "en", id="linked"),
        pytest.param({"language": "es"}, {"language": "en"}, "es", id="own language"),
        pytest.param({"language": None}, {"language": "en"}, "es", id="perhaps own language"),
        pytest.param({"summary": SAYS_MORE}, {"summary": "Read more"}, "en", id="says something"),
        pytest.param({}, {"published_at": NOON + timedelta(hours=1)}, "en", id="earliest"),
    ],
)
@pytest.mark.parametrize("ids", ["ab", "ba"])
def test_the_lead_is_the_entry_that_serves_the_reader_best(
    better: dict[str, object], worse: dict[str, object], language: str, ids: str
) -> None:
    good = make_scored(make_entry(ids[0], **better))  # type: ignore[arg-type]
    bad = make_scored(make_entry(ids[1], **worse))  # type: ignore[arg-type]
    settings = DigestSettings(language=language)  # type: ignore[arg-type]

    chosen = choose(make_story(1, bad, good), settings=settings).stories[0]
    left_out = choose(make_story(1, bad, good, issued=date(2026, 7, 1)), settings=settings)

    assert chosen.entries == (good, bad)
    assert left_out.omissions[0].story.entries == (good, bad)


def test_the_lead_passes_the_threshold_itself_whoever_published_it() -> None:
    strong = make_scored(make_entry("a", link="https://news.google.com/x"), make_score(0.9))
    weak = make_scored(make_entry("b"), make_score(0.2))

    assert choose(make_story(1, weak, strong)).stories[0].lead == strong


def test_a_post_leads_only_where_there_is_no_report() -> None:
    post = make_scored(make_entry("a", outlet="facebook.com"), make_score(0.9))
    report = make_scored(make_entry("b"), make_score(0.4))

    assert choose(make_story(1, post, report)).stories[0].lead == report
    assert choose(make_story(1, post)).stories[0].lead == post


values = st.integers(0, 20).map(lambda n: n / 20)
scored = st.builds(
    lambda id, trade, security, outlet, hours: make_scored(
        make_entry(f"{id}", outlet=f"Outlet {outlet}", published_at=NOON - timedelta(hours=hours)),
        make_score(trade, "trade"),
        make_score(security, "security"),
    ),
    st.integers(0, 10**6),
    values,
    values,
    st.integers(0, 3),
    st.integers(0, 5),
)
stories = st.lists(
    st.tuples(
        st.lists(scored, min_size=1, max_size=3, unique_by=lambda s: s.entry.key),
        st.sampled_from([None, date(2026, 7, 11)]),
    ),
    max_size=12,
).map(lambda drawn: [Story(n, tuple(entries), day) for n, (entries, day) in enumerate(drawn)])


@given(stories, st.integers(1, 5), st.sampled_from([-0.1, 0.0, 0.3]), st.randoms())
def test_each_candidate_is_once_chosen_or_omitted_in_whatever_order_they_come(
    candidates: list[Story], length: int, shift: float, random: object
) -> None:
    settings = DigestSettings(length=length, threshold_shift=shift)
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    digest = choose(*candidates, settings=settings)

    chosen = [story.number for story in digest.stories]
    left = [omission.story.number for omission in digest.omissions]
    assert sorted(chosen + left) == [story.number for story in candidates]
    assert len(chosen) <= length
    assert all(section.stories for section in digest.sections)
    assert choose(*shuffled, settings=settings) == digest
    by_number = {story.number: story for story in candidates}
    for story in digest.stories:
        original = by_number[story.number]
        assert sorted(s.entry.key for s in story.entries) == sorted(
            s.entry.key for s in original.entries
        )
        assert replace(story, entries=original.entries, rank=None) == original


@given(stories)
def test_nothing_chosen_lies_below_its_threshold_and_no_room_is_said_of_the_eligible_only(
    candidates: list[Story],
) -> None:
    digest = choose(*candidates, settings=DigestSettings(length=2))

    def passes(story: Story) -> bool:
        return any(
            score.value >= profile.threshold
            for profile in (TRADE, SECURITY)
            if (score := story.score_for(profile.name))
        )

    assert all(passes(story) for story in digest.stories)
    for omission in digest.omissions:
        if omission.reason is OmitReason.NO_ROOM:
            assert passes(omission.story)
        elif omission.reason is OmitReason.BELOW_THRESHOLD:
            assert not passes(omission.story)
