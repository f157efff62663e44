"""The alert run: a story that passes a higher threshold -> a message at once, a few a day.

An alert has no slots. Whenever it is asked, what passes its threshold and was not alerted
before is issued by the same ledger, page and outbox as any digest; what is over the day's
number is settled in silence. The ordinary digests have ledgers of their own and carry both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor import __version__
from monitor.adapters.store import Store
from monitor.model import Digest, OmitReason, Receipt, Slot, Story
from monitor.pipeline.digests.issuing import (
    DigestKind,
    DigestReport,
    Draft,
    issue_draft,
    recover_pages,
    unconfirmed_of,
)
from monitor.pipeline.digests.plans import DigestPlan, unmuted
from monitor.stages import due
from monitor.stages.choose import attached, choose_stories
from monitor.text.wording import say_alerts_full


def run_alert(
    store: Store,
    plan: DigestPlan,
    now: datetime,
    *,
    dry_run: bool = False,
    by_hand: bool = False,
) -> DigestReport | None:
    """Issue what is worth an alert now, once; None when nothing is, or the hours are quiet.

    A person who asks (`by_hand`) is answered in quiet hours, too. Stories are alerted that
    passed the threshold within a day, and never those of before the alert was set up. What is
    over `per_day` is left to the digests: it is settled, and told by `monitor explain`.
    """
    if due.is_quiet(plan.settings.quiet_hours, plan.zone, now) and not by_hand:
        return None
    started_at = store.digest_started(plan.name, now, record=not dry_run)
    stories = _news(store, plan, due.alert_reach(now, started_at))
    if not stories:
        return None
    slot = due.alert_slot(plan.zone, now)
    digest = _chosen(store, plan, stories, slot, now)
    if not digest.stories and not digest.omissions:
        return None
    if not dry_run:
        store.check_for_digest(now - timedelta(days=1), now)  # none from a damaged database
        recover_pages(store, plan.pages)
    settled = attached(digest, plan.settings)
    if not digest.stories:
        reason = say_alerts_full(plan.settings.per_day, "en")
        if not dry_run:
            store.quiet(digest, settled, reason=reason)
        return DigestReport(DigestKind.QUIET, digest)
    draft = Draft(digest, unconfirmed_of(store, plan), settled)
    return issue_draft(store, plan, draft, DigestKind.ISSUE, dry_run=dry_run)


def _news(store: Store, plan: DigestPlan, since: datetime) -> list[Story]:
    """Return the stories with a report since then that passes, as far as they are not settled."""
    lines = {name: round(line, 6) for name, line in plan.lines.items()}
    found = store.candidates(plan.name, plan.profiles, since, unseen=False)
    return [
        story
        for story in unmuted(found, plan.muted)
        if any(
            round(score.value, 6) >= lines[score.profile]
            for scored in story.entries
            # News that a feed brings days late is for the digests.
            if scored.entry.dated_at >= since
            for score in scored.scores
        )
    ]


def _chosen(
    store: Store, plan: DigestPlan, stories: list[Story], slot: Slot, now: datetime
) -> Digest:
    """Return the alert: as many stories as the day has left; the others are let go."""
    room = max(0, plan.settings.per_day - store.shown_count(plan.name, slot.local_date))
    digest = choose_stories(
        stories,
        name=plan.name,
        slot=slot,
        # Each alert tells one event: nothing goes under another, past the day's number.
        settings=replace(
            plan.settings, length=room, outlet_share=max(room, 1), patience=1, related=0
        ),
        profiles=plan.profiles,
        receipt=Receipt(0, 0, 0, 0, (), None, None, __version__),
        issued_at=now,
    )
    detail = say_alerts_full(plan.settings.per_day, plan.settings.language)
    over = [o for o in digest.omissions if o.reason is OmitReason.LET_GO]
    return replace(digest, omissions=tuple(replace(each, detail=detail) for each in over))
