"""Delivery tried on a scripted server: each way a dialogue can end, and what is said of it."""

from __future__ import annotations

import base64
import re
import socket
import ssl
from contextlib import closing
from dataclasses import dataclass

import pytest

from monitor.adapters.deliver import MailServer, Timeouts
from monitor.config import MailSettings
from monitor.errors import ConfigError, DeliveryError
from monitor.model import Message
from tests.authority import EXPIRED, authority
from tests.smtp import PLACES, Delivered, ScriptedSmtp

QUICK = Timeouts(connect_s=0.3, command_s=0.3, after_dot_s=0.3)
PATIENT = Timeouts(connect_s=5, command_s=5, after_dot_s=5)
SECRET = "correct-horse-battery"
CONTENT = b"Subject: News\r\nMessage-ID: <1@example.org>\r\n\r\nGood morning\r\n"


def make_message(
    recipient: str = "reader@example.org",
    sender: str = "monitor@example.org",
    content: bytes = CONTENT,
) -> Message:
    return Message("<1@example.org>", sender, recipient, "News", content)


def make_settings(server: ScriptedSmtp, **changes: object) -> MailSettings:
    arguments: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        **changes,
    }
    return MailSettings(**arguments)  # type: ignore[arg-type]


def deliver(
    server: ScriptedSmtp,
    message: Message | None = None,
    timeouts: Timeouts = PATIENT,
    **changes: object,
) -> list[str]:
    """Send one message; return what `on_data` saw the server had by then."""
    seen: list[str] = []
    mail = MailServer(make_settings(server, **changes), None, timeouts=timeouts)
    with closing(mail):
        mail.send(message or make_message(), lambda: seen.extend(server.commands))
    return seen


# ---------------------------------------------------------------- as it should be


def test_a_message_arrives_byte_for_byte() -> None:
    with ScriptedSmtp() as server:
        deliver(server)

    assert server.mailbox == [Delivered("monitor@example.org", "reader@example.org", CONTENT)]


@pytest.mark.parametrize(
    "body",
    [b".\r\n", b"a\r\n.\r\nb\r\n", b"..\r\n.a\r\n", b"\r\n.\r\n", b"a" * 200_000 + b"\r\n"],
)
def test_dots_and_long_lines_arrive_unchanged(body: bytes) -> None:
    content = b"Subject: x\r\n\r\n" + body

    with ScriptedSmtp() as server:
        deliver(server, make_message(content=content))

    assert [mail.content for mail in server.mailbox] == [content]


@pytest.mark.parametrize(
    "body", [b"a\n.\nMAIL FROM:<x@y>\n", b"a\r.\rb", b"a\n.\r\nb", b"a\r.\r\nb"]
)
def test_bare_line_ends_cannot_smuggle_a_second_message(body: bytes) -> None:
    with ScriptedSmtp() as server:
        deliver(server, make_message(content=b"Subject: x\r\n\r\n" + body))

    lines = re.split(rb"\r\n|\r|\n", body.rstrip(b"\r\n"))
    expected = b"Subject: x\r\n\r\n" + b"\r\n".join(lines) + b"\r\n"
    assert [mail.content for mail in server.mailbox] == [expected]


def test_on_data_is_called_when_the_recipient_is_accepted_and_nothing_was_sent() -> None:
    with ScriptedSmtp() as server:
        verbs = [command.split()[0].upper() for command in deliver(server)]

    assert verbs == ["EHLO", "MAIL", "RCPT", "DATA"]


def test_what_on_data_raises_ends_the_dialogue_before_the_body() -> None:
    def fail() -> None:
        raise KeyError("database")

    with ScriptedSmtp() as server:
        mail = MailServer(make_settings(server), None, timeouts=PATIENT)
        with pytest.raises(KeyError):
            mail.send(make_message(), fail)

    assert server.mailbox == []


def test_a_server_without_ehlo_is_greeted_the_old_way() -> None:
    with ScriptedSmtp(faults=[("ehlo", "502 what")]) as server:
        deliver(server)

    assert len(server.mailbox) == 1


def test_a_lost_goodbye_changes_nothing() -> None:
    with ScriptedSmtp(faults=[("dot", "accept and 250 fine\r\n421 bye")]) as server:
        deliver(server)

    assert len(server.mailbox) == 1


# ---------------------------------------------------------------- each fault at each place


@pytest.mark.parametrize("place", [place for place in PLACES if place not in {"auth", "body"}])
@pytest.mark.parametrize(
    ("fault", "permanent"),
    [("421 closing", False), ("450 busy", False), ("554 never", True)],
)
def test_a_refusal_says_whether_to_try_again(place: str, fault: str, permanent: bool) -> None:
    faults = [(place, fault)]
    with ScriptedSmtp(faults=faults) as server:
        if (place, fault) == ("ehlo", "554 never"):
            deliver(server)  # the greeting of old does as well
            return
        with pytest.raises(DeliveryError) as caught:
            deliver(server)

    # A server that takes no mail from us at all fails no message for it: they wait.
    is_ours = place in {"banner", "ehlo"}
    assert (caught.value.permanent, caught.value.uncertain) == (permanent and not is_ours, False)
    assert (caught.value.scope == "server") == is_ours
    assert fault in caught.value.problem
    assert server.mailbox == []


@pytest.mark.parametrize("fault", ["hang", "drop", "nonsense", "250 out of turn", "999 what"])
@pytest.mark.parametrize("place", ["banner", "mail", "rcpt", "data"])
def test_a_connection_lost_before_the_body_is_tried_again(place: str, fault: str) -> None:
    with ScriptedSmtp(faults=[(place, fault)]) as server:
        if (place in {"mail", "rcpt"}) and fault.startswith("250"):
            deliver(server, timeouts=QUICK)
            return
        with pytest.raises(DeliveryError) as caught:
            deliver(server, timeouts=QUICK)

    assert (caught.value.permanent, caught.value.uncertain) == (False, False)
    assert server.mailbox == []


def test_a_connection_lost_within_the_body_is_tried_again() -> None:
    content = b"Subject: x\r\n\r\n" + b"line of text\r\n" * 1_000_000

    with (
        ScriptedSmtp(faults=[("body", "drop")], offers=()) as server,
        pytest.raises(DeliveryError) as caught,
    ):
        deliver(server, make_message(content=content))

    assert (caught.value.permanent, caught.value.uncertain) == (False, False)
    assert server.mailbox == []


@pytest.mark.parametrize("fault", ["hang", "drop", "nonsense", "354 again", "999 what"])
@pytest.mark.parametrize("accepted", [True, False])
def test_no_reply_after_the_dot_is_uncertain(fault: str, accepted: bool) -> None:
    told = f"accept and {fault}" if accepted else fault
    with ScriptedSmtp(faults=[("dot", told)]) as server, pytest.raises(DeliveryError) as caught:
        deliver(server, timeouts=QUICK)

    assert (caught.value.permanent, caught.value.uncertain) == (False, True)
    assert len(server.mailbox) == accepted


def test_a_slow_reply_after_the_dot_is_waited_for() -> None:
    patient_at_the_end = Timeouts(connect_s=1, command_s=0.2, after_dot_s=5)

    with ScriptedSmtp(faults=[("dot", "think")]) as server:
        deliver(server, timeouts=patient_at_the_end)

    assert len(server.mailbox) == 1


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = MailSettings(host="127.0.0.1", port=port, security="none")

    with pytest.raises(DeliveryError, match="refused") as caught:
        MailServer(settings, None, timeouts=QUICK).send(make_message(), lambda: None)

    assert not caught.value.permanent


def fail_to_connect(settings: MailSettings) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        MailServer(settings, None, timeouts=QUICK).send(make_message(), lambda: None)
    assert (caught.value.permanent, caught.value.uncertain) == (False, False)
    return caught.value


def test_a_name_that_cannot_be_found_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", find_nothing)

    error = fail_to_connect(MailSettings(host="mail.example", security="tls"))
    assert error.problem.endswith("its name cannot be found (Name or service not known)")


def test_a_name_that_cannot_be_one_is_said_so() -> None:
    error = fail_to_connect(MailSettings(host="ü" * 70 + ".example"))

    assert error.problem.endswith("its name is no host name")


def test_a_server_that_knows_no_tls_is_said_so() -> None:
    with ScriptedSmtp() as server:
        error = fail_to_connect(make_settings(server, security="tls"))

    assert "no secure connection could be made" in error.problem


def test_a_server_that_does_not_shake_hands_is_given_up_in_time() -> None:
    with ScriptedSmtp(faults=[("banner", "hang")]) as server:
        error = fail_to_connect(make_settings(server, security="tls"))

    assert error.problem.endswith("no answer in time")


def test_localhost_that_turns_out_to_be_elsewhere_gets_nothing_in_the_clear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ScriptedSmtp() as server:
        monkeypatch.setattr("socket.socket.getpeername", lambda sock: ("192.0.2.1", 25))
        with pytest.raises(DeliveryError, match="not on this machine"):
            deliver(server, host="localhost")

    assert server.mailbox == []


@pytest.mark.parametrize(
    ("host_name", "greeting"), [("mail.example.org", "mail.example.org"), ("box", "[127.0.0.1]")]
)
def test_we_call_ourselves_by_a_full_name_or_by_our_address(
    monkeypatch: pytest.MonkeyPatch, host_name: str, greeting: str
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: host_name)

    with ScriptedSmtp() as server:
        deliver(server)

    assert server.ehlo_names == [greeting]


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "address",
    ["", "reader", "@example.org", "reader@", "a b@example.org", "a@b@example.org",
     "a@example.org\r\nRCPT TO:<evil@example.org>", 'Evil" <x@y>, "@example.org', "a@" + "ü" * 70],
)  # fmt: skip
@pytest.mark.parametrize("role", ["sender", "recipient"])
def test_what_is_no_address_never_reaches_the_wire(address: str, role: str) -> None:
    with ScriptedSmtp() as server, pytest.raises(DeliveryError) as caught:
        deliver(server, make_message(**{role: address}))

    assert caught.value.permanent
    assert server.commands == []


def test_an_international_domain_goes_out_as_dns_knows_it() -> None:
    with ScriptedSmtp() as server:
        deliver(server, make_message("reader@münchen.example"))

    assert [mail.recipient for mail in server.mailbox] == ["reader@xn--mnchen-3ya.example"]
    assert not any("SMTPUTF8" in command for command in server.commands)


def test_an_international_local_part_needs_smtputf8() -> None:
    with ScriptedSmtp(offers=("SMTPUTF8", "8BITMIME")) as server:
        deliver(server, make_message("josé@example.org"))
    assert [mail.recipient for mail in server.mailbox] == ["josé@example.org"]

    with ScriptedSmtp() as server, pytest.raises(DeliveryError, match="SMTPUTF8") as caught:
        deliver(server, make_message("josé@example.org"))
    assert caught.value.permanent
    assert server.mailbox == []


def test_size_and_eight_bit_are_announced_where_offered() -> None:
    content = "Subject: x\r\n\r\nEl Niño\r\n".encode()

    with ScriptedSmtp() as server:
        deliver(server, make_message(content=content))
    with ScriptedSmtp(offers=()) as plain:
        deliver(plain, make_message(content=content))

    assert (
        server.commands[1].upper()
        == f"MAIL FROM:<MONITOR@EXAMPLE.ORG> SIZE={len(content)} BODY=8BITMIME"
    )
    assert plain.commands[1].upper() == "MAIL FROM:<MONITOR@EXAMPLE.ORG>"
    assert plain.mailbox == server.mailbox


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("settings", "password", "where"),
    [
        (MailSettings(), None, "mail.host"),
        (MailSettings(host="mail.example.org", security="none"), None, "mail.security"),
        (MailSettings(host="10.0.0.1", security="none"), None, "mail.security"),
        (MailSettings(host="localhost.example.org", security="none"), None, "mail.security"),
        (MailSettings(host="mail.example.org", user="me"), None, "mail.user"),
        (MailSettings(host="mail.example.org", user="me"), "contraseña", "mail.user"),
    ],
)
def test_settings_that_cannot_be_safe_are_refused(
    settings: MailSettings, password: str | None, where: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        MailServer(settings, password)

    assert caught.value.setting == where
    assert password is None or password not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_a_server_on_this_machine_needs_no_encryption(host: str) -> None:
    assert MailServer(MailSettings(host=host, security="none"), None)


# ---------------------------------------------------------------- TLS and logins


@dataclass(frozen=True)
class Certificates:
    """Certificates of an authority made for these tests."""

    trusted: ssl.SSLContext  # a client that knows the authority
    right: ssl.SSLContext  # a server at 127.0.0.1
    wrong_host: ssl.SSLContext
    expired: ssl.SSLContext


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates(
        trusted=authority().client(),
        right=authority().server("127.0.0.1"),
        wrong_host=authority().server("elsewhere.example"),
        expired=authority().server("127.0.0.1", not_after=EXPIRED),
    )


def log_in(
    server: ScriptedSmtp, security: str, context: ssl.SSLContext | None, password: str = SECRET
) -> None:
    settings = make_settings(server, security=security, user="monitor")
    with closing(MailServer(settings, password, timeouts=PATIENT, context=context)) as mail:
        mail.send(make_message(), lambda: None)


def credentials_seen(server: ScriptedSmtp) -> list[str]:
    return [command for command in server.commands if command.upper().startswith("AUTH")]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_login_over_verified_tls_delivers(certificates: Certificates, security: str) -> None:
    with ScriptedSmtp(
        tls=certificates.right, tls_from_start=security == "tls", user=("monitor", SECRET)
    ) as server:
        log_in(server, security, certificates.trusted)

    assert len(server.mailbox) == 1
    assert len(credentials_seen(server)) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("fault", ["untrusted", "wrong host", "expired"])
def test_no_password_goes_to_a_server_that_cannot_prove_its_name(
    certificates: Certificates, security: str, fault: str
) -> None:
    shown = {"wrong host": certificates.wrong_host, "expired": certificates.expired}.get(
        fault, certificates.right
    )
    known = None if fault == "untrusted" else certificates.trusted

    with (
        ScriptedSmtp(
            tls=shown, tls_from_start=security == "tls", user=("monitor", SECRET)
        ) as server,
        pytest.raises(DeliveryError, match="certificate cannot be trusted") as caught,
    ):
        log_in(server, security, known)

    assert (credentials_seen(server), server.mailbox) == ([], [])
    assert not caught.value.permanent


def test_no_password_goes_out_when_starttls_was_stripped() -> None:
    with (
        ScriptedSmtp(user=("monitor", SECRET)) as server,
        pytest.raises(DeliveryError, match="offers no STARTTLS"),
    ):
        log_in(server, "starttls", None)

    assert [command.split()[0] for command in server.commands] == ["ehlo"]
    assert server.mailbox == []


def test_a_wrong_password_loses_no_message_and_is_not_repeated_in_the_error(
    certificates: Certificates,
) -> None:
    with (
        ScriptedSmtp(tls=certificates.right, user=("monitor", "another")) as server,
        pytest.raises(DeliveryError, match=r"535.*check user and password") as caught,
    ):
        log_in(server, "starttls", certificates.trusted)

    assert (caught.value.permanent, caught.value.uncertain) == (False, False)
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize("fault", ["530 no", "534 too weak", "535 wrong", "538 no", "554 never"])
def test_whatever_refuses_a_login_is_the_operators_to_mend(
    certificates: Certificates, fault: str
) -> None:
    with (
        ScriptedSmtp(
            tls=certificates.right, user=("monitor", SECRET), faults=[("auth", fault)]
        ) as server,
        pytest.raises(DeliveryError, match=fault) as caught,
    ):
        log_in(server, "starttls", certificates.trusted)

    assert not caught.value.permanent
    assert "check user and password" in caught.value.problem


def test_a_server_that_wants_a_login_where_none_is_set_loses_no_message() -> None:
    with (
        ScriptedSmtp(faults=[("mail", "530 authentication required")]) as server,
        pytest.raises(DeliveryError, match=r"530.*check user and password") as caught,
    ):
        deliver(server)

    assert not caught.value.permanent


def test_a_login_put_off_is_tried_again(certificates: Certificates) -> None:
    with (
        ScriptedSmtp(
            tls=certificates.right, user=("monitor", SECRET), faults=[("auth", "454 later")]
        ) as server,
        pytest.raises(DeliveryError, match="454") as caught,
    ):
        log_in(server, "starttls", certificates.trusted)

    assert not caught.value.permanent


def test_a_server_that_knows_no_logins_is_said_so() -> None:
    with ScriptedSmtp() as server, pytest.raises(DeliveryError, match="login"):
        log_in(server, "none", None)


# ---------------------------------------------------------------- tokens


def send_with_token(server: ScriptedSmtp, context: ssl.SSLContext, token: str) -> None:
    settings = make_settings(server, security="starttls", user="monitor")
    mail = MailServer(settings, None, token=lambda: token, timeouts=PATIENT, context=context)
    with closing(mail):
        mail.send(make_message(), lambda: None)


def test_a_token_logs_in_by_xoauth2(certificates: Certificates) -> None:
    with ScriptedSmtp(tls=certificates.right, user=("monitor", SECRET), ways="XOAUTH2") as server:
        send_with_token(server, certificates.trusted, SECRET)

    assert len(server.mailbox) == 1
    [login] = credentials_seen(server)
    assert base64.b64decode(login.split()[2]) == b"user=monitor\1auth=Bearer %s\1\1" % (
        SECRET.encode()
    )


def test_a_refused_token_is_the_operators_to_mend_and_is_not_told(
    certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        ScriptedSmtp(tls=certificates.right, user=("monitor", SECRET), ways="XOAUTH2") as server,
        pytest.raises(DeliveryError, match=r"535.*check user and token of \[mail\]") as caught,
    ):
        send_with_token(server, certificates.trusted, "stale-token")

    assert (caught.value.permanent, caught.value.scope) == (False, "server")
    assert "127.0.0.1 refused the token: 401" in caplog.text
    assert "stale-token" not in f"{caplog.text} {caught.value!r} {caught.value.__cause__!r}"
    assert len(credentials_seen(server)) == 1


@pytest.mark.parametrize("reason", ["bm8ganNvbg==", "e30=", "W10="])
def test_a_refused_token_needs_no_reason_that_can_be_read(
    certificates: Certificates, reason: str
) -> None:
    with (
        ScriptedSmtp(
            tls=certificates.right,
            user=("monitor", SECRET),
            ways="XOAUTH2",
            faults=[("auth reason", f"334 {reason}")],
        ) as server,
        pytest.raises(DeliveryError, match="535"),
    ):
        send_with_token(server, certificates.trusted, "stale-token")


def test_a_challenge_that_is_no_base64_is_an_answer_that_cannot_be_read(
    certificates: Certificates,
) -> None:
    with (
        ScriptedSmtp(
            tls=certificates.right, user=("monitor", SECRET), faults=[("auth", "334 %%%x")]
        ) as server,
        pytest.raises(DeliveryError, match="answered in no way that can be read") as caught,
    ):
        log_in(server, "starttls", certificates.trusted)

    assert caught.value.scope == "server"


def test_a_server_that_takes_no_tokens_is_said_so(certificates: Certificates) -> None:
    with (
        ScriptedSmtp(tls=certificates.right, user=("monitor", SECRET)) as server,
        pytest.raises(DeliveryError, match=r"it offers PLAIN LOGIN; XOAUTH2 is needed"),
    ):
        send_with_token(server, certificates.trusted, SECRET)

    assert credentials_seen(server) == []


def test_a_token_that_is_not_to_be_had_keeps_every_message_waiting(
    certificates: Certificates,
) -> None:
    def none() -> str:
        raise ConfigError("mail.oauth_token_command", "gave no token")

    with ScriptedSmtp(tls=certificates.right) as server:
        settings = make_settings(server, security="starttls", user="monitor")
        mail = MailServer(settings, None, token=none, context=certificates.trusted)
        with pytest.raises(DeliveryError, match="gave no token") as caught:
            mail.send(make_message(), lambda: None)

    assert (caught.value.scope, caught.value.permanent) == ("server", False)
    assert server.commands == []


def test_a_token_is_never_sent_in_the_clear() -> None:
    settings = MailSettings(host="127.0.0.1", security="none", user="monitor")

    with pytest.raises(ConfigError, match="a token is never sent so"):
        MailServer(settings, None, token=lambda: SECRET)


# ---------------------------------------------------------------- one connection, many messages


def send_many(
    server: ScriptedSmtp, count: int, **changes: object
) -> tuple[list[DeliveryError | None], int]:
    """Send messages to as many readers; return what became of each, and the connections made."""
    ended: list[DeliveryError | None] = []
    with closing(MailServer(make_settings(server, **changes), None, timeouts=QUICK)) as mail:
        for n in range(count):
            try:
                mail.send(make_message(f"r{n}@example.org"), lambda: None)
            except DeliveryError as error:
                ended.append(error)
            else:
                ended.append(None)
    return ended, server.connection_count


def test_messages_share_a_connection_and_no_reader_sees_another() -> None:
    with ScriptedSmtp() as server:
        ended, connections = send_many(server, 5)

    assert (ended, connections) == ([None] * 5, 1)
    assert [mail.recipient for mail in server.mailbox] == [f"r{n}@example.org" for n in range(5)]
    verbs = [command.split()[0].upper() for command in server.commands]
    assert verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 5, "QUIT"]


def test_a_connection_is_given_up_after_as_many_messages_as_the_settings_say() -> None:
    with ScriptedSmtp() as server:
        ended, connections = send_many(server, 5, per_connection=2)

    assert (ended, connections) == ([None] * 5, 3)


def test_after_a_refusal_the_next_transaction_begins_anew_over_the_same_connection() -> None:
    with ScriptedSmtp(faults=[("rcpt", "550 unknown")]) as server:
        ended, connections = send_many(server, 2)

    assert [bool(error) for error in ended] == [True, False]
    assert connections == 1
    verbs = [command.split()[0].upper() for command in server.commands]
    assert verbs == ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.parametrize("place", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("fault", ["drop", "421 too many", "hang"])
def test_a_kept_connection_that_was_closed_is_made_anew_for_the_same_message(
    place: str, fault: str
) -> None:
    with ScriptedSmtp(faults=[(place, "usual"), (place, fault)]) as server:
        ended, connections = send_many(server, 3)

    assert (ended, connections) == ([None] * 3, 2)
    assert [mail.recipient for mail in server.mailbox] == [f"r{n}@example.org" for n in range(3)]


def test_a_new_connection_that_fails_too_is_not_tried_for_ever() -> None:
    with ScriptedSmtp(faults=[("mail", "usual"), *[("mail", "drop")] * 9]) as server:
        ended, connections = send_many(server, 2)

    [none, error] = ended
    assert none is None
    assert error is not None
    assert (error.scope, error.permanent, connections) == ("connection", False, 2)


@pytest.mark.parametrize(
    ("place", "fault", "scope"),
    [
        ("banner", "554 not you", "server"),
        ("ehlo", "hang", "server"),
        ("mail", "530 log in first", "server"),
        ("mail", "451 later", "message"),
        ("rcpt", "550 unknown", "message"),
        ("dot", "552 too much", "message"),
        ("rcpt", "421 closing", "connection"),
        ("data", "drop", "connection"),
        ("dot", "drop", "connection"),
    ],
)
def test_an_error_says_how_far_it_goes(place: str, fault: str, scope: str) -> None:
    with ScriptedSmtp(faults=[(place, fault)]) as server:
        [error], _ = send_many(server, 1)

    assert error is not None
    assert error.scope == scope


def test_a_message_larger_than_the_server_takes_is_not_begun() -> None:
    with (
        ScriptedSmtp(offers=("SIZE 100",)) as server,
        pytest.raises(DeliveryError, match="takes messages of 100 bytes at most") as caught,
    ):
        deliver(server, make_message(content=CONTENT + b"x" * 100))

    assert (caught.value.permanent, caught.value.scope) == (True, "message")
    assert not any(command.startswith("mail") for command in server.commands)


@pytest.mark.parametrize(
    ("fault", "told", "permanent"),
    [
        ("552 5.3.4 too large", "refused the message: 552 5.3.4 too large", True),
        ("451 4.3.0 later", "refused the message: 451 4.3.0 later", False),
        ("250 taken", "hung up before the message was whole", False),
    ],
)
@pytest.mark.parametrize("place", ["data", "body"])
@pytest.mark.parametrize("secure", [False, True])
def test_a_server_that_speaks_before_the_dot_has_not_taken_the_message(
    certificates: Certificates, secure: bool, place: str, fault: str, told: str, permanent: bool
) -> None:
    early = f"354 go ahead\r\n{fault}" if place == "data" else fault
    tls = certificates.right if secure else None
    with ScriptedSmtp(faults=[(place, early)], offers=(), tls=tls, is_narrow=True) as server:
        settings = make_settings(server, security="starttls" if secure else "none")
        mail = MailServer(settings, None, timeouts=PATIENT, context=certificates.trusted)
        content = CONTENT if place == "data" else (b"x" * 990 + b"\r\n") * 8_000
        with closing(mail), pytest.raises(DeliveryError) as caught:
            mail.send(make_message(content=content), lambda: None)

    assert told in caught.value.problem
    assert (caught.value.permanent, caught.value.uncertain) == (permanent, False)
    assert server.mailbox == []


def test_a_step_that_takes_long_is_told_while_it_does(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("monitor.adapters.deliver.dialogue.SILENCE_TOLD_AFTER_S", 0.1)

    with ScriptedSmtp(faults=[("dot", "think")]) as server:
        deliver(server)

    [told] = [record.message for record in caplog.records if "has not answered" in record.message]
    assert told.endswith("at the message; it has 5 s (<1@example.org>)")
    assert len(server.mailbox) == 1


@pytest.mark.parametrize(
    ("place", "secure", "uncertain"),
    [("banner", False, False), ("ehlo again", True, False), ("rcpt", True, False),
     ("dot", False, True), ("dot", True, True)],
)  # fmt: skip
def test_an_answer_that_never_ends_is_ended(
    monkeypatch: pytest.MonkeyPatch,
    certificates: Certificates,
    place: str,
    secure: bool,
    uncertain: bool,
) -> None:
    monkeypatch.setattr("monitor.adapters.deliver.dialogue.SILENCE_TOLD_AFTER_S", 0.1)

    tls = certificates.right if secure else None
    with ScriptedSmtp(faults=[(place, "drip")], tls=tls) as server:
        settings = make_settings(server, security="starttls" if secure else "none")
        mail = MailServer(settings, None, timeouts=QUICK, context=certificates.trusted)
        with closing(mail), pytest.raises(DeliveryError) as caught:
            mail.send(make_message(), lambda: None)

    assert (caught.value.permanent, caught.value.uncertain) == (False, uncertain)
    assert server.mailbox == []


def test_what_the_servers_are_given_time_for_is_what_the_standard_asks() -> None:
    assert Timeouts() == Timeouts(connect_s=10.0, command_s=60.0, after_dot_s=600.0)
