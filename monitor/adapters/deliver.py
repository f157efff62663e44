"""Hand a message to the mail server, in one dialogue, and say truly what became of it.

Sole user of smtplib. TLS is always verified. What was refused for now (4xx, a lost
connection) may be tried again, what was refused for good (5xx) may not; a refused login is
the operator's to mend, and no message is lost to it; once the final dot went out and no
reply came, nobody knows, and that is said too.
"""

from __future__ import annotations

import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from monitor.config import MailSettings
from monitor.errors import ConfigError, DeliveryError
from monitor.model import Message
from monitor.text import clean, clip

CHUNK_BYTES = 64 * 1024
REPLY_MAX_CHARS = 200  # of a server's reply, in an error
_LOGIN = "the login"  # a step of the dialogue
_MEND_LOGIN = "check user and password of [mail] in monitor.toml; the message waits"
QUIT_S = 5.0  # the message is accepted by then: a goodbye is courtesy

# A login is missing, too weak, wrong, in the clear (RFC 4954, 6): our fault, no message's.
_LOGIN_CODES = frozenset({530, 534, 535, 538})

_UNFIT = re.compile(r"[\x00-\x20\x7f<>,;:\\\"()\[\]]")  # in an address as we write it
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each part of a dialogue may take, in seconds (RFC 5321, 4.5.3.2)."""

    connect_s: float = 10.0
    command_s: float = 60.0
    after_dot_s: float = 600.0  # servers look for viruses before they reply


class MailServer:
    """The mail server of the settings; each message gets a connection of its own.

    Raises ConfigError when the settings would send mail or a password in the clear.
    `context` is for tests that bring an authority of their own.
    """

    def __init__(
        self,
        settings: MailSettings,
        password: str | None,
        *,
        timeouts: Timeouts | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        if not settings.host:
            raise ConfigError("mail.host", "no mail server is named, so no mail can be sent")
        if settings.security == "none" and not _is_loopback(settings.host):
            raise ConfigError(
                "mail.security",
                f'"none" is for a server on this machine only, and {settings.host} is another: '
                'use "starttls" or "tls"',
            )
        if settings.user and not password:
            raise ConfigError("mail.user", "there is a user to log in and no password for it")
        if not f"{settings.user}{password or ''}".isascii():
            raise ConfigError("mail.user", "user and password must be ASCII: logins carry no more")
        self._settings = settings
        self._password = password
        self._timeouts = timeouts or Timeouts()
        self._context = context or ssl.create_default_context()

    def send(self, message: Message, on_data: Callable[[], None]) -> None:
        """Send a message; return when the server has taken responsibility for it.

        `on_data` is called when the recipient was accepted and the server waits for
        the body. Raises DeliveryError: permanent, uncertain, or else worth another try.
        What `on_data` raises ends the dialogue, and nothing was sent.
        """
        envelope = _Envelope.of(message)
        dialogue = _Dialogue(self._settings, self._timeouts, self._context, message.id)
        try:
            dialogue.open(self._password)
            dialogue.offer(envelope, message.content)
            on_data()
            dialogue.hand_over(message.content)
        finally:
            dialogue.close()


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Sender and recipient as they go over the wire."""

    sender: str
    recipient: str
    needs_utf8: bool

    @classmethod
    def of(cls, message: Message) -> _Envelope:
        try:
            sender, recipient = _address(message.sender), _address(message.recipient)
        except ValueError as error:
            raise DeliveryError(message.id, str(error), permanent=True) from error
        head = re.split(rb"\r?\n\r?\n", message.content, maxsplit=1)[0]
        return cls(
            sender, recipient, not (sender.isascii() and recipient.isascii() and head.isascii())
        )


class _Connection(smtplib.SMTP):
    """smtplib's connection, with a connect timeout of its own and TLS from the start if wanted."""

    def __init__(self, host: str, timeouts: Timeouts, context: ssl.SSLContext | None) -> None:
        # The name is set when the socket tells ours: looking it up in DNS can take seconds.
        super().__init__(local_hostname="localhost", timeout=timeouts.command_s)
        self._host = host  # starttls() checks the certificate against it, connect() does not set it
        self._timeouts = timeouts
        self._context = context

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), self._timeouts.connect_s)
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_hostname=host)
            sock.settimeout(timeout)
        except BaseException:
            sock.close()
            raise
        self.local_hostname = _own_name(sock)
        return sock


class _Dialogue:
    """One SMTP transaction, step by step; every trouble becomes a DeliveryError."""

    def __init__(
        self,
        settings: MailSettings,
        timeouts: Timeouts,
        context: ssl.SSLContext,
        message_id: str,
    ) -> None:
        self._settings = settings
        self._timeouts = timeouts
        self._context = context
        self._message_id = message_id
        self._server = f"{settings.host}:{settings.port}"
        from_start = context if settings.security == "tls" else None
        self._smtp = _Connection(settings.host, timeouts, from_start)

    def open(self, password: str | None) -> None:
        """Connect, secure the connection as the settings ask, and log in."""
        settings = self._settings
        with self._step("connecting"):
            self._expect("its greeting", self._smtp.connect(settings.host, settings.port), 220)
        self._greet()
        if settings.security == "starttls":
            if not self._smtp.has_extn("starttls"):
                raise self._error("offers no STARTTLS, so nothing was sent: a connection in the "
                                  "clear is not what the settings ask for")  # fmt: skip
            with self._step("STARTTLS"):
                self._expect("STARTTLS", self._smtp.starttls(context=self._context), 220)
            self._greet()
        elif settings.security == "none" and not self._peer_is_loopback():
            raise self._error("is not on this machine, and the settings ask for no encryption")
        if settings.user:
            self._log_in(settings.user, password or "")

    def _log_in(self, user: str, password: str) -> None:
        """Log in by the first way that the server offers and we know.

        One try: smtplib's own login() goes on to the next way after a refusal, and so
        doubles the failures that a server counts and hides a "later" behind a "never".
        """
        smtp = self._smtp
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        ways: dict[str, Any] = {"PLAIN": smtp.auth_plain, "LOGIN": smtp.auth_login}
        way = next((name for name in ways if name in offered), None)
        if way is None:
            raise self._error(
                f"offers no login that we know (it offers {clean(' '.join(offered)) or 'none'})"
            )
        smtp.user, smtp.password = user, password
        with self._step(_LOGIN):
            smtp.auth(way, ways[way])

    def offer(self, envelope: _Envelope, content: bytes) -> None:
        """Name sender and recipient and ask for leave to send the body."""
        options = []
        if self._smtp.has_extn("size"):
            options.append(f"SIZE={len(content)}")
        if not content.isascii() and self._smtp.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        if envelope.needs_utf8:
            if not self._smtp.has_extn("smtputf8"):
                problem = "cannot carry an address with letters beyond ASCII (no SMTPUTF8)"
                raise self._error(problem, permanent=True)
            options.append("SMTPUTF8")
        with self._step("the sender"):
            self._expect("the sender", self._smtp.mail(envelope.sender, options), 250)
        with self._step("the recipient"):
            self._expect("the recipient", self._smtp.rcpt(envelope.recipient), 250, 251)
        with self._step("DATA"):
            self._expect("DATA", self._smtp.docmd("DATA"), 354)

    def hand_over(self, content: bytes) -> None:
        """Send the body and wait for the reply that makes it the server's."""
        body = _LEADING_DOT.sub(b"..", _LINE_END.sub(b"\r\n", content))
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        # Without the final dot a server must throw away what it got (RFC 5321, 4.1.1.4).
        with self._step("the body"):
            for start in range(0, len(body), CHUNK_BYTES):
                self._smtp.send(body[start : start + CHUNK_BYTES])
        try:
            self._set_timeout(self._timeouts.after_dot_s)
            self._smtp.send(b".\r\n")
            code, reply = self._smtp.getreply()
        except OSError as error:
            raise self._error(_words(error), uncertain=True) from error
        if not 200 <= code < 600 or 300 <= code < 400:
            raise self._error(f"gave no usable reply to the message: {code}", uncertain=True)
        self._expect("the message", (code, reply), *range(200, 300))
        with suppress(OSError):
            self._set_timeout(QUIT_S)
            self._smtp.quit()

    def close(self) -> None:
        self._smtp.close()

    def _greet(self) -> None:
        with self._step("EHLO"):
            code, reply = self._smtp.ehlo()
            if code >= 500 and self._settings.security == "none" and not self._settings.user:
                code, reply = self._smtp.helo()
            self._expect("EHLO", (code, reply), 250)

    def _set_timeout(self, seconds: float) -> None:
        assert self._smtp.sock is not None  # a lost connection was an error before
        self._smtp.sock.settimeout(seconds)

    def _peer_is_loopback(self) -> bool:
        assert self._smtp.sock is not None
        with self._step("connecting"):
            return _is_loopback(str(self._smtp.sock.getpeername()[0]))

    def _expect(self, step: str, answer: tuple[int, bytes], *codes: int) -> None:
        code, reply = answer
        if code in codes:
            return
        if 400 <= code < 600:
            raise self._refused(step, code, reply)
        raise self._error(f"gave no usable reply to {step}: {code}")

    @contextmanager
    def _step(self, step: str) -> Iterator[None]:
        """Turn what smtplib and the system raise into a DeliveryError that names the step."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            raise self._refused(step, error.smtp_code, error.smtp_error) from None
        except (OSError, UnicodeError) as error:  # every SMTPException is an OSError
            raise self._error(f"at {step}: {_words(error)}") from error

    def _refused(self, step: str, code: int, reply: bytes | str) -> DeliveryError:
        said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        problem = f"refused {step}: {code} {clip(clean(said), REPLY_MAX_CHARS)}"
        if code in _LOGIN_CODES or (step == _LOGIN and code >= 500):
            return self._error(f"{problem} ({_MEND_LOGIN})")
        return self._error(problem, permanent=code >= 500)

    def _error(
        self, problem: str, *, permanent: bool = False, uncertain: bool = False
    ) -> DeliveryError:
        if uncertain:
            problem = f"took the body and gave no reply, so it may have arrived ({problem})"
        problem = f"the mail server {self._server} {problem}"
        return DeliveryError(self._message_id, problem, permanent=permanent, uncertain=uncertain)


def _words(error: BaseException) -> str:
    """Return what happened, for a person; never what was sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted ({clean(error.verify_message)})"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection could be made ({clean(error.reason or '')})"
    if isinstance(error, socket.gaierror):
        return f"its name cannot be found ({clean(error.strerror or '')})"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, UnicodeError):
        return "its name is no host name"
    if isinstance(error, smtplib.SMTPException):
        return clip(clean(str(error)), REPLY_MAX_CHARS)
    return clean(error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _address(address: str) -> str:
    """Return an address with its domain as DNS knows it. Raises ValueError when it is none."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or _UNFIT.search(address) or "@" in local:
        raise ValueError(f"{clean(address)!r} is no mail address")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise ValueError(f"{clean(address)!r} has a domain that cannot be") from None


def _own_name(sock: socket.socket) -> str:
    """Return how we call ourselves: a full host name, else our address as a literal."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = str(sock.getsockname()[0]).split("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
