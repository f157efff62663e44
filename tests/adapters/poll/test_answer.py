from __future__ import annotations

import gzip
import zlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.poll.answer import (
    Answer,
    fresh_for,
    gunzip,
    read_answer,
    read_headers,
    retry_after,
)
from monitor.errors import PollError
from monitor.model import Problem, Retrieved

URL = "https://news.example/feed"
DATE = "Tue, 14 Jul 2026 12:00:00 GMT"


def read(
    status: int = 200, body: bytes = b"", *, is_conditional: bool = False, **headers: str
) -> Retrieved:
    named = {key.replace("_", "-"): (value,) for key, value in headers.items()}
    return read_answer(
        Answer(status, named, body, URL),
        feed_url=URL,
        is_conditional=is_conditional,
        moved_to=None,
        max_bytes=1000,
    )


def headers(**values: str) -> dict[str, tuple[str, ...]]:
    return {key.replace("_", "-"): (value,) for key, value in values.items() if value is not None}


# ---------------------------------------------------------------- statuses


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, Problem.UNKNOWN),
        (206, Problem.UNKNOWN),
        (226, Problem.UNKNOWN),
        (300, Problem.UNKNOWN),
        (301, Problem.REDIRECTS),
        (304, Problem.SERVER),
        (400, Problem.UNKNOWN),
        (401, Problem.BLOCKED),
        (403, Problem.BLOCKED),
        (404, Problem.NOT_FOUND),
        (410, Problem.GONE),
        (418, Problem.UNKNOWN),
        (429, Problem.BLOCKED),
        (451, Problem.BLOCKED),
        (500, Problem.SERVER),
        (502, Problem.SERVER),
        (503, Problem.SERVER),
        (520, Problem.SERVER),
        (999, Problem.SERVER),
    ],
)
def test_a_status_without_a_feed_is_an_error_of_its_kind(status: int, kind: Problem) -> None:
    with pytest.raises(PollError) as caught:
        read(status, b"<html>")

    assert (caught.value.kind, caught.value.status) == (kind.value, status)
    assert str(status) in caught.value.problem


def test_an_error_carries_what_the_publisher_asked_for() -> None:
    with pytest.raises(PollError) as caught:
        read(503, retry_after="120")

    assert caught.value.retry_after == timedelta(seconds=120)
    assert caught.value.problem == (
        "the server answered 503 Service Unavailable: the trouble is on its side"
    )


def test_a_challenge_for_browsers_is_a_bot_wall() -> None:
    with pytest.raises(PollError) as caught:
        read(403, cf_mitigated="challenge")

    assert caught.value.kind == Problem.BOT_WALL.value


def test_not_changed_is_an_answer_when_it_was_asked_for() -> None:
    assert read(304, is_conditional=True) == Retrieved(body=None, url=URL)
    assert read(
        304, is_conditional=True, etag='W/"2"', last_modified=DATE, cache_control="max-age=7200"
    ) == Retrieved(
        body=None,
        etag='W/"2"',
        last_modified=DATE,
        url=URL,
        fresh_for=timedelta(hours=2),
    )


def test_a_body_comes_with_what_was_said_about_it() -> None:
    assert read(200, b"<rss/>", content_type="text/html; charset=wrong", etag="x") == Retrieved(
        body=b"<rss/>", etag="x", content_type="text/html; charset=wrong", url=URL
    )


@pytest.mark.parametrize("value", ["", "x" * 4097, "a\x00b", "a\rb"])
def test_a_validator_that_could_not_be_sent_back_is_none(value: str) -> None:
    assert read(200, etag=value).etag is None


def test_header_lines_are_collected_byte_for_byte() -> None:
    lines = [b'ETag:  W/"\xe9 \x80" \r\n', b"Vary: a\r\n", b"vary:b\r\n", b"nonsense\r\n"]

    assert read_headers(lines) == {"etag": ('W/"\xe9 \x80"',), "vary": ("a", "b")}


# ---------------------------------------------------------------- the body


def test_gzip_is_unpacked_and_so_are_its_members() -> None:
    packed = gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0)

    assert read(200, packed, content_encoding="gzip").body == b"one two"
    assert read(200, packed, content_encoding="X-GZIP").body == b"one two"
    assert gunzip(packed + b"\x00\x00padding", 1000) == b"one two"
    assert read(200, b"plain", content_encoding="identity").body == b"plain"
    assert read(200, b"<rss/>", content_encoding="gzip").body == b"<rss/>"


@pytest.mark.parametrize(
    ("body", "coding", "kind"),
    [
        (gzip.compress(b"x" * 1001, mtime=0), "gzip", Problem.TOO_LARGE),
        (gzip.compress(bytes(50_000_000), mtime=0), "gzip", Problem.TOO_LARGE),
        (gzip.compress(b"x" * 999, mtime=0)[:-8], "gzip", Problem.TRUNCATED),  # no checksum
        (gzip.compress(b"x" * 999, mtime=0)[:-1], "gzip", Problem.TRUNCATED),
        (gzip.compress(b"x" * 999, mtime=0)[:20], "gzip", Problem.TRUNCATED),
        (
            gzip.compress(b"x", mtime=0)[:-8] + bytes(8),
            "gzip",
            Problem.TRUNCATED,
        ),  # a wrong checksum
        (gzip.compress(b"", mtime=0) * 100, "gzip", Problem.TRUNCATED),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "gzip, gzip", Problem.UNKNOWN),
        (zlib.compress(b"x"), "deflate", Problem.UNKNOWN),
        (b"\x0b\x00\x80x\x03", "br", Problem.UNKNOWN),
        (b"x", "zstd", Problem.UNKNOWN),
        (gzip.compress(b"x", mtime=0), "br,gzip", Problem.UNKNOWN),
    ],
)
def test_a_body_that_cannot_be_had_whole_is_refused(
    body: bytes, coding: str, kind: Problem
) -> None:
    with pytest.raises(PollError) as caught:
        read(200, body, content_encoding=coding)

    assert caught.value.kind == kind.value


def test_the_largest_body_is_let_through() -> None:
    assert (
        read(200, gzip.compress(b"x" * 1000, mtime=0), content_encoding="gzip").body == b"x" * 1000
    )


# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("1000000000000", 86400),
        ("9" * 39, 86400),
        ("9" * 41, None),
        ("-5", None),
        ("1.5", None),
        ("1e3", None),
        ("120, 120", None),
        ("soon", None),
        ("", None),
        ("٣٠", None),
        ("Tue, 14 Jul 2026 12:10:00 GMT", 600),
        ("Tuesday, 14-Jul-26 12:10:00 GMT", 600),
        ("Tue Jul 14 12:10:00 2026", 600),
        ("Tue, 14 Jul 2026 07:10:00 -0500", 600),
        ("Tue, 14 Jul 2026 11:00:00 GMT", 0),
        ("Tue, 14 Jul 2046 12:00:00 GMT", 86400),
        ("Tue, 99 Jul 2026 12:00:00 GMT", None),
        ("Tue, 14 Jul 2026 12:00:00 +9999", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
    ],
)
def test_retry_after_is_read_in_seconds_or_from_the_answers_own_date(
    value: str, seconds: int | None
) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)

    assert retry_after(headers(retry_after=value.strip(), date=DATE)) == expected


def test_a_retry_date_without_a_date_to_compare_with_says_nothing() -> None:
    assert retry_after(headers(retry_after=DATE)) is None
    assert retry_after(headers(retry_after=DATE, date="now")) is None
    assert retry_after({}) is None


@pytest.mark.parametrize(
    ("cache_control", "expires", "age", "seconds"),
    [
        (None, None, None, None),
        ("public", None, None, None),
        ("max-age=3600", None, None, 3600),
        ("public, MAX-AGE = 3600 , stale-while-revalidate=60", None, None, 3600),
        ('max-age="3600"', None, None, 3600),
        ("max-age=3600", None, "600", 3000),
        ("max-age=3600", None, "7200", 0),
        ("max-age=3600", None, "-1", 3600),
        ("max-age=3600", None, "old", 3600),
        ("max-age=0", None, None, 0),
        ("max-age=-1", None, None, 0),
        ("max-age=", None, None, 0),
        ("max-age", None, None, 0),
        ("max-age=abc", None, None, 0),
        ("max-age=99999999999999999999", None, None, 31536000),
        ("max-age=60, max-age=120", None, None, 60),
        ("s-maxage=60", None, None, None),
        ("x-max-age=60", None, None, None),
        ('no-cache="max-age=60", max-age=90', None, None, 0),
        ("no-cache, max-age=3600", None, None, 0),
        ("no-store", None, None, 0),
        ("max-age=60", "Tue, 14 Jul 2026 13:00:00 GMT", None, 3600),
        ("max-age=7200", "Tue, 14 Jul 2026 13:00:00 GMT", None, 7200),
        (None, "Tue, 14 Jul 2026 13:00:00 GMT", None, 3600),
        (None, "Tue, 14 Jul 2026 11:00:00 GMT", None, 0),
        (None, "Tue, 14 Jul 2099 11:00:00 GMT", None, 31536000),
        (None, "0", None, 0),
        (None, "-1", None, 0),
        (None, "x" * 100, None, 0),
        (";;=,,\"", None, None, None),
    ],
)  # fmt: skip
def test_freshness_is_read_from_whatever_servers_send(
    cache_control: str | None, expires: str | None, age: str | None, seconds: int | None
) -> None:
    said = headers(cache_control=cache_control, expires=expires, age=age, date=DATE)  # type: ignore[arg-type]

    assert fresh_for(said) == (None if seconds is None else timedelta(seconds=seconds))


def test_expires_without_a_date_to_compare_with_is_stale() -> None:
    assert fresh_for(headers(expires="Tue, 14 Jul 2026 13:00:00 GMT")) == timedelta()


@given(st.binary(max_size=200), st.sampled_from(["retry-after", "cache-control", "expires", "age"]))
def test_no_header_makes_reading_it_fail(value: bytes, name: str) -> None:
    said = read_headers([name.encode() + b": " + value, f"Date: {DATE}".encode()])

    for answer in (retry_after(said), fresh_for(said)):
        assert answer is None or timedelta() <= answer <= timedelta(days=365)
