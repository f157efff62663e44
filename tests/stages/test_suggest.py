"""Terms that may be missing: frequent where it is good, rare elsewhere, known to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.model import Alias, Entry, Party
from monitor.stages.learn.suggest import Liked, Suggestion, suggest_terms
from monitor.text.background import Usage
from tests.factories import NOON, make_entry, make_profile

USAGE = Usage({"the": 0.05, "of": 0.03, "with": 0.01, "today": 1e-4, "market": 1e-4, "rare": 1e-7})
TRADE = make_profile("trade")
OTHERS = [make_entry(f"o{n}", title="The market today", summary="") for n in range(40)]


def report(number: int, title: str, summary: str = "", *, outlet: str = "") -> Entry:
    return replace(
        make_entry(f"e{number}", title=title, summary=summary),
        outlet=outlet or f"Outlet {number}",
        seen_at=NOON + timedelta(hours=number),
        published_at=NOON + timedelta(hours=number),
    )


def liked(*entries: Entry, said_good: bool = True, profile: str = "trade") -> list[Liked]:
    return [Liked(entry, profile, said_good) for entry in entries]


def suggested(good: list[Liked], *parties: Party, others: list[Entry] = OTHERS) -> list[str]:
    return [each.term for each in suggest_terms(good, others, [TRADE], parties, USAGE)]


JOHNSON = [
    report(1, "Envoy visits port", "The envoy Ronald Johnson came with the market."),
    report(2, "Port talks", "Today Ronald Johnson of the embassy spoke."),
    report(3, "Visit ends", "With Ronald Johnson leaving, the talks rest."),
]


def test_a_new_name_is_suggested_with_counts_and_the_newest_headlines() -> None:
    high = liked(report(4, "A port opens", "Said Ronald Johnson."), said_good=False)
    other = [*OTHERS, report(9, "Ronald Johnson wins a match")]

    found = suggest_terms([*liked(*JOHNSON), *high], other, [TRADE], [], USAGE)

    assert found[0] == Suggestion(
        term="ronald johnson",
        profile="trade",
        good_count=3,
        high_count=1,
        other_count=1,
        is_name=True,
        headlines=("A port opens", "Visit ends"),
    )
    assert "johnson" not in {each.term for each in found}


def test_what_a_profile_or_a_party_knows_is_not_suggested() -> None:
    def us(*aliases: Alias) -> Party:
        return Party("us", "United States", aliases, not_when=("port talks",))

    assert "ronald johnson" not in suggested(liked(*JOHNSON), us(Alias("johnson", "person")))
    assert "ronald johnson" in suggested(
        liked(*JOHNSON), us(Alias("johnson", "person", until_year=1969))
    )
    tariffs = [report(n, f"Tariffs {n}") for n in range(4)]
    assert suggested(liked(*tariffs)) == []


def test_a_habit_of_one_outlet_and_what_is_rare_or_everywhere_is_not_suggested() -> None:
    one_outlet = [report(n, "Exclusive bulletin", outlet="The Example") for n in range(5)]
    twice = [report(n, "Salmon ladder") for n in range(2)]
    everywhere = [report(n, "The market today") for n in range(5)]

    assert suggested(liked(*one_outlet, *twice, *everywhere)) == []


def test_what_is_as_frequent_elsewhere_is_not_suggested() -> None:
    good = [report(n, f"Salmon ladder {n}") for n in range(4)]
    elsewhere = [report(n, f"Salmon ladder {n}") for n in range(10, 30)]

    assert suggested(liked(*good), others=elsewhere) == []


def test_a_word_that_stands_in_many_pairs_is_suggested_by_itself() -> None:
    pairs = ("cold screwworm", "big screwworm", "old screwworm", "live screwworm")

    found = suggested(liked(*(report(n, text) for n, text in enumerate(pairs))))

    assert found == ["screwworm"]


def test_a_word_that_stands_alone_as_often_is_suggested_without_its_pair() -> None:
    paired = [report(n, f"Salmon ladder {n}") for n in range(4)]
    alone = [report(n, f"Salmon {n}") for n in range(10, 16)]

    assert suggested(liked(*paired, *alone)) == ["salmon", "ladder"]


def test_a_verdict_says_more_than_a_high_score_and_decides_the_order() -> None:
    good = liked(*(report(n, f"Zebra {n}") for n in range(3)))
    high = liked(*(report(n, f"Heron {n}") for n in range(10, 14)), said_good=False, profile="wine")

    found = suggest_terms([*good, *high], OTHERS, [TRADE], [], USAGE)

    assert [(each.term, each.profile) for each in found] == [("zebra", "trade"), ("heron", "wine")]
    assert not found[0].is_name


def test_from_nothing_nothing_is_suggested() -> None:
    assert suggested([]) == []
