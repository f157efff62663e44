"""What a link in a mail leads to: one page, one button, and nothing besides what it grants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.home.secret import link_key
from monitor.signing import Grant, sign
from tests.factories import make_entry
from tests.pages import PASSWORD, READER, Pages, raw, served

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    # With a password: a reader has none, and needs none.
    with served(tmp_path / "home", password=PASSWORD) as pages:
        yield pages


def left(pages: Pages, digest: str = "morning") -> frozenset[str]:
    with pages.store() as store:
        return store.unsubscribed(digest)


def said(pages: Pages) -> list[tuple[str, bool, str | None, str]]:
    with pages.store() as store:
        return [(v.entry.key.id, v.good, v.profile, v.who) for v in store.verdicts()]


# ---------------------------------------------------------------- leaving


def test_opening_the_link_unsubscribes_nobody(pages: Pages) -> None:
    before = pages.everything()

    answer = pages.browser().get(pages.link("unsubscribe"))

    assert answer.status == 200
    assert "Send no more of Morning to ana@example.org?" in answer.words
    assert answer.all("set-cookie") == []
    assert pages.everything() == before


def test_the_button_unsubscribes_this_reader_from_this_digest(pages: Pages) -> None:
    browser = pages.browser()
    browser.get(pages.link("unsubscribe"))

    answer = browser.post(pages.link("unsubscribe"), {"do": "unsubscribe"})

    assert "ana@example.org gets no more of Morning." in answer.words
    assert left(pages) == {READER}
    assert left(pages, "diario") == frozenset()


def test_a_mail_program_unsubscribes_with_one_post(pages: Pages) -> None:
    """RFC 8058: no cookie, no token but the address's, whatever origin it names."""
    headers = {
        "Host": f"127.0.0.1:{pages.port}",
        "Origin": "https://mail.example",
        "Sec-Fetch-Site": "cross-site",
        **FORM,
    }

    answer = raw(
        pages.port, "POST", pages.link("unsubscribe"), headers, b"List-Unsubscribe=One-Click"
    )

    assert answer.status == 200
    assert left(pages) == {READER}


def test_one_post_may_come_as_multipart_and_twice(pages: Pages) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--'
    )
    headers = {
        "Host": f"127.0.0.1:{pages.port}",
        "Content-Type": "multipart/form-data; boundary=x",
    }

    statuses = [
        raw(pages.port, "POST", pages.link("unsubscribe"), headers, body).status for _ in range(2)
    ]

    assert statuses == [200, 200]
    assert left(pages) == {READER}


def test_another_site_cannot_press_the_button(pages: Pages) -> None:
    browser = pages.browser()

    answer = browser.post(
        pages.link("unsubscribe"), {"do": "unsubscribe"}, **{"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status == 403
    assert left(pages) == frozenset()


def test_who_left_may_come_back(pages: Pages) -> None:
    browser = pages.browser()
    browser.post(pages.link("unsubscribe"), {"do": "unsubscribe"})
    assert "gets no more of Morning" in browser.get(pages.link("unsubscribe")).words

    answer = browser.post(pages.link("unsubscribe"), {"do": "resubscribe"})

    assert "ana@example.org gets Morning again." in answer.words
    assert left(pages) == frozenset()


def test_the_page_speaks_the_digest_s_language(pages: Pages) -> None:
    answer = pages.browser().get(pages.link("unsubscribe", digest="diario"))

    assert '<html lang="es">' in answer.text
    assert "¿No enviar más Diario a ana@example.org?" in answer.words


def test_a_digest_that_is_no_more_can_still_be_left(pages: Pages) -> None:
    answer = pages.browser().post(pages.link("unsubscribe", digest="bygone"))

    assert "gets no more of bygone" in answer.words
    assert left(pages, "bygone") == {READER}


# ---------------------------------------------------------------- a verdict


def test_opening_a_verdict_s_link_says_nothing(pages: Pages) -> None:
    before = pages.everything()

    answer = pages.browser().get(pages.link("verdict", "good:2:trade"))

    assert "Tariffs <b>rise</b>" in answer.words
    assert "For the profile Trade <talks>." in answer.words
    assert pages.everything() == before


@pytest.mark.parametrize(("word", "good"), [("good", True), ("bad", False)])
def test_the_button_says_it_in_the_reader_s_name(pages: Pages, word: str, good: bool) -> None:
    link = pages.link("verdict", f"{word}:2:trade")

    answer = pages.browser().post(link, {"do": "say"})

    assert f"It counts as {word}" in answer.words
    assert said(pages) == [("b", good, "trade", READER)]


def test_a_verdict_can_be_of_no_one_profile(pages: Pages) -> None:
    pages.browser().post(pages.link("verdict", "good:1:"))

    assert said(pages) == [("a", True, None, READER)]


def test_what_was_said_can_be_taken_back(pages: Pages) -> None:
    link = pages.link("verdict", "good:2:trade")
    browser = pages.browser()
    browser.post(link, {"do": "say"})

    answer = browser.post(link, {"do": "undo"})

    assert "Taken back." in answer.words
    assert said(pages) == []


def test_a_verdict_of_an_entry_that_is_no_more_is_told_so(pages: Pages) -> None:
    link = pages.link("verdict", "good:999:trade")

    assert pages.browser().get(link).status == 404
    assert "not kept any more" in pages.browser().post(link).words
    assert said(pages) == []


# ---------------------------------------------------------------- a story


def test_a_story_s_page_shows_its_reports_and_why(pages: Pages) -> None:
    answer = pages.browser().get(pages.link("story", "2"))

    assert "Tariffs &lt;b&gt;rise&lt;/b&gt;" in answer.text
    assert 'href="https://example.com/1/b"' in answer.text
    assert "accord +1.50" in answer.words
    assert "sign a water accord" not in answer.words  # another story's


def test_an_issue_s_page_is_shown_as_it_was_without_any_right(pages: Pages) -> None:
    place = pages.root / "state" / "digests" / "morning"
    place.mkdir(parents=True)
    (place / "2026-07-12-0700.html").write_text("<html><script>alert(1)</script>Issue")

    answer = pages.browser().get(pages.link("story", "issue:2026-07-12-0700"))

    assert answer.text == "<html><script>alert(1)</script>Issue"
    policy = answer.header("content-security-policy")
    assert policy.startswith("sandbox allow-popups; default-src 'none';")
    assert "script-src" not in policy


@pytest.mark.parametrize(
    "subject",
    ["issue:../../link-key", "issue:index", "issue:", "issue:2026-07-12-0700/..", "x", ""],
)
def test_a_story_s_link_leads_to_nothing_else(pages: Pages, subject: str) -> None:
    assert pages.browser().get(pages.link("story", subject)).status == 404


# ---------------------------------------------------------------- tokens


def test_a_token_opens_its_own_page_only(pages: Pages) -> None:
    tokens = {
        kind: pages.link(kind, subject).rpartition("/")[2]
        for kind, subject in [("unsubscribe", ""), ("verdict", "good:2:trade"), ("story", "2")]
    }
    browser = pages.browser()
    before = pages.everything()

    assert browser.get(f"/m/{tokens['unsubscribe']}").status == 404
    assert browser.get(f"/u/{tokens['verdict']}").status == 404
    assert browser.post(f"/m/{tokens['story']}").status == 404
    assert browser.post(f"/u/{tokens['verdict']}").status == 404
    assert browser.get("/people", Cookie=f"desk={tokens['verdict']}").status == 303
    assert pages.everything() == before


def test_a_token_of_another_home_or_a_changed_one_opens_nothing(pages: Pages) -> None:
    good = pages.link("unsubscribe").rpartition("/")[2]
    grant = Grant("unsubscribe", "morning", READER)
    foreign = sign(b"k" * 32, grant)
    changed = [good[:-1] + ("A" if good[-1] != "A" else "B"), good[1:], good + "A", "A" + good]
    before = pages.everything()

    for token in [foreign, *changed, "x", "a" * 3000]:
        answer = pages.browser().post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})
        assert answer.status == 404

    assert sign(link_key(pages.root / "state"), grant) == good
    assert pages.everything() == before


def test_who_is_logged_in_gets_no_more_from_a_token_s_page_than_its_reader(pages: Pages) -> None:
    owner = pages.logged_in()

    assert "<nav" in owner.get("/people").text
    assert "<nav" not in owner.get(pages.link("story", "2")).text


def test_a_headline_cannot_become_markup(tmp_path: Path) -> None:
    nasty = make_entry("n", title="<script>alert(1)</script>", outlet="<img src=x>")
    with served(tmp_path / "home", entries=[nasty]) as pages:
        for link in (pages.link("story", "1"), pages.link("verdict", "bad:1:trade")):
            text = pages.browser().get(link).text
            assert "<script>alert" not in text
            assert "<img" not in text
