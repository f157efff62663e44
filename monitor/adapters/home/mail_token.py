"""The access token of a mail login: out of a file, or out of a program that prints it."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from monitor.adapters.home.access import SETTINGS_FILE, read_secret
from monitor.config import MailSettings
from monitor.errors import ConfigError

COMMAND_S = 30.0  # some ask a server for a new token first
TOKEN_MAX_BYTES = 16 * 1024  # Microsoft's are about two thousand
_TOKEN = re.compile(r"[\x21-\x7e]+")
_KEPT = "every message waits"


def mail_token(root: Path, mail: MailSettings) -> Callable[[], str] | None:
    """Return what brings a fresh token, None when the settings name none.

    It raises ConfigError when there is no token to be had; what the program says of it is
    not told, because it may be the token.
    """
    if mail.oauth_token_file:
        return lambda: _token_of_file(root / mail.oauth_token_file)
    if mail.oauth_token_command:
        return lambda: _token_of_command(mail.oauth_token_command, root)
    return None


def _token_of_file(path: Path) -> str:
    return _checked(read_secret(path, "mail.oauth_token_file"), "oauth_token_file", str(path))


def _token_of_command(command: Sequence[str], root: Path, within_s: float = COMMAND_S) -> str:
    """Run a program, no shell, and return what it prints; it and its children end in time."""
    ends_at = time.monotonic() + within_s
    try:
        process = subprocess.Popen(
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise _no_token(command, f"cannot be started ({error.strerror})") from error
    except ValueError as error:
        raise _no_token(command, "cannot be started (a NUL in it)") from error
    try:
        printed = _read(process, ends_at)
        if len(printed) > TOKEN_MAX_BYTES:
            _end(process)
        status = process.wait(max(0.0, ends_at - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        _end(process)
        raise _no_token(command, f"gave no token within {within_s:.0f} seconds") from None
    finally:
        assert process.stdout is not None
        process.stdout.close()
    if status and len(printed) <= TOKEN_MAX_BYTES:
        raise _no_token(command, f"ended with status {status}; run it by hand to see why")
    token = printed.decode("ascii", "replace").strip()
    return _checked(token, "oauth_token_command", command[0])


def _read(process: subprocess.Popen[bytes], ends_at: float) -> bytes:
    """Return what it prints, or enough to tell that it is no token; raises TimeoutError."""
    assert process.stdout is not None
    printed = b""
    while len(printed) <= TOKEN_MAX_BYTES:
        left_s = ends_at - time.monotonic()
        if left_s <= 0 or not select.select([process.stdout], [], [], left_s)[0]:
            raise TimeoutError
        chunk = os.read(process.stdout.fileno(), TOKEN_MAX_BYTES)
        if not chunk:
            break
        printed += chunk
    return printed


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _checked(token: str, setting: str, source: str) -> str:
    if len(token) > TOKEN_MAX_BYTES or not _TOKEN.fullmatch(token):
        problem = f"{source} gave no token: expected one line of letters, digits and signs; {_KEPT}"
        raise ConfigError(f"{SETTINGS_FILE}, mail.{setting}", problem)
    return token


def _no_token(command: Sequence[str], problem: str) -> ConfigError:
    where = f"{SETTINGS_FILE}, mail.oauth_token_command"
    return ConfigError(where, f"{command[0]} {problem}; {_KEPT}")
