"""Scored entries -> stories: does a new entry report an event that is already known?"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from monitor.model import Entry, EntryKey, Placement, StoryEntry
from monitor.text import words

WINDOW = timedelta(hours=72)  # a story older than this takes no new entry

# Chosen on labelled windows of Spanish and English news: joining two stories wrongly
# hides one of them, so both lines lie where precision is above 0.9.
SAME_LANGUAGE_LINE = 0.30
OTHER_LANGUAGE_LINE = 0.20

TITLE_WEIGHT = 2.0
SUMMARY_WORDS = 40  # what follows is background, the same in many stories

_SILENT = frozenset(
    """the of and to in for on with is at as by from that after over his her its are was will says
    has have be it an this new not who how what why but their more than into up out about said
    would could amid el la los las de del y en por para con que una un se su al como es lo sus tras
    mas no sobre este esta ante hay ser entre sin desde hasta pero fue han segun contra ya le news
    noticias sera son dijo""".split()
)

# Words of acts and things that both languages report under; stems, Spanish -> English.
_LEXICON = dict(
    pair.split(":")
    for pair in """arancel:tariff impuesto:tax comercio:trade acuerdo:agreement pacto:agreement
    tratado:treaty tmec:usmca mec:usmca estado:state unido:united frontera:border migrante:migrant
    migracion:migration muro:wall remesa:remittance droga:drug fentanilo:fentanyl cartel:cartel
    arma:weapon gun:weapon extradicion:extradition extraditar:extradite embajador:ambassador
    presidenta:president presidente:president secretario:secretary ministro:minister
    canciller:minister reunion:meeting reunir:meet visita:visit llamada:call viaje:trip
    ganado:cattle gusano:screwworm barrenador:screwworm agua:water presa:dam sequia:drought
    petroleo:oil gas:gas energia:energy acero:steel aluminio:aluminum auto:car automotriz:car
    vehiculo:car jitomate:tomato tomate:tomato maiz:corn azucar:sugar aguacate:avocado
    seguridad:security ejercito:army militar:military tropa:troop soldado:soldier dron:drone
    tribunal:court corte:court juez:judge juicio:trial sentencia:sentence culpable:guilty
    detener:arrest arresto:arrest detenido:arrest capturar:arrest muerto:dead morir:dead
    muerte:dead matar:kill asesinato:murder ataque:attack tiroteo:shooting huelga:strike
    redada:raid deportacion:deportation deportado:deportation deportar:deportation visa:visa
    consulado:consulate consul:consul asilo:asylum eleccion:election voto:vote copa:cup
    mundial:world mundo:world salud:health vacuna:vaccine sarampion:measles banco:bank
    tasa:rate inflacion:inflation peso:peso inversion:investment empresa:company planta:plant
    fabrica:plant exportacion:export importacion:import suspender:suspend suspension:suspend
    anunciar:announce anuncia:announce firmar:sign firma:sign amenaza:threat amenazar:threat
    rechazar:reject rechaza:reject ronda:round negociacion:talk dialogo:talk prorroga:extension
    revision:review sancion:sanction lavado:laundering dinero:money huachicol:fuel
    combustible:fuel norte:north sur:south mexicano:mexican estadounidense:american""".split()
)


def _stem(word: str) -> str:
    """Return a rough stem that Spanish and English plurals share."""
    if word.isdigit() or len(word) < 4:
        return word
    for ending in ("es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            bare = word[: -len(ending)]
            return _LEXICON.get(bare, _LEXICON.get(word[:-1], word[:-1]))
    return _LEXICON.get(word, word)


def _terms(entry: Entry) -> dict[str, float]:
    """Return the weighted language-neutral terms of an entry."""
    found: dict[str, float] = {}
    for weight, part in (
        (TITLE_WEIGHT, words(entry.title)),
        (1.0, words(entry.summary)[:SUMMARY_WORDS]),
    ):
        for term in {_stem(word) for word in part if word not in _SILENT and len(word) > 1}:
            found[term] = max(found.get(term, 0.0), weight)
    return found


class StoryBook:
    """The entries of the last 72 h that stand in stories; says where a new one belongs.

    In memory only: the store holds the stories themselves. Terms count by how rare
    they are among the entries of the window. An entry joins the story it is nearest
    to on average, so that A~B and B~C does not put A with C.
    """

    def __init__(self, members: Iterable[StoryEntry], window: timedelta = WINDOW) -> None:
        self._window = window
        self._entries: dict[EntryKey, Entry] = {}
        self._terms: dict[EntryKey, dict[str, float]] = {}
        self._holders: defaultdict[str, set[EntryKey]] = defaultdict(set)
        self._story_of: dict[EntryKey, EntryKey] = {}  # entry -> the story's first entry here
        self._stories: defaultdict[EntryKey, list[EntryKey]] = defaultdict(list)
        first: dict[int, EntryKey] = {}
        for member in members:
            root = first.setdefault(member.story, member.entry.key)
            self._remember(member.entry, _terms(member.entry), root)

    def place(self, entries: Sequence[Entry]) -> tuple[Placement, ...]:
        """Return for each new entry the story it joins, or None where it starts one.

        Entries placed earlier in the same call can be joined; one that the book
        knows stays where it is.
        """
        return tuple(self._place(entry) for entry in entries)

    def _place(self, entry: Entry) -> Placement:
        if entry.key in self._story_of:
            return Placement(entry.key, self._story_of[entry.key])
        terms = _terms(entry)
        root = self._nearest(entry, terms)
        self._remember(entry, terms, root or entry.key)
        return Placement(entry.key, root)

    def _remember(self, entry: Entry, terms: dict[str, float], root: EntryKey) -> None:
        self._entries[entry.key] = entry
        self._terms[entry.key] = terms
        for term in terms:
            self._holders[term].add(entry.key)
        self._story_of[entry.key] = root
        self._stories[root].append(entry.key)

    def _nearest(self, entry: Entry, terms: dict[str, float]) -> EntryKey | None:
        """Return the first entry of the story this one belongs to, None for a new one."""
        near: set[EntryKey] = set()
        for term in terms:
            holders = self._holders.get(term, set())
            if len(holders) <= max(8, len(self._entries) // 4):  # a common term tells nothing
                near |= holders
        best: tuple[float, EntryKey] | None = None
        for root in sorted({self._story_of[key] for key in near}):
            margin = self._margin(entry, terms, self._stories[root])
            if margin >= 0 and (best is None or margin > best[0]):
                best = (margin, root)
        return best[1] if best else None

    def _margin(self, entry: Entry, terms: dict[str, float], story: Sequence[EntryKey]) -> float:
        """Return by how much the mean likeness to a story's entries passes its line."""
        total = 0.0
        for key in story:
            other = self._entries[key]
            if abs(entry.dated_at - other.dated_at) > self._window:
                return -1.0
            differ = None not in (entry.language, other.language) and (
                entry.language != other.language
            )
            line = OTHER_LANGUAGE_LINE if differ else SAME_LANGUAGE_LINE
            total += self._likeness(terms, self._terms[key]) - line
        return total / len(story)

    def _likeness(self, one: dict[str, float], other: dict[str, float]) -> float:
        """Return the cosine of two entries' terms, each weighted by its rarity, in [0, 1]."""
        shared = one.keys() & other.keys()
        if not shared:
            return 0.0
        dot = sum(one[term] * other[term] * self._rarity(term) ** 2 for term in shared)
        return dot / (self._length(one) * self._length(other))

    def _length(self, terms: dict[str, float]) -> float:
        return math.sqrt(sum((n * self._rarity(term)) ** 2 for term, n in terms.items()))

    def _rarity(self, term: str) -> float:
        # The constant keeps rarity meaningful in a book of a few entries.
        return math.log((len(self._entries) + 50) / (len(self._holders.get(term, ())) + 1))
