"""The tables that the package carries (`monitor/knowledge/`): word frequencies, subjects."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from monitor.text.background import LANGUAGES, Background


@cache
def load_background() -> Background:
    """Return the shipped background, read once; it takes about 20 ms."""
    folder = files("monitor") / "knowledge"

    def text(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    return Background.parse(
        {language: text(f"words-{language}.txt") for language in LANGUAGES},
        text("newsroom.toml"),
        text("subjects.toml"),
    )
