"""A chosen issue -> its page, its messages and the ledger: all of it, once, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from monitor.adapters import publish
from monitor.adapters.store import Store
from monitor.errors import StoreError
from monitor.model import Digest, Message, Rendered, Slot, Story
from monitor.pipeline.digests.addressing import (
    Press,
    channels_of,
    is_channel,
    press_for,
    readers_of,
)
from monitor.pipeline.digests.feeds_out import publish_feeds
from monitor.pipeline.digests.plans import DigestPlan

logger = logging.getLogger(__name__)


class DigestKind(Enum):
    """What became of a slot."""

    ISSUE = "issue"
    RECEIPT = "receipt"
    QUIET = "quiet"
    HANDLED = "handled already"


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What a digest run did. `page` None: nothing was written."""

    kind: DigestKind
    digest: Digest
    rendered: Rendered | None = None  # as its first reader gets it
    messages: tuple[Message, ...] = ()
    page: Path | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue before it is committed to, with all that is committed with it."""

    digest: Digest
    unconfirmed: Mapping[str, Sequence[Story]]  # by reader and channel, all of them
    attached: Sequence[Story] = ()
    merged: Sequence[Slot] = ()
    owed: frozenset[str] = field(default_factory=frozenset)  # who gets it though it has no story
    covered: int | None = None  # the newest entry when its stories were chosen


def unconfirmed_of(store: Store, plan: DigestPlan) -> dict[str, tuple[Story, ...]]:
    """Return by reader and channel the stories that may not have reached them."""
    every = (*readers_of(store, plan), *channels_of(plan))
    return {each: tuple(store.unconfirmed(plan.name, each, plan.profiles)) for each in every}


def issue_draft(
    store: Store, plan: DigestPlan, draft: Draft, kind: DigestKind, *, dry_run: bool
) -> DigestReport:
    """Render an issue, and commit to it unless it is a dry run.

    The issue, the commitments of its entries and its messages are one transaction; the
    page is staged before it and takes its place after it. Raises RenderError, StoreError.
    """
    digest = draft.digest
    press = press_for(store, plan, digest, draft.unconfirmed)
    whole = press.render()
    messages, offered = _messages(press, draft)
    first = next((m.recipient for m in messages if not is_channel(m.recipient)), "")
    shown = press.own(first, whole)
    if dry_run:
        return DigestReport(kind, digest, shown, messages)
    staged = publish.stage_page(plan.pages, plan.name, digest.slot.label, whole)
    issued = store.issue(
        digest,
        draft.attached,
        merged=draft.merged,
        messages=messages,
        subject=whole.subject,
        kind=kind.value,
        # What a message had no room for is not told yet, and opens the next one.
        unconfirmed={
            reader: [story for story in draft.unconfirmed[reader] if story.number in numbers]
            for reader, numbers in offered.items()
        },
        covered=draft.covered,
    )
    if not issued:
        publish.discard(staged)
        return DigestReport(DigestKind.HANDLED, digest)
    page = _put_in_place(staged, whole)
    publish_feeds(store, plan, digest.issued_at)
    return DigestReport(kind, digest, shown, messages, page)


def _messages(
    press: Press, draft: Draft
) -> tuple[tuple[Message, ...], Mapping[str, frozenset[int]]]:
    """Return the messages, and by reader which unconfirmed stories theirs names."""
    messages, offered = [], {}
    for reader, stories in draft.unconfirmed.items():
        if not (draft.digest.stories or stories or reader in draft.owed):
            continue
        if is_channel(reader):
            message, offered[reader] = press.post(reader, stories)
        else:
            rendered = press.opened_with(reader, stories)
            message, offered[reader] = press.address(reader, rendered), rendered.offered
        messages.append(message)
    return tuple(messages), offered


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
