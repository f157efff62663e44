"""One issue, many readers: each has links of their own, and who left gets nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from monitor.model import Message
from monitor.pipeline import DigestReport
from monitor.signing import Grant, read_grant
from tests.markup import Markup
from tests.pipeline.desk import ANA, BEN, DAY, HOUR, SEVEN, Desk

KEY = bytes(range(32))
BASE = "https://news.example.org"


@pytest.fixture
def public(desk: Desk) -> Desk:
    desk.plan = replace(desk.plan, public_url=BASE, key=KEY)
    return desk


def issued(desk: Desk) -> DigestReport:
    desk.tell("a", "b")
    desk.tell("missed", value=0.4)
    report = desk.run(SEVEN)
    assert report is not None
    return report


def read(message: Message) -> EmailMessage:
    mail = message_from_bytes(message.content, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def bodies(message: Message) -> tuple[str, str]:
    plain, html = read(message).iter_parts()
    texts = [part.get_content().replace("\r\n", "\n") for part in (plain, html)]  # type: ignore[attr-defined]
    return texts[0], texts[1]


def grants(text: str, page: str) -> list[Grant | None]:
    return [read_grant(KEY, token) for token in re.findall(rf"{BASE}/{page}/([\w-]+)", text)]


def test_every_reader_can_say_what_a_story_is_worth_in_both_parts(public: Desk) -> None:
    report = issued(public)
    number = public.store.entry_numbers(s.lead.entry.key for s in report.digest.stories)

    for message in report.messages:
        text, html = bodies(message)
        wanted = {
            Grant("verdict", "morning", message.recipient, f"{verdict}:{n}:trade")
            for n in number.values()
            for verdict in ("good", "bad")
        }
        missed = Grant("verdict", "morning", message.recipient, "good:3:trade")
        assert set(grants(text, "m")) == set(grants(html, "m")) == wanted | {missed}
        assert grants(text, "u") == [Grant("unsubscribe", "morning", message.recipient)]
        assert set(re.findall(r"https?://\S+", text)) == set(Markup(html).values("href"))


def test_no_mark_is_left_and_nobody_sees_anothers_link(public: Desk) -> None:
    report = issued(public)

    seen: dict[str, set[str]] = {}
    for message in report.messages:
        whole = "".join(bodies(message))
        seen[message.recipient] = set(re.findall(rf"{BASE}/[mu]/([^\"\s<]+)", whole))
        assert None not in {read_grant(KEY, token) for token in seen[message.recipient]}
    assert seen[ANA] & seen[BEN] == set()


def test_the_page_and_its_text_hold_nobodys_links(public: Desk) -> None:
    report = issued(public)

    assert report.page is not None
    for path in (report.page, report.page.with_suffix(".txt")):
        assert BASE not in path.read_text()
        assert "Headline a" in path.read_text()


def test_a_mail_is_left_by_one_post_or_by_mail(public: Desk) -> None:
    message = issued(public).messages[0]

    mail = read(message)
    token = re.search(rf"<{BASE}/u/([\w-]+)>", mail["List-Unsubscribe"])
    assert token is not None
    assert read_grant(KEY, token[1]) == Grant("unsubscribe", "morning", ANA)
    assert mail["List-Unsubscribe"].endswith(
        ", <mailto:news@example.org?subject=unsubscribe%20morning>"
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (mail["List-Id"], mail["X-Digest"]) == (
        "<morning.example.org>", "morning.2026-07-12-0700",
    )  # fmt: skip
    # Mail services pass over an address that is folded or encoded.
    raw = [line for line in message.content.split(b"\r\n") if line.startswith(b"List-Unsub")]
    assert len(raw) == 2
    assert raw[0].count(BASE.encode()) == 1


def test_the_longest_public_address_stays_on_one_raw_line(public: Desk) -> None:
    base = "https://news.example.org/" + "x" * 175
    public.plan = replace(public.plan, public_url=base)

    for message in issued(public).messages:
        lines = message.content.split(b"\r\n")
        header = next(line for line in lines if line.startswith(b"List-Unsubscribe: "))
        assert header.startswith(b"List-Unsubscribe: <" + base.encode() + b"/u/")
        assert header.endswith(b">")


def test_without_a_public_address_there_are_no_links_but_to_leave_by_mail(desk: Desk) -> None:
    mailto = "mailto:news@example.org?subject=unsubscribe%20morning"
    for message in issued(desk).messages:
        text, html = bodies(message)
        assert read(message)["List-Unsubscribe"] == f"<{mailto}>"
        assert "List-Unsubscribe-Post" not in read(message)
        assert "more like this" not in text + html
        assert text.endswith(f"Unsubscribe by mail:\n  {mailto}\n")
        assert mailto in Markup(html).values("href")


def test_a_plain_http_address_offers_no_single_post(public: Desk) -> None:
    public.plan = replace(public.plan, public_url="http://192.168.1.5:8000")

    mail = read(issued(public).messages[0])

    assert mail["List-Unsubscribe"] == "<mailto:news@example.org?subject=unsubscribe%20morning>"
    assert "List-Unsubscribe-Post" not in mail


def test_who_left_gets_nothing_more_and_nothing_else_changes(desk: Desk) -> None:
    desk.store.unsubscribe("morning", BEN, SEVEN - HOUR)
    desk.store.unsubscribe("evening", ANA, SEVEN - HOUR)

    report = issued(desk)

    assert [m.recipient for m in report.messages] == [ANA]
    desk.store.resubscribe("morning", BEN)
    desk.tell("c", at=SEVEN + DAY - HOUR)
    later = desk.run(SEVEN + DAY)
    assert later is not None
    assert [m.recipient for m in later.messages] == [ANA, BEN]


def test_when_everybody_has_left_the_pages_go_on(desk: Desk) -> None:
    for reader in (ANA, BEN):
        desk.store.unsubscribe("morning", reader, SEVEN - HOUR)

    report = issued(desk)

    assert report.messages == ()
    assert report.page is not None
    assert report.page.exists()


def test_a_feed_that_guesses_at_a_mark_gets_no_link(public: Desk) -> None:
    from monitor.signing import secret_mark

    wrong = secret_mark(bytes(32), "morning 2026-07-12-0700")
    public.tell(f"{wrong}v676f6f643a313a7472616465")
    report = public.run(SEVEN)

    assert report is not None
    assert wrong in "".join(bodies(report.messages[0]))


def test_a_hundred_readers_cost_one_rendering(
    public: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.pipeline.digests import addressing

    rendered = []
    whole = addressing.render_issue
    monkeypatch.setattr(
        addressing, "render_issue", lambda *a, **k: rendered.append(1) or whole(*a, **k)
    )
    public.change(recipients=tuple(f"reader{n}@example.org" for n in range(100)))

    assert len(issued(public).messages) == 100
    assert len(rendered) == 1
