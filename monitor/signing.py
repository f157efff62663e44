"""Links that say who may do what: made for one reader's mail, checked when they come back.

Pure. Nobody without the key can make a token, or read in it whose it is: it stands in
addresses, which browsers and proxies keep. It never runs out, so that an old mail can still
be unsubscribed from.

What a grant is about stands in its subject, by kind:

verdict      "good:17:trade", "bad:17:trade": what to say of entry 17, for the profile "trade"
story        "17": the page of the story that entry 17 stands in; "issue:2026-07-12-0700": the
             whole page of that issue of the digest
unsubscribe  ""
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal, get_args

GrantKind = Literal["unsubscribe", "verdict", "story"]

TOKEN_MAX_CHARS = 2_000  # what is longer was made by nobody here
KEY_MIN_BYTES = 16

_VERSION = b"\x02"
_OPEN_VERSION = b"\x01"  # of mail sent before: what was said could be read in it
_MAC_BYTES = 18  # 144 bits, and no padding in base64
_CONTEXT = b"news monitor, links, 1\0"  # the key may serve other ends one day
_HIDING = b"news monitor, hiding, 1\0"
_KINDS: dict[str, GrantKind] = {kind[0]: kind for kind in get_args(GrantKind)}
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Grant:
    """What the holder of a link may do."""

    kind: GrantKind
    digest: str
    recipient: str  # as the outbox has it
    subject: str = ""  # see above


def sign(key: bytes, grant: Grant) -> str:
    """Return the token of a grant: letters, digits, "-" and "_" only, always the same.

    Raises ValueError for a key under 16 bytes, or a grant that no token can carry.
    """
    fields = (grant.kind[0], grant.digest, grant.recipient, grant.subject)
    if any("\0" in field for field in fields):
        raise ValueError("a grant holds no NUL")
    said = _VERSION + "\0".join(fields).encode()
    mac = _mac(key, said)
    token = _letters(mac + _VERSION + _hidden(key, mac, said[1:]))
    if len(token) > TOKEN_MAX_CHARS:
        raise ValueError(f"a token of {len(token)} characters is too long")
    return token


def read_grant(key: bytes, token: str) -> Grant | None:
    """Return what a token grants; None when it is not one that `sign` made with this key."""
    if len(token) > TOKEN_MAX_CHARS or not _TOKEN.fullmatch(token) or len(token) % 4 == 1:
        return None
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    mac, version, said = raw[:_MAC_BYTES], raw[_MAC_BYTES : _MAC_BYTES + 1], raw[_MAC_BYTES + 1 :]
    if version == _VERSION:
        said = _hidden(key, mac, said)
    elif version != _OPEN_VERSION:
        return None
    if not hmac.compare_digest(mac, _mac(key, version + said)):
        return None
    if not hmac.compare_digest(token, _letters(raw)):  # a second spelling of the same bytes
        return None
    kind, digest, recipient, subject = said.decode().split("\0")  # signed by us: well made
    return Grant(_KINDS[kind], digest, recipient, subject)


def token_chars(grant: Grant) -> int:
    """Return how long a grant's token is, whatever the key."""
    said = "\0".join((grant.kind[0], grant.digest, grant.recipient, grant.subject))
    return -(-4 * (_MAC_BYTES + len(_VERSION) + len(said.encode())) // 3)


def secret_mark(key: bytes, of: str) -> str:
    """Return letters and digits that nobody without the key can guess; the same for the same."""
    return f"q{_mac(key, b'mark' + of.encode()).hex()[:24]}"


def _letters(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _hidden(key: bytes, mac: bytes, text: bytes) -> bytes:
    """Return a text hidden, or a hidden one as it was.

    Bytes that look random are laid over it, made of the key and the MAC of the text itself, so
    the same ones never lie over two texts.
    """
    stream = b""
    while len(stream) < len(text):
        block = _HIDING + mac + len(stream).to_bytes(4, "big")
        stream += hmac.new(key, block, hashlib.sha256).digest()
    return bytes(a ^ b for a, b in zip(text, stream, strict=False))


def _mac(key: bytes, said: bytes) -> bytes:
    if len(key) < KEY_MIN_BYTES:
        raise ValueError(f"a key of {len(key)} bytes is too short")
    return hmac.new(key, _CONTEXT + said, hashlib.sha256).digest()[:_MAC_BYTES]
