"""docs/promises.md names tests that exist, and leaves no promise out."""

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = (HERE.parent / "docs" / "promises.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([A-Z])(\d+) \|.*\| (.*) \|$", PAGE, re.MULTILINE)


def test_every_promise_has_its_line() -> None:
    found = {f"{letter}{number}" for letter, number, _ in ROWS if letter in "DFHSW"}

    assert found == {f"F{n}" for n in range(1, 27)} | {f"H{n}" for n in range(1, 21)} | {
        f"W{n}" for n in range(1, 17)
    } | {f"D{n}" for n in range(1, 18)} | {f"S{n}" for n in range(1, 14)}


def test_every_test_that_is_named_is_there() -> None:
    missing = []
    for _, number, held in ROWS:
        file = ""
        for name in re.findall(r"`([^`]+)`", held):
            if name.endswith(".py"):
                file = (HERE / name).read_text(encoding="utf-8")
            elif f"def {name}(" not in file:
                missing.append((number, name))

    assert missing == []
