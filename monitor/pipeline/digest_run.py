"""The digest run: stories not yet committed -> an issue, its page and its messages."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import Enum
from pathlib import Path

from monitor import __version__
from monitor.adapters import publish
from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.config import DigestSettings
from monitor.errors import ConfigError, StoreError
from monitor.model import (
    Digest,
    Message,
    OmitReason,
    Receipt,
    Rendered,
    Slot,
    Story,
    TopicProfile,
)
from monitor.stages import due
from monitor.stages.choose import attached, choose_stories
from monitor.stages.render import render_issue
from monitor.stages.render.compose import compose_message, recipient_address

logger = logging.getLogger(__name__)

HANDLED_LOOKED_AT = 50  # slots; more than a week has, as far back as an issue reaches
DEFAULT_SENDER = "News monitor <monitor@localhost>"
RECEIPT_EVERY = timedelta(days=7)  # "weekly": the longest silence that can mean "all quiet"


class DigestKind(Enum):
    """What became of a slot."""

    ISSUE = "issue"
    RECEIPT = "receipt"
    QUIET = "quiet"
    HANDLED = "handled already"


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """Everything about a digest that is the same for each of its issues."""

    name: str
    settings: DigestSettings
    zone: str
    profiles: tuple[TopicProfile, ...]  # the digest's own, thresholds not yet shifted
    templates: Mapping[str, str]
    sender: str
    pages: Path  # the folder of all digests' pages


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What a digest run did. `page` None: nothing was written."""

    kind: DigestKind
    digest: Digest
    rendered: Rendered | None = None
    messages: tuple[Message, ...] = ()
    page: Path | None = None


def plans_of(home: Home) -> tuple[DigestPlan, ...]:
    """Return the plan of each digest that the home's settings name."""
    return tuple(plan_of(home, name) for name in home.config.digests)


def plan_of(home: Home, name: str) -> DigestPlan:
    """Return a digest's plan. Raises ConfigError when there is no digest of that name."""
    settings = home.config.digests.get(name)
    if settings is None:
        known = ", ".join(home.config.digests) or "none"
        raise ConfigError("monitor.toml", f"there is no digest {name!r}; the digests are: {known}")
    wanted = set(settings.profiles)
    return DigestPlan(
        name=name,
        settings=settings,
        zone=settings.zone or home.config.zone,
        profiles=tuple(p for p in home.profiles if not wanted or p.name in wanted),
        templates=home.templates,
        sender=home.config.mail.sender or DEFAULT_SENDER,
        pages=home.state / "digests",
    )


def slot_due(
    store: Store,
    plan: DigestPlan,
    now: datetime,
    *,
    by_hand: bool = False,
    dry_run: bool = False,
) -> tuple[Slot | None, tuple[Slot, ...]]:
    """Return the slot that is due now, None when none is, and the slots merged into it.

    A digest seen for the first time owes nothing of the past. A slot missed by more than
    `max_lateness` waits for the next one, unless a person asks (`by_hand`). A dry run
    writes nothing.
    """
    started_at = store.digest_started(plan.name, now, record=not dry_run)
    records = store.issues(plan.name, limit=HANDLED_LOOKED_AT)
    # What was issued while the clock was wrong, in the future, must not silence the digest.
    past = [record.slot.due_at for record in records if record.slot.due_at <= now]
    slot, merged = due.slot_to_issue(
        plan.settings,
        plan.zone,
        last=max([started_at, *past]),
        now=now,
        # Labels matter when a date's slot can come due again: a new zone, a clock set back.
        handled={record.slot.label for record in records},
    )
    waits = slot and not by_hand and due.waits_for_next(plan.settings, plan.zone, slot, merged, now)
    return (None, ()) if waits else (slot, merged)


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
    the digest's `quiet` rule holds. A RenderError leaves the slot due. A dry run
    renders and changes nothing.
    """
    if not dry_run:
        recover_pages(store, plan.pages)
    digest = _chosen(store, plan, slot, now)
    # By address as the outbox has it: "Ana@Example.ORG" and "Ana@example.org" are one reader.
    unconfirmed = {
        reader: tuple(store.unconfirmed(plan.name, reader, plan.profiles))
        for reader in map(recipient_address, plan.settings.recipients)
    }
    owed = _owed(store, plan, unconfirmed, now)
    kind = _kind(digest, has_unconfirmed=any(unconfirmed.values()), is_owed=bool(owed))
    if kind is DigestKind.QUIET:
        # Nothing is attached where no page tells so: late reports wait for the next issue.
        if not dry_run and not store.quiet(digest, merged=merged):
            kind = DigestKind.HANDLED
        return DigestReport(kind, digest)
    rendered = _render(plan, digest)
    messages = tuple(
        _message(plan, digest, recipient, _render(plan, digest, stories) if stories else rendered)
        for recipient, stories in unconfirmed.items()
        if digest.stories or stories or recipient in owed
    )
    if dry_run:
        return DigestReport(kind, digest, rendered, messages)
    staged = publish.stage_page(plan.pages, plan.name, slot.label, rendered)
    issued = store.issue(
        digest,
        attached(digest, plan.settings),
        merged=merged,
        messages=messages,
        subject=rendered.subject,
        kind=kind.value,
        unconfirmed=unconfirmed,
    )
    if not issued:
        publish.discard(staged)
        return DigestReport(DigestKind.HANDLED, digest)
    return DigestReport(kind, digest, rendered, messages, _put_in_place(staged, rendered))


def _chosen(store: Store, plan: DigestPlan, slot: Slot, now: datetime) -> Digest:
    """Return what the slot's issue would carry, and what it would leave out."""
    return choose_stories(
        _candidates(store, plan, now),
        name=plan.name,
        slot=slot,
        settings=plan.settings,
        profiles=plan.profiles,
        receipt=_receipt(store, plan, now),
        issued_at=now,
    )


def recover_pages(store: Store, pages: Path) -> None:
    """Finish what a crash left: pages of committed issues take their place, others go."""
    for page in publish.recover(pages, store.is_issued):
        logger.info("%s: its issue was committed, so it took its place now", page)


def _put_in_place(staged: publish.StagedPage, rendered: Rendered) -> Path | None:
    """Publish the page of a committed issue; None when the disk does not let it, for now."""
    try:
        page = publish.promote(staged)
        if not page.exists():
            # Another run beside this one took it for a leftover, before the commit.
            again = publish.stage_page(
                staged.folder.parent, staged.digest, staged.slot_label, rendered
            )
            page = publish.promote(again)
    except StoreError as error:
        # The issue stands and its mail goes out; the next run finds the page and places it.
        logger.error("the page is not in its place yet: %s", error)
        return None
    return page


def _candidates(store: Store, plan: DigestPlan, now: datetime) -> list[Story]:
    """Return the stories to choose from: near misses are told in one issue only."""
    last = store.last_issued_at(plan.name, now)
    shift = plan.settings.threshold_shift
    lines = {profile.name: profile.threshold + shift for profile in plan.profiles}

    def is_news(story: Story) -> bool:
        above = any(s.value >= lines[s.profile] for e in story.entries for s in e.scores)
        return above or last is None or any(e.entry.seen_at > last for e in story.entries)

    since = now - due.reach_back(plan.settings)
    return [s for s in store.candidates(plan.name, plan.profiles, since) if is_news(s)]


def _receipt(store: Store, plan: DigestPlan, now: datetime) -> Receipt:
    since = store.last_issued_at(plan.name, now)
    shift = plan.settings.threshold_shift
    thresholds = {profile.name: profile.threshold + shift for profile in plan.profiles}
    facts = store.poll_facts(since, thresholds)
    upcoming = due.next_slot(plan.settings, plan.zone, now)
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


def _render(plan: DigestPlan, digest: Digest, unconfirmed: Sequence[Story] = ()) -> Rendered:
    return render_issue(
        digest,
        settings=plan.settings,
        zone=plan.zone,
        templates=plan.templates,
        unconfirmed=unconfirmed,
    )


def _message(plan: DigestPlan, digest: Digest, recipient: str, rendered: Rendered) -> Message:
    domain = parseaddr(plan.sender)[1].rpartition("@")[2] or "localhost"
    # The same digest, slot and recipient always give the same id: it cannot be queued twice.
    who = hashlib.blake2b(recipient.encode(), digest_size=6).hexdigest()
    return compose_message(
        rendered,
        message_id=f"<{plan.name}.{digest.slot.label}.{who}@{domain}>",
        sender=plan.sender,
        recipient=recipient,
        list_id=f"{plan.name}.{domain}",
        date=digest.issued_at,
    )


def left_out(digest: Digest) -> dict[OmitReason, int]:
    """Count a digest's omissions by reason."""
    counts: dict[OmitReason, int] = {}
    for omission in digest.omissions:
        counts[omission.reason] = counts.get(omission.reason, 0) + 1
    return counts
