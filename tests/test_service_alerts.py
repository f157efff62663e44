"""Alerts and channels by the service itself, over loopback."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from tests.factories import make_item, make_rss
from tests.servers import Reply, Site
from tests.smtp import ScriptedSmtp
from tests.test_service import SIX, Clock, Place, wait_for

ALERT = """
[digests.urgent]
kind = "alert"
threshold = 0.6
recipients = ["ana@example.org", "ben@example.org"]
webhook = "{hook}"
"""


def test_a_story_is_alerted_at_the_next_heartbeat_once_by_mail_and_webhook(tmp_path: Path) -> None:
    replies = {
        "/feed": Reply(make_rss(make_item("a", title="A port opens", at=SIX))),
        "/hook": Reply(b"", status=204),
    }
    with Site(replies) as site, ScriptedSmtp() as smtp:
        place = Place(tmp_path / "home", site, smtp)
        place.set(ALERT.format(hook=site.url("/hook")))
        clock = Clock(SIX)
        with place.served(clock), place.store() as store:
            wait_for(lambda: store.entry_count() == 1)
            assert smtp.mailbox == []

            tariff = make_item("b", at=SIX + timedelta(minutes=90))
            site.scripts["/feed"] = Reply(make_rss(tariff))
            clock.now = SIX + timedelta(hours=2)
            wait_for(lambda: len(smtp.mailbox) == 2 and "/hook" in site.paths)
            time.sleep(0.3)  # some heartbeats more

        assert sorted(mail.recipient for mail in smtp.mailbox) == [
            "ana@example.org", "ben@example.org",
        ]  # fmt: skip
        assert all(
            b"\r\nSubject: Alert, 12 Jul: Tariff talks begin\r\n" in mail.content
            for mail in smtp.mailbox
        )
        hooks = [asked.method for asked in site.asked if asked.path == "/hook"]
        assert hooks == ["POST"]
