"""The word tables of folding, field by field: what the two languages call by different words."""

from __future__ import annotations

from typing import Final

from monitor.stages.cluster.words.acts import ACTS
from monitor.stages.cluster.words.deeds import DEEDS
from monitor.stages.cluster.words.matters import MATTERS
from monitor.stages.cluster.words.money import MONEY
from monitor.stages.cluster.words.names import NAMES
from monitor.stages.cluster.words.nature import NATURE
from monitor.stages.cluster.words.offices import CAPITALS, OFFICES, TITLED
from monitor.stages.cluster.words.places import COUNTRIES, REGIONS, STATES
from monitor.stages.cluster.words.public import PUBLIC
from monitor.stages.cluster.words.small import SMALL
from monitor.stages.cluster.words.society import SOCIETY
from monitor.stages.cluster.words.things import THINGS

# Of two tables that know a word the first speaks.
THING_TABLES: Final = (THINGS, DEEDS, PUBLIC, MONEY, SOCIETY, NATURE)
PLACE_TABLES: Final = (COUNTRIES, REGIONS, STATES)
NAME_TABLES: Final = (NAMES, OFFICES, *PLACE_TABLES)

__all__ = [
    "ACTS",
    "CAPITALS",
    "MATTERS",
    "NAME_TABLES",
    "PLACE_TABLES",
    "SMALL",
    "THING_TABLES",
    "TITLED",
]
