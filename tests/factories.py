"""Builders of the nouns with a plain default for every field; tests say only what matters."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime

from monitor.model import (
    Digest,
    Entry,
    EntryKey,
    Feed,
    FeedTrouble,
    Message,
    Omission,
    Placement,
    Reason,
    Receipt,
    Rendered,
    Score,
    ScoredEntry,
    Section,
    Slot,
    Story,
    Subscription,
    TopicProfile,
)

NOON = datetime(2026, 7, 12, 12, 0, tzinfo=UTC)


def make_entry(
    id: str = "a",
    *,
    feed: int = 1,
    outlet: str = "Example Times",
    link: str | None = None,
    title: str = "Mexico and the United States sign a water accord",
    summary: str = "",
    published_at: datetime | None = NOON,
    seen_at: datetime = NOON,
    language: str | None = "en",
    published_text: str = "",
) -> Entry:
    link = f"https://example.com/{feed}/{id}" if link is None else link
    return Entry(
        EntryKey(feed, id),
        outlet,
        link,
        title,
        summary,
        published_at,
        seen_at,
        language,
        published_text,
    )


def make_score(
    value: float = 0.8,
    profile: str = "trade",
    reasons: tuple[Reason, ...] = (Reason("accord", 1.5, "title"),),
) -> Score:
    return Score(profile, value, reasons)


def make_scored(entry: Entry | None = None, *scores: Score) -> ScoredEntry:
    return ScoredEntry(entry or make_entry(), scores or (make_score(),))


def make_story(
    number: int = 1,
    *entries: ScoredEntry,
    value: float = 0.8,
    profile: str = "trade",
    issued: date | None = None,
    **of_entry: object,
) -> Story:
    """Return a story; without entries, of one whose id is the story's number."""
    if not entries:
        entry = make_entry(f"e{number}", **of_entry)  # type: ignore[arg-type]
        entries = (make_scored(entry, make_score(value, profile)),)
    return Story(number, entries, issued)


def make_profile(
    name: str = "trade", *, title: str = "Trade", threshold: float = 0.5
) -> TopicProfile:
    return TopicProfile(name, title, "Trade between the two.", threshold, {"tariff*": 2.0})


def make_slot(day: date = date(2026, 7, 12), at: time = time(7), due_at: datetime = NOON) -> Slot:
    return Slot(day, at, due_at)


def make_receipt(
    *,
    feeds_count: int = 40,
    feeds_answered_count: int = 38,
    entries_new_count: int = 210,
    entries_above_count: int = 9,
    troubles: tuple[FeedTrouble, ...] = (),
    next_issue_at: datetime | None = NOON + timedelta(days=1),
    since: datetime | None = NOON - timedelta(days=1),
    version: str = "0.1.0",
) -> Receipt:
    return Receipt(
        feeds_count,
        feeds_answered_count,
        entries_new_count,
        entries_above_count,
        troubles,
        next_issue_at,
        since,
        version,
    )


def make_digest(
    *sections: Section,
    name: str = "morning",
    slot: Slot | None = None,
    issued_at: datetime = NOON,
    omissions: tuple[Omission, ...] = (),
    receipt: Receipt | None = None,
) -> Digest:
    return Digest(
        name, slot or make_slot(), issued_at, sections, omissions, receipt or make_receipt()
    )


def make_section(*stories: Story, profile: TopicProfile | None = None) -> Section:
    return Section(profile or make_profile(), stories or (make_story(),))


def make_rendered(
    subject: str = "Morning, 12 Jul: A water accord",
    text: str = "A water accord\n",
    body_html: str = '<!DOCTYPE html><html lang="en"><body><p>A water accord</p></body></html>',
    page_html: str = "",
) -> Rendered:
    return Rendered(subject, text, body_html, page_html)


def make_subscription(
    name: str = "times",
    *,
    title: str = "Example Times",
    topics: tuple[str, ...] = (),
    language: str | None = None,
) -> Subscription:
    return Subscription(f"https://{name}.example/feed", title, topics, language)


def make_feed(number: int = 1, *, title: str = "Example Times") -> Feed:
    return Feed(number, f"https://feed{number}.example/feed", title)


def make_message(
    id: str = "<morning.2026-07-12-0700.1@example.org>",
    *,
    sender: str = "monitor@example.org",
    recipient: str = "reader@example.org",
    subject: str = "Morning, 12 Jul: A water accord",
    content: bytes = b"Subject: Morning\r\n\r\nA water accord\r\n",
) -> Message:
    return Message(id, sender, recipient, subject, content)


def make_placement(key: EntryKey, joins: EntryKey | None = None) -> Placement:
    return Placement(key, joins)


# A profile of one party-less theme: "tariff" passes it, "port" nearly does, else nothing.
TRADE_TERMS = {"tariff*": 4.0, "port": 2.5}


def make_rss(*items: str, title: str = "Example Times", ttl: int | None = None) -> bytes:
    minutes = f"<ttl>{ttl}</ttl>" if ttl else ""
    head = f"<rss version='2.0'><channel><title>{title}</title>{minutes}"
    return f"{head}{''.join(items)}</channel></rss>".encode()


def make_item(
    id: str = "a", *, title: str = "Tariff talks begin", at: datetime | None = NOON
) -> str:
    """Return an RSS item; `at` None leaves its date out."""
    date = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
    return (
        f"<item><guid isPermaLink='false'>{id}</guid><title>{title}</title>"
        f"<link>https://example.com/{id}</link>{date}</item>"
    )
