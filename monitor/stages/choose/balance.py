"""Which country an outlet is of, as far as the folders of feeds.opml tell it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.text import fold

# English and Spanish names, and what else people call a folder. A country that is missing
# is not counted: what is not known is not guessed.
_COUNTRIES: Final = """
Mexico = México = mx; United States = Estados Unidos = usa = us = eeuu = ee.uu. = eu; Spain =
España = es; Canada = Canadá = ca; Guatemala = Guatemala = gt; Honduras = Honduras = hn;
El Salvador = El Salvador = sv; Cuba = Cuba; Colombia = Colombia; Venezuela = Venezuela;
Argentina = Argentina; Brazil = Brasil; Chile = Chile; Peru = Perú; Panama = Panamá; Costa Rica =
Costa Rica; United Kingdom = Reino Unido = uk; France = Francia; Germany = Alemania; Italy =
Italia; China = China; Japan = Japón; India = India; Qatar = Catar
"""
_NAMES: Final = {
    fold(name.strip()): (names[0].strip(), names[1].strip())
    for names in (line.split("=") for line in " ".join(_COUNTRIES.split()).split(";"))
    for name in names
}


def country_of(folders: Sequence[str], language: str) -> str:
    """Return the country that the innermost telling folder names, in English or Spanish.

    "" when none does.
    """
    for folder in reversed(folders):
        names = _NAMES.get(fold(folder).strip())
        if names:
            return names[1 if language == "es" else 0]
    return ""
