"""What is remembered about a feed after a poll: the old state and the answer -> the new state.

Pure, as the stages are that it composes: due (when next), moves (where), health (news).
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from monitor.adapters.poll import lane_of, without_credentials
from monitor.config import PollSettings
from monitor.errors import ParseError, PollError
from monitor.model import (
    Feed,
    FeedChange,
    FeedNews,
    ParsedFeed,
    PollState,
    Problem,
    Retrieved,
)
from monitor.stages import due
from monitor.stages.health import MISSED_TOLD_EVERY, changes, may_have_missed, usual_gap
from monitor.stages.health.moves import follow_move

BLOCKED_TWICE = 2  # one 429 may be about that feed alone


@dataclass(frozen=True, slots=True)
class Yield:
    """What a body brought, once its entries were compared with those stored."""

    parsed: ParsedFeed
    new_count: int
    edited_count: int = 0

    @property
    def total_count(self) -> int:
        return len(self.parsed.entries) + self.parsed.seen_count + self.parsed.waiting_count

    @property
    def known_count(self) -> int:
        """Return how many of the document's entries the feed had brought before."""
        return max(self.total_count - self.new_count - self.parsed.waiting_count, 0)


def after_answer(
    feed: Feed,
    old: PollState,
    answer: Retrieved,
    now: datetime,
    *,
    settings: PollSettings,
    body_hash: str | None,
    brought: Yield | None = None,
    taken: Container[str] = (),
) -> PollState:
    """Return the state after an accepted answer or a 304.

    `brought` None: the body was not read, because it is the one already known. `taken`
    are the addresses of the other feeds. A 304 keeps what it does not send anew.
    """
    kept = answer.body is None
    etag = answer.etag or (old.etag if kept else None)
    last_modified = answer.last_modified or (old.last_modified if kept else None)
    again_at = partial(_next_poll_at, feed, answer, now, settings, bool(etag or last_modified))
    # Nearly every answer is a 304: then this one copy is all that is made of the state.
    state = replace(
        old,
        etag=etag,
        last_modified=last_modified,
        body_hash=old.body_hash if kept else body_hash,
        next_poll_at=again_at(old),
        polled_at=now,
        succeeded_at=now,
        failing_since=None,
        failure_count=0,
        problem=None,
        problem_text="",
        blocked_until=None,
        ended_at=None,
        news=(),
    )
    if brought:
        state = _after_reading(state, old, brought, now, settings)
        state = replace(state, next_poll_at=again_at(state))
    if news := changes(old, state, now):
        state = replace(state, news=(*state.news, *news))
    if answer.moved_to or old.moving_to:
        own = without_credentials(feed.url)
        state = follow_move(state, answer.moved_to, now, own=own, taken=taken)
    return state


def _next_poll_at(
    feed: Feed,
    answer: Retrieved,
    now: datetime,
    settings: PollSettings,
    has_validators: bool,
    state: PollState,
) -> datetime:
    return due.next_poll_at(
        now,
        interval=state.rhythm or settings.interval,
        jitter_key=feed.url,
        fresh_for=answer.fresh_for,
        ttl=state.ttl,
        has_validators=has_validators,
        skip_hours=state.skip_hours,
        skip_days=state.skip_days,
    )


def _after_reading(
    state: PollState, old: PollState, brought: Yield, now: datetime, settings: PollSettings
) -> PollState:
    """Return the state with what a document said and what its entries tell of the feed."""
    parsed, is_first = brought.parsed, old.succeeded_at is None
    state = replace(
        state,
        warning=parsed.warning,
        ttl=parsed.ttl,
        skip_hours=parsed.skip_hours,
        skip_days=parsed.skip_days,
        entry_count=brought.total_count,
    )
    if brought.new_count or brought.edited_count:
        gap = None if is_first else usual_gap(old, now)
        state = replace(state, changed_at=now, change_gap=gap)
    if is_first:
        return state
    rhythm = due.next_rhythm(
        old.rhythm,
        known_count=brought.known_count,
        total_count=brought.total_count,
        interval=settings.interval,
        slowest=settings.slowest,
    )
    state = replace(state, rhythm=rhythm)
    is_told = old.missed_at and now - old.missed_at < MISSED_TOLD_EVERY
    if not is_told and may_have_missed(parsed.entries, brought.known_count, old.succeeded_at):
        words = f"all {brought.total_count} entries were new"
        news = FeedNews(now, FeedChange.MISSED, words)
        state = replace(state, missed_at=now, news=(*state.news, news))
    return state


def after_failure(
    feed: Feed, old: PollState, failure: PollError | ParseError, now: datetime
) -> PollState:
    """Return the state after a poll that brought nothing usable.

    A feed that was not even asked, because its server had enough of others, is put off and
    has not failed. 410 ends its polling.
    """
    retry_after = failure.retry_after if isinstance(failure, PollError) else None
    if isinstance(failure, PollError) and failure.is_postponed:
        again_at = due.after_failure(now, 1, retry_after=retry_after, jitter_key=feed.url)
        return replace(old, next_poll_at=again_at)
    count = old.failure_count + 1
    is_gone = failure.kind == Problem.GONE
    again_at = due.after_failure(now, count, retry_after=retry_after, jitter_key=feed.url)
    state = replace(
        old,
        polled_at=now,
        failing_since=old.failing_since or now,
        failure_count=count,
        problem=Problem(failure.kind),
        problem_text=failure.problem,
        next_poll_at=again_at,
        blocked_until=again_at if retry_after and _is_its_own(feed, old, failure) else None,
        ended_at=now if is_gone else None,
    )
    return replace(state, news=changes(old, state, now))


def held_until(blocked: Iterable[tuple[Feed, PollState]]) -> dict[str, datetime]:
    """Return the servers that are to be left alone, and until when; by `lane_of`.

    `blocked` are the feeds whose servers asked to wait. One refusal may be about one feed;
    with the second the server means everybody.
    """
    counts: dict[str, int] = {}
    until: dict[str, datetime] = {}
    for feed, state in blocked:
        if state.problem is Problem.BLOCKED and state.blocked_until:
            lane = lane_of(state.moved_to or feed.url)
            counts[lane] = counts.get(lane, 0) + min(state.failure_count, BLOCKED_TWICE)
            until[lane] = max(until.get(lane, state.blocked_until), state.blocked_until)
    return {lane: at for lane, at in until.items() if counts[lane] >= BLOCKED_TWICE}


def _is_its_own(feed: Feed, state: PollState, failure: PollError | ParseError) -> bool:
    """Tell whether the feed's own server spoke, and not one that it redirects to."""
    answered = failure.url if isinstance(failure, PollError) else ""
    return bool(answered) and lane_of(answered) == lane_of(state.moved_to or feed.url)
