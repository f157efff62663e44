"""TOML files changed by the program, with a person's comments kept. Sole user of tomlkit.

Pure: bytes in, bytes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tomlkit
from tomlkit.container import Container
from tomlkit.items import Table

from monitor.errors import ConfigError
from monitor.model import ProfileChange, TopicProfile

POINTS_DIGITS = 3  # as many as learning gives
_ABOUT_LEARNED = "what verdicts taught: points that a word adds or takes, adopted from the database"


def with_value(raw: bytes, key: str, value: str | float) -> bytes:
    """Return the file with one key at its top set."""
    document = tomlkit.parse(raw.decode("utf-8-sig"))
    document[key] = value
    return _bytes(document)


def with_entry(raw: bytes, shown: str, *, table: str, key: str, value: float) -> bytes:
    """Return the file with a line more at the end of a table; raises ConfigError if it is there."""
    document = tomlkit.parse(raw.decode("utf-8-sig"))
    lines = document.setdefault(table, tomlkit.table())
    if not isinstance(lines, Table):
        raise ConfigError(f"{shown}, {table}", "expected a table; nothing was changed")
    if key in lines:
        raise ConfigError(f"{shown}, {table}.{key}", "this stands there already; change it there")
    lines[_quoted(key)] = value
    return _bytes(document)


def with_change(raw: bytes, shown: str, change: ProfileChange) -> bytes:
    """Return a profile's file with its threshold and weights changed; other lines stay."""
    document = tomlkit.parse(raw.decode("utf-8-sig"))
    if change.threshold is not None:
        document["threshold"] = change.threshold
    for name, weights in (("terms", change.terms), ("against", change.against)):
        if not weights:
            continue
        table = document.setdefault(name, tomlkit.table())
        if not isinstance(table, Table):
            raise ConfigError(f"{shown}, {name}", "expected a table; nothing was changed")
        for term, weight in weights.items():
            if weight is None:
                table.pop(term, None)
            elif term in table:
                table[term] = weight
            else:
                table[_quoted(term)] = weight
    return _bytes(document)


def with_settings(
    raw: bytes,
    shown: str,
    table: Sequence[str],
    values: Mapping[str, str | float | Sequence[str] | None],
) -> bytes:
    """Return the file with keys of a table set, made where missing; None takes a key out."""
    document = tomlkit.parse(raw.decode("utf-8-sig"))
    place: Container | Table = document
    for name in table:
        inner = place.setdefault(name, tomlkit.table())
        if not isinstance(inner, Table):
            raise ConfigError(f"{shown}, {name}", "expected a table; nothing was changed")
        place = inner
    for key, value in values.items():
        if value is None:
            place.pop(key, None)
        else:
            place[key] = value if isinstance(value, (str, float, int)) else list(value)
    return _bytes(document)


def with_learned(raw: bytes, profile: TopicProfile) -> bytes:
    """Return the file with what a profile learned, strongest first, and its offset."""
    document = tomlkit.parse(raw.decode("utf-8-sig"))
    document.pop("learned", None)
    document.pop("offset", None)
    if offset := round(profile.offset, POINTS_DIGITS):
        document["offset"] = offset
    table = tomlkit.table()
    table.comment(_ABOUT_LEARNED)
    for word, points in sorted(profile.learned.items(), key=lambda pair: (-abs(pair[1]), pair[0])):
        if shown := round(points, POINTS_DIGITS):
            table[_quoted(word)] = shown
    if table:
        document["learned"] = table
    return _bytes(document)


def _quoted(key: str) -> tomlkit.items.Key:
    return tomlkit.items.SingleKey(key, tomlkit.items.KeyType.Basic)


def _bytes(document: Container) -> bytes:
    return tomlkit.dumps(document).encode("utf-8")
