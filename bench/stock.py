"""Plain words of both languages, of which benchmarks make their texts."""

from __future__ import annotations

PLAIN = {
    "en": (
        "the of and to a in that for is on with said was by as at from have will new people year"
        " after more government first week company city report time officials public group plan"
        " two its his who been would last could state make high market home work court local"
    ).split(),
    "es": (
        "de la que el en y a los se del las un por con no una su para es al lo como más gobierno"
        " año personas país ciudad empresa nuevo semana primer después informe público plan dos"
        " entre millones hasta desde parte trabajo mercado día estado número también según sobre"
    ).split(),
}
