"""What a digest is made by, as a home's files say."""

from __future__ import annotations

from pathlib import Path

from monitor.adapters.home import create_home, open_home
from monitor.pipeline.digests.plans import plan_of


def test_a_home_whose_own_templates_show_no_related_stories_groups_none(tmp_path: Path) -> None:
    create_home(tmp_path)
    shipped = plan_of(open_home(tmp_path, {}), "morning")
    folder = tmp_path / "templates"
    folder.mkdir(exist_ok=True)
    (folder / "digest.txt").write_text("{% for s in issue.sections %}{{ s.title }}{% endfor %}")

    own = plan_of(open_home(tmp_path, {}), "morning")

    assert (shipped.settings.related, own.settings.related) == (8, 0)
