"""In a real browser: the login, leaving a digest, a verdict out of a mail, the status."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver

from monitor.adapters.store.upkeep import BACKUP
from tests.chromium import Person
from tests.factories import NOON
from tests.pages import PASSWORD, READER, Pages, served

# What the pages run through is measured by their own tests; a browser is slow to start.
pytestmark = [pytest.mark.long, pytest.mark.usefixtures("unmeasured")]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with served(tmp_path_factory.mktemp("browser") / "home", password=PASSWORD) as pages:
        with pages.store() as store:
            store.heartbeat(NOON)
            store.note(BACKUP, NOON)
            store.note_trouble("disk", "the disk is nearly full", NOON)
        yield pages


@pytest.fixture
def person(driver: webdriver.Chrome, pages: Pages) -> Person:
    person = Person(driver, pages)
    person.is_new()
    return person


def logs_in(person: Person) -> None:
    person.opens("/login")
    person.types("#password", PASSWORD)
    person.presses("Log in", leaves=True)


def test_ten_wrong_passwords_make_a_person_wait_and_no_longer_than_that(
    person: Person, pages: Pages
) -> None:
    person.opens("/people")
    assert person.is_at == "/login?next=%2Fpeople"

    for _ in range(10):
        person.types("#password", "not the password")
        person.presses("Log in", leaves=True)
    assert "Too many wrong passwords. Try again in 1 min" in person.reads()
    assert person.sees("nav") == []

    pages.clock.now = NOON.replace(hour=13)
    person.types("#password", PASSWORD)
    person.presses("Log in", leaves=True)
    assert person.is_at == "/people"
    assert READER in person.reads()
    pages.clock.now = NOON


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_reader_leaves_a_digest_with_one_button_and_comes_back(
    person: Person, pages: Pages, scripts: bool
) -> None:
    person.runs_scripts(scripts)
    person.opens(pages.link("unsubscribe"))
    with pages.store() as store:
        assert store.unsubscribed("morning") == frozenset()

    person.presses("Yes, unsubscribe")

    assert "ana@example.org gets no more of Morning." in person.reads()
    with pages.store() as store:
        assert store.unsubscribed("morning") == {READER}
    person.presses("Subscribe again")
    assert "ana@example.org gets Morning again." in person.reads()
    with pages.store() as store:
        assert store.unsubscribed("morning") == frozenset()


def test_a_verdict_out_of_a_mail_is_one_click(person: Person, pages: Pages) -> None:
    person.opens(pages.link("verdict", "bad:2:trade"))
    with pages.store() as store:
        assert store.verdicts() == []

    person.presses("Yes, bad: less of this")

    assert "It counts as bad: less of this." in person.reads()
    with pages.store() as store:
        assert [(v.good, v.who) for v in store.verdicts()] == [(False, READER)]
    person.presses("Take it back")
    with pages.store() as store:
        assert store.verdicts() == []


def test_a_person_logs_in_and_out(person: Person) -> None:
    logs_in(person)
    person.opens("/status")
    assert "the disk is nearly full" in person.reads()

    person.presses("Log out")

    assert person.is_at == "/login"
    person.opens("/status")
    assert person.is_at.startswith("/login")


def test_no_page_shuts_anybody_out(person: Person, pages: Pages) -> None:
    links = [
        pages.link("unsubscribe"),
        pages.link("verdict", "good:1:trade"),
        pages.link("story", "2"),
        "/login",
        "/status",
        "/people",
        "/people/one?address=ana%40example.org",
        "/nowhere",
    ]
    logs_in(person)

    for path in links:
        person.opens(path)
        assert person.barriers_in_every_look() == [], path
    # A page that is not there is told in the console, and nothing else is.
    assert [each for each in person.complaints() if "/nowhere" not in each] == []
