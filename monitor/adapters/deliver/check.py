"""A mail server tried without sending anything, and in words what is right and wrong with it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.adapters.deliver.dialogue import Dialogue, Login, Timeouts
from monitor.adapters.deliver.envelope import is_loopback, wire_address
from monitor.config import MailSettings
from monitor.errors import ConfigError, DeliveryError
from monitor.text import clean

RENEW_WITHIN = timedelta(days=14)  # a certificate that ends sooner is worth a word
DIGEST_BYTES = 200_000  # more than a digest ever has, both parts encoded
_NO_ID = "check"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried. `is_ok` None: nothing is wrong, and it is worth knowing."""

    step: str
    is_ok: bool | None
    told: str
    advice: str = ""  # what to do; "" where there is nothing to do


def check_server(
    settings: MailSettings,
    secret: Callable[[], str] | None,
    now: datetime,
    *,
    sender: str,
    recipient: str | None = None,
    timeouts: Timeouts | None = None,
    context: ssl.SSLContext | None = None,
) -> Iterator[Finding]:
    """Yield what is found, step by step, and stop at what keeps the next from being tried.

    `secret` brings the password, or the token where the settings name one. The server is
    asked whether it takes mail from `sender` (to `recipient`); nothing is sent.
    """
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        told = f"{settings.host} has no address ({clean(str(error))})"
        yield Finding("name", False, told, "Is [mail] host spelt right? Is there a network?")
        return
    addresses = ", ".join(dict.fromkeys(str(each[4][0]) for each in found))
    yield Finding("name", True, f"{settings.host} is at {addresses}")
    context = context or ssl.create_default_context()
    dialogue = Dialogue(settings, timeouts or Timeouts(), context, _NO_ID)
    try:
        yield from _connected(dialogue, settings, now)
        yield from _logged_in(dialogue, settings, secret)
        yield from _asked(dialogue, sender, recipient)
    except _Ended as ended:
        yield ended.finding
    finally:
        dialogue.quit()


class _Ended(Exception):
    """A finding that ends the check."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.told)
        self.finding = finding


def _connected(dialogue: Dialogue, settings: MailSettings, now: datetime) -> Iterator[Finding]:
    try:
        dialogue.connect()
    except DeliveryError as error:
        advice = _advice(settings, error.problem)
        raise _Ended(Finding("connection", False, error.problem, advice)) from error
    how = {"starttls": "STARTTLS", "tls": "TLS from the start", "none": "nothing, on this machine"}
    told = f"port {settings.port} answers; protected by {how[settings.security]}"
    yield Finding("connection", True, told)
    if isinstance(dialogue.socket, ssl.SSLSocket):
        yield _certificate(dialogue.socket, now)
    offers = dialogue.offers
    size = offers.get("size", "")
    if size.isdecimal() and 0 < int(size) < DIGEST_BYTES:
        told = f"it takes messages of {int(size):,} bytes at most, and digests may be larger"
        yield Finding("size", False, told, "Lower length in [digests], or ask its operator.")
    extra = [name.upper() for name in ("size", "8bitmime", "smtputf8") if name in offers]
    yield Finding("offers", None, f"{', '.join(extra) or 'nothing beyond plain SMTP'}")


def _certificate(sock: ssl.SSLSocket, now: datetime) -> Finding:
    shown: dict[str, Any] = dict(sock.getpeercert() or {})
    names = ", ".join(str(named[1]) for named in shown.get("subjectAltName", ()))
    ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    told = f"{sock.version()}; good for {clean(names)} until {ends_at:%Y-%m-%d}"
    if ends_at - now < RENEW_WITHIN:
        return Finding("certificate", None, told, "It ends soon: whoever runs it should renew it.")
    return Finding("certificate", True, told)


def _logged_in(
    dialogue: Dialogue, settings: MailSettings, secret: Callable[[], str] | None
) -> Iterator[Finding]:
    offered = clean(dialogue.offers.get("auth", "")).upper()
    if not settings.user:
        told = f"none is set; it offers {offered or 'none'}"
        yield Finding("login", None, told)
        return
    is_token = bool(settings.oauth_token_file or settings.oauth_token_command)
    try:
        dialogue.log_in(Login(settings.user, secret() if secret else "", is_token=is_token))
    except ConfigError as error:
        raise _Ended(Finding("login", False, str(error))) from error
    except DeliveryError as error:
        advice = (
            "Many providers want a password made for programs (an app password), or a token: "
            "see oauth_token_file. Trying again and again may lock the account."
        )
        raise _Ended(Finding("login", False, error.problem, advice)) from error
    yield Finding("login", True, f"{settings.user} is let in; it offers {offered}")


def _asked(dialogue: Dialogue, sender: str, recipient: str | None) -> Iterator[Finding]:
    try:
        wire_sender = wire_address(sender)
        wire_recipient = None if recipient is None else wire_address(recipient)
        dialogue.try_addresses(wire_sender, wire_recipient)
    except ValueError as error:
        raise _Ended(Finding("addresses", False, str(error))) from error
    except DeliveryError as error:
        advice = (
            "The server does not take mail from this sender, or to this recipient: "
            "is [mail] sender an address of the account?"
        )
        raise _Ended(Finding("addresses", False, error.problem, advice)) from error
    to = f" to {recipient}" if recipient else ""
    yield Finding("addresses", True, f"it takes mail from {sender}{to}; none was sent")


def _advice(settings: MailSettings, problem: str) -> str:
    """Return what is probably wrong when no connection could be made."""
    port, security = settings.port, settings.security
    if "certificate" in problem:
        return "Nothing was sent, and no password. Name the host as its certificate does."
    if security == "starttls" and port == 465:
        return 'Port 465 speaks TLS from the start: set security = "tls".'
    if security == "tls" and port in {25, 587}:
        return f'Port {port} starts in the clear: set security = "starttls", or port = 465.'
    if "offers no STARTTLS" in problem:
        return 'Is this the submission port? It is 587 with "starttls", 465 with "tls".'
    if "no secure connection" in problem:
        return "The server and this machine agree on no way to speak TLS; its log tells more."
    if "refused" in problem:
        return f"Nobody listens there. Submission is at 587 or 465; {port} is set."
    if port == 25:
        return "Port 25 is closed at many providers: use 587."
    return "Is the port right, and is it let through by firewalls?"


def sender_hints(domain: str, host: str) -> list[str]:
    """Return what readers' servers ask of the sender's domain; for a person to look up."""
    host = "your outgoing mail server" if is_loopback(host) else host
    return [
        f"SPF: a TXT record of {domain} should begin with v=spf1 and allow the addresses from "
        f"which {host} sends. Look: dig +short TXT {domain}",
        f"DKIM: {host} should sign for {domain}. A message that arrived shows it: look for "
        f"dkim=pass and header.d={domain} in its Authentication-Results.",
        f"DMARC: a TXT record of _dmarc.{domain} says what becomes of mail that passes neither. "
        f"Look: dig +short TXT _dmarc.{domain}",
    ]
