"""`monitor profiles new`, as a person meets it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.adapters.home import create_home, read_seeds
from monitor.cli import monitor

HIVES = "Beekeepers lost their hives and honeybees. A honeybee needs pollen. Beekeepers, hives."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = tmp_path / "home"
    create_home(root)
    return root


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = [tmp_path / f"{number}.txt" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_text(f"Bees and honey {number}\n\n{HIVES}", encoding="utf-8")
    return [str(path) for path in paths]


def new(home: Path, *args: str) -> Result:
    return CliRunner().invoke(monitor, ["--home", str(home), "profiles", "new", *args])


def test_a_profile_is_made_from_articles_and_read_at_once(home: Path, files: list[str]) -> None:
    result = new(home, "bees", "--from", *files)

    assert result.exit_code == 0, result.output
    path = home / "seeds" / "bees.toml"
    assert result.stdout.startswith(f"made {path} (")
    assert "beekeepers" in result.stdout
    profiles, _ = read_seeds(home)
    bees = next(profile for profile in profiles if profile.name == "bees")
    assert {"beekeepers", "hives", "honeybee"} <= bees.terms.keys()


def test_articles_about_a_relation_are_told_with_the_line_to_write(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "Mexico and Washington talk\nMexico and the United States signed. Mexicans and Americans"
        " welcomed it, said Mexico City; the White House and the United States Senate agreed.",
        encoding="utf-8",
    )

    result = new(home, "ties", "--from", str(path))

    assert "These articles seem to be about Mexico and United States" in result.stdout
    text = (home / "seeds" / "ties.toml").read_text(encoding="utf-8")
    assert '\n# parties = ["mexico", "united-states"]\n' in text
    assert "\nparties = []\n" in text


@pytest.mark.parametrize("name", ["strains", "Bad Name", "../up", "ñ", "a/b"])
def test_a_name_that_is_taken_or_none_is_refused_and_nothing_written(
    home: Path, files: list[str], name: str
) -> None:
    before = sorted(home.rglob("*"))

    result = new(home, name, "--from", *files)

    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert sorted(home.rglob("*")) == before


def test_a_full_disk_leaves_no_half_profile(
    home: Path, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = sorted(home.rglob("*"))
    monkeypatch.setattr(os, "fsync", full)

    result = new(home, "bees", "--from", *files)

    assert result.exit_code == 2
    assert "bees.toml: cannot be written (No space left on device)" in result.output
    assert sorted(home.rglob("*")) == before


def test_an_empty_article_is_refused_in_words(home: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")

    result = new(home, "bees", "--from", str(empty))

    assert result.exit_code == 2
    assert result.stderr == (
        f"monitor: profile bees: {empty} holds no text that can be read; nothing was written\n"
    )
