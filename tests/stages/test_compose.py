import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError, RenderError
from monitor.model import Message, Rendered
from monitor.stages.render import compose
from monitor.stages.render.compose import compose_message, header_text
from tests.factories import make_rendered

DATE = datetime(2026, 7, 12, 7, 0, tzinfo=timezone(timedelta(hours=-6)))
NAMES = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "List-Id",
    "Auto-Submitted",
]


def composed(rendered: Rendered | None = None, **of: Any) -> Message:
    given = {
        "message_id": "<morning.2026-07-12-0700.0f@example.org>",
        "sender": "News monitor <monitor@example.org>",
        "recipient": "reader@example.org",
        "list_id": "morning.example.org",
        "date": DATE,
    }
    return compose_message(rendered or make_rendered(), **(given | of))


def read(message: Message) -> EmailMessage:
    mail = message_from_bytes(message.content, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_message_is_these_bytes() -> None:
    message = composed(
        issue="morning.2026-07-12-0700",
        unsubscribe=(
            "https://news.example.org/u/AbC-_1",
            "mailto:monitor@example.org?subject=unsubscribe",
        ),
    )

    assert message.content == (
        b"From: News monitor <monitor@example.org>\r\n"
        b"To: reader@example.org\r\n"
        b"Subject: Morning, 12 Jul: A water accord\r\n"
        b"Date: Sun, 12 Jul 2026 13:00:00 +0000\r\n"
        b"Message-ID: <morning.2026-07-12-0700.0f@example.org>\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: multipart/alternative;\r\n"
        b' boundary="=_614d04300f3f9ad539172ebcaa66c76c"\r\n'
        b"List-Id: <morning.example.org>\r\n"
        b"Auto-Submitted: auto-generated\r\n"
        b"X-Digest: morning.2026-07-12-0700\r\n"
        b"List-Unsubscribe: <https://news.example.org/u/AbC-_1>,"
        b" <mailto:monitor@example.org?subject=unsubscribe>\r\n"
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        b"\r\n"
        b"--=_614d04300f3f9ad539172ebcaa66c76c\r\n"
        b'Content-Type: text/plain; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n"
        b"\r\n"
        b"A water accord\r\n"
        b"\r\n"
        b"--=_614d04300f3f9ad539172ebcaa66c76c\r\n"
        b'Content-Type: text/html; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n"
        b"\r\n"
        b'<!DOCTYPE html><html lang=3D"en"><body><p>A water accord</p></body></html>\r\n'
        b"\r\n"
        b"--=_614d04300f3f9ad539172ebcaa66c76c--\r\n"
    )
    assert (message.id, message.sender, message.recipient, message.subject) == (
        "<morning.2026-07-12-0700.0f@example.org>",
        "monitor@example.org",
        "reader@example.org",
        "Morning, 12 Jul: A water accord",
    )


def test_the_same_input_gives_the_same_bytes_and_another_id_another_boundary() -> None:
    other = composed(message_id="<evening@example.org>")

    assert composed() == composed()
    assert read(other).get_boundary() != read(composed()).get_boundary()


def test_without_an_address_to_unsubscribe_there_is_no_such_header() -> None:
    assert read(composed()).keys() == NAMES


def test_a_long_unsubscribe_address_stays_on_one_raw_line() -> None:
    address = "https://monitor.example.org/unsubscribe/" + "x" * 300

    assert (
        b"\r\nList-Unsubscribe: <%s>\r\n" % address.encode()
        in composed(unsubscribe=(address,)).content
    )


def test_one_click_is_offered_where_a_single_post_can_reach_only() -> None:
    by_mail = read(composed(unsubscribe=("mailto:monitor@example.org?subject=unsubscribe",)))

    assert by_mail.keys() == [*NAMES, "List-Unsubscribe"]


def test_addresses_to_unsubscribe_at_that_do_not_fit_one_line_are_refused() -> None:
    long = "https://example.org/" + "x" * 700

    with pytest.raises(RenderError, match="too long together"):
        composed(unsubscribe=(long, long))


def test_text_comes_first_and_both_parts_are_as_they_went_in() -> None:
    rendered = make_rendered(
        text="ñandú, 中文, 🎉\n.\n..\nFrom the desk \n\nlong " + "x" * 3000 + "\n",
        body_html="<p>ñ =3D\n.\n</p>\n",
    )

    parts = list(read(composed(rendered)).iter_parts())

    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content().replace("\r\n", "\n") for part in parts] == [
        rendered.text,
        rendered.body_html,
    ]


def test_a_body_loses_what_no_mail_may_carry() -> None:
    rendered = make_rendered(text="a\x00b\ud800c\x85d\u2028e\rf\r\n.\r\ng")

    part = next(iter(read(composed(rendered)).iter_parts()))

    assert part.get_content().splitlines() == ["abc", "d", "e", "f", ".", "g"]


HOSTILE_SUBJECTS = [
    "=?utf-8?q?=0D=0ABcc=3A_e=40e?=",
    "=?utf-8?b?DQpCY2M6IGVAZQ==?=",
    "=?=?utf-8?q?x?=?=",
    "a\r\nBcc: e@e",
    "a\nBcc: e@e",
    "a\rBcc: e@e",
    *(f"a{separator}Bcc: e@e" for separator in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
    "\u202egpj.exe\u202c \u2066x\u2069",
    "nul\x00 \ud800 lone",
    "x" * 10_000,
    "ñ" * 10_000,
    "🎉" * 300,
    "اتفاق المياه بين المكسيك والولايات المتحدة",
    "中文" * 60,
    "",
    " ",
    'quote " and \\ back',
    "word " * 60,
    "áéíóú =?iso-8859-1?q?x?= áéíóú",
]


@pytest.mark.parametrize("subject", HOSTILE_SUBJECTS)
@pytest.mark.parametrize("where", ["subject", "sender"])
def test_no_text_brings_in_a_header_or_breaks_one(subject: str, where: str) -> None:
    name = header_text(subject).replace('"', "").replace("<", "").replace(">", "")
    of = {} if where == "subject" else {"sender": f'"{name}" <monitor@example.org>'}
    message = composed(make_rendered(subject=subject), **of)

    mail = read(message)
    head = message.content.split(b"\r\n\r\n")[0]
    assert mail.keys() == NAMES
    assert mail["Subject"].split() == message.subject.split()
    assert message.subject == header_text(subject)
    assert len(message.subject) <= 150
    assert re.search(rb"[^\r\n\x20-\x7e]", head) is None
    assert max(map(len, head.split(b"\r\n"))) <= 78
    words = re.findall(rb"=\?[^ \r\n]*\?=", head)
    assert all(len(word) <= 75 for word in words)
    assert [address.addr_spec for address in mail["From"].addresses] == ["monitor@example.org"]


@given(st.text())
def test_any_subject_reads_back_as_it_was_made_safe(subject: str) -> None:
    safe = header_text(subject)

    assert safe.splitlines() in ([], [safe])
    assert "=?" not in safe
    assert "?=" not in safe
    assert header_text(safe) == safe
    assert " ".join(read(composed(make_rendered(subject=subject)))["Subject"].split()) == safe


@given(st.text())
def test_any_body_reads_back_line_by_line(text: str) -> None:
    mail = message_from_bytes(composed(make_rendered(text=text)).content)

    content = mail.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    lines = ["".join(c for c in line if c >= " " or c == "\t") for line in text.splitlines()]
    lines = [re.sub("[\x7f-\x9f]", "", line) for line in lines]
    assert content.replace("\r\n", "\n").splitlines() == (lines or [""])


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("sender", "header", "envelope"),
    [
        ("m@example.org", b"m@example.org", "m@example.org"),
        ("<m@example.org>", b"m@example.org", "m@example.org"),
        ("M <m@example.org>", b"M <m@example.org>", "m@example.org"),
        ('"Times, The" <m@example.org>', b'"Times, The" <m@example.org>', "m@example.org"),
        ("Mónitor <m@example.org>", b"=?utf-8?b?TcOzbml0b3I=?= <m@example.org>", "m@example.org"),
        ("M <m@BÜCHER.example>", b"M <m@xn--bcher-kva.example>", "m@xn--bcher-kva.example"),
        ("M. Back\\slash <m@localhost>", b'"M. Back\\\\slash" <m@localhost>', "m@localhost"),
        ("a.b+c_d@sub.example.org", b"a.b+c_d@sub.example.org", "a.b+c_d@sub.example.org"),
    ],
)
def test_an_address_is_written_so_that_every_server_takes_it(
    sender: str, header: bytes, envelope: str
) -> None:
    message = composed(sender=sender)

    assert message.content.split(b"\r\n")[0] == b"From: " + header
    assert message.sender == envelope


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@example.org",
        "a@",
        "a@b@example.org",
        "a b@example.org",
        "a@exa mple.org",
        "a@-x.example",
        "a@example..org",
        "a..b@example.org",
        "ü@example.org",
        "a@example.org\r\nBcc: e@e",
        "a@example.org,b@example.org",
        'Evil" <x@y>, "a@example.org',
        "x" * 65 + "@example.org",
        "a@" + "x" * 64 + ".example",
        "M <a@example.org>",
    ],
)
def test_a_bad_recipient_is_refused_with_the_setting_to_look_at(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        composed(recipient=address)

    assert caught.value.setting == "recipients"


@pytest.mark.parametrize("sender", ["Evil <x@y>, <m@example.org>", "m", "M <m@>"])
def test_a_bad_sender_is_refused(sender: str) -> None:
    with pytest.raises(ConfigError) as caught:
        composed(sender=sender)

    assert caught.value.setting == "mail.sender"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_id", "no brackets@example.org"),
        ("message_id", "<a b@example.org>"),
        ("message_id", "<a@example.org>\r\nBcc: e@e"),
        ("message_id", f"<{'a' * 1000}@example.org>"),
        ("list_id", "morning <x>"),
        ("list_id", ""),
        ("issue", "morning\r\nBcc: e@e"),
        ("issue", "x" * 200),
        ("unsubscribe", ("mailto:a@example.org>, <mailto:b@example.org",)),
        ("unsubscribe", ("mailto:a@example.org\r\nBcc: e@e",)),
        ("unsubscribe", ("javascript:x",)),
        ("unsubscribe", ("https://example.org/" + "x" * 1000,)),
    ],
)
def test_what_is_no_header_value_is_refused(field: str, value: object) -> None:
    with pytest.raises(RenderError, match="cannot be a"):
        composed(**{field: value})


# ---------------------------------------------------------------- the last look


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda b: b.replace(b"To:", b"Bcc: e@e\r\nTo:"), "the headers came out as From, Bcc, To"),
        (lambda b: b.replace(b"Morning,", b"Evening,"), "the subject came out otherwise"),
        (lambda b: b.replace(b"\r\nTo", b"\nTo"), "a line does not end as mail asks"),
        (lambda b: b.replace(b"accord\r\n\r\n", b"accord\r\nmore\r\n\r\n"), "the parts came out"),
        (lambda b: b + b"after the end\r\n", "the parts came out"),
        (lambda b: b.replace(b"Content-Transfer-", b"Content-"), "the parts came out"),
        (lambda b: b.replace(b"accord\r\n\r\n", b"x" * 999 + b"\r\n\r\n"), "a line is longer"),
    ],
)
def test_a_message_that_reads_back_otherwise_is_not_let_out(
    spoil: Any, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined = compose._joined
    monkeypatch.setattr(compose, "_joined", lambda *given: spoil(joined(*given)))

    with pytest.raises(RenderError, match=problem):
        composed()


def test_the_date_is_told_in_utc() -> None:
    message = composed(date=datetime(2026, 1, 1, tzinfo=UTC))

    assert read(message)["Date"].datetime == datetime(2026, 1, 1, tzinfo=UTC)
