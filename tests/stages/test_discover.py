from __future__ import annotations

from monitor.stages.health.discover import feed_links, usual_addresses

PAGE = b"""<html><head><base href="https://news.example/es/">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
<LINK REL="alternate home" TYPE="application/atom+xml; charset=utf-8" HREF="atom.xml">
<link rel="alternate" hreflang="en" href="/en/"><link rel="stylesheet" href="/x.css">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="http://[bad">
</head><body>caf\xe9"""


def test_the_feeds_a_page_names_are_found_and_comments_come_last() -> None:
    assert feed_links(PAGE, "https://www.news.example/") == (
        "https://news.example/es/atom.xml",
        "https://news.example/comments/feed",
    )


def test_a_section_that_no_reader_knows_keeps_no_feed_from_being_found() -> None:
    page = b"<head><![unheard of]><link rel=alternate type=application/rss+xml href=/f></head>"

    assert feed_links(page, "https://news.example/") == ("https://news.example/f",)


def test_a_page_that_names_none_gives_none() -> None:
    assert feed_links(b"\x00<<<link rel=alternate", "https://news.example/") == ()


def test_feeds_are_looked_for_below_the_page_first_and_never_at_the_page_itself() -> None:
    found = usual_addresses("https://news.example/blog")

    assert found[:3] == (
        "https://news.example/blog/feed",
        "https://news.example/blog/rss.xml",
        "https://news.example/feed",
    )
    assert "https://news.example/feed" not in usual_addresses("https://news.example/feed")
