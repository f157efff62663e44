"""Profiles and settings saved from the pages: comments kept, the previous version too."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.adapters.home import open_home, read_seeds
from monitor.adapters.home.editing import with_change
from monitor.adapters.home.revising import (
    add_profile,
    change_list,
    change_profile,
    change_settings,
    has_previous,
    undo_profile,
)
from monitor.errors import ConfigError
from monitor.model import ProfileChange, TopicProfile

PROFILE = """\
# What Ana follows.
title = "Trade"
threshold = 0.5  # agreed in May

[terms]
"tariff*" = 2.0  # the heart of it
"port" = 1.0

[against]
"football" = 0.8
"""
SETTINGS = """\
# Ours.
zone = "UTC"  # the office's

[digests.morning]
times = ["07:00"]  # before the meeting
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "trade.toml").write_text(PROFILE)
    (tmp_path / "monitor.toml").write_text(SETTINGS)
    return tmp_path


def trade(root: Path) -> TopicProfile:
    return next(profile for profile in read_seeds(root)[0] if profile.name == "trade")


CHANGE = ProfileChange(
    0.6, {"tariff*": 3.0, "port": None, "sugar beet": 1.5}, {"football": None, "chess": 1.0}
)


def test_a_change_of_a_profile_is_what_its_file_then_says(root: Path) -> None:
    before = trade(root)

    change_profile(root, "trade", CHANGE)

    assert trade(root) == CHANGE.of(before)
    assert trade(root).terms == {"tariff*": 3.0, "sugar beet": 1.5}
    assert trade(root).against == {"chess": 1.0}


def test_comments_stay_and_the_previous_version_is_kept(root: Path) -> None:
    kept = change_profile(root, "trade", CHANGE)

    text = (root / "seeds" / "trade.toml").read_text()
    for comment in ("# What Ana follows.", "# agreed in May", "# the heart of it"):
        assert comment in text
    assert kept.read_text() == PROFILE


def test_an_undo_is_undone_by_another(root: Path) -> None:
    assert not has_previous(root, "trade")
    change_profile(root, "trade", CHANGE)
    changed = trade(root)

    undo_profile(root, "trade")
    assert (root / "seeds" / "trade.toml").read_text() == PROFILE
    undo_profile(root, "trade")
    assert trade(root) == changed
    assert has_previous(root, "trade")


def test_nothing_is_undone_where_nothing_is_kept(root: Path) -> None:
    with pytest.raises(ConfigError, match="no previous version"):
        undo_profile(root, "trade")


@pytest.mark.parametrize(
    "change",
    [
        ProfileChange(terms={"tariff*": None, "port": None}),
        ProfileChange(terms={"a.*b": 1.0}),
        ProfileChange(threshold=1.5),
        ProfileChange(terms={"the": 1.0}),
        ProfileChange(against={"port": 1.0}),
    ],
    ids=["no term left", "an expression", "no threshold", "a stop word", "on both sides"],
)
def test_a_change_that_would_not_do_changes_nothing(root: Path, change: ProfileChange) -> None:
    with pytest.raises(ConfigError):
        change_profile(root, "trade", change)

    assert (root / "seeds" / "trade.toml").read_text() == PROFILE
    assert not has_previous(root, "trade")


def test_a_new_profile_is_refused_where_there_is_one_or_it_is_none(root: Path) -> None:
    add_profile(root, "wine", 'title = "Wine"\nthreshold = 0.5\n[terms]\n"wine*" = 2.0\n')

    assert {profile.name for profile in read_seeds(root)[0]} == {"trade", "wine"}
    with pytest.raises(ConfigError, match="already"):
        add_profile(root, "wine", PROFILE)
    with pytest.raises(ConfigError):
        add_profile(root, "beer", "threshold = 0.5\n")
    with pytest.raises(ConfigError):
        add_profile(root, "../beer", PROFILE)
    assert not (root / "beer.toml").exists()


def test_settings_are_changed_with_their_comments_kept(root: Path) -> None:
    kept = change_settings(
        root, ("digests", "morning"), {"times": ["08:30", "18:00"], "length": 12, "title": "Early"}
    )
    change_settings(root, (), {"muted": ["The Example"]})

    home = open_home(root, {})
    digest = home.config.digests["morning"]
    assert (digest.times, digest.length, digest.title) == (("08:30", "18:00"), 12, "Early")
    assert (home.config.zone, home.config.muted) == ("UTC", ("The Example",))
    assert kept.read_text() != (root / "monitor.toml").read_text()
    for comment in ("# Ours.", "# the office's"):
        assert comment in (root / "monitor.toml").read_text()


def test_a_setting_is_taken_out_and_a_digest_made(root: Path) -> None:
    change_settings(root, ("digests", "evening"), {"times": ["19:00"]})
    change_settings(root, ("digests", "evening"), {"times": None})

    assert open_home(root, {}).config.digests["evening"].times == ("07:00",)


def test_settings_that_would_not_do_change_nothing(root: Path) -> None:
    with pytest.raises(ConfigError):
        change_settings(root, ("digests", "morning"), {"times": ["25:00"]})
    with pytest.raises(ConfigError):
        change_settings(root, ("zone",), {"x": "y"})

    assert (root / "monitor.toml").read_text() == SETTINGS


def test_what_is_no_list_and_no_table_in_a_file_is_not_written_over(root: Path) -> None:
    (root / "monitor.toml").write_text('muted = "The Example"\n')

    with pytest.raises(ConfigError, match=r"monitor\.toml, muted: expected a list; nothing was"):
        change_list(root, "muted", lambda outlets: [*outlets, "Another"])
    with pytest.raises(ConfigError, match=r"x\.toml, terms: expected a table; nothing was changed"):
        with_change(b"threshold = 0.5\nterms = 3\n", "seeds/x.toml", CHANGE)

    assert (root / "monitor.toml").read_text() == 'muted = "The Example"\n'
