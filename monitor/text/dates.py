"""Read the dates that publishers write, in English and Spanish. Pure; no library but Python's.

What is not said stays simple: no zone is UTC, no time is midnight. What cannot be
(30 February, an offset of 99 hours) is no date, never the nearest one.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # the Web is younger: an older date is a default value
FUTURE_LIMIT = timedelta(hours=24)  # zones and slow clocks explain a day, nothing explains more
TEXT_MAX_CHARS = 120  # no date is longer, and short text keeps every pattern cheap
OFFSET_MAX = timedelta(hours=14)

_MONTH_NAMES: Final = """
    jan january ene enero / feb february febrero / mar march marzo / apr april abr abril
    / may mayo / jun june junio / jul july julio / aug august ago agosto
    / sep sept september septiembre set setiembre / oct october octubre
    / nov november noviembre / dec december dic diciembre
"""
_MONTHS: Final = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split("/"), start=1)
    for name in names.split()
}
_HOURS_OF_ZONE: Final = {
    name: float(hours)
    for hours, names in (
        pair.split(":")
        for pair in """
            0:z utc gmt ut wet/-5:est cdt cot pet ect/-4:edt ast clt vet/-6:cst mdt/-7:mst pdt
            /-8:pst akdt/-9:akst/-10:hst/-3:adt art brt/-3.5:nst/-2.5:ndt/1:bst west cet met
            /2:cest mest eet/3:eest msk/5.5:ist/8:sgt hkt/9:jst kst/10:aest/11:aedt/12:nzst/13:nzdt
        """.split("/")
    )
    for name in names.split()
}
# Names that mean summer time in summer.
_PLACE_OF_ZONE: Final = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}

_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_SEPARATOR = r"[\s,./-]*"
_CLOCK = r"(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})[-/.]\s?(?P<month>\d{1,2})[-/.]\s?(?P<day>\d{1,2})(?!\d)",
        r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?=\D|$|\d{6}(?!\d))",
        # Sat Nov 21 10:00:00 CST 2026
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}\s+(?P<zone>[a-z]{{1,5}}\s+)?(?P<year>\d{{4}})\b",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|o)?\b{_SEPARATOR}(?:de\s+)?{_MONTH}"
        rf"{_SEPARATOR}(?:del?\s+)?(?P<year>\d{{4}}|\d{{2}})(?![\d:])",
        rf"\b{_MONTH}{_SEPARATOR}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)[\s,]+(?:de\s+)?(?P<year>\d{{4}})\b",
        rf"(?<!\d)(?P<year>\d{{4}}){_SEPARATOR}{_MONTH}{_SEPARATOR}(?P<day>\d{{1,2}})(?![\d:])",
    )
)
# Which comes first, the day or the month, shows only when one is over 12.
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})[:h.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?(?!\d)"
    r"\s*(?:(a|p)\.?\s?m\b\.?)?"
)
_COMPACT_TIME = re.compile(
    r"^(?:t(?=\d{4})|(?=\d{6}(?!\d)))(\d{2})(\d{2})(\d{2})?(?:[.,]\d+)?(?!\d)()"
)
_OFFSET = re.compile(r"([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)")
_OFFSET_OF_ANY_SIZE = re.compile(r"[+-]\d{3,}")
_ZONE_PLACE = re.compile(r"\b[A-Z][A-Za-z]+(?:/[A-Za-z_+-]+){1,2}")
_ZONE_NAME = re.compile(r"\b[a-z]{1,4}\b")
# Minus signs, ordinals, and year, month and day as Chinese, Japanese and Korean mark them.
_STAND_INS = str.maketrans("−–年月日년월일", "--// // ", "º")
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d\d?)"
    r" (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ((?:19|20)\d\d)"
    r" (\d\d):(\d\d)(?::(\d\d))? (GMT|UTC|Z|[+-]\d{4})$",
    re.ASCII,
)
_RFC_3339 = re.compile(
    r"((?:19|20)\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)$",
    re.ASCII,
)
_ENGLISH_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1
    )
}
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")


def parse_date(text: str) -> datetime | None:
    """Return the moment that a publisher's date names, None when it names none.

    Reads RFC 822 and RFC 3339 and what is commonly written for them, month names
    in English and Spanish, zone names and IANA zones. `2016/6/29` is 29 June;
    `03/04/2026` could be two days and is none.
    """
    if len(text) > TEXT_MAX_CHARS:
        return None
    return _parse_usual(text) or _parse_any(text)


def _parse_usual(text: str) -> datetime | None:
    """Read the two ways in which nearly every date is written; None for every other."""
    match = _RFC_822.match(text)
    if match:
        day, name, year, hour, minute, second, offset = match.groups()
        month = _ENGLISH_MONTHS[name]
    else:
        match = _RFC_3339.match(text)
        if not match:
            return None
        year, digits, day, hour, minute, second, offset = match.groups()
        month = int(digits)
    try:
        at = datetime(
            int(year), month, int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None  # 30 February, 24:00
    if offset[0] not in "+-":
        return at
    size = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    if size > OFFSET_MAX or offset[-2] > "5":
        return None
    return at + size if offset[0] == "-" else at - size


def _parse_any(text: str) -> datetime | None:
    plain = _plain(text)
    if _EPOCH.match(plain):
        return datetime.fromtimestamp(int(plain[:10]), UTC)
    found = _find_day(plain)
    if found is None:
        return None
    year, month, day, rest = found
    clock = _find_clock(rest)
    if clock is None:
        return None
    hour, minute, second, tail = clock
    zone = _find_zone(tail, text)
    if zone is None:
        return None
    return _moment((year, month, day), (hour, minute, second), zone)


def credible_date(at: datetime | None, seen_at: datetime) -> datetime | None:
    """Return the date unless it is before 1990 or over a day ahead of the first sight."""
    if at is None or at < OLDEST or at > seen_at + FUTURE_LIMIT:
        return None
    return at


def _plain(text: str) -> str:
    text = text.translate(_STAND_INS)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().strip()


def _find_day(plain: str) -> tuple[int, int, int, str] | None:
    """Return year, month, day and the text without them."""
    for pattern in _DATES:
        match = pattern.search(plain)
        if match is None:
            continue
        parts = match.groupdict()
        month = parts["month"]
        kept = f" {parts.get('clock') or ''} {parts.get('zone') or ''} "
        rest = plain[: match.start()] + kept + plain[match.end() :]
        year = _full_year(parts["year"])
        return year, _MONTHS.get(month) or int(month), int(parts["day"]), rest
    match = _NUMERIC.search(plain)
    if match is None:
        return None
    first, second, year = (int(number) for number in match.groups())
    rest = plain[: match.start()] + " " + plain[match.end() :]
    if first <= 12 and second <= 12 and first != second:
        return None
    return (year, second, first, rest) if first > 12 else (year, first, second, rest)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < 70 else 1900)


def _find_clock(rest: str) -> tuple[int, int, int, str] | None:
    """Return hour, minute, second and the text behind them; midnight when there is none."""
    match = _COMPACT_TIME.search(rest.strip()) or _TIME.search(rest)
    if match is None:
        # A zone says nothing without a time.
        return 0, 0, 0, ""
    hour, minute, second = (int(number or 0) for number in match.groups()[:3])
    half = match.group(4)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    # What stands before the time may be a weekday, never a zone: "mar" is no zone.
    return hour, minute, second, match.string[match.end() :]


def _find_zone(tail: str, text: str) -> tzinfo | None:
    """Return the zone, UTC when none is named, None when it cannot be one."""
    place = _ZONE_PLACE.search(text)
    if place is not None:
        try:
            return ZoneInfo(place.group())
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
    offset = _OFFSET.search(tail)
    if offset is not None:
        sign, hours, minutes = offset.groups()
        size = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if size > OFFSET_MAX or int(minutes or 0) > 59:
            return None
        return timezone(-size if sign == "-" else size)
    if _OFFSET_OF_ANY_SIZE.search(tail):
        return None
    for name in _ZONE_NAME.findall(tail):
        if name in _PLACE_OF_ZONE:
            return ZoneInfo(_PLACE_OF_ZONE[name])
        if name in _HOURS_OF_ZONE:
            return timezone(timedelta(hours=_HOURS_OF_ZONE[name]))
    return UTC


def _moment(
    day: tuple[int, int, int], clock: tuple[int, int, int], zone: tzinfo
) -> datetime | None:
    hour, minute, second = clock
    ends_the_day = (hour, minute, second) == (24, 0, 0)
    try:
        local = datetime(
            *day, 0 if ends_the_day else hour, minute, min(second, 59) if second == 60 else second,
            tzinfo=zone,
        )  # fmt: skip
        return (local + timedelta(days=ends_the_day)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
