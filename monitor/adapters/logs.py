"""The log: lines of text or JSON, each with the run it belongs to; no secrets, no storms."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

BURST = 20  # lines of one kind in a minute; what is above is counted, and told as one line
WINDOW_S = 60.0
KINDS_MAX = 1000

_run: ContextVar[str] = ContextVar("run", default="-")
# A name and password before a host, and what follows a word that names a secret.
_SECRETS = (
    (re.compile(r"(\w+://)[^\s/@\"']+@"), r"\1***@"),
    (re.compile(r"(?i)\b(authorization|password|passwd|token|secret)(\s*[:=]\s*)\S+"), r"\1\2***"),
)


@contextmanager
def run_named(name: str) -> Iterator[None]:
    """Let every line that is logged within be of this run, on this thread."""
    before = _run.set(name)
    try:
        yield
    finally:
        _run.reset(before)


def set_up(*, debug: bool, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Send the log to `stream`, standard error when None; once in a process."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if as_json else TextLines())
    handler.addFilter(name_run)
    if not debug:
        handler.addFilter(Folding())
    logging.basicConfig(level=logging.DEBUG if debug else logging.ERROR, handlers=[handler])


def without_secrets(text: str) -> str:
    """Return a line as it may be kept by strangers."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def name_run(record: logging.LogRecord) -> bool:
    """Give a record the run it belongs to."""
    record.run = _run.get()
    return True


class Folding(logging.Filter):
    """Passes the first lines of each kind in a minute, and counts the others."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._kinds: dict[tuple[str, int, str], tuple[float, int]] = {}  # began, count

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.name, record.levelno, str(record.msg)
        with self._lock:
            began, count = self._kinds.get(kind, (record.created, 0))
            left_out = 0
            if not 0 <= record.created - began < WINDOW_S:
                left_out, began, count = max(count - BURST, 0), record.created, 0
            if len(self._kinds) >= KINDS_MAX:
                self._kinds.clear()
            self._kinds[kind] = began, count + 1
        if left_out:
            record.msg, record.args = record.getMessage(), None
            record.msg += f" (and {left_out} more lines like this one before it)"
        return count < BURST


class TextLines(logging.Formatter):
    """2026-07-12T07:00:00Z INFO poll-17 polled 40 feeds."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{_at(record)} {record.levelname} {getattr(record, 'run', '-')} {_words(record)}"
        if record.exc_info:
            text += "\n" + without_secrets(self.formatException(record.exc_info))
        return text


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "run": getattr(record, "run", "-"),
            "from": record.name,
            "message": _words(record),
        }
        if record.exc_info:
            told["trace"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def _at(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _words(record: logging.LogRecord) -> str:
    """Return the message on one line: what a feed says must not look like a line of ours."""
    text = without_secrets(record.getMessage())
    return "".join(char if char.isprintable() else " " for char in text)
