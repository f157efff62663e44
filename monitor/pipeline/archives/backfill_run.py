"""The backfill: archives -> pieces, scored side by side -> kept in order, with how far it got."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, TypeVar, cast

from monitor.adapters.archive_files import JsonLines, ScoredFile
from monitor.adapters.archives import Piece, kind_of, pieces
from monitor.adapters.store import Store
from monitor.adapters.workers import WorkerDied
from monitor.errors import ArchiveError, MonitorError
from monitor.pipeline.archives.backfill import BackfillKit, ScoredPiece, score_piece

UNREAD_KEPT: Final = 20  # places told in the end
SETTLE_EVERY: Final = 8  # pieces: what a crash costs a file

C = TypeVar("C", contravariant=True)


class Mapped(Protocol):
    """Workers of either kind that hold a `BackfillKit`."""

    def map(
        self,
        function: Callable[[BackfillKit, Piece], ScoredPiece],
        items: Iterable[Piece],
        before_waiting: Callable[[], None] = ...,
    ) -> Iterator[tuple[Piece, ScoredPiece | MonitorError | WorkerDied]]:
        """Yield each item with its result, as they are done."""


class Sink(Protocol):
    """Where scored entries go."""

    def place(self, archive: str) -> int:
        """Return where reading an archive goes on."""

    def keep(self, archive: str, piece: Piece, scored: ScoredPiece) -> int:
        """Keep what a piece brought; return how many entries are new."""

    def settle(self) -> None:
        """Make sure of what was kept."""


@dataclass(slots=True)
class BackfillReport:
    """What a backfill did, counted."""

    entries_count: int = 0
    near_count: int = 0  # at or over a near-miss floor
    new_count: int = 0  # kept, and not there before
    unread_count: int = 0
    unread: list[str] = field(default_factory=list)  # where the first of them stand, and why
    done_before_bytes: int = 0
    read_bytes: int = 0  # of all files, those done before included
    total_bytes: int = 0


def run_backfill(
    paths: Sequence[Path],
    workers: Mapped,
    sink: Sink,
    *,
    progress: Callable[[BackfillReport], None] = lambda report: None,
    stopped: Callable[[], bool] = lambda: False,
) -> BackfillReport:
    """Score archives from where they were left, and keep what they bring in their own order.

    What was kept is never kept again, however this ends. Raises ArchiveError for a file that
    cannot be read; those before it are done.
    """
    report = BackfillReport(total_bytes=sum(_size(path) for path in paths))
    for path in paths:
        kind_of(path)  # told before an hour's work, not after
    try:
        for path in paths:
            _one(path, workers, sink, report, progress, stopped)
            if stopped():
                break
    finally:
        sink.settle()
    return report


def _one(
    path: Path,
    workers: Mapped,
    sink: Sink,
    report: BackfillReport,
    progress: Callable[[BackfillReport], None],
    stopped: Callable[[], bool],
) -> None:
    archive, before = archive_key(path), report.read_bytes
    start = sink.place(archive)
    waiting = _InOrder(pieces(path, start))
    is_first = True
    mapped = cast("_Generator", workers.map(score_piece, waiting.pieces()))
    with closing(mapped) as results:
        for piece, result in results:
            for each, scored in waiting.put(piece, _judged(each_result=result, piece=piece)):
                if is_first and start:
                    report.done_before_bytes += max(each.read_bytes - len(each.lines), 0)
                is_first = False
                _count(report, scored)
                report.new_count += sink.keep(archive, each, scored)
                report.read_bytes = before + each.read_bytes
                waiting.kept_count += 1
                if waiting.kept_count % SETTLE_EVERY == 0:
                    sink.settle()
                progress(report)
            if stopped():
                return
    if is_first:
        report.done_before_bytes += _size(path)
    report.read_bytes = before + _size(path)
    progress(report)


class _Generator(Protocol):
    def __iter__(self) -> Iterator[tuple[Piece, ScoredPiece | MonitorError | WorkerDied]]: ...
    def close(self) -> None: ...


class _InOrder:
    """Pieces go out in the archive's order and come back in any; they are kept in theirs."""

    def __init__(self, source: Iterator[Piece]) -> None:
        self.kept_count = 0
        self._source = source
        self._out: deque[Piece] = deque()
        self._back: dict[int, ScoredPiece] = {}

    def pieces(self) -> Iterator[Piece]:
        for piece in self._source:
            self._out.append(piece)
            yield piece

    def put(self, piece: Piece, scored: ScoredPiece) -> Iterator[tuple[Piece, ScoredPiece]]:
        """Take a piece that is done; yield those whose turn it is now."""
        self._back[piece.start] = scored
        while self._out and self._out[0].start in self._back:
            first = self._out.popleft()
            yield first, self._back.pop(first.start)


def _judged(*, each_result: ScoredPiece | MonitorError | WorkerDied, piece: Piece) -> ScoredPiece:
    """Return what a piece brought; one that cost its worker is told, and the rest goes on."""
    if isinstance(each_result, WorkerDied):
        words = f"{piece.archive}, {piece.start} to {piece.end}: {each_result.reason}"
        return ScoredPiece((), 0, 0, 0, 1, (words,))
    if isinstance(each_result, MonitorError):
        raise each_result
    return each_result


def _count(report: BackfillReport, scored: ScoredPiece) -> None:
    report.entries_count += scored.entries_count
    report.near_count += scored.near_count
    report.unread_count += scored.unread_count
    report.unread += scored.unread[: max(UNREAD_KEPT - len(report.unread), 0)]


def archive_key(path: Path) -> str:
    """Return what an archive is known by, wherever it lies: its name and how it begins."""
    with path.open("rb") as file:
        head = file.read(4096)
    digest = hashlib.blake2b(path.name.encode("utf-8", "replace") + b"\0" + head, digest_size=12)
    return digest.hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read ({error.strerror})") from error


# ---------------------------------------------------------------- where it goes


@dataclass(frozen=True, slots=True)
class IntoStore:
    """Keep entries in the store, as background."""

    store: Store
    kit: BackfillKit

    def place(self, archive: str) -> int:
        return self.store.backfill_place(archive)

    def keep(self, archive: str, piece: Piece, scored: ScoredPiece) -> int:
        return self.store.save_backfill(
            archive,
            f"Archive {piece.archive}",
            [(each.entry, each.scores) for each in scored.kept],
            done=piece.end,
            floors=self.kit.floors,
            now=self.kit.now,
        )

    def settle(self) -> None:
        """Nothing waits: each piece was one transaction."""


@dataclass(frozen=True, slots=True)
class IntoFile:
    """Write entries into a file."""

    file: ScoredFile

    def place(self, archive: str) -> int:
        return self.file.place(archive)

    def keep(self, archive: str, piece: Piece, scored: ScoredPiece) -> int:
        if isinstance(self.file, JsonLines) and scored.lines:
            self.file.add_lines(scored.lines)
        else:
            self.file.add([(each.entry, each.scores) for each in scored.kept])
        self.file.note(archive, piece.end)
        return scored.kept_count

    def settle(self) -> None:
        self.file.settle()
