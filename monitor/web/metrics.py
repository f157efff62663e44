"""How things stand as Prometheus text; behind the login, as every page is."""

from __future__ import annotations

from monitor.pipeline.standing import standing_facts
from monitor.stages.health.metrics import CONTENT_TYPE, ROUTE, metrics
from monitor.stages.health.standing import standing
from monitor.web.desk import Desk, Response, page


def _show(desk: Desk) -> Response:
    facts = standing_facts(desk.store, desk.home, desk.now)
    text = metrics(facts, standing(facts, desk.now), desk.now)
    return Response(text, media_type=CONTENT_TYPE)


routes = [page(ROUTE, _show)]
