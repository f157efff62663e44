"""Topic profiles and alias lists as their TOML files tell them; pure, no library but our own.

A profile is seeds/NAME.toml, a party seeds/parties/NAME.toml. What is wrong in one
is told with file, line and key, and nothing is started.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from monitor.adapters.home.tomlfile import KeyPath, TomlFile, listed, nearest
from monitor.model import Alias, Party, SourceArticle, TopicProfile
from monitor.text import STOP_WORDS, fold, words

WEIGHT_MAX = 10.0
KINDS = ("country", "person", "institution", "place", "company", "law")
YEARS = range(1900, 2101)
PREFIX_MIN_CHARS = 3  # "me*" would match half a dictionary
_PROFILE_KEYS = (
    "name", "title", "summary", "threshold", "parties", "source", "terms", "against",
    "learned", "offset",
)  # fmt: skip
_PARTY_KEYS = ("name", "title", "bridge", "not_when", *KINDS)
_ALIAS_KEYS = ("weight", "language", "from", "until")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_REGEX = re.compile(r"[\\^$|?+\[\]{}()]|\.\*|\*.")


def read_profile(file: TomlFile, stem: str, party_names: Iterable[str]) -> TopicProfile:
    """Return the profile of one file; raises ConfigError with file, line and key."""
    data = file.data
    _known_keys(file, (), data, _PROFILE_KEYS)
    name = _name(file, stem)
    terms, against = _weights(file, "terms"), _weights(file, "against")
    if not terms:
        problem = 'without terms a profile matches nothing; write at least one, as "tariff*" = 2.0'
        raise file.error(("terms",), problem)
    if both := sorted(terms.keys() & against.keys()):
        raise file.error(("against", both[0]), "this stands under [terms] too; keep one of the two")
    return TopicProfile(
        name=name,
        title=_text(file, ("title",), data.get("title", name)),
        summary=_text(file, ("summary",), data.get("summary", "")),
        threshold=_threshold(file),
        terms=terms,
        against=against,
        parties=_parties(file, set(party_names)),
        source=_source(file),
        learned=_learned(file),
        offset=_points(file, ("offset",), data.get("offset", 0.0)),
    )


def read_party(file: TomlFile, stem: str) -> Party:
    """Return the party of one file; an alias of weight 0 takes a shipped name out."""
    data = file.data
    _known_keys(file, (), data, _PARTY_KEYS)
    name = _name(file, stem)
    aliases: dict[tuple[str, str | None], Alias] = {}
    for kind in KINDS:
        for text, value in _table(file, (kind,), data.get(kind, {})).items():
            alias = _alias(file, kind, text, value)
            key = (alias.text, alias.language)
            if key in aliases:
                problem = f"this name stands under [{aliases[key].kind}] too; keep one of the two"
                raise file.error((kind, text), problem)
            aliases[key] = alias
    not_when = _texts(file, ("not_when",), data.get("not_when", []))
    bridge = data.get("bridge", False)
    if not isinstance(bridge, bool):
        raise file.error(("bridge",), "expected true or false")
    title = _text(file, ("title",), data.get("title", name))
    return Party(name, title, tuple(aliases.values()), not_when, bridge)


def merge_parties(shipped: Iterable[Party], own: Iterable[Party]) -> tuple[Party, ...]:
    """Return the shipped parties with the home's added; on one name the home's alias wins."""
    merged = {party.name: party for party in shipped}
    for party in own:
        base = merged.get(party.name)
        if base is None:
            merged[party.name] = party
            continue
        aliases = {(alias.text, alias.language): alias for alias in base.aliases}
        aliases |= {(alias.text, alias.language): alias for alias in party.aliases}
        merged[party.name] = dataclasses.replace(
            party,
            aliases=tuple(aliases.values()),
            not_when=tuple(dict.fromkeys((*base.not_when, *party.not_when))),
            is_bridge=base.is_bridge or party.is_bridge,
        )
    return tuple(
        dataclasses.replace(party, aliases=tuple(a for a in party.aliases if a.weight > 0))
        for party in merged.values()
    )


# ---------------------------------------------------------------- parts of a file


def _known_keys(
    file: TomlFile, path: KeyPath, table: Mapping[str, Any], known: tuple[str, ...]
) -> None:
    for key in table:
        if key not in known:
            meant = nearest(key, known) or "."
            problem = f"there is no such key{meant} Allowed: {', '.join(known)}"
            raise file.error((*path, key), problem)


def _name(file: TomlFile, stem: str) -> str:
    name = file.data.get("name", stem)
    if name != stem:
        problem = f'expected the file\'s own name, "{stem}"; rename the file or correct the name'
        raise file.error(("name",), problem)
    if not _NAME.fullmatch(stem):
        raise file.error((), 'a name is made of small letters, digits and "-", as "trade.toml"')
    return stem


def _text(file: TomlFile, path: KeyPath, value: object) -> str:
    if not isinstance(value, str):
        raise file.error(path, "expected text in quotes")
    return " ".join(value.split())


def _texts(file: TomlFile, path: KeyPath, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise file.error(path, 'expected a list of texts, as ["new mexico"]')
    return tuple(_text(file, (*path, index), item) for index, item in enumerate(value))


def _table(file: TomlFile, path: KeyPath, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise file.error(path, f"expected a table, [{path[-1]}] and lines below it")
    return value


def _number(file: TomlFile, path: KeyPath, value: object, rule: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise file.error(path, f"expected {rule}, without quotes")
    return float(value)


def _threshold(file: TomlFile) -> float:
    rule = "a number between 0 and 1, as 0.5"
    value = _number(file, ("threshold",), file.data.get("threshold"), rule)
    if not 0 < value < 1:
        raise file.error(("threshold",), f"{value} is not allowed; expected {rule}")
    return value


def _weight(file: TomlFile, path: KeyPath, value: object, *, zero: bool = False) -> float:
    rule = "a number above 0, up to 10"
    weight = _number(file, path, value, rule)
    if zero and weight == 0:
        return weight
    if not 0 < weight <= WEIGHT_MAX:
        hint = " (what speaks against goes under [against], with a weight above 0)"
        said = hint if weight < 0 else ""
        raise file.error(path, f"the weight {weight} is not allowed; expected {rule}{said}")
    return weight


def _weights(file: TomlFile, table: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for term, value in _table(file, (table,), file.data.get(table, {})).items():
        check_term(file, (table, term), term)
        weights[term] = _weight(file, (table, term), value)
    return weights


def _learned(file: TomlFile) -> dict[str, float]:
    """Return the words adopted from verdicts, with their points of either sign."""
    table = _table(file, ("learned",), file.data.get("learned", {}))
    for word in table:
        if not words(word):
            raise file.error(("learned", word), "expected a word or a phrase")
    return {word: _points(file, ("learned", word), value) for word, value in table.items()}


def _points(file: TomlFile, path: KeyPath, value: object) -> float:
    rule = "a number from -10 to 10"
    points = _number(file, path, value, rule)
    if not -WEIGHT_MAX <= points <= WEIGHT_MAX:
        raise file.error(path, f"{points} is not allowed; expected {rule}")
    return points


def check_term(file: TomlFile, path: KeyPath, term: str) -> None:
    """Refuse what is no word, phrase or prefix; raises ConfigError in words."""
    if _REGEX.search(term):
        problem = (
            "this looks like a regular expression, and there are none here; "
            'use a word, a phrase, or a prefix with * at its end, as "tariff*"'
        )
        raise file.error(path, problem)
    found = words(term)
    if not found or sum(map(len, found)) == 1:
        raise file.error(path, "a single letter or no letter at all matches everything; use a word")
    if term.endswith("*") and len(found[-1]) < PREFIX_MIN_CHARS and len(found) == 1:
        problem = f"a prefix needs at least {PREFIX_MIN_CHARS} letters before its *"
        raise file.error(path, problem)
    # Written in capitals it may be an abbreviation ("US"), which context tells apart.
    if term == term.lower() and all(fold(word) in STOP_WORDS for word in found):
        raise file.error(path, "this stands in nearly every text and tells nothing; use another")


def _parties(file: TomlFile, known: set[str]) -> tuple[str, ...]:
    parties = _texts(file, ("parties",), file.data.get("parties", []))
    for index, party in enumerate(parties):
        if party not in known:
            problem = (
                f'there is no party "{party}"{nearest(party, known) or ";"} '
                f"allowed: {listed(sorted(known))}"
            )
            raise file.error(("parties", index), problem)
    if len(parties) > 2 or len(set(parties)) < len(parties):
        raise file.error(("parties",), "expected two different parties, one, or none")
    return parties


def _source(file: TomlFile) -> SourceArticle | None:
    source = _table(file, ("source",), file.data.get("source", {}))
    _known_keys(file, ("source",), source, ("title", "publisher", "date"))
    if not source:
        return None
    published = source.get("date")
    if isinstance(published, str):
        try:
            published = dt.date.fromisoformat(published)
        except ValueError as error:
            problem = "expected a date, as 2021-08-25"
            raise file.error(("source", "date"), problem) from error
    if isinstance(published, dt.datetime):
        published = published.date()
    if published is not None and not isinstance(published, dt.date):
        raise file.error(("source", "date"), "expected a date, as 2021-08-25")
    title = _text(file, ("source", "title"), source.get("title", ""))
    publisher = _text(file, ("source", "publisher"), source.get("publisher", ""))
    return SourceArticle(title, publisher, published)


def _alias(file: TomlFile, kind: str, text: str, value: object) -> Alias:
    path = (kind, text)
    check_term(file, path, text)
    said = dict(value) if isinstance(value, Mapping) else {"weight": value}
    _known_keys(file, path, said, _ALIAS_KEYS)
    weight = _weight(file, path, said.get("weight", 1.0), zero=True)
    language = said.get("language")
    if language not in {None, "en", "es"}:
        raise file.error((*path, "language"), 'expected "en" or "es"')
    start, end = (_year(file, (*path, key), said.get(key)) for key in ("from", "until"))
    if start is not None and end is not None and start > end:
        problem = f"from {start} until {end} can never be; expected from <= until"
        raise file.error((*path, "until"), problem)
    return Alias(text, kind, weight, start, end, language)


def _year(file: TomlFile, path: KeyPath, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value not in YEARS:
        raise file.error(path, "expected a year from 1900 to 2100, as 2021")
    return value
