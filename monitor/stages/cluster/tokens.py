"""A text -> what its words stand for, in order; small words are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from monitor.stages.cluster.lexicon import Kind, begins_name, kin, name_at, sign_of
from monitor.stages.cluster.words import CAPITALS, SMALL, TITLED
from monitor.text import fold

MONEY_END: Final = "amount"  # ends a sum of millions, once it is written in figures
LOOKED_AT: Final = 120  # words of a text; what follows is never compared
ALL_CAPITALS: Final = 0.65  # of the words: a headline in Title Case tells no names by capitals

_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"\b(?:[A-Z] ?\. ?){2,}")  # "U . S ." is one word
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*[^\W\d_]*|[^\W_]+(?:['’][^\W_]+)*")
_GROUPED = re.compile(r"[.,](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)(.*)")
_SPACED = re.compile(r"(?<=\d) (\.) (?=\d)")  # "7 . 3" is 7.3
_AMOUNT = re.compile(
    r"(\d+(?:[.,]\d+)*)\s?(?:((?i:mil millones|mmd[dp]|billion|bn)|B)|((?i:mil md[dp]))"
    r"|((?i:millones|millón|md[dp]|million))|((?i:billones|trillion))|((?i:mil)))\b",
)
_FACTORS: Final = (1e9, 1e9, 1e6, 1e12, 1e3)  # as the units stand in `_AMOUNT`
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_SENTENCE_ENDS: Final = frozenset(":.!?;|•")
_QUOTES: Final = frozenset("\"'‘’“”«¿¡(#")
_ORDINAL_ENDS: Final = frozenset(("st", "nd", "rd", "th", "a", "o", "ª", "º"))

MONTHS: Final = {
    name: number
    for names in (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sept oct nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
}
_NO_MONTHS: Final = frozenset(("march", "may", "mar"))  # words before they are months
# With a capital, which Spanish months do not have, they are people: El Mayo, Julio, Abril.
_SPANISH_MONTHS: Final = frozenset(list(MONTHS)[:12])
_ORDINALS: Final = {
    word: number
    for number, several in enumerate(
        (
            "primer primera primero first",
            "segunda segundo second",
            "tercera tercer tercero third",
            "cuarta cuarto fourth",
            "quinta quinto fifth",
            "sexta sexto sixth",
            "septima septimo seventh",
            "octava octavo eighth",
            "novena noveno ninth",
            "decima decimo tenth",
            "undecima undecimo eleventh",
            "duodecima duodecimo twelfth",
            "decimotercera decimotercer thirteenth",
        ),
        start=1,
    )
    for word in several.split()
}
_COUNTS: Final = {
    word: number
    for names in (
        "dos tres cuatro cinco seis siete ocho nueve diez once doce",
        "two three four five six seven eight nine ten eleven twelve",
    )
    for number, word in enumerate(names.split(), start=2)
}
_DOZENS: Final = {
    word: number
    for words, number in (
        ("docena dozen", 12),
        ("quince fifteen", 15),
        ("veinte twenty", 20),
        ("treinta thirty", 30),
        ("cuarenta forty", 40),
        ("cincuenta fifty", 50),
        ("sesenta sixty", 60),
        ("setenta seventy", 70),
        ("ochenta eighty", 80),
        ("noventa ninety", 90),
        ("cien hundred", 100),
    )
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Token:
    """A sign in the order of the text."""

    sign: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Word:
    """All that one word, as written, can stand for."""

    folded: str
    may_name: bool  # a name can begin with it
    is_upper: bool  # its first letter is a capital
    is_content: bool  # a letter first, and no small word
    plain: Token | None
    named: Token | None  # where its capital tells a name


def tokens_of(text: str, language: str) -> Iterator[Token]:
    """Yield what the words of a text stand for, in order; small words are left out."""
    if "." in text:
        text = _LETTERS.sub(lambda match: re.sub("[ .]", "", match.group()) + " ", text)
    if _DIGIT.search(text):
        text = _AMOUNT.sub(_in_figures, _SPACED.sub(r"\1", text))
    found = list(islice(_TOKEN.finditer(text), LOOKED_AT))
    read = [_read(match.group(), language) for match in found]
    folded = [word.folded for word in read]
    by_capitals = not _is_title_case(read)
    after = 0
    for at, word in enumerate(read):
        if at < after:
            continue
        name = name_at(folded, at, language) if word.may_name else None
        if name:
            after = at + name[1]
            yield Token(name[0], Kind.NAME)
            continue
        is_name = by_capitals and word.is_upper and not _begins(text, found[at].start())
        token = word.named if is_name else word.plain
        if token:
            yield token


def _in_figures(match: re.Match[str]) -> str:
    """Return an amount as figures: "20 mil millones", "20,000 mdd" and "20B" are one."""
    figures, *units = match.groups()
    number = re.sub("[.,]", "", figures) if _THOUSANDS.fullmatch(figures) else figures
    unit = next(place for place, unit in enumerate(units) if unit)
    value = float(number.replace(",", ".").rstrip(".")) * _FACTORS[unit]
    return f"{value:.0f}" if units[-1] else f"{float(f'{value:.1e}'):.0f}{MONEY_END}"


def _begins(text: str, start: int) -> bool:
    """Tell whether a sentence or a quotation begins there, where any word has a capital."""
    if start and text[start - 1] in _QUOTES:
        return True
    at = start - 1
    while at >= 0 and text[at].isspace():
        at -= 1
    return at < 0 or text[at] in _SENTENCE_ENDS


def _is_title_case(words: Sequence[_Word]) -> bool:
    letters = [word for word in words if word.is_content]
    return len(letters) > 3 and (
        sum(word.is_upper for word in letters) > ALL_CAPITALS * len(letters)
    )


@lru_cache(maxsize=20_000)
def _read(written: str, language: str) -> _Word:
    folded = fold(written).removesuffix("'s").removesuffix("’s")
    return _Word(
        folded,
        begins_name(folded, language) and _is_written_as_name(folded, written),
        written[0].isupper(),
        written[0].isalpha() and folded not in SMALL,
        _token(folded, language, written, is_name=False),
        _token(folded, language, written, is_name=True),
    )


def _is_written_as_name(folded: str, written: str) -> bool:
    """Tell whether a word has the capitals without which it would not be a name."""
    if folded in CAPITALS:
        return written.isupper()
    return folded not in TITLED or written[0].isupper()


def _token(word: str, language: str, written: str, *, is_name: bool) -> Token | None:
    """Return what one word stands for. In Spanish a capital tells the act from the name."""
    if word[:1].isdigit():
        return _number(word)
    if word in _ORDINALS:
        return Token(f"#{_ORDINALS[word]}", Kind.NUMBER)
    number = _COUNTS.get(word) or _DOZENS.get(word)
    if number:
        return Token(str(number), Kind.NUMBER)
    if word in SMALL or len(word) < 2:
        return None
    is_person = word in _SPANISH_MONTHS and (is_name or language == "en")
    if word in MONTHS and word not in _NO_MONTHS and not is_person:
        return Token(f"month-{MONTHS[word]}", Kind.NUMBER)
    found = sign_of(word, language)
    misread = language == "es" and is_name and not written.isupper()
    if found and not (misread and found[1] is Kind.ACT):
        return Token(*found)
    kind = Kind.PROPER if is_name else Kind.PERHAPS if written[0].isupper() else Kind.WORD
    return Token(kin(word), kind)


def _number(word: str) -> Token:
    if word.endswith(MONEY_END):
        return Token(f"={word.removesuffix(MONEY_END)}", Kind.AMOUNT)
    value, end = _NUMBER.findall(_GROUPED.sub("", word))[0]
    value = value.replace(",", ".")
    return Token(f"#{value}" if end in _ORDINAL_ENDS else value, Kind.NUMBER)
