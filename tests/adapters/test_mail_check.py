"""A mail server tried without sending: each thing that can be wrong is named, with what to do."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest

from monitor.adapters.deliver import Finding, Timeouts, check_server, sender_hints
from monitor.config import MailSettings
from monitor.errors import ConfigError
from tests.authority import EXPIRED, authority
from tests.smtp import ScriptedSmtp

QUICK = Timeouts(connect_s=1, command_s=0.4, after_dot_s=0.4)
SECRET = "correct-horse-battery"
NOW = datetime.now(UTC)  # certificates of the tests are made now


def check(
    server: ScriptedSmtp,
    *,
    password: str = SECRET,
    recipient: str | None = None,
    sender: str = "news@example.org",
    context: ssl.SSLContext | None = None,
    now: datetime = NOW,
    **settings: object,
) -> list[Finding]:
    named = {"host": "127.0.0.1", "port": server.port, "security": "none", **settings}
    return list(
        check_server(
            MailSettings(**named),  # type: ignore[arg-type]
            lambda: password,
            now,
            sender=sender,
            recipient=recipient,
            timeouts=QUICK,
            context=context or authority().client(),
        )
    )


def steps(findings: list[Finding]) -> list[tuple[str, bool | None]]:
    return [(finding.step, finding.is_ok) for finding in findings]


def test_a_server_that_is_well_is_found_well_and_gets_no_mail() -> None:
    tls = authority().server("127.0.0.1")
    with ScriptedSmtp(tls=tls, user=("me", SECRET)) as server:
        found = check(server, security="starttls", user="me", recipient="ana@example.org")

    assert steps(found) == [
        ("name", True), ("connection", True), ("certificate", True), ("offers", None),
        ("login", True), ("addresses", True),
    ]  # fmt: skip
    assert [f.told for f in found[-2:]] == [
        "me is let in; it offers PLAIN LOGIN",
        "it takes mail from news@example.org to ana@example.org; none was sent",
    ]
    verbs = [command.split()[0].upper() for command in server.commands]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "QUIT"]
    assert server.mailbox == []


def test_without_a_login_what_could_be_used_is_told() -> None:
    with ScriptedSmtp(user=("me", SECRET)) as server:
        found = check(server)

    assert ("none is set; it offers PLAIN LOGIN", None) in [(f.told, f.is_ok) for f in found]
    assert found[-1].told == "it takes mail from news@example.org; none was sent"


def test_a_name_without_an_address_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", find_nothing)
    with ScriptedSmtp() as server:
        found = check(server, host="mail.example", security="tls")

    assert steps(found) == [("name", False)]
    assert found[0].told.startswith("mail.example has no address")


@pytest.mark.parametrize(
    ("security", "port", "problem", "advised"),
    [
        ("starttls", 465, "no answer in time", 'Port 465 speaks TLS from the start: set security'),
        ("tls", 587, "no secure connection", 'Port 587 starts in the clear: set security = "star'),
        ("starttls", 25, "no answer in time", "Port 25 is closed at many providers: use 587."),
        ("starttls", 587, "no answer in time", "Is the port right, and is it let through by fire"),
        ("starttls", 2525, "refused", "Nobody listens there. Submission is at 587 or 465; 2525"),
        ("starttls", 587, "offers no STARTTLS, so", "Is this the submission port? It is 587 with"),
        ("tls", 465, "no secure connection", "The server and this machine agree on no way to sp"),
        ("tls", 465, "its certificate cannot", "Nothing was sent, and no password. Name the host"),
    ],
)  # fmt: skip
def test_what_keeps_a_connection_from_being_made_is_advised_on(
    security: str, port: int, problem: str, advised: str
) -> None:
    from monitor.adapters.deliver.check import _advice

    settings = MailSettings(host="mail.example.org", port=port, security=security)  # type: ignore[arg-type]

    assert _advice(settings, problem).startswith(advised)


def test_a_server_that_is_not_there_is_told_so() -> None:
    with ScriptedSmtp() as server:
        port = server.port
    found = check(server, port=port)

    assert steps(found) == [("name", True), ("connection", False)]
    assert "Connection refused" in found[-1].told
    assert found[-1].advice.startswith("Nobody listens there.")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("wrong name", "it is for another address: [mail] host must be a name that"),
        ("expired", "it has expired: whoever runs the server must renew it"),
        ("unknown", "its authority is not one that this machine trusts"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told_in_words(fault: str, told: str) -> None:
    names = ["elsewhere.example"] if fault == "wrong name" else ["127.0.0.1"]
    shown = authority().server(*names, not_after=EXPIRED if fault == "expired" else None)
    known = ssl.create_default_context() if fault == "unknown" else None
    with ScriptedSmtp(tls=shown, user=("me", SECRET)) as server:
        found = check(server, security="starttls", user="me", context=known)

    assert steps(found) == [("name", True), ("connection", False)]
    assert told in found[-1].told
    assert not any(SECRET in command for command in server.commands)


def test_a_certificate_that_ends_soon_is_worth_a_word() -> None:
    tls = authority().server("127.0.0.1", not_after=NOW + timedelta(days=5))
    with ScriptedSmtp(tls=tls) as server:
        found = check(server, security="starttls")

    [certificate] = [f for f in found if f.step == "certificate"]
    assert (certificate.is_ok, certificate.advice) == (
        None, "It ends soon: whoever runs it should renew it.",
    )  # fmt: skip
    assert f"good for 127.0.0.1 until {NOW + timedelta(days=5):%Y-%m-%d}" in certificate.told


def test_a_wrong_password_is_tried_once_and_not_told() -> None:
    tls = authority().server("127.0.0.1")
    with ScriptedSmtp(tls=tls, user=("me", SECRET)) as server:
        found = check(server, security="starttls", user="me", password="wrong-secret")

    assert steps(found)[-1] == ("login", False)
    assert "535" in found[-1].told
    assert "app password" in found[-1].advice
    assert sum(command.startswith("AUTH") for command in server.commands) == 1
    assert "wrong-secret" not in repr(found)


def test_a_password_that_cannot_be_read_is_told() -> None:
    def unreadable() -> str:
        raise ConfigError("monitor.toml, mail.password_file", "secret cannot be read")

    with ScriptedSmtp(user=("me", SECRET)) as server:
        settings = MailSettings(host="127.0.0.1", port=server.port, security="none", user="me")
        found = list(check_server(settings, unreadable, NOW, sender="news@example.org"))

    assert (found[-1].step, found[-1].is_ok) == ("login", False)
    assert "secret cannot be read" in found[-1].told


@pytest.mark.parametrize(
    ("place", "who"), [("mail", "refused the sender"), ("rcpt", "refused the recipient")]
)
def test_a_sender_or_recipient_that_is_not_taken_is_told(place: str, who: str) -> None:
    with ScriptedSmtp(faults=[(place, "553 not yours")]) as server:
        found = check(server, recipient="ana@example.org")

    assert steps(found)[-1] == ("addresses", False)
    assert who in found[-1].told
    assert found[-1].advice.endswith("is [mail] sender an address of the account?")


def test_what_is_no_address_is_asked_of_nobody() -> None:
    with ScriptedSmtp() as server:
        found = check(server, recipient="ana@example.org>\r\nDATA")

    assert found[-1].is_ok is False
    assert "is no mail address" in found[-1].told
    assert not any(command.startswith("mail") for command in server.commands)


def test_a_server_that_takes_small_messages_only_is_told() -> None:
    with ScriptedSmtp(offers=("SIZE 50000",)) as server:
        found = check(server)

    assert ("size", False) in steps(found)


def test_the_hints_name_the_domain_and_who_sends() -> None:
    told = " ".join(sender_hints("example.org", "mail.example.net"))

    assert "allow the addresses from which mail.example.net sends" in told
    assert "dig +short TXT _dmarc.example.org" in told
    assert "127.0.0.1" not in " ".join(sender_hints("example.org", "127.0.0.1"))
