"""A new story on an event that was shown days ago comes back only if it moved."""

from __future__ import annotations

from datetime import date, timedelta

from monitor.config import DigestSettings
from monitor.model import Digest, Earlier, OmitReason, Shown, Story, Update
from monitor.stages.choose import choose_stories
from monitor.stages.choose.memory import Memory, Recalled
from tests.factories import NOON, make_entry, make_profile, make_receipt, make_slot, make_story

EARLIER_DAY = date(2026, 7, 9)
AT = NOON - timedelta(days=3)


def shown(number: int, *headlines: str) -> Shown:
    entries = tuple(
        make_entry(f"s{number}.{n}", feed=n, title=title, published_at=AT, seen_at=AT)
        for n, title in enumerate(headlines)
    )
    return Shown(number, EARLIER_DAY, Earlier(EARLIER_DAY, AT, headlines[0], entries))


KNOWN = (
    shown(
        1,
        "Court in Lima jails former minister Julia Paredes for fraud",
        "Former minister Julia Paredes jailed for fraud by court in Lima",
    ),
    shown(2, "Glacier lake bursts above the town of Huaraz"),
    shown(3, "Copper mine in Antofagasta halts work after a strike"),
)


def choose(story: Story) -> Digest:
    return choose_stories(
        [story],
        name="morning",
        slot=make_slot(),
        settings=DigestSettings(),
        profiles=[make_profile()],
        receipt=make_receipt(),
        issued_at=NOON,
        shown=KNOWN,
    )


def test_an_event_told_again_in_other_words_is_already_sent() -> None:
    digest = choose(make_story(9, title="Former minister Julia Paredes jailed in Lima for fraud"))

    assert [(o.story.number, o.reason, o.detail) for o in digest.omissions] == [
        (9, OmitReason.ALREADY_SENT, "in the issue of 9 July")
    ]


def test_an_event_that_moved_comes_back_as_an_update() -> None:
    title = "Former minister Julia Paredes, jailed in Lima for fraud, escapes: 14 guards arrested"
    (story,) = choose(make_story(9, title=title)).stories

    assert story.update is not None
    assert (story.update.day, story.update.headline) == (
        4,
        "Court in Lima jails former minister Julia Paredes for fraud",
    )


def test_what_may_be_the_next_event_is_carried_and_says_what_came_earlier() -> None:
    title = "La mina de cobre de Antofagasta sigue en huelga"
    digest = choose(make_story(9, title=title, language="es"))

    (story,) = digest.stories
    headline = "Copper mine in Antofagasta halts work after a strike"
    assert story.update == Update(4, headline, ())
    assert (story.issued, digest.omissions) == (None, ())


def test_a_story_is_known_by_the_nearer_half_of_the_reports_that_were_shown() -> None:
    told = "Former minister Julia Paredes jailed for fraud by court in Lima"
    others = (
        "Her party calls for calm",
        "Bonds fall at the opening",
        "Lawyers leave by a side door",
    )
    story = make_story(9, title="Former minister Julia Paredes jailed in Lima for fraud")

    def recalled(*headlines: str) -> Recalled | None:
        return Memory([shown(1, *headlines)]).recall(story)

    assert recalled(told, others[0], told, others[1]) == Recalled(
        shown(1, told, others[0], told, others[1]), is_known=True
    )
    assert recalled(told, *others) is None


def test_another_event_on_the_same_people_is_new() -> None:
    story = make_story(9, title="Julia Paredes publishes a book of poems")

    assert Memory(KNOWN).recall(story) is None
    assert [each.number for each in choose(story).stories] == [9]


def test_who_is_named_for_the_first_time_makes_it_news() -> None:
    title = "Former minister Julia Paredes jailed in Lima for fraud with Ernesto Quiroga"

    assert Memory(KNOWN).recall(make_story(9, title=title)) is None


def test_a_story_that_was_carried_under_its_own_number_is_left_alone() -> None:
    title = "Former minister Julia Paredes jailed in Lima for fraud"
    story = make_story(1, title=title, issued=date(2026, 7, 11))

    assert Memory(KNOWN).recall(story) is None


def test_who_remembers_nothing_recalls_nothing() -> None:
    story = make_story(9)

    assert Memory(()).recall(story) is None
