"""Archives read in pieces: every whole page of them, and damage told by its place."""

from __future__ import annotations

import gzip
import random
import sys
import zlib
from pathlib import Path

import pytest

from monitor.adapters import archives
from monitor.adapters.archives import FEEDS, LINES, PAGES, Page, Piece, kind_of, pieces
from monitor.errors import ArchiveError, ConfigError

SAVED = "2025-01-02T03:04:05Z"


def page(number: int, size: int = 3000) -> tuple[str, bytes]:
    """Make a page that packs badly, so that its record has some length."""
    letters = random.Random(number).choices("abcdefgh ", k=size)
    return f"https://a.example/{number}", f"<html>{''.join(letters)}".encode()


def record(url: str, body: bytes, *, kind: str = "response", head: str = "") -> bytes:
    answer = (head or "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n").encode() + body
    http = {"response": "response", "request": "request"}.get(kind, "")
    says = f"application/http; msgtype={http}" if http else "application/warc-fields"
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {SAVED}\r\n"
        f"Content-Type: {says}\r\nContent-Length: {len(answer)}\r\n\r\n"
    ).encode() + answer


def warc(path: Path, *records: bytes) -> list[int]:
    """Write records, packed one by one where the name says so; return where each begins."""
    places = []
    with path.open("wb") as file:
        for each in records:
            places.append(file.tell())
            whole = each + b"\r\n\r\n"
            file.write(gzip.compress(whole) if path.suffix == ".gz" else whole)
    return places


def read_until_damage(path: Path, start: int = 0) -> tuple[list[Piece], str]:
    found: list[Piece] = []
    with pytest.raises(ArchiveError) as caught:
        found.extend(pieces(path, start))  # what came before the error is in the list
    return found, str(caught.value)


def urls(found: list[Piece]) -> list[str]:
    return [each.url for piece in found for each in piece.pages]


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_no_page_is_lost_where_one_piece_ends_and_the_next_begins(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "PIECE_BYTES", 7000)
    all_pages = [page(number) for number in range(10)]
    places = warc(tmp_path / name, *(record(*each) for each in all_pages))

    found = list(pieces(tmp_path / name))

    whole = [Page(url, body, "text/html", SAVED) for url, body in all_pages]
    assert [each for piece in found for each in piece.pages] == whole
    assert [len(piece.pages) for piece in found] == [3, 3, 3, 1]
    assert [piece.start for piece in found] == [places[0], places[3], places[6], places[9]]
    assert found[-1].end == (tmp_path / name).stat().st_size
    for number, piece in enumerate(found):
        assert list(pieces(tmp_path / name, piece.start)) == found[number:]


def test_what_is_no_web_servers_good_answer_is_passed_over(tmp_path: Path) -> None:
    html, none = "Content-Type: text/html\r\n\r\n", "\r\n"
    path = tmp_path / "a.warc"
    warc(
        path,
        record("", b"software: a crawler", kind="warcinfo"),
        record("https://a.example/asked", b"", kind="request", head=f"GET / HTTP/1.1\r\n{none}"),
        record("https://a.example/gone", b"x", head=f"HTTP/1.1 404 Not Found\r\n{html}"),
        record(
            "https://a.example/p", b"%PDF", head="HTTP/1.1 200 OK\r\nContent-Type: a/pdf\r\n\r\n"
        ),
        record("https://a.example/untold", b"<p>", head=f"HTTP/1.1 200 OK\r\n{none}"),
        record("https://a.example/page", b"<p>", head=f"HTTP/1.1 200 OK\r\n{html}"),
    )

    (found,) = pieces(path)

    assert urls([found]) == ["https://a.example/untold", "https://a.example/page"]


def test_the_form_before_warc_is_read_too(tmp_path: Path) -> None:
    head = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>hi</html>"
    path = tmp_path / "a.arc"
    path.write_bytes(
        b"filedesc://a.arc 0.0.0.0 20250102030405 text/plain %d\n" % len(head)
        + head
        + b"\nhttp://a.example/x 1.2.3.4 20250102030405 text/html %d\n" % len(body)
        + body
        + b"\n"
    )

    (found,) = pieces(path)

    assert found.pages == (Page("http://a.example/x", b"<html>hi</html>", "text/html", SAVED),)


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_crawl_that_ends_too_soon_is_told_and_gone_on_with_once_it_is_whole(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    places = warc(path, *(record(*page(number)) for number in range(5)))
    whole = path.read_bytes()
    path.write_bytes(whole[: (places[4] + len(whole)) // 2])

    found, said = read_until_damage(path)

    assert said == (
        f"{path}: damaged after byte {places[4]} (it ends too soon); what was read so far is kept"
    )
    assert urls(found) == [f"https://a.example/{number}" for number in range(4)]
    path.write_bytes(whole)
    assert urls(list(pieces(path, found[-1].end))) == ["https://a.example/4"]


def test_a_damaged_record_is_told_and_nothing_after_it_taken_for_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    places = warc(path, *(record(*page(number)) for number in range(5)))
    bytes_ = bytearray(path.read_bytes())
    bytes_[places[3] - 5] ^= 1  # the sum at the end of the third one
    path.write_bytes(bytes_)

    found, said = read_until_damage(path)

    assert said.startswith(f"{path}: damaged after byte {places[2]} (Error -3 ")
    assert urls(found) == ["https://a.example/0", "https://a.example/1"]
    assert found[-1].end == places[2]


def test_a_crawl_packed_as_one_is_refused(tmp_path: Path) -> None:
    """It could not be gone on with: no record of it can be found by its place."""
    plain, path = tmp_path / "a.warc", tmp_path / "a.warc.gz"
    warc(plain, record(*page(0)), record(*page(1)))
    path.write_bytes(gzip.compress(plain.read_bytes()))

    found, said = read_until_damage(path)

    assert urls(found) == []
    assert said.startswith(f"{path}: damaged after byte 0 (")
    assert "non-chunked gzip file" in said


def test_what_is_no_record_is_told_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    places = warc(path, record(*page(0)), b"nonsense\r\n")

    found, said = read_until_damage(path)

    assert said.startswith(f"{path}: damaged after byte {places[1]} (Unknown archive format")
    assert urls(found) == ["https://a.example/0"]


def test_without_warcio_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.warc"
    warc(path, record(*page(0)))
    monkeypatch.setitem(sys.modules, "warcio.archiveiterator", None)  # as if it were not there

    with pytest.raises(ConfigError, match=r"^WARC archives: warcio is not installed; .*archive"):
        list(pieces(path))


# ---------------------------------------------------------------- lines, feeds, kinds


def test_packed_lines_that_are_damaged_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    packer = zlib.compressobj(wbits=31)
    good = packer.compress(b'{"id": 1}\n') + packer.flush(zlib.Z_FULL_FLUSH)
    path.write_bytes(good + b"\x07" * 40)  # no kind of block that there is

    found, said = read_until_damage(path)

    assert found == []
    assert said.startswith(f"{path}: cannot be read to its end (Error -3 while decompressing")
    assert said.endswith("; what was read so far is kept")


def test_a_feed_whose_document_is_missing_is_an_empty_piece(tmp_path: Path) -> None:
    outline = '<outline type="rss" text="Wire" xmlUrl="https://wire.example/rss"/>'
    path = tmp_path / "list.opml"
    path.write_text(f'<opml version="2.0"><body>{outline}</body></opml>', encoding="utf-8")
    size = path.stat().st_size

    assert list(pieces(path)) == [Piece("list.opml", FEEDS, 0, 1, size)]


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("A.JSONL.GZ", b"", LINES),
        ("a.ndjson", b"", LINES),
        ("a.arc.gz", b"", PAGES),
        ("crawl", b"WARC/1.0\r\n", PAGES),
        ("feeds.xml", b"<?xml version='1.0'?><OPML>", FEEDS),
    ],
)
def test_an_archive_is_told_by_its_name_or_how_it_begins(
    name: str, head: bytes, kind: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(head)

    assert kind_of(tmp_path / name) == kind


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"cannot be read \(Is a directory\)"):
        kind_of(tmp_path)
