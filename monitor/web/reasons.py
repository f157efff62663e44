"""The reasons of a score in the reader's language: how score.py labels them, said in words."""

from __future__ import annotations

from collections.abc import Mapping

# How a label begins, and the name of the words for it; the rest is the term or the party.
_BEGINNINGS = (
    ("theme: ", "reason_theme"),
    ("against: ", "reason_against"),
    ("verdicts: ", "reason_verdicts"),
    ("both: ", "reason_both"),
    ("less of ", "reason_less"),
    ("nothing of ", "reason_nothing"),
)
# The parties that come with the program; one of somebody's own keeps its name.
_PARTIES = {
    "Mexico": "party_mexico",
    "United States": "party_united_states",
    "Elsewhere": "party_elsewhere",
}
_WHOLE = {
    "to begin with": "reason_begin",
    "verdicts on other entries": "reason_offset",
    "alike in meaning": "reason_meaning",
    "the theme": "reason_the_theme",
}


def say_reason(label: str, t: Mapping[str, str]) -> str:
    """Return a reason's label in the language of `t`."""
    if label in _WHOLE:
        return t[_WHOLE[label]]
    for beginning, name in _BEGINNINGS:
        if label.startswith(beginning):
            rest = label.removeprefix(beginning)
            if name in ("reason_less", "reason_nothing"):
                rest = t[_WHOLE[rest]] if rest in _WHOLE else _party(rest, t)
            return t[name].format(term=rest).replace(" de el ", " del ")
    party, colon, alias = label.partition(": ")
    return f"{_party(party, t)}{colon}{alias}"


def _party(title: str, t: Mapping[str, str]) -> str:
    return t[_PARTIES[title]] if title in _PARTIES else title
