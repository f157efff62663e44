"""The poller: who is asked when, where redirects lead, what is handed over.

Redirects are followed here and not by libcurl, so that every hop passes the same
checks and the chain can be judged.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from monitor.adapters.poll.answer import (
    PERMANENT,
    REDIRECTS,
    Answer,
    read_answer,
    refusal,
    retry_after,
)
from monitor.adapters.poll.guard import (
    Doorman,
    basic,
    read_location,
    read_networks,
    read_proxy,
    read_target,
    refuse_behind_proxy,
    user_of,
    without_credentials,
)
from monitor.adapters.poll.lanes import Lanes
from monitor.adapters.poll.transfer import (
    DEFAULT_LIMITS,
    TICK_S,
    Engine,
    Errand,
    Limits,
    Outcome,
    user_agent,
)
from monitor.config import NetworkSettings, PollSettings
from monitor.errors import ConfigError, PollError
from monitor.model import Access, PollRequest, Problem, Retrieved

MAX_HOPS = 5
# A consumer that took longer finds the transfers driven on before it gets its next answer.
SOON_S = 0.02  # no wait yet
PATIENCE_S = 0.005

_STRAIGHT = Access()

PollAnswer = tuple[PollRequest, Retrieved | PollError]


class SentOn(PollError):
    """A chain of redirects left the servers that may be asked here; another goes on with it.

    No failure of the feed. `url` is what is to be asked next; the rest is what the chain has
    used up.
    """

    hop_count = 0
    is_permanent = True
    used_s = 0.0


class Poller:
    """Polls feeds. Not for several threads; one `poll` at a time.

    `allow_loopback` opens this machine's own addresses, on any port, for the demo
    and tests. `spacing_s` is the pause between two requests to one server. `access`, by
    a feed's own address, says how feeds are reached that need a password or a proxy.
    Raises ConfigError when a network or a proxy in the settings cannot be read.
    """

    def __init__(
        self,
        *,
        poll: PollSettings,
        network: NetworkSettings,
        contact: str,
        version: str,
        allow_loopback: bool = False,
        spacing_s: float = 1.0,
        limits: Limits = DEFAULT_LIMITS,
        access: Mapping[str, Access] | None = None,
    ) -> None:
        try:
            networks = read_networks(network.allow)
        except ValueError as error:
            raise ConfigError("monitor.toml, [network] allow", str(error)) from error
        self._access = dict(access or {})
        for each in self._access.values():
            _check_proxy(each.proxy)
        self._doorman = doorman = Doorman(networks, frozenset(network.ports), allow_loopback)
        self._limits = limits
        self._spacing_s = spacing_s
        self._engine = Engine(
            max(1, poll.connections), limits, doorman, user_agent(version, contact)
        )
        self._is_polling = False

    def poll(
        self,
        requests: Iterable[PollRequest],
        stopped: Callable[[], bool] = lambda: False,
        before_waiting: Callable[[], None] = lambda: None,
        lanes: Container[str] | None = None,
        chains: Mapping[int, SentOn] | None = None,
    ) -> Iterator[PollAnswer]:
        """Make each request once; yield each with its answer or error, as they finish.

        In a 304 a validator that is None means keep the one there is. What is under
        way when `stopped` says True, or when the iterator is closed, is dropped
        without a word: it stays due. Transfers go on only while the consumer asks
        for the next answer; the time it takes itself counts against no deadline.
        `before_waiting` is called when there is nothing to do but to wait for the network.
        `lanes`, where given, are the only servers that may be asked (`lane_of`): who is sent
        on to another comes back as SentOn, and goes on by `chains`, by feed number, elsewhere.
        """
        if self._is_polling:
            raise RuntimeError("a poller makes one poll at a time")
        self._is_polling = True
        current = _Round(
            self._engine, self._limits, self._spacing_s, access=self._access, doorman=self._doorman
        )
        current.only = lanes
        try:
            current.take(requests, chains or {})
            while current.has_work and not stopped():
                yield from current.turn(before_waiting)
        finally:
            self._engine.abort()
            self._is_polling = False

    def close(self) -> None:
        """Close every connection; the poller cannot be used after it."""
        self._engine.close()

    def __enter__(self) -> Poller:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Round:
    """One poll: who waits, who is under way, what is finished."""

    def __init__(
        self,
        engine: Engine,
        limits: Limits,
        spacing_s: float,
        *,
        access: Mapping[str, Access],
        doorman: Doorman,
    ) -> None:
        self.only: Container[str] | None = None  # the servers that may be asked; None: any
        self._engine = engine
        self._access = access
        self._doorman = doorman
        self._limits = limits
        self._lanes: Lanes[Errand] = Lanes(spacing_s)
        self._rejected: deque[PollAnswer] = deque()  # addresses that cannot be polled at all
        self._finished: deque[tuple[Errand, Outcome]] = deque()
        self._paused_s = 0.0  # the consumer's own time, so far

    @property
    def has_work(self) -> bool:
        is_waiting = self._lanes.next_at() is not None
        return is_waiting or bool(self._finished or self._rejected or self._engine.running)

    def take(self, requests: Iterable[PollRequest], chains: Mapping[int, SentOn]) -> None:
        """Put each request into its server's lane, in the given order."""
        for request in requests:
            url = without_credentials(request.address)
            access = self._access.get(request.feed.url, _STRAIGHT)
            if access.problem:
                error = PollError(url, access.problem, kind=Problem.BLOCKED.value)
                self._rejected.append((request, error))
                continue
            try:
                errand = _errand(request, access)
                _go_on(errand, chains.get(request.feed.number))
            except ValueError as error:
                kind = Problem.FORBIDDEN_ADDRESS.value
                self._rejected.append((request, PollError(url, str(error), kind=kind)))
                continue
            if refused := self._refuse(errand):
                self._rejected.append((request, refused))
            else:
                self._lanes.add(errand.target.lane, errand)

    def _refuse(self, errand: Errand) -> PollError | None:
        """Say why a proxy is not asked for the errand's next hop, if it is not."""
        refused = refuse_behind_proxy(self._doorman, errand.target) if errand.proxy else None
        return errand.failed(Problem.FORBIDDEN_ADDRESS, refused) if refused else None

    def turn(self, before_waiting: Callable[[], None]) -> Iterator[PollAnswer]:
        """Start what may start, drive the transfers once, hand over what is done."""
        while self._rejected:
            yield self._rejected.popleft()
        now = time.monotonic()
        while self._engine.has_room and self._next_wait_s(now) == 0:
            self._engine.start(self._lanes.start(), now - self._paused_s)
        wait_s = 0.0 if self._finished else self._next_wait_s(now)
        if not self._engine.step(min(wait_s, SOON_S)) and wait_s > SOON_S:
            before_waiting()
            self._engine.step(wait_s)
        now = time.monotonic()
        for errand, outcome in self._engine.done(now - self._paused_s):
            self._settle(errand, outcome, now)
        while self._finished:
            answer = self._read(*self._finished.popleft())
            held_at = time.monotonic()
            yield answer
            taken_s = time.monotonic() - held_at
            self._paused_s += taken_s
            if taken_s > PATIENCE_S:
                return

    def _read(self, errand: Errand, outcome: Outcome) -> PollAnswer:
        """Judge an answer only now: until here a body is held as it came, packed."""
        if isinstance(outcome, PollError):
            return errand.request, outcome
        self._engine.held_bytes -= len(outcome.body)
        has_moved = errand.hop_count > 0 and errand.is_permanent
        try:
            retrieved = read_answer(
                outcome,
                feed_url=errand.feed_url,
                is_conditional=errand.is_conditional,
                moved_to=errand.target.url if has_moved else None,
                max_bytes=self._limits.body_bytes,
            )
        except PollError as error:
            return errand.request, error
        return errand.request, retrieved

    def _next_wait_s(self, now: float) -> float:
        free_at = self._lanes.next_at()
        if free_at is None or not self._engine.has_room:
            return TICK_S
        return min(max(free_at - now, 0.0), TICK_S)

    def _settle(self, errand: Errand, outcome: Outcome, now: float) -> None:
        """Free the server's lane; then go on to the next hop, or finish."""
        lane = errand.target.lane
        kind = Problem(outcome.kind) if isinstance(outcome, PollError) else None
        spared = self._lanes.note(lane, kind, outcome.status)
        self._lanes.release(lane, now)
        if isinstance(outcome, Answer) and outcome.status in REDIRECTS:
            self._engine.held_bytes -= len(outcome.body)
            self._follow(errand, outcome)
        else:
            self._finished.append((errand, outcome))
        for other in spared:
            self._finished.append((other, _not_asked(other, lane, outcome)))

    def _follow(self, errand: Errand, answer: Answer) -> None:
        locations = answer.headers.get("location", ("",))
        errand.hop_count += 1
        if errand.used_s >= self._limits.total_s:
            self._finished.append((errand, errand.overdue(self._limits)))
            return
        if not locations[0]:
            self._finished.append((errand, refusal(answer, errand.feed_url)))
            return
        if errand.hop_count > MAX_HOPS:
            words = f"it was sent on more than {MAX_HOPS} times, at last from {answer.url}"
            self._finished.append((errand, errand.failed(Problem.REDIRECTS, words)))
            return
        try:
            target = read_location(locations[0], errand.target)
        except ValueError as error:
            words = f"{answer.url} sends on to where nothing is polled: {error}"
            self._finished.append((errand, errand.failed(Problem.FORBIDDEN_ADDRESS, words)))
            return
        is_downgrade = errand.target.origin[0] == "https" and target.origin[0] == "http"
        errand.is_permanent &= answer.status in PERMANENT and not is_downgrade
        errand.target = target
        if refused := self._refuse(errand):
            self._finished.append((errand, refused))
        elif self.only is not None and target.lane not in self.only:
            self._finished.append((errand, _sent_on(errand)))
        else:
            self._lanes.add(target.lane, errand, first=True)


def _errand(request: PollRequest, access: Access) -> Errand:
    """Begin a request; credentials are told to the origin of the feed's own address alone.

    ValueError, with plain words, when the address cannot be polled.
    """
    target = read_target(request.address)
    own = read_target(request.feed.url) if request.url else target
    credentials = own.credentials
    if access.password is not None:
        credentials = basic(access.user or user_of(request.feed.url), access.password)
    return Errand(
        request,
        target,
        own.origin,
        credentials,
        proxy=access.proxy,
        proxy_login=access.proxy_login,
    )


def _sent_on(errand: Errand) -> SentOn:
    sent = SentOn(errand.feed_url, "sent on to another server", url=errand.target.url)
    sent.hop_count, sent.is_permanent = errand.hop_count, errand.is_permanent
    sent.used_s = errand.used_s
    return sent


def _go_on(errand: Errand, sent: SentOn | None) -> None:
    """Put an errand where its chain of redirects was left."""
    if sent is not None:
        errand.target = read_target(sent.url)
        errand.hop_count, errand.is_permanent = sent.hop_count, sent.is_permanent
        errand.used_s = sent.used_s


def _check_proxy(proxy: str) -> None:
    try:
        if proxy:
            read_proxy(proxy)
    except ValueError as error:
        raise ConfigError(f"monitor.toml, proxy {proxy}", str(error)) from error


def _not_asked(errand: Errand, lane: str, outcome: Outcome) -> PollError:
    if isinstance(outcome, Answer):
        words = f"not asked: {lane} has just answered {outcome.status} to other feeds"
        waits = retry_after(outcome.headers)
        kind = Problem.BLOCKED
    else:
        words, waits = f"not asked: {lane} could not be reached for other feeds", None
        kind = Problem(outcome.kind)
    return PollError(
        errand.feed_url,
        words,
        kind=kind.value,
        retry_after=waits,
        is_postponed=isinstance(outcome, Answer),
    )
