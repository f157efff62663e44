"""The access token of a mail login: out of a file, out of a program, never out of hand."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from monitor.adapters.home import create_home, open_home
from monitor.adapters.home.mail_token import _token_of_command, mail_token
from monitor.config import MailSettings
from monitor.errors import ConfigError

TOKEN = "ya29.A0Af-H_token~+/="
MAIL = '[mail]\nhost = "mail.example.org"\nsender = "a@example.org"\nuser = "a@example.org"\n'


def program(folder: Path, text: str) -> tuple[str, ...]:
    path = folder / "token.py"
    path.write_text(text)
    return (sys.executable, str(path))


def test_a_token_comes_fresh_from_its_file_at_each_login(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    token = mail_token(tmp_path, MailSettings(oauth_token_file="token"))
    assert token is not None

    file.write_text(f"{TOKEN}\n")
    first = token()
    file.write_text("another")

    assert (first, token()) == (TOKEN, "another")


def test_a_token_comes_from_a_program_that_is_run_without_a_shell(tmp_path: Path) -> None:
    command = (*program(tmp_path, "import sys; print(sys.argv[1])"), "$(id);token")
    token = mail_token(tmp_path, MailSettings(oauth_token_command=command))

    assert token is not None
    assert token() == "$(id);token"


def test_without_a_word_in_the_settings_there_is_no_token(tmp_path: Path) -> None:
    assert mail_token(tmp_path, MailSettings()) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("raise SystemExit(3)", "ended with status 3; run it by hand to see why"),
        ("print()", "gave no token: expected one line"),
        ("print('two words')", "gave no token: expected one line"),
        ("print('a\\x01auth=x')", "gave no token: expected one line"),
        ("print('t' * 99999)", "gave no token: expected one line"),
        ("while True: print('endless')", "gave no token: expected one line"),
        ("import time; time.sleep(60)", "gave no token within 1 seconds"),
        ("import os, time; os.close(1); time.sleep(60)", "gave no token within 1 seconds"),
    ],
)
def test_what_a_program_gives_instead_of_a_token_is_told(
    tmp_path: Path, text: str, told: str
) -> None:
    began = time.monotonic()

    with pytest.raises(ConfigError) as caught:
        _token_of_command(program(tmp_path, text), tmp_path, 1.0 if "sleep" in text else 30.0)

    assert told in caught.value.problem
    assert caught.value.problem.endswith("every message waits") or "status" in told
    assert "endless" not in caught.value.problem
    assert time.monotonic() - began < 25


@pytest.mark.parametrize("command", [("/nowhere/at-all",), ("nul\0",)])
def test_a_program_that_cannot_be_started_is_told(tmp_path: Path, command: tuple[str]) -> None:
    with pytest.raises(ConfigError, match="cannot be started"):
        _token_of_command(command, tmp_path)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('oauth_token_file = "t"\npassword_file = "p"', "expected one of oauth_token_file and"),
        ('oauth_token_file = "t"\noauth_token_command = ["t"]', "expected one of oauth_token_file"),
        ('oauth_token_file = "t"\nuser = ""', "a token is somebody's: set user"),
        ('oauth_token_file = "t"\nhost = "localhost"\nsecurity = "none"', "never sent in the"),
        ("per_hour = 0", "0 is not allowed; expected 1 to 100000"),
        ("per_connection = 0", "0 is not allowed; expected 1 to 10000"),
        ('uncertain = "maybe"', 'expected one of: "hold", "resend"'),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, lines: str, told: str) -> None:
    create_home(tmp_path)
    mail = {line.split(" = ")[0]: line for line in (MAIL + lines).splitlines()}
    (tmp_path / "monitor.toml").write_text("\n".join(mail.values()))

    with pytest.raises(ConfigError) as caught:
        open_home(tmp_path, {})

    assert told in caught.value.problem


def test_a_home_with_a_token_has_no_password_even_if_one_is_about(tmp_path: Path) -> None:
    create_home(tmp_path)
    command = list(program(tmp_path, f"print({TOKEN!r})"))
    (tmp_path / "monitor.toml").write_text(f"{MAIL}oauth_token_command = {command}\n")

    home = open_home(tmp_path, {"MONITOR_MAIL_PASSWORD": "hunter2"})

    token = home.mail_token()
    assert home.mail_password() is None
    assert token is not None
    assert token() == TOKEN
