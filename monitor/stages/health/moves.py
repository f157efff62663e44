"""Where a feed moves: a permanent redirect is believed only when it lasts; pure.

The address in feeds.opml is the subscriber's word and is never rewritten; what is adopted
here is polled in its place.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import FeedChange, FeedNews, PollState

# A hijacked or mistaken redirect is put right within days; what outlives both is meant.
ADOPTED_AFTER = timedelta(days=7)
ADOPTED_AFTER_POLLS = 5


def follow_move(
    state: PollState, moved_to: str | None, now: datetime, *, own: str, taken: Container[str]
) -> PollState:
    """Return the state after a poll whose wholly permanent chain ended at `moved_to`.

    None: there was no such chain, and what was pending is forgotten. `own` is the address
    in feeds.opml, `taken` the addresses of all other feeds. The same end seen for 7 days
    and 5 polls is adopted, unless it is less protected than the one polled now or taken.
    """
    polled = state.moved_to or own
    if moved_to is None or moved_to == polled or not _is_as_safe(moved_to, polled):
        return replace(state, moving_to=None, moving_since=None, moving_count=0)
    is_same = moved_to == state.moving_to
    since = state.moving_since if is_same and state.moving_since else now
    count = state.moving_count + 1 if is_same else 1
    pending = replace(state, moving_to=moved_to, moving_since=since, moving_count=count)
    if not is_lasting(pending, now) or moved_to in taken:
        return pending
    return replace(
        state,
        moved_to=None if moved_to == own else moved_to,
        moving_to=None,
        moving_since=None,
        moving_count=0,
        news=(*state.news, FeedNews(now, FeedChange.MOVED, f"{polled} -> {moved_to}")),
    )


def is_lasting(state: PollState, now: datetime) -> bool:
    """Tell whether a pending move was seen for long enough to be believed."""
    return (
        state.moving_since is not None
        and now - state.moving_since >= ADOPTED_AFTER
        and state.moving_count >= ADOPTED_AFTER_POLLS
    )


def _is_as_safe(target: str, polled: str) -> bool:
    return target.startswith("https:") or not polled.casefold().startswith("https:")
