"""Archives: every entry once, in order, however often the work is broken off."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor import __version__
from monitor.adapters import archives
from monitor.adapters.archive_files import open_scored
from monitor.adapters.archives import LINES, PIECE_BYTES, Piece, pieces, saved_name
from monitor.adapters.cluster_workers import ClusterWorkers
from monitor.adapters.store import Store, Wanted
from monitor.adapters.workers import WorkerDied, Workers
from monitor.errors import ArchiveError, MonitorError, WorkersError
from monitor.model import TopicProfile
from monitor.pipeline.archives import backfill_run
from monitor.pipeline.archives.backfill import BackfillKit, score_piece
from monitor.pipeline.archives.backfill_run import (
    BackfillReport,
    IntoFile,
    IntoStore,
    Sink,
    archive_key,
    run_backfill,
)
from monitor.stages.score import Scorer
from tests.cluster import dask_address, dask_cluster
from tests.factories import NOON, TRADE_TERMS, make_item, make_profile, make_rss

TRADE: TopicProfile = replace(make_profile(), terms=TRADE_TERMS)
ABOVE, NEAR, FAR = "Tariff talks begin", "The port opens again", "A film wins a prize"
PAGE = """<html><head><title>{0}</title></head><body><article><h1>{0}</h1>
<p>{1}</p></article></body></html>"""
LONG = "The customs office says that the talks on the tariff of the harbour go on. " * 4


def kit(*, keep_all: bool = False, as_lines: bool = False) -> BackfillKit:
    floors = {TRADE.name: TRADE.near_miss_floor}
    return BackfillKit(Scorer((TRADE,), ()), NOON, floors, keep_all, as_lines)


def line(number: int, title: str = ABOVE, **more: object) -> str:
    said = {"id": f"n{number}", "title": title, "summary": "", "url": f"https://x.example/{number}"}
    return json.dumps({**said, "published": "2024-03-01", **more})


def write_lines(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")
    return path


def run(sink: Sink, *paths: Path, processes: int = -1, **options: object) -> BackfillReport:
    of_sink = getattr(sink, "kit", kit(keep_all=True))
    with Workers(processes, of_sink) as workers:
        return run_backfill(paths, workers, sink, **options)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "monitor.db") as store:
        yield store


def titles(store: Store) -> list[str]:
    return [each.entry.title for each in store.entries(limit=5000)]


# ---------------------------------------------------------------- what is kept


def test_what_comes_near_is_kept_as_background_with_its_reasons(
    store: Store, tmp_path: Path
) -> None:
    said = line(1, ABOVE, summary="The talks of the two sides are in the news")
    path = write_lines(tmp_path / "a.jsonl", said, line(2, NEAR), line(3, FAR))

    report = run(IntoStore(store, kit()), path)

    assert (report.entries_count, report.near_count, report.new_count) == (3, 2, 2)
    kept = {each.entry.title: each for each in store.entries()}
    assert kept.keys() == {ABOVE, NEAR}
    assert kept[ABOVE].background
    assert kept[ABOVE].feed_title == "Archive a.jsonl"
    assert kept[ABOVE].scores[0].reasons != ()
    assert kept[ABOVE].entry.language == "en"
    assert store.candidates("morning", (TRADE,), NOON.replace(year=2020)) == []
    assert store.due_polls(NOON, every=True) == []
    found = store.entry_page(Wanted(search="tariff"))
    assert [shown.entry.title for shown in found.entries] == [ABOVE]


def test_an_entry_that_an_archive_holds_twice_is_kept_as_it_came_first(
    store: Store, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "a.jsonl", line(1, ABOVE), line(1, NEAR), line(2, NEAR))

    report = run(IntoStore(store, kit()), path)

    assert (report.entries_count, report.near_count, report.new_count) == (3, 3, 2)
    assert sorted(titles(store)) == sorted([ABOVE, NEAR])


def test_all_is_kept_when_asked_for_without_the_reasons_of_what_is_far(
    store: Store, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "a.jsonl", line(1, ABOVE), line(3, FAR))

    run(IntoStore(store, kit(keep_all=True)), path)

    reasons = {each.entry.title: bool(each.scores[0].reasons) for each in store.entries()}
    assert reasons == {ABOVE: True, FAR: False}


def test_quick_values_decide_as_the_scores_do() -> None:
    lines = [line(n, title) for n, title in enumerate((ABOVE, NEAR, FAR, "", "Puerto", "tariff"))]
    text = "\n".join(lines).encode()

    scored = score_piece(kit(keep_all=True), Piece("a.jsonl", LINES, 0, 1, 1, lines=text))

    for each in scored.kept:
        (full,) = kit().scorer.score(each.entry)
        assert each.scores[0].value == pytest.approx(full.value, abs=1e-12)
        assert each.is_near == (full.value >= TRADE.near_miss_floor)
    assert (scored.entries_count, scored.unread_count) == (5, 1)


def test_lines_that_are_no_entries_are_told_by_their_place_and_the_rest_is_kept(
    store: Store, tmp_path: Path
) -> None:
    path = write_lines(
        tmp_path / "a.jsonl",
        line(1),
        "{",
        "[1]",
        '{"title": "no id"}',
        '{"id": 1}',
        '{"id": 1, "title": 7}',
        "",
        line(2, NEAR),
    )

    report = run(IntoStore(store, kit()), path)

    assert sorted(titles(store)) == sorted([ABOVE, NEAR])
    assert report.unread_count == 5
    at = len(line(1)) + 1
    assert report.unread == [
        f"a.jsonl, byte {at}: not JSON",
        f"a.jsonl, byte {at + 2}: no object",
        f"a.jsonl, byte {at + 6}: neither id nor url",
    ]


def test_a_line_that_says_nothing_or_goes_on_behind_its_object_is_told(tmp_path: Path) -> None:
    text = f"{line(1)} more\n{line(2, '')}\n".encode()

    scored = score_piece(kit(), Piece("a.jsonl", LINES, 0, len(text), 1, lines=text))

    at = len(line(1)) + 6
    assert scored.unread == (
        "a.jsonl, byte 0: not JSON",
        f"a.jsonl, byte {at}: neither title nor summary",
    )
    assert (scored.entries_count, scored.unread_count) == (0, 2)


def test_a_value_that_is_near_only_by_rounding_is_not_near() -> None:
    text = line(1, NEAR).encode()
    piece = Piece("a.jsonl", LINES, 0, len(text), 1, lines=text)
    (exact,) = score_piece(kit(keep_all=True), piece).kept
    floor = exact.scores[0].value + 5e-10

    scored = score_piece(replace(kit(keep_all=True), floors={TRADE.name: floor}), piece)

    assert (scored.near_count, scored.kept_count) == (0, 1)
    assert scored.kept[0].scores[0].reasons == ()


def test_a_warc_of_pages_is_read_record_by_record(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("warcio", reason="warcio is not installed: WARC is not tried")
    path = tmp_path / "CC-NEWS-1.warc.gz"
    pages = [(f"https://a.example/{n}", PAGE.format(f"{ABOVE} {n}", LONG)) for n in range(3)]
    write_warc(path, [*pages, ("https://a.example/list", "<p>nothing</p>")])

    report = run(IntoStore(store, kit()), path)

    assert sorted(titles(store)) == [f"{ABOVE} {n}" for n in range(3)]
    assert report.unread == [
        "CC-NEWS-1.warc.gz: https://a.example/list: no article was found in the page"
    ]
    (one,) = [each for each in store.entries() if each.entry.title.endswith("1")]
    assert one.entry.outlet == "a.example"
    assert one.entry.published_at is not None
    assert one.entry.published_at.year == 2025
    assert run(IntoStore(store, kit()), path).entries_count == 0


def write_warc(path: Path, pages: list[tuple[str, str]]) -> None:
    """Write each page as a record packed by itself, as crawls are published."""
    with path.open("wb") as file:
        for url, body in pages:
            answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}".encode()
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
                "WARC-Date: 2025-01-02T03:04:05Z\r\n"
                "Content-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(answer)}\r\n\r\n"
            )
            file.write(gzip.compress(head.encode() + answer + b"\r\n\r\n"))


def test_the_documents_beside_a_feed_list_are_read(store: Store, tmp_path: Path) -> None:
    url = "https://wire.example/rss?all=1"
    outline = f'<outline type="rss" text="Wire" xmlUrl="{url}"/>'
    other = '<outline type="rss" text="Other" xmlUrl="https://gone.example/"/>'
    path = tmp_path / "list.opml"
    path.write_text(f'<opml version="2.0"><body>{outline}{other}</body></opml>', encoding="utf-8")
    (tmp_path / saved_name(url)).write_bytes(make_rss(make_item("a", title=ABOVE)))
    assert saved_name(url) == "wire.example_rss_all_1"

    run(IntoStore(store, kit()), path)

    assert titles(store) == [ABOVE]


# ---------------------------------------------------------------- broken off, and gone on with


def many(path: Path, count: int = 1200) -> Path:
    """Write some pieces of lines: long ones, so that they are few."""
    long = "and so on " * 500
    return write_lines(path, *(line(n, f"{ABOVE} {n}", summary=long) for n in range(count)))


@pytest.mark.parametrize("kind", ["store", "out.jsonl", "out.parquet"])
def test_broken_off_anywhere_it_goes_on_and_keeps_nothing_twice(
    kind: str, store: Store, tmp_path: Path
) -> None:
    if kind == "out.parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed: Parquet is not tried")
    path = many(tmp_path / "a.jsonl")
    assert path.stat().st_size > 2 * PIECE_BYTES

    class Broken(Exception):
        pass

    def break_off(report: BackfillReport) -> None:
        raise Broken

    counts = []
    for is_last in (False, False, False, True):
        sink: Sink = IntoStore(store, kit())
        if kind != "store":
            sink = IntoFile(open_scored(tmp_path / kind))
        try:
            report = run(sink, path, **({} if is_last else {"progress": break_off}))
            counts.append(report.entries_count)
        except Broken:
            pass
        if isinstance(sink, IntoFile):
            sink.file.close()

    assert kept_ids(kind, store, tmp_path) == [f"n{n}" for n in range(1200)]
    assert counts != [1200] or kind == "out.parquet"


def kept_ids(kind: str, store: Store, tmp_path: Path) -> list[str]:
    if kind == "store":
        found = [each.entry.key.id for each in store.entries(limit=50_000)]
        return sorted(found, key=lambda id_: int(id_[1:]))
    if kind == "out.jsonl":
        return [json.loads(each)["id"] for each in (tmp_path / kind).read_text().splitlines()]
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(tmp_path / kind)
    return [str(each) for each in table.column("id").to_pylist()]


def test_what_was_written_after_the_last_note_is_cut_off(tmp_path: Path) -> None:
    path, out = write_lines(tmp_path / "a.jsonl", line(1), line(2)), tmp_path / "out.jsonl"
    file = open_scored(out)
    run(IntoFile(file), path)
    file.close()
    whole = out.read_bytes()
    with out.open("ab") as torn:
        torn.write(b'{"id": "half')

    open_scored(out).close()

    assert out.read_bytes() == whole


def test_a_file_of_somebody_elses_is_left_as_it_is(tmp_path: Path) -> None:
    out = write_lines(tmp_path / "out.jsonl", "precious")

    with pytest.raises(ArchiveError, match="not written by `monitor backfill`"):
        open_scored(out)

    assert out.read_text() == "precious\n"


def test_packed_lines_are_gone_on_with_too(store: Store, tmp_path: Path) -> None:
    plain = many(tmp_path / "a.jsonl").read_bytes()
    path = tmp_path / "b.jsonl.gz"
    path.write_bytes(gzip.compress(plain, 1))
    first, *rest = pieces(path)

    assert [each.lines for each in pieces(path, first.end)] == [each.lines for each in rest]
    assert b"".join(each.lines for each in (first, *rest)) == plain
    assert run(IntoStore(store, kit()), path).new_count == 1200


def test_a_packed_file_that_ends_too_soon_keeps_what_was_whole(
    store: Store, tmp_path: Path
) -> None:
    packed = gzip.compress(many(tmp_path / "a.jsonl").read_bytes(), 1)
    path = tmp_path / "b.jsonl.gz"
    path.write_bytes(packed[: len(packed) * 3 // 4])

    with pytest.raises(ArchiveError, match="cannot be read to its end"):
        run(IntoStore(store, kit()), path)

    assert 300 < len(titles(store)) < 1200


def test_processes_and_a_cluster_keep_the_same_in_the_same_order(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: archives over it not tried")
    path = many(tmp_path / "a.jsonl")
    outs = [tmp_path / name for name in ("here.jsonl", "two.jsonl", "far.jsonl")]
    with dask_cluster() as cluster:
        crews = (
            Workers(-1, kit()),
            Workers(2, kit(as_lines=True)),
            ClusterWorkers(dask_address(cluster), kit(as_lines=True), version=__version__),
        )
        for out, crew in zip(outs, crews, strict=True):
            file = open_scored(out)
            with crew as workers:
                run_backfill([path], workers, IntoFile(file))
            file.close()

    here, two, far = (out.read_bytes() for out in outs)
    assert here.count(b"\n") == 1200
    assert here == two == far


@pytest.mark.parametrize("name", ["a.txt", "feeds.xml", "missing.jsonl"])
def test_what_is_no_archive_is_refused_before_anything_is_read(
    name: str, store: Store, tmp_path: Path
) -> None:
    good = write_lines(tmp_path / "a.jsonl", line(1))
    if name != "missing.jsonl":
        (tmp_path / name).write_text("<rss/>")

    with pytest.raises(ArchiveError):
        run(IntoStore(store, kit()), good, tmp_path / name)

    assert titles(store) == []


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive of several pieces, small ones."""
    monkeypatch.setattr(archives, "PIECE_BYTES", 500)
    return write_lines(tmp_path / "a.jsonl", *(line(n, f"{ABOVE} {n}") for n in range(40)))


class Costly(Workers[BackfillKit]):
    """Workers that end over the first piece; an error of ours comes instead where one is given."""

    error: MonitorError | None = None

    def map(self, function: Any, items: Iterable[Any], before_waiting: Any = None) -> Any:
        for item, result in super().map(function, items):
            died = self.error or WorkerDied("it took more than 60 s of CPU time")
            yield item, result if item.start else died


def test_a_piece_that_cost_its_worker_is_told_by_its_place_and_the_rest_goes_on(
    store: Store, several: Path
) -> None:
    first, *_ = pieces(several)

    report = run_backfill([several], Costly(-1, kit()), IntoStore(store, kit()))

    assert report.unread == [f"a.jsonl, 0 to {first.end}: it took more than 60 s of CPU time"]
    assert report.unread_count == 1
    assert report.entries_count == 40 - first.lines.count(b"\n")
    assert store.backfill_place(archive_key(several)) == several.stat().st_size


def test_what_ends_the_work_is_raised_and_nothing_of_its_piece_is_kept(
    store: Store, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "a.jsonl", line(1))
    workers = Costly(-1, kit())
    workers.error = WorkersError("the Dask scheduler was lost")

    with pytest.raises(WorkersError, match="the Dask scheduler was lost"):
        run_backfill([path], workers, IntoStore(store, kit()))

    assert (titles(store), store.backfill_place(archive_key(path))) == ([], 0)


def written_ids(path: Path) -> list[str]:
    return [json.loads(each)["id"] for each in path.read_text().splitlines()]


def test_told_to_stop_it_ends_after_a_piece_and_settles(tmp_path: Path, several: Path) -> None:
    other = write_lines(tmp_path / "b.jsonl", line(99))
    first, *_ = pieces(several)
    sink = IntoFile(open_scored(tmp_path / "out.jsonl"))

    report = run(sink, several, other, stopped=lambda: True)

    assert report.entries_count == first.lines.count(b"\n")
    assert written_ids(tmp_path / "out.jsonl") == [f"n{n}" for n in range(report.entries_count)]
    run(sink, several, other)
    sink.file.close()
    assert written_ids(tmp_path / "out.jsonl") == [f"n{n}" for n in range(40)] + ["n99"]


def test_every_few_pieces_what_was_done_is_settled(
    tmp_path: Path, several: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_run, "SETTLE_EVERY", 2)
    sink = IntoFile(open_scored(tmp_path / "out.jsonl"))
    journal, ends = tmp_path / "out.jsonl.journal", [each.end for each in pieces(several)]
    settled: list[int] = []

    def note(report: BackfillReport) -> None:
        settled.extend(json.loads(journal.read_text())["places"].values())

    run(sink, several, progress=note)
    sink.file.close()

    assert len(ends) > 4
    assert sorted(set(settled)) == ends[1::2]
    assert list(json.loads(journal.read_text())["places"].values()) == [ends[-1]]


def test_an_archive_that_is_gone_when_its_turn_comes_is_told(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"missing\.jsonl: cannot be read \(No such file"):
        run(IntoStore(store, kit()), tmp_path / "missing.jsonl")


def test_a_document_that_is_no_feed_is_told_and_the_others_are_read(
    store: Store, tmp_path: Path
) -> None:
    urls = ["https://wall.example/", "https://wire.example/"]
    outlines = "".join(f'<outline type="rss" text="A" xmlUrl="{url}"/>' for url in urls)
    path = tmp_path / "list.opml"
    path.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
    (tmp_path / saved_name(urls[0])).write_bytes(b"<html><body>Prove that you are human</body>")
    (tmp_path / saved_name(urls[1])).write_bytes(make_rss(make_item("a", title=ABOVE)))

    report = run(IntoStore(store, kit()), path)

    assert titles(store) == [ABOVE]
    (said,) = report.unread
    assert said.startswith("list.opml: https://wall.example/: ")
