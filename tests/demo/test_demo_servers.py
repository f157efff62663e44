"""The demo's two servers on loopback: the newsroom's HTTP, and the mail sink."""

from __future__ import annotations

import http.client
import smtplib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from monitor.demo.feed_server import NewsroomSite, Visit, feed_path
from monitor.demo.mail_sink import MailSink, Received
from monitor.demo.newsroom import Outlet, Trouble, Validators, load_newsroom
from monitor.demo.printer import print_feed

NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
NEWSROOM = load_newsroom()


@pytest.fixture
def site() -> Iterator[NewsroomSite]:
    with NewsroomSite(NEWSROOM, NOW, slow_s=0.0) as site:
        yield site


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


def get(
    site: NewsroomSite, path: str, headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def path_of(trouble: Trouble) -> str:
    return feed_path(next(outlet for outlet in NEWSROOM if outlet.trouble is trouble))


# ---------------------------------------------------------------- HTTP


def test_a_feed_is_served_as_it_was_printed(site: NewsroomSite) -> None:
    outlet = next(outlet for outlet in NEWSROOM if outlet.key == "correo")

    status, headers, body = get(site, feed_path(outlet))

    assert (status, body) == (200, print_feed(outlet, NOW))
    assert headers["Content-Type"] == "application/rss+xml"
    assert headers["Last-Modified"] == "Sat, 21 Nov 2026 16:00:00 GMT"


@pytest.mark.parametrize("outlet", NEWSROOM, ids=lambda outlet: outlet.key)
def test_a_feed_with_validators_answers_304_the_second_time(
    site: NewsroomSite, outlet: Outlet
) -> None:
    path = "/noroeste/rss/portada.xml" if outlet.trouble is Trouble.MOVED else feed_path(outlet)
    status, headers, _ = get(site, path)
    asked = {
        name: headers[held]
        for name, held in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        if held in headers
    }

    again, _, body = get(site, path, asked)

    if status != 200 or not asked:
        assert again == status
        assert not asked
    else:
        assert (again, body) == (304, b"")


def test_every_kind_of_validator_is_in_use() -> None:
    assert {outlet.validators for outlet in NEWSROOM} == set(Validators)


def test_an_etag_that_differs_outweighs_a_date_that_agrees(site: NewsroomSite) -> None:
    path = path_of(Trouble.EDITED)
    since = get(site, path)[1]["Last-Modified"]

    status, _, _ = get(site, path, {"If-None-Match": '"other"', "If-Modified-Since": since})

    assert status == 200


def test_a_correction_is_served_under_new_validators(site: NewsroomSite) -> None:
    path = path_of(Trouble.EDITED)
    _, before, _ = get(site, path)

    outlet = site.correct()
    status, after, body = get(site, path, {"If-None-Match": before["ETag"]})

    assert (status, body) == (200, print_feed(outlet, NOW, is_corrected=True))
    assert after["ETag"] != before["ETag"]
    assert after["Last-Modified"] == "Sat, 21 Nov 2026 16:01:00 GMT"


@pytest.mark.parametrize(
    ("trouble", "status", "beginning"),
    [
        (Trouble.BOT_WALL, 200, b"<!DOCTYPE html>"),
        (Trouble.FORBIDDEN, 403, b"<!DOCTYPE html>"),
        (Trouble.MISSING, 404, b"Not found"),
    ],
)
def test_an_unreadable_feed_is_answered_as_such(
    site: NewsroomSite, trouble: Trouble, status: int, beginning: bytes
) -> None:
    answered, _, body = get(site, path_of(trouble))

    assert answered == status
    assert body.startswith(beginning)


def test_a_moved_feed_names_its_new_address_which_has_the_entries(site: NewsroomSite) -> None:
    status, headers, _ = get(site, path_of(Trouble.MOVED))
    outlet = next(outlet for outlet in NEWSROOM if outlet.trouble is Trouble.MOVED)

    assert (status, headers["Location"]) == (301, "/noroeste/rss/portada.xml")
    assert get(site, headers["Location"])[2] == print_feed(outlet, NOW)


def test_a_slow_server_answers_late() -> None:
    with NewsroomSite(NEWSROOM, NOW, slow_s=0.5) as site:
        path = path_of(Trouble.SLOW)
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=0.1)

        connection.request("GET", path)
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()

        assert get(site, path)[0] == 200


def test_the_log_tells_what_was_answered(site: NewsroomSite) -> None:
    _, headers, body = get(site, "/correo/feed.xml")
    get(site, "/correo/feed.xml", {"If-None-Match": headers["ETag"]})
    get(site, "/nowhere")

    assert site.visits == [
        Visit("/correo/feed.xml", 200, len(body)),
        Visit("/correo/feed.xml", 304, 0),
        Visit("/nowhere", 404, len(b"Not found\n")),
    ]


# ---------------------------------------------------------------- SMTP


def test_a_dot_stuffed_message_arrives_byte_for_byte(sink: MailSink) -> None:
    content = b"Subject: dots\r\n\r\n.\r\n..\r\n.begins with a dot\r\nends\r\n"

    with smtplib.SMTP("127.0.0.1", sink.port, timeout=5) as client:
        client.sendmail("monitor@example.org", ["analyst@example.org"], content)

    assert sink.received == [Received("monitor@example.org", ("analyst@example.org",), content)]


def test_two_messages_may_follow_each_other_in_one_dialogue(sink: MailSink) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=5) as client:
        client.sendmail("a@example.org", ["b@example.org", "c@example.org"], b"one\r\n")
        assert client.noop() == (250, b"ok")
        client.sendmail("a@example.org", ["d@example.org"], b"two\r\n")

    assert sink.received == [
        Received("a@example.org", ("b@example.org", "c@example.org"), b"one\r\n"),
        Received("a@example.org", ("d@example.org",), b"two\r\n"),
    ]


def test_the_sink_holds_a_client_to_the_order_of_the_dialogue(sink: MailSink) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=5) as client:
        codes = [
            client.docmd(line)[0]
            for line in (
                "HELO here",
                "RCPT TO:<b@example.org>",
                "DATA",
                "MAIL FROM:nobody",
                "MAIL FROM:<a@example.org>",
                "RSET",
                "DATA",
                "VRFY b",
            )
        ]

    assert codes == [250, 503, 503, 501, 250, 250, 503, 502]
    assert sink.received == []


def test_a_client_that_leaves_in_the_middle_of_a_message_leaves_nothing(sink: MailSink) -> None:
    with socket.create_connection(("127.0.0.1", sink.port), timeout=5) as client:
        client.sendall(b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nhalf")
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass

    assert sink.received == []
