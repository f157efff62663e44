"""Example articles from files, and the profile file that is made of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.articles import BYTES_MAX, ArticleFile, article_of, read_article
from monitor.adapters.home.profile_files import check_term, read_profile
from monitor.adapters.home.profile_text import profile_text, quoted
from monitor.adapters.home.tomlfile import TomlFile
from monitor.adapters.knowledge import load_background
from monitor.errors import LearningError
from monitor.stages.learn import Article, learn_profile
from tests.factories import make_profile

BACKGROUND = load_background()


def written(folder: Path, name: str, body: bytes) -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


def refused(path: Path) -> str:
    with pytest.raises(LearningError) as caught:
        read_article(path, "bees")
    assert caught.value.problem.endswith("nothing was written")
    return caught.value.problem


@pytest.mark.parametrize(
    ("body", "article"),
    [
        ("Title\n\nThe text\ngoes on", ArticleFile("Title", "The text goes on")),
        ("\ufeffAño nuevo\nNiños", ArticleFile("Año nuevo", "Niños")),
        ("Only a title", ArticleFile("Only a title", "")),
    ],
)
def test_the_first_line_of_a_text_is_its_title(
    tmp_path: Path, body: str, article: ArticleFile
) -> None:
    assert read_article(written(tmp_path, "a.txt", body.encode()), "bees") == article


def test_a_text_of_an_old_encoding_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "Año\nMéxico".encode("cp1252"))

    assert read_article(path, "bees") == ArticleFile("Año", "México")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "holds no text"),
        (b"\x00\xff\xfe\x00binary", "is not text, HTML or PDF"),
    ],
)
def test_a_file_that_is_no_article_is_told(tmp_path: Path, body: bytes, said: str) -> None:
    assert said in refused(written(tmp_path, "a.txt", body))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in refused(tmp_path / "none.txt")


@pytest.mark.parametrize(
    ("name", "body", "library", "extra"),
    [
        ("a.html", b"<html><p>Bees</p></html>", "trafilatura", "[html]"),
        ("a.pdf", b"%PDF-1.4", "pypdf", "[pdf]"),
    ],
)
def test_a_missing_extra_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    body: bytes,
    library: str,
    extra: str,
) -> None:
    monkeypatch.setitem(sys.modules, library, None)  # as if it were not installed

    assert f"pip install 'news-monitor{extra}'" in refused(written(tmp_path, name, body))


def test_a_file_that_is_too_large_is_told_and_not_looked_at() -> None:
    with pytest.raises(LearningError, match=r"a\.txt is over \d+ MiB; nothing was written"):
        article_of(b"x" * (BYTES_MAX + 1), Path("a.txt"), "bees")


def test_without_an_extra_a_page_is_read_by_its_paragraphs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    said = "The bees of the valley swarm in May, and each hive has its keeper. " * 4
    page = f"<html><h1>Bees</h1><article><p>{said}</p></article></html>".encode()

    assert read_article(written(tmp_path, "a.html", page), "bees") == ArticleFile(
        "Bees", said.strip()
    )


def test_what_the_extra_finds_in_a_page_is_taken_and_nothing_found_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the library itself, which is not installed here, only what it answers stands in."""
    found = [SimpleNamespace(title="Bees", text="They swarm."), None]
    library = SimpleNamespace(bare_extraction=lambda *_, **__: found.pop(0))
    monkeypatch.setitem(sys.modules, "trafilatura", library)
    page = written(tmp_path, "a.html", b"<html><p>Bees</p></html>")

    assert read_article(page, "bees") == ArticleFile("Bees", "They swarm.")
    assert "no article was found in" in refused(page)


@pytest.mark.parametrize(
    ("title", "pages", "article"),
    [
        (
            "The bees of May",
            ["They swarm.", "All day."],
            ("The bees of May", "They swarm. All day."),
        ),
        ("scan0001.indd", ["On bees\nThey swarm."], ("On bees", "They swarm.")),
        (None, ["On bees\nThey swarm."], ("On bees", "They swarm.")),
    ],
)
def test_the_pages_of_a_pdf_are_its_text_and_a_file_name_is_no_title(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    title: str | None,
    pages: list[str],
    article: tuple[str, str],
) -> None:
    reader = SimpleNamespace(
        pages=[SimpleNamespace(extract_text=lambda text=text: text) for text in pages],
        metadata=SimpleNamespace(title=title) if title else None,
    )
    monkeypatch.setitem(sys.modules, "pypdf", pdf_library(lambda _: reader))

    assert read_article(written(tmp_path, "a.pdf", b"%PDF-1.4"), "bees") == ArticleFile(*article)


def test_a_pdf_that_is_broken_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise KeyError("/Root")

    monkeypatch.setitem(sys.modules, "pypdf", pdf_library(fail))

    assert "cannot be read as a PDF (KeyError)" in refused(written(tmp_path, "a.pdf", b"%PDF-1.4"))


class DependencyError(Exception):
    """No PyPdfError, but an error of pypdf's all the same."""


@pytest.mark.parametrize("kind", [DependencyError, NotImplementedError])
def test_a_pdf_of_a_kind_that_its_reader_does_not_know_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    def fail(_: object) -> None:
        raise kind("only Standard PDF encryption handler is available")

    library = pdf_library(fail)
    library.errors.DependencyError = DependencyError
    monkeypatch.setitem(sys.modules, "pypdf", library)

    said = refused(written(tmp_path, "a.pdf", b"%PDF-1.4"))
    assert f"cannot be read as a PDF ({kind.__name__})" in said


def test_a_page_that_its_reader_breaks_over_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setitem(sys.modules, "trafilatura", SimpleNamespace(bare_extraction=fail))

    said = refused(written(tmp_path, "a.html", b"<html><p>Bees</p></html>"))
    assert "cannot be read as HTML (AssertionError)" in said


def pdf_library(reader: Callable[[object], object]) -> SimpleNamespace:
    """What stands in for the library, which is not installed here."""
    return SimpleNamespace(PdfReader=reader, errors=SimpleNamespace(PyPdfError=RuntimeError))


# ---------------------------------------------------------------- the profile file


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=300)), min_size=1, max_size=3))
def test_a_learned_profile_is_read_back_as_it_was_written(texts: list[tuple[str, str]]) -> None:
    articles = [Article(title, text) for title, text in texts]
    try:
        learned = learn_profile("bees", articles, BACKGROUND)
    except LearningError:
        return
    groups = [(group.heading, group.terms) for group in learned.groups]
    raw = profile_text(learned.profile, groups, learned.warnings).encode()

    read = read_profile(TomlFile.parse("seeds/bees.toml", raw), "bees", [])

    assert read.terms == learned.profile.terms
    assert read.threshold == learned.profile.threshold


def test_every_word_of_the_shipped_subjects_may_stand_in_a_profile() -> None:
    file = TomlFile.parse("subjects.toml", b"")

    for name, terms in BACKGROUND.subjects.items():
        for term in terms:
            check_term(file, (name, term), term)


def test_notes_stand_above_the_profile() -> None:
    text = profile_text(make_profile(), [("said", ["tariff*"])], ["Mind the gap."])

    assert text.startswith("# Trade.\n#\n")
    assert "\n# Mind the gap.\n" in text
    assert '\n[terms]\n# said\n"tariff*" = 2\n' in text


def test_what_speaks_against_is_written_too() -> None:
    profile = replace(make_profile(), against={"new mexico": 2.0})

    raw = profile_text(profile, [("said", ["tariff*"])]).encode()

    assert read_profile(TomlFile.parse("seeds/trade.toml", raw), "trade", []) == profile


def test_a_lone_surrogate_and_a_control_can_be_quoted() -> None:
    assert quoted('a\ud800\x07"\U000e0001') == '"a?\\u0007\\"\\U000E0001"'


def test_a_file_too_large_for_an_article_is_told(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(BYTES_MAX + 1)

    assert "is over 20 MiB" in refused(path)


@given(st.text())
def test_any_text_can_be_quoted(text: str) -> None:
    raw = f"name = {quoted(text)}".encode()

    found = TomlFile.parse("a.toml", raw).data["name"]
    assert found == text.encode("utf-8", "replace").decode()
