"""Digests tried safely, and entries written out."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from monitor.adapters.home import create_home
from monitor.adapters.store import Store
from monitor.cli import monitor
from monitor.cli.exporting import _row
from monitor.model import OutboxState, Reason
from tests.factories import make_entry, make_score
from tests.pipeline.desk import SEVEN, desk_in
from tests.smtp import ScriptedSmtp

ME = "me@example.org"


def call(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(monitor, ["--home", str(home), *arguments])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = tmp_path / "home"
    create_home(root)
    for path in (root / "seeds").glob("*.toml"):
        path.unlink()
    (root / "seeds" / "trade.toml").write_text(
        'name = "trade"\ntitle = "Trade"\nthreshold = 0.5\n[terms]\n"tariff*" = 4.0\n'
    )
    (root / "monitor.toml").write_text('[digests.morning]\nrecipients = ["ana@example.org"]\n')
    with desk_in(root / "state") as desk:
        desk.tell("=1+1", "plain", at=SEVEN)
        first = desk.tell("old", value=0.9, at=SEVEN.replace(day=1))
        desk.tell("old too", value=0.6, at=SEVEN.replace(day=2), joins=first)
        desk.tell("low", value=0.3, at=SEVEN)
    return root


def untouched(home: Path) -> tuple[object, ...]:
    with Store.open(home / "state" / "monitor.db") as store:
        pages = sorted((home / "state").glob("digests/**/*"))
        return store.issues(), store.outbox(), pages


def test_a_preview_opens_the_browser_and_changes_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(click, "launch", lambda url: opened.append(url) or 0)
    before = untouched(home)

    result = call(home, "digest", "morning", "--preview")

    assert result.exit_code == 0, result.output
    assert untouched(home) == before
    page = Path(opened[0])
    assert page.suffix == ".html"
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert page.stat().st_mode & 0o077 == 0 or page.parent.stat().st_mode & 0o077 == 0


def test_a_home_that_was_never_polled_says_how_entries_come(home: Path, tmp_path: Path) -> None:
    create_home(tmp_path / "new")

    told = call(tmp_path / "new", "digest", "morning", "--dry-run").stdout

    hint = "  no entry is stored yet: `monitor poll` polls the feeds once\n"
    assert told.endswith(hint)
    assert hint not in call(home, "digest", "morning", "--dry-run").stdout


def test_a_preview_without_room_is_told_in_words(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(home / "gone"))

    result = call(home, "digest", "morning", "--preview")

    assert (result.exit_code, result.stderr) == (
        2,
        f"monitor: the preview cannot be written to {home / 'gone'} (No such file or directory);"
        " nothing was changed\n",
    )


def test_a_test_goes_to_one_address_and_changes_nothing(home: Path) -> None:
    with ScriptedSmtp() as server:
        (home / "monitor.toml").write_text(
            f'[mail]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
            'sender = "News <news@example.org>"\n'
            '[digests.morning]\nrecipients = ["ana@example.org"]\n'
        )
        before = untouched(home)

        results = [call(home, "digest", "morning", "--test", "--to", ME) for _ in range(2)]

        assert [result.exit_code for result in results] == [0, 0], results[0].output
        assert untouched(home) == before
        assert [mail.recipient for mail in server.mailbox] == [ME, ME]
        heads = [mail.content.split(b"\r\n\r\n")[0] for mail in server.mailbox]
        assert all(b"\r\nSubject: [Test] " in head for head in heads)
        assert len({head.split(b"Message-ID: ")[1].split(b"\r\n")[0] for head in heads}) == 2
    assert results[0].output.startswith(f"sent to {ME}: [Test] morning, ")


@pytest.mark.parametrize(
    "options",
    [("--test",), ("--to", ME), ("--test", "--to", ME, "--send"), ("--preview", "--dry-run")],
)
def test_options_that_do_not_go_together_are_refused(home: Path, options: tuple[str, ...]) -> None:
    result = call(home, "digest", "morning", *options)

    assert result.exit_code == 2
    assert result.output.startswith("monitor: --")


def test_a_test_to_no_address_is_refused_before_anything_is_sent(home: Path) -> None:
    result = call(home, "digest", "morning", "--test", "--to", "nobody")

    assert result.exit_code == 2


def test_an_alert_is_issued_by_hand_once(home: Path) -> None:
    (home / "monitor.toml").write_text(
        '[digests.urgent]\nkind = "alert"\nthreshold = 0.6\nrecipients = ["ana@example.org"]\n'
    )
    result = call(home, "digest", "urgent")

    assert result.exit_code == 0, result.output
    assert result.output == (
        "alert urgent: nothing passes its threshold that was not told before\n"
    )
    with Store.open(home / "state" / "monitor.db") as store:
        assert store.outbox(OutboxState.QUEUED) == []


# ---------------------------------------------------------------- export


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_table_has_what_passes_and_no_formula(home: Path) -> None:
    result = call(home, "export")

    assert result.exit_code == 0, result.output
    rows = rows_of(result.output)
    assert [row["title"] for row in rows] == [
        "Headline plain", "Headline =1+1", "Headline old too", "Headline old",
    ]  # fmt: skip
    assert {row["profile"] for row in rows} == {"trade"}
    assert rows[0]["because"] == "accord"


def test_an_export_tells_what_speaks_for_an_entry_as_the_mail_does() -> None:
    against = Reason("to begin with", -4.4), Reason("Elsewhere: Canada", -1.1)
    speaking = make_score(reasons=(*against, Reason("theme: duty", 6.0)))

    assert _row(make_entry(), 1, speaking, 1)["because"] == ["theme: duty"]
    assert _row(make_entry(), 1, make_score(reasons=against), 1)["because"] == [
        "to begin with",
        "Elsewhere: Canada",
    ]


def test_a_span_and_a_score_restrict(home: Path) -> None:
    days = ["--since", "2026-07-02", "--until", "2026-07-12"]

    assert [r["title"] for r in rows_of(call(home, "export", *days).output)] == ["Headline old too"]
    high = rows_of(call(home, "export", "--minimum", "0.85").output)
    assert [row["title"] for row in high] == ["Headline old"]
    every = rows_of(call(home, "export", "--minimum", "0").output)
    assert len(every) == 5


def test_stories_are_one_line_each(home: Path) -> None:
    result = call(home, "export", "--stories", "--format", "jsonl")

    told = [json.loads(line) for line in result.output.splitlines()]
    assert [(row["title"], row["reports"]) for row in told] == [
        ("Headline plain", 1), ("Headline =1+1", 1), ("Headline old", 2),
    ]  # fmt: skip


def test_a_note_reads_as_a_list(home: Path) -> None:
    result = call(home, "export", "--format", "md", "--minimum", "0.85")

    assert result.output == (
        "- [Headline old](<https://example.com/1/old>)  \n"
        "  Example Times, 2026-07-01; trade 0.90: accord\n"
    )


def test_a_file_is_written_as_spreadsheets_read_it(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"

    result = call(home, "export", "--out", str(out))

    assert result.exit_code == 0
    assert "wrote 4 lines" in result.output
    assert out.read_bytes().startswith(b"\xef\xbb\xbfstory,title,outlet")
    assert call(home, "export", "--out", str(tmp_path)).exit_code == 2


@pytest.mark.parametrize(
    "options", [("--profile", "none"), ("--since", "yesterday"), ("--format", "pdf")]
)
def test_nonsense_is_refused_in_words(home: Path, options: tuple[str, ...]) -> None:
    result = call(home, "export", *options)

    assert result.exit_code == 2
    assert "Traceback" not in result.output
