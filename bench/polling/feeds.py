"""Synthetic feeds: 30 entries and 45 KB each, English and Spanish, made from a number."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

ENTRIES = 30
RARE = 25
NEW_PER_CHANGE = 3  # entries that a changed feed brings; as many leave its document
ENTRY_BYTES = 1_490
START = datetime(2026, 7, 14, 12, 0, tzinfo=UTC)  # of the first round
GAP = timedelta(hours=2)  # between two entries of a feed

# Who, did what, about what, where: enough of each that hardly two headlines are one story.
# What the five profiles look for is the subject of one entry in `RARE`: so it is with the feeds
# of general newspapers.
_WHO = {
    "en": (
        *("The city council", "A regional court", "The orchestra", "Dairy farmers", "A start-up"),
        *("The national library", "Two universities", "The ferry company", "Film makers"),
        *("Mountain rescuers", "The harbour board", "A group of nurses", "The chess federation"),
        *("Beekeepers", "The museum", "Bus drivers", "The weather service", "Local bakers"),
    ),
    "es": (
        *("El ayuntamiento", "Un juzgado", "La orquesta", "Los ganaderos", "Una empresa joven"),
        *("La biblioteca", "Dos universidades", "La naviera", "Las cineastas", "Los bomberos"),
        *("La junta del puerto", "Un grupo de enfermeras", "La federación de ajedrez"),
        *("Los apicultores", "El museo", "Los conductores", "El servicio meteorológico"),
    ),
}
_DID = {
    "en": (
        *("approves", "turns down", "presents", "postpones", "investigates", "celebrates"),
        *("doubts", "opens talks on", "publishes figures on", "asks for", "pays for", "revives"),
    ),
    "es": (
        *("aprueba", "rechaza", "presenta", "aplaza", "investiga", "celebra", "pone en duda"),
        *("abre el diálogo sobre", "publica cifras sobre", "pide", "financia", "recupera"),
    ),
}
_ABOUT = {
    "en": (
        *("a new bridge", "longer opening hours", "the summer festival", "cheaper train tickets"),
        *("an old recipe", "the school roof", "a swimming record", "street lamps", "wild orchids"),
        *("the comet of the year", "rainwater tanks", "a lost manuscript", "the ice rink"),
        *("a ban on fireworks", "solar roofs", "the marathon route", "a translation prize"),
    ),
    "es": (
        *("un puente nuevo", "un horario más amplio", "el festival de verano", "el tren barato"),
        *("una receta antigua", "el techo de la escuela", "un récord de natación", "las farolas"),
        *("las orquídeas silvestres", "el cometa del año", "los aljibes", "un manuscrito perdido"),
        *("la pista de hielo", "los fuegos artificiales", "los tejados solares", "un premio"),
    ),
}
_WANTED = {
    "en": (
        *("tariffs between the United States and Mexico", "migrants at the border of Mexico"),
        *("the extradition of a cartel leader by Mexico", "water that Mexico owes to Texas"),
    ),
    "es": (
        *("los aranceles entre México y Estados Unidos", "los migrantes en la frontera de México"),
        *("la extradición de un capo a Estados Unidos", "el agua que México debe a Texas"),
    ),
}
_PLACES = (
    *("Valdora", "Northhaven", "Tres Ríos", "Kestrel Bay", "Almería Alta", "Old Quarry"),
    *("Puerto Claro", "Lindenfield", "Santa Brígida", "Marrow Hill", "Costa Nueva", "Eastmere"),
    *("Río Pardo", "Halverton", "Villa Serena", "Birch Crossing", "El Mirador", "Stonewick"),
)
_LINES = {
    "en": (
        "{who} in {place} {did} {about}, after {number} letters had come in. ",
        "Nobody had expected that {about} would take {number} days, said a clerk in {place}. ",
        "The plan costs {number} thousand and is to be voted on again in the autumn. ",
        'On the <a href="https://example.org/{number}">page of {place}</a> the minutes are read. ',
        "A second report, &ldquo;{about}&rdquo;, is due within {number} weeks. ",
    ),
    "es": (
        "{who} de {place} {did} {about}, tras recibir {number} cartas. ",
        "Nadie esperaba que {about} tardara {number} días, dijo una vecina de {place}. ",
        "El plan cuesta {number} mil y se votará de nuevo en otoño. ",
        'En la <a href="https://example.org/{number}">página de {place}</a> está el acta. ',
        "Un segundo informe, &laquo;{about}&raquo;, llegará en {number} semanas. ",
    ),
}


def language_of(feed: int) -> str:
    return "es" if feed % 2 else "en"


def document(feed: int, version: int) -> bytes:
    """Return a feed's document as it stands after so many changes."""
    newest = version * NEW_PER_CHANGE + ENTRIES
    items = "".join(_item(feed, number) for number in range(newest - 1, newest - 1 - ENTRIES, -1))
    language = language_of(feed)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>Feed {feed}</title><link>https://news{feed}.example.org/</link>"
        f"<description>Synthetic</description><language>{language}</language>{items}"
        "</channel></rss>"
    ).encode()


def _item(feed: int, number: int) -> str:
    language = language_of(feed)
    dice = _Dice(f"{feed}/{number}")
    subjects = (_ABOUT if dice.below(RARE) else _WANTED)[language]
    title = (
        f"{dice.one_of(_WHO[language])} {dice.one_of(_DID[language])} "
        f"{dice.one_of(subjects)}: {dice.one_of(_PLACES)} {dice.below(9000)}"
    )
    text = ""
    while len(text) < ENTRY_BYTES - 420:
        text += f"<p>{_line(language, subjects, dice)}</p>"
    link = f"https://news{feed}.example.org/{number}/a-story-of-{dice.below(90000)}"
    published = format_datetime(START - GAP * (ENTRIES - number), usegmt=True)
    return (
        f"<item><title>{title}</title><link>{link}</link>"
        f'<guid isPermaLink="false">tag:news{feed}.example.org,2026:{number}</guid>'
        f"<pubDate>{published}</pubDate><category>{language}</category>"
        f"<description><![CDATA[{text}]]></description></item>\n"
    )


def _line(language: str, subjects: tuple[str, ...], dice: _Dice) -> str:
    return dice.one_of(_LINES[language]).format(
        who=dice.one_of(_WHO[language]),
        did=dice.one_of(_DID[language]),
        about=dice.one_of(subjects),
        place=dice.one_of(_PLACES),
        number=dice.below(900),
    )


class _Dice:
    """Random numbers that are the same for the same name, and cheap to start."""

    def __init__(self, name: str) -> None:
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        self._state = int.from_bytes(digest, "big") | 1

    def below(self, bound: int) -> int:
        self._state = self._state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        return (self._state >> 33) % bound

    def one_of(self, values: tuple[str, ...]) -> str:
        return values[self.below(len(values))]
