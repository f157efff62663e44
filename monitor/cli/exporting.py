"""The command that writes entries or stories out: for a spreadsheet, a note or a program."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from monitor.adapters.store import Store, StoredEntry, Wanted
from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.tables import counted
from monitor.model import Entry, Score, Story, TopicProfile
from monitor.text import clean

AT_ONCE = 500  # entries read at a time: an archive of years is written with little memory
COLUMNS = (
    "story", "title", "outlet", "link", "published", "language", "profile", "score", "because",
    "reports", "summary",
)  # fmt: skip

# What a spreadsheet takes for a formula, also behind blanks; it could send a file anywhere.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~!()])")

Row = dict[str, Any]  # of COLUMNS


@click.command("export")
@click.option("--profile", metavar="NAME", help="Only what passes this topic profile.")
@click.option("--since", metavar="DATE", help="From this day on (UTC), as 2026-07-01.")
@click.option("--until", metavar="DATE", help="Up to this day, which is not among them.")
@click.option("--minimum", type=click.FloatRange(0, 1), help="The least score; else the threshold.")
@click.option("--stories", "by_story", is_flag=True, help="A line for each story, not each entry.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "md", "jsonl"]),
    default="csv",
    show_default=True,
    help="For spreadsheets, for reading, for programs.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write there."
)
@click.pass_obj
def export_command(
    door: Door,
    *,
    profile: str | None,
    since: str | None,
    until: str | None,
    minimum: float | None,
    by_story: bool,
    form: str,
    out: Path | None,
) -> None:
    """Write entries, or stories, by profile and time; newest first, by the date of publication.

    Without --profile, what passes any profile. With --minimum 0 everything that was scored.

    \b
    Example:
      monitor export --profile strains --since 2026-07-01 --out strains.csv
      monitor export --stories --format md --since 2026-07-12
    """
    home = door.home()
    profiles = _asked_for(home.profiles, profile)
    span = _day(since, "--since"), _day(until, "--until")
    with open_store(home) as store:
        rows = _rows(store, profiles, span, minimum, by_story=by_story)
        pieces = _FORMS[form](rows)
        if out is None:
            for piece in pieces:
                click.echo(piece, nl=False)
            return
        count = _write(out, pieces)
    # The first piece is the head of the table, where there is one.
    count -= form == "csv"
    click.echo(f"wrote {counted(count, 'line')} to {out}", err=True)


def _asked_for(profiles: Sequence[TopicProfile], name: str | None) -> list[TopicProfile]:
    found = [each for each in profiles if name in (None, each.name)]
    if not found:
        known = ", ".join(each.name for each in profiles) or "none"
        raise CouldNotBeDone(f"there is no profile {name!r}; the profiles are: {known}")
    return found


def _day(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise CouldNotBeDone(f"{option}: {text!r} is no date; expected it as 2026-07-01") from error


def _write(out: Path, pieces: Iterable[str]) -> int:
    count = 0
    try:
        # A mark of the encoding: spreadsheets guess wrong without it, and nobody else minds.
        encoding = "utf-8-sig" if out.suffix == ".csv" else "utf-8"
        with out.open("w", encoding=encoding, newline="") as file:
            for piece in pieces:
                file.write(piece)
                count += 1
    except OSError as error:
        raise CouldNotBeDone(f"{out}: cannot be written ({error.strerror})") from error
    return count


# ---------------------------------------------------------------- what is written


_Span = tuple[datetime | None, datetime | None]


def _rows(
    store: Store,
    profiles: Sequence[TopicProfile],
    span: _Span,
    minimum: float | None,
    *,
    by_story: bool,
) -> Iterator[Row]:
    lines = {p.name: p.threshold if minimum is None else minimum for p in profiles}
    if by_story:
        yield from _story_rows(store, profiles, span, lines)
        return
    for stored in _entries(store, span):
        row = _entry_row(stored, lines)
        if row is not None:
            yield row


def _entries(store: Store, span: _Span) -> Iterator[StoredEntry]:
    """Yield the entries of the span, newest first."""
    since, until = span
    # As `entry_page` names the place after which a page begins.
    after = f"{int(until.timestamp()) * 1_000_000}.0" if until else ""
    while True:
        page = store.entry_page(Wanted(), after=after, limit=AT_ONCE)
        for stored in page.entries:
            if since is not None and stored.entry.dated_at < since:
                return
            yield stored
        if not page.next:
            return
        after = page.next


def _entry_row(stored: StoredEntry, lines: dict[str, float]) -> Row | None:
    passed = [s for s in stored.scores if s.profile in lines and s.value >= lines[s.profile]]
    if not passed:
        return None
    best = max(passed, key=lambda score: score.value)
    return _row(stored.entry, stored.story, best, 1)


def _story_rows(
    store: Store, profiles: Sequence[TopicProfile], span: _Span, lines: dict[str, float]
) -> Iterator[Row]:
    since, until = span
    # What was published since then was first seen since then, but for a clock ahead of ours.
    first = since - timedelta(days=2) if since else datetime(1970, 1, 1, tzinfo=UTC)
    found = store.stories_since(first, profiles)
    for story in sorted(found, key=_newest, reverse=True):
        lead = story.lead
        passed = [s for s in lead.scores if s.profile in lines and s.value >= lines[s.profile]]
        at = lead.entry.dated_at
        if passed and (since is None or at >= since) and (until is None or at < until):
            best = max(passed, key=lambda score: score.value)
            yield _row(lead.entry, story.number, best, len(story.entries))


def _newest(story: Story) -> tuple[datetime, int]:
    return story.lead.entry.dated_at, story.number


def _row(entry: Entry, story: int | None, best: Score, reports: int) -> Row:
    # As in the mail: those that speak for it; those against only if none does.
    because = [reason for reason in best.reasons if reason.points > 0] or best.reasons
    return {
        "story": story,
        "title": clean(entry.title),
        "outlet": clean(entry.outlet),
        "link": entry.link,
        "published": entry.dated_at.isoformat(timespec="seconds"),
        "language": entry.language or "",
        "profile": best.profile,
        "score": round(best.value, 3),
        "because": [clean(reason.term) for reason in because],
        "reports": reports,
        "summary": clean(entry.summary),
    }


# ---------------------------------------------------------------- how it is written


def as_csv(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a table, its head first; no cell is a formula to a spreadsheet."""
    yield _csv_line(COLUMNS)
    for row in rows:
        yield _csv_line([_cell(row[column]) for column in COLUMNS])


def _cell(value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else str("" if value is None else value)
    return f"'{text}" if _FORMULA.match(text) else text


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def as_markdown(rows: Iterable[Row]) -> Iterator[str]:
    """Yield an item of a list for each row; what a feed wrote stays words."""
    for row in rows:
        title = _words(row["title"]) or "…"
        link = row["link"].replace("(", "%28").replace(")", "%29")
        head = f"[{title}](<{link}>)" if link else title
        more = f", {row['reports'] - 1} more" if row["reports"] > 1 else ""
        because = ", ".join(map(_words, row["because"]))
        yield (
            f"- {head}  \n"
            f"  {_words(row['outlet'])}{more}, {row['published'][:10]};"
            f" {_words(row['profile'])} {row['score']:.2f}: {because}\n"
        )


def _words(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def as_json_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a JSON object for each row."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


_FORMS: dict[str, Callable[[Iterable[Row]], Iterator[str]]] = {
    "csv": as_csv,
    "md": as_markdown,
    "jsonl": as_json_lines,
}
