"""Pages as text: templates, labels, and how dates and numbers are said. Uses Jinja."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from monitor.text.feed_words import say_of_feed
from monitor.text.wording import say_count

LANGUAGES = ("en", "es")
_HERE = Path(__file__).parent
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# What JSON may hold and HTML may not, so that data in a page cannot end its element.
_JSON_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


@cache
def labels(lang: str) -> Mapping[str, str]:
    """Return every label in a language, by name; raises ValueError when a name stands twice."""
    found: dict[str, str] = {}
    for path in sorted((_HERE / "labels").glob("*.toml")):
        for name, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if name in found:
                raise ValueError(f"{path.name}: {name} stands in another file too")
            found[name] = words[lang]
    return found


@cache
def environment() -> Environment:
    """Return what renders our own templates; a name that is missing is an error."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "say": say,
        "counted": _counted,
        "number": _number,
        "moment": _moment,
        "ago": _ago,
        "of_feed": _of_feed,
        "json": as_json,
        "options": options,
    }
    return made


def say(words: str, **values: object) -> str:
    """Return a label with its values; plain text, escaped where it is shown."""
    return words.format(**values)


def options(names: Iterable[str], chosen: str = "") -> Markup:
    """Return names as the options of a list, one of them chosen; one that is missing is added."""
    listed = _listed(tuple(names))
    if not chosen:
        return listed
    plain, picked = (
        Markup("<option{}>{}</option>").format(mark, chosen) for mark in ("", Markup(" selected"))
    )
    return Markup(listed.replace(plain, picked, 1)) if plain in listed else listed + picked


@lru_cache(maxsize=8)  # hundreds of outlets, on most pages that are looked at
def _listed(names: tuple[str, ...]) -> Markup:
    return Markup("").join(Markup("<option>{}</option>").format(name) for name in names)


def as_json(value: object) -> Markup:
    """Return a value as JSON that may stand in a page."""
    return Markup(json.dumps(value, ensure_ascii=False).translate(_JSON_ESCAPES))


def _number(value: float) -> str:
    return say_count(value) if isinstance(value, int) else f"{value:.2f}"


def _counted(value: int, one: str, many: str) -> str:
    return f"{say_count(value)} {one if value == 1 else many}"


@pass_context
def _of_feed(context: Context, text: str) -> str:
    """Return what was said of a feed in the page's language."""
    return say_of_feed(text, str(context["lang"]))


@pass_context
def _moment(context: Context, at: datetime | None) -> str:
    """Return a moment in the home's zone, to the minute."""
    if at is None:
        return str(context["t"]["ago_never"])
    zone: ZoneInfo = context["zone"]
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


@pass_context
def _ago(context: Context, at: datetime | None) -> str:
    """Return how far a moment is from now, in either direction."""
    words: Mapping[str, str] = context["t"]
    if at is None:
        return words["ago_never"]
    seconds = (context["now"] - at).total_seconds()
    away, past = abs(seconds), seconds >= 0
    if away < _MINUTE:
        return words["ago_now"] if past else words["in_minutes"].format(n=1)
    for unit, size, until in (
        ("minutes", _MINUTE, 2 * _HOUR),
        ("hours", _HOUR, 2 * _DAY),
        ("days", _DAY, float("inf")),
    ):
        if away < until:
            return words[f"{'ago' if past else 'in'}_{unit}"].format(n=int(away // size))
    raise AssertionError
