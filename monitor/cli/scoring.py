"""`monitor score`: anyone's entries, a line each, against the topic profiles."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from monitor.adapters.home import SETTINGS_FILE, read_seeds
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.tables import escape_surrogates
from monitor.dates import credible_date, parse_date
from monitor.model import Entry, EntryKey, Score
from monitor.stages.score import Scorer
from monitor.text import clean_link, guess_language, plain_text

POINTS_DIGITS = 4
VALUE_DIGITS = 6


@click.command("score")
@click.argument("file", metavar="FILE.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def score_command(door: Door, file: Path) -> None:
    """Score entries from a file (or - for standard input), one JSON object a line.

    A line is {"id", "title", "summary"} and, when known, "published", "source" and
    "url"; other keys are passed over. Printed in the same order: the best score, its
    profile, every profile's score, and the reasons of the best. The profiles are the
    home's; where there is no home, the shipped ones.

    \b
    Example:
      monitor score entries.jsonl | head
      echo '{"id": 1, "title": "Mexico and US sign trade deal", "summary": ""}' | monitor score -
    """
    scorer = Scorer(*read_seeds(_seeds_root(door)))
    if not scorer.profiles:
        raise CouldNotBeDone("there is no topic profile to score against; see `monitor profiles`")
    name = "standard input" if str(file) == "-" else str(file)
    now = datetime.now(UTC)
    try:
        if str(file) == "-":
            _score_lines(scorer, sys.stdin.buffer, name, now)
        else:
            with file.open("rb") as lines:
                _score_lines(scorer, lines, name, now)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CouldNotBeDone(f"{name}: cannot be read ({error.strerror})") from error


def _seeds_root(door: Door) -> Path | None:
    """Return the home whose profiles to use, None for the shipped ones."""
    named = door.option or door.environ.get("MONITOR_HOME")
    if named or (Path.cwd() / SETTINGS_FILE).is_file():
        return door.root()
    return None


def _score_lines(scorer: Scorer, lines: Iterable[bytes], name: str, now: datetime) -> None:
    for entry_id, entry in _read_entries(lines, name, now):
        scores = scorer.score(entry)
        # The scorer puts the clearest over its own threshold first; asked for is the highest.
        best = max(scores, key=lambda score: score.value)
        line = json.dumps(_answer(scorer, entry_id, best, scores), ensure_ascii=False)
        sys.stdout.write(escape_surrogates(line) + "\n")


def _answer(
    scorer: Scorer, entry_id: object, best: Score, scores: tuple[Score, ...]
) -> dict[str, object]:
    values = {score.profile: round(score.value, VALUE_DIGITS) for score in scores}
    return {
        "id": entry_id,
        "score": round(best.value, VALUE_DIGITS),
        "profile": best.profile,
        "scores": {profile.name: values[profile.name] for profile in scorer.profiles},
        "reasons": [
            {
                "term": reason.term,
                "points": round(reason.points, POINTS_DIGITS),
                "field": reason.field,
            }
            for reason in best.reasons
        ],
    }


def _read_entries(
    lines: Iterable[bytes], name: str, now: datetime
) -> Iterator[tuple[object, Entry]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except (ValueError, RecursionError) as error:
            reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else "not JSON"
            problem = f'{reason}; expected an object as {{"id": ..., "title": ..., "summary": ...}}'
            raise CouldNotBeDone(f"{name}, line {number}: {problem}") from error
        yield _entry(said, f"{name}, line {number}", now)


def _entry(said: Any, place: str, now: datetime) -> tuple[object, Entry]:
    if not isinstance(said, dict):
        raise CouldNotBeDone(f'{place}: expected an object as {{"id": ..., "title": ...}}')
    if said.get("id") is None:
        raise CouldNotBeDone(f'{place}: "id" is missing')
    if said.get("title") is None and said.get("summary") is None:
        raise CouldNotBeDone(f'{place}: "title" and "summary" are both missing')
    texts = {key: said.get(key) or "" for key in ("title", "summary", "published", "source", "url")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise CouldNotBeDone(f'{place}: "{key}" is no text')
    title, summary = plain_text(texts["title"]), plain_text(texts["summary"])
    entry = Entry(
        key=EntryKey(0, str(said["id"])),
        outlet=plain_text(texts["source"]),
        link=clean_link(texts["url"]),
        title=title,
        summary=summary,
        published_at=credible_date(parse_date(texts["published"]), now),
        seen_at=now,
        language=guess_language(f"{title} {summary}"),
        published_text=texts["published"],
    )
    return said["id"], entry
