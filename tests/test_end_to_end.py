"""The whole way over several days: real rooms, loopback feeds and mail, only the clock is ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.deliver import MailServer, Timeouts
from monitor.adapters.home import create_home, open_home
from monitor.adapters.home.opml import write_opml
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.config import NetworkSettings, PollSettings
from monitor.model import PollOutcome, Subscription
from monitor.pipeline import (
    first_poll_window,
    plan_of,
    plans_of,
    run_delivery,
    run_digest,
    run_poll,
    slot_due,
)
from monitor.stages.score import Scorer
from tests.factories import make_item, make_rss
from tests.servers import Asked, Reply, Site
from tests.smtp import ScriptedSmtp

WILD = Path(__file__).parents[2] / "shared" / "feeds" / "wild"
MIDNIGHT = datetime(2026, 7, 12, 6, tzinfo=UTC)  # in Mexico City
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTINGS = """
zone = "America/Mexico_City"
[poll]
processes = 1
[mail]
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "News <news@example.org>"
[digests.morning]
recipients = ["ana@example.org", "ben@example.org"]
quiet = "skip"
"""
# What the outlets write: hours after the first midnight, outlet, headline.
STORIES = [
    (2, "norte", "Mexico and the United States open talks on steel tariffs under the USMCA"),
    (3, "sur", "México y Estados Unidos abren diálogo sobre aranceles al acero en el T-MEC"),
    (4, "norte", "Local team wins the cup after extra time"),
    (26, "sur", "EE. UU. suspende importación de ganado de México por gusano barrenador"),
    (50, "norte", "US ambassador to Mexico meets Sheinbaum on fentanyl and border security"),
]


@dataclass(slots=True)
class Life:
    """A home, its outlets and its mail server, and the hours that go by."""

    root: Path
    site: Site
    smtp: ScriptedSmtp
    now: datetime = MIDNIGHT
    is_mail_up: bool = True
    is_edited: bool = False
    down: set[str] = field(default_factory=set)

    def feed(self, asked: Asked) -> Reply:
        outlet = asked.path.removeprefix("/")
        if outlet in self.down:
            return Reply(b"<html><body>Down for maintenance</body></html>")
        items = [
            make_item(
                f"{outlet}-{hour}",
                title=f"{headline} (updated)" if self.is_edited else headline,
                at=MIDNIGHT + hour * HOUR,
            )
            for hour, author, headline in reversed(STORIES)
            if author == outlet and MIDNIGHT + hour * HOUR <= self.now
        ]
        etag = f'"{len(items)}{self.is_edited}"'
        if asked.header("If-None-Match") == etag:
            return Reply(status=304)
        return Reply(make_rss(*items), headers={"ETag": etag})

    def hours(self, count: int) -> None:
        """Let the monitor run for so many hours, in a process of its own, as it were."""
        home = open_home(self.root, {})
        port = self.smtp.port if self.is_mail_up else 1
        mail = MailServer(
            replace(home.config.mail, port=port),
            None,
            timeouts=Timeouts(connect_s=1, command_s=1, after_dot_s=1),
        )
        with (
            Store.open(home.prepare_state() / "monitor.db") as store,
            _poller() as poller,
            Workers(-1, Scorer(home.profiles, home.parties)) as workers,
        ):
            store.sync_feeds(home.subscriptions, self.now)
            for _ in range(count):
                run_poll(
                    store,
                    poller,
                    workers,
                    home.profiles,
                    self.now,
                    settings=home.config.poll,
                    window=first_poll_window(home.config),
                )
                for plan in plans_of(home):
                    slot, merged = slot_due(store, plan, self.now)
                    if slot:
                        run_digest(store, plan, slot, self.now, merged=merged)
                run_delivery(store, mail, self.now)
                self.now += HOUR

    def mails(self, recipient: str = "ana@example.org") -> list[str]:
        """Return each message's text, on one line."""
        return [
            " ".join(mail.content.decode().replace("=\r\n", "").split())
            for mail in self.smtp.mailbox
            if mail.recipient == recipient
        ]


def _poller() -> Poller:
    return Poller(
        poll=PollSettings(),
        network=NetworkSettings(),
        contact="",
        version="1",
        allow_loopback=True,
        spacing_s=0.0,
    )


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    with ScriptedSmtp() as smtp, Site() as site:
        life = Life(tmp_path / "home", site, smtp)
        site.scripts = {"/norte": life.feed, "/sur": life.feed}
        create_home(life.root)
        (life.root / "monitor.toml").write_text(SETTINGS.format(mail=smtp.port))
        feeds = [Subscription(site.url(path), path[1:]) for path in site.scripts]
        (life.root / "feeds.opml").write_bytes(write_opml(feeds))
        yield life


def test_every_relevant_story_reaches_every_reader_once(life: Life) -> None:
    life.hours(3 * 24)

    for recipient in ("ana@example.org", "ben@example.org"):
        first, second, third = life.mails(recipient)
        assert ("steel tariffs" in first, "the cup" in first) == (True, False)
        assert re.search(r"\bsur\b", first)  # the other outlet's report, in whatever story
        assert ("ganado" in second, "steel tariffs" in second) == (True, False)
        assert ("ambassador" in third, "ganado" in third) == (True, False)
    assert len({mail.content for mail in life.smtp.mailbox}) == 6
    pages = sorted(path.name for path in (life.root / "state/digests/morning").glob("2*.html"))
    assert pages == [f"2026-07-{day}-0700.html" for day in (12, 13, 14)]


def test_an_edited_entry_is_kept_up_to_date_and_not_mailed_again(life: Life) -> None:
    life.hours(24)
    life.is_edited = True
    life.hours(24)

    with Store.open(life.root / "state" / "monitor.db") as store:
        titles = [e.entry.title for e in store.entries()]
    assert len(titles) == 4
    assert all(title.endswith("(updated)") for title in titles)
    assert ["steel tariffs" in mail for mail in life.mails()] == [True, False]


def test_a_feed_that_is_down_for_a_day_brings_its_news_when_it_is_back(life: Life) -> None:
    life.hours(20)
    life.down = {"sur"}
    life.hours(28)
    assert len(life.mails()) == 1

    life.down = set()
    life.hours(48)  # after a day of failures it is asked once a day

    assert ["ganado" in mail for mail in life.mails()] == [False, False, True]


def test_mail_waits_for_a_server_that_is_down(life: Life) -> None:
    life.is_mail_up = False
    life.hours(24)
    assert life.smtp.mailbox == []

    life.is_mail_up = True
    life.hours(24)

    for recipient in ("ana@example.org", "ben@example.org"):
        told = sorted("steel tariffs" in mail for mail in life.mails(recipient))
        assert told == [False, True]


def test_after_days_of_downtime_one_issue_covers_what_was_missed(life: Life) -> None:
    life.hours(1)
    life.now = MIDNIGHT + 3 * DAY + 9 * HOUR

    life.hours(30)

    assert len(life.mails()) == 1
    found = [word in life.mails()[0] for word in ("steel tariffs", "ganado", "ambassador")]
    assert found == [True, True, True]
    with Store.open(life.root / "state" / "monitor.db") as store:
        kinds = [record.kind.value for record in reversed(store.issues("morning"))]
    assert kinds == ["merged", "merged", "merged", "issue", "quiet"]


def test_each_digest_has_its_own_ledger(life: Life) -> None:
    settings = (life.root / "monitor.toml").read_text()
    (life.root / "monitor.toml").write_text(
        settings + '[digests.noon]\nextends = "morning"\ntimes = ["12:00"]\n'
        'recipients = ["eva@example.org"]\n'
    )

    life.hours(24)

    assert len(life.mails()) == len(life.mails("eva@example.org")) == 1
    assert "steel tariffs" in life.mails("eva@example.org")[0]
    assert plan_of(open_home(life.root, {}), "noon").settings.recipients == ("eva@example.org",)


# What each document holds, in tags: an entry that the publisher wrote is one that is stored.
ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")


@pytest.mark.skipif(not WILD.is_dir(), reason="the wild feeds are not beside this checkout")
def test_the_wild_feeds_poll_over_loopback_with_every_entry_that_was_written(
    tmp_path: Path,
) -> None:
    bodies = {f"/{path.name}": path.read_bytes() for path in sorted(WILD.iterdir())}
    written = {name[1:]: len(ITEM.findall(body)) for name, body in bodies.items()}
    create_home(tmp_path)
    home = open_home(tmp_path, {})
    with (
        Site({name: Reply(body) for name, body in bodies.items()}) as site,
        Store.open(tmp_path / "monitor.db") as store,
        _poller() as poller,
        Workers(2, Scorer(home.profiles, home.parties)) as workers,
    ):
        feeds = [Subscription(site.url(name), name[1:]) for name in bodies]
        store.sync_feeds(feeds, MIDNIGHT)
        reports = [
            run_poll(
                store,
                poller,
                workers,
                home.profiles,
                MIDNIGHT + n * DAY,
                settings=home.config.poll,
            )
            for n in range(2)
        ]
        stored: dict[str, int] = dict.fromkeys(written, 0)
        for each in store.entries(limit=100_000):
            stored[each.feed_title] += 1

    assert [report.outcomes for report in reports] == [
        {PollOutcome.UPDATED: 26},
        {PollOutcome.UNCHANGED: 26},
    ]
    assert stored == written
