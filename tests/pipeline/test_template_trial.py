"""A home's templates are tried on a sample: what is wrong is told by template and line."""

from __future__ import annotations

import pytest

from monitor.adapters.home import shipped_root
from monitor.pipeline.digests.template_trial import faults_of

FOLDER = shipped_root() / "templates"
SHIPPED = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}


def test_the_shipped_templates_have_no_fault() -> None:
    assert faults_of(SHIPPED) == ()


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    ("template", "found", "wrong"),
    [
        ("macros.html", "story.update.day", "story.update.dai"),
        ("digest.html", "each.detail", "each.details"),
        ("digest.txt", "issue.near_miss", "issue.nearest"),
        ("subject.txt", "issue.", "isue."),
    ],
)
def test_a_slip_anywhere_is_told_with_its_line(template: str, found: str, wrong: str) -> None:
    text = SHIPPED[template]
    assert found in text
    line = text[: text.index(found)].count("\n") + 1

    faults = faults_of({**SHIPPED, template: text.replace(found, wrong, 1)})

    assert [(fault.template, fault.line) for fault in faults] == [(template, line)]


def test_two_files_with_faults_are_both_told_and_each_once() -> None:
    broken = {
        **SHIPPED,
        "macros.html": SHIPPED["macros.html"].replace("story.update.day", "story.update.dai", 1),
        "digest.txt": "{% if %}\n" + SHIPPED["digest.txt"],
    }

    faults = faults_of(broken)

    assert sorted(fault.template for fault in faults) == ["digest.txt", "macros.html"]


def test_what_an_issue_may_not_hold_is_a_fault_too() -> None:
    text = SHIPPED["digest.html"].replace("</body>", '<img src="https://x.example/p.gif"></body>')

    [fault] = faults_of({**SHIPPED, "digest.html": text})

    assert "<img> is not allowed" in str(fault)
