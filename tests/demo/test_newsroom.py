"""The sample newsroom's data, and the feeds printed from it, as the parser reads them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from monitor.demo.newsroom import UNREADABLE, Format, Outlet, Trouble, load_newsroom
from monitor.demo.printer import link_of, print_feed, spanish_date
from monitor.model import Feed, ParsedFeed
from monitor.stages.parse import parse_feed

NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
NEWSROOM = load_newsroom()
READABLE = tuple(outlet for outlet in NEWSROOM if outlet.trouble not in UNREADABLE)
ENTRIES = [(outlet, entry) for outlet in NEWSROOM for entry in outlet.entries]


def outlet_with(trouble: Trouble) -> Outlet:
    return next(outlet for outlet in NEWSROOM if outlet.trouble is trouble)


def parsed(outlet: Outlet, *, is_corrected: bool = False) -> ParsedFeed:
    url = f"http://127.0.0.1/{outlet.key}/feed.xml"
    return parse_feed(
        print_feed(outlet, NOW, is_corrected=is_corrected),
        feed=Feed(1, url, outlet.name, language=outlet.language),
        url=url,
        content_type=None,
        seen_at=NOW,
    )


def test_the_newsroom_is_large_enough_and_in_two_languages() -> None:
    languages = Counter(outlet.language for outlet, _ in ENTRIES)

    assert len(READABLE) >= 12
    assert len(ENTRIES) >= 180
    assert set(languages) == {"en", "es"}
    assert min(languages.values()) >= 0.4 * len(ENTRIES)


def test_between_a_third_and_a_half_of_the_entries_are_relevant() -> None:
    relevant = sum(entry.relevant for _, entry in ENTRIES)

    assert 0.35 <= relevant / len(ENTRIES) <= 0.45


def test_every_trouble_has_its_outlet() -> None:
    assert {outlet.trouble for outlet in NEWSROOM} == set(Trouble)
    assert {outlet.format for outlet in NEWSROOM} == set(Format)


def test_one_event_is_reported_by_five_outlets_in_both_languages() -> None:
    reports = [outlet for outlet, entry in ENTRIES if entry.event == "review"]

    assert len({outlet.key for outlet in reports}) >= 5
    assert {outlet.language for outlet in reports} == {"en", "es"}


def test_every_named_event_has_at_least_two_reports() -> None:
    reports = Counter(entry.event for _, entry in ENTRIES if entry.event)

    assert min(reports.values()) >= 2
    assert len(reports) >= 12


def test_a_correction_is_another_headline_and_there_is_one() -> None:
    corrected = [(outlet, entry) for outlet, entry in ENTRIES if entry.corrected]

    assert [outlet.trouble for outlet, _ in corrected] == [Trouble.EDITED]
    assert all(entry.corrected != entry.title for _, entry in corrected)


@pytest.mark.parametrize("outlet", NEWSROOM, ids=lambda outlet: outlet.key)
def test_an_outlet_says_that_it_is_a_sample_and_lives_in_a_reserved_domain(outlet: Outlet) -> None:
    assert ("Sample" if outlet.language == "en" else "Muestra") in outlet.name or (
        outlet.name.startswith("Sample")
    )
    assert (urlsplit(outlet.home).hostname or "").endswith(".example")


@pytest.mark.parametrize("outlet", READABLE, ids=lambda outlet: outlet.key)
def test_an_outlet_lists_its_entries_newest_first_each_under_its_own_link(outlet: Outlet) -> None:
    agos = [entry.ago for entry in outlet.entries]
    links = {link_of(outlet, entry, NOW) for entry in outlet.entries}

    assert agos == sorted(agos)
    assert agos[0] > timedelta()
    assert len(links) == len(outlet.entries)


@pytest.mark.parametrize("outlet", READABLE, ids=lambda outlet: outlet.key)
def test_a_feed_is_read_with_every_entry_headline_date_and_language(outlet: Outlet) -> None:
    feed = parsed(outlet)

    assert [entry.title for entry in feed.entries] == [entry.title for entry in outlet.entries]
    assert [entry.published_at for entry in feed.entries] == [
        None if entry.undated else NOW - entry.ago for entry in outlet.entries
    ]
    assert len({entry.key.id for entry in feed.entries}) == len(outlet.entries)
    assert bool(feed.warning) == (outlet.trouble is Trouble.MALFORMED)


@pytest.mark.parametrize("outlet", READABLE, ids=lambda outlet: outlet.key)
def test_a_feed_says_that_its_data_are_samples(outlet: Outlet) -> None:
    encoding = "windows-1252" if outlet.trouble is Trouble.WINDOWS_1252 else "utf-8"
    text = print_feed(outlet, NOW).decode(encoding)

    assert ("Sample data, invented" in text) != ("Datos de muestra, inventados" in text)


def test_the_links_of_the_entries_lead_to_reserved_domains_only() -> None:
    links = [entry.link for outlet in READABLE for entry in parsed(outlet).entries]

    assert len(links) == len(ENTRIES)
    assert all((urlsplit(link).hostname or "").endswith(".example") for link in links)


def test_the_aggregator_gives_each_entry_the_outlet_that_wrote_it() -> None:
    outlet = next(outlet for outlet in NEWSROOM if outlet.key == "search")

    assert [entry.outlet for entry in parsed(outlet).entries] == [
        entry.source for entry in outlet.entries
    ]


def test_a_correction_changes_one_headline_and_no_id() -> None:
    outlet = outlet_with(Trouble.EDITED)

    before, after = parsed(outlet).entries, parsed(outlet, is_corrected=True).entries

    assert [entry.key for entry in after] == [entry.key for entry in before]
    changed = [(b.title, a.title) for b, a in zip(before, after, strict=True) if a != b]
    assert changed == [(one.title, one.corrected) for one in outlet.entries if one.corrected]


def test_the_malformed_feed_is_no_xml() -> None:
    text = print_feed(outlet_with(Trouble.MALFORMED), NOW).decode()

    assert "&nbsp;" in text
    assert "San Diego & Tijuana" in text
    assert not text.rstrip().endswith("</rss>")


def test_the_windows_feed_holds_bytes_that_are_no_utf_8() -> None:
    body = print_feed(outlet_with(Trouble.WINDOWS_1252), NOW)

    assert b"\x93Fue una buena llamada\x94" in body


def test_a_spanish_date_is_written_as_spanish_papers_write_it() -> None:
    assert spanish_date(NOW) == "Sáb, 21 nov 2026 10:00:00 -0600"


def test_a_feed_printed_twice_for_one_moment_is_the_same() -> None:
    assert [print_feed(o, NOW) for o in READABLE] == [print_feed(o, NOW) for o in READABLE]
