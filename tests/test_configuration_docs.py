"""docs/configuration.md and monitor.toml say what monitor/config.py says."""

import re
from pathlib import Path

from monitor.cli.settings import all_settings, settings_page

ROOT = Path(__file__).parent.parent


def test_every_setting_is_documented() -> None:
    written = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert written == settings_page(), "run: monitor settings --markdown > docs/configuration.md"


def test_every_setting_has_a_meaning_that_is_a_sentence() -> None:
    assert [s.key for s in all_settings() if not re.fullmatch(r"[A-Z].*\.", s.meaning)] == []


def test_the_shipped_settings_show_every_setting_that_a_newcomer_meets() -> None:
    text = (ROOT / "monitor.toml").read_text(encoding="utf-8")
    shown = set(re.findall(r"^#? ?([a-z_]+) = ", text, re.MULTILINE))

    # Rarely changed, and easier to understand where every setting is listed.
    assert {setting.key for setting in all_settings()} - shown == {"window", "max_lateness"}
