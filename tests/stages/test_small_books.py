"""A young book holds little, so everything looks rare: still no event hides another.

Each list is a whole book of different events that share a theme, an actor or a pattern.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest

from monitor.model import Entry
from monitor.stages.cluster import fold_entries
from monitor.stages.cluster.template import fill_one_pattern
from monitor.stages.cluster.terms import terms_of
from tests.factories import NOON, make_entry

APART = {
    "one theme in English": (
        "en",
        "Tariff on Brazilian coffee delayed until August",
        "Tariff on Canadian lumber raised again",
        "Trump threatens tariff on French wine",
        "Trump threatens tariff on Indian medicine",
        "Violin makers dread the tariff on rosewood",
        "Inside the room where the tariff was written",
        "My grandfather survived the tariff of 1930",
        "Cheese importers stockpile before the tariff",
        "How a tariff changed the harbor of Savannah",
        "Why the tariff is popular in Youngstown",
        "Wedding dresses become dearer under the tariff",
        "Korea sends team to Washington for tariff talks",
        "Beer makers complain about aluminum tariff",
        "Toy maker moves production to avoid tariff",
    ),
    "one theme in Spanish": (
        "es",
        "Trump amenaza con arancel al vino francés",
        "Trump amenaza con arancel a medicinas de India",
        "El arancel que divide a una familia de apicultores",
        "Cómo un arancel cambió el muelle de Savannah",
        "Los violeros temen el arancel al palisandro",
        "El abuelo que sobrevivió al arancel de 1930",
        "Queseros acopian antes del arancel",
        "Vestidos de novia se encarecen por el arancel",
        "Por qué el arancel gusta en Youngstown",
        "Cerveceros se quejan del arancel al aluminio",
    ),
    "three words and a theme": (
        "en",
        "Tariff on steel",
        "Tariff on copper",
        "Tariff on tomatoes",
        "Tariff on trucks",
    ),
    "one visitor": (
        "en",
        "President Lopez visits flooded towns in Veracruz",
        "President Lopez visits new hospital in Puebla",
        "President Lopez visits port of Manzanillo",
        "President Lopez visits family of slain mayor",
        "Governor Ruiz visits new hospital in Merida",
        "Governor Ruiz visits car plant in Puebla",
        "Pope Leo visits refugees in Lampedusa",
    ),
    "one visitor, in Spanish": (
        "es",
        "Sheinbaum visita Puebla e inaugura hospital",
        "Sheinbaum visita Oaxaca e inaugura carretera",
        "Sheinbaum visita Tabasco y supervisa tren",
        "Sheinbaum visita Colima y entrega viviendas",
        "Gobernador visita Tlaxcala y entrega becas",
        "Embajador visita Monterrey y se reúne con empresarios",
        "Embajador visita Guadalajara y se reúne con rectores",
    ),
    "daily columns": (
        "es",
        "Conferencia de prensa de la presidenta Claudia Sheinbaum 16 de julio",
        "Conferencia de prensa de la presidenta Claudia Sheinbaum 17 de julio",
        "Mañanera del pueblo, 16 de julio de 2026",
        "Mañanera del pueblo, 17 de julio de 2026",
        "Tipo de cambio: precio del dólar hoy 16 de julio",
        "Tipo de cambio: precio del dólar hoy 17 de julio",
    ),
    "numbered lists": (
        "en",
        "5 things to know before the stock market opens Thursday",
        "7 things to know about the new passport rules",
        "10 things to do in Austin this weekend",
        "10 things to do in Dallas this weekend",
        "12 best books of the summer",
        "12 best films of the summer",
        "6 takeaways from the Fed meeting",
        "6 takeaways from the House hearing",
    ),
    "results": (
        "en",
        "Dodgers beat Giants 5-2 behind strong start",
        "Dodgers beat Padres 7-3 in series opener",
        "Yankees beat Red Sox 4-1 at home",
        "Yankees beat Orioles 6-0 in Baltimore",
        "Mets lose to Braves in extra innings",
    ),
    "weather": (
        "en",
        "Heavy rain and flood warning for Houston this weekend",
        "Heavy rain and flood warning for Tampa this weekend",
        "Heat advisory for Phoenix through Thursday",
        "Heat advisory for Dallas through Friday",
    ),
    "weather, in Spanish": (
        "es",
        "Clima hoy en Monterrey: lluvia y calor extremo",
        "Clima hoy en Guadalajara: lluvia y granizo",
        "Lluvias fuertes en Chiapas por onda tropical",
    ),
    "markets": (
        "en",
        "Wall Street closes higher as tech shares rise",
        "European shares close lower as banks fall",
        "Oil prices fall as supply grows",
    ),
    "climate": (
        "es",
        "Cambio climático agravó la ola de calor en India, según estudio",
        "Cambio climático agravó los incendios en Chile, según estudio",
        "Cambio climático amenaza al café de Colombia, según estudio",
        "Emisiones de carbono del transporte marítimo aumentan",
        "Emisiones de carbono de la aviación aumentan",
        "Deforestación en la Amazonia cae por tercer año",
        "Deforestación en el Congo sube por tercer año",
        "Energía solar supera al carbón en la Unión Europea",
        "Energía eólica supera al gas en Reino Unido",
        "Hielo marino del Ártico llega a mínimo histórico",
    ),
    "a city": (
        "es",
        "Ayuntamiento de Sevilla aprueba el presupuesto",
        "Ayuntamiento de Málaga aprueba el presupuesto",
        "Ayuntamiento de Sevilla retira terrazas del centro",
        "Alcalde de Valencia presenta plan de vivienda",
        "Alcalde de Bilbao presenta plan de tráfico",
        "Policía detiene a un hombre por robo en Triana",
        "Policía detiene a una mujer por estafa en Granada",
        "Vecinos protestan por ruido en el centro",
        "Vecinos protestan por cierre de escuela",
    ),
    "technology": (
        "en",
        "Apple unveils new phone with larger screen",
        "Samsung unveils new phone with folding screen",
        "Microsoft to lay off 9,000 workers",
        "Intel to lay off 5,000 workers",
        "Startup raises $40 million for AI chips",
        "Startup raises $25 million for AI lawyers",
        "EU opens probe into X over data use",
        "EU opens probe into TikTok over child safety",
        "Amazon data center in Ohio draws protest",
        "Google data center in Arizona draws protest",
    ),
    "crime": (
        "en",
        "Three men arrested with guns in Laredo",
        "Two men arrested with guns in El Paso",
        "Cartel leader sentenced to 20 years in Texas",
        "Cartel leader sentenced to 30 years in Chicago",
        "Mayor killed in Michoacan",
        "Mayor killed in Guerrero",
        "Journalist killed in Veracruz",
    ),
    "two entries": ("en", "Mayor names new police chief", "Mayor names new fire chief"),
    "two entries in Spanish": (
        "es",
        "Gobierno anuncia apoyo a productores de maíz",
        "Gobierno anuncia apoyo a productores de leche",
    ),
}

TOGETHER = (
    (
        ("en", "Glacier collapse buries Swiss village of Blatten"),
        ("es", "Colapso de glaciar sepulta el pueblo suizo de Blatten"),
    ),
    (
        ("en", "Great Barrier Reef suffers worst coral bleaching on record"),
        ("en", "Worst bleaching ever recorded hits Great Barrier Reef corals"),
    ),
    (
        ("en", "Microsoft to lay off 9,000 workers in third round of cuts"),
        ("es", "Microsoft despedirá a 9,000 empleados en tercera ronda de recortes"),
    ),
    (
        ("en", "Apple loses appeal against Epic over App Store fees"),
        ("en", "Appeals court rules against Apple in Epic App Store fight"),
    ),
    (
        ("en", "City council approves $12 million budget for Riverside library"),
        ("en", "Riverside library budget of $12 million wins council approval"),
    ),
    (
        ("es", "Alcalde de Bilbao presenta plan de tráfico para el Casco Viejo"),
        ("es", "Bilbao cierra al tráfico el Casco Viejo con el plan del alcalde"),
    ),
    (
        ("en", "Tariff on Brazilian coffee delayed until August"),
        ("en", "Trump delays tariff on coffee from Brazil until August"),
    ),
)

COMMON_NOUNS = (
    "lantern violin orchard sparrow kettle bridge ladder window basket candle garden pillow river"
    " blanket hammer ribbon saddle feather mirror pocket barrel anchor pepper ticket chapel meadow"
    " thimble copper walnut harbor"
).split()

# The same, but words that the tables know.
KNOWN_NOUNS = (
    "apple dog horse camera pillow engine doctor teacher kitchen castle soup piano coat desk lemon"
    " rabbit tower ocean flag clock grass whale boot spoon sofa rope carpet crown turtle shovel"
).split()


def book_of(*headlines: tuple[str, str]) -> list[Entry]:
    """Return entries of as many outlets, an hour apart."""
    return [
        make_entry(
            f"e{number}",
            feed=number,
            outlet=f"Outlet {number}",
            title=title,
            language=language,
            published_at=NOON + timedelta(hours=number),
        )
        for number, (language, title) in enumerate(headlines)
    ]


@pytest.mark.parametrize("name", APART)
def test_events_that_share_a_theme_or_a_pattern_stay_apart(name: str) -> None:
    language, *titles = APART[name]

    found = fold_entries(book_of(*((language, title) for title in titles)))

    folded = [(titles[first], titles[at]) for at, first in enumerate(found) if at != first]
    assert folded == []


@pytest.mark.parametrize("theme", ["Tariff", "Glacier", "Orchestra", "City council", "Wildfire"])
@pytest.mark.parametrize("nouns", [COMMON_NOUNS, KNOWN_NOUNS])
def test_thirty_titles_of_a_theme_and_common_nouns_are_no_story(
    theme: str, nouns: list[str]
) -> None:
    dice = random.Random(5)
    titles = [f"{theme} {' '.join(dice.sample(nouns, 4))}" for _ in range(30)]

    found = Counter(fold_entries(book_of(*(("en", title) for title in titles))))

    # By chance two have three of their four nouns in common: those may fold.
    assert len(found) >= 28


@pytest.mark.parametrize("reports", TOGETHER)
def test_one_event_of_any_subject_folds_in_a_book_of_two(
    reports: tuple[tuple[str, str], ...],
) -> None:
    assert fold_entries(book_of(*reports)) == (0, 0)


def test_events_of_every_subject_fold_in_one_book() -> None:
    found = fold_entries(book_of(*(report for reports in TOGETHER for report in reports)))

    assert found == tuple(number - number % 2 for number in range(2 * len(TOGETHER)))


@pytest.mark.parametrize(
    ("one", "other", "is_pattern"),
    [
        ("Mayor killed in Colima", "Mayor killed in Sonora", True),
        ("Mayor killed in Colima", "In Colima, mayor killed", False),  # moved
        ("Mayor killed in Colima", "Mayor of Tecoman killed in Colima", False),  # added
        ("Mayor killed in Colima", "Mayor killed", False),  # left out
        ("Mayor killed in Colima", "Mayor killed in Colima", False),
        ("Quake kills 12 in Oaxaca", "Quake kills 15 in Oaxaca", False),
        ("Peso gains ground", "Court hears appeal", False),  # nothing shared
        (
            "Heavy rain and flood warning for farms near Houston",
            "Heavy rain and flood warning for farms near Tampa",
            True,  # long, but only a name tells them apart
        ),
        (
            "Senate asks court to block truck ban at border bridge",
            "Senate urges court to halt truck ban at border crossing",
            False,  # long: another wording
        ),
    ],
)
def test_a_pattern_is_filled_in_two_ways(one: str, other: str, is_pattern: bool) -> None:
    first, second = book_of(("en", one), ("en", other))

    assert fill_one_pattern(terms_of(first), terms_of(second)) is is_pattern


def test_titles_of_two_languages_are_no_pattern() -> None:
    spanish, english = book_of(
        ("es", "Alcalde asesinado en Colima"), ("en", "Mayor killed in Sonora")
    )

    assert fill_one_pattern(terms_of(spanish), terms_of(english)) is False


def test_a_word_that_no_table_knows_tells_as_much_as_one_that_a_table_knows() -> None:
    weights = terms_of(make_entry(title="Why glaziers dread the tariff", language="en")).weights

    assert weights["tariff"] == pytest.approx(1.2)
    assert set(weights.values()) >= {1.0}


def test_in_a_title_of_many_known_terms_an_unknown_word_tells_little() -> None:
    title = "Senate rejects tariff on steel and cement from Canada, says glazier"
    weights = terms_of(make_entry(title=title, language="en")).weights

    assert min(weights.values()) == pytest.approx(0.2)
