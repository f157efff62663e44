from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from css_inline import InlineError

from monitor.config import DigestSettings
from monitor.errors import RenderError
from monitor.model import (
    Digest,
    FeedChange,
    FeedNews,
    FeedTrouble,
    Omission,
    OmitReason,
    Problem,
    Reason,
    Receipt,
    Rendered,
    Story,
    Update,
)
from monitor.stages.render import _ROOMS, HTML_MAX_BYTES, _within, render_issue
from monitor.stages.render.issue_view import Room
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

TEMPLATES = {
    path.name: path.read_text(encoding="utf-8")
    for path in (Path(__file__).parents[2] / "templates").iterdir()
}
SAYS_MORE = "Ministers named the dams, the volumes and the dates of each delivery."
REASONS = (Reason("water accord", 2.1, "title"), Reason("dam*", 0.8, "summary"), Reason("base", -1))


def render(
    digest: Digest | None = None,
    *,
    settings: DigestSettings | None = None,
    templates: dict[str, str] | None = None,
    unconfirmed: tuple[Story, ...] = (),
) -> Rendered:
    return render_issue(
        digest or make_digest(make_section()),
        settings=settings or DigestSettings(title="US–Mexico"),
        zone="America/Mexico_City",
        templates=TEMPLATES | (templates or {}),
        unconfirmed=unconfirmed,
    )


def widely_reported() -> Story:
    return make_story(
        1,
        make_scored(
            make_entry("a", outlet="Reuters", link="https://www.reuters.com/a", summary=SAYS_MORE),
            make_score(0.91, reasons=REASONS),
        ),
        make_scored(
            make_entry(
                "b", outlet="La Jornada", link="https://www.jornada.com.mx/b", language="es"
            ),
            make_score(0.7),
        ),
        make_scored(make_entry("c", outlet="LA JORNADA", link="https://www.jornada.com.mx/c")),
        make_scored(make_entry("d", outlet="Radio Without Web", link="")),
    )


def omission(
    number: int, reason: OmitReason = OmitReason.BELOW_THRESHOLD, detail: str = "0.08 below 0.50"
) -> Omission:
    story = make_story(number, title=f"Missed {number}", outlet=f"Outlet {number}")
    return Omission(story, reason, detail)


# ---------------------------------------------------------------- what an issue says


def test_the_text_says_everything_in_72_columns() -> None:
    trouble = FeedTrouble("Diario", "bot wall", NOON - timedelta(days=2))
    digest = make_digest(
        make_section(widely_reported(), profile=make_profile(title="Water")),
        omissions=(omission(2), omission(3, OmitReason.ALREADY_SENT, "in the issue of 11 July")),
        receipt=make_receipt(entries_new_count=1210, troubles=(trouble,)),
    )

    assert render(digest).text == (
        """\
US–MEXICO
Sunday, 12 July 2026 · 07:00
========================================================================
1 story, from 4 reports by 3 outlets, 1 in Spanish

WATER (1)
------------------------------------------------------------------------

* Mexico and the United States sign a water accord
  Reuters · 06:00 · score 0.91
  Ministers named the dams, the volumes and the dates of each delivery.
  https://www.reuters.com/a
  also: La Jornada [ES]
    https://www.jornada.com.mx/b
  also: Radio Without Web
  because: water accord +2.1, dam +0.8

LEFT OUT
------------------------------------------------------------------------
1 below the threshold
1 already sent

- Missed 2
  Outlet 2 · 0.08 below 0.50
  https://example.com/1/e2

LATE REPORTS ON STORIES SENT BEFORE
- Missed 3
  in the issue of 11 July · Outlet 3
  https://example.com/1/e3

BEHIND THIS ISSUE
------------------------------------------------------------------------
38 of 40 feeds answered
1,210 new entries, since Sat 11 Jul, 06:00
9 above the line
1 of 1 led by reports in English.
Best near miss: Missed 2 (0.08 below 0.50)

1 feed in trouble:
- Diario: bot wall, since Fri 10 Jul, 06:00. A check for humans stands
  before it: find another feed of theirs.

Next issue: Mon 13 Jul, 06:00.
Times are those of America/Mexico_City.
News monitor 0.1.0. Nothing in this message loads or reports anything.
"""
    )


def test_the_mail_shows_the_story_its_outlets_and_its_reasons() -> None:
    page = Markup(render(make_digest(make_section(widely_reported()))).body_html)

    assert page.texts("h1") == ["US–Mexico"]
    assert page.texts("h2") == ["Trade", "Behind this issue"]
    assert page.texts("h3") == ["Mexico and the United States sign a water accord"]
    assert page.texts(".meta") == ["Reuters · 06:00"]
    assert page.texts(".summary") == [SAYS_MORE]
    assert page.texts(".also") == ["also: La Jornada ES, Radio Without Web"]
    assert page.texts(".why") == ["because: water accord dam score 0.91"]
    chips = [(e.text, e.attributes["title"]) for e in page.elements if e.matches(".chip")]
    assert chips == [("water accord", "+2.1 in the headline"), ("dam", "+0.8 in the summary")]
    links = [e for e in page.elements if e.tag == "a"]
    assert [e.attributes["href"] for e in links] == [
        "https://www.reuters.com/a",
        "https://www.jornada.com.mx/b",
    ]
    assert {e.attributes["rel"] for e in links} == {"noopener noreferrer"}
    assert links[0].attributes["lang"] == "en"


def saga(language: Literal["en", "es"]) -> Rendered:
    """Return an issue of one saga: a story, an update in Spanish under it, and a plain one."""
    update = Update(3, "Talks on the dam begin", ("30",))
    first = make_story(1, title="Ministers sign the dam accord")
    other = make_story(2, title="Protestan agricultores por la presa", language="es", feed=2)
    third = make_story(
        3,
        *(
            make_scored(make_entry(id, title="Dam bonds rise", outlet=id, feed=3, link=""))
            for id in ("Bourse", "Ledger")
        ),
    )
    stories = (first, replace(other, under=1, update=update), replace(third, under=1))
    return render(make_digest(make_section(*stories)), settings=DigestSettings(language=language))


def test_stories_of_a_saga_are_told_in_a_line_each_in_text_and_mail() -> None:
    rendered = saga("en")
    page = Markup(rendered.body_html)

    assert page.texts(".related") == [
        "related: Protestan agricultores por la presa (Example Times) ES Update, day 3",
        "Dam bonds rise (Bourse, 2 outlets)",
    ]
    assert "3 stories, from 4 reports" in rendered.text
    assert "TRADE (3)" in rendered.text
    assert (
        """\
  related: Protestan agricultores por la presa (Example Times) [ES] ·
    Update, day 3
    https://example.com/2/e2
  related: Dam bonds rise (Bourse, 2 outlets)
"""
        in rendered.text
    )
    links = [each.attributes["href"] for each in page.elements if each.tag == "a"]
    assert links == ["https://example.com/1/e1", "https://example.com/2/e2"]


def test_a_saga_is_told_in_spanish() -> None:
    rendered = saga("es")

    assert Markup(rendered.body_html).texts(".related") == [
        "relacionado: Protestan agricultores por la presa (Example Times) Actualización, día 3",
        "Dam bonds rise (Bourse, 2 medios) EN",
    ]
    assert "  relacionado: Dam bonds rise (Bourse, 2 medios) [EN]\n" in rendered.text


def test_text_and_mail_hold_the_same_links() -> None:
    digest = make_digest(
        make_section(widely_reported(), make_story(2)),
        omissions=tuple(omission(n) for n in range(3, 12)),
    )

    rendered = render(digest, unconfirmed=(make_story(40),))

    in_text = set(re.findall(r"https?://\S+", rendered.text))
    assert in_text == set(Markup(rendered.body_html).values("href"))
    assert len(in_text) == 2 + 1 + 5 + 1


def test_a_spanish_issue_is_spanish_throughout() -> None:
    trouble = FeedTrouble("Diario", "gone", NOON - timedelta(hours=2))
    digest = make_digest(
        make_section(widely_reported(), profile=make_profile(title="Agua")),
        omissions=(omission(2, OmitReason.NO_ROOM, "la edición lleva 1"),),
        receipt=make_receipt(troubles=(trouble,)),
    )

    rendered = render(digest, settings=DigestSettings(title="México", language="es"))

    assert rendered.subject == "México, 12 jul: Mexico and the United States sign a water accord"
    page = Markup(rendered.body_html)
    assert page.values("lang")[0] == "es"
    assert page.texts(".dateline") == ["domingo, 12 de julio de 2026 · 07:00"]
    assert page.texts(".tally") == ["1 noticia, a partir de 4 notas de 3 medios, 3 en inglés"]
    assert page.texts("h2") == ["Agua", "Fuera de esta edición", "Detrás de esta edición"]
    assert page.texts(".meta") == ["Reuters EN · 06:00"]
    assert page.texts(".also") == ["también en: La Jornada, Radio Without Web EN"]
    assert page.texts(".why") == ["por: water accord dam puntaje 0.91"]
    assert page.texts(".trouble") == [
        "Diario: eliminada, desde las 04:00. El medio la cerró: quite la fuente."
    ]
    english = re.compile(
        r"\b(the|and|of|since|feeds?|next|issue|left|because|score)\b", re.IGNORECASE
    )
    words = rendered.text.replace("Mexico and the United States sign a water accord", "")
    assert english.findall(words.replace(SAYS_MORE, "")) == []


def test_both_languages_have_a_word_for_everything() -> None:
    from jinja2 import DictLoader, Environment

    module = Environment(loader=DictLoader(TEMPLATES), autoescape=True).get_template("words.txt")
    words = module.module.words  # type: ignore[attr-defined]

    assert words["en"].keys() == words["es"].keys()
    problems = {problem.value for problem in Problem}
    for language in ("en", "es"):
        assert words[language]["advice"].keys() == problems
        assert words[language]["reasons"].keys() == {reason.value for reason in OmitReason}
    assert words["es"]["problems"].keys() == problems


def test_unconfirmed_stories_open_the_issue_and_count() -> None:
    rendered = render(unconfirmed=(make_story(40, title="Offered again"),))

    page = Markup(rendered.body_html)
    assert page.texts("h2")[:2] == ["Not confirmed last time", "Trade"]
    assert page.texts("h3")[0] == "Offered again"
    assert rendered.subject == (
        "US–Mexico, 12 Jul: Mexico and the United States sign a water accord (+1)"
    )


def test_an_issue_of_unconfirmed_stories_alone_is_not_quiet() -> None:
    rendered = render(make_digest(), unconfirmed=(make_story(40, title="Offered again"),))

    assert rendered.subject == "US–Mexico, 12 Jul: Offered again"
    assert "ALL QUIET" not in rendered.text


@pytest.mark.parametrize(
    ("receipt", "says"),
    [
        (
            make_receipt(),
            "Nothing passed the threshold since Sat 11 Jul, 06:00. The monitor is working: "
            "38 of 40 feeds answered and brought 210 new entries.",
        ),
        (
            make_receipt(since=None, entries_new_count=1),
            "Nothing passed the threshold. The monitor is working: "
            "38 of 40 feeds answered and brought 1 new entry.",
        ),
        (
            make_receipt(feeds_answered_count=3),
            "Nothing passed the threshold since Sat 11 Jul, 06:00. But only 3 of 40 feeds "
            "answered, so there may be news that is missing here.",
        ),
        (
            make_receipt(feeds_answered_count=0),
            "Nothing passed the threshold since Sat 11 Jul, 06:00. But none of 40 feeds "
            "answered: the monitor may be cut off from the network.",
        ),
        (
            make_receipt(feeds_count=0, feeds_answered_count=0),
            "Nothing passed the threshold since Sat 11 Jul, 06:00. But no feed is subscribed "
            "to: the monitor has nothing to read.",
        ),
    ],
)
def test_a_quiet_day_tells_quiet_from_broken(receipt: Receipt, says: str) -> None:
    rendered = render(make_digest(receipt=receipt))

    page = Markup(rendered.body_html)
    assert rendered.subject == "US–Mexico, 12 Jul: all quiet"
    assert page.texts("h2")[0] == "All quiet"
    assert page.texts(".quiet")[0].removeprefix("All quiet ") == says
    assert says in " ".join(rendered.text.split())


def test_the_receipt_ends_every_issue() -> None:
    receipt = make_receipt(next_issue_at=None, since=None)

    page = Markup(render(make_digest(receipt=receipt)).body_html)

    assert page.texts(".figure") == [
        "38 of 40 feeds answered",
        "210 new entries",
        "9 above the line",
    ]
    assert page.texts(".footer") == [
        "No further issue is scheduled. Times are those of America/Mexico_City. "
        "News monitor 0.1.0. Nothing in this message loads or reports anything."
    ]
    assert page.texts(".receipt")[0].endswith("Best near miss: none. No feed is in trouble.")


def test_feeds_that_were_not_heard_of_are_not_called_well() -> None:
    rendered = render(make_digest(receipt=make_receipt(feeds_answered_count=0)))

    assert "No feed is in trouble" not in rendered.body_html
    assert "No feed is in trouble" not in rendered.text


def test_a_word_longer_than_a_phone_is_wide_is_broken() -> None:
    (sheet,) = re.findall(r'class="sheet"[^>]* style="([^"]*)"', render(make_digest()).body_html)

    assert "overflow-wrap:anywhere" in sheet.replace(" ", "")


def test_the_best_near_miss_is_one_below_the_threshold() -> None:
    digest = make_digest(
        omissions=(omission(1, OmitReason.NO_ROOM, "the issue holds 1"), omission(2))
    )

    assert "Best near miss: Missed 2 (0.08 below 0.50)" in render(digest).text


def test_an_omission_without_detail_gives_its_reason() -> None:
    digest = make_digest(omissions=(omission(1, detail=""),))

    assert "Outlet 1 · below the threshold" in render(digest).text


def test_five_misses_are_shown_and_all_are_counted() -> None:
    sent = tuple(omission(n, OmitReason.ALREADY_SENT, "in the issue of 1 July") for n in (80, 81))
    digest = make_digest(omissions=(*(omission(n) for n in range(1, 9)), *sent))

    page = Markup(render(digest).body_html)

    assert [text.split(" Outlet")[0] for text in page.texts(".miss")] == [
        *(f"Missed {n}" for n in range(1, 6)),
        "Missed 80 in the issue of 1 July ·",
        "Missed 81 in the issue of 1 July ·",
    ]
    assert page.texts(".more") == [
        "+3 more on this issue’s page: digests/morning/2026-07-12-0700.html"
    ]
    assert page.texts("summary") == ["The nearest misses", "Late reports on stories sent before"]
    assert page.texts(".note") == ["8 below the threshold · 2 already sent"]


def test_a_long_list_of_troubles_is_cut_and_says_so() -> None:
    troubles = tuple(FeedTrouble(f"Feed {n}", "dns", None, "Look at it.") for n in range(20))

    rendered = render(make_digest(receipt=make_receipt(troubles=troubles)))

    assert "20 feeds in trouble:" in rendered.text
    assert Markup(rendered.body_html).texts(".trouble")[11:] == [
        "Feed 11: dns. Look at it.",
        "and 8 more",
    ]


def test_a_trouble_is_told_with_its_own_words_and_the_advice_for_its_kind() -> None:
    trouble = FeedTrouble("Diario", "the server answered 404", None, kind="not found")
    receipt = make_receipt(troubles=(trouble,))

    english = Markup(render(make_digest(receipt=receipt)).body_html)
    spanish = Markup(
        render(make_digest(receipt=receipt), settings=DigestSettings(language="es")).body_html
    )

    assert english.texts(".trouble") == [
        "Diario: the server answered 404."
        " The address has gone: look for the new one, or remove the feed."
    ]
    assert spanish.texts(".trouble") == [
        "Diario: no encontrada. La dirección ya no existe: busque la nueva o quite la fuente."
    ]


def test_what_changed_for_feeds_is_told_but_for_what_stands_among_the_troubles() -> None:
    news = (
        FeedNews(NOON, FeedChange.BROKE, "no answer", "Diario"),
        FeedNews(NOON, FeedChange.RECOVERED, "", "La Voz"),
        FeedNews(NOON, FeedChange.MISSED, "0 of 30 known", "Herald"),
    )
    rendered = render(make_digest(receipt=replace(make_receipt(), news=news)))

    assert Markup(rendered.body_html).texts(".trouble") == [
        "La Voz: answers again.",
        "Herald: changes faster than it is polled: entries may have been missed (0 of 30 known).",
    ]
    assert "- La Voz: answers again.\n" in rendered.text


# ---------------------------------------------------------------- one story's words


@pytest.mark.parametrize(
    ("outlet", "link", "host"),
    [
        ("El Universal", "https://www.eluniversal.com.mx/x", ""),
        ("Reuters", "https://www.reuters.com/x", ""),
        ("AP", "https://apnews.com/x", ""),
        ("BBC Mundo", "https://www.bbc.com/mundo/x", ""),
        ("Reforma", "https://news.google.com/rss/x", "news.google.com"),
        ("Reuters", "https://reuters.evil.example/x", "reuters.evil.example"),
        ("Reuters", "https://reuters.com@evil.example/x", "evil.example"),
        ("Apple", "http://аpple.com/x", "xn--pple-43d.com"),
        ("Gobierno", "https://gob.mx/x", "gob.mx"),
        ("X Daily", "https://x.com/1", "x.com"),
        ("", "https://example.com/1", ""),
        ("Unlinked", "javascript:alert(1)", ""),
    ],
)
def test_the_host_is_shown_where_the_outlet_does_not_tell(
    outlet: str, link: str, host: str
) -> None:
    digest = make_digest(make_section(make_story(1, outlet=outlet, link=link)))

    meta = Markup(render(digest).body_html).texts(".meta")[0]

    assert meta.split(" · ")[2:] == ([host] if host else [])


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        (datetime(2026, 7, 12, 12, 5, tzinfo=UTC), "06:05"),
        (datetime(2026, 7, 12, 3, 0, tzinfo=UTC), "Sat 11 Jul, 21:00"),
        (None, "seen 06:00"),
    ],
)
def test_times_are_the_readers_and_first_sight_is_said_to_be_that(
    published: datetime | None, shown: str
) -> None:
    digest = make_digest(make_section(make_story(1, published_at=published, outlet="Example")))

    assert Markup(render(digest).body_html).texts(".meta") == [f"Example · {shown}"]


@pytest.mark.parametrize(
    "summary", ["", "Mexico and the United States sign a water accord  Example Times", "Read more"]
)
def test_a_summary_that_says_nothing_new_is_not_shown(summary: str) -> None:
    digest = make_digest(make_section(make_story(1, summary=summary)))

    assert Markup(render(digest).body_html).texts(".summary") == []


def test_a_long_summary_is_two_lines_at_most() -> None:
    digest = make_digest(make_section(make_story(1, summary=SAYS_MORE * 30)))

    shown = Markup(render(digest).body_html).texts(".summary")[0]

    assert (len(shown) <= 200, shown[-1]) == (True, "…")


def test_reasons_against_are_shown_only_when_none_speaks_for_it() -> None:
    entry, against = make_entry(), (Reason("new mexico", -2.0, "title"),)
    digest = make_digest(
        make_section(make_story(1, make_scored(entry, make_score(reasons=against))))
    )

    assert "because: new mexico -2.0" in render(digest).text


def test_a_term_that_counts_twice_is_shown_once_with_all_its_points() -> None:
    reasons = (
        Reason("both: USMCA", 2.0, "title"),
        Reason("Mexico: Sheinbaum", 2.5, "summary"),
        Reason("theme: usmca", 1.0, "title"),
    )
    digest = make_digest(
        make_section(make_story(1, make_scored(None, make_score(reasons=reasons))))
    )

    rendered = render(digest)

    chips = [e for e in Markup(rendered.body_html).elements if e.matches(".chip")]
    assert [(chip.text, chip.attributes["title"]) for chip in chips] == [
        ("USMCA", "both sides +3.0 in the headline"),
        ("Sheinbaum", "Mexico +2.5 in the summary"),
    ]
    assert "because: USMCA +3.0, Sheinbaum +2.5\n" in rendered.text


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("A treaty is signed - La Jornada", "A treaty is signed"),
        ("A treaty is signed - la jornada", "A treaty is signed"),
        ("Rome - Paris - La Jornada", "Rome - Paris"),
        ("Rome - Paris", "Rome - Paris"),
        (" - La Jornada", "- La Jornada"),
    ],
)
def test_the_outlet_is_not_told_twice(title: str, shown: str) -> None:
    digest = make_digest(make_section(make_story(1, title=title, outlet="La Jornada")))

    assert Markup(render(digest).body_html).texts("h3") == [shown]


def test_a_story_without_a_score_for_its_section_shows_its_best() -> None:
    story = make_story(1, value=0.77, profile="elsewhere")

    assert "score 0.77" in render(make_digest(make_section(story))).text


def test_a_story_without_reasons_gives_none() -> None:
    story = make_story(1, make_scored(make_entry(), make_score(reasons=())))

    rendered = render(make_digest(make_section(story)))

    assert (Markup(rendered.body_html).texts(".why"), "because" in rendered.text) == ([], False)


def test_a_digest_without_title_bears_its_name() -> None:
    assert render(settings=DigestSettings()).subject.startswith("morning, 12 Jul: ")


# ---------------------------------------------------------------- subject and size


def test_the_subject_keeps_within_120_characters_by_cutting_the_headline() -> None:
    stories = tuple(make_story(n, title="Tariffs " * 60) for n in range(1, 10))

    subject = render(make_digest(make_section(*stories))).subject

    assert len(subject) <= 120
    assert subject.startswith("US–Mexico, 12 Jul: Tariffs Tariffs ")
    assert subject.endswith("… (+8)")


def test_a_long_digest_title_cannot_push_the_subject_over_its_limit() -> None:
    settings = DigestSettings(title="The United States and Mexico " * 20)

    assert len(render(settings=settings).subject) <= 120


def big_issue(count: int, *, outlets: int = 1) -> Digest:
    def story(number: int) -> Story:
        entries = [
            make_scored(
                make_entry(
                    f"{number}-{n}",
                    title="Long title " * 900,
                    summary=f"{SAYS_MORE} " * 150,
                    outlet=f"Outlet {number} {n}",
                    link=f"https://news{n}.example/{'path/' * 30}{number}",
                ),
                make_score(0.5 + number / 10_000, reasons=REASONS * 4),
            )
            for n in range(outlets)
        ]
        return make_story(number, *entries)

    best, rest = [story(n) for n in range(count, count // 2, -1)], count // 2
    other = make_profile("security", title="Security")
    return make_digest(
        make_section(*best),
        make_section(*(story(n) for n in range(rest, 0, -1)), profile=other),
        omissions=tuple(omission(2000 + n) for n in range(300)),
    )


@pytest.mark.usefixtures("unmeasured")
def test_a_thousand_stories_fit_a_mail_and_the_footer_is_there() -> None:
    rendered = render(big_issue(1000))

    page = Markup(rendered.body_html)
    assert len(rendered.body_html.encode()) <= HTML_MAX_BYTES
    assert "Nothing in this message loads or reports anything." in page.texts(".footer")[0]
    left_to_page = [
        int(found[1])
        for text in page.texts(".more")
        if (found := re.match(r"\+(\d+) more stories on this issue’s page", text))
    ]
    assert len(page.texts("h3")) + sum(left_to_page) == 1000
    assert len(page.texts("h3")) > 20
    assert page.texts(".section-count") == ["500", "500"]
    assert "digests/morning/2026-07-12-0700.html" in rendered.text
    assert set(re.findall(r"https?://\S+", rendered.text)) == set(page.values("href"))
    assert len(Markup(rendered.page_html).texts("h3")) == 1000


def test_many_outlets_are_cut_before_any_story_is() -> None:
    rendered = render(big_issue(25, outlets=30))

    page = Markup(rendered.body_html)
    assert len(page.texts("h3")) == 25
    assert page.texts(".also")[0].endswith(", +25 more outlets")
    assert len(rendered.body_html.encode()) <= HTML_MAX_BYTES
    whole = Markup(rendered.page_html)
    assert whole.texts(".also")[0].count("Outlet") == 29


def test_of_a_long_issue_the_least_of_each_story_is_taken_where_no_more_of_it_fits() -> None:
    def made(room: Room) -> tuple[Room, str]:
        return room, "x" * (100 if room == _ROOMS[-1] else 101)

    shown, _ = _within(100, made, _ROOMS, 5, is_long=True)  # type: ignore[arg-type]

    assert shown == _ROOMS[-1]


def test_stories_as_unlike_as_they_want_are_fitted_by_halving() -> None:
    """Seven weigh nothing, the eighth breaks it: no weight can be guessed from what was tried."""

    def made(room: Room) -> tuple[Room, str]:
        return room, "x" * (1 if room.stories is not None and room.stories <= 7 else 1000)

    shown, _ = _within(10, made, _ROOMS, 1000)  # type: ignore[arg-type]

    assert shown.stories == 7


# ---------------------------------------------------------------- nothing loads, nothing breaks out

ELEMENTS = set(
    "html head meta title style body div table tbody tr td p h1 h2 h3 a span b br"
    " details summary".split()
)
ATTRIBUTES = set(
    "lang charset name content role class style width align valign cellpadding cellspacing border"
    " href rel dir title height".split()
)
HOSTILE = [
    "=?utf-8?q?=0D=0ABcc=3A_e=40e?=",
    "</td></tr></table><h1>out",
    "{{7*7}}{% for i in range(9) %}{{ i }}{% endfor %}{#",
    "<script>alert(1)</script>",
    "<img src=https://t.example/p.gif onerror=alert(1)>",
    '" onmouseover="alert(1)" style="background:url(https://t.example/)',
    "' style='color:red",
    "javascript:alert(1)",
    "--><!-- ]]> <![CDATA[ <!DOCTYPE x>",
    "<!--[if mso]><b>x</b><![endif]-->",
    "\u202eevil\u202c \u2066x\u2069 \u200b",
    "a" * 10_000,
    "word " * 2_000,
    "nul\x00 bell\x07 del\x7f nel\x85 ls\u2028 ps\u2029 vt\x0b\r\nBcc: e@e",
    "\ud800 lone \udfff",
    "👩‍👩‍👧‍👦 🇲🇽 ✊🏽",
    "اتفاق المياه بين المكسيك",
    "&#1;&lt;b&gt; &amp;amp; &nbsp;",
    "<svg/onload=alert(1)><math><style>*{}</style>",
    "</style><style>@import url(https://t.example/x.css);",
    "${7*7} #{7*7} %(x)s %s {0}",
    "Z̸̡̛a̵l̷g̶o̴" + "\u0300" * 500,
]
FIELDS = [
    "title",
    "summary",
    "outlet",
    "term",
    "profile",
    "feed",
    "problem",
    "advice",
    "digest",
    "detail",
    "version",
]
LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt&#58;alert(1)",
    "data:text/html,<script>1</script>",
    "vbscript:x",
    "//t.example/x",
    'https://t.example/" onclick="x',
    "https://t.example/'><script>",
    "https://t.example/\r\nBcc: e@e",
    "https://u:p@t.example/\u202e",
    "http://[::1/",
    "https://t.example/" + "x" * 5000,
]


def issue_with(**of: str) -> Rendered:
    """An issue that bears the text given in one of its fields, and plain words elsewhere."""
    entry = make_entry(
        title=of.get("title", "A title"),
        summary=f"{SAYS_MORE} {of.get('summary', '')}",
        outlet=of.get("outlet", "Outlet"),
        link=of.get("link", "https://plain.example/x"),
    )
    other = make_entry("b", outlet=f"Other {of.get('outlet', '')}", link="https://o.example/x")
    score = make_score(reasons=(Reason(of.get("term", "term"), 1.0, "title"),))
    story = make_story(1, make_scored(entry, score), make_scored(other, score))
    missed = Omission(
        make_story(2, make_scored(entry, score)),
        OmitReason.BELOW_THRESHOLD,
        of.get("detail", "0.08 below 0.50"),
    )
    trouble = FeedTrouble(
        of.get("feed", "Feed"), of.get("problem", "dns"), None, of.get("advice", "Look.")
    )
    digest = make_digest(
        make_section(story, profile=make_profile(title=of.get("profile", "Trade"))),
        omissions=(missed,),
        receipt=make_receipt(troubles=(trouble,), version=of.get("version", "0.1.0")),
    )
    settings = DigestSettings(title=of.get("digest", "US–Mexico"))
    return render(digest, settings=settings, unconfirmed=(make_story(9, make_scored(entry)),))


def check_harmless(rendered: Rendered) -> None:
    for markup in (rendered.body_html, rendered.page_html):
        page = Markup(markup)
        assert {element.tag for element in page.elements} <= ELEMENTS
        assert {name for element in page.elements for name in element.attributes} <= ATTRIBUTES
        assert all(re.match(r'https?://[^\s"<>]+$', href) for href in page.values("href"))
        assert not re.search(r"url\s*\(|@import", " ".join(page.values("style") + page.styles))
    everything = rendered.subject + rendered.text + rendered.body_html + rendered.page_html
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]", everything
    )
    assert rendered.subject.splitlines() == [rendered.subject]
    assert "=?" not in rendered.subject
    everything.encode()


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("field", FIELDS)
def test_no_text_of_a_feed_changes_the_shape_of_an_issue(field: str) -> None:
    plain = [element.tag for element in Markup(issue_with().body_html).elements]

    for payload in HOSTILE:
        rendered = issue_with(**{field: payload})

        check_harmless(rendered)
        assert [e.tag for e in Markup(rendered.body_html).elements] == plain, payload[:40]


@pytest.mark.parametrize("link", LINKS)
def test_no_link_of_a_feed_leads_anywhere_but_to_the_web(link: str) -> None:
    check_harmless(issue_with(link=link))


def test_what_a_feed_wrote_is_shown_as_it_wrote_it() -> None:
    rendered = issue_with(title="{{7*7}} <b>&amp;</b>", term="<i>")

    page = Markup(rendered.body_html)
    assert page.texts("h3")[1] == "{{7*7}} <b>&amp;</b>"
    assert page.texts(".chip")[1] == "<i>"
    assert "* {{7*7}} <b>&amp;</b>\n" in rendered.text


# ---------------------------------------------------------------- templates a person edits


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("digest.html", "<p>\n{% if %}</p>", "digest.html, line 2: "),
        ("digest.html", "<p>\n\n{{ nothing }}</p>", "digest.html, line 3: 'nothing' is undefined"),
        ("digest.txt", "a\n{{ issue.nothing }}", "digest.txt, line 2: "),
        ("subject.txt", "{{ issue.__class__.__mro__ }}", "subject.txt, line 1: "),
        ("subject.txt", "{{ ''.format.__globals__ }}", "subject.txt, line 1: "),
        ("digest.html", "{% include 'none.html' %}", "none.html: there is no such template"),
        ("digest.html", "\n{{ 1 / 0 }}", "digest.html, line 2: division by zero"),
        ("digest.html", "{{ issue.title | safe }}", "digest.html, line 1: No filter named 'safe'"),
        ("digest.html", "\n{{ issue.sections.clear() }}", "digest.html, line 2: "),
        ("digest.txt", "{% macro m() %}\n{{ m() }}{% endmacro %}{{ m() }}", "digest.txt, line 2: "),
        (
            "digest.html",
            "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "digest.html, line 1: more than 200000 rounds of range()",
        ),
        (
            "digest.html",
            "{% for i in range(90000) %}{{ issue.page ~ issue.page }}{% endfor %}",
            "digest.html: more than 4000000 characters came out",
        ),
        ("digest.txt", "{{ 'x' * 10 ** 9 }}", "digest.txt, line 1: a repetition too long"),
        ("digest.txt", "{{ 9 ** 9 ** 9 }}", "digest.txt, line 1: a power too large"),
        ("digest.html", "x" * 95_000, "digest.html: over 90000 bytes even without any story"),
        ("digest.html", "<img src='https://t.example/p.gif'>", "digest.html: <img> is not allowed"),
        ("digest.html", "<p onclick='x()'>", "digest.html: the attribute onclick is not allowed"),
        ("digest.html", "<td background='//t.example/'>", "digest.html: "),
        ("digest.html", "<p background='//t.example/'>", "digest.html: the attribute background"),
        ("digest.html", "<a href='javascript:x()'>", "digest.html: a link must begin with"),
        ("digest.html", "<meta http-equiv='refresh'>", "digest.html: <meta http-equiv>"),
        ("digest.html", "<p style='background:url(//t.example)'>", "digest.html: CSS may not load"),
        ("digest.css", "@import 'https://t.example/x.css';", "digest.html: CSS may not load"),
    ],
)
def test_a_faulty_template_is_named_with_its_line(name: str, text: str, where: str) -> None:
    if "<td" in text:
        text = f"<table><tr>{text}</tr></table>"

    with pytest.raises(RenderError) as caught:
        render(templates={name: text})

    assert str(caught.value).startswith(where)


def test_a_fault_in_a_macro_is_told_by_the_macros_file() -> None:
    macros = TEMPLATES["macros.html"].replace("{{ story.summary }}", "{{ story.sumary }}")
    line = macros[: macros.index("story.sumary")].count("\n") + 1
    digest = make_digest(make_section(widely_reported()))

    with pytest.raises(RenderError, match=r"StoryView object' has no attribute 'sumary'") as caught:
        render(digest, templates={"macros.html": macros})

    assert (caught.value.template, caught.value.line) == ("macros.html", line)


def test_text_is_escaped_by_the_suffix_of_its_template_alone() -> None:
    settings = DigestSettings(title="<b>")

    rendered = render(
        settings=settings,
        templates={"digest.html": "<p>{{ issue.title }}</p>", "digest.txt": "{{ issue.title }}"},
    )

    assert "<p>&lt;b&gt;</p>" in rendered.body_html
    assert rendered.text == "<b>\n"


def test_a_missing_template_is_told() -> None:
    with pytest.raises(RenderError, match=r"subject\.txt: there is no such template"):
        render_issue(make_digest(), settings=DigestSettings(), zone="UTC", templates={})


def test_css_that_cannot_be_put_inline_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def inline(self, markup: str) -> str:
            raise InlineError("not CSS")

    monkeypatch.setattr("monitor.stages.render._INLINER", Refusing())

    with pytest.raises(RenderError, match=r"digest\.css: not CSS"):
        render()


def test_a_modest_power_and_repetition_are_allowed() -> None:
    assert render(templates={"digest.txt": "{{ 2 ** 3 * 2 }}{{ '-' * 3 }}"}).text == "16---\n"


def test_css_is_put_inline_and_only_at_rules_stay_a_stylesheet() -> None:
    page = Markup(render().body_html)

    assert [e.attributes["style"] for e in page.elements if e.matches(".dateline")] == [
        "font-size: 12px;letter-spacing: 0.08em;text-transform: uppercase;color: #5c574d;margin: 0;"
    ] or all("style" in e.attributes for e in page.elements if e.matches(".dateline"))
    styles = " ".join(page.styles)
    assert "@media (prefers-color-scheme: dark)" in styles
    assert "@media (max-width: 480px)" in styles
    assert ".dateline {" not in styles.split("@media")[0]


# ---------------------------------------------------------------- contrast


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_a_contrast_of_four_and_a_half(scheme: str) -> None:
    light, dark = TEMPLATES["digest.css"].split("@media (prefers-color-scheme: dark)")
    css = light if scheme == "light" else dark
    texts = set(re.findall(r"(?<![-\w])color: (#[0-9a-f]{6})", css))
    sheet = re.search(r"\.sheet \{[^}]*?background-color: (#[0-9a-f]{6})", css)
    chip = re.search(r"\.chip \{[^}]*?background-color: (#\w{6})[^}]*? color: (#\w{6})", css)
    assert sheet
    assert chip

    assert len(texts) >= 4
    assert min(contrast(text, sheet[1]) for text in texts) >= 4.5
    assert contrast(*chip.groups()) >= 4.5


def test_an_issue_is_dated_by_its_slot_not_by_when_it_was_made() -> None:
    late = make_digest(slot=make_slot(date(2026, 7, 11)), issued_at=NOON)

    assert Markup(render(late).body_html).texts(".dateline") == ["Saturday, 11 July 2026 · 07:00"]


def test_an_update_and_the_balance_read_well_in_mail_and_text() -> None:
    moved = replace(
        make_story(1, language="es"), update=Update(3, 'The "old" <headline>', ("54", "Senado"))
    )
    rendered = render(make_digest(make_section(moved)))

    assert "Update, day 3: 54, Senado\n" in rendered.text
    assert 'Earlier: The "old" <headline>\n' in rendered.text
    assert "1 of 1 led by reports in Spanish.\n" in rendered.text
    assert "Update, day 3</b>: " in rendered.body_html
    assert "Earlier: The &quot;old&quot; &lt;headline&gt;" in rendered.body_html or (
        'Earlier: The "old" &lt;headline&gt;' in rendered.body_html
    )
