"""The poll run: feeds that are due -> poll, parse, score, fold, store."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import WorkerDied, Workers
from monitor.config import PollSettings
from monitor.errors import FeedError, MonitorError, ParseError, PollError
from monitor.model import (
    Entry,
    Feed,
    ParsedFeed,
    PollOutcome,
    PollRequest,
    PollState,
    Problem,
    Retrieved,
    Score,
    TopicProfile,
)
from monitor.stages import due
from monitor.stages.cluster import WINDOW, StoryBook
from monitor.stages.parse import parse_feed
from monitor.stages.score import Scorer

logger = logging.getLogger(__name__)

UNCHANGED_BATCH = (
    200  # bookkeeping rows per transaction: one commit each would cost more than all else
)
# A flood is taken up over several polls, so that one feed cannot fill the database at once.
FLOOD_CAP = 500


@dataclass(frozen=True, slots=True)
class ParseJob:
    """A body to be parsed in a worker: picklable, and all that the work needs."""

    feed: Feed
    retrieved: Retrieved
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class ParsedJob:
    """What a worker made of a body: each entry with its scores, best first."""

    parsed: ParsedFeed
    scores: tuple[tuple[Score, ...], ...]


def parse_and_score(scorer: Scorer, job: ParseJob) -> ParsedJob:
    """Parse one body and score its entries; pure, and run in a worker process."""
    parsed = parse_feed(
        job.retrieved.body or b"",
        feed=job.feed,
        url=job.retrieved.url or job.feed.url,
        content_type=job.retrieved.content_type,
        seen_at=job.seen_at,
    )
    return ParsedJob(parsed, tuple(scorer.score(entry) for entry in parsed.entries))


@dataclass(slots=True)
class PollReport:
    """What a poll run did, counted."""

    outcomes: Counter[PollOutcome] = field(default_factory=Counter)
    entries_new: int = 0
    entries_edited: int = 0
    entries_above: int = 0  # of the new ones, at or over a threshold
    entries_waiting: int = 0  # over the flood cap, taken up by later polls
    problems: list[tuple[Feed, str]] = field(default_factory=list)

    @property
    def polled(self) -> int:
        return sum(self.outcomes.values())


def run_poll(
    store: Store,
    poller: Poller,
    workers: Workers[Scorer],
    profiles: Sequence[TopicProfile],
    now: datetime,
    *,
    settings: PollSettings,
    window: timedelta = timedelta(hours=48),
    every: bool = False,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PollReport:
    """Poll, parse, score and store every feed that is due.

    Each feed is saved as soon as it is done, in one transaction with its validators,
    so a crash loses one feed's work at most. A feed that fails is recorded with its
    problem and polled again later, ever more rarely; the others are not affected.
    A StoreError ends the run. `every` polls the feeds that are not due as well.
    On a feed's first poll, entries older than `window` are background.
    """
    run = _PollRun(store, profiles, now, settings, window)
    todo = store.due_polls(now, every=every)
    run.states = {feed.number: state for feed, state in todo}
    run.progress = lambda: progress(run.report.polled, len(todo))
    requests = (PollRequest(feed, state.etag, state.last_modified) for feed, state in todo)
    jobs = run.bodies(poller.poll(requests, stopped=stopped))
    for job, result in workers.map(parse_and_score, jobs):
        if isinstance(result, ParsedJob):
            run.save(job, result)
        else:
            run.save_unparsed(job, result)
        if stopped():
            break
    run.flush_unchanged()
    return run.report


class _PollRun:
    """The work of one poll run, with what its steps share."""

    def __init__(
        self,
        store: Store,
        profiles: Sequence[TopicProfile],
        now: datetime,
        settings: PollSettings,
        window: timedelta,
    ) -> None:
        self.report = PollReport()
        self.states: dict[int, PollState] = {}
        self.progress: Callable[[], None] = lambda: None
        self._store = store
        self._thresholds = {profile.name: profile.threshold for profile in profiles}
        self._floors = {profile.name: profile.near_miss_floor for profile in profiles}
        self._now = now
        self._settings = settings
        self._window = window
        self._book: StoryBook | None = None
        self._unchanged: list[tuple[int, PollState]] = []

    def bodies(
        self, answers: Iterator[tuple[PollRequest, Retrieved | PollError]]
    ) -> Iterator[ParseJob]:
        """Settle the answers that need no parsing; yield the others."""
        for request, answer in answers:
            state = self.states[request.feed.number]
            if isinstance(answer, PollError):
                self._save_failure(request.feed, state, answer)
            elif answer.body is None or _hash(answer.body) == state.body_hash:
                self._note_unchanged(request.feed, self._answered(request.feed, state, answer))
            else:
                yield ParseJob(request.feed, answer, self._now)

    def save(self, job: ParseJob, result: ParsedJob) -> None:
        """Store what a body brought, with the validators that describe it."""
        feed, old = job.feed, self.states[job.feed.number]
        scored = list(zip(result.parsed.entries, result.scores, strict=True))
        known = self._store.known(feed.number, [entry.key.id for entry, _ in scored])
        fresh = [pair for pair in scored if not self._store.is_known(pair[0], known)]
        taken, waiting = fresh[:FLOOD_CAP], len(fresh[FLOOD_CAP:])
        self.report.entries_waiting += waiting
        state = self._answered(feed, old, job.retrieved, result.parsed)
        if waiting:
            # The body must come again: neither its hash nor its validators are kept.
            state = replace(state, body_hash=None, etag=None, last_modified=None)
            logger.warning("%s: %d entries wait for later polls (flood)", feed.url, waiting)
        if not taken:
            self._note_unchanged(feed, state)
            return
        state = replace(state, changed_at=self._now)
        placements = self.book.place([entry for entry, scores in taken if self._is_near(scores)])
        saved = self._store.save_poll(
            feed.number,
            state,
            taken,
            placements,
            floors=self._floors,
            first_poll_cutoff=self._now - self._window if old.succeeded_at is None else None,
            now=self._now,
        )
        new = set(saved.new)
        self.report.entries_new += len(saved.new)
        self.report.entries_edited += len(saved.edited)
        self.report.entries_above += sum(
            entry.key in new and self._is_above(scores) for entry, scores in taken
        )
        self._count(PollOutcome.UPDATED)

    def save_unparsed(self, job: ParseJob, failure: WorkerDied | MonitorError) -> None:
        """Record a body that could not be parsed; its validators are not kept."""
        if isinstance(failure, WorkerDied):
            failure = ParseError(job.feed.url, f"the parser was stopped: {failure.reason}")
        if not isinstance(failure, FeedError):
            raise failure
        old = self.states[job.feed.number]
        state = replace(old, etag=None, last_modified=None, body_hash=None)
        self._save_failure(job.feed, state, failure)

    def flush_unchanged(self) -> None:
        if self._unchanged:
            self._store.save_unchanged(self._unchanged)
            self._unchanged = []

    @property
    def book(self) -> StoryBook:
        """The stories of the last days, read when the first new entry needs them."""
        if self._book is None:
            self._book = StoryBook(self._store.story_entries(self._now - WINDOW))
        return self._book

    def _is_near(self, scores: Sequence[Score]) -> bool:
        return any(score.value >= self._floors[score.profile] for score in scores)

    def _is_above(self, scores: Sequence[Score]) -> bool:
        return any(score.value >= self._thresholds[score.profile] for score in scores)

    def _answered(
        self, feed: Feed, old: PollState, answer: Retrieved, parsed: ParsedFeed | None = None
    ) -> PollState:
        """Return the state after an accepted answer."""
        not_modified = answer.body is None
        etag = answer.etag or (old.etag if not_modified else None)
        last_modified = answer.last_modified or (old.last_modified if not_modified else None)
        return PollState(
            etag=etag,
            last_modified=last_modified,
            body_hash=old.body_hash if answer.body is None else _hash(answer.body),
            next_poll_at=due.next_poll_at(
                self._now,
                interval=self._settings.interval,
                jitter_key=feed.url,
                fresh_for=answer.fresh_for,
                ttl=parsed.ttl if parsed else None,
                has_validators=bool(etag or last_modified),
            ),
            polled_at=self._now,
            succeeded_at=self._now,
            changed_at=old.changed_at,
            warning=old.warning if parsed is None else parsed.warning,
        )

    def _note_unchanged(self, feed: Feed, state: PollState) -> None:
        self._unchanged.append((feed.number, state))
        if len(self._unchanged) >= UNCHANGED_BATCH:
            self.flush_unchanged()
        self._count(PollOutcome.UNCHANGED)

    def _save_failure(self, feed: Feed, state: PollState, failure: FeedError) -> None:
        count = state.failure_count + 1
        retry_after = failure.retry_after if isinstance(failure, PollError) else None
        self._store.save_failure(
            feed.number,
            replace(
                state,
                polled_at=self._now,
                failing_since=state.failing_since or self._now,
                failure_count=count,
                problem=_kind(failure),
                problem_text=failure.problem,
                next_poll_at=due.after_failure(
                    self._now, count, retry_after=retry_after, jitter_key=feed.url
                ),
            ),
        )
        self.report.problems.append((feed, failure.problem))
        logger.warning("poll failed: %s", failure)
        self._count(PollOutcome.FAILED)

    def _count(self, outcome: PollOutcome) -> None:
        self.report.outcomes[outcome] += 1
        self.progress()


def _kind(failure: FeedError) -> Problem:
    kind = getattr(failure, "kind", None)
    if kind in set(Problem):
        return Problem(kind)
    return Problem.PARSER if isinstance(failure, ParseError) else Problem.UNKNOWN


def _hash(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


__all__ = ["Entry", "ParseJob", "ParsedJob", "PollReport", "parse_and_score", "run_poll"]
