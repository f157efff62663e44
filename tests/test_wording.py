from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.text.wording import (
    say_count,
    say_day,
    say_issue_full,
    say_issue_of,
    say_moment,
    say_month_day,
    say_no_profile,
    say_outlet_full,
    say_short_day,
    say_shortfall,
    say_since,
)

SUNDAY = date(2026, 7, 12)
CITY = ZoneInfo("America/Mexico_City")  # six hours behind UTC all year


@pytest.mark.parametrize(
    ("language", "long", "middle", "short"),
    [
        ("en", "Sunday, 12 July 2026", "12 July", "12 Jul"),
        ("es", "domingo, 12 de julio de 2026", "12 de julio", "12 jul"),
        ("fr", "Sunday, 12 July 2026", "12 July", "12 Jul"),
    ],
)
def test_days_are_said_in_the_readers_language(
    language: str, long: str, middle: str, short: str
) -> None:
    assert say_day(SUNDAY, language) == long
    assert say_month_day(SUNDAY, language) == middle
    assert say_short_day(SUNDAY, language) == short


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_month_and_weekday_has_a_name_of_its_own(language: str) -> None:
    months = {say_month_day(date(2026, month, 1), language) for month in range(1, 13)}
    weekdays = {say_day(date(2026, 6, day), language).split(",")[0] for day in range(1, 8)}

    assert (len(months), len(weekdays)) == (12, 7)


@pytest.mark.parametrize(
    ("at", "english", "spanish"),
    [
        (datetime(2026, 7, 12, 12, 0, tzinfo=UTC), "06:00", "06:00"),
        (datetime(2026, 7, 12, 5, 59, tzinfo=UTC), "Sat 11 Jul, 23:59", "sáb 11 jul, 23:59"),
        (datetime(2025, 1, 1, 12, tzinfo=UTC), "Wed 1 Jan 2025, 06:00", "mié 1 ene 2025, 06:00"),
    ],
)
def test_a_moment_is_told_in_the_readers_zone(at: datetime, english: str, spanish: str) -> None:
    assert say_moment(at, CITY, "en", today=SUNDAY) == english
    assert say_moment(at, CITY, "es", today=SUNDAY) == spanish


def test_since_is_grammatical_in_both_languages() -> None:
    today = datetime(2026, 7, 12, 12, 0, tzinfo=UTC)
    before = datetime(2026, 7, 11, 12, 0, tzinfo=UTC)

    assert say_since(today, CITY, "en", today=SUNDAY) == "since 06:00"
    assert say_since(before, CITY, "en", today=SUNDAY) == "since Sat 11 Jul, 06:00"
    assert say_since(today, CITY, "es", today=SUNDAY) == "desde las 06:00"
    assert say_since(before, CITY, "es", today=SUNDAY) == "desde el sáb 11 jul, 06:00"


@pytest.mark.parametrize(
    ("value", "bar", "phrase"),
    [
        (0.42, 0.5, "0.08 below 0.50"),
        (0.496, 0.5, "0.004 below 0.500"),
        (0.49999, 0.5, "less than 0.001 below 0.500"),
    ],
)
def test_a_shortfall_is_never_said_to_be_nothing(value: float, bar: float, phrase: str) -> None:
    assert say_shortfall(value, bar, "en") == phrase


def test_the_other_findings_read_well_in_spanish() -> None:
    assert say_shortfall(0.42, 0.5, "es") == "0.08 por debajo de 0.50"
    assert say_issue_of(SUNDAY, "es") == "en la edición del 12 de julio"
    assert say_issue_full(20, "es") == "la edición lleva 20"
    assert say_outlet_full(50, "Reforma", "es") == "ya van 50 de Reforma"
    assert say_no_profile("es") == "este boletín no lleva ningún perfil"


def test_large_numbers_are_grouped() -> None:
    assert [say_count(n) for n in (0, 999, 3059)] == ["0", "999", "3,059"]
