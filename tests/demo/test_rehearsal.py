"""The demo as a whole: one real run over loopback, looked at from several sides."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.demo import run_demo
from monitor.demo.newsroom import load_newsroom
from monitor.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Run:
    status: int
    lines: tuple[str, ...]
    home: Path

    @property
    def mail(self) -> EmailMessage:
        content = (self.home / "digest.eml").read_bytes()
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("demo") / "home"
    lines: list[str] = []
    status = run_demo(home, lines.append)
    return Run(status, tuple(line for text in lines for line in text.splitlines()), home)


def test_everything_goes_as_it_should(run: Run) -> None:
    assert [line for line in run.lines if line.startswith("Not as it should be")] == []
    assert run.status == 0


def test_the_first_poll_stores_every_entry_and_the_second_none(run: Run) -> None:
    printed = sum(len(outlet.entries) for outlet in load_newsroom())
    first, second, third = (line for line in run.lines if "entries new" in line)

    assert first.startswith(f"  {printed} entries new, ")
    assert second.startswith("  0 entries new, 0 of them above a threshold, 0 edited")
    assert third.startswith("  0 entries new, 0 of them above a threshold, 1 edited")


def test_the_mail_holds_the_digest_as_text_and_as_html(run: Run) -> None:
    html, text = run.mail.get_body(("html",)), run.mail.get_body(("plain",))

    assert run.mail.get_content_type() == "multipart/alternative"
    assert html is not None
    assert text is not None
    assert _lines(html.get_content()) == _lines((run.home / "digest.html").read_text())
    assert _lines(text.get_content()) == _lines((run.home / "digest.txt").read_text())


def _lines(text: str) -> list[str]:
    return text.rstrip().splitlines()


def test_the_mail_says_that_it_is_a_sample_and_for_whom(run: Run) -> None:
    assert run.mail["To"] == "analyst@example.org"
    assert "sample data" in run.mail["Subject"]


def test_the_event_that_five_outlets_report_is_one_story_in_both_languages(run: Run) -> None:
    at = next(i for i, line in enumerate(run.lines) if "USMCA" in line and line[:4] == "  * ")

    lead = run.lines[at].rpartition("(")[2].rstrip(")")
    also = run.lines[at + 1].removeprefix("      also: ").split(", ")

    assert {lead, *also} == {
        "Agencia de Muestra",
        "El Balance de Muestra",
        "El Correo de Muestra",
        "Sample Border Courier",
        "Sample Capital Wire",
        "Sample Trade Ledger",
    }


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(ConfigError, match="new or empty folder"):
        run_demo(tmp_path, print)

    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
