"""Scored entries written into files that can be gone on with: JSON lines, Parquet.

A journal beside the file says how far each archive was read and how large the file was then:
what was written after that is cut off before it is gone on with. Sole user of pyarrow.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from json.encoder import encode_basestring as _quoted
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from monitor.errors import ArchiveError, ConfigError
from monitor.model import Entry, Score

PARQUET: Final = ".parquet"
PART_ROWS: Final = 50_000  # of a Parquet file: some tens of megabytes in memory


class ScoredFile(Protocol):
    """A file of scored entries."""

    def place(self, archive: str) -> int:
        """Return where reading an archive goes on."""

    def add(self, rows: Sequence[tuple[Entry, Sequence[Score]]]) -> None:
        """Write entries with their scores."""

    def note(self, archive: str, done: int) -> None:
        """Remember that an archive was read to here, what was added included."""

    def settle(self) -> None:
        """Put on the disk what was noted."""

    def close(self) -> None:
        """Settle, and let go of the file."""


def open_scored(path: Path) -> ScoredFile:
    """Open a file, or go on with one; ".parquet" is a folder of Parquet files, all else lines.

    Raises ArchiveError where something stands that was not written here.
    """
    return ParquetParts(path) if path.suffix == PARQUET else JsonLines(path)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = f"{path}: cannot be written ({error.strerror or error}); what was noted until"
        raise ArchiveError(
            f"{problem} then is kept; make room or name another file, and run it again"
        ) from error


class _Journal:
    """How far archives were read, and a measure of what was written by then."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.places: dict[str, int] = {}
        self.size = 0
        if path.exists():
            try:
                said = json.loads(path.read_text(encoding="utf-8"))
                self.places, self.size = dict(said["places"]), int(said["size"])
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise ArchiveError(f"{path}: not a journal of `monitor backfill`") from error

    @property
    def exists(self) -> bool:
        return self._path.exists()

    def begin(self) -> None:
        """Say that what will be written is ours, before anything is."""
        if not self.exists:
            self.write(0)

    def write(self, size: int) -> None:
        self.size = size
        new = self._path.with_name(f"{self._path.name}.new")
        with _writing(self._path), new.open("w", encoding="utf-8") as file:
            json.dump({"places": self.places, "size": size}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)


class JsonLines:
    """An entry a line: id, score, profile, every profile's score; the rest for what is near."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = _Journal(path.with_name(f"{path.name}.journal"))
        if path.exists() and path.stat().st_size and not self._journal.exists:
            raise _not_ours(path)
        self._journal.begin()
        with _writing(path):
            self._file: BinaryIO = path.open("ab")
        if self._file.seek(0, os.SEEK_END) < self._journal.size:
            self._file.close()
            raise ArchiveError(f"{path}: shorter than its journal says; begin with another file")
        self._file.truncate(self._journal.size)
        self._noted = self._journal.size

    def place(self, archive: str) -> int:
        return self._journal.places.get(archive, 0)

    def add(self, rows: Sequence[tuple[Entry, Sequence[Score]]]) -> None:
        self.add_lines(b"".join(json_line(*row) for row in rows))

    def add_lines(self, lines: bytes) -> None:
        """Write entries that are lines already."""
        with _writing(self._path):
            self._file.write(lines)

    def note(self, archive: str, done: int) -> None:
        self._journal.places[archive] = done
        self._noted = self._file.tell()

    def settle(self) -> None:
        with _writing(self._path):
            self._file.flush()
            os.fsync(self._file.fileno())
        self._journal.write(self._noted)  # what was added since is read again

    def close(self) -> None:
        try:
            self.settle()
        finally:
            with suppress(OSError):  # told already
                self._file.close()


class ParquetParts:
    """A folder of Parquet files, as data sets are kept; the journal counts them."""

    def __init__(self, path: Path) -> None:
        self._arrow = _pyarrow()
        if path.exists() and not path.is_dir():
            raise _not_ours(path)
        with _writing(path):
            path.mkdir(parents=True, exist_ok=True)
        self._folder = path
        self._journal = _Journal(path / "_journal.json")
        if any(path.glob("*.parquet")) and not self._journal.exists:
            raise _not_ours(path)
        self._journal.begin()
        for part in path.glob("part-*"):
            if int(part.stem[5:11]) > self._journal.size:
                part.unlink()
        self._rows: list[dict[str, Any]] = []
        self._noted = 0  # of them

    def place(self, archive: str) -> int:
        return self._journal.places.get(archive, 0)

    def add(self, rows: Sequence[tuple[Entry, Sequence[Score]]]) -> None:
        self._rows += (_flat(*row) for row in rows)

    def note(self, archive: str, done: int) -> None:
        self._journal.places[archive] = done
        self._noted = len(self._rows)

    def settle(self) -> None:
        # Only whole parts: a second's rows would make thousands of small files.
        if len(self._rows) >= PART_ROWS:
            self._write()

    def close(self) -> None:
        self._write()

    def _write(self) -> None:
        number, rows = self._journal.size, self._rows[: self._noted]  # the others are read again
        if rows:
            number += 1
            part = self._folder / f"part-{number:06}.parquet"
            table = self._arrow.Table.from_pylist(rows, schema=_schema(self._arrow))
            with _writing(part):
                self._arrow.parquet.write_table(table, part)
                with part.open("rb") as file:
                    os.fsync(file.fileno())
            self._rows, self._noted = self._rows[self._noted :], 0
        self._journal.write(number)


_value = attrgetter("value")


def json_line(entry: Entry, scores: Sequence[Score]) -> bytes:
    """Return an entry as `JsonLines` writes it: as json.dumps would, in a third of the time."""
    best = max(scores, key=_value)
    values = ", ".join([f"{_quoted(each.profile)}: {each.value!r}" for each in scores])
    line = (
        f'{{"id": {_quoted(entry.key.id)}, "score": {best.value!r}, '
        f'"profile": {_quoted(best.profile)}, "scores": {{{values}}}'
    )
    if best.reasons:
        line += _words_said(entry) + _reasons_said(best)
    return (line + "}\n").encode("utf-8", "backslashreplace")


def _words_said(entry: Entry) -> str:
    language = _quoted(entry.language) if entry.language is not None else "null"
    published = f'"{entry.published_at.isoformat()}"' if entry.published_at else "null"
    return (
        f', "title": {_quoted(entry.title)}, "source": {_quoted(entry.outlet)}, '
        f'"url": {_quoted(entry.link)}, "language": {language}, "published": {published}'
    )


def _reasons_said(score: Score) -> str:
    reasons = [
        f'{{"term": {_quoted(each.term)}, "points": {each.points!r}, '
        f'"field": {_quoted(each.field)}}}'
        for each in score.reasons
    ]
    return f', "reasons": [{", ".join(reasons)}]'


def _flat(entry: Entry, scores: Sequence[Score]) -> dict[str, object]:
    best = max(scores, key=_value)
    reasons = [
        {"term": each.term, "points": each.points, "field": each.field} for each in best.reasons
    ]
    return {
        "id": entry.key.id,
        "score": best.value,
        "profile": best.profile,
        "scores": [(score.profile, score.value) for score in scores],
        "title": entry.title,
        "source": entry.outlet,
        "url": entry.link,
        "language": entry.language,
        "published": entry.published_at,
        "reasons": json.dumps(reasons, ensure_ascii=False),
    }


def _schema(arrow: Any) -> Any:
    text = arrow.string()
    return arrow.schema(
        {
            "id": text,
            "score": arrow.float64(),
            "profile": text,
            "scores": arrow.map_(text, arrow.float64()),
            "title": text,
            "source": text,
            "url": text,
            "language": text,
            "published": arrow.timestamp("us", tz="UTC"),
            "reasons": text,  # JSON, as in the other form
        }
    )


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        problem = "pyarrow is not installed; install the program with its extra: pip install "
        raise ConfigError("--to FILE.parquet", f"{problem}'.[archive]'") from error
    return pyarrow


def _not_ours(path: Path) -> ArchiveError:
    return ArchiveError(
        f"{path}: there already, and not written by `monitor backfill`; it was left as it is; "
        "name another file"
    )
