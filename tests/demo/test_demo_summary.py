"""What the demo says of itself when something did not go as it should."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time
from pathlib import Path

from monitor.demo.feed_server import Visit
from monitor.demo.mail_sink import Received
from monitor.demo.newsroom import load_newsroom
from monitor.demo.summary import Files, Passage, Summary, shortfalls, tell
from monitor.model import Digest, Message, OutboxState, PollOutcome, Receipt, Slot
from monitor.pipeline import DeliveryReport, DigestKind, DigestReport, PollReport

NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
DIGEST = Digest(
    "sample",
    Slot(date(2026, 11, 21), time(10, 0), NOW),
    NOW,
    sections=(),
    omissions=(),
    receipt=Receipt(0, 0, 0, 0, (), None, None, "0"),
)
MESSAGE = Message("<1@example.org>", "a@example.org", "b@example.org", "Subject", b"written")


def passage(unchanged: int, new: int = 0, edited: int = 0) -> Passage:
    outcomes = Counter({PollOutcome.UNCHANGED: unchanged, PollOutcome.FAILED: 3})
    report = PollReport(outcomes=outcomes, entries_new=new, entries_edited=edited)
    return Passage("Poll", report, (Visit("/feed.xml", 304, 0),), 0.5)


def summary(*passages: Passage, sent: int, content: bytes) -> Summary:
    return Summary(
        outlets=load_newsroom(),
        passages=passages,
        issued=DigestReport(DigestKind.QUIET, DIGEST, messages=(MESSAGE,)),
        delivery=DeliveryReport(Counter({OutboxState.SENT: sent})),
        received=(Received("a@example.org", ("b@example.org",), content),),
        files=Files(Path("absent.html"), Path("absent.txt"), Path("absent.eml")),
    )


def test_whatever_differs_from_the_promise_is_named() -> None:
    broken = summary(passage(16, 5), passage(17, 1), passage(16, 2), sent=0, content=b"other")
    printed = sum(len(outlet.entries) for outlet in load_newsroom())

    assert shortfalls(broken) == [
        "feeds answered at the first poll: 16, not 17",
        f"new entries at the first poll: 5, not {printed}",
        "new or edited entries at the second: 1, not 0",
        "new entries after the correction: 2, not 0",
        "edited entries after the correction: 0, not 1",
        "messages sent: 0, not 1",
        "the digest has no story",
        "the mail that arrived is not the mail that was written",
    ]


def test_a_digest_without_stories_and_files_can_be_told_too() -> None:
    lines: list[str] = []

    tell(summary(passage(17), passage(17), passage(17), sent=1, content=b"written"), lines.append)

    assert "Digest: nothing to say" in lines
    assert "  arrived at b@example.org: 7 bytes" in lines
    assert not any("absent" in line for line in lines)
