"""The settings of digests and who gets them, by commands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from monitor.adapters.home import create_home, open_home
from monitor.config import DigestSettings
from tests.test_cli import ok, refused

SETTINGS = """
[digests.morning]
# the one everybody reads
title = "Morning"
recipients = ["ana@example.org"]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = tmp_path / "home"
    create_home(root)
    (root / "monitor.toml").write_text(SETTINGS)
    return root


def settings(home: Path, name: str = "morning") -> DigestSettings:
    return open_home(home, {}).config.digests[name]


def test_recipients_are_added_and_removed(home: Path) -> None:
    said = ok("digests", "recipients", "morning", "--add", "ben@example.org",
              "--remove", "ana@example.org", home=home)  # fmt: skip

    assert said == "ben@example.org\nmorning goes to 1 address\n"
    assert settings(home).recipients == ("ben@example.org",)
    assert "# the one everybody reads" in (home / "monitor.toml").read_text()
    assert (home / "monitor.toml.bak").read_text() == SETTINGS


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("recipients", "morning", "--add", "nobody"), "expected one mail address"),
        (("recipients", "morning", "--remove", "x@example.org"), "does not get morning"),
        (("recipients", "evening"), 'no digest "evening"; the digests are: morning'),
        (("set", "morning", "colour", "red"), 'no setting "colour"'),
        (("set", "morning", "length", "many"), "is no number"),
        (("set", "morning", "length"), "takes one value"),
        (("set", "morning", "length", "9", "--default"), "takes no values"),
        (("set", "morning", "days", "someday"), "digests.morning.days"),
        (("new", "Mor ning"), "small letters"),
        (("new", "morning"), "not taken"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    home: Path, words: tuple[str, ...], problem: str
) -> None:
    assert problem in refused("digests", *words, home=home)
    assert (home / "monitor.toml").read_text() == SETTINGS


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (("times", "07:00", "18:30"), "times", ("07:00", "18:30")),
        (("length", "7"), "length", 7),
        (("threshold_shift", "0.05"), "threshold_shift", 0.05),
        (("quiet", "skip"), "quiet", "skip"),
        (("profiles",), "profiles", ()),
        (("title", "--default"), "title", "morning"),
    ],
)
def test_a_setting_takes_the_values_of_its_kind(
    home: Path, words: tuple[str, ...], field: str, value: object
) -> None:
    ok("digests", "set", "morning", *words, home=home)

    assert getattr(settings(home), field) == value


def test_a_new_digest_is_made_and_listed(home: Path) -> None:
    ok("digests", "new", "weekly", home=home)

    listed = json.loads(ok("digests", "list", "--json", home=home))
    assert [each["name"] for each in listed] == ["morning", "weekly"]
    assert re.search(r" \d{4}-\d\d-\d\d 07:00 +ana@example.org", ok("digests", "list", home=home))
    assert settings(home, "weekly").times == ("07:00",)
    assert ok("digests", "set", "weekly", "times", "07:00", home=home) == "it was so already\n"
