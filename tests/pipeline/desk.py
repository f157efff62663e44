"""A desk to issue from: a store with one feed, and the plan of one digest at 07:00 UTC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.adapters.store import IssueKind, Store
from monitor.config import DigestSettings
from monitor.model import Entry, OutboxState, PollState, TopicProfile
from monitor.pipeline import DigestKind, DigestReport, run_digest, slot_due
from monitor.pipeline.digests.plans import DigestPlan
from tests.factories import (
    make_entry,
    make_placement,
    make_profile,
    make_score,
    make_subscription,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEVEN = datetime(2026, 7, 12, 7, tzinfo=UTC)
TRADE: TopicProfile = make_profile()
ANA, BEN = "ana@example.org", "ben@example.org"
TEMPLATES = {
    path.name: path.read_text(encoding="utf-8")
    for path in (Path(__file__).parents[2] / "templates").iterdir()
}


@dataclass(slots=True)
class Desk:
    """A store with one feed, and the plan of one digest at 07:00 UTC."""

    store: Store
    plan: DigestPlan

    def tell(
        self,
        *ids: str,
        value: float = 0.8,
        at: datetime = SEVEN - HOUR,
        joins: Entry | None = None,
    ) -> Entry:
        """Let the feed bring entries; each starts a story, or joins that of another."""
        for each in ids:
            entry = make_entry(each, title=f"Headline {each}", published_at=at, seen_at=at)
            self.store.save_poll(
                1,
                PollState(succeeded_at=at),
                [(entry, (make_score(value),))],
                [make_placement(entry.key, joins.key if joins else None)],
                floors={"trade": TRADE.near_miss_floor},
                first_poll_cutoff=None,
                now=at,
            )
        return entry

    def run(self, now: datetime, **options: object) -> DigestReport | None:
        """Do what is due; None when nothing is."""
        slot, merged = slot_due(self.store, self.plan, now)
        if slot is None:
            return None
        return run_digest(
            self.store,
            self.plan,
            slot,
            now,
            merged=merged,
            **options,  # type: ignore[arg-type]
        )

    def change(self, **settings: object) -> None:
        self.plan = replace(self.plan, settings=replace(self.plan.settings, **settings))  # type: ignore[arg-type]

    @property
    def handled(self) -> list[tuple[str, IssueKind]]:
        return [(r.slot.label, r.kind) for r in reversed(self.store.issues("morning"))]

    def deliver(self, recipient: str, state: OutboxState) -> None:
        """Let the last message to a recipient end so."""
        message_id = next(
            m.message.id for m in self.store.outbox() if m.message.recipient == recipient
        )
        self.store.claim(message_id, SEVEN + 300 * DAY)
        self.store.mark_data_sent(message_id)
        if state is OutboxState.SENT:
            self.store.mark_sent(message_id, SEVEN)
        elif state is OutboxState.UNCERTAIN:
            self.store.mark_uncertain(message_id, "the connection was lost")
        else:
            self.store.mark_failed(message_id, "550 no such user")


@contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    """Set up a desk whose files lie in a folder."""
    plan = DigestPlan(
        name="morning",
        settings=DigestSettings(recipients=(ANA, BEN)),
        zone="UTC",
        profiles=(TRADE,),
        templates=TEMPLATES,
        sender="News <news@example.org>",
        pages=folder / "digests",
    )
    with Store.open(folder / "monitor.db") as store:
        store.sync_feeds([make_subscription()], SEVEN - DAY)
        store.digest_started("morning", SEVEN - 12 * HOUR)
        yield Desk(store, plan)


def ids(report: DigestReport | None) -> list[list[str]]:
    assert report is not None
    return [[s.entry.key.id for s in story.entries] for story in report.digest.stories]


def kind(report: DigestReport | None) -> DigestKind | None:
    return report.kind if report else None
