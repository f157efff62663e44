import errno
import os
import threading
from pathlib import Path

import pytest

from monitor.adapters.publish import StagedPage, discard, promote, recover, stage_page
from monitor.errors import StoreError
from tests.factories import make_rendered

SLOT = "2026-07-12-0700"


def titled(title: str, language: str = "en") -> str:
    return f'<html lang="{language}"><head><title>{title}</title></head><body></body></html>'


def files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in found}


def test_a_page_takes_its_place_when_it_is_promoted(tmp_path: Path) -> None:
    staged = stage_page(tmp_path, "morning", SLOT, make_rendered(page_html=titled("All")))

    assert set(files(tmp_path)) == {
        f"morning/{SLOT}.html.staged",
        f"morning/{SLOT}.txt.staged",
    }
    assert promote(staged) == tmp_path / "morning" / f"{SLOT}.html"
    published = files(tmp_path)
    assert published.pop("morning/index.html")
    assert published == {
        f"morning/{SLOT}.html": titled("All"),
        f"morning/{SLOT}.txt": "A water accord\n",
    }


def test_without_a_page_of_its_own_the_mail_is_the_page(tmp_path: Path) -> None:
    page = promote(stage_page(tmp_path, "morning", SLOT, make_rendered(body_html=titled("Mail"))))

    assert page.read_text(encoding="utf-8") == titled("Mail")


def test_the_message_is_kept_as_it_went_out(tmp_path: Path) -> None:
    raw = b"Subject: x\r\n\r\n\xff\r\n"

    page = promote(stage_page(tmp_path, "morning", SLOT, make_rendered(), eml=raw))

    assert page.with_suffix(".eml").read_bytes() == raw


def test_promoting_and_staging_twice_change_nothing_more(tmp_path: Path) -> None:
    staged = stage_page(tmp_path, "morning", SLOT, make_rendered())
    assert stage_page(tmp_path, "morning", SLOT, make_rendered()) == staged
    promote(staged)
    once = files(tmp_path)

    promote(staged)

    assert files(tmp_path) == once


def test_a_discarded_page_leaves_nothing(tmp_path: Path) -> None:
    staged = stage_page(tmp_path, "morning", SLOT, make_rendered())

    discard(staged)
    discard(staged)

    assert files(tmp_path) == {}


def test_pages_are_their_owners_alone(tmp_path: Path) -> None:
    page = promote(stage_page(tmp_path, "morning", SLOT, make_rendered()))

    modes = [
        path.stat().st_mode & 0o777 for path in (page, page.parent, page.parent / "index.html")
    ]
    assert modes == [0o600, 0o700, 0o600]


def test_the_index_lists_the_issues_newest_first_in_their_language(tmp_path: Path) -> None:
    for slot, title in [
        ("2026-07-11-0700", "Fish &amp; chips"),
        ("2026-07-12-1900", "Lo último &lt;b&gt;"),
        ("2026-07-12-0700", ""),
    ]:
        page = titled(title, "es")
        promote(stage_page(tmp_path, "morning", slot, make_rendered(page_html=page)))

    index = (tmp_path / "morning" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="es">' in index
    assert [line for line in index.splitlines() if line.startswith("<li>")] == [
        '<li><time datetime="2026-07-12">2026-07-12 19:00</time>'
        '<a href="2026-07-12-1900.html">Lo último &lt;b&gt;</a></li>',
        '<li><time datetime="2026-07-12">2026-07-12 07:00</time>'
        '<a href="2026-07-12-0700.html">2026-07-12-0700</a></li>',
        '<li><time datetime="2026-07-11">2026-07-11 07:00</time>'
        '<a href="2026-07-11-0700.html">Fish &amp; chips</a></li>',
    ]


def test_the_index_lists_pages_only(tmp_path: Path) -> None:
    (tmp_path / "morning").mkdir()
    (tmp_path / "morning" / "notes.html").write_text("mine", encoding="utf-8")

    promote(stage_page(tmp_path, "morning", SLOT, make_rendered(page_html="no head")))

    index = (tmp_path / "morning" / "index.html").read_text(encoding="utf-8")
    assert index.count("<li>") == 1
    assert '<html lang="en">' in index


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "../x", "a\\b", "a\x00b", "a b", ".x", "-"])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="cannot be the name of"):
        stage_page(tmp_path / "pages", name, SLOT, make_rendered())
    assert files(tmp_path) == {}


@pytest.mark.parametrize("label", ["", "..", "2026-07-12", "../2026-07-12-0700", f"{SLOT}/x"])
def test_a_slot_label_cannot_either(tmp_path: Path, label: str) -> None:
    with pytest.raises(StoreError, match="cannot be the name of"):
        stage_page(tmp_path, "morning", label, make_rendered())


def test_a_link_left_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("precious", encoding="utf-8")
    place = tmp_path / "pages" / "morning"
    place.mkdir(parents=True)
    (place / f"{SLOT}.html.staged").symlink_to(outside)

    with pytest.raises(StoreError):
        stage_page(tmp_path / "pages", "morning", SLOT, make_rendered())

    assert outside.read_text(encoding="utf-8") == "precious"


# ---------------------------------------------------------------- after a crash


def test_recovery_promotes_what_was_issued_and_removes_what_was_not(tmp_path: Path) -> None:
    stage_page(tmp_path, "morning", SLOT, make_rendered(), eml=b"mail")
    stage_page(tmp_path, "evening", "2026-07-12-1900", make_rendered())

    promoted = recover(tmp_path, lambda digest, label: (digest, label) == ("morning", SLOT))

    assert promoted == [tmp_path / "morning" / f"{SLOT}.html"]
    assert set(files(tmp_path)) == {
        "morning/index.html",
        f"morning/{SLOT}.html",
        f"morning/{SLOT}.txt",
        f"morning/{SLOT}.eml",
    }
    assert recover(tmp_path, lambda digest, label: True) == []


def test_recovery_finishes_a_promotion_that_was_cut_short(tmp_path: Path) -> None:
    staged = stage_page(tmp_path, "morning", SLOT, make_rendered())
    (staged.folder / f"{SLOT}.txt.staged").rename(staged.folder / f"{SLOT}.txt")

    assert recover(tmp_path, lambda digest, label: True) == [staged.page]
    assert set(files(tmp_path / "morning")) == {f"{SLOT}.html", f"{SLOT}.txt", "index.html"}


def test_recovery_leaves_other_peoples_files_alone(tmp_path: Path) -> None:
    (tmp_path / "morning").mkdir()
    (tmp_path / "morning" / "mine.staged").write_text("mine", encoding="utf-8")

    assert recover(tmp_path, lambda digest, label: True) == []
    assert recover(tmp_path / "absent", lambda digest, label: True) == []
    assert files(tmp_path) == {"morning/mine.staged": "mine"}


# ---------------------------------------------------------------- a disk that does not do


def test_a_file_in_the_way_is_told_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "morning").write_text("in the way", encoding="utf-8")

    with pytest.raises(StoreError, match=f"writing the page of morning {SLOT}: "):
        stage_page(tmp_path, "morning", SLOT, make_rendered())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "permission is denied"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_disk_that_fails_is_told_in_plain_words_and_nothing_is_left(
    tmp_path: Path, number: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(StoreError, match=words):
        stage_page(tmp_path, "morning", SLOT, make_rendered())
    assert files(tmp_path) == {}


def test_what_cannot_be_removed_waits_for_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = stage_page(tmp_path, "morning", SLOT, make_rendered())
    with monkeypatch.context() as broken:
        broken.setattr(os, "unlink", lambda *_, **__: (_ for _ in ()).throw(OSError()))
        discard(staged)
    assert len(files(tmp_path)) == 2

    assert recover(tmp_path, lambda digest, label: False) == []
    assert files(tmp_path) == {}


def test_two_processes_that_promote_the_same_page_both_find_it_in_its_place(
    tmp_path: Path,
) -> None:
    gate, ended = threading.Barrier(6), []

    def finish(staged: StagedPage) -> None:
        gate.wait()
        promote(staged)
        recover(tmp_path, lambda digest, label: True)
        ended.append(staged.page.exists())

    for n in range(10):
        staged = stage_page(tmp_path, "morning", f"2026-07-{n + 10}-0700", make_rendered())
        threads = [threading.Thread(target=finish, args=[staged]) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert ended == [True] * 60
    assert [name for name in files(tmp_path / "morning") if "staged" in name or "new" in name] == []
