"""How a feed is doing, in words a person can act on; and what changed about it; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Entry, FeedChange, FeedNews, PollState, Problem

BROKEN_AFTER = 3  # failures in a row, an hour and a half: one lost connection is no news
SILENT_FACTOR = 5  # times the usual gap between changes
SILENT_LEAST = timedelta(days=3)  # weekends are silent
GAP_WEIGHT = 0.3  # of the newest gap in the usual one
MISSED_COUNT = 5  # entries; a shorter document is exchanged as a whole by habit, not by haste
MISSED_TOLD_EVERY = timedelta(hours=24)
MISSED_SHOWN_FOR = timedelta(days=7)

MOVED, EMPTY, MALFORMED, SILENT, MISSED = "moved", "empty", "malformed", "silent", "missed"

ADVICE: dict[str, str] = {
    Problem.DNS: "Its host's name is unknown. Look the name up in a browser; if the site has"
    " another one now, change the address in feeds.opml.",
    Problem.REFUSED: "Its server takes no connection. Wait; if the site works in a browser, it"
    " may turn this machine away: ask the publisher.",
    Problem.TIMEOUT: "Its server is too slow. It is tried again by itself, ever more rarely.",
    Problem.TLS: "Its certificate is not trusted. Only the publisher can mend that: tell them."
    " If every feed says so, look at this machine's clock and certificates.",
    Problem.FORBIDDEN_ADDRESS: "It leads to an address or port that is not polled. If it is your"
    " own server, name its network in [network] allow and its port in [network] ports.",
    Problem.REDIRECTS: "It is sent on in a circle or too often. Find the feed's new address with"
    " `monitor feeds add SITE`.",
    Problem.TOO_LARGE: "It is more than is read (10 MB). Look for a shorter feed of the same site.",
    Problem.TRUNCATED: "It breaks off half-way. It is tried again; if it stays so, tell the"
    " publisher.",
    Problem.BLOCKED: "The publisher turns this monitor away. Name a contact in monitor.toml and"
    ' ask them; if the feed wants a password, give it in [feeds."TITLE"].',
    Problem.NOT_FOUND: "There is nothing at its address any more. Find the new one with"
    " `monitor feeds add SITE`, or remove it.",
    Problem.GONE: "The publisher ended it, so it is not polled any more. Remove it, or ask again"
    " with `monitor feeds poll-again`.",
    Problem.SERVER: "The publisher's server fails. It is tried again by itself, ever more rarely.",
    Problem.BOT_WALL: "A check for humans stands before it. Ask the publisher to let feed readers"
    " through, or find another feed of theirs.",
    Problem.NOT_A_FEED: "Something else came instead of a feed. Find the feed's address with"
    " `monitor feeds add SITE`.",
    Problem.PARSER: "It cannot be read. Tell the publisher; a feed validator shows them where.",
    Problem.UNKNOWN: "See it for yourself with `monitor feeds check URL`.",
    MOVED: "Nothing needs to be done: a move that lasts 7 days and 5 polls is followed.",
    EMPTY: "It holds no entries. Nothing needs to be done, unless it stays so for weeks.",
    MALFORMED: "It was mended while reading, and nothing needs to be done.",
    SILENT: "It answers and brings nothing new. Look whether the site has another feed by now.",
    MISSED: "It changes faster than it may be polled. Look for narrower feeds of the same site.",
}
_MOVED_TOO = "Both lead to the same feed: remove this one or the other."
_BACK = " It is polled where it moved to; `monitor feeds poll-again` goes back to feeds.opml."


@dataclass(frozen=True, slots=True)
class Health:
    """What is the matter with a feed."""

    kind: str  # one word or two: a Problem's value, "moved", "silent"...
    words: str  # what happened
    advice: str  # what a person can do
    since: datetime | None = None
    is_failing: bool = False  # it brings nothing, while the others are worth knowing only


def health(state: PollState, now: datetime, *, is_taken: bool = False) -> Health | None:
    """Return what is the matter with a feed, None when it is well or was never polled.

    `is_taken`: where it moves to is another subscribed feed.
    """
    if state.problem is not None:
        return _failing(state, state.problem)
    if state.moving_to:
        words = f"it permanently redirects to {state.moving_to}"
        advice = _MOVED_TOO if is_taken else ADVICE[MOVED]
        return Health(MOVED, words, advice, state.moving_since)
    if state.missed_at and now - state.missed_at < MISSED_SHOWN_FOR:
        words = "nothing of a poll was known from the one before: entries may have been missed"
        return Health(MISSED, words, ADVICE[MISSED], state.missed_at)
    if silent_since := _silent_since(state, now):
        words = f"nothing new for {days(now - silent_since)}, usually every {days(_gap(state))}"
        return Health(SILENT, words, ADVICE[SILENT], silent_since)
    if state.entry_count == 0:
        return Health(EMPTY, "it answers, and holds no entries", ADVICE[EMPTY], state.polled_at)
    if state.warning:
        return Health(MALFORMED, state.warning, ADVICE[MALFORMED])
    return None


def advice_for(kind: str) -> str:
    """Return what a person can do about a kind of trouble, "" for an unknown kind."""
    return ADVICE.get(kind, "")


def changes(old: PollState, new: PollState, now: datetime) -> tuple[FeedNews, ...]:
    """Return what a poll changed that a person should hear of: changes, never states.

    A feed broke with its third failure in a row and recovers with the next answer; 410
    is told at once.
    """
    if new.ended_at and not old.ended_at:
        return (FeedNews(now, FeedChange.GONE, new.problem_text),)
    if old.failure_count < BROKEN_AFTER <= new.failure_count:
        return (FeedNews(now, FeedChange.BROKE, new.problem_text),)
    if new.failure_count == 0 and (old.failure_count >= BROKEN_AFTER or old.ended_at):
        return (FeedNews(now, FeedChange.RECOVERED),)
    return ()


def usual_gap(state: PollState, now: datetime) -> timedelta | None:
    """Return how far apart changes usually are, with one more at `now`; None before the second."""
    if state.changed_at is None:
        return None
    gap = max(now - state.changed_at, timedelta())
    return (
        gap
        if state.change_gap is None
        else state.change_gap + GAP_WEIGHT * (gap - state.change_gap)
    )


def may_have_missed(entries: Iterable[Entry], known_count: int, polled_at: datetime | None) -> bool:
    """Tell whether entries may have come and gone between the last poll and this one.

    So it is when not one entry was known, of several, unless one of them is dated before
    the last poll (then the document reaches back far enough, and the ids changed).
    """
    found = list(entries)
    if polled_at is None or known_count or len(found) < MISSED_COUNT:
        return False
    dates = [entry.published_at for entry in found if entry.published_at]
    return not dates or min(dates) > polled_at


def days(span: timedelta) -> str:
    """Return a span in words, to the hour below two days and to the day above."""
    hours = span / timedelta(hours=1)
    if hours < 1:
        return f"{max(round(span / timedelta(minutes=1)), 1)} min"
    return f"{round(hours)} h" if hours < 48 else f"{round(hours / 24)} days"


def _failing(state: PollState, problem: Problem) -> Health:
    advice = ADVICE[problem] + (_BACK if state.moved_to else "")
    words = state.problem_text or problem.value
    return Health(problem.value, words, advice, state.failing_since, is_failing=True)


def _gap(state: PollState) -> timedelta:
    return state.change_gap or timedelta()


def _silent_since(state: PollState, now: datetime) -> datetime | None:
    """Return the last change of a feed that is silent for much longer than usual."""
    if state.changed_at is None or state.change_gap is None:
        return None
    limit = max(SILENT_FACTOR * state.change_gap, SILENT_LEAST)
    return state.changed_at if now - state.changed_at > limit else None
