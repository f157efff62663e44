"""Two titles of one pattern with other words in its gaps: two events, however alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.stages.cluster.kept_terms import KeptTerms
from monitor.stages.cluster.terms import EVERYWHERE

# A pattern is short. Titles with more in common than this are two wordings of one report,
# unless names are all that tells them apart.
PATTERN_SIGNS: Final = 4


def fill_one_pattern(one: KeptTerms, other: KeptTerms) -> bool:
    """Tell whether two titles of one language are one pattern filled in two ways.

    "Mayor killed in Colima" and "Mayor killed in Sonora" are: what they share stands in one
    order, and wherever one says something of its own, so does the other. A report in other
    words moves, adds or leaves out. Numbers fill no gap: the dead of one quake are 12, then 15.
    """
    ones, others = one.order, other.order
    shared = set(ones) & set(others)
    if not shared or one.language != other.language:
        return False
    if len(shared - EVERYWHERE) > PATTERN_SIGNS and not _only_names_differ(one, other):
        return False
    order = [sign for sign in dict.fromkeys(ones) if sign in shared]
    if order != [sign for sign in dict.fromkeys(others) if sign in shared]:
        return False
    filled = _filled(ones, order)
    return any(filled) and filled == _filled(others, order)


def _only_names_differ(one: KeptTerms, other: KeptTerms) -> bool:
    names = one.names | other.names
    return all(sign in names or _is_number(sign) for sign in set(one.order) ^ set(other.order))


def _is_number(sign: str) -> bool:
    return sign.lstrip("#")[:1].isdigit()


def _filled(signs: Sequence[str], order: Sequence[str]) -> list[bool]:
    """Tell of each place before, between and after the shared signs whether it is filled."""
    filled, known = [False], 0
    shared = set(order)
    for sign in signs:
        if known < len(order) and sign == order[known]:
            filled.append(False)
            known += 1
        elif sign not in shared and not _is_number(
            sign
        ):  # a shared sign that is repeated says nothing of its own
            filled[-1] = True
    return filled
