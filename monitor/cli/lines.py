"""Anyone's entries, one JSON object a line, with or without a person's judgement of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

from monitor.cli.door import CouldNotBeDone
from monitor.model import Entry, EntryKey
from monitor.text import clean_link, guess_language, plain_text
from monitor.text.dates import credible_date, parse_date

OBJECT_RULE = 'expected an object as {"id": ..., "title": ..., "summary": ...}'
LABEL_RULE = 'expected "grade": 0, 1 or 2, or "label": "good" or "bad"'
_WORDS_FOR = {"good": True, "relevant": True, "yes": True, "true": True, "1": True}
_WORDS_FOR |= {"bad": False, "irrelevant": False, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the entry, all that was said, and where it stands, for a complaint."""

    entry: Entry
    said: dict[str, Any]
    place: str


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of an entry in a labelled file."""

    relevant: bool | None  # None: marginal, grade 1
    weight: float  # for how many entries of the stream it stands
    stream: str  # "" when the file tells none


def read_lines(file: Path, now: datetime) -> Iterator[Line]:
    """Yield the entries of a file, or of standard input for "-".

    Raises CouldNotBeDone with the number of a line that cannot be used.
    """
    name = "standard input" if str(file) == "-" else str(file)
    try:
        if str(file) == "-":
            yield from _lines(sys.stdin.buffer, name, now)
        else:
            with file.open("rb") as lines:
                yield from _lines(lines, name, now)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CouldNotBeDone(f"{name}: cannot be read ({error.strerror})") from error


def read_label(line: Line) -> Label:
    """Return a line's judgement; raises CouldNotBeDone, with its number, when it has none."""
    said, place = line.said, line.place
    weight, stream = said.get("weight", 1), said.get("stream") or ""
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not isfinite(weight):
        raise CouldNotBeDone(f'{place}: "weight" is no number')
    if weight <= 0:
        raise CouldNotBeDone(f'{place}: "weight" is {weight}; expected a number above 0')
    if not isinstance(stream, str):
        raise CouldNotBeDone(f'{place}: "stream" is no text')
    return Label(_relevance(said, place), float(weight), stream)


def _relevance(said: dict[str, Any], place: str) -> bool | None:
    if (grade := said.get("grade")) is not None:
        if isinstance(grade, bool) or grade not in (0, 1, 2):
            raise CouldNotBeDone(f'{place}: "grade" is {grade!r}; {LABEL_RULE}')
        return {0: False, 1: None, 2: True}[int(grade)]
    label = said.get("label")
    if label is None:
        raise CouldNotBeDone(f'{place}: neither "grade" nor "label"; {LABEL_RULE}')
    found = _WORDS_FOR.get(str(label).strip().casefold())
    if found is None:
        raise CouldNotBeDone(f'{place}: "label" is {label!r}; {LABEL_RULE}')
    return found


def _lines(lines: Iterable[bytes], name: str, now: datetime) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{name}, line {number}"
        try:
            said = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except (ValueError, RecursionError) as error:
            reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else "not JSON"
            raise CouldNotBeDone(f"{place}: {reason}; {OBJECT_RULE}") from error
        yield Line(_entry(said, place, now), said, place)


def _entry(said: Any, place: str, now: datetime) -> Entry:
    if not isinstance(said, dict):
        raise CouldNotBeDone(f"{place}: {OBJECT_RULE}")
    if said.get("id") is None:
        raise CouldNotBeDone(f'{place}: "id" is missing')
    if said.get("title") is None and said.get("summary") is None:
        raise CouldNotBeDone(f'{place}: "title" and "summary" are both missing')
    texts = {key: said.get(key) or "" for key in ("title", "summary", "published", "source", "url")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise CouldNotBeDone(f'{place}: "{key}" is no text')
    title, summary = plain_text(texts["title"]), plain_text(texts["summary"])
    return Entry(
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
