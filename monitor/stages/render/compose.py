"""Rendered words -> the bytes of one RFC 5322 message to one recipient.

Pure, and written header by header: what Python's own e-mail package writes differs
between its versions (encoded words, folding of List-Unsubscribe), and on 3.11 a feed's
title could smuggle a header through it. The same input gives the same bytes everywhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import format_datetime

from monitor.errors import ConfigError, RenderError
from monitor.model import Message, Rendered
from monitor.text import clean, clip

SUBJECT_MAX_CHARS = 150  # promise H15
NAME_MAX_CHARS = 60
LINE_MAX_BYTES = 998  # RFC 5322, 2.1.1
_FOLD_AT = 76  # characters of a header line; RFC 5322 asks for 78 at most
_WORD_BYTES = 42  # of text in one encoded word: 56 in base64, 68 with its frame; RFC 2047: 75

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}")
_NAMED = re.compile(r"""\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^<>"]*))\s*<(?P<address>[^<>]*)>\s*""")
_MESSAGE_ID = re.compile(r"<[!#-'*+./-9=?A-Z^-~-]+@[!#-'*+./-9=?A-Z^-~-]+>")
_LIST_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,250}[A-Za-z0-9])?")
_UNSUBSCRIBE = re.compile(r"(mailto:|https://)[!#-;=?-Z_a-z~%]+")
_ISSUE = re.compile(r"[A-Za-z0-9_.-]{1,150}")
_BODY_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def compose_message(
    rendered: Rendered,
    *,
    message_id: str,
    sender: str,
    recipient: str,
    list_id: str,
    date: datetime,
    issue: str = "",
    unsubscribe: Sequence[str] = (),
) -> Message:
    """Compose one message: multipart/alternative, text first, CRLF, every line within 998 bytes.

    `sender` may carry a display name; `recipient` is one bare address; domains may be
    international, local parts may not. `issue` says which one it is, for a person who looks
    for it. `unsubscribe` are https: and mailto: addresses, the preferred one first; an https:
    one takes a single POST (RFC 8058). Raises ConfigError for an address, and RenderError
    when the bytes, read back, are not what was meant: then nothing may be sent.
    """
    name, sender_address = _mailbox(sender, "mail.sender")
    address = recipient_address(recipient)
    subject = header_text(rendered.subject)
    headers = [
        ("From", _from(name, sender_address)),
        ("To", address),
        ("Subject", _folded("Subject", subject)),
        ("Date", format_datetime(date.astimezone(UTC))),
        ("Message-ID", _checked(_MESSAGE_ID, message_id, "Message-ID")),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{_boundary(message_id)}"'),
        ("List-Id", f"<{_checked(_LIST_ID, list_id, 'List-Id')}>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    if issue:
        headers.append(("X-Digest", _checked(_ISSUE, issue, "X-Digest")))
    headers += _unsubscribing(unsubscribe)
    parts = [("plain", _body_text(rendered.text)), ("html", _body_text(rendered.body_html))]
    content = _joined(headers, parts, _boundary(message_id))
    _verify(content, [key for key, _ in headers], subject, parts)
    return Message(message_id, sender_address, address, subject, content)


def _unsubscribing(addresses: Sequence[str]) -> list[tuple[str, str]]:
    """Return the headers by which a mail program unsubscribes, without a page in between.

    Raw and never folded: an encoded or folded one is passed over by large mail services.
    """
    if not addresses:
        return []
    value = ", ".join(
        f"<{_checked(_UNSUBSCRIBE, address, 'List-Unsubscribe')}>" for address in addresses
    )
    if len(value) > LINE_MAX_BYTES - 18:  # the header's name and colon
        raise RenderError("message", None, "the addresses to unsubscribe at are too long together")
    headers = [("List-Unsubscribe", value)]
    if any(address.startswith("https:") for address in addresses):
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def recipient_address(text: str) -> str:
    """Return a recipient's address as its messages bear it. Raises ConfigError for none."""
    return _address(text, "recipients")


def header_text(text: str) -> str:
    """Return one line that no mail program reads as anything but text.

    Controls, line separators and bidi overrides go; what looks like an encoded word
    (RFC 2047) is pulled apart, because a reader would decode it.
    """
    return clip(clean(text).replace("=?", "= ?").replace("?=", "? ="), SUBJECT_MAX_CHARS)


# ---------------------------------------------------------------- addresses


def _mailbox(text: str, setting: str) -> tuple[str, str]:
    """Split "Name <address>" or "address" into display name and address."""
    named = _NAMED.fullmatch(text)
    if named is None:
        return "", _address(text, setting)
    name = clip(header_text(named["quoted"] or named["plain"] or ""), NAME_MAX_CHARS)
    return name, _address(named["address"], setting)


def _address(text: str, setting: str) -> str:
    """Return a valid address with an ASCII domain."""
    local, _, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ConfigError(setting, f"{text!r} is no mail address: its domain") from error
    if not local.isascii():
        raise ConfigError(
            setting, f"{text!r}: before the @ only ASCII letters can be delivered everywhere"
        )
    if len(local) > 64 or not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ConfigError(setting, f"{text!r} is no mail address such as you@example.org")
    return f"{local}@{domain}"


def _from(name: str, address: str) -> str:
    """Return a From header's text: the name quoted or encoded where it must be, and folded."""
    if not name:
        return address
    if not name.isascii():
        display = _folded("From", name)
    elif re.fullmatch(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+", name):
        display = name
    else:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        display = f'"{escaped}"'
    last = f"From: {display}".rpartition("\r\n")[2]
    fold = "\r\n" if len(last) + len(address) + 3 > _FOLD_AT else ""
    return f"{display}{fold} <{address}>"


def _checked(pattern: re.Pattern[str], value: str, header: str) -> str:
    if not pattern.fullmatch(value) or len(header) + len(value) + 4 > LINE_MAX_BYTES:
        raise RenderError("message", None, f"{value!r} cannot be a {header}")
    return value


# ---------------------------------------------------------------- headers and bodies


def _folded(header: str, text: str) -> str:
    """Return a header's text: as it is when ASCII, else as encoded words; folded."""
    if text.isascii():
        pieces = text.split(" ")
    else:
        pieces = [
            f"=?utf-8?b?{base64.b64encode(chunk.encode()).decode('ascii')}?="
            for chunk in _chunks(text)
        ]
    lines, line = [], f"{header}:"
    for piece in pieces:
        # A line of spaces alone would end the header, so the first piece never moves down.
        if line != f"{header}:" and len(line) + 1 + len(piece) > _FOLD_AT:
            lines.append(line)
            line = ""
        line += f" {piece}"
    return "\r\n".join([*lines, line]).removeprefix(f"{header}: ")


def _chunks(text: str) -> list[str]:
    """Cut text so that no encoded word splits a character and none is too long."""
    chunks, size = [""], 0
    for character in text:
        width = len(character.encode())
        if size + width > _WORD_BYTES:
            chunks.append("")
            size = 0
        chunks[-1] += character
        size += width
    return chunks


def _boundary(message_id: str) -> str:
    # "=_" cannot occur in quoted-printable, so no body can hold the boundary.
    return f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"


def _body_text(text: str) -> str:
    """Return a body with plain line ends and without what no mail may carry."""
    return _BODY_UNSEEN.sub("", "\n".join(text.splitlines()) + "\n")


def _joined(headers: list[tuple[str, str]], parts: list[tuple[str, str]], boundary: str) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers]
    for subtype, body in parts:
        quoted = binascii.b2a_qp(body.encode(), istext=True).decode("ascii")
        lines += [
            "",
            f"--{boundary}",
            f'Content-Type: text/{subtype}; charset="utf-8"',
            "Content-Transfer-Encoding: quoted-printable",
            "",
            *quoted.removesuffix("\n").split("\n"),
        ]
    return "\r\n".join([*lines, "", f"--{boundary}--", ""]).encode("ascii")


def _verify(content: bytes, names: list[str], subject: str, parts: list[tuple[str, str]]) -> None:
    """Read the bytes back as a mail program does, and compare with what was meant."""
    head, _, body = content.partition(b"\r\n\r\n")
    read = message_from_bytes(head)
    problem = ""
    if read.keys() != names:
        problem = f"the headers came out as {', '.join(read.keys())}"
    elif str(make_header(decode_header(read["Subject"].replace("\r\n", "")))) != subject:
        problem = "the subject came out otherwise than it went in"
    elif not content.count(b"\r\n") == content.count(b"\r") == content.count(b"\n") or (
        b"\0" in content
    ):
        problem = "a line does not end as mail asks"
    elif max(map(len, content.split(b"\r\n"))) > LINE_MAX_BYTES:
        problem = f"a line is longer than {LINE_MAX_BYTES} bytes"
    elif _parts_in(body, read.get_boundary("").encode()) != [
        (f"text/{subtype}", text.replace("\n", "\r\n").encode()) for subtype, text in parts
    ]:
        problem = "the parts came out otherwise than they went in"
    if problem:
        raise RenderError("message", None, problem)


def _parts_in(body: bytes, boundary: bytes) -> list[tuple[str, bytes]]:
    """Return the type and the decoded bytes of each part of a multipart body.

    The e-mail package takes twice as long for a whole message as composing it.
    """
    found = []
    pieces = b"\r\n".join((b"", body)).split(b"\r\n--" + boundary)
    if pieces[0] or pieces[-1] != b"--\r\n":
        return []
    for piece in pieces[1:-1]:
        head, _, text = piece.partition(b"\r\n\r\n")
        kind = message_from_bytes(head.removeprefix(b"\r\n"))
        if kind.keys() == ["Content-Type", "Content-Transfer-Encoding"]:
            found.append((kind.get_content_type(), binascii.a2b_qp(text)))
    return found
