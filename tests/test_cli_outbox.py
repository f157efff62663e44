"""`monitor outbox` and `monitor mail`: what a person sees of stuck mail, and does about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.adapters.store import Store
from monitor.cli import monitor
from monitor.model import OutboxState
from tests.authority import authority
from tests.factories import NOON
from tests.smtp import ScriptedSmtp
from tests.soak.dot_kills import furnish, issue

ANA, BEN, EVA = "ana@example.org", "ben@example.org", "eva@example.org"
SECRET = "correct-horse-battery"


@dataclass
class Desk:
    """A home with an issue for three readers, and its mail server."""

    home: Path
    smtp: ScriptedSmtp

    def run(self, *args: str, stdin: str | None = None, **environ: str) -> Result:
        return CliRunner().invoke(
            monitor, ["--home", str(self.home), *args], input=stdin, env={**environ}
        )

    def ok(self, *args: str) -> str:
        result = self.run(*args)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *args: str) -> str:
        result = self.run(*args)
        assert result.exit_code == 2, result.output
        return result.stderr

    @property
    def states(self) -> list[str]:
        with Store.open(self.home / "state" / "monitor.db") as store:
            return [item.state.value for item in reversed(store.outbox())]

    def secure(self, user: str = "me", password: str = SECRET) -> None:
        """Let the home log in over TLS."""
        text = (self.home / "monitor.toml").read_text()
        text = text.replace('"none"', f'"starttls"\nuser = "{user}"\npassword_file = "secret"')
        (self.home / "monitor.toml").write_text(text)
        (self.home / "secret").touch(mode=0o600)
        (self.home / "secret").write_text(password)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ScriptedSmtp() as smtp:
        furnish(tmp_path / "home", smtp.port, [ANA, BEN, EVA])
        yield Desk(tmp_path / "home", smtp)


@pytest.fixture
def stuck(desk: Desk) -> Desk:
    """One message failed, one uncertain, one sent."""
    issue(desk.home, 0, "first")
    desk.smtp.faults[:] = [("rcpt", "550 5.1.1 no such user"), ("dot", "drop")]
    assert desk.run("deliver").exit_code == 1
    assert desk.states == ["failed", "uncertain", "sent"]
    return desk


def test_before_anything_was_issued_there_is_nothing_to_show_or_change(desk: Desk) -> None:
    assert desk.ok("outbox", "list") == "no message was ever queued\n"
    assert json.loads(desk.ok("outbox", "list", "--json")) == []
    assert "there are no messages yet" in desk.refused("outbox", "drop", "1")


def test_each_message_is_shown_with_what_its_state_means(stuck: Desk) -> None:
    told = stuck.ok("outbox", "list")

    assert [line.split()[3:5] for line in told.splitlines()[3:6]] == [
        [EVA, "sent"], [BEN, "uncertain"], [ANA, "failed"],
    ]  # fmt: skip
    assert "1: the mail server 127.0.0.1:" in told
    assert "refused the recipient: 550 5.1.1 no such user" in told
    assert "uncertain: may have arrived, so it is not sent again; its stories open that" in told


def test_a_state_is_picked_and_a_program_reads_json(stuck: Desk) -> None:
    [uncertain] = json.loads(stuck.ok("outbox", "list", "--state", "uncertain", "--json"))

    assert uncertain["number"] == 2
    assert uncertain["recipient"] == BEN
    assert uncertain["state"] == "uncertain"
    assert uncertain["attempts"] == 1
    assert stuck.ok("outbox", "list", "--state", "dropped") == "no such message\n"


def test_a_failed_message_is_sent_again_without_a_question(stuck: Desk) -> None:
    assert "message 1 (morning 2026-07-12-0700 to ana@example.org) is queued again" in stuck.ok(
        "outbox", "send-again", "1"
    )
    assert "mail: 1 sent" in stuck.ok("deliver")
    assert stuck.states == ["sent", "uncertain", "sent"]
    assert [mail.recipient for mail in stuck.smtp.mailbox] == [EVA, ANA]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("2", "may have arrived already: sent again, it may come twice."),
        ("3", "was sent: sent again, it comes twice"),
    ],
)
def test_what_may_come_twice_is_sent_again_only_on_a_plain_word(
    stuck: Desk, number: str, told: str
) -> None:
    before = stuck.states

    refused = stuck.refused("outbox", "send-again", number)

    assert told in refused
    assert "nothing was changed; to send all the same, say --yes" in refused
    assert stuck.states == before
    stuck.ok("outbox", "send-again", number, "--yes")
    assert stuck.states[int(number) - 1] == "queued"


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
def test_at_a_terminal_the_question_is_asked(
    stuck: Desk, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    monkeypatch.setattr("monitor.cli.outbox._is_asked", lambda: True)

    result = stuck.run("outbox", "send-again", "2", "3", stdin=answer)

    assert result.exit_code == status
    assert "Send them all the same? [y/N]" in result.stderr
    assert stuck.states == (["failed", "queued", "queued"] if status == 0 else
                            ["failed", "uncertain", "sent"])  # fmt: skip


def test_stories_that_were_told_again_are_told_so(stuck: Desk) -> None:
    issue(stuck.home, 1, "second")

    assert "(its stories were told again)" in stuck.ok("outbox", "list")
    assert "its stories were told again since" in stuck.refused("outbox", "send-again", "1")
    assert "may have arrived already and its stories were told again since" in stuck.refused(
        "outbox", "send-again", "2"
    )


def test_a_dropped_message_is_not_sent_and_its_stories_open_the_next(desk: Desk) -> None:
    issue(desk.home, 0, "first")

    told = desk.ok("outbox", "drop", "1")
    desk.ok("deliver")

    assert told == (
        "message 1 (morning 2026-07-12-0700 to ana@example.org) is dropped; its stories open"
        " the next message of digest morning to ana@example.org.\n"
    )
    assert [mail.recipient for mail in desk.smtp.mailbox] == [BEN, EVA]
    issue(desk.home, 1, "second")
    desk.ok("deliver")
    by_reader = {mail.recipient: mail.content for mail in desk.smtp.mailbox[2:]}
    assert {to for to, content in by_reader.items() if b"first part" in content} == {ANA}


def test_dropping_what_goes_out_no_more_changes_nothing_and_says_so(stuck: Desk) -> None:
    told = stuck.ok("outbox", "drop", "1", "2")

    assert "is failed already: it was refused for good" in told
    assert "is uncertain already: it may have arrived" in told
    assert "was sent and cannot be taken back" in stuck.refused("outbox", "drop", "3", "1")
    assert stuck.states == ["failed", "uncertain", "sent"]


def test_a_message_is_named_by_number_or_id_and_all_are_changed_or_none(stuck: Desk) -> None:
    with Store.open(stuck.home / "state" / "monitor.db") as store:
        message_id = next(i.message.id for i in store.outbox(OutboxState.FAILED))

    assert "there is no message 99" in stuck.refused("outbox", "send-again", "1", "99")
    assert stuck.states[0] == "failed"
    told = stuck.ok("outbox", "send-again", message_id, message_id.strip("<>"), "#1", "1")
    assert told.count("is queued again") == 1


@pytest.mark.parametrize("command", ["send-again", "drop"])
def test_a_message_under_way_is_left_alone(desk: Desk, command: str) -> None:
    issue(desk.home, 0, "first")
    with Store.open(desk.home / "state" / "monitor.db") as store:
        first = store.outbox_message("1")
        assert first is not None
        store.claim(first.message.id, NOON)

    told = desk.refused("outbox", command, "1", "2")

    assert "is being handed over now; nothing was changed" in told
    assert desk.states == ["sending", "queued", "queued"]


@pytest.mark.parametrize(
    ("command", "mark"), [("send-again", "send_again"), ("drop", "mark_dropped")]
)
def test_a_message_that_a_delivery_takes_up_meanwhile_is_left_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, command: str, mark: str
) -> None:
    issue(desk.home, 0, "first")
    changed = getattr(Store, mark)

    def late(store: Store, message_id: str, *rest: object) -> bool:
        store.claim(message_id, NOON)
        return bool(changed(store, message_id, *rest))

    monkeypatch.setattr(Store, mark, late)
    result = desk.run("outbox", command, "1")

    assert result.exit_code == 1
    assert "is under way meanwhile and was left alone" in result.stderr
    assert desk.states == ["sending", "queued", "queued"]


def test_what_waits_is_tried_at_once_when_the_server_is_well_again(desk: Desk) -> None:
    issue(desk.home, 0, "first")
    with Store.open(desk.home / "state" / "monitor.db") as store:
        for item in store.outbox():
            store.send_again(item.message.id, datetime.now(UTC))
    desk.smtp.faults[:] = [("banner", "421 busy")]

    down = desk.run("deliver")

    assert down.exit_code == 1
    assert "mail: 3 not taken for now, tried again later" in down.stdout
    assert "2 more messages: not tried" in down.stderr
    assert desk.ok("deliver").startswith("mail: nothing is due")
    assert desk.ok("outbox", "list").count("again 20") == 3
    assert "mail: 3 sent" in desk.ok("deliver", "--all")


def test_what_is_held_back_is_told(desk: Desk) -> None:
    settings = (desk.home / "monitor.toml").read_text()
    (desk.home / "monitor.toml").write_text(settings.replace("[mail]", "[mail]\nper_hour = 2"))
    issue(desk.home, 0, "first")

    told = desk.ok("deliver")

    assert "mail: 2 sent" in told
    assert "1 held back: [mail] per_hour allows 2 in an hour" in told
    assert "1 message to be tried again, from" in told


# ---------------------------------------------------------------- mail check


def test_a_mail_server_that_is_well_is_said_to_be_and_gets_nothing(desk: Desk) -> None:
    told = desk.ok("mail", "check", "--to", ANA)

    assert told.startswith(f"mail server 127.0.0.1:{desk.smtp.port}, mail from news@example.org\n")
    assert "ok     addresses: it takes mail from news@example.org to ana@example.org" in told
    assert "SPF: a TXT record of example.org should begin with v=spf1" in told
    assert told.endswith("Nothing was sent. All is well as far as this can tell.\n")
    assert desk.smtp.mailbox == []


def test_a_wrong_password_is_told_with_what_to_do_and_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority().certificate))
    with ScriptedSmtp(tls=authority().server("127.0.0.1"), user=("me", SECRET)) as smtp:
        desk = Desk(tmp_path / "home", smtp)
        furnish(desk.home, smtp.port, [ANA])
        desk.secure(password="wrong-secret")
        wrong = desk.run("mail", "check")
        (desk.home / "secret").write_text(SECRET)
        right = desk.run("mail", "check")
        (desk.home / "secret").unlink()
        missing = desk.run("mail", "check")

    assert (wrong.exit_code, right.exit_code, missing.exit_code) == (1, 0, 1)
    assert "WRONG  login: the mail server 127.0.0.1" in wrong.stdout
    assert "Trying again and again may lock the account." in wrong.stdout
    assert "wrong-secret" not in wrong.output
    assert "ok     login: me is let in" in right.stdout
    assert "secret cannot be read" in missing.stdout


def test_without_a_mail_server_there_is_nothing_to_check(desk: Desk) -> None:
    (desk.home / "monitor.toml").write_text('zone = "UTC"\n')

    assert "no mail server is named: set host and sender" in desk.refused("mail", "check")
