"""What may not have arrived is told again: all of it, in as many messages as it takes, to each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from monitor.adapters.deliver import MailServer
from monitor.adapters.home import open_home
from monitor.adapters.store import Store
from monitor.model import OutboxState
from monitor.pipeline import run_delivery
from tests.factories import NOON
from tests.smtp import ScriptedSmtp
from tests.soak.dot_kills import furnish, issue

DAY = timedelta(days=1)
ANA, BEN = "ana@example.org", "ben@example.org"
NAMES = [f"part{number:02}" for number in range(80)]


class Post:
    """A home with two readers and their mail server; a day is one issue and its delivery."""

    def __init__(self, home: Path, smtp: ScriptedSmtp) -> None:
        self.home, self.smtp = home, smtp
        self.day = 0

    def issue(self, *names: str, fates: Sequence[str] = ()) -> dict[str, set[str]]:
        """Issue and deliver; return by reader which entries the mail taken names."""
        issue(self.home, self.day, *names)
        before = len(self.smtp.mailbox)
        self.smtp.faults[:] = [("dot", fate) for fate in fates]
        server = MailServer(open_home(self.home, {}).config.mail, None)
        with Store.open(self.home / "state" / "monitor.db") as store:
            run_delivery(store, server, NOON + self.day * DAY)
        self.day += 1
        return {mail.recipient: _named(mail.content) for mail in self.smtp.mailbox[before:]}

    def states(self) -> list[OutboxState]:
        with Store.open(self.home / "state" / "monitor.db") as store:
            return [item.state for item in store.outbox()]


def _named(content: bytes) -> set[str]:
    part = message_from_bytes(content).get_payload(0)
    text = part.get_payload(decode=True).decode()  # type: ignore[union-attr]
    return set(re.findall(r"part\d\d", text))


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with ScriptedSmtp(offers=()) as smtp:
        furnish(tmp_path / "home", smtp.port, [ANA, BEN])
        settings = tmp_path / "home" / "monitor.toml"
        more = 'times = ["07:00"]\nlength = 200\noutlet_share = 200\npatience = 9'
        settings.write_text(settings.read_text().replace('times = ["07:00"]', more))
        yield Post(tmp_path / "home", smtp)


def test_more_than_a_message_has_room_for_is_told_in_the_ones_that_follow(post: Post) -> None:
    """A message that is cut tells what it has room for, and only that counts as told."""
    lost = post.issue(*NAMES, fates=["554 never"])
    told: list[set[str]] = []
    while len(told) < 10 and set().union(*told) != set(NAMES):
        told.append(post.issue(f"new{post.day}")[ANA])

    assert ANA not in lost
    assert set().union(*told) == set(NAMES)
    assert sum(map(len, told)) == len(NAMES)  # each once
    assert len(told) > 1  # it was more than one message holds
    assert post.issue("last")[ANA] == set()


def test_what_was_told_again_in_a_message_that_is_lost_too_is_told_once_more(post: Post) -> None:
    post.issue("part01", fates=["drop"])
    post.issue("part02", fates=["550 never"])

    told = post.issue("part03")

    assert told == {ANA: {"part01", "part02", "part03"}, BEN: {"part03"}}
    assert post.issue("part04") == {ANA: {"part04"}, BEN: {"part04"}}


def test_one_readers_trouble_keeps_no_other_from_the_issue(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.issue("part01", fates=["drop"])
    template = post.home / "templates"
    template.mkdir(exist_ok=True)
    shipped = open_home(post.home, {}).templates["digest.txt"]
    broken = "{% if issue.unconfirmed %}{{ issue.no_such_word }}{% endif %}\n"
    (template / "digest.txt").write_text(broken + shipped)

    told = post.issue("part02")
    (template / "digest.txt").unlink()

    assert told == {ANA: {"part02"}, BEN: {"part02"}}
    assert "ana@example.org: 1 stories of a message that may not have arrived wait" in caplog.text
    assert post.issue("part03")[ANA] == {"part01", "part03"}
