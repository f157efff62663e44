"""Dates, numbers and short findings as a reader of English or Spanish expects them.

Pure, and no locale module: that one is global, and slim machines lack its data.
Unknown languages read English. The labels of a digest are words of its templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class _Tongue:
    """One language's names and phrases; phrases are for `str.format`."""

    months: tuple[str, ...]
    months_short: tuple[str, ...]
    days: tuple[str, ...]  # Monday first
    days_short: tuple[str, ...]
    long_day: str
    month_day: str
    short_of: str
    just_short_of: str
    since_hour: str
    since_day: str
    in_issue_of: str
    issue_full: str
    outlet_full: str
    let_go: str
    no_profile: str
    alerts_full: str


_TONGUES: Final = {
    "en": _Tongue(
        months=tuple(
            "January February March April May June July"
            " August September October November December".split()
        ),
        months_short=tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()),
        days=tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()),
        days_short=tuple("Mon Tue Wed Thu Fri Sat Sun".split()),
        long_day="{weekday}, {day} {month} {year}",
        month_day="{day} {month}",
        short_of="{gap} below {bar}",
        just_short_of="less than {gap} below {bar}",
        since_hour="since {moment}",
        since_day="since {moment}",
        in_issue_of="in the issue of {day}",
        issue_full="the issue holds {count}",
        outlet_full="{count} of {outlet} already",
        let_go="no room in {count} issues",
        no_profile="this digest carries no profile",
        alerts_full="{count} alerts a day were sent already",
    ),
    "es": _Tongue(
        months=tuple(
            "enero febrero marzo abril mayo junio julio"
            " agosto septiembre octubre noviembre diciembre".split()
        ),
        months_short=tuple("ene feb mar abr may jun jul ago sep oct nov dic".split()),
        days=tuple("lunes martes miércoles jueves viernes sábado domingo".split()),
        days_short=tuple("lun mar mié jue vie sáb dom".split()),
        long_day="{weekday}, {day} de {month} de {year}",
        month_day="{day} de {month}",
        short_of="{gap} por debajo de {bar}",
        just_short_of="menos de {gap} por debajo de {bar}",
        since_hour="desde las {moment}",
        since_day="desde el {moment}",
        in_issue_of="en la edición del {day}",
        issue_full="la edición lleva {count}",
        outlet_full="ya van {count} de {outlet}",
        let_go="sin espacio en {count} ediciones",
        no_profile="este boletín no lleva ningún perfil",
        alerts_full="ya se enviaron {count} alertas ese día",
    ),
}


def _tongue(language: str) -> _Tongue:
    return _TONGUES.get(language, _TONGUES["en"])


def say_day(day: date, language: str) -> str:
    """Return "Sunday, 12 July 2026", "domingo, 12 de julio de 2026"."""
    tongue = _tongue(language)
    return tongue.long_day.format(
        weekday=tongue.days[day.weekday()],
        day=day.day,
        month=tongue.months[day.month - 1],
        year=day.year,
    )


def say_month_day(day: date, language: str) -> str:
    """Return "12 July", "12 de julio"."""
    tongue = _tongue(language)
    return tongue.month_day.format(day=day.day, month=tongue.months[day.month - 1])


def say_short_day(day: date, language: str) -> str:
    """Return "12 Jul", "12 jul"."""
    return f"{day.day} {_tongue(language).months_short[day.month - 1]}"


def say_moment(at: datetime, zone: ZoneInfo, language: str, *, today: date) -> str:
    """Return the local time, with the day when it is not today's, and the year when it differs.

    "06:12", "Sat 11 Jul, 22:40", "Mon 30 Dec 2024, 08:00".
    """
    local = at.astimezone(zone)
    if local.date() == today:
        return f"{local:%H:%M}"
    year = f" {local.year}" if local.year != today.year else ""
    weekday = _tongue(language).days_short[local.weekday()]
    return f"{weekday} {say_short_day(local.date(), language)}{year}, {local:%H:%M}"


def say_since(at: datetime, zone: ZoneInfo, language: str, *, today: date) -> str:
    """Return "since 06:00", "desde el sáb 11 jul, 22:40"."""
    tongue = _tongue(language)
    is_today = at.astimezone(zone).date() == today
    phrase = tongue.since_hour if is_today else tongue.since_day
    return phrase.format(moment=say_moment(at, zone, language, today=today))


def say_count(number: int) -> str:
    """Return "3,059": Mexico and the United States group digits alike."""
    return f"{number:,}"


def say_shortfall(value: float, bar: float, language: str) -> str:
    """Return "0.08 below 0.50": what a score lacks to the threshold it had to reach."""
    gap = bar - value
    for digits in (2, 3):
        if round(gap, digits) > 0:
            return _say_short_of(f"{gap:.{digits}f}", f"{bar:.{digits}f}", language)
    return _tongue(language).just_short_of.format(gap="0.001", bar=f"{bar:.3f}")


@lru_cache(maxsize=1000)  # said of thousands of stories, with a hundred different gaps
def _say_short_of(gap: str, bar: str, language: str) -> str:
    return _tongue(language).short_of.format(gap=gap, bar=bar)


def say_issue_of(day: date, language: str) -> str:
    """Return "in the issue of 12 July"."""
    return _tongue(language).in_issue_of.format(day=say_month_day(day, language))


def say_issue_full(count: int, language: str) -> str:
    """Return "the issue holds 20"."""
    return _tongue(language).issue_full.format(count=count)


def say_outlet_full(count: int, outlet: str, language: str) -> str:
    """Return "50 of Reforma already"."""
    return _tongue(language).outlet_full.format(count=count, outlet=outlet)


def say_let_go(count: int, language: str) -> str:
    """Return "no room in 2 issues"."""
    return _tongue(language).let_go.format(count=count)


def say_no_profile(language: str) -> str:
    """Return "this digest carries no profile"."""
    return _tongue(language).no_profile


def say_alerts_full(count: int, language: str) -> str:
    """Return "3 alerts a day were sent already"."""
    return _tongue(language).alerts_full.format(count=count)
