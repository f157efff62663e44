"""Twenty points of the dialogue, five things that go wrong at each: what becomes of the mail.

The table of `docs/mail.md`, "What a mail server can do", is this one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.deliver import MailServer, Timeouts
from monitor.adapters.store import Store
from monitor.config import MailSettings
from monitor.model import OutboxState
from monitor.pipeline import run_delivery
from tests.authority import authority
from tests.factories import NOON, make_digest, make_message
from tests.smtp import ScriptedSmtp

# On a busy machine a server that is merely slow must not seem to hang after the dot, where that
# would be uncertain; before it, a try too many does no harm.
QUICK = Timeouts(connect_s=2, command_s=0.3, after_dot_s=10)
USER, SECRET = "monitor", "correct-horse-battery"
SENT, FAILED, UNCERTAIN = OutboxState.SENT, OutboxState.FAILED, OutboxState.UNCERTAIN

BEHAVIOURS = {
    "4xx": "451 4.3.0 later",
    "5xx": "554 5.7.1 never",
    "hang": "hang",
    "drop": "drop",
    "slow": "slow",
}


@dataclass(frozen=True)
class Point:
    """A place in the dialogue, and what has to be so for it to be reached."""

    place: str
    before: tuple[tuple[str, str], ...] = ()  # faults that come first
    tls: bool = False
    ways: str = ""  # to log in; "": nobody logs in
    hits_second: bool = False  # of the two messages
    body: bytes = b"A\r\nB\r\n"


AGAIN = "usual"  # the first time all is well
LARGE = (b"x" * 990 + b"\r\n") * 6_000  # more than a machine holds on the way
POINTS = {
    "connecting": Point("banner"),
    "EHLO": Point("ehlo"),
    "STARTTLS": Point("starttls", tls=True),
    "TLS handshake": Point("handshake", tls=True),
    "EHLO after TLS": Point("ehlo again", tls=True),
    "AUTH PLAIN": Point("auth", tls=True, ways="PLAIN"),
    "AUTH LOGIN": Point("auth password", tls=True, ways="LOGIN"),
    "AUTH XOAUTH2": Point("auth", tls=True, ways="XOAUTH2"),
    "MAIL": Point("mail"),
    "RCPT": Point("rcpt"),
    "DATA": Point("data"),
    "first line of the body": Point("body", body=LARGE),
    "end of its header": Point("blank", body=LARGE),
    "dot": Point("dot"),
    "RSET": Point("rset", before=(("rcpt", "450 4.2.0 greylisted"),)),
    "next MAIL": Point("mail", before=(("mail", AGAIN),), hits_second=True),
    "next RCPT": Point("rcpt", before=(("rcpt", AGAIN),), hits_second=True),
    "next DATA": Point("data", before=(("data", AGAIN),), hits_second=True),
    "next dot": Point("dot", before=(("dot", AGAIN),), hits_second=True),
    "QUIT": Point("quit"),
}
OF_A_MESSAGE = {"mail", "rcpt", "data", "body", "blank", "dot"}


def expected(point: Point, behaviour: str) -> OutboxState:
    """Return where the message that is hit ends; the other one is always sent."""
    if behaviour == "5xx" and point.place in OF_A_MESSAGE:
        return FAILED
    if behaviour in {"hang", "drop"} and point.place == "dot":
        return UNCERTAIN
    return SENT


@dataclass
class Post:
    """A store with two messages, and what their mail server does."""

    store: Store
    smtp: ScriptedSmtp
    server: MailServer
    contents: list[bytes]
    tried: list[datetime] = field(default_factory=list)

    def deliver_until_at_rest(self) -> dict[str, OutboxState]:
        now: datetime | None = NOON
        while now is not None and len(self.tried) < 12:
            self.tried.append(now)
            run_delivery(self.store, self.server, now)
            now = self.store.waiting()[1]
        return {item.message.recipient: item.state for item in self.store.outbox()}


@contextmanager
def post(folder: Path, point: Point, readers: int = 2) -> Iterator[Post]:
    options: dict[str, Any] = {"offers": (), "is_narrow": point.body is LARGE}
    if point.tls:
        options["tls"] = authority().server("127.0.0.1")
    if point.ways:
        options |= {"user": (USER, SECRET), "ways": point.ways}
    messages = [
        make_message(
            f"<{n}>", recipient=f"r{n}@example.org", content=b"Subject: %d\r\n\r\n" % n + point.body
        )
        for n in range(readers)
    ]
    with ScriptedSmtp(**options) as smtp, Store.open(folder / "monitor.db") as store:
        store.issue(make_digest(), messages=messages, subject="Morning")
        settings = MailSettings(
            host="127.0.0.1",
            port=smtp.port,
            security="starttls" if point.tls else "none",
            user=USER if point.ways else "",
        )
        is_token = point.ways == "XOAUTH2"
        server = MailServer(
            settings,
            SECRET if point.ways and not is_token else None,
            token=(lambda: SECRET) if is_token else None,
            timeouts=replace(QUICK, after_dot_s=0.5) if point.place == "dot" else QUICK,
            context=authority().client(),
        )
        yield Post(store, smtp, server, [message.content for message in messages])


def test_the_table_has_a_hundred_cells() -> None:
    assert len(POINTS) * len(BEHAVIOURS) == 100


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("name", POINTS)
def test_whatever_a_server_does_each_message_ends_as_the_table_says(
    tmp_path: Path, name: str, behaviour: str
) -> None:
    point = POINTS[name]
    hit, other = ("r1@example.org", "r0@example.org")[:: 1 if point.hits_second else -1]

    with post(tmp_path, point) as at:
        at.smtp.faults[:] = [*point.before, (point.place, BEHAVIOURS[behaviour])]
        states = at.deliver_until_at_rest()
        left = at.smtp.faults

    state = expected(point, behaviour)
    copies = Counter(mail.recipient for mail in at.smtp.mailbox)
    assert left == []  # the point was reached
    assert states == {hit: state, other: SENT}
    assert copies == {other: 1, hit: 1} if state is SENT else {other: 1}
    # A message that is tried again is the same, byte for byte (Date, Message-ID, boundary).
    assert set(at.smtp.bodies) <= set(at.contents)
    if behaviour == "slow" and not any(fault[0] == "4" for _, fault in point.before):
        assert at.tried == [NOON]


@pytest.mark.parametrize("fault", ["hang", "drop"])
def test_what_was_taken_and_not_answered_for_is_not_sent_again(tmp_path: Path, fault: str) -> None:
    with post(tmp_path, POINTS["dot"]) as at:
        at.smtp.faults.append(("dot", f"accept and {fault}"))
        states = at.deliver_until_at_rest()

    assert states == {"r0@example.org": UNCERTAIN, "r1@example.org": SENT}
    assert Counter(mail.recipient for mail in at.smtp.mailbox) == {
        "r0@example.org": 1, "r1@example.org": 1,
    }  # fmt: skip


@pytest.mark.parametrize("fault", ["hang", "drop"])
def test_a_small_message_may_be_wholly_under_way_when_its_connection_is_lost(
    tmp_path: Path, fault: str
) -> None:
    with post(tmp_path, POINTS["dot"]) as at:
        at.smtp.faults.append(("body", fault))
        states = at.deliver_until_at_rest()

    # Nobody can know here that the dot was never read; unless it shows before the dot goes out.
    assert states["r0@example.org"] in {UNCERTAIN, SENT}
    assert states["r1@example.org"] is SENT
    copies = Counter(mail.recipient for mail in at.smtp.mailbox)
    assert copies["r0@example.org"] == (states["r0@example.org"] is SENT)


@pytest.mark.parametrize("seed", range(20))
def test_each_of_five_readers_fares_alone(tmp_path: Path, seed: int) -> None:
    """Good, greylisted, unknown in any order: the good got one, the greylisted too, later."""
    chance = random.Random(seed)
    fates = [chance.choice(["usual", "450 4.2.0 greylisted", "550 5.1.1 unknown"]) for _ in "12345"]

    with post(tmp_path, POINTS["RCPT"], readers=5) as at:
        at.smtp.faults[:] = [("rcpt", fate) for fate in fates]
        states = at.deliver_until_at_rest()

    good = {f"r{n}@example.org" for n, fate in enumerate(fates) if fate[0] != "5"}
    assert {reader for reader, state in states.items() if state is SENT} == good
    assert {state for reader, state in states.items() if reader not in good} <= {FAILED}
    assert Counter(mail.recipient for mail in at.smtp.mailbox) == dict.fromkeys(good, 1)
    has_waited = any(fate[0] == "4" for fate in fates)
    assert at.tried == [NOON, NOON + timedelta(minutes=1)][: 1 + has_waited]
