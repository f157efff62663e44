"""The feeds that the monitor publishes itself: valid Atom, with ids that stay."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from monitor.pipeline.digests.feeds_out import publish_feeds
from monitor.stages.render.atom import ATOM, Item, render_atom
from tests.pipeline.desk import DAY, HOUR, SEVEN, Desk

NAME = f"{{{ATOM}}}"


def check_atom(raw: bytes) -> list[ET.Element]:
    """Check what RFC 4287 requires and the W3C's validator looks for; return the entries."""
    feed = ET.fromstring(raw)
    entries = feed.findall(f"{NAME}entry")
    assert feed.tag == f"{NAME}feed"
    for element in (feed, *entries):
        for required in ("id", "title", "updated"):
            found = element.findall(f"{NAME}{required}")
            assert len(found) == 1, required
            assert found[0].text
        assert element.findtext(f"{NAME}id", "").startswith("urn:uuid:")
        for tag in ("updated", "published"):
            for date in element.findall(f"{NAME}{tag}"):
                # RFC 3339, section 5.6, as RFC 4287 wants it: "T" and "Z" in capitals.
                assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", date.text or "")
    assert feed.find(f"{NAME}author/{NAME}name") is not None
    ids = [element.findtext(f"{NAME}id") for element in (feed, *entries)]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        links = [link for link in entry.findall(f"{NAME}link") if link.get("rel") == "alternate"]
        assert len(links) == 1 or (not links and entry.findtext(f"{NAME}content"))
        assert all(link.get("href") for link in links)
    known = {"id", "title", "updated", "author", "generator", "entry"}
    assert {child.tag.removeprefix(NAME) for child in feed} <= known
    parsed = feedparser.parse(raw)
    assert (parsed.bozo, parsed.version, len(parsed.entries)) == (False, "atom10", len(entries))
    return entries


def read(path: Path) -> list[ET.Element]:
    return check_atom(path.read_bytes())


def test_a_digest_has_a_feed_of_its_issues_and_a_profile_one_of_its_stories(desk: Desk) -> None:
    first = desk.tell("a")
    desk.tell("a too", joins=first)
    desk.tell("low", value=0.3)
    desk.run(SEVEN)
    desk.tell("b", at=SEVEN + DAY - HOUR)
    desk.run(SEVEN + DAY)

    issues = read(desk.plan.pages / "morning" / "feed.xml")
    assert [entry.findtext(f"{NAME}title") for entry in issues] == [
        "morning, 13 Jul: Headline b", "morning, 12 Jul: Headline a",
    ]  # fmt: skip
    assert [entry.find(f"{NAME}link").get("href") for entry in issues] == [  # type: ignore[union-attr]
        "2026-07-13-0700.html", "2026-07-12-0700.html",
    ]  # fmt: skip
    assert (desk.plan.pages / "morning" / "2026-07-12-0700.html").exists()
    assert issues[1].findtext(f"{NAME}summary") == "Headline a (Example Times)"
    stories = read(desk.plan.pages / "stories-trade.xml")
    assert [entry.findtext(f"{NAME}title") for entry in stories] == ["Headline b", "Headline a"]


def test_an_issue_is_linked_to_its_public_page_where_there_is_one(desk: Desk) -> None:
    desk.tell("a")
    desk.run(SEVEN)
    public = replace(desk.plan, public_url="https://news.example.org")

    publish_feeds(desk.store, public, SEVEN)

    [issue] = read(desk.plan.pages / "morning" / "feed.xml")
    link = issue.find(f"{NAME}link")
    assert link is not None
    assert link.get("href") == ("https://news.example.org/digests/morning/issues/2026-07-12-0700")


def test_an_id_stays_when_the_feed_is_written_again(desk: Desk) -> None:
    first = desk.tell("a")
    desk.run(SEVEN)
    paths = [desk.plan.pages / "morning" / "feed.xml", desk.plan.pages / "stories-trade.xml"]
    before = [read(path)[0].findtext(f"{NAME}id") for path in paths]

    desk.tell("a more", at=SEVEN + DAY - HOUR, value=0.95, joins=first)
    desk.tell("b", at=SEVEN + DAY - HOUR)
    desk.run(SEVEN + DAY)

    assert [read(path)[-1].findtext(f"{NAME}id") for path in paths] == before


def test_the_overview_leads_to_digests_and_feeds(desk: Desk) -> None:
    desk.tell("a")
    desk.run(SEVEN)

    overview = (desk.plan.pages / "index.html").read_text()
    assert '<a href="morning/index.html">morning</a>' in overview
    assert '<a href="stories-trade.xml">stories-trade.xml</a>' in overview
    assert 'href="feed.xml"' in (desk.plan.pages / "morning" / "index.html").read_text()


def test_a_disk_that_takes_no_feed_does_not_undo_the_issue(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    (desk.plan.pages / "stories-trade.xml").mkdir(parents=True)
    desk.tell("a")

    report = desk.run(SEVEN)

    assert report is not None
    assert len(report.messages) == 2
    assert "the feeds are not up to date" in caplog.text


def test_a_feed_without_items_is_valid_and_so_is_one_without_links() -> None:
    at = datetime(2026, 7, 12, tzinfo=UTC)
    empty = render_atom(id="urn:uuid:1", title="", updated=at, items=[])
    item = Item("urn:uuid:2", "", "", at + timedelta(hours=1), summary="", author="A & <B>")
    bare = render_atom(id="urn:uuid:1", title="T", updated=at, items=[item], language="es")

    assert check_atom(empty) == []
    [entry] = check_atom(bare)
    assert entry.findtext(f"{NAME}author/{NAME}name") == "A & <B>"
    assert entry.find(f"{NAME}link") is None
    assert ET.fromstring(bare).findtext(f"{NAME}updated") == "2026-07-12T01:00:00Z"
