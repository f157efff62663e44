"""Commands that look at one feed: add a site's, check one, have one polled again; problems."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.adapters.home import create_home
from monitor.cli import monitor
from tests.factories import make_item, make_rss
from tests.servers import Reply, Site

FEED = make_rss(make_item("a", title="Tariff talks begin"), make_item("b"))
PAGE = b'<html><link rel="alternate" type="application/rss+xml" href="/real.xml"></html>'


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, Site]]:
    with Site({"/real.xml": Reply(FEED, headers={"ETag": '"1"'}), "/": Reply(PAGE)}) as site:
        home = tmp_path / "home"
        create_home(home)
        (home / "feeds.opml").unlink()
        (home / "monitor.toml").write_text(
            f'[poll]\nprocesses = 1\n[network]\nallow = ["127.0.0.0/8"]\nports = [{site.port}]\n'
        )
        yield home, site


def run(home: Path, *args: str) -> Result:
    return CliRunner().invoke(monitor, ["--home", str(home), *args], env={"MONITOR_HOME": None})


def test_the_feed_of_a_page_is_found_shown_and_added(place: tuple[Path, Site]) -> None:
    home, site = place

    added = run(home, "feeds", "add", site.url("/"))

    assert added.exit_code == 0, added.output
    assert f"the feed of {site.url('/')} is {site.url('/real.xml')}" in added.output
    assert "Tariff talks begin" in added.output
    assert site.url("/real.xml") in (home / "feeds.opml").read_text()
    assert "already" in run(home, "feeds", "add", site.url("/")).output


def test_a_page_without_a_feed_adds_nothing_unless_told_to(place: tuple[Path, Site]) -> None:
    home, site = place
    site.scripts = {"/": Reply(b"<html><p>no feed</p></html>")}

    refused = run(home, "feeds", "add", site.url("/"))

    assert refused.exit_code == 2
    assert "no feed was found there" in refused.output
    assert not (home / "feeds.opml").exists()
    assert run(home, "feeds", "add", site.url("/"), "--unchecked").exit_code == 0


def test_a_feed_whose_server_is_away_is_added_and_said_to_be_unread(
    place: tuple[Path, Site],
) -> None:
    home, site = place
    site.close()
    url = site.url("/feed")

    added = run(home, "feeds", "add", url)

    assert added.exit_code == 0
    assert "it could not be looked at (127.0.0.1: the connection was refused)" in added.output
    assert f"{url}, unread: it is not known to be a feed; 1 feeds" in added.output
    assert url in (home / "feeds.opml").read_text()


def test_a_check_explains_and_stores_nothing(place: tuple[Path, Site]) -> None:
    home, site = place

    well = run(home, "feeds", "check", site.url("/real.xml"))
    ill = run(home, "feeds", "check", site.url("/none"))

    assert (well.exit_code, ill.exit_code) == (0, 1)
    assert "2 entries" in well.output
    assert "problem    not found: the server answered 404" in ill.output
    assert "advice     There is nothing at its address any more." in ill.output
    assert not (home / "state" / "monitor.db").exists()


def test_problems_are_listed_with_advice_and_a_feed_that_ended_can_be_polled_again(
    place: tuple[Path, Site],
) -> None:
    home, site = place
    site.scripts["/gone"] = Reply(status=410)
    run(home, "feeds", "add", site.url("/gone"), "--title", "Gone", "--unchecked")
    run(home, "poll")

    listed = run(home, "feeds", "list", "--problems")
    (told,) = json.loads(run(home, "feeds", "list", "--problems", "--json").output)
    again = run(home, "feeds", "poll-again", "gone")
    site.scripts["/gone"] = Reply(FEED)
    polled = run(home, "poll")

    assert "1 feed, 1 failing, 0 worth knowing of" in listed.output
    assert told["health"]["kind"] == "gone"
    assert "Gone is due now" in again.output
    assert "1 updated" in polled.output
    news = json.loads(run(home, "status", "--json").output)["feed_news"]
    assert [each["change"] for each in news] == ["gone"]


def test_a_password_comes_from_its_file(place: tuple[Path, Site]) -> None:
    home, site = place
    run(home, "feeds", "add", site.url("/real.xml"), "--title", "Letter", "--unchecked")
    with (home / "monitor.toml").open("a") as file:
        file.write('[feeds."letter"]\nuser = "ana"\npassword_file = "secret"\n')

    missing = run(home, "poll")
    (home / "secret").write_text("hunter2\n")
    (home / "secret").chmod(0o600)
    run(home, "feeds", "poll-again", "Letter")
    polled = run(home, "poll")

    assert "secret cannot be read" in missing.output
    assert "1 updated" in polled.output
    assert site.asked[-1].header("Authorization") == "Basic YW5hOmh1bnRlcjI="
