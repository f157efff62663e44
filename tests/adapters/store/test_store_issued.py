"""What was issued, as pages, feeds and alerts ask for it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from monitor.adapters.store import ShownStory, Store
from tests.pipeline.desk import DAY, HOUR, SEVEN, desk_in


def test_the_issues_are_told_newest_first_with_their_stories(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        desk.change(quiet="receipt")
        desk.tell("a", "b")
        desk.run(SEVEN)
        desk.run(SEVEN + DAY)

        newest, oldest = desk.store.shown_issues("morning")

        assert (newest.slot_label, newest.stories) == ("2026-07-13-0700", ())
        assert (oldest.slot_label, oldest.issued_at) == ("2026-07-12-0700", SEVEN)
        assert oldest.subject == "morning, 12 Jul: Headline a (+1)"
        assert oldest.stories == tuple(
            ShownStory(f"Headline {id}", f"https://example.com/1/{id}", "Example Times")
            for id in "ab"
        )
        assert desk.store.shown_issues("morning", limit=1) == [newest]
        assert desk.store.shown_issues("evening") == []
        assert desk.store.shown_count("morning", date(2026, 7, 12)) == 2
        assert desk.store.shown_count("morning", date(2026, 7, 13)) == 0


def test_entries_are_counted_by_the_day_they_are_dated(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        desk.tell("a", at=SEVEN - 2 * DAY)
        desk.tell("b", "c", at=SEVEN - DAY)
        desk.tell("low", value=0.4, at=SEVEN - DAY)
        desk.tell("edge", at=SEVEN)

        bounds = [SEVEN - 2 * DAY, SEVEN - DAY, SEVEN, SEVEN + DAY, SEVEN + 2 * DAY]

        assert desk.store.counts_between(bounds, {"trade": 0.5, "unknown": 0.5}) == {
            "trade": (1, 2, 1, 0), "unknown": (0, 0, 0, 0),
        }  # fmt: skip


def test_stories_above_are_led_by_their_best_and_newest_first(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        first = desk.tell("a", value=0.7, at=SEVEN - 3 * HOUR)
        desk.tell("low", value=0.4, at=SEVEN - HOUR, joins=first)
        desk.tell("best", value=0.9, at=SEVEN - 2 * HOUR, joins=first)
        desk.tell("b", value=0.6, at=SEVEN - HOUR)

        newest, oldest = desk.store.stories_above("trade", 0.5, SEVEN - DAY)

        assert (newest.lead.key.id, oldest.lead.key.id) == ("b", "best")
        assert oldest.updated_at == SEVEN - 2 * HOUR
        assert desk.store.stories_above("trade", 0.5, SEVEN - DAY, limit=1) == [newest]
        assert desk.store.stories_above("trade", 0.95, SEVEN - DAY) == []
        assert desk.store.stories_above("unknown", 0.5, SEVEN - DAY) == []


def test_entries_have_numbers_that_a_person_can_ask_for(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        entry = desk.tell("a", "b")

        [(key, number)] = desk.store.entry_numbers([entry.key]).items()

        assert key == entry.key
        assert desk.store.find_entries(f"#{number}")[0].entry.key == entry.key
        assert desk.store.newest_entry() == number
        assert desk.store.entry_numbers([type(key)(9, "x")]) == {}


def test_a_home_has_one_id_for_ever(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one.db") as one, Store.open(tmp_path / "two.db") as two:
        id = one.home_id()

        assert one.newest_entry() == 0
        assert two.home_id() != id
    with Store.open(tmp_path / "one.db") as again:
        assert again.home_id() == id


def test_what_a_digest_has_looked_at_is_noted_with_its_issue(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        desk.tell("a")
        desk.run(SEVEN)
        old = desk.tell("b", at=SEVEN - timedelta(days=40))

        found = desk.store.candidates("morning", desk.plan.profiles, SEVEN - DAY)
        only_recent = desk.store.candidates(
            "morning", desk.plan.profiles, SEVEN - DAY, unseen=False
        )

        assert [story.lead.entry.key for story in found] == [old.key]
        assert only_recent == []
