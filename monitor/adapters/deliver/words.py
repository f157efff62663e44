"""What went wrong on the way to a mail server, in words; never what was sent."""

from __future__ import annotations

import socket
import ssl

from monitor.text import clean, clip

REPLY_MAX_CHARS = 200  # of a server's reply, in an error

# By the number that OpenSSL gives to what is wrong with a certificate.
_CERTIFICATE = {
    9: "it is not valid yet: is this machine's clock right?",
    10: "it has expired: whoever runs the server must renew it",
    18: "it is self-signed: the server needs one by an authority that this machine trusts",
    19: "its authority is not one that this machine trusts",
    20: "its authority is not one that this machine trusts, or the server leaves out a link "
    "of the chain",
    62: "it is for another name: [mail] host must be a name that the certificate bears",
    64: "it is for another address: [mail] host must be a name that the certificate bears",
}


def in_words(error: BaseException) -> str:
    """Return what happened, for a person."""
    if isinstance(error, ssl.SSLCertVerificationError):
        what = _CERTIFICATE.get(error.verify_code, "")
        said = clean(error.verify_message).rstrip(".")
        return f"its certificate cannot be trusted ({said}{'; ' if what else ''}{what})"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection could be made ({clean(error.reason or '')})"
    if isinstance(error, socket.gaierror):
        return f"its name cannot be found ({clean(error.strerror or '')})"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, UnicodeError):
        return "its name is no host name"
    if isinstance(error, ValueError):
        return "it answered in no way that can be read"
    if isinstance(error, OSError) and error.strerror:
        return clean(error.strerror)
    return clip(clean(str(error)), REPLY_MAX_CHARS)


def reply_text(reply: bytes | str) -> str:
    """Return a server's reply as one clean line of bounded length."""
    said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return clip(clean(said), REPLY_MAX_CHARS)
