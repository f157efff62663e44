"""Files of scored entries: what stands in them is what their journal says, whatever happened."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from monitor.adapters import archive_files
from monitor.adapters.archive_files import JsonLines, ScoredFile, open_scored
from monitor.errors import ArchiveError, ConfigError
from monitor.model import Score
from tests.factories import make_entry


def ids(path: Path) -> list[str]:
    if path.suffix == ".jsonl":
        return [json.loads(line)["id"] for line in path.read_text().splitlines()]
    import pyarrow.parquet

    found = pyarrow.parquet.read_table(path).column("id").to_pylist() if any(path.iterdir()) else []
    return [str(each) for each in found]


def add(file: ScoredFile, *names: str) -> None:
    file.add([(make_entry(name), (Score("trade", 0.5),)) for name in names])


@pytest.fixture(params=["out.jsonl", "out.parquet"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name = str(request.param)
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed: Parquet is not tried")
    return tmp_path / name


def test_what_was_added_and_not_noted_is_not_kept(path: Path) -> None:
    """Its archive is read again from the place that was noted; it would stand there twice."""
    file = open_scored(path)
    add(file, "a")
    file.note("archive", 10)
    add(file, "b")
    file.settle()
    file.close()

    again = open_scored(path)
    assert again.place("archive") == 10
    assert again.place("another") == 0
    add(again, "b")
    again.note("archive", 20)
    again.close()
    assert ids(path) == ["a", "b"]


def test_a_file_shorter_than_its_journal_says_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    file = open_scored(path)
    add(file, "a", "b")
    file.note("archive", 10)
    file.close()
    path.write_bytes(b"{}\n")

    with pytest.raises(ArchiveError, match="shorter than its journal says"):
        open_scored(path)

    assert path.read_bytes() == b"{}\n"


def test_a_part_that_the_journal_does_not_count_is_written_anew(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: Parquet is not tried")
    path = tmp_path / "out.parquet"
    open_scored(path).close()
    (path / "part-000001.parquet").write_bytes(b"torn")

    file = open_scored(path)
    add(file, "a")
    file.note("archive", 1)
    file.close()

    assert ids(path) == ["a"]


@pytest.mark.parametrize("said", ["no JSON", "[]", '{"places": {}}', '{"places": 1, "size": 0}'])
def test_a_journal_of_somebody_elses_is_told(said: str, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl.journal").write_text(said)

    with pytest.raises(ArchiveError, match=r"out\.jsonl\.journal: not a journal of"):
        open_scored(tmp_path / "out.jsonl")


def test_a_folder_of_somebody_elses_is_left_as_it_is(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: Parquet is not tried")
    folder, file = tmp_path / "theirs.parquet", tmp_path / "one.parquet"
    folder.mkdir()
    (folder / "data.parquet").write_bytes(b"precious")
    file.write_bytes(b"precious")

    for path in (folder, file):
        with pytest.raises(ArchiveError, match="not written by `monitor backfill`"):
            open_scored(path)

    assert sorted(tmp_path.rglob("*")) == sorted([folder, folder / "data.parquet", file])


def test_a_file_that_cannot_be_written_is_told_with_what_to_do(path: Path) -> None:
    path.parent.joinpath("gone").write_text("a file where a folder is wanted")

    with pytest.raises(ArchiveError, match=r"cannot be written \(Not a directory\); .*make room"):
        open_scored(path.parent / "gone" / path.name)


def test_a_full_disk_is_told_and_the_file_is_closed(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here: a full disk is not tried")
    path = tmp_path / "out.jsonl"
    file = open_scored(path)
    assert isinstance(file, JsonLines)
    file._file.close()
    file._file = full.open("ab")

    with pytest.raises(ArchiveError, match=r"out\.jsonl: cannot be written \(No space left"):
        add(file, "a" * 100_000)
    with pytest.raises(ArchiveError, match=r"out\.jsonl: cannot be written"):
        file.close()

    assert file._file.closed


def test_whole_parts_are_written_as_soon_as_there_are_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: Parquet is not tried")
    monkeypatch.setattr(archive_files, "PART_ROWS", 2)
    path = tmp_path / "out.parquet"
    file = open_scored(path)
    for number, name in enumerate("abc"):
        add(file, name)
        file.note("archive", number)
        file.settle()

    assert sorted(each.name for each in path.iterdir()) == ["_journal.json", "part-000001.parquet"]
    file.close()
    assert ids(path) == ["a", "b", "c"]


def test_without_pyarrow_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as if it were not installed

    with pytest.raises(ConfigError, match=r"^--to FILE\.parquet: pyarrow is not installed"):
        open_scored(tmp_path / "out.parquet")

    assert list(tmp_path.iterdir()) == []
