"""`monitor passwd`, `monitor serve` and `monitor people`, as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.adapters.store import Store
from monitor.cli import monitor
from monitor.model import Verdict
from monitor.web.passwords import read_password
from tests.factories import NOON, make_entry
from tests.pages import READER, make_home, store_entries


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_home(tmp_path / "home")
    store_entries(tmp_path / "home", [make_entry("a")])
    return tmp_path / "home"


def call(root: Path, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(monitor, ["--home", str(root), *arguments], input=typed)


def test_a_password_is_set_from_a_pipe_and_removed(root: Path) -> None:
    done = call(root, "passwd", typed="correct horse\n")
    kept = read_password(root / "state")

    assert (done.exit_code, done.output) == (0, "the password is set\n")
    assert kept is not None
    assert kept.matches("correct horse")

    done = call(root, "passwd", "--remove")
    assert (done.exit_code, done.output) == (0, "no password is asked for\n")
    assert read_password(root / "state") is None


@pytest.mark.parametrize(("typed", "problem"), [("short\n", "8 to 1024"), ("", "came in")])
def test_a_password_that_is_none_changes_nothing(root: Path, typed: str, problem: str) -> None:
    call(root, "passwd", typed="correct horse\n")

    done = call(root, "passwd", typed=typed)

    assert done.exit_code == 2
    assert problem in done.output
    assert "nothing was changed" in done.output
    kept = read_password(root / "state")
    assert kept is not None
    assert kept.matches("correct horse")


def test_a_new_password_logs_everybody_out(root: Path) -> None:
    with Store.open(root / "state" / "monitor.db") as store:
        store.open_session("token", b"mark", NOON, lasting=NOON - NOON.replace(year=2025))
        assert store.has_session("token", b"mark", NOON)

    call(root, "passwd", typed="correct horse\n")

    with Store.open(root / "state" / "monitor.db") as store:
        assert not store.has_session("token", b"mark", NOON)


def test_the_password_stays_while_others_can_reach_the_pages(root: Path) -> None:
    call(root, "passwd", typed="correct horse\n")
    (root / "monitor.toml").write_text('[web]\naddress = "0.0.0.0"\n')

    done = call(root, "passwd", "--remove")

    assert done.exit_code == 2
    assert "so the password stays" in done.output
    assert read_password(root / "state") is not None


def test_serving_to_others_takes_a_password(root: Path) -> None:
    done = call(root, "serve", "--address", "0.0.0.0", "--port", "0")

    assert done.exit_code == 2
    assert "no password is set; nothing was started. Set one first: monitor passwd" in done.output


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ('address = "localhost"', '"localhost" is no address of a machine'),
        ("port = 0", "0 is not allowed; expected 1 to 65535"),
        ('hosts = ["http://news.lan"]', "is no bare name"),
        ('trusted_proxies = ["10.0.0.1/8"]', "expected a network"),
        ('teachers = "some"', "expected one of"),
    ],
)
def test_settings_that_make_no_sense_are_told_so(root: Path, setting: str, problem: str) -> None:
    (root / "monitor.toml").write_text(f"[web]\n{setting}\n")

    done = call(root, "status")

    assert done.exit_code == 2
    assert problem in done.output


def judged(root: Path) -> None:
    with Store.open(root / "state" / "monitor.db") as store:
        said = [Verdict(make_entry("a"), True, "trade", who=who) for who in (READER, "owner")]
        store.save_verdicts(said, NOON)
        store.unsubscribe("diario", READER, NOON)


def test_people_are_listed_and_shown(root: Path) -> None:
    judged(root)

    listed = json.loads(call(root, "people", "list", "--json").output)
    shown = json.loads(call(root, "people", "show", READER, "--json").output)

    assert listed == [
        {"address": READER, "digests": ["morning", "diario"], "left": ["diario"],
         "verdicts": 1, "messages": 0},
        {"address": "ben@example.org", "digests": ["morning"], "left": [],
         "verdicts": 0, "messages": 0},
    ]  # fmt: skip
    assert [verdict["good"] for verdict in shown["verdicts"]] == [True]
    assert [each["digest"] for each in shown["unsubscribed"]] == ["diario"]
    assert "ana@example.org" in call(root, "people", "list").output
    assert "unsubscribed from diario" in call(root, "people", "show", READER).output


def test_a_reader_is_forgotten_when_asked_twice(root: Path) -> None:
    judged(root)

    unsure = call(root, "people", "forget", READER, typed="n\n")
    done = call(root, "people", "forget", READER, "--yes")

    assert unsure.exit_code == 1
    assert done.exit_code == 0
    assert "deleted: 1 verdict, 0 messages" in done.output
    assert "the settings still name ana@example.org: [digests] morning, diario" in done.output
    with Store.open(root / "state" / "monitor.db") as store:
        assert [verdict.who for verdict in store.verdicts()] == ["owner"]


def test_nobody_s_name_forgets_nobody(root: Path) -> None:
    judged(root)

    for address in ("", "nobody@example.org", "owner"):
        done = call(root, "people", "forget", address, "--yes")
        assert done.exit_code == 2
        assert "nothing was changed" in done.output
