"""Sender and recipient as they go over the wire, and which hosts are this machine."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from monitor.errors import DeliveryError
from monitor.model import Message
from monitor.text import clean

_UNFIT = re.compile(r"[\x00-\x20\x7f<>,;:\\\"()\[\]]")  # in an address as we write it


@dataclass(frozen=True, slots=True)
class Envelope:
    """Sender and recipient, their domains as DNS knows them."""

    sender: str
    recipient: str
    needs_utf8: bool

    @classmethod
    def of(cls, message: Message) -> Envelope:
        """Return a message's envelope; raises DeliveryError, permanent, for what is no address."""
        try:
            sender, recipient = wire_address(message.sender), wire_address(message.recipient)
        except ValueError as error:
            raise DeliveryError(message.id, str(error), permanent=True) from error
        head = re.split(rb"\r?\n\r?\n", message.content, maxsplit=1)[0]
        is_ascii = sender.isascii() and recipient.isascii() and head.isascii()
        return cls(sender, recipient, not is_ascii)


def wire_address(address: str) -> str:
    """Return an address with its domain as DNS knows it. Raises ValueError when it is none."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or _UNFIT.search(address) or "@" in local:
        raise ValueError(f"{clean(address)!r} is no mail address")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise ValueError(f"{clean(address)!r} has a domain that cannot be") from None


def is_loopback(host: str) -> bool:
    """Tell whether a host, by name or address, is this very machine."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
