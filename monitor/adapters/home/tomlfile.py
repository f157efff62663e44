"""A TOML file that a person edits, read so that every complaint names file, line and key.

Pure: it is handed bytes. Who validates what is read are the adapters.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from monitor.errors import ConfigError

KeyPath = tuple[str | int, ...]

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)\s*$")
_HEADER = re.compile(r"^\s*\[{1,2}([^\]]+)\]")
_KEY_PART = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([A-Za-z0-9_-]+))\s*(\.|=|$)')
NOTHING_STARTED = "nothing was started"
_NOT_USED = "changed settings are not used, what was read before stays in force"
LEVELS_MAX = 20  # of tables and lists within one another; the settings need four


def not_used(error: ConfigError) -> str:
    """Return what a running program says of changed files with a mistake."""
    return f"{_NOT_USED}: {str(error).replace(f'; {NOTHING_STARTED}', '')}"


@dataclass(frozen=True, slots=True)
class TomlFile:
    """What one file says, and where it says it."""

    name: str  # as a person knows it: "monitor.toml", "seeds/trade.toml"
    text: str
    data: Mapping[str, Any]

    @classmethod
    def parse(cls, name: str, raw: bytes) -> TomlFile:
        """Read the bytes of a file; raises ConfigError with file and line.

        The line itself is never quoted: a person may have put a password there.
        """
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            problem = f"expected UTF-8 text, found another encoding; {NOTHING_STARTED}"
            raise ConfigError(f"{name}, line {line}", problem) from error
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _syntax_error(name, text, str(error)) from error
        except RecursionError as error:
            raise _too_deep(name) from error
        if _is_deep(data):
            raise _too_deep(name)
        return cls(name, text, data)

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line (from 1) of a key, or of the nearest table around it; None: unknown."""
        names = tuple(part for part in path if isinstance(part, str))
        lines = _lines_of_keys(self.text)
        while names:
            if names in lines:
                return lines[names]
            names = names[:-1]
        return None

    def error(self, path: KeyPath, problem: str) -> ConfigError:
        """Return the error that says what is wrong at a key, and that nothing was started."""
        line = self.line_of(path)
        place = [self.name] if line is None else [self.name, f"line {line}"]
        if path:
            place.append(key_text(path))
        return ConfigError(", ".join(place), f"{problem}; {NOTHING_STARTED}")


def key_text(path: KeyPath) -> str:
    """Return "digests.morning.times[1]" for the path of a key; items count from 1."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part + 1}]"
        else:
            shown += f".{part}" if shown else part
    return shown


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ', did you mean "zone"?' for a misspelt word, "" when nothing is near."""
    by_small = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_small, n=1, cutoff=0.6)
    return f', did you mean "{by_small[found[0]]}"?' if found else ""


def listed(names: Iterable[str]) -> str:
    """Return '"a", "b"' for a list of allowed words, "none" when it is empty."""
    return ", ".join(f'"{name}"' for name in names) or "none"


def _too_deep(name: str) -> ConfigError:
    problem = f"tables or lists within one another, too deep to be read; {NOTHING_STARTED}"
    return ConfigError(name, problem)


def _is_deep(data: object) -> bool:
    """Tell whether there are more levels than whoever validates them can walk through."""
    level = [data]
    for _ in range(LEVELS_MAX):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return bool(level)


def _syntax_error(name: str, text: str, message: str) -> ConfigError:
    place = _PLACE.search(message)
    said = _PLACE.sub("", message).rstrip(".")
    said = said[:1].lower() + said[1:]
    if place and place[1]:
        where, column = int(place[1]), f" (column {place[2]})"
    else:
        where, column = text.count("\n") + 1, " (seen at the end of the file)"
    hint = ""
    if "invalid value" in said:
        hint = '; expected a number, true, false, a list in [ ], or text in quotes, as "07:00"'
    elif any(part in said for part in ("key part", "after a key", "invalid statement")):
        hint = '; expected a line such as key = "value", or [table]'
    elif "illegal character" in said or said.startswith(('expected "\'"', "expected '\"'")):
        hint = "; each text has to end with its quote on the same line"
    elif "overwrite" in said or "twice" in said:
        hint = "; expected each key and each table once"
    problem = f"this is not TOML: {said}{column}{hint}; {NOTHING_STARTED}"
    return ConfigError(f"{name}, line {where}", problem)


def _split_key(text: str) -> tuple[str, ...] | None:
    """Return the parts of 'a."b c".d =' or 'a.b', None when it is no key."""
    parts: list[str] = []
    position = 0
    while match := _KEY_PART.match(text, position):
        quoted = match[1] if match[1] is not None else match[2]
        parts.append(match[3] if quoted is None else quoted)
        position = match.end()
        if match[4] != ".":
            return tuple(parts)
    return None


@lru_cache(maxsize=1)  # a file with a thousand mistakes asks a thousand times
def _lines_of_keys(text: str) -> dict[tuple[str, ...], int]:
    """Return where each key and table of valid TOML first stands.

    Good enough to point a person to a line: a key inside a multi-line string could
    be taken for a real one, which costs a wrong line number and nothing else.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.match(line):
            table = _split_key(header[1]) or ()
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], number)
        elif "=" in line and (key := _split_key(line)):
            for length in range(1, len(key) + 1):
                found.setdefault(table + key[:length], number)
            for inner in re.finditer(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", line.partition("=")[2]):
                found.setdefault((*table, *key, inner[1]), number)
    return found
