"""Marks that become a reader's own links."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from monitor.config import DigestSettings
from monitor.model import EntryKey
from monitor.signing import Grant, GrantKind, read_grant, secret_mark, sign, token_chars
from monitor.stages.render import HTML_MAX_BYTES, render_issue
from monitor.stages.render.links import Links, leave_by_mail, personal
from tests.factories import make_rendered
from tests.markup import Markup
from tests.pipeline.desk import TEMPLATES
from tests.stages.test_render import big_issue

KEY = bytes(range(32))
ENTRY = EntryKey(1, "a")
LINKS = Links(
    "https://news.example.org", secret_mark(KEY, "x"), "morning", "ana@example.org", {ENTRY: 17}
)


def token(kind: GrantKind, subject: str) -> str:
    return sign(KEY, Grant(kind, "morning", "ana@example.org", subject))


def test_each_link_becomes_the_readers_own() -> None:
    links = [
        LINKS.verdict(ENTRY, "trade", good=True),
        LINKS.verdict(ENTRY, "agua-y-energía", good=False),
        LINKS.story(ENTRY),
        LINKS.issue("2026-07-12-0700"),
        LINKS.leave(),
    ]

    rendered = make_rendered(text="\n".join(links), body_html=f'<a href="{links[0]}">x</a>')
    own = personal(rendered, LINKS.mark, token)

    found = re.findall(r"https://news\.example\.org/([mu])/([\w-]+)", own.text)
    assert [(page, read_grant(KEY, made)) for page, made in found] == [
        ("m", Grant("verdict", "morning", "ana@example.org", "good:17:trade")),
        ("m", Grant("verdict", "morning", "ana@example.org", "bad:17:agua-y-energía")),
        ("m", Grant("story", "morning", "ana@example.org", "17")),
        ("m", Grant("story", "morning", "ana@example.org", "issue:2026-07-12-0700")),
        ("u", Grant("unsubscribe", "morning", "ana@example.org", "")),
    ]
    assert own.body_html == f'<a href="https://news.example.org/m/{found[0][1]}">x</a>'
    assert LINKS.mark not in own.text + own.body_html


@pytest.mark.parametrize("subject", ["", "good:1:t", "bad:123456:a-long-profile-name", "ñ" * 30])
def test_a_mark_is_at_least_as_long_as_any_readers_token(subject: str) -> None:
    link = LINKS._link("m", "verdict", subject)

    assert len(link.rpartition("/")[2]) >= len(token("verdict", subject))
    assert len(token("verdict", subject)) == token_chars(
        Grant("verdict", "morning", "ana@example.org", subject)
    )


def test_what_is_not_known_or_not_reached_has_no_link() -> None:
    other = EntryKey(1, "b")

    assert (LINKS.verdict(other, "trade", good=True), LINKS.story(other)) == ("", "")
    assert (Links().issue("x"), Links().leave()) == ("", "")
    assert Links(leave_by_mail="mailto:a@example.org").leave() == "mailto:a@example.org"


def test_a_mail_to_leave_names_the_digest() -> None:
    assert leave_by_mail("news+x@example.org", "morning") == (
        "mailto:news+x@example.org?subject=unsubscribe%20morning"
    )


@pytest.mark.usefixtures("unmeasured")
def test_a_thousand_stories_with_links_fit_a_mail() -> None:
    digest = big_issue(1000)
    stories = [*digest.stories, *(omission.story for omission in digest.omissions)]
    links = replace(LINKS, numbers={s.lead.entry.key: n + 100_000 for n, s in enumerate(stories)})

    rendered = render_issue(
        digest, settings=DigestSettings(), zone="UTC", templates=TEMPLATES, links=links
    )

    page = Markup(rendered.body_html)
    assert len(rendered.body_html.encode()) <= HTML_MAX_BYTES
    assert page.texts(".footer")[0].endswith("Unsubscribe")
    assert len(page.texts(".verdict")) == len(page.texts("h3")) > 20
    own = personal(rendered, links.mark, token)
    assert len(own.body_html) <= len(rendered.body_html)
    assert set(re.findall(r"https?://\S+", own.text)) == set(Markup(own.body_html).values("href"))
