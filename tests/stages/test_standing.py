"""What is open, for whom, and in which words; and the same as figures."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from monitor.model import FeedTrouble, MailTrouble, OutboxState, Problem, Trouble
from monitor.stages.health.metrics import metrics
from monitor.stages.health.standing import (
    FOR_A_PERSON,
    Facts,
    LateDigest,
    Matter,
    must_act,
    standing,
)
from monitor.stages.health.standing_words import ADVICE, TEXT, advice_for_feed
from tests.factories import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def kinds(facts: Facts) -> list[tuple[str, bool]]:
    return [(matter.kind, matter.must_act) for matter in standing(facts, NOON)]


def broken(title: str = "Times", kind: str = Problem.SERVER, since: timedelta = DAY) -> FeedTrouble:
    return FeedTrouble(title, "HTTP 500", NOON - since, kind=kind)


def test_when_all_is_well_nothing_is_open() -> None:
    facts = Facts(heartbeat_at=NOON - MINUTE, feeds_count=9, backup_at=NOON - DAY)

    assert standing(facts, NOON) == ()


def test_before_anything_ran_nothing_was_promised() -> None:
    assert standing(Facts(), NOON) == ()


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (Facts(heartbeat_at=NOON - 4 * MINUTE), [("service", True)]),
        (Facts(heartbeat_at=NOON - 3 * MINUTE), []),
        (Facts(once_at=NOON - 25 * HOUR), [("once", True)]),
        (Facts(once_at=NOON - 23 * HOUR, heartbeat_at=NOON - 30 * DAY), []),
        (Facts(heartbeat_at=NOON + HOUR), [("clock", True)]),
        (Facts(late=(LateDigest("morning", NOON - 31 * MINUTE),)), [("digest", True)]),
        (Facts(late=(LateDigest("morning", NOON - 30 * MINUTE),)), []),
        (Facts(mail=(MailTrouble(2, NOON, "451", is_over=False),)), [("mail", True)]),
        (Facts(mail=(MailTrouble(2, NOON, "550", is_over=True),)), [("mail", True)]),
        (Facts(backup_at=NOON - 3 * DAY), []),
        (Facts(backup_at=NOON - 3 * DAY - MINUTE), [("backup", True)]),
        (Facts(troubles=(Trouble("disk", "full", NOON),)), [("trouble", True)]),
        # A feed's own trouble passes by itself, unless it lasts or is of a kind that does not.
        (Facts(feeds_count=9, feed_troubles=(broken(since=HOUR),)), []),
        (Facts(feeds_count=9, feed_troubles=(broken(),)), [("feed", False)]),
        (Facts(feeds_count=9, feed_troubles=(broken(since=7 * DAY),)), [("feed", True)]),
        (Facts(feeds_count=9, feed_troubles=(broken(kind=Problem.GONE),)), [("feed", True)]),
        # Most of them at once is one matter, and none of theirs.
        (
            Facts(feeds_count=5, feed_troubles=tuple(broken(str(n)) for n in range(3))),
            [("feeds", True)],
        ),
        (
            Facts(feeds_count=6, feed_troubles=tuple(broken(str(n)) for n in range(3))),
            [("feed", False)] * 3,
        ),
    ],
)
def test_each_fault_is_a_matter_and_its_end_closes_it(
    facts: Facts, told: list[tuple[str, bool]]
) -> None:
    assert kinds(facts) == told
    assert must_act(standing(facts, NOON)) == any(urgent for _, urgent in told)


def test_a_matter_names_what_it_is_about_in_either_language() -> None:
    facts = Facts(late=(LateDigest("morning", NOON - HOUR),))

    english, spanish = standing(facts, NOON), standing(facts, NOON, "es")

    assert english == (
        Matter(
            "digest",
            "digest morning",
            "The digest morning is late.",
            "Look at the other matters here; it is issued as soon as it can be.",
            NOON - HOUR,
        ),
    )
    assert spanish[0].text == "El boletín morning va con retraso."
    assert (spanish[0].name, spanish[0].since) == (english[0].name, english[0].since)


def test_both_languages_have_words_for_everything() -> None:
    def holes(text: str) -> list[str]:
        return sorted(re.findall(r"{(\w+)}", text))

    assert TEXT["en"].keys() == TEXT["es"].keys()
    assert ADVICE["en"].keys() == ADVICE["es"].keys() == TEXT["en"].keys() - {"feed"}
    assert {kind: holes(text) for kind, text in TEXT["en"].items()} == {
        kind: holes(text) for kind, text in TEXT["es"].items()
    }
    words = [advice_for_feed(kind, "", language) for kind in Problem for language in ("en", "es")]
    assert len(set(words)) == 2 * len(Problem)
    assert set(Problem) >= FOR_A_PERSON


# ---------------------------------------------------------------- figures

LINE = re.compile(r'monitor_[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+]+')


def test_figures_are_prometheus_text_with_help_and_type_for_each() -> None:
    facts = Facts(
        heartbeat_at=NOON - MINUTE,
        feeds_count=4,
        entries_count=100,
        feed_troubles=(broken("Secret Title"),),
        late=(LateDigest("morning", NOON - HOUR), LateDigest("noon", NOON)),
        issued_at={"morning": NOON},
        outbox={OutboxState.SENT: 7},
        free_bytes=10**9,
        backup_at=NOON,
    )

    text = metrics(facts, standing(facts, NOON), NOON)

    lines = text.splitlines()
    figures = [line for line in lines if not line.startswith("#")]
    assert [line for line in figures if not LINE.fullmatch(line)] == []
    names = dict.fromkeys(re.split(r"[ {]", line)[0] for line in figures)
    assert [line.split()[2] for line in lines if line.startswith("# HELP")] == list(names)
    assert [line.split()[2] for line in lines if line.startswith("# TYPE")] == list(names)
    assert {
        "monitor_up 1",
        "monitor_heartbeat_age_seconds 60",
        'monitor_feeds{health="well"} 3',
        'monitor_feeds{health="server error"} 1',
        "monitor_digests_due 2",
        "monitor_digests_late 1",
        'monitor_outbox_messages{state="sent"} 7',
        'monitor_outbox_messages{state="queued"} 0',
        'monitor_open_matters{kind="digest",must_act="true"} 1',
    } <= set(figures)
    assert "Secret Title" not in text


def test_a_service_that_is_not_heard_of_is_not_up() -> None:
    for facts in (Facts(), Facts(heartbeat_at=NOON - HOUR), Facts(heartbeat_at=NOON + HOUR)):
        assert "monitor_up 0\n" in metrics(facts, standing(facts, NOON), NOON)
