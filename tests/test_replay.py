"""The replay: ten real days when the recording is there, two made-up ones always."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import IssueKind, Store
from monitor.config import DigestSettings
from monitor.pipeline import DigestKind
from tests.replay import Outcome, Recorded, Wire, read_recording, replay

WIRE = Path(__file__).parents[2] / "shared" / "replay" / "wire-2026-07.jsonl"
MIDNIGHT = datetime(2026, 7, 10, 6, tzinfo=UTC)  # in Mexico City
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def recorded(number: int, at: datetime, title: str, source: str = "norte") -> Recorded:
    return Recorded(
        f"id{number}", source, title, "", f"https://example.com/{number}", at - HOUR, at
    )


def accounted(home: Path, rows: Sequence[Recorded], outcome: Outcome) -> None:
    """Assert what holds for every replay: nothing lost, nothing twice, nothing unexplained."""
    assert outcome.recorded_count == len(rows)
    assert outcome.issued_twice == []
    with Store.open(home / "state" / "monitor.db", check=True) as store:
        records = {record.slot.label: record for record in store.issues("morning")}
        stored = Counter(each.entry.key.id for each in store.entries(limit=100_000))
    assert set(stored.values()) == {1}
    # What a feed brings again under another id is known by its words: it is one entry.
    kept = {(row.source, row.title) for row in rows if row.id in stored}
    gone = [row for row in rows if row.id not in stored]
    assert [row.id for row in gone if (row.source, row.title) not in kept] == []
    assert len(gone) + outcome.stored_count == len(rows)
    assert sorted(records) == [label for label, _ in outcome.slots]
    returned_unmarked = []
    told: set[int] = set()
    for label, report in outcome.slots:
        kind = IssueKind(report.kind.value)
        assert (records[label].kind, records[label].story_count) == (
            kind,
            len(report.digest.stories),
        )
        assert bool(records[label].detail) == (kind is IssueKind.QUIET)
        left_out = Counter(omission.story.number for omission in report.digest.omissions)
        shown = {story.number for story in report.digest.stories}
        assert set(left_out.values()) <= {1}
        assert not shown & left_out.keys()
        stories = report.digest.stories
        returned_unmarked += [s.number for s in stories if s.number in told and not s.update]
        told |= shown
        under = Counter(story.under for story in stories if story.under is not None)
        assert under.keys() <= {story.number for story in stories if story.under is None}
        assert max(under.values(), default=0) <= DigestSettings().related
    assert returned_unmarked == []


def test_a_wire_shows_an_entry_from_its_first_sight_on_for_two_days() -> None:
    wire = Wire([recorded(1, MIDNIGHT, "A & B"), recorded(2, MIDNIGHT + HOUR, "C")])

    def shown(now: datetime) -> list[str]:
        wire.now = now
        body = wire.feed("norte").decode()
        return [title for title in ("A &amp; B", "C") if title in body]

    assert shown(MIDNIGHT - HOUR) == []
    assert shown(MIDNIGHT) == ["A &amp; B"]
    assert shown(MIDNIGHT + HOUR) == ["A &amp; B", "C"]
    assert shown(MIDNIGHT + 2 * DAY) == ["C"]


def test_two_made_up_days_are_accounted_for(tmp_path: Path) -> None:
    tariffs = "Mexico and the United States open talks on steel tariffs under the USMCA"
    rows = [
        recorded(1, MIDNIGHT + HOUR, tariffs),
        recorded(2, MIDNIGHT + 2 * HOUR, f"{tariffs}, ministry says", "sur"),
        recorded(3, MIDNIGHT + 3 * HOUR, "Local team wins the cup after extra time"),
    ]

    outcome = replay(rows, tmp_path / "home", MIDNIGHT, MIDNIGHT + 34 * HOUR)

    accounted(tmp_path / "home", rows, outcome)
    assert [(label, report.kind) for label, report in outcome.slots] == [
        ("2026-07-10-0700", DigestKind.ISSUE),
        ("2026-07-11-0700", DigestKind.QUIET),
    ]
    (story,) = outcome.slots[0][1].digest.stories
    assert sorted(scored.entry.key.id for scored in story.entries) == ["id1", "id2"]
    assert outcome.requests[304] > outcome.requests[200]


@pytest.mark.long
@pytest.mark.usefixtures("unmeasured")
@pytest.mark.skipif(not WIRE.is_file(), reason="the recording is not beside this checkout")
def test_ten_real_days_are_accounted_for_in_under_three_minutes(tmp_path: Path) -> None:
    rows = read_recording(WIRE)

    outcome = replay(rows, tmp_path / "home", MIDNIGHT, MIDNIGHT + 10 * DAY + 8 * HOUR)

    accounted(tmp_path / "home", rows, outcome)
    assert (outcome.recorded_count, len(outcome.slots)) == (3059, 11)
    days = [date(2026, 7, 10) + n * DAY for n in range(11)]
    assert [label for label, _ in outcome.slots] == [f"{day}-0700" for day in days]
    # Nothing was seen on the 11th and 12th, and what the 10th left over stands under its sagas:
    # the issues of three mornings have no news.
    quiet = {label[:10] for label, report in outcome.slots if report.kind is DigestKind.QUIET}
    assert quiet == {"2026-07-11", "2026-07-12", "2026-07-13"}
    assert outcome.seconds < 180
