"""The readers: what is kept of each is shown, and deleted when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.model import Verdict
from tests.factories import NOON, make_entry
from tests.pages import READER, Pages, served

ONE = "/people/one?address=ana%40example.org"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    with served(tmp_path / "home") as pages:
        with pages.store() as store:
            said = [Verdict(make_entry("a"), True, "trade", who=who) for who in (READER, "owner")]
            store.save_verdicts(said, NOON)
            store.unsubscribe("diario", READER, NOON)
        yield pages


def who(pages: Pages) -> list[str]:
    with pages.store() as store:
        return [verdict.who for verdict in store.verdicts()]


def test_the_list_names_every_reader_and_whose_verdicts_count(pages: Pages) -> None:
    words = pages.browser().get("/people").words

    assert "ana@example.org morning, diario diario 1 0" in words
    assert "ben@example.org morning 0 0" in words
    assert "The profiles learn from everyone's verdicts" in words


def test_a_reader_s_page_shows_all_that_is_kept(pages: Pages) -> None:
    words = pages.browser().get(ONE).words

    assert "Unsubscribed from diario: 2026-07-12 06:00" in words
    assert "good Trade <talks> Mexico and the United States sign a water accord" in words


def test_nobody_is_forgotten_by_mistake(pages: Pages) -> None:
    browser = pages.browser()
    browser.get(ONE)

    answer = browser.post("/people/forget", {"address": READER})

    assert "Tick the box to delete" in browser.follow(answer).words
    assert who(pages) == [READER, "owner"]


def test_a_forgotten_reader_s_verdicts_are_gone_and_the_owner_s_stay(pages: Pages) -> None:
    browser = pages.browser()
    browser.get(ONE)

    answer = browser.post("/people/forget", {"address": READER, "sure": "yes"})

    assert "Forgotten." in browser.follow(answer).words
    assert who(pages) == ["owner"]


def test_that_a_reader_left_is_kept_while_the_settings_name_them(pages: Pages) -> None:
    browser = pages.browser()
    browser.get(ONE)
    browser.post("/people/forget", {"address": READER, "sure": "yes"})
    with pages.store() as store:
        assert store.unsubscribed("diario") == {READER}

    (pages.root / "monitor.toml").write_text('zone = "UTC"\n')
    browser.post("/people/forget", {"address": READER, "sure": "yes"})

    with pages.store() as store:
        assert store.unsubscribed("diario") == frozenset()
    assert browser.get(ONE).status == 404


@pytest.mark.parametrize("address", ["", "nobody@example.org", "ana@example.org' OR 1=1 --"])
def test_somebody_unknown_cannot_be_shown_or_forgotten(pages: Pages, address: str) -> None:
    browser = pages.browser()
    browser.get(ONE)

    assert browser.get("/people/one").status == 404
    assert browser.post("/people/forget", {"address": address, "sure": "yes"}).status == 404
    assert who(pages) == [READER, "owner"]
