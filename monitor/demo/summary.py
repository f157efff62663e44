"""What the demo says at its end: its figures, and whether they are as they should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.demo.feed_server import Visit
from monitor.demo.mail_sink import Received
from monitor.demo.newsroom import UNREADABLE, Outlet, Trouble
from monitor.model import OutboxState, PollOutcome, Story
from monitor.pipeline import DeliveryReport, DigestReport, PollReport

# What a poll made of a trouble that it could read through.
MASTERED = {
    Trouble.EDITED: "read; the correction replaced the headline",
    Trouble.UNDATED: "read, dated by first sight",
    Trouble.SPANISH_DATES: "read, dates understood",
    Trouble.WINDOWS_1252: "read, accents intact",
    Trouble.MALFORMED: "mended and read",
    Trouble.SLOW: "waited for and read",
    Trouble.MOVED: "followed to its new address",
}
SHOWN_STORIES = 5
SHOWN_REASONS = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """One poll run, and what the newsroom's server saw of it."""

    name: str
    report: PollReport
    visits: tuple[Visit, ...]
    took_s: float

    @property
    def answered(self) -> int:
        """Return how many feeds gave an answer that was accepted."""
        return self.report.polled - self.report.outcomes[PollOutcome.FAILED]

    @property
    def not_modified(self) -> int:
        return sum(visit.status == 304 for visit in self.visits)


@dataclass(frozen=True, slots=True)
class Files:
    """Where the digest was put."""

    html: Path
    text: Path
    mail: Path


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of the demo's runs."""

    outlets: tuple[Outlet, ...]
    passages: tuple[Passage, ...]  # first poll, second poll, poll after the correction
    issued: DigestReport
    delivery: DeliveryReport
    received: tuple[Received, ...]
    files: Files


def tell(summary: Summary, echo: Callable[[str], None]) -> None:
    """Say everything, in the order in which it happened."""
    for lines in (_polls, _digest, _mail, _files):
        for line in lines(summary):
            echo(line)


def shortfalls(summary: Summary) -> list[str]:
    """Return what did not go as the demo promises, in words; empty when all is well."""
    first, second, third = (passage.report for passage in summary.passages)
    readable = [one for one in summary.outlets if one.trouble not in UNREADABLE]
    printed = sum(len(one.entries) for one in readable)
    sent = summary.delivery.outcomes[OutboxState.SENT]
    expected = [
        ("feeds answered at the first poll", summary.passages[0].answered, len(readable)),
        ("new entries at the first poll", first.entries_new, printed),
        ("feeds unchanged at the second", second.outcomes[PollOutcome.UNCHANGED], len(readable)),
        ("new or edited entries at the second", second.entries_new + second.entries_edited, 0),
        ("new entries after the correction", third.entries_new, 0),
        ("edited entries after the correction", third.entries_edited, 1),
        ("messages sent", sent, len(summary.issued.messages)),
    ]
    missed = [
        f"{what}: {found}, not {wanted}" for what, found, wanted in expected if found != wanted
    ]
    if not summary.issued.digest.stories:
        missed.append("the digest has no story")
    if [m.content for m in summary.issued.messages] != [r.content for r in summary.received]:
        missed.append("the mail that arrived is not the mail that was written")
    return missed


# ---------------------------------------------------------------- the parts


def _polls(summary: Summary) -> Iterator[str]:
    for passage in summary.passages:
        report = passage.report
        yield (
            f"{passage.name}: {passage.answered} of {report.polled} feeds answered"
            f" ({report.outcomes[PollOutcome.UNCHANGED]} unchanged,"
            f" {passage.not_modified} of them by a 304)"
        )
        yield (
            f"  {report.entries_new} entries new, {report.entries_above} of them above a"
            f" threshold, {report.entries_edited} edited   ({passage.took_s:.1f} s)"
        )
    yield ""
    yield "The troubles of real feeds:"
    problems = {feed.title: problem for feed, problem in summary.passages[0].report.problems}
    for outlet in summary.outlets:
        if outlet.trouble is not Trouble.NONE:
            ending = problems.get(outlet.name) or MASTERED.get(outlet.trouble, "read")
            yield f"  {outlet.trouble.value:14}{outlet.name}: {ending}"
    yield ""


def _digest(summary: Summary) -> Iterator[str]:
    digest = summary.issued.digest
    entries = sum(len(story.entries) for story in digest.stories)
    subject = summary.issued.rendered.subject if summary.issued.rendered else "nothing to say"
    yield f"Digest: {subject}"
    # An undated or old entry of a first poll is known, but news to nobody.
    receipt = digest.receipt
    yield (
        f"  {receipt.entries_new_count} entries to choose from (undated ones and those over 48 h"
        f" old are stored, not mailed), {receipt.entries_above_count} above a threshold"
    )
    yield f"  {len(digest.stories)} stories from {entries} entries"
    for section in digest.sections:
        yield f"    {len(section.stories):3}  {section.profile.title}"
    for reason, count in Counter(o.reason for o in digest.omissions).items():
        yield f"  left out, {reason.value}: {count}"
    best = sorted(digest.stories, key=lambda story: -len(story.entries))[:SHOWN_STORIES]
    yield "  The most reported:"
    for story in best:
        yield from _story(story)
    yield ""


def _story(story: Story) -> Iterator[str]:
    entry = story.lead.entry
    others = sorted({other.entry.outlet for other in story.entries} - {entry.outlet})
    yield f"  * {entry.title} ({entry.outlet})"
    if others:
        yield f"      also: {', '.join(others)}"
    terms = [reason.term for reason in story.score.reasons if reason.points > 0]
    yield f"      because: {', '.join(terms[:SHOWN_REASONS])}"


def _mail(summary: Summary) -> Iterator[str]:
    for state, count in summary.delivery.outcomes.items():
        yield f"Mail: {count} {state.value} by SMTP"
    for received in summary.received:
        recipients = ", ".join(received.recipients)
        yield f"  arrived at {recipients}: {len(received.content):,} bytes"
    yield ""


def _files(summary: Summary) -> Iterator[str]:
    files = summary.files
    for name, path in (("HTML", files.html), ("Text", files.text), ("Mail", files.mail)):
        if path.exists():
            yield f"{name}: {path}"
