"""Archives of news, read piece by piece: JSON lines, WARC, feed lists. Sole user of warcio.

A piece is what one worker does at a time, and ends where reading can begin again.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from monitor.adapters.home.opml import read_opml
from monitor.errors import ArchiveError, ConfigError

PIECE_BYTES: Final = 2 * 1024 * 1024  # a fraction of a second: handing it over must not weigh
PAGE_BYTES: Final = 1024 * 1024  # of a page; its article stands before that
LINE_BYTES: Final = 4 * 1024 * 1024
FEED_BYTES: Final = 10 * 1024 * 1024

LINES, PAGES, FEEDS = "lines", "pages", "feeds"
_OPML = (".opml", ".xml")
_LINES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, slots=True)
class Page:
    """A page or feed document as it was saved."""

    url: str
    body: bytes
    content_type: str | None = None
    saved_at: str = ""  # as the archive writes it


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an archive: its lines as they are, or its pages."""

    archive: str  # the file's name
    kind: str
    start: int  # where it began; of lines, in bytes once unpacked
    end: int  # where the next one begins
    read_bytes: int  # of the file itself, to its end
    lines: bytes = b""
    pages: tuple[Page, ...] = ()


def kind_of(path: Path) -> str:
    """Return what an archive is, by its name and its first bytes.

    Raises ArchiveError when it is none, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read ({error.strerror})") from error
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".warc", ".arc")) or head.startswith(b"WARC/"):
        return PAGES
    if name.endswith(_LINES):
        return LINES
    if name.endswith(_OPML) and b"<opml" in head.lower():
        return FEEDS
    raise ArchiveError(
        f"{path}: not an archive; expected .jsonl (or .jsonl.gz), .warc (or .warc.gz), or an "
        ".opml with the feeds' documents beside it"
    )


def pieces(path: Path, start: int = 0) -> Iterator[Piece]:
    """Yield the pieces of an archive from a place on where a piece ended."""
    reader = {LINES: _line_pieces, PAGES: _page_pieces, FEEDS: _feed_pieces}[kind_of(path)]
    try:
        yield from reader(path, start)
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        raise ArchiveError(
            f"{path}: cannot be read to its end ({said}); what was read so far is kept"
        ) from error


# ---------------------------------------------------------------- lines


def _line_pieces(path: Path, start: int) -> Iterator[Piece]:
    with path.open("rb") as raw:
        file: IO[bytes] = raw
        if path.name.lower().endswith(".gz"):
            file = io.BufferedReader(gzip.GzipFile(fileobj=raw))
        file.seek(start)
        while block := file.read(PIECE_BYTES):
            if not block.endswith(b"\n"):
                block += file.readline(LINE_BYTES)
            end = start + len(block)
            yield Piece(path.name, LINES, start, end, raw.tell(), lines=block)
            start = end


# ---------------------------------------------------------------- pages


def _page_pieces(path: Path, start: int) -> Iterator[Piece]:
    with path.open("rb") as file:
        file.seek(start)
        records = _records(file)
        pages: list[Page] = []
        size, place = 0, start
        held: Page | None = None  # of the last record, whole once reading went on behind it
        damage: Exception | None = None
        try:
            for record in records:
                place = records.offset  # asked for its place, it would be passed over
                if held:
                    pages.append(held)
                    size += len(held.body)
                if size >= PIECE_BYTES:
                    yield Piece(path.name, PAGES, start, place, place, pages=tuple(pages))
                    start, pages, size = place, [], 0
                held = _page(record)
            end = path.stat().st_size
        except (_warcio().exceptions.ArchiveLoadFailed, _DamageError) as error:
            damage, end = error, max(records.offset, place)
        if held and end > place:
            pages.append(held)
        yield Piece(path.name, PAGES, start, end, end, pages=tuple(pages))
        if damage:
            problem = f"damaged after byte {end} ({damage}); what was read so far is kept"
            raise ArchiveError(f"{path}: {problem}") from damage


def _warcio() -> Any:
    try:
        import warcio.archiveiterator
        import warcio.exceptions
    except ImportError as error:
        problem = "warcio is not installed; install the program with its extra: pip install "
        raise ConfigError("WARC archives", f"{problem}'.[archive]'") from error
    return warcio


class _DamageError(Exception):
    """Something packed cannot be unpacked, or ends too soon."""


def _records(file: IO[bytes]) -> Any:
    """Return warcio's records, which end where there is damage: it would tell none, and go on."""
    warcio = _warcio()

    class Unpacked(warcio.bufferedreaders.DecompressingBufferedReader):  # type: ignore[misc, name-defined]
        is_amid = False  # something of a packed record was read, and not its end

        def _process_read(self, data: bytes) -> None:
            if self.is_amid and not data:
                raise _DamageError("it ends too soon")
            super()._process_read(data)

        def _decompress(self, data: bytes) -> bytes:
            if self.num_read == 0 and not self.is_amid and not data.startswith(b"\x1f\x8b"):
                self.decompressor = None  # nothing is packed
            if self.decompressor is None:
                return data
            try:
                plain: bytes = self.decompressor.decompress(data)
            except zlib.error as error:
                raise _DamageError(str(error)) from error
            self.is_amid = not self.decompressor.eof
            return plain

    class Records(warcio.archiveiterator.ArchiveIterator):  # type: ignore[misc, name-defined]
        offset: int

        def read_to_end(self, record: Any = None) -> None:
            offset = self.offset
            super().read_to_end(record)
            is_packed = self.reader.decompressor is not None
            if self.record and not is_packed and getattr(self.record.raw_stream, "limit", 0):
                self.offset = offset
                raise _DamageError("it ends too soon")

    records = Records(file, arc2warc=True)
    records.reader = Unpacked(file)
    return records


def _page(record: Any) -> Page | None:
    """Return a record's page, None for one that is no web server's good answer."""
    if record.rec_type != "response" or record.http_headers is None:
        return None
    if record.http_headers.get_statuscode() != "200":
        return None
    kind = record.http_headers.get_header("Content-Type") or ""
    if kind and "html" not in kind.lower():
        return None
    headers = record.rec_headers
    body = record.content_stream().read(PAGE_BYTES)
    return Page(
        headers.get_header("WARC-Target-URI") or "",
        body,
        kind,
        headers.get_header("WARC-Date") or "",
    )


# ---------------------------------------------------------------- feeds


def _feed_pieces(path: Path, start: int) -> Iterator[Piece]:
    """Yield a piece for each feed of the list; `start` counts feeds."""
    listed = read_opml(path.read_bytes(), path.name).subscriptions
    for number, feed in enumerate(listed[start:], start=start):
        saved = path.parent / saved_name(feed.url)
        pages: tuple[Page, ...] = ()
        if saved.is_file():
            with saved.open("rb") as file:
                pages = (Page(feed.url, file.read(FEED_BYTES)),)
        end = path.stat().st_size * (number + 1) // len(listed)
        yield Piece(path.name, FEEDS, number, number + 1, end, pages=pages)


def saved_name(url: str) -> str:
    """Return the name of the file that holds a feed's document, beside the list.

    Its address without the scheme, and `_` for what is no letter, digit, dot or hyphen.
    """
    bare = url.split("://", 1)[-1]
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-") else "_" for c in bare)[:200]
