"""What a web server's answer means: headers and body -> Retrieved or PollError; pure.

Nothing here knows libcurl.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from monitor.errors import PollError
from monitor.model import Problem, Retrieved

MAX_RETRY_AFTER = timedelta(hours=24)  # a wish, not a right: a typo must not silence a feed
MAX_FRESH = timedelta(days=365)  # RFC 9111 lets caches cap; keeps overflow out of timedelta
MAX_VALIDATOR_BYTES = 4096  # sent back with every poll for years; servers refuse long headers
MAX_DATE_CHARS = 64
MAX_GZIP_MEMBERS = 64  # half a million empty ones fit in 10 MB, and each costs a copy of the rest

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})

Headers = Mapping[str, tuple[str, ...]]

_BLOCKED = frozenset({401, 403, 407, 429, 451})
_GZIP_MAGIC = b"\x1f\x8b"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f]")
_DIGITS = re.compile(r"[0-9]{1,40}")
_DIRECTIVE = re.compile(r'([^\s,=;"]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,;"]*)))?')


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete response, as it came over the wire."""

    status: int
    headers: Headers  # lower-case name -> values in order, surrounding space removed
    body: bytes  # not yet unpacked
    url: str  # where it came from, without credentials


def read_headers(lines: Sequence[bytes]) -> Headers:
    """Collect header lines by lower-case name; lines without a colon are passed over.

    Latin-1, so that every byte of a validator survives the way out and back.
    """
    headers: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            key, value = name.strip().lower(), value.strip(" \t\r\n")
            headers[key] = (*headers[key], value) if key in headers else (value,)
    return headers


def read_answer(
    answer: Answer, *, feed_url: str, is_conditional: bool, moved_to: str | None, max_bytes: int
) -> Retrieved:
    """Turn a final answer (no redirect) into what a poll yields.

    `is_conditional` tells whether the request carried a validator, `max_bytes` is the
    largest body after unpacking. Raises PollError for anything but a whole body
    or a 304 that was asked for.
    """
    if answer.status == HTTPStatus.NOT_MODIFIED and is_conditional:
        body = None
    elif answer.status in (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION):
        body = _unpack(answer, feed_url, max_bytes)
    else:
        raise refusal(answer, feed_url)
    headers = answer.headers
    return Retrieved(
        body=body,
        etag=_validator(headers, "etag"),
        last_modified=_validator(headers, "last-modified"),
        content_type=_first(headers, "content-type"),
        url=answer.url,
        moved_to=moved_to,
        fresh_for=fresh_for(headers),
    )


def refusal(answer: Answer, feed_url: str) -> PollError:
    """Say in plain words what a status that brings no feed means."""
    status = answer.status
    kind, words = _meaning(status, answer.headers)
    return PollError(
        feed_url,
        words,
        kind=kind.value,
        status=status,
        retry_after=retry_after(answer.headers),
        url=answer.url,
    )


def _meaning(status: int, headers: Headers) -> tuple[Problem, str]:
    said = f"the server answered {status} {_phrase(status)}".rstrip()
    if _first(headers, "cf-mitigated") == "challenge":
        return Problem.BOT_WALL, f"{said}: it asks for proof that a person is looking"
    if status in _BLOCKED:
        return Problem.BLOCKED, f"{said}: it does not let this monitor read the feed"
    if status == HTTPStatus.NOT_FOUND:
        return Problem.NOT_FOUND, f"{said}: there is nothing at this address"
    if status == HTTPStatus.GONE:
        return Problem.GONE, f"{said}: the publisher took the feed down for good"
    if status >= 500:
        return Problem.SERVER, f"{said}: the trouble is on its side"
    if status == HTTPStatus.NOT_MODIFIED:
        return Problem.SERVER, f"{said}, although no earlier version was named"
    if status in REDIRECTS:
        return Problem.REDIRECTS, f"{said} without saying where to"
    return Problem.UNKNOWN, f"{said} instead of a feed"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _first(headers: Headers, name: str) -> str | None:
    values = headers.get(name)
    return values[0] if values and values[0] else None


def _validator(headers: Headers, name: str) -> str | None:
    """Return a validator byte for byte; None when it could not be sent back."""
    value = _first(headers, name)
    if value is None or len(value) > MAX_VALIDATOR_BYTES:
        return None
    return None if _CONTROL.search(value) else value


# ---------------------------------------------------------------- the body


def _unpack(answer: Answer, feed_url: str, max_bytes: int) -> bytes:
    codings = [
        coding
        for value in answer.headers.get("content-encoding", ())
        for coding in re.split(r"[\s,]+", value.lower())
        if coding not in ("", "identity")
    ]
    if not codings:
        return answer.body
    if codings not in (["gzip"], ["x-gzip"]):
        # Stacked codings are how a kilobyte becomes a gigabyte; no honest server sends
        # them, nor one that was not asked for.
        raise PollError(
            feed_url,
            f"the body is packed as {', '.join(codings)[:80]}; only gzip was asked for",
            kind=Problem.UNKNOWN.value,
            status=answer.status,
        )
    if not answer.body.startswith(_GZIP_MAGIC):
        return answer.body  # some servers name gzip and send plain text: readable all the same
    try:
        return gunzip(answer.body, max_bytes)
    except EOFError as error:
        words, kind = "the gzip body ends in the middle", Problem.TRUNCATED
        raise PollError(feed_url, words, kind=kind.value, status=answer.status) from error
    except zlib.error as error:
        words, kind = "the gzip body is damaged", Problem.TRUNCATED
        raise PollError(feed_url, words, kind=kind.value, status=answer.status) from error
    except OverflowError as error:
        words, kind = f"the body unpacks to more than {size_text(max_bytes)}", Problem.TOO_LARGE
        raise PollError(feed_url, words, kind=kind.value, status=answer.status) from error


def size_text(count: int) -> str:
    """Return a limit in words: whole megabytes (of 2**20) where it has that size, else bytes."""
    return f"{count // 2**20:,} MB" if count >= 2**20 else f"{count:,} bytes"


def gunzip(packed: bytes, max_bytes: int) -> bytes:
    """Unpack gzip, one member or several; whatever follows the last is passed over.

    Never holds more than `max_bytes` + 1. Raises EOFError when the end (with its
    checksum) is missing, zlib.error when it is damaged, OverflowError when larger.
    """
    parts: list[bytes] = []
    room = max_bytes + 1
    while packed.startswith(_GZIP_MAGIC):
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        part = member.decompress(packed, room)
        room -= len(part)
        if room <= 0:
            raise OverflowError
        if not member.eof:
            raise EOFError
        parts.append(part)
        if len(parts) > MAX_GZIP_MEMBERS:
            raise zlib.error("too many gzip members")
        packed = member.unused_data
    return b"".join(parts)


# ---------------------------------------------------------------- times


def retry_after(headers: Headers) -> timedelta | None:
    """Read Retry-After: seconds, or a date seen from the answer's own Date.

    None when absent, unreadable, or a date without a Date to compare with; capped
    at 24 h. A date in the past gives zero.
    """
    text = _first(headers, "retry-after")
    if text is None:
        return None
    if _DIGITS.fullmatch(text):
        return _seconds(text, MAX_RETRY_AFTER)
    until, sent_at = _date(text), _date(_first(headers, "date"))
    if until is None or sent_at is None:
        return None
    return min(max(until - sent_at, timedelta()), MAX_RETRY_AFTER)


def fresh_for(headers: Headers) -> timedelta | None:
    """Read how long the answer stays fresh: max-age - Age or Expires - Date, the longer.

    A cache would go by max-age alone; a publisher who says both is asked no sooner than
    either. None when nothing was said; zero when it was said unreadably, or forbidden
    (no-cache, no-store): RFC 9111 takes both as stale. At most a year.
    """
    directives = _directives(headers.get("cache-control", ()))
    if "no-cache" in directives or "no-store" in directives:
        return timedelta()
    said = [_until_expiry(headers)]
    if "max-age" in directives:
        max_age = _seconds(directives["max-age"], MAX_FRESH)
        age = _seconds(_first(headers, "age") or "0", MAX_FRESH)
        said.append(max(max_age - age, timedelta()))
    return max((each for each in said if each is not None), default=None)


def _until_expiry(headers: Headers) -> timedelta | None:
    text = _first(headers, "expires")
    if text is None:
        return None
    expires, sent_at = _date(text), _date(_first(headers, "date"))
    if expires is None or sent_at is None:
        return timedelta()  # "Expires: 0" is the common one
    return min(max(expires - sent_at, timedelta()), MAX_FRESH)


def _directives(values: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, quoted, plain in _DIRECTIVE.findall(",".join(values)):
        found.setdefault(name.lower(), quoted or plain)
    return found


def _seconds(text: str, largest: timedelta) -> timedelta:
    text = text.strip()
    if not _DIGITS.fullmatch(text):
        return timedelta()
    return timedelta(seconds=min(int(text), largest.total_seconds()))


def _date(text: str | None) -> datetime | None:
    if text is None or len(text) > MAX_DATE_CHARS:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
