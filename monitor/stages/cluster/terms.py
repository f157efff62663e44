"""An entry -> the language-neutral terms that folding compares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from monitor.model import Entry
from monitor.stages.cluster.lexicon import LANGUAGES, Kind, kin, name_at, sign_of
from monitor.text import adds_to, fold, words

TITLE_WORDS: Final = 28  # some "titles" are whole posts
SUMMARY_WORDS: Final = 30  # what follows is background, the same in many stories
SUMMARY_WEIGHT: Final = 0.5  # a headline is written to say what happened
# How much each kind of evidence tells, a thing being 1.
KIND_WEIGHTS: Final = {
    Kind.ACT: 1.2,
    Kind.THING: 1.0,
    Kind.NAME: 1.2,
    Kind.PROPER: 1.2,
    Kind.NUMBER: 0.6,
    Kind.WORD: 0.2,
}
# A title of fewer known terms than this, summed, is also compared by its other words: on a
# subject that the tables do not know, one known word ("tariff") is not the whole title.
KNOWN_ENOUGH: Final = 4.5
# Names that are in half of all reports on this topic: no story hangs on them.
EVERYWHERE: Final = frozenset(("mexico", "usa", "sheinbaum", "trump"))
NAMING: Final = frozenset((Kind.PROPER, Kind.NAME))
HEAD_MIN_WORDS: Final = 4  # what is left of a title when an outlet's name is cut off
TAIL_MAX_WORDS: Final = 8
ALL_CAPITALS: Final = 0.65  # of the words: a headline in Title Case tells no names by capitals

_LETTERS = re.compile(r"\b(?:[A-Z] ?\. ?){2,}")  # "U . S ." is one word
_DIVIDERS = re.compile(r"\s[-–—|•]\s")
_FEED_PHRASES = re.compile(
    r"(?:La (?:publicación|entrada)|The post)\b.{0,300}?\b(?:apareció primero|appeared first)\b.*$"
)
_GROUPED = re.compile(r"[.,](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)(.*)")
_SENTENCE_ENDS: Final = frozenset(":.!?;|•")
_QUOTES: Final = frozenset("\"'‘’“”«¿¡(#")
_ORDINAL_ENDS: Final = frozenset(("st", "nd", "rd", "th", "a", "o", "ª", "º"))

_SILENT: Final = frozenset(
    """the of and to in for on with is at as by from that after over his her its are was will says
    has have be it an this new not who how what why but their more than into up out about said
    would could amid he she they we you your our them us these those which when where while can
    may might must should do does did been being were had or if so then also just only other some
    any all own such same each every few many much well way including among through under against
    per inc say saying tells told set sets him himself really make makes big top old late early
    next last latest most less least great good best better get gets got take takes took put puts
    give gives gave going goes go come comes came one ones like very still even ever never ahead
    off down again because here there now yet vs via amp
    a i o u e y el la los las de del en por para con que un una se su al como es lo sus tras mas no
    sobre este esta ante hay ser entre sin desde hasta pero fue han segun contra ya le les nos me
    mi tu te ni si muy esto ese esa eso esos esas estos estas otro otra otros otras cual cuales
    quien quienes cuando donde aun aunque asi tan tal cada solo sola solamente durante mientras
    porque pues tiene tienen tener tenga tengan tuvo ha haya hayan haber hubo sido estan estar
    estuvo era fueron sera seran seria serian sean sea son hace hacer hizo dijo decir dice dicen
    puede pueden podria debe deben deber deberia vez veces gran grande grandes todo toda todos
    todas mejor mayor menor mayores menores antes despues luego casi ver sabe saber cuanto cuantos
    pone ponen queda quedan toma tomar llevar lleva fin parte tipo forma lado mano manos junto
    mismo misma varios varias algunos aqui alla entonces ademas tambien medio dentro fuera cerca
    lejos nunca siempre nada algo nadie nuestro nuestra ellos ella ello yo proximo proxima pasado
    ultimo ultima actual nueva nuevas nuevo nuevos buena bueno buen da dar dara dan va van ir
    mediante acerca bajo hoy ayer news noticias video foto fotos live vivo minuto ultimahora
    exclusiva breaking update today yesterday
    lunes martes miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday
    saturday sunday""".split()
)
_MONTHS: Final = {
    name: number
    for names in (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sept oct nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
}
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

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*[^\W\d_]*|[^\W_]+(?:['’][^\W_]+)*")
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?) ?(?:%|por ciento|percent|per cent)")
_DAY = re.compile(rf"\b(\d{{1,2}}) (?:de )?({'|'.join(_MONTHS)})\b")
_DAY_AFTER = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}})\b")


@dataclass(frozen=True, slots=True)
class Token:
    """A sign in the order of the text."""

    sign: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Terms:
    """What an entry is compared by."""

    weights: dict[str, float]  # sign -> weight, before its rarity
    raised: frozenset[str]  # unknown words with more than their weight; see `KNOWN_ENOUGH`
    order: tuple[str, ...]  # the title's signs as they follow each other
    names: frozenset[str]  # of the title: those that are not everywhere
    language: str  # in which the words were read
    figures: dict[str, frozenset[str]]  # of the title: what is numbered -> its numbers
    heading: tuple[str, ...]  # the title's words, folded, without an outlet's name
    opening: tuple[str, ...]  # the summary's first words; empty when it adds nothing


def terms_of(entry: Entry) -> Terms:
    """Return an entry's terms; any text gives some, an empty one none."""
    title = without_tail(entry.title)
    summary = _FEED_PHRASES.sub("", entry.summary)
    if not adds_to(summary, f"{entry.title} {entry.outlet}"):
        summary = ""
    language = entry.language if entry.language in LANGUAGES else "es"
    head = list(_tokens(title, language))[:TITLE_WORDS]
    body = list(_tokens(summary, language))[:SUMMARY_WORDS]
    weights = {token.sign: SUMMARY_WEIGHT * KIND_WEIGHTS[token.kind] for token in body}
    title_weights, raised = _title_weights(head)
    return Terms(
        weights | title_weights,
        raised,
        tuple(token.sign for token in head),
        frozenset(token.sign for token in head if token.kind in NAMING) - EVERYWHERE,
        language,
        _figures(title, head),
        tuple(words(title)),
        tuple(words(summary)[:SUMMARY_WORDS]),
    )


def _title_weights(tokens: Sequence[Token]) -> tuple[dict[str, float], frozenset[str]]:
    """Return each term's weight, and which words have more than theirs for want of others."""
    kinds = {token.sign: token.kind for token in tokens}
    weights = {sign: KIND_WEIGHTS[kind] for sign, kind in kinds.items()}
    unknown = frozenset(sign for sign, kind in kinds.items() if kind is Kind.WORD)
    known = sum(weights[sign] for sign in weights.keys() - unknown - EVERYWHERE)
    fair = min(1.0, (KNOWN_ENOUGH - known) / max(1, len(unknown)))
    if fair <= KIND_WEIGHTS[Kind.WORD]:
        return weights, frozenset()
    return weights | dict.fromkeys(unknown, fair), unknown


def without_tail(title: str) -> str:
    """Return a title without the names of outlets that aggregators and sites append."""
    for cut in reversed(list(_DIVIDERS.finditer(title))):
        head, tail = title[: cut.start()], title[cut.end() :]
        if len(words(head)) < HEAD_MIN_WORDS or len(words(tail)) > TAIL_MAX_WORDS:
            break
        title = head
    return title


def _tokens(text: str, language: str) -> Iterator[Token]:
    """Yield what the words of a text stand for, in order; small words are left out."""
    text = _LETTERS.sub(lambda match: re.sub("[ .]", "", match.group()) + " ", text)
    found = list(_TOKEN.finditer(text))
    written = [match.group() for match in found]
    folded = [fold(word).removesuffix("'s").removesuffix("’s") for word in written]
    by_capitals = language == "es" and not _is_title_case(written)
    at = 0
    while at < len(folded):
        name = name_at(folded, at, language)
        if name:
            yield Token(name[0], Kind.NAME)
            at += name[1]
            continue
        is_name = by_capitals and written[at][0].isupper() and not _begins(text, found[at].start())
        token = _token(folded[at], language, written[at], is_name=is_name)
        if token:
            yield token
        at += 1


def _begins(text: str, start: int) -> bool:
    """Tell whether a sentence or a quotation begins there, where any word has a capital."""
    before = text[:start].rstrip()
    return not before or before[-1] in _SENTENCE_ENDS or text[start - 1] in _QUOTES


def _is_title_case(written: Iterable[str]) -> bool:
    letters = [word for word in written if word[0].isalpha() and fold(word) not in _SILENT]
    capitals = sum(word[0].isupper() for word in letters)
    return len(letters) > 3 and capitals > ALL_CAPITALS * len(letters)


def _token(word: str, language: str, written: str, *, is_name: bool) -> Token | None:
    """Return what one word stands for. In Spanish a capital tells the act from the name."""
    if word[:1].isdigit():
        return _number(word)
    if word in _ORDINALS:
        return Token(f"#{_ORDINALS[word]}", Kind.NUMBER)
    if word in _COUNTS:
        return Token(str(_COUNTS[word]), Kind.NUMBER)
    if word in _SILENT or (word in _MONTHS and not is_name) or len(word) < 2:
        return None
    found = sign_of(word, language)
    if found and not (is_name and found[1] is Kind.ACT and not written.isupper()):
        return Token(*found)
    return Token(kin(word), Kind.PROPER if written[0].isupper() else Kind.WORD)


def _number(word: str) -> Token:
    value, end = _NUMBER.findall(_GROUPED.sub("", word))[0]
    return Token(f"#{value}" if end in _ORDINAL_ENDS else value, Kind.NUMBER)


def _figures(title: str, tokens: Sequence[Token]) -> dict[str, frozenset[str]]:
    """Return the title's numbers that say which one it is: a round, a day, a rate."""
    found: dict[str, set[str]] = {}
    folded = fold(title)
    for token, after in pairwise(tokens):
        if token.sign.startswith("#"):
            found.setdefault(after.sign, set()).add(token.sign)
    for day, month in _DAY.findall(folded):
        found.setdefault("day", set()).add(f"{_MONTHS[month]}-{int(day)}")
    for month, day in _DAY_AFTER.findall(folded):
        found.setdefault("day", set()).add(f"{_MONTHS[month]}-{int(day)}")
    for share in _PERCENT.findall(folded):
        found.setdefault("%", set()).add(share.replace(",", "."))
    return {kind: frozenset(values) for kind, values in found.items()}
