"""How things stand as Prometheus text; behind the login, as every page is."""

from __future__ import annotations

from monitor.stages.health.metrics import CONTENT_TYPE, ROUTE, metrics
from monitor.stages.health.standing import standing
from monitor.web.desk import Desk, Response, page
from monitor.web.status import facts_of


def _show(desk: Desk) -> Response:
    facts = facts_of(desk)
    text = metrics(facts, standing(facts, desk.now), desk.now)
    return Response(text, media_type=CONTENT_TYPE)


routes = [page(ROUTE, _show)]
