"""Archives of news, read piece by piece: JSON lines, WARC, feed lists. Sole user of warcio.

A piece is what one worker does at a time, and ends where reading can begin again.
"""

from __future__ import annotations

import gzip
import io
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
    except (OSError, EOFError) as error:
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


def _warcio() -> Any:
    try:
        import warcio.archiveiterator
        import warcio.exceptions
    except ImportError as error:
        problem = "warcio is not installed; install the program with its extra: pip install "
        raise ConfigError("WARC archives", f"{problem}'.[archive]'") from error
    return warcio


def _page_pieces(path: Path, start: int) -> Iterator[Piece]:
    warcio = _warcio()
    with path.open("rb") as file:
        file.seek(start)
        records = warcio.archiveiterator.ArchiveIterator(file, no_record_parse=False)
        pages: list[Page] = []
        size = 0
        try:
            for record in records:
                if size >= PIECE_BYTES:
                    end = records.get_record_offset()
                    yield Piece(path.name, PAGES, start, end, end, pages=tuple(pages))
                    start, pages, size = end, [], 0
                if page := _page(record):
                    pages.append(page)
                    size += len(page.body)
        except warcio.exceptions.ArchiveLoadFailed as error:
            raise ArchiveError(
                f"{path}: damaged after byte {start} ({error}); what was read so far is kept"
            ) from error
        end = path.stat().st_size
        yield Piece(path.name, PAGES, start, end, end, pages=tuple(pages))


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
