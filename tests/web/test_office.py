"""What all requests share is as the files are; beside a poll they are looked at less often."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.adapters.home import open_home
from monitor.web import office as module
from monitor.web.office import LOOK_EVERY_S, Office
from monitor.web.passwords import make_password, save_password
from tests.factories import NOON
from tests.pages import CHEAP, PASSWORD, make_home


@pytest.fixture
def office(tmp_path: Path) -> Office:
    make_home(tmp_path / "home")
    return Office(lambda: open_home(tmp_path / "home", {}), lambda: NOON)


def set_zone(office: Office, zone: str) -> None:
    path = office.home().root / "monitor.toml"
    text = path.read_text().replace(office.home().config.zone, zone)
    path.write_text(text)


def test_a_file_that_a_person_changed_shows_at_the_next_request(office: Office) -> None:
    for zone in ("Europe/Madrid", "America/Bogota"):
        set_zone(office, zone)

        assert office.home().config.zone == zone


def test_beside_a_poll_the_files_are_looked_at_a_few_times_a_second(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = module.time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    before = office.home().config.zone
    office.give_way(0.0)  # a poll asks

    set_zone(office, "Europe/Madrid")

    assert office.home().config.zone == before
    now += LOOK_EVERY_S
    assert office.home().config.zone == "Europe/Madrid"


def test_what_a_page_changed_shows_at_once_even_so(office: Office) -> None:
    office.give_way(0.0)
    office.home()
    set_zone(office, "Europe/Madrid")

    office.look_again()

    assert office.home().config.zone == "Europe/Madrid"


def test_a_password_holds_from_the_moment_it_is_set_changed_or_taken_away(office: Office) -> None:
    first, second = make_password(PASSWORD, cost=CHEAP), make_password(PASSWORD, cost=CHEAP)

    found = [office.password()]
    for password in (first, second, None, first):
        save_password(office.state, password)
        found.append(office.password())

    assert found == [None, first, second, None, first]


def test_the_key_of_the_links_is_the_one_in_the_file(office: Office) -> None:
    former = office.link_key()
    (office.state / "link-key").unlink()

    anew = office.link_key()

    assert anew != former
    assert anew == (office.state / "link-key").read_bytes()
