"""One connection to a mail server, step by step; every trouble becomes a DeliveryError.

Sole user of smtplib.
"""

from __future__ import annotations

import json
import logging
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from monitor.adapters.deliver.envelope import Envelope, is_loopback
from monitor.adapters.deliver.words import in_words, reply_text
from monitor.config import MailSettings
from monitor.errors import DeliveryError, DeliveryScope
from monitor.text import clean

logger = logging.getLogger(__name__)

CHUNK_BYTES = 64 * 1024
QUIT_S = 5.0  # the message is accepted by then: a goodbye is courtesy
SILENCE_TOLD_AFTER_S = 10.0  # of one step; who watches the log sees where it hangs
ENDED_AFTER = 3  # times its limit: a step is a few commands, each with the limit to itself
_LOGIN = "the login"  # a step of the dialogue
_MEND_LOGIN = "check user and password of [mail] in monitor.toml; the message waits"
_MEND_TOKEN = "check user and token of [mail] in monitor.toml; the message waits"

# A login is missing, too weak, wrong, in the clear (RFC 4954, 6): our fault, no message's.
_LOGIN_CODES = frozenset({530, 534, 535, 538})
_CLOSING = 421  # the server says that it hangs up

_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each part of a dialogue may take, in seconds (RFC 5321, 4.5.3.2)."""

    connect_s: float = 10.0
    command_s: float = 60.0
    after_dot_s: float = 600.0  # servers look for viruses before they reply


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, and with what."""

    user: str
    secret: str  # the password, or the token
    is_token: bool


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
            # The dot follows the body: held back until that is acknowledged, it costs 40 ms.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_hostname=host)
            sock.settimeout(timeout)
        except BaseException:
            sock.close()
            raise
        self.local_hostname = _own_name(sock)
        return sock


class Dialogue:
    """A connection: opened once, then a transaction for each message, each on its own.

    `message_id` names in errors what is being sent. An error's scope tells how far it goes:
    this message, this connection, or every message for this server.
    """

    def __init__(
        self,
        settings: MailSettings,
        timeouts: Timeouts,
        context: ssl.SSLContext,
        message_id: str,
    ) -> None:
        self.message_id = message_id
        self.message_count = 0  # taken by the server over this connection
        self._settings = settings
        self._timeouts = timeouts
        self._context = context
        self._server = f"{settings.host}:{settings.port}"
        self._scope: DeliveryScope = "server"  # until the first message is under way
        from_start = context if settings.security == "tls" else None
        self._smtp = _Connection(settings.host, timeouts, from_start)

    @property
    def offers(self) -> Mapping[str, str]:
        """Return what the server said it can do, by its name in small letters."""
        return dict(self._smtp.esmtp_features)

    @property
    def socket(self) -> socket.socket | None:
        return self._smtp.sock

    # ------------------------------------------------------------ opening

    def connect(self) -> None:
        """Connect, and secure the connection as the settings ask."""
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

    def log_in(self, login: Login) -> None:
        """Log in by the first way that the server offers and we know.

        One try: smtplib's own login() goes on to the next way after a refusal, and so
        doubles the failures that a server counts and hides a "later" behind a "never".
        """
        smtp = self._smtp
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        ways = _ways(smtp, login)
        way = next((name for name in ways if name in offered), None)
        if way is None:
            known, told = " or ".join(ways), clean(" ".join(offered)) or "none"
            raise self._error(f"offers no login that we know (it offers {told}; {known} is needed)")
        smtp.user, smtp.password = login.user, login.secret
        with self._step(_LOGIN):
            try:
                smtp.auth(way, ways[way])
            except smtplib.SMTPAuthenticationError as error:
                mend = _MEND_TOKEN if login.is_token else _MEND_LOGIN
                raise self._refused(_LOGIN, error.smtp_code, error.smtp_error, mend) from None

    # ------------------------------------------------------------ one message

    def offer(self, envelope: Envelope, content: bytes) -> None:
        """Name sender and recipient and ask for leave to send the body."""
        self._scope = "message"
        options = self._options(envelope, content)
        with self._step("the sender"):
            self._expect("the sender", self._smtp.mail(envelope.sender, options), 250)
        with self._step("the recipient"):
            self._expect("the recipient", self._smtp.rcpt(envelope.recipient), 250, 251)
        with self._step("DATA"):
            self._expect("DATA", self._smtp.docmd("DATA"), 354)

    def _options(self, envelope: Envelope, content: bytes) -> list[str]:
        options = []
        if self._smtp.has_extn("size"):
            most = self._smtp.esmtp_features["size"]
            if most.isdecimal() and 0 < int(most) < len(content):
                problem = f"takes messages of {most} bytes at most, and this has {len(content)}"
                raise self._error(problem, permanent=True)
            options.append(f"SIZE={len(content)}")
        if not content.isascii() and self._smtp.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        if envelope.needs_utf8:
            if not self._smtp.has_extn("smtputf8"):
                problem = "cannot carry an address with letters beyond ASCII (no SMTPUTF8)"
                raise self._error(problem, permanent=True)
            options.append("SMTPUTF8")
        return options

    def hand_over(self, content: bytes) -> None:
        """Send the body and wait for the reply that makes it the server's."""
        body = _LEADING_DOT.sub(b"..", _LINE_END.sub(b"\r\n", content))
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        # Without the final dot a server must throw away what it got (RFC 5321, 4.1.1.4).
        pieces = 1 + len(body) // CHUNK_BYTES
        with self._step("the body", pieces):
            for start in range(0, len(body), CHUNK_BYTES):
                self._smtp.send(body[start : start + CHUNK_BYTES])
            self._check_silence()
        try:
            self._set_timeout(self._timeouts.after_dot_s)
            with self._watched("the message", self._timeouts.after_dot_s):
                self._smtp.send(b".\r\n")
                code, reply = self._smtp.getreply()
            self._set_timeout(self._timeouts.command_s)
        except OSError as error:
            raise self._error(in_words(error), uncertain=True) from error
        if not 200 <= code < 600 or 300 <= code < 400:
            raise self._error(f"gave no usable reply to the message: {code}", uncertain=True)
        self._expect("the message", (code, reply), *range(200, 300))
        self.message_count += 1

    def _check_silence(self) -> None:
        """Look, without waiting, whether the server has hung up or refused before the dot.

        It cannot have taken the message then, which after the dot nobody could say.
        """
        said = self._said_meanwhile()
        if said is None:
            return
        code = int(said[:3]) if said[:3].isdigit() else 0
        self._scope = "connection"  # who speaks out of turn is not talked to any more
        if 400 <= code < 600:
            problem = f"refused the message: {code} {reply_text(said[4:])}"
            raise self._error(problem, permanent=code >= 500)
        raise self._error("hung up before the message was whole")

    def _said_meanwhile(self) -> bytes | None:
        """Return what came unasked, b"" when the server hung up, None when it is silent."""
        sock, read_ahead = self._smtp.sock, self._smtp.file
        assert sock is not None
        sock.settimeout(0)
        try:
            said = read_ahead.peek(1) if read_ahead else b""
            return said or sock.recv(CHUNK_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        finally:
            self._set_timeout(self._timeouts.command_s)

    def try_addresses(self, sender: str, recipient: str | None) -> None:
        """Ask whether the server would take mail from and to these; nothing is sent."""
        self._scope = "message"
        with self._step("the sender"):
            self._expect("the sender", self._smtp.mail(sender), 250)
        if recipient is not None:
            with self._step("the recipient"):
                self._expect("the recipient", self._smtp.rcpt(recipient), 250, 251)

    def reset(self) -> None:
        """Leave a transaction that came to nothing, so that the next can begin."""
        self._scope = "connection"  # what goes wrong here is about no message
        with self._step("RSET"):
            self._expect("RSET", self._smtp.rset(), 250)

    # ------------------------------------------------------------ ending

    def quit(self) -> None:
        """Say goodbye and hang up; whatever comes of it."""
        if self._smtp.sock is not None:
            with suppress(OSError):
                self._set_timeout(min(QUIT_S, self._timeouts.command_s))
                self._smtp.quit()
        self.close()

    def close(self) -> None:
        """Hang up at once."""
        self._smtp.close()

    # ------------------------------------------------------------ steps

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
            return is_loopback(str(self._smtp.sock.getpeername()[0]))

    def _expect(self, step: str, answer: tuple[int, bytes], *codes: int) -> None:
        code, reply = answer
        if code in codes:
            return
        if 400 <= code < 600:
            raise self._refused(step, code, reply)
        raise self._error(f"gave no usable reply to {step}: {code}", is_lost=True)

    @contextmanager
    def _step(self, step: str, pieces: int = 1) -> Iterator[None]:
        """Turn what smtplib and the system raise into a DeliveryError that names the step."""
        try:
            with self._watched(step, pieces * self._timeouts.command_s):
                yield
        except (OSError, ValueError) as error:  # every SMTPException is an OSError
            raise self._error(f"at {step}: {in_words(error)}", is_lost=True) from error

    @contextmanager
    def _watched(self, step: str, longest_s: float) -> Iterator[None]:
        """Watch over a step from a thread of its own: see `_watch`."""
        is_over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(is_over, step, longest_s), daemon=True)
        watch.start()
        try:
            yield
        finally:
            is_over.set()

    def _watch(self, is_over: threading.Event, step: str, longest_s: float) -> None:
        """Tell the log of a step that takes long while it does; end one that has no end.

        A limit of the socket is for each piece of an answer: who sends a line a minute is
        never silent, and never done.
        """
        if not is_over.wait(SILENCE_TOLD_AFTER_S):
            said = "%s has not answered for %.0f s, at %s; it has %.0f s (%s)"
            told = (self._server, SILENCE_TOLD_AFTER_S, step, longest_s, self.message_id)
            logger.warning(said, *told)
            if not is_over.wait(longest_s * ENDED_AFTER) and self._smtp.sock is not None:
                with suppress(OSError):
                    # Of the socket below TLS: its own shutdown would take TLS away from a reader.
                    socket.socket.shutdown(self._smtp.sock, socket.SHUT_RDWR)

    def _refused(
        self, step: str, code: int, reply: bytes | str, mend: str = _MEND_LOGIN
    ) -> DeliveryError:
        problem = f"refused {step}: {code} {reply_text(reply)}"
        if code in _LOGIN_CODES or (step == _LOGIN and code >= 500):
            self._scope = "server"
            return self._error(f"{problem} ({mend})")
        # What the server refuses to us is no message's fault, so none is failed for it.
        permanent = code >= 500 and self._scope == "message"
        return self._error(problem, permanent=permanent, is_lost=code == _CLOSING)

    def _error(
        self,
        problem: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        is_lost: bool = False,
    ) -> DeliveryError:
        if uncertain:
            problem = f"took the body and gave no reply, so it may have arrived ({problem})"
        scope = self._scope
        if scope == "message" and (uncertain or is_lost):
            scope = "connection"
        return DeliveryError(
            self.message_id,
            f"the mail server {self._server} {problem}",
            permanent=permanent,
            uncertain=uncertain,
            scope=scope,
        )


def _ways(smtp: _Connection, login: Login) -> dict[str, Any]:
    """Return the ways to log in, best first: name -> what is answered to a challenge."""
    if not login.is_token:
        return {"PLAIN": smtp.auth_plain, "LOGIN": smtp.auth_login}

    def bearer(challenge: bytes | None = None) -> str:
        if challenge:
            # A refusal, and its reason; an empty answer brings the 535 that ends it.
            logger.warning("%s refused the token: %s", smtp._host, _reason(challenge))
            return ""
        return f"user={login.user}\1auth=Bearer {login.secret}\1\1"

    return {"XOAUTH2": bearer}


def _reason(challenge: bytes) -> str:
    """Return the status that a refused token was answered with."""
    try:
        told = json.loads(challenge)
        return reply_text(str(told["status"]))
    except (ValueError, KeyError, TypeError):
        return "no reason given"


def _own_name(sock: socket.socket) -> str:
    """Return how we call ourselves: a full host name, else our address as a literal."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = str(sock.getsockname()[0]).split("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
