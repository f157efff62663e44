"""Channels by the same ledger and the same rules as mail."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.adapters.channels import Channels, Timeouts
from monitor.adapters.home import create_home, open_home
from monitor.config import NetworkSettings
from monitor.model import OutboxState
from monitor.pipeline.digests import addressing
from monitor.pipeline.digests.channel_run import channels_of, run_channels
from monitor.pipeline.digests.plans import plan_of
from tests.pipeline.desk import ANA, DAY, HOUR, SEVEN, Desk
from tests.servers import Reply, Site

HOOK = "webhook:morning"


@pytest.fixture
def hooked(desk: Desk) -> Desk:
    desk.change(webhook="https://chat.example.org/hooks/x", recipients=(ANA,))
    return desk


def states(desk: Desk) -> dict[str, OutboxState]:
    return {m.message.recipient: m.state for m in desk.store.outbox()}


def silent_channels(port: int) -> Channels:
    network = NetworkSettings(allow=("127.0.0.0/8",), ports=(port,))
    address = f"http://127.0.0.1:{port}/"
    return Channels({"morning": address}, network=network, timeouts=Timeouts(1, 0.2))


def test_an_issue_waits_for_the_channel_as_for_a_reader(hooked: Desk) -> None:
    hooked.tell("a")
    hooked.run(SEVEN)

    by_recipient = {m.message.recipient: m.message for m in hooked.store.outbox()}
    assert set(by_recipient) == {ANA, HOOK}
    posted = json.loads(by_recipient[HOOK].content)
    assert posted["text"] == (
        "morning, 12 Jul (1)\n• Headline a (Example Times) https://example.com/1/a"
    )
    assert posted["stories"][0] == {
        "title": "Headline a",
        "link": "https://example.com/1/a",
        "outlet": "Example Times",
        "time": "06:00",
        "language": "en",
        "summary": "",
        "score": 0.8,
        "because": ["accord"],
        "also": [],
        "related": [],
        "is_update": False,
        "is_unconfirmed": False,
    }
    assert {key: posted[key] for key in ("version", "digest", "slot", "story_count")} == {
        "version": 1, "digest": "morning", "slot": "2026-07-12-0700", "story_count": 1,
    }  # fmt: skip


def test_what_another_handed_over_meanwhile_is_not_posted(hooked: Desk) -> None:
    hooked.tell("a")
    hooked.run(SEVEN)

    def another_run() -> bool:
        (due,) = hooked.store.due_messages(SEVEN, posts=True)
        hooked.store.claim(due.message.id, SEVEN)
        return False

    with Site({"/": Reply()}) as site:
        channels = silent_channels(site.port)
        report = run_channels(hooked.store, channels, SEVEN, stopped=another_run)

    assert (dict(report.outcomes), report.problems, site.asked) == ({}, [], [])
    assert states(hooked)[HOOK] is OutboxState.SENDING


def test_mail_and_channels_are_delivered_apart(hooked: Desk) -> None:
    hooked.tell("a")
    hooked.run(SEVEN)

    assert [m.message.recipient for m in hooked.store.due_messages(SEVEN)] == [ANA]
    assert [m.message.recipient for m in hooked.store.due_messages(SEVEN, posts=True)] == [HOOK]
    assert hooked.store.due_count(SEVEN) == 1
    assert hooked.store.hold(SEVEN + HOUR, "held", SEVEN) == 1


def test_a_lost_reply_is_uncertain_and_its_stories_open_the_next_post(hooked: Desk) -> None:
    hooked.tell("a")
    hooked.run(SEVEN)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channels = silent_channels(silent.getsockname()[1])
        for _ in range(3):
            run_channels(hooked.store, channels, SEVEN)
    assert states(hooked)[HOOK] is OutboxState.UNCERTAIN

    hooked.tell("b", at=SEVEN + DAY - HOUR)
    report = hooked.run(SEVEN + DAY)

    assert report is not None
    post = next(m for m in report.messages if m.recipient == HOOK)
    shown = [(s["title"], s["is_unconfirmed"]) for s in json.loads(post.content)["stories"]]
    assert shown == [("Headline a", True), ("Headline b", False)]
    mail = next(m for m in report.messages if m.recipient == ANA)
    assert b"Headline a" not in mail.content
    # Offered again once: not a third time.
    assert hooked.store.unconfirmed("morning", HOOK) == []


def test_a_server_that_is_away_is_tried_again_and_gets_it_once(hooked: Desk) -> None:
    hooked.tell("a")
    hooked.run(SEVEN)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert run_channels(hooked.store, silent_channels(port), SEVEN).outcomes == {
        OutboxState.RETRY: 1
    }
    assert run_channels(hooked.store, silent_channels(port), SEVEN).outcomes == {}
    assert states(hooked) == {ANA: OutboxState.QUEUED, HOOK: OutboxState.RETRY}


def test_with_resend_an_uncertain_post_is_tried_again(hooked: Desk) -> None:
    hooked.tell("a")
    hooked.run(SEVEN)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channels = silent_channels(silent.getsockname()[1])
        run_channels(hooked.store, channels, SEVEN, resend=True)

    assert states(hooked)[HOOK] is OutboxState.RETRY


def test_a_quiet_day_posts_nothing(hooked: Desk) -> None:
    hooked.change(quiet="receipt")

    report = hooked.run(SEVEN)

    assert report is not None
    assert [m.recipient for m in report.messages] == [ANA]


def test_a_channel_names_ten_stories_and_counts_all(hooked: Desk) -> None:
    hooked.change(outlet_share=50)
    hooked.tell(*(f"s{n}" for n in range(15)))
    report = hooked.run(SEVEN)

    assert report is not None
    posted = json.loads(next(m for m in report.messages if m.recipient == HOOK).content)
    assert (len(posted["stories"]), posted["story_count"]) == (10, 15)


def test_a_headline_can_call_nobody_in_a_chat(hooked: Desk) -> None:
    hooked.tell("<!channel> @here <https://evil.example|click> &")
    report = hooked.run(SEVEN)

    assert report is not None
    text = json.loads(next(m for m in report.messages if m.recipient == HOOK).content)["text"]
    line = text.splitlines()[1]
    assert line.startswith(
        "• Headline &lt;!channel&gt; @\u200bhere &lt;https://evil.example|click&gt; &amp; ("
    )


def test_a_homes_channels_come_from_its_digests(tmp_path: Path) -> None:
    create_home(tmp_path)
    settings = tmp_path / "monitor.toml"
    settings.write_text("[digests.morning]\n")
    assert channels_of(open_home(tmp_path, {})) is None

    settings.write_text('[digests.morning]\nwebhook = "https://chat.example.org/x"\n')
    assert channels_of(open_home(tmp_path, {})) is not None

    settings.write_text('[digests.morning]\nwebhook_file = "hook"\n')
    assert unread(tmp_path) == {
        HOOK: f"monitor.toml, digests.morning.webhook_file: {tmp_path / 'hook'} cannot be read"
        " (No such file or directory)"
    }
    (tmp_path / "hook").write_text("https://chat.example.org/hooks/s3cret\n")
    (tmp_path / "hook").chmod(0o600)
    assert unread(tmp_path) == {}
    assert addressing.channels_of(plan_of(open_home(tmp_path, {}), "morning")) == (HOOK,)

    settings.write_text('[digests.morning]\napprise_file = "urls"\n')
    assert unread(tmp_path) == {
        "apprise:morning": "monitor.toml, digests.morning.apprise_file: "
        f"{tmp_path / 'urls'} cannot be read (No such file or directory)"
    }
    (tmp_path / "urls").write_text("# mine\n\njson://localhost\n")
    (tmp_path / "urls").chmod(0o644)
    assert unread(tmp_path) == {
        "apprise:morning": "monitor.toml, digests.morning.apprise_file: other users may read "
        f"{tmp_path / 'urls'}; run: chmod 600 {tmp_path / 'urls'}"
    }
    (tmp_path / "urls").chmod(0o600)
    assert unread(tmp_path) == {}


def unread(root: Path) -> dict[str, str]:
    channels = channels_of(open_home(root, {}))

    assert channels is not None
    return dict(channels.unread)


def test_a_channel_whose_address_cannot_be_read_lets_its_messages_wait(hooked: Desk) -> None:
    hooked.tell("a")
    hooked.run(SEVEN)

    report = run_channels(hooked.store, Channels({}, unread={HOOK: "no such file"}), SEVEN)

    assert report.outcomes == {OutboxState.RETRY: 1}
    assert [(item.message.recipient, said) for item, said in report.problems] == [
        (HOOK, "no such file")
    ]
    assert states(hooked) == {ANA: OutboxState.QUEUED, HOOK: OutboxState.RETRY}


def test_a_digest_may_have_a_webhook_and_apprise(hooked: Desk) -> None:
    hooked.change(apprise_file="urls", recipients=())
    hooked.tell("a")
    report = hooked.run(SEVEN)

    assert report is not None
    assert [m.recipient for m in report.messages] == [HOOK, "apprise:morning"]
    assert len({m.id for m in report.messages}) == 2
    assert report.rendered is not None
    assert "Unsubscribe" not in report.rendered.text
    assert replace(hooked.plan).settings.webhook not in report.rendered.page_html


def test_the_site_of_the_tests_is_not_reached_without_leave(hooked: Desk) -> None:
    with Site() as site:
        hooked.tell("a")
        hooked.run(SEVEN)
        report = run_channels(hooked.store, Channels({"morning": site.url("/hook")}), SEVEN)

        assert report.outcomes == {OutboxState.FAILED: 1}
        assert site.asked == []


def test_a_post_that_is_taken_is_sent_once(hooked: Desk) -> None:
    hooked.tell("a")
    hooked.run(SEVEN)
    with Site({"/hook": Reply(b"", status=204)}) as site:
        network = NetworkSettings(allow=("127.0.0.0/8",), ports=(site.port,))
        channels = Channels({"morning": site.url("/hook")}, network=network)

        stopped = run_channels(hooked.store, channels, SEVEN, stopped=lambda: True)
        reports = [run_channels(hooked.store, channels, SEVEN) for _ in range(2)]

        assert stopped.outcomes == {}
        assert [report.outcomes for report in reports] == [{OutboxState.SENT: 1}, {}]
        assert [asked.method for asked in site.asked] == ["POST"]
