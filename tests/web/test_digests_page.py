"""The digests: issues as sent, the outbox, the next one previewed and tested, settings saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.home import open_home
from monitor.model import OutboxState
from monitor.pipeline.digests.digest_run import run_digest
from monitor.pipeline.digests.plans import plan_of
from tests.factories import NOON, make_slot
from tests.newsroom import newsroom
from tests.pages import Browser, Pages
from tests.smtp import ScriptedSmtp

FORM = {
    "title": "Morning", "times": "07:00", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "recipients": "ana@example.org\r\nben@example.org", "profiles": "trade", "language": "en",
    "length": "20", "threshold_shift": "0.0", "quiet": "weekly",
}  # fmt: skip


@pytest.fixture(scope="module")
def smtp() -> Iterator[ScriptedSmtp]:
    with ScriptedSmtp() as server:
        yield server


@contextmanager
def issued(root: Path, mail_port: int) -> Iterator[Pages]:
    """Serve the pages of a home whose first issue waits in the outbox."""
    with newsroom(root, mail_port=mail_port) as pages:
        home = open_home(pages.root, {})
        with pages.store() as store:
            run_digest(store, plan_of(home, "morning"), make_slot(), NOON)
        yield pages


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, smtp: ScriptedSmtp) -> Iterator[Pages]:
    with issued(tmp_path_factory.mktemp("digests") / "home", smtp.port) as pages:
        yield pages


@pytest.fixture
def own_pages(tmp_path: Path, smtp: ScriptedSmtp) -> Iterator[Pages]:
    """Pages of a home that a test may change for good."""
    with issued(tmp_path / "home", smtp.port) as pages:
        yield pages


def test_every_issue_is_shown_as_it_was_sent(pages: Pages) -> None:
    browser = pages.browser()

    assert (
        "2026-07-12-0700 morning Morning, 12 Jul: Football tariffs" in browser.get("/digests").words
    )
    sent = browser.get("/digests/morning/issues/2026-07-12-0700")
    assert "Tariffs on steel rise again" in sent.text
    assert "sandbox" in sent.header("content-security-policy")


@pytest.mark.parametrize(
    "path",
    ["/digests/none", "/digests/none/preview", "/digests/morning/issues/2020-01-01-0700",
     "/digests/morning/issues/..", "/digests/..%2f..%2fstate/issues/2026-07-12-0700",
     "/digests/morning/issues/index"],
)  # fmt: skip
def test_what_is_no_issue_is_not_shown(pages: Pages, path: str) -> None:
    assert pages.browser().get(path).status in (400, 404)


def test_the_next_issue_is_previewed_and_nothing_changes(pages: Pages) -> None:
    before = pages.everything()
    pages.clock.turn(timedelta(hours=1))

    answer = pages.browser().get("/digests/diario/preview")
    pages.clock.turn(-timedelta(hours=1))

    assert "Tariffs on steel rise again" in answer.text
    assert pages.everything() == before


# ---------------------------------------------------------------- outbox


def test_a_message_is_dropped_and_sent_again(pages: Pages) -> None:
    browser = pages.browser()
    assert "ana@example.org morning 2026-07-12-0700 goes out next" in browser.get("/digests").words

    dropped = browser.post("/outbox/1", {"do": "drop"})

    assert "Dropped." in browser.follow(dropped).words
    again = browser.post("/outbox/1", {"do": "again"})
    assert "Queued again" in browser.follow(again).words
    with pages.store() as store:
        assert {item.state for item in store.outbox()} == {OutboxState.QUEUED}


@pytest.mark.parametrize(("path", "do"), [("/outbox/9", "drop"), ("/outbox/1", "again"),
                                          ("/outbox/1", "explode")])  # fmt: skip
def test_a_message_that_does_not_stand_there_is_left_alone(
    pages: Pages, path: str, do: str
) -> None:
    browser = pages.browser()
    browser.get("/digests")

    assert browser.post(path, {"do": do}).status == 409


# ---------------------------------------------------------------- a test to one person


def test_a_test_goes_to_one_address_and_counts_as_nothing(pages: Pages, smtp: ScriptedSmtp) -> None:
    browser = pages.browser()
    browser.get("/digests/diario")
    before = pages.everything()

    answer = browser.post("/digests/diario/test", {"to": "me@example.org"})

    assert "took the test" in browser.follow(answer).words
    assert [mail.recipient for mail in smtp.mailbox] == ["me@example.org"]
    after = pages.everything()
    for table in ("outbox", "issue", "commitment", "entry"):
        assert after[table] == before[table]


@pytest.mark.parametrize("to", ["", "me", "a@b, c@d", "a@b\r\nBcc: c@d", "@"])
def test_what_is_no_address_gets_no_test(pages: Pages, to: str) -> None:
    browser = pages.browser()
    browser.get("/digests/morning")

    assert browser.post("/digests/morning/test", {"to": to}).status == 400


# ---------------------------------------------------------------- settings


def test_settings_are_written_with_comments_kept(own_pages: Pages) -> None:
    path = own_pages.root / "monitor.toml"
    path.write_text(path.read_text() + "# the end\n")
    browser = own_pages.browser()
    browser.get("/digests/morning")

    answer = browser.post(
        "/digests/morning/save",
        {**FORM, "times": "06:30, 18:00", "recipients": "eva@example.org", "length": "12",
         "threshold_shift": "0.05", "quiet": "receipt", "days": ["mon", "fri"]},
    )  # fmt: skip

    assert browser.follow(answer).words.startswith("Saved.")
    digest = open_home(own_pages.root, {}).config.digests["morning"]
    assert (digest.times, digest.days) == (("06:30", "18:00"), ("mon", "fri"))
    assert (digest.recipients, digest.length) == (("eva@example.org",), 12)
    assert (digest.threshold_shift, digest.quiet) == (0.05, "receipt")
    assert "# the end" in path.read_text()


def test_settings_that_are_the_same_change_no_file(pages: Pages) -> None:
    before = (pages.root / "monitor.toml").read_bytes()
    browser = pages.browser()
    browser.get("/digests/morning")

    answer = browser.post("/digests/morning/save", FORM)

    assert "Nothing was changed." in browser.follow(answer).words
    assert (pages.root / "monitor.toml").read_bytes() == before


@pytest.mark.parametrize(
    "wrong",
    [{"times": "25:00"}, {"times": ""}, {"length": "0"}, {"recipients": "nobody"},
     {"threshold_shift": "9"}, {"days": []}],
)  # fmt: skip
def test_settings_that_would_not_do_are_told_and_not_written(
    pages: Pages, wrong: dict[str, object]
) -> None:
    before = (pages.root / "monitor.toml").read_bytes()
    browser = pages.browser()
    browser.get("/digests/morning")

    assert browser.post("/digests/morning/save", {**FORM, **wrong}).status == 409
    assert (pages.root / "monitor.toml").read_bytes() == before


def test_another_digest_is_made_once(own_pages: Pages) -> None:
    browser = own_pages.browser()
    browser.get("/digests")

    answer = browser.post("/digests/new", {"name": "Evening News"})

    assert answer.header("location").startswith("/digests/evening-news")
    assert open_home(own_pages.root, {}).config.digests["evening-news"].times == ("07:00",)
    for name in ("evening-news", "../x", "", "ñ"):
        assert browser.post("/digests/new", {"name": name}).status == 400


def test_a_form_of_before_another_change_saves_nothing_over_it(own_pages: Pages) -> None:
    browser, other = own_pages.browser(), own_pages.browser()
    other.get("/digests/morning")
    page = browser.get("/digests/morning").text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    assert (
        other.post("/digests/morning/save", {**FORM, "recipients": "eva@example.org"}).status == 303
    )

    refused = browser.post("/digests/morning/save", {**FORM, "title": "Late", "seen": seen[1]})

    digest = open_home(own_pages.root, {}).config.digests["morning"]
    assert refused.status == 409
    assert "changed since this page was loaded" in refused.words
    assert (digest.title, digest.recipients) == ("Morning", ("eva@example.org",))


def test_many_windows_that_save_at_once_lose_nothing(own_pages: Pages) -> None:
    windows = [own_pages.browser() for _ in range(8)]
    for window in windows:
        window.get("/feeds")
    names = [f"outlet{number}" for number in range(len(windows))]

    def add(window: Browser, name: str) -> None:
        assert window.post("/digests/new", {"name": name}).status == 303

    with ThreadPoolExecutor(len(windows)) as threads:
        list(threads.map(add, windows, names))

    assert set(open_home(own_pages.root, {}).config.digests) >= set(names)


def test_a_file_with_a_mistake_is_not_written_over(own_pages: Pages) -> None:
    browser = own_pages.browser()
    browser.get("/digests/morning")
    (own_pages.root / "monitor.toml").write_text("[[[ half a line")

    refused = browser.post("/digests/morning/save", {**FORM, "title": "Late"})

    assert refused.status == 409
    assert "monitor.toml" in refused.words
    assert (own_pages.root / "monitor.toml").read_text() == "[[[ half a line"
