"""What the product knows: the alias lists, the five profiles, the default feeds."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from monitor.adapters.home import read_seeds
from monitor.adapters.home.opml import read_opml
from monitor.model import Alias, Party, TopicProfile
from monitor.text import words
from monitor.text.matching import pattern

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
PARTY_FILES = ("bridge", "mexico", "united-states")
PROFILE_NAMES = (
    "economic-dialogue",
    "leaders-security",
    "shared-challenges",
    "standing-migration",
    "strains",
)

PROFILES, PARTIES = read_seeds(ROOT)
by_party = pytest.mark.parametrize("party", PARTIES, ids=lambda party: party.name)
by_profile = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)


def party(name: str) -> Party:
    return next(party for party in PARTIES if party.name == name)


def counts(party: Party, name: str, year: int) -> bool:
    """Tell whether a name, taken as a text would write it, is an alias that counts in a year."""
    return any(
        pattern(alias.text) == pattern(name)
        and (alias.from_year or 0) <= year <= (alias.until_year or 9999)
        for alias in party.aliases
    )


def covered(name: str, patterns: set[str]) -> bool:
    """Tell whether a text that is only `name` holds one of the patterns."""
    return any(text in f"{pattern(name).rstrip()} " for text in patterns)


# ---------------------------------------------------------------- the alias lists


def test_the_parties_are_two_sides_the_bridge_between_them_and_the_rest_of_the_world() -> None:
    assert sorted((p.name, p.is_bridge) for p in PARTIES) == [
        ("bridge", True),
        ("elsewhere", False),
        ("mexico", False),
        ("united-states", False),
    ]


@by_party
def test_a_list_is_long_enough_to_know_its_party(party: Party) -> None:
    at_least = {"mexico": 300, "united-states": 300, "bridge": 100, "elsewhere": 100}
    assert len(party.aliases) >= at_least[party.name]


@by_party
def test_an_alias_has_two_letters_or_more(party: Party) -> None:
    assert [a.text for a in party.aliases if sum(map(len, words(a.text))) < 2] == []


@by_party
def test_an_alias_of_two_or_three_letters_is_told_from_a_word_by_capitals_or_language(
    party: Party,
) -> None:
    spelled_like_no_word = {"bmv", "dhs", "fbi", "fgr", "sb4", "sre"}
    short = {
        alias.text
        for alias in party.aliases
        if len(alias.text.rstrip("*")) <= 3
        and alias.text == alias.text.lower()
        and alias.language is None
    }
    assert short - spelled_like_no_word == set()


@by_party
def test_a_name_stands_once_for_each_language(party: Party) -> None:
    seen = Counter(
        (pattern(alias.text), alias.language, alias.text != alias.text.lower() and alias.text)
        for alias in party.aliases
    )
    assert [key for key, count in seen.items() if count > 1] == []


def weights(name: str) -> dict[str, float]:
    return {pattern(alias.text): alias.weight for alias in party(name).aliases}


def test_what_speaks_of_both_sides_alike_is_a_bridge() -> None:
    """A name may stand on both sides, a prisoner or an ambassador, if it leans to one."""
    mexico, states = weights("mexico"), weights("united-states")
    assert [text for text in mexico.keys() & states.keys() if mexico[text] == states[text]] == []


def test_a_bridge_stands_on_no_side_besides() -> None:
    sides = weights("mexico").keys() | weights("united-states").keys()
    assert sorted(weights("bridge").keys() & sides) == []


@by_party
def test_a_weight_is_a_share_of_certainty(party: Party) -> None:
    assert [a.text for a in party.aliases if not 0.2 <= a.weight <= 1] == []


@by_party
def test_years_run_forward_and_reach_into_the_years_the_lists_are_for(party: Party) -> None:
    backward = [
        a.text for a in party.aliases if (a.from_year or 2012) > (a.until_year or date.max.year)
    ]
    outside = [
        a.text
        for a in party.aliases
        if (a.until_year or 2026) < 2012 or (a.from_year or 2012) > 2026
    ]
    assert (backward, outside) == ([], [])


@pytest.mark.parametrize("name", PARTY_FILES)
def test_a_phrase_that_means_something_else_holds_a_name(name: str) -> None:
    """Without a name in it, it would be there for nothing."""
    listed = party(name)
    patterns = {pattern(alias.text) for alias in listed.aliases}
    assert [phrase for phrase in listed.not_when if not covered(phrase, patterns)] == []


@pytest.mark.parametrize("name", PARTY_FILES)
def test_a_phrase_that_means_something_else_stands_once(name: str) -> None:
    assert [p for p, n in Counter(map(pattern, party(name).not_when)).items() if n > 1] == []


@pytest.mark.parametrize("name", ["mexico", "united-states"])
def test_a_side_has_names_of_every_kind(name: str) -> None:
    kinds = {alias.kind for alias in party(name).aliases}
    assert kinds == {"country", "person", "institution", "place", "company", "law"}


# Who held the offices that make the relation, in the years named.
BEARERS = {
    "mexico": {
        "president": "2012 calderon, 2013 peña nieto, 2017 pena nieto, 2019 lopez obrador,"
        " 2023 amlo, 2025 sheinbaum, 2026 claudia sheinbaum",
        "foreign affairs": "2012 patricia espinosa, 2014 jose antonio meade, 2016 ruiz massieu,"
        " 2018 videgaray, 2020 ebrard, 2024 alicia barcena, 2025 juan ramon de la fuente,"
        " 2025 roberto velasco",
        "ambassador": "2012 arturo sarukhan, 2014 eduardo medina mora, 2015 miguel basañez,"
        " 2016 carlos sada, 2017 geronimo gutierrez, 2019 martha barcena, 2023 esteban moctezuma",
        "economy": "2015 ildefonso guajardo, 2019 graciela marquez, 2021 tatiana clouthier,"
        " 2023 raquel buenrostro, 2026 ebrard",
        "security": "2014 osorio chong, 2019 alfonso durazo, 2022 rosa icela rodriguez,"
        " 2026 garcia harfuch",
        "attorney general": "2012 marisela morales, 2014 murillo karam, 2016 arely gomez,"
        " 2021 gertz manero, 2026 ernestina godoy",
    },
    "united-states": {
        "president": "2012 obama, 2017 trump, 2022 biden, 2025 donald trump",
        "secretary of state": "2012 hillary clinton, 2014 john kerry, 2017 rex tillerson,"
        " 2019 mike pompeo, 2022 blinken, 2026 marco rubio",
        "ambassador": "2013 anthony wayne, 2016 roberta jacobson, 2020 christopher landau,"
        " 2022 ken salazar, 2025 ronald johnson",
        "trade": "2012 ron kirk, 2015 michael froman, 2018 robert lighthizer,"
        " 2022 katherine tai, 2026 jamieson greer",
        "homeland security": "2012 janet napolitano, 2015 jeh johnson, 2017 john kelly,"
        " 2018 kirstjen nielsen, 2019 kevin mcaleenan, 2020 chad wolf, 2022 mayorkas,"
        " 2025 kristi noem, 2026 markwayne mullin",
        "attorney general": "2012 eric holder, 2016 loretta lynch, 2018 jeff sessions,"
        " 2020 william barr, 2022 merrick garland, 2025 pam bondi, 2026 todd blanche",
        "commerce": "2014 penny pritzker, 2018 wilbur ross, 2022 gina raimondo,"
        " 2025 howard lutnick",
        "drug enforcement": "2013 michele leonhart, 2018 uttam dhillon, 2022 anne milgram,"
        " 2025 terrance cole",
    },
}


@pytest.mark.parametrize(
    ("side", "office"), [(side, office) for side in BEARERS for office in BEARERS[side]]
)
def test_who_holds_an_office_is_known_in_the_years_of_office(side: str, office: str) -> None:
    held = [bearer.split(maxsplit=1) for bearer in BEARERS[side][office].split(", ")]
    unknown = [(year, name) for year, name in held if not counts(party(side), name, int(year))]
    assert unknown == []


def test_a_bearer_of_a_common_name_counts_in_office_only() -> None:
    mexico, states = party("mexico"), party("united-states")

    assert [year for year in (2012, 2013, 2014) if counts(mexico, "Calderón", year)] == [2012, 2013]
    assert [year for year in (2017, 2022, 2026) if counts(states, "Salazar", year)] == [2022]


@pytest.mark.parametrize(
    ("side", "names"),
    [
        ("mexico", "México, Mexican, mexicanos, Tijuana, Ciudad Juárez, Pemex, SRE, Banxico, CJNG"),
        ("united-states", "EE. UU., EEUU, EU, U.S., US, estadounidenses, estadunidense, CBP, ICE"),
        ("united-states", "New Mexico, Casa Blanca, White House, Texas, El Paso, OFAC, USTR, DEA"),
        ("bridge", "T-MEC, USMCA, TLCAN, NAFTA, Remain in Mexico, Quédate en México, remesas"),
        ("bridge", "US-Mexico border, HLED, CILA, IBWC, Tratado de aguas, consulado de México"),
    ],
)
def test_both_languages_names_are_known(side: str, names: str) -> None:
    patterns = {pattern(alias.text) for alias in party(side).aliases}
    assert [name for name in names.split(", ") if not covered(name, patterns)] == []


@pytest.mark.parametrize(
    ("side", "phrase"),
    [
        ("mexico", "Gulf of Mexico"),
        ("mexico", "Golfo de México"),
        ("united-states", "Latin American"),
        ("united-states", "Washington Post"),
        ("united-states", "American Airlines"),
        ("united-states", "Baja California"),
        ("united-states", "Estados Unidos Mexicanos"),
    ],
)
def test_a_namesake_is_known_for_what_it_is(side: str, phrase: str) -> None:
    assert covered(phrase, {pattern(other) for other in party(side).not_when})


def test_the_state_of_new_mexico_is_a_name_of_the_united_states_in_capitals() -> None:
    """So "a new Mexico deal" still speaks of Mexico."""
    assert {"New Mexico", "Nuevo México", "New Mexican*"} <= {
        alias.text for alias in party("united-states").aliases
    }


def test_outlets_are_no_evidence() -> None:
    outlets = "el universal, reforma, milenio, excelsior, la jornada, el financiero, proceso"
    patterns = {pattern(alias.text) for party in PARTIES for alias in party.aliases}
    assert [outlet for outlet in outlets.split(", ") if pattern(outlet) in patterns] == []


# ---------------------------------------------------------------- the profiles


def test_there_is_one_profile_for_each_seed_article() -> None:
    assert tuple(profile.name for profile in PROFILES) == PROFILE_NAMES


@by_profile
def test_a_profile_is_about_the_relation_of_the_two(profile: TopicProfile) -> None:
    assert profile.parties == ("mexico", "united-states")


@by_profile
def test_a_profile_has_as_many_terms_as_a_person_can_read(profile: TopicProfile) -> None:
    assert 60 <= len(profile.terms) <= 120


@by_profile
def test_a_term_weighs_up_to_three(profile: TopicProfile) -> None:
    weights = {**profile.terms, **profile.against}
    assert {term: weight for term, weight in weights.items() if not 0 < weight <= 3} == {}


@by_profile
def test_a_term_is_not_counted_twice_by_a_prefix_of_it(profile: TopicProfile) -> None:
    prefixes = {pattern(term): term for term in profile.terms if term.endswith("*")}
    doubled = [
        (term, longer)
        for start, term in prefixes.items()
        for longer in profile.terms
        if longer != term and len(words(longer)) == 1 and pattern(longer).startswith(start)
    ]
    assert doubled == []


@by_profile
def test_a_profile_says_where_it_was_learned_and_what_it_is_about(profile: TopicProfile) -> None:
    assert profile.source is not None
    assert 20 <= len(profile.source.title) <= 80
    assert 20 <= len(words(profile.summary)) <= 60


# One headline a theme and language, written for this test.
HEADLINES = {
    "leaders-security": (
        "The two presidents spoke by phone about sovereignty and a security agreement",
        "Embajador defiende la soberanía y la cooperación en materia de seguridad",
    ),
    "economic-dialogue": (
        "Automakers ask for relief from steel tariffs before the trade agreement is renegotiated",
        "Piden excluir el acero y las autopartes de los aranceles en la revisión del tratado",
    ),
    "standing-migration": (
        "Asylum seekers wait in shelters as deportations rise and consuls visit detention centers",
        "Consulados visitan a connacionales detenidos en redadas antes de su deportación",
    ),
    "shared-challenges": (
        "Binational crews race to stop sewage pollution; vaccines reach border communities",
        "Plan binacional contra las aguas residuales y un brote de sarampión en ambos países",
    ),
    "strains": (
        "Drug kingpin extradited; indictment tells of fentanyl, guns and money laundering",
        "Extraditan a capo por tráfico de armas y lavado de dinero del narcotráfico",
    ),
}


def theme_points(profile: TopicProfile, text: str) -> float:
    read = f"{pattern(text).rstrip()} "
    return sum(weight for term, weight in profile.terms.items() if pattern(term) in read)


@pytest.mark.parametrize("language", [0, 1], ids=["en", "es"])
@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_a_theme_is_strongest_on_its_own_news_in_either_language(name: str, language: int) -> None:
    headline = HEADLINES[name][language]
    points = {profile.name: theme_points(profile, headline) for profile in PROFILES}
    assert max(points, key=points.__getitem__) == name
    assert points[name] >= 4


@pytest.mark.parametrize(
    "subject",
    [
        "ambassador, embajador", "summit, cumbre", "tariffs, aranceles", "USMCA, T-MEC",
        "nearshoring, inversiones", "tomatoes, jitomate", "cattle, ganado", "screwworm, barrenador",
        "genetically modified, transgénico", "asylum, asilo", "deported, deportados",
        "remittances, remesas", "consulate, consulado", "border wall, muro", "visas, visa",
        "fentanyl, fentanilo", "extradited, extraditado", "gun trafficking, tráfico de armas",
        "sanctions, sanciones", "money laundering, lavado de dinero", "energy, energía",
        "natural gas, gas natural", "water treaty, tratado de aguas", "sewage, aguas residuales",
        "climate, ambiental", "health, salud", "vaccines, vacunas", "measles, sarampión",
        "sovereignty, soberanía", "travel advisory, alerta de viaje", "intervention, injerencia",
    ],
)  # fmt: skip
def test_every_subject_of_the_relation_has_a_home_in_both_languages(subject: str) -> None:
    terms = {pattern(term) for profile in PROFILES for term in profile.terms}
    homeless = [name for name in subject.split(", ") if not covered(name, terms)]
    assert homeless == []


# ---------------------------------------------------------------- the default feeds


def outlines() -> list[dict[str, str]]:
    root = ElementTree.parse(ROOT / "feeds.opml").getroot()
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    return [dict(outline.attrib) for outline in root.iter("outline") if "xmlUrl" in outline.attrib]


def test_no_address_is_subscribed_twice() -> None:
    plain = Counter(
        re.sub(r"^https?://(www\.)?", "", feed["xmlUrl"]).rstrip("/") for feed in outlines()
    )
    assert [address for address, count in plain.items() if count > 1] == []


def test_every_feed_says_what_it_is_and_whether_it_was_verified() -> None:
    keys = ["description", "language", "text", "title", "type", "xmlUrl"]
    assert [feed for feed in outlines() if sorted(feed) != keys] == []
    assert {feed["type"] for feed in outlines()} == {"rss"}
    assert {feed["description"] for feed in outlines()} == {"verified July 2026", "not verified"}
    assert [f for f in outlines() if urlsplit(f["xmlUrl"]).scheme not in {"http", "https"}] == []


def test_the_feeds_are_of_both_languages_and_both_countries() -> None:
    reading = read_opml((ROOT / "feeds.opml").read_bytes())

    assert reading.repairs == ()
    assert {feed.language for feed in reading.subscriptions} == {"en", "es"}
    assert {feed.topics[0] for feed in reading.subscriptions} == {
        "Mexico / Español",
        "Mexico / Español, border and regions",
        "Mexico / English",
        "United States / English",
        "Agencies and think tanks",
        "Searches",
    }


# ---------------------------------------------------------------- beside the shared data

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not beside the project")


def shared_feeds() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (SHARED / "feeds" / "us-mexico-feeds.json").read_text(encoding="utf-8")
    )
    return found


@needs_shared
def test_every_verified_feed_is_a_default_feed() -> None:
    """But the one whose address gives an API's JSON, not a feed: its outlet has another."""
    verified = {f["xmlUrl"] for f in outlines() if f["description"].startswith("verified")}
    assert verified == {f["url"] for f in shared_feeds() if "/jsonapi/" not in f["url"]}


@needs_shared
def test_no_sentence_of_a_seed_article_is_in_a_profile() -> None:
    run = 7  # words in a row: no name of an office or treaty is that long
    told = set()
    for path in (SHARED / "seeds").glob("*.txt"):
        said = words(path.read_text(encoding="utf-8"))
        told |= {tuple(said[at : at + run]) for at in range(len(said) - run + 1)}
    for profile in PROFILES:
        text = (ROOT / "seeds" / f"{profile.name}.toml").read_text(encoding="utf-8")
        title = tomllib.loads(text)["source"]["title"]
        said = words(text.replace(title, ""))
        assert [s for at in range(len(said)) if (s := tuple(said[at : at + run])) in told] == []


def test_alias_years_are_whole_years() -> None:
    def years(alias: Alias) -> list[int]:
        return [year for year in (alias.from_year, alias.until_year) if year is not None]

    assert {type(year) for p in PARTIES for alias in p.aliases for year in years(alias)} == {int}
