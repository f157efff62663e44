"""Once a week the receipt says how the monitor itself did, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.adapters.home import open_home
from monitor.config import DigestSettings
from monitor.model import Rendered, Upkeep
from monitor.stages.render import render_issue
from tests.factories import make_digest, make_receipt, make_section
from tests.test_service import ROOT

WEEK = Upkeep(timedelta(days=7), timedelta(hours=166), 12_345, 210, timedelta(hours=1), 84 * 10**6)


def rendered(upkeep: Upkeep | None, language: str) -> Rendered:
    receipt = replace(make_receipt(), upkeep=upkeep)
    return render_issue(
        make_digest(make_section(), receipt=receipt),
        settings=DigestSettings(language=language),  # type: ignore[arg-type]
        zone="UTC",
        templates=open_home(ROOT, {}).templates,
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "In the last seven days the monitor ran for 166 of 168 hours and made 12,345 polls;"
            " 210 of them failed. Its database has 84 MB.",
        ),
        (
            "es",
            "En los últimos siete días el monitor estuvo en marcha 166 de 168 horas e hizo 12,345"
            " consultas; 210 de ellas fallaron. Su base de datos ocupa 84 MB.",
        ),
    ],
)
def test_the_week_is_told_where_it_is_known(language: str, said: str) -> None:
    told, silent = rendered(WEEK, language), rendered(None, language)

    assert said in " ".join(told.text.split())
    assert said in " ".join(told.body_html.split())
    assert said not in " ".join(silent.text.split())
