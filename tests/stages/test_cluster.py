"""Folding: one event is one story, in both languages, and no two events are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Entry, EntryKey, Placement, StoryEntry
from monitor.stages.cluster import WINDOW, StoryBook, fold_entries
from monitor.stages.cluster.lexicon import Kind, kin, sign_of
from monitor.stages.cluster.terms import terms_of, without_tail
from tests.factories import NOON, make_entry

# Everyday headlines, so that rarity means something: no two on one event.
BACKGROUND = (
    ("es", "Pemex reporta menor producción de crudo en junio"),
    ("es", "Detienen en Jalisco a dos policías por extorsión"),
    ("es", "Alerta por lluvias en Veracruz y Tabasco este fin de semana"),
    ("es", "Banxico mantiene su tasa de interés sin cambios"),
    ("es", "Maestros marchan en Oaxaca para pedir aumento salarial"),
    ("en", "Dallas museum opens show of colonial silver"),
    ("en", "Arizona county sues over water rights in the desert"),
    ("en", "Senator asks for audit of highway spending"),
    ("en", "Avocado prices climb ahead of the holiday"),
    ("en", "Two hikers rescued near Big Bend"),
)


def entry(id: str, title: str, language: str = "es", hour: float = 0, **fields: Any) -> Entry:
    return make_entry(
        id, title=title, language=language, published_at=NOON + timedelta(hours=hour), **fields
    )


def book(**constraints: Any) -> StoryBook:
    made = StoryBook((), **constraints)
    made.place([entry(f"b{n}", title, language) for n, (language, title) in enumerate(BACKGROUND)])
    return made


def stories(*entries: Entry, **constraints: Any) -> list[str | None]:
    """Return for each entry the id of its story's first entry."""
    made = book(**constraints)
    made.place(entries)
    return [root.id if (root := made.story_of(each.key)) else None for each in entries]


# ---------------------------------------------------------------- one event


def test_reports_of_one_event_in_two_languages_are_one_story() -> None:
    spanish = entry("es", "EU impone aranceles de 18% al cemento mexicano")
    english = entry("en", "US imposes 18% tariffs on Mexican cement", "en", 2)

    assert stories(spanish, english) == ["es", "es"]


def test_reports_in_other_words_are_one_story() -> None:
    assert stories(
        entry("a", "Detienen en Tijuana a Ramiro Quezada, líder de red de tráfico de migrantes"),
        entry("b", "Cae Ramiro Quezada, presunto traficante de migrantes, en Tijuana", hour=1),
    ) == ["a", "a"]


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("arancel", "tariff"),
        ("aranceles", "tariffs"),
        ("detuvieron", "arrested"),
        ("rechazó", "rejects"),
        ("fiscalía", "prosecutors"),
        ("remesas", "remittances"),
        ("jitomate", "tomatoes"),
        ("ganado", "cattle"),
    ],
)
def test_words_of_one_meaning_have_one_sign(spanish: str, english: str) -> None:
    both = terms_of(entry("a", spanish)), terms_of(entry("b", english, "en"))

    assert both[0].weights.keys() == both[1].weights.keys()


@pytest.mark.parametrize(
    ("spanish", "english"),
    [("T-MEC", "USMCA"), ("EE. UU.", "U . S ."), ("Casa Blanca", "White House")],
)
def test_names_of_one_thing_have_one_sign(spanish: str, english: str) -> None:
    both = terms_of(entry("a", spanish)), terms_of(entry("b", english, "en"))

    assert both[0].weights.keys() == both[1].weights.keys()


@pytest.mark.parametrize(
    ("spanish", "english"),
    [("terrorista", "terrorist"), ("inmigracion", "immigration"), ("presidencial", "presidential")],
)
def test_words_of_one_root_are_kin(spanish: str, english: str) -> None:
    assert kin(spanish) == kin(english)


def test_a_capital_tells_a_spanish_name_from_an_act() -> None:
    assert sign_of("baja", "es") == ("cut", Kind.ACT)
    assert "cut" in terms_of(entry("a", "La inflación baja otra vez en julio")).weights
    assert "cut" not in terms_of(entry("a", "El gobernador de Baja pide ayuda")).weights


@pytest.mark.parametrize(
    ("title", "is_month"),
    [
        ("El gobierno habla de El Mayo y del piloto", False),
        ("El gobierno habla el 3 de mayo con el piloto", True),
        ("Capture of El Mayo hurts the cartel, says an agent", False),
        ("Peso falls in May, says the bank", False),  # it is more often the verb
    ],
)
def test_a_capital_tells_a_person_from_a_spanish_month(title: str, is_month: bool) -> None:
    assert ("month-5" in terms_of(entry("a", title)).weights) is is_month


# ---------------------------------------------------------------- two events


def test_the_same_actors_alone_are_no_story() -> None:
    assert stories(
        entry("a", "Sheinbaum y Trump hablan por teléfono sobre el agua"),
        entry("b", "Sheinbaum responde a Trump por los aranceles al acero", hour=1),
        entry("c", "Sheinbaum inaugura un hospital en Puebla", hour=2),
    ) == ["a", "b", "c"]


def test_the_12th_round_is_not_the_13th() -> None:
    assert stories(
        entry("a", "Termina la duodécima ronda de negociación del jitomate en Tucson"),
        entry("b", "Termina la decimotercera ronda de negociación del jitomate en Tucson"),
        entry("c", "12th round of tomato talks ends in Tucson", "en", 1),
    ) == ["a", "b", "a"]


def test_different_rates_are_different_stories() -> None:
    assert stories(
        entry("a", "EU impone aranceles de 18% al cemento mexicano"),
        entry("b", "EU impone aranceles de 31% al vidrio mexicano", hour=1),
    ) == ["a", "b"]


def test_reports_more_than_three_days_apart_are_two_stories() -> None:
    title = "EU impone aranceles de 18% al cemento mexicano"
    late = WINDOW / timedelta(hours=1) + 1

    assert stories(entry("a", title), entry("b", title, hour=late)) == ["a", "b"]


# ---------------------------------------------------------------- one article


def test_an_aggregators_copy_is_the_same_article() -> None:
    title = "Chipotle abre su primera sucursal en Monterrey"

    assert stories(
        entry("a", title, outlet="El Norte"),
        entry(
            "b", f"{title} - El Norte", hour=30, feed=2,
            outlet="Search", link="https://news.google.com/rss/articles/x",
        ),
    ) == ["a", "a"]  # fmt: skip


def test_a_new_title_under_the_same_link_is_the_same_article() -> None:
    assert stories(
        entry("a", "Sismo sacude Oaxaca", link="https://example.com/quake"),
        entry("b", "Lo que se sabe del temblor", link="https://example.com/quake", hour=3),
    ) == ["a", "a"]


def test_syndicated_text_under_another_title_is_the_same_article() -> None:
    text = (
        "The crossing at Laredo will stay closed for a week while crews replace two spans that"
        " burned on Monday, inspectors said."
    )

    assert stories(
        entry("a", "Trains stop at the border", "en", summary=text),
        entry("b", "What a fire means for grain exporters", "en", 5, summary=text, feed=2),
    ) == ["a", "a"]


def test_a_column_that_keeps_its_title_is_a_new_article_each_day() -> None:
    title = "Lo que hay que saber esta mañana en la frontera"

    made = StoryBook(())
    made.place([entry("a", title, outlet="El Norte"), entry("b", "Otra cosa en Sonora")])
    copies = made.place([entry("c", title, outlet="El Norte", hour=24)])

    assert [copy.key.id for copy in copies if copy.joins is None or copy.joins.id == "a"] == ["c"]


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("México entrega agua de la presa - El Norte", "México entrega agua de la presa"),
        ("Mexico sends water to Texas | News 920 AM", "Mexico sends water to Texas"),
        ("Mexico sends water to Texas | News - AM", "Mexico sends water to Texas"),
        ("Mexico sends water in cross - border deal", "Mexico sends water in cross - border deal"),
        ("México entrega agua de la presa - norte.example", "México entrega agua de la presa"),
        ("Video | El agua", "Video | El agua"),
        ("", ""),
    ],
)
def test_an_outlets_name_is_no_part_of_a_title(title: str, bare: str) -> None:
    assert without_tail(title) == bare


# ---------------------------------------------------------------- growing and merging


def test_an_entry_that_belongs_to_two_stories_shows_that_they_are_one() -> None:
    made = book()
    made.place(
        [
            entry("a", "Sismo sacude Valdora y derriba un puente"),
            entry("b", "Evacuan hospital de Valdora", hour=1),
        ]
    )
    before = made.story_of(EntryKey(1, "b"))
    (bridge,) = made.place(
        [
            entry(
                "c",
                "Sismo derriba puente en Valdora; evacuan hospital",
                hour=2,
            )
        ]
    )

    assert before == EntryKey(1, "b")
    assert (bridge.joins, bridge.absorbs) == (EntryKey(1, "a"), (EntryKey(1, "b"),))
    assert made.story_of(EntryKey(1, "b")) == EntryKey(1, "a")


def test_what_a_person_split_stays_split() -> None:
    title = "EU impone aranceles de 18% al cemento mexicano"
    apart = [(EntryKey(1, "a"), EntryKey(2, "b"))]

    assert stories(entry("a", title), entry("b", title, feed=2), apart=apart) == ["a", "b"]


def test_what_a_person_merged_stays_merged() -> None:
    together = [(EntryKey(1, "a"), EntryKey(1, "b"))]

    assert stories(
        entry("a", "Chipotle abre en Monterrey"),
        entry("b", "Sismo de 6.1 en Oaxaca", hour=1),
        together=together,
    ) == ["a", "a"]


def test_an_entry_of_the_store_keeps_its_story() -> None:
    one, other = entry("a", "Chipotle abre en Monterrey"), entry("b", "Sismo de 6.1 en Oaxaca")
    made = StoryBook([StoryEntry(one, 7), StoryEntry(other, 7), StoryEntry(one, 8)])

    assert made.place([other, one]) == (
        Placement(other.key, one.key),
        Placement(one.key, one.key),
    )


def test_an_unknown_entry_stands_in_no_story() -> None:
    assert StoryBook(()).story_of(EntryKey(1, "a")) is None


def test_old_entries_are_forgotten_and_keep_their_story() -> None:
    made = StoryBook(())
    made.place([entry("a", "Chipotle abre en Monterrey")])
    made.place([entry("b", "Sismo de 6.1 en Oaxaca", hour=400)])

    assert made.story_of(EntryKey(1, "a")) == EntryKey(1, "a")
    assert made.place([entry("a", "Chipotle abre en Monterrey")]) == (
        Placement(EntryKey(1, "a"), EntryKey(1, "a")),
    )


# ---------------------------------------------------------------- all at once


def test_entries_are_folded_in_the_order_of_their_dates_and_answered_in_their_own() -> None:
    spanish = entry("es", "EU impone aranceles de 18% al cemento mexicano", hour=5)
    other = entry("x", "Maestros marchan en Oaxaca para pedir aumento salarial", hour=4)
    english = entry("en", "US imposes 18% tariffs on Mexican cement", "en", 1)

    assert fold_entries([spanish, other, english]) == (2, 1, 2)


def test_nothing_folds_to_nothing() -> None:
    assert fold_entries([]) == ()


# ---------------------------------------------------------------- laws

PARTS = (
    "Sheinbaum Trump México EU aranceles acero cemento agua presa detienen rechaza anuncia"
    " frontera 12% 14 ronda tercera migrantes ICE Tijuana Quezada Monterrey Chipotle"
).split()
titles = st.lists(st.sampled_from(PARTS), min_size=0, max_size=9).map(" ".join)


@st.composite
def batches(draw: st.DrawFn) -> list[Entry]:
    made = draw(st.lists(st.tuples(titles, st.integers(0, 200), st.booleans()), max_size=14))
    return [
        entry(str(number), title, "en" if english else "es", hour)
        for number, (title, hour, english) in enumerate(made)
    ]


def partition(made: StoryBook, entries: list[Entry]) -> list[EntryKey | None]:
    return [made.story_of(each.key) for each in entries]


@settings(max_examples=60, deadline=None)
@given(batches(), st.integers(0, 14))
def test_one_after_another_or_all_at_once_gives_the_same_stories(
    entries: list[Entry], cut: int
) -> None:
    at_once, in_two, singly = StoryBook(()), StoryBook(()), StoryBook(())
    at_once.place(entries)
    in_two.place(entries[:cut])
    in_two.place(entries[cut:])
    for each in entries:
        singly.place([each])

    assert partition(at_once, entries) == partition(in_two, entries) == partition(singly, entries)


@settings(max_examples=60, deadline=None)
@given(batches())
def test_a_known_entry_stays_and_placing_it_again_changes_nothing(entries: list[Entry]) -> None:
    made = StoryBook(())
    made.place(entries)
    before = partition(made, entries)

    again = made.place(entries)

    assert [placement.joins for placement in again] == before
    assert [placement.absorbs for placement in again] == [()] * len(entries)
    assert partition(made, entries) == before


@settings(max_examples=60, deadline=None)
@given(batches())
def test_placements_tell_the_stories_that_the_book_holds(entries: list[Entry]) -> None:
    made = StoryBook(())
    told: dict[EntryKey, set[EntryKey]] = {}
    for placement in made.place(entries):
        story = {placement.key} | (told[placement.joins] if placement.joins else set())
        for absorbed in placement.absorbs:
            story |= told[absorbed]
        told |= dict.fromkeys(story, story)

    held: dict[EntryKey | None, set[EntryKey]] = {}
    for each in entries:
        held.setdefault(made.story_of(each.key), set()).add(each.key)
    assert {frozenset(story) for story in told.values()} == {frozenset(s) for s in held.values()}


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(), st.sampled_from(["en", "es", None]))
def test_any_text_has_terms(title: str, summary: str, language: str | None) -> None:
    found = terms_of(make_entry("a", title=title, summary=summary, language=language))

    assert all(weight > 0 for weight in found.weights.values())


# ---------------------------------------------------------------- numbers, and many entries


@pytest.mark.parametrize(
    ("title", "figures"),
    [
        ("12th round of tomato talks", {"round": {"#12"}}),
        ("Tercera ronda de pláticas, es en julio", {"round": {"#3"}}),
        ("Peso gana hoy 14 de julio", {"day": {"7-14"}}),
        ("Peso gains on July 14", {"day": {"7-14"}}),
        ("Suben 4,5 por ciento", {"%": {"4.5"}}),
        ("17 killed in ICE custody", {}),
    ],
)
def test_a_title_tells_which_one_it_is_by_its_numbers(
    title: str, figures: dict[str, set[str]]
) -> None:
    assert terms_of(entry("a", title, "en" if "es" not in title else "es")).figures == figures


@pytest.mark.parametrize(
    ("written", "sign"),
    [("15,000", "15000"), ("15.000", "15000"), ("seventeen2", None), ("1.2.3", "1.2")],
)
def test_numbers_are_read_as_either_language_writes_them(written: str, sign: str | None) -> None:
    numbers = [key for key in terms_of(entry("a", f"{written} casas")).weights if key[0].isdigit()]

    assert numbers == ([sign] if sign else [])


def test_a_story_of_many_entries_still_takes_another() -> None:
    made = book()
    made.place(
        [
            entry(str(n), f"EU impone aranceles de 18% al cemento mexicano, parte {n} {n}x", feed=n)
            for n in range(1, 41)
        ]
    )

    (last,) = made.place([entry("z", "US imposes 18% tariffs on Mexican cement", "en", 3)])

    assert last.joins == EntryKey(1, "1")


FERRY = (
    ("a1", "Ferry Santa Lucia sinks off Cebu with forty aboard"),
    ("a2", "Ferry Santa Lucia sinks off Cebu, forty aboard"),
    ("b1", "Relatives wait at the harbor for lists of survivors"),
    ("b2", "Divers and a navy helicopter end their night search"),
    ("b3", "Owner says that the crew had asked for repairs"),
    ("b4", "Prayers in every chapel of the province"),
)


@pytest.mark.parametrize(
    ("known", "joins"),
    [
        # Half of the reports are in its words: what the others say does not keep it out.
        (("a1", "b1"), True),
        (("a1", "a2", "b1", "b2"), True),
        # One of five is less than half: alone it draws nothing in.
        (("a1", "b1", "b2", "b3", "b4"), False),
    ],
)
def test_a_report_joins_a_story_by_the_nearer_half_of_its_reports(
    known: tuple[str, ...], joins: bool
) -> None:
    told = [entry(id, title, "en") for id, title in FERRY if id in known]
    others = [entry(f"o{n}", *reversed(each)) for n, each in enumerate(BACKGROUND)]
    made = StoryBook(
        [
            *(StoryEntry(each, 1) for each in told),
            *(StoryEntry(each, number) for number, each in enumerate(others, start=2)),
        ]
    )

    (placed,) = made.place([entry("new", "Ferry sinks off Cebu in a storm", "en")])

    assert (placed.joins == told[0].key) is joins


def test_terms_that_thousands_share_are_not_looked_up() -> None:
    made = StoryBook(
        [
            StoryEntry(entry(f"{n}", f"Sheinbaum habla de Zona{n} y Barrio{n}"), n)
            for n in range(1100)
        ]
    )

    (same, other) = made.place(
        [
            entry("x", "Sheinbaum habla hoy de Zona77 y Barrio77", hour=1),
            entry("y", "Sheinbaum habla", hour=1),
        ]
    )

    assert same.joins == EntryKey(1, "77")
    assert other.joins is None


def test_stories_that_a_person_split_are_not_merged_again() -> None:
    apart = [(EntryKey(1, "a"), EntryKey(1, "b"))]
    made = book(apart=apart)
    made.place(
        [
            entry("a", "Sismo sacude Valdora y derriba un puente"),
            entry("b", "Evacuan hospital de Valdora", hour=1),
        ]
    )
    (bridge,) = made.place(
        [
            entry(
                "c",
                "Sismo derriba puente en Valdora; evacuan hospital",
                hour=2,
            )
        ]
    )

    assert (bridge.joins, bridge.absorbs) == (EntryKey(1, "a"), ())


def test_entries_of_a_merged_story_are_forgotten_in_their_time() -> None:
    made = book()
    made.place(
        [
            entry("a", "Sismo sacude Valdora y derriba un puente"),
            entry("b", "Evacuan hospital de Valdora", hour=1),
            entry(
                "c",
                "Sismo derriba puente en Valdora; evacuan hospital",
                hour=2,
            ),
        ]
    )
    made.place([entry("late", "Sismo en Oaxaca", hour=400)])

    assert made.story_of(EntryKey(1, "b")) == EntryKey(1, "a")
    assert made.place([entry("again", "Evacuan el hospital", hour=401)])[0].joins is None


# ---------------------------------------------------------------- a book that is kept


@st.composite
def days_of_news(draw: st.DrawFn) -> list[Entry]:
    """Return entries in the order in which they were first seen, each dated shortly before."""
    made = draw(
        st.lists(
            st.tuples(titles, st.integers(0, 12), st.integers(0, 20), st.booleans()), max_size=16
        )
    )
    entries, now_h = [], 0
    for number, (title, later_h, late_h, english) in enumerate(made):
        now_h += later_h
        entries.append(
            make_entry(
                str(number),
                title=title,
                language="en" if english else "es",
                link=f"https://example.com/{number}",
                published_at=NOON + timedelta(hours=now_h - late_h),
                seen_at=NOON + timedelta(hours=now_h),
            )
        )
    return entries


@settings(max_examples=80, deadline=None)
@given(days_of_news(), st.integers(0, 16), st.integers(0, 96))
def test_a_book_that_is_kept_and_pruned_places_as_one_made_anew(
    entries: list[Entry], known: int, prune_h: int
) -> None:
    before = NOON + timedelta(hours=prune_h)
    kept = StoryBook(())
    kept.place(entries[:known])
    stories_then = {each.key: kept.story_of(each.key) for each in entries[:known]}
    numbers = {root: n for n, root in enumerate(dict.fromkeys(stories_then.values()))}
    fresh = StoryBook(
        StoryEntry(each, numbers[stories_then[each.key]])
        for each in entries[:known]
        if each.seen_at >= before
    )

    kept.forget(before)
    late = [each for each in entries[known:] if each.seen_at >= before]

    assert kept.place(late) == fresh.place(late)
    assert partition(kept, entries) == partition(fresh, entries)


def test_a_story_that_took_in_another_goes_by_the_first_entry_that_came() -> None:
    book = StoryBook(())
    entries = [
        make_entry("0", title="Quezada", language="en", published_at=NOON - timedelta(hours=15)),
        make_entry("1", title="México Quezada", language="es", published_at=NOON),
        make_entry("2", title="Quezada", language="es", published_at=NOON),
    ]
    entries = [replace(each, link=f"https://example.com/{each.key.id}") for each in entries]

    placements = book.place(entries)

    first, second, third = (each.key for each in entries)
    assert placements[-1] == Placement(third, second, (first,))
    assert [book.story_of(each.key) for each in entries] == [first] * 3


def test_a_forgotten_entry_is_unknown_and_its_story_goes_on() -> None:
    title = "EU impone aranceles de 18% al cemento mexicano"
    made = book()
    made.place(
        [
            entry("a", title, seen_at=NOON),
            entry("b", title, feed=2, seen_at=NOON + timedelta(hours=5)),
        ]
    )

    made.forget(NOON + timedelta(hours=1))

    assert made.story_of(EntryKey(1, "a")) is None
    assert made.story_of(EntryKey(2, "b")) == EntryKey(2, "b")
    assert made.place([entry("c", title, feed=3, seen_at=NOON)])[0].joins == EntryKey(2, "b")


def test_an_entry_that_is_placed_again_is_compared_by_its_present_words() -> None:
    before, after = "Pemex reporta otro derrame en Salina Cruz", "Sismo sacude la costa de Oaxaca"
    made = book()
    made.place([entry("a", before), entry("a", after, hour=9)])

    joined = made.place([entry("b", after, feed=2), entry("c", before, feed=2)])

    assert [each.joins for each in joined] == [EntryKey(1, "a"), None]
    assert made.story_of(EntryKey(1, "a")) == EntryKey(1, "a")
