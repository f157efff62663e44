"""The poll run: feeds that are due -> poll, parse, score, fold, store."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar, cast

from monitor.adapters.poll import Poller, lane_of, without_credentials
from monitor.adapters.store import Store
from monitor.adapters.workers import WorkerDied, Workers
from monitor.config import Config, PollSettings
from monitor.errors import MonitorError, ParseError, PollError
from monitor.identity import Trace, seen_items, unpack_traces
from monitor.model import (
    Entry,
    Feed,
    PollOutcome,
    PollRequest,
    PollState,
    Retrieved,
    Score,
    TopicProfile,
)
from monitor.pipeline.polling.far_poll import FarWorkers, poll_far
from monitor.pipeline.polling.far_reading import FarAnswer, FarTask, hash_of
from monitor.pipeline.polling.kept_book import KeptBook
from monitor.pipeline.polling.poll_state import Yield, after_answer, after_failure, held_until
from monitor.pipeline.polling.reading import ParsedJob, ParseJob, parse_and_score
from monitor.pipeline.polling.recognise import traces_after, under_known_ids
from monitor.stages.cluster import StoryBook
from monitor.stages.due import is_resting
from monitor.stages.score import Scorer
from monitor.stages.score.meaning import Meaning

logger = logging.getLogger(__name__)

T = TypeVar("T")

UNCHANGED_BATCH = 200  # rows per transaction: one commit each would cost more than all else
FIRST_POLL_WINDOW = timedelta(hours=48)  # of a home without digests
# A flood is taken up over several polls, so that one feed cannot fill the database at once.
FLOOD_CAP = 500


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
    workers: Workers[Scorer] | FarWorkers,
    profiles: Sequence[TopicProfile],
    now: datetime,
    *,
    settings: PollSettings,
    window: timedelta = FIRST_POLL_WINDOW,
    meaning: Meaning | None = None,
    stories: KeptBook | None = None,
    every: bool = False,
    rested: timedelta = timedelta(0),
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PollReport:
    """Poll, parse, score and store every feed that is due.

    Each feed is saved as soon as it is done, in one transaction with its validators. Those
    that are done within a moment share one, so a crash loses a moment's work at most. A feed
    that fails is recorded with its problem and polled again later, ever more rarely; the
    others are not affected.
    A StoreError ends the run. FarWorkers poll as well, with the poller they were given
    in place of this one. `every` polls the feeds that are not due as well,
    but none that was polled less than `rested` ago, or whose server asked to wait.
    On a feed's first poll, entries older than `window` are background. `meaning` adds its
    reason here and not in the workers, whose memory no model would fit into. `stories` is
    what a process that runs again and again keeps between its runs.
    """
    run = _PollRun(store, profiles, now, settings, window)
    run.meaning = meaning
    run.kept = stories or run.kept
    todo = run.may_be_polled(store.due_polls(now, every=every), rested)
    run.states = {feed.number: state for feed, state in todo}
    run.progress = lambda: progress(run.report.polled, len(todo))
    if todo:
        run.kept.make_ahead(store, now)
    requests = (
        PollRequest(feed, state.etag, state.last_modified, state.moved_to or "")
        for feed, state in todo
    )
    try:
        if isinstance(workers, FarWorkers):
            _poll_far(run, workers, requests, stopped)
        else:
            _poll_here(run, poller, workers, requests, stopped)
    except MonitorError:
        run.kept.drop()
        raise
    finally:
        run.flush_unchanged()
    return run.report


def _poll_here(
    run: _PollRun,
    poller: Poller,
    workers: Workers[Scorer],
    requests: Iterator[PollRequest],
    stopped: Callable[[], bool],
) -> None:
    # Closed here, consumer first: an error on the way must not leave a transfer under way.
    with (
        run.store.gathering() as commit,
        _closing(poller.poll(requests, stopped=stopped, before_waiting=commit)) as answers,
        _closing(run.bodies(answers)) as jobs,
        _closing(workers.map(parse_and_score, jobs, commit)) as results,
    ):
        run.commit = commit
        for job, result in results:
            run.settle(job, result)
            if stopped():
                break


def _poll_far(
    run: _PollRun,
    workers: FarWorkers,
    requests: Iterator[PollRequest],
    stopped: Callable[[], bool],
) -> None:
    tasks = [FarTask(each, run.states[each.feed.number].body_hash) for each in requests]
    with (
        run.store.gathering() as commit,
        _closing(poll_far(workers, tasks, run.knowing, run.now, commit)) as answers,
    ):
        run.commit = commit
        for task, answer in answers:
            run.settle_far(task.request, answer)
            if stopped():
                break


def first_poll_window(config: Config) -> timedelta:
    """Return how old an entry may be at its feed's first poll and still be news to a digest."""
    return max((each.window for each in config.digests.values()), default=FIRST_POLL_WINDOW)


def _closing(iterator: Iterator[T]) -> closing[Generator[T, None, None]]:
    # Every one of them is a generator; that it can be closed is not in its room's promise.
    return closing(cast("Generator[T, None, None]", iterator))


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
        self.commit: Callable[[], None] = lambda: None  # before anything slow
        self.meaning: Meaning | None = None
        self.kept = KeptBook()
        self.store = store
        self._thresholds = {profile.name: profile.threshold for profile in profiles}
        self._floors = {profile.name: profile.near_miss_floor for profile in profiles}
        self.now = now
        self._settings = settings
        self._window = window
        self._book: StoryBook | None = None
        self._addresses: dict[str, int] | None = None
        self._unchanged: list[tuple[int, PollState]] = []
        self._traces: dict[int, tuple[Trace, ...]] = {}  # of the bodies that are being parsed

    def may_be_polled(
        self, todo: Sequence[tuple[Feed, PollState]], rested: timedelta
    ) -> list[tuple[Feed, PollState]]:
        """Return the feeds that may be asked now; who asked to wait, or must rest, is left alone.

        What is due and must wait for its server is put off, so that it is not looked at again.
        """
        blocked = self.store.blocked_polls(self.now)
        held, waiting = held_until(blocked), {feed.number for feed, _ in blocked}
        ready = []
        for feed, state in todo:
            is_due = state.next_poll_at is None or state.next_poll_at <= self.now
            until = held.get(lane_of(state.moved_to or feed.url)) if held else None
            if until and is_due:
                self._unchanged.append((feed.number, replace(state, next_poll_at=until)))
            is_held = until is not None or feed.number in waiting
            if not is_held and (is_due or not is_resting(state.polled_at, self.now, rested)):
                ready.append((feed, state))
        self.flush_unchanged()
        return ready

    def bodies(
        self, answers: Iterator[tuple[PollRequest, Retrieved | PollError]]
    ) -> Iterator[ParseJob]:
        """Settle the answers that need no parsing; yield the others."""
        for request, answer in answers:
            body = None if isinstance(answer, PollError) else answer.body
            if job := self._to_parse(request, answer, None if body is None else hash_of(body)):
                yield job

    def _to_parse(
        self, request: PollRequest, answer: Retrieved | PollError, body_hash: str | None
    ) -> ParseJob | None:
        """Settle an answer that needs no parsing; return what another needs."""
        state = self.states[request.feed.number]
        if isinstance(answer, PollError):
            self._save_failure(request.feed, state, answer)
            return None
        if body_hash is None or body_hash == state.body_hash:
            unchanged = self._answered(request.feed, state, answer, body_hash)
            self._note_unchanged(request.feed, unchanged)
            return None
        traces = unpack_traces(self.store.traces(request.feed.number))
        self._traces[request.feed.number] = traces
        floors = None if self.meaning else self._floors  # a meaning adds to every score
        return ParseJob(request.feed, answer, self.now, seen_items(traces), body_hash, floors)

    def knowing(self, task: FarTask) -> FarTask:
        """Return a task with the marks of the items that its worker need not read again."""
        traces = unpack_traces(self.store.traces(task.request.feed.number))
        return replace(task, seen=seen_items(traces))

    def settle_far(self, request: PollRequest, far: FarAnswer) -> None:
        """Store what a cluster's worker made of a feed."""
        job = self._to_parse(request, far.answer, far.body_hash)
        if job is not None and far.result is not None:
            self.settle(job, far.result)

    def settle(self, job: ParseJob, result: ParsedJob | WorkerDied | MonitorError) -> None:
        """Store what became of a body."""
        traces = self._traces.pop(job.feed.number)
        if isinstance(result, ParsedJob):
            self._save(job, result, traces)
        else:
            self._save_unparsed(job, result)

    def _save(self, job: ParseJob, result: ParsedJob, before: Sequence[Trace]) -> None:
        """Store what a body brought, with the validators that describe it.

        `before` are the traces of the feed's last document.
        """
        feed, old = job.feed, self.states[job.feed.number]
        taken, edited_count, waiting, traces = self._sift(feed, result, before)
        if self.meaning:
            self.commit()
            taken = self.meaning.add(taken)
        self.report.entries_waiting += waiting
        brought = Yield(result.parsed, len(taken) - edited_count, edited_count)
        state = self._answered(feed, old, job.retrieved, job.body_hash, brought)
        state = replace(state, traces=traces)
        if waiting:
            # The body must come again: neither its hash nor its validators are kept. Until all
            # of a first poll's entries are in, the polls that bring them are first polls too.
            state = replace(
                state,
                body_hash=None,
                etag=None,
                last_modified=None,
                succeeded_at=old.succeeded_at and state.succeeded_at,
            )
            logger.warning("%s: %d entries wait for later polls (flood)", feed.url, waiting)
        if not taken:
            self._note_unchanged(feed, state)
            return
        near = _reaching(self._floors, taken)
        placements = self.book.place(near) if near else ()
        saved = self.store.save_poll(
            feed.number,
            state,
            taken,
            placements,
            floors=self._floors,
            first_poll_cutoff=None if old.succeeded_at else self.now - self._window,
            now=self.now,
        )
        new = set(saved.new)
        self.report.entries_new += len(saved.new)
        self.report.entries_edited += len(saved.edited)
        above = _reaching(self._thresholds, taken)
        self.report.entries_above += sum(entry.key in new for entry in above)
        self._count(PollOutcome.UPDATED)

    def _sift(
        self, feed: Feed, result: ParsedJob, before: Sequence[Trace]
    ) -> tuple[list[tuple[Entry, tuple[Score, ...]]], int, int, bytes | None]:
        """Return the entries that are new or edited, how many of them are edited, how many more
        wait, and the traces to keep.
        """
        parsed = result.parsed
        known = self.store.known(feed.number, [entry.key.id for entry in parsed.entries])
        entries = under_known_ids(self.store, feed.number, parsed, known, before)
        former = [entry.key.id for name, entry in entries.items() if entry.key.id != name]
        known |= self.store.known(feed.number, former)
        scored = zip(entries.values(), result.scores, strict=True)
        fresh = [
            pair
            for pair in scored
            if pair[0].key.id not in known or not self.store.is_known(pair[0], known)
        ]
        waiting = {entry.key.id for entry, _ in fresh[FLOOD_CAP:]}
        traces = traces_after(parsed, entries, waiting, before)
        edited = {entry.key.id for entry, _ in fresh[:FLOOD_CAP]} & known.keys()
        return fresh[:FLOOD_CAP], len(edited), parsed.waiting_count + len(waiting), traces

    def _save_unparsed(self, job: ParseJob, failure: WorkerDied | MonitorError) -> None:
        """Record a body that could not be parsed; its validators are not kept."""
        if isinstance(failure, WorkerDied):
            failure = ParseError(job.feed.url, f"the parser was stopped: {failure.reason}")
        if not isinstance(failure, ParseError):
            raise failure
        old = self.states[job.feed.number]
        state = replace(old, etag=None, last_modified=None, body_hash=None)
        self._save_failure(job.feed, state, failure)

    def flush_unchanged(self) -> None:
        if self._unchanged:
            self.store.save_unchanged(self._unchanged)
            self._unchanged = []

    @property
    def book(self) -> StoryBook:
        """The stories of the last days, looked at when the first new entry needs them."""
        if self._book is None:
            self.commit()
            self._book = self.kept.opened(self.store, self.now)
        return self._book

    def _answered(
        self,
        feed: Feed,
        old: PollState,
        answer: Retrieved,
        body_hash: str | None,
        brought: Yield | None = None,
    ) -> PollState:
        """Return the state after an accepted answer."""
        return after_answer(
            feed,
            old,
            answer,
            self.now,
            settings=self._settings,
            body_hash=body_hash,
            brought=brought,
            taken=self._taken(feed) if answer.moved_to else (),
        )

    def _taken(self, feed: Feed) -> Container[str]:
        """Return the addresses of the other feeds."""
        if self._addresses is None:
            self._addresses = {
                address: each.number
                for each, state in self.store.feeds()
                for address in (without_credentials(each.url), state.moved_to)
                if address
            }
        return _OfOthers(self._addresses, feed.number)

    def _note_unchanged(self, feed: Feed, state: PollState) -> None:
        self._unchanged.append((feed.number, state))
        if len(self._unchanged) >= UNCHANGED_BATCH:
            self.flush_unchanged()
        self._count(PollOutcome.UNCHANGED)

    def _save_failure(self, feed: Feed, state: PollState, failure: PollError | ParseError) -> None:
        self.store.save_failure(feed.number, after_failure(feed, state, failure, self.now))
        self.report.problems.append((feed, failure.problem))
        logger.warning("poll failed: %s", failure)
        self._count(PollOutcome.FAILED)

    def _count(self, outcome: PollOutcome) -> None:
        self.report.outcomes[outcome] += 1
        self.progress()


def _reaching(
    bounds: Mapping[str, float], taken: Sequence[tuple[Entry, tuple[Score, ...]]]
) -> list[Entry]:
    """Return the entries of which a score reaches its profile's bound."""
    known: dict[int, bool] = {}  # by the scores: entries in which nothing was found share theirs
    found = []
    for entry, scores in taken:
        name = id(scores)
        if name not in known:
            known[name] = any(score.value >= bounds[score.profile] for score in scores)
        if known[name]:
            found.append(entry)
    return found


@dataclass(frozen=True, slots=True)
class _OfOthers:
    """The addresses that belong to other feeds."""

    owners: Mapping[str, int]
    feed: int

    def __contains__(self, address: object) -> bool:
        return self.owners.get(str(address), self.feed) != self.feed
