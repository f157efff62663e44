"""The digest run: stories not yet committed -> an issue, its page and its messages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor import __version__
from monitor.adapters.garbage import put_off
from monitor.adapters.store import Store
from monitor.model import Digest, OmitReason, Receipt, Slot, Story, Trend, Upkeep
from monitor.pipeline.digests.issuing import (
    DigestKind,
    DigestReport,
    Draft,
    issue_draft,
    recover_pages,
    unconfirmed_of,
)
from monitor.pipeline.digests.plans import DEFAULT_SENDER, DigestPlan, plan_of, plans_of, unmuted
from monitor.pipeline.digests.slots import slot_due
from monitor.stages import due
from monitor.stages.choose import attached, choose_stories

__all__ = [
    "DEFAULT_SENDER",
    "DigestKind",
    "DigestPlan",
    "DigestReport",
    "left_out",
    "plan_of",
    "plans_of",
    "recover_pages",
    "run_digest",
    "slot_due",
    "upcoming",
]

RECEIPT_EVERY = timedelta(days=7)  # "weekly": the longest silence that can mean "all quiet"
REMEMBERED = timedelta(days=7)  # what was told longer ago may be told again
TREND_DAYS = 14  # the last of them yesterday: half a day beside whole ones looks like a fall


@put_off()
def run_digest(
    store: Store,
    plan: DigestPlan,
    slot: Slot,
    now: datetime,
    *,
    merged: Sequence[Slot] = (),
    dry_run: bool = False,
) -> DigestReport:
    """Issue a digest for a slot: choose, render, and commit to it, once.

    The issue, the commitments of its entries and its messages are one transaction;
    the page is staged before it and takes its place after it. With nothing to say
    the digest's `quiet` rule holds. A RenderError leaves the slot due, and what came
    meanwhile is looked at when it is mended, however long that takes. A dry run renders
    and changes nothing.
    """
    if not dry_run:
        # Nothing is issued from a damaged database.
        store.check_for_digest(now - due.reach_back(plan.settings), now)
        recover_pages(store, plan.pages)
    # Before the stories are read: what is stored in between is looked at again next time.
    covered = store.newest_entry()
    digest = chosen_for(store, plan, slot, now, merged_count=len(merged))
    unconfirmed = unconfirmed_of(store, plan)
    readers = [each for each in unconfirmed if "@" in each]
    owed = _owed(store, plan, readers, now)
    kind = _kind(digest, has_unconfirmed=any(unconfirmed.values()), is_owed=bool(owed))
    if kind is DigestKind.QUIET:
        # Nothing is attached where no page tells so: late reports wait for the next issue.
        if not dry_run and not store.quiet(digest, merged=merged, covered=covered):
            kind = DigestKind.HANDLED
        return DigestReport(kind, digest)
    draft = Draft(digest, unconfirmed, attached(digest, plan.settings), merged, owed, covered)
    return issue_draft(store, plan, draft, kind, dry_run=dry_run)


def chosen_for(
    store: Store, plan: DigestPlan, slot: Slot, now: datetime, *, merged_count: int = 0
) -> Digest:
    """Return what the slot's issue would carry, and what it would leave out."""
    return choose_stories(
        _candidates(store, plan, now),
        name=plan.name,
        slot=slot,
        settings=plan.settings,
        profiles=plan.profiles,
        receipt=_receipt(store, plan, slot, now, merged_count),
        issued_at=now,
        shown=store.shown_since(plan.name, now - REMEMBERED),
    )


@put_off()
def upcoming(store: Store, plan: DigestPlan, now: datetime) -> Digest | None:
    """Return what the digest's next issue would be, were it issued now; None: no slot comes.

    Nothing is written, nothing is rendered, and its receipt is empty: counting takes longer.
    """
    slot = due.next_slot(plan.settings, plan.zone, now)
    if slot is None:
        return None
    return choose_stories(
        _candidates(store, plan, now),
        name=plan.name,
        slot=slot,
        settings=plan.settings,
        profiles=plan.profiles,
        receipt=Receipt(0, 0, 0, 0, (), slot.due_at, None, __version__),
        issued_at=now,
        shown=store.shown_since(plan.name, now - REMEMBERED),
    )


def _candidates(store: Store, plan: DigestPlan, now: datetime) -> list[Story]:
    """Return the stories to choose from: near misses are told in one issue only."""
    last = store.last_issued_at(plan.name, now)
    lines = plan.lines

    def is_news(story: Story) -> bool:
        above = any(s.value >= lines[s.profile] for e in story.entries for s in e.scores)
        return above or last is None or any(e.entry.seen_at > last for e in story.entries)

    since = now - due.reach_back(plan.settings)
    found = store.candidates(plan.name, plan.profiles, since)
    return [s for s in unmuted(found, plan.muted) if is_news(s)]


def _receipt(
    store: Store, plan: DigestPlan, slot: Slot, now: datetime, merged_count: int
) -> Receipt:
    since = store.last_issued_at(plan.name, now)
    facts = store.poll_facts(since, plan.lines)
    # What is looked at before its time has the slot after its own as the next.
    upcoming = due.next_slot(plan.settings, plan.zone, max(now, slot.due_at))
    return Receipt(
        feeds_count=facts.feeds_count,
        feeds_answered_count=facts.feeds_answered_count,
        entries_new_count=facts.entries_new_count,
        entries_above_count=facts.entries_above_count,
        troubles=facts.troubles,
        next_issue_at=upcoming.due_at if upcoming else None,
        since=since,
        version=__version__,
        news=facts.news,
        trends=_trends(store, plan, now),
        merged_count=merged_count,
        upkeep=_upkeep(store, plan, since, now),
    )


def _upkeep(store: Store, plan: DigestPlan, since: datetime | None, now: datetime) -> Upkeep | None:
    """Return how the monitor did in seven days, for the first issue of each week."""
    zone = ZoneInfo(plan.zone)
    weeks = [at.astimezone(zone).isocalendar()[:2] for at in (since, now) if at]
    if len(set(weeks)) < 2:
        return None
    upkeep = store.upkeep(now, RECEIPT_EVERY)
    return upkeep if upkeep.alive else None


def _trends(store: Store, plan: DigestPlan, now: datetime) -> tuple[Trend, ...]:
    """Count what passed on each of the last whole days of the digest's zone, by profile."""
    zone = ZoneInfo(plan.zone)
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(TREND_DAYS, -1, -1)]
    # The first instant of each date; a date that the zone left out takes no time.
    starts = [due.due_at(day, time(), zone) for day in days]
    bounds = [
        start or datetime.combine(day, time(), zone)
        for day, start in zip(days, starts, strict=True)
    ]
    counts = store.counts_between(bounds, plan.lines)
    return tuple(
        Trend(profile.title, counts[profile.name], days[-2])
        for profile in plan.profiles
        if any(counts[profile.name])
    )


def _owed(
    store: Store, plan: DigestPlan, readers: Collection[str], now: datetime
) -> frozenset[str]:
    """Return who is to hear from the digest now even if there is nothing to say.

    Each reader counts alone: mail to another does not tell this one that all is well. Where
    nobody gets mail, the pages are what is read, and "" stands for who reads them.
    """
    if plan.settings.quiet == "skip":
        return frozenset()
    wanted = readers or ("",)
    if plan.settings.quiet == "receipt":
        return frozenset(wanted)
    started = store.digest_started(plan.name, now, record=False)

    def silence(reader: str) -> timedelta:
        if reader:
            return now - (store.last_message_at(plan.name, reader, now) or started)
        return now - (store.last_issued_at(plan.name, now) or started)

    # An hour of slack: a weekly receipt must not slip a day for being issued late once.
    longest = RECEIPT_EVERY - timedelta(hours=1)
    return frozenset(reader for reader in wanted if silence(reader) >= longest)


def _kind(digest: Digest, *, has_unconfirmed: bool, is_owed: bool) -> DigestKind:
    if digest.stories or has_unconfirmed:
        return DigestKind.ISSUE
    return DigestKind.RECEIPT if is_owed else DigestKind.QUIET


def left_out(digest: Digest) -> dict[OmitReason, int]:
    """Count a digest's omissions by reason."""
    counts: dict[OmitReason, int] = {}
    for omission in digest.omissions:
        counts[omission.reason] = counts.get(omission.reason, 0) + 1
    return counts
