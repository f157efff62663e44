"""How things stand, for a person and for a machine."""

from __future__ import annotations

import platform
from dataclasses import asdict
from datetime import timedelta

from monitor import __version__
from monitor.model import OutboxState
from monitor.pipeline.standing import standing_facts
from monitor.stages.health.standing import ALIVE_WITHIN, Facts, must_act, standing
from monitor.web.desk import Desk, Response, page, plain_json, render
from monitor.web.memo import Memo

NAV = ("/status", "nav_status")
NEWS_SPAN = timedelta(days=7)  # how long a change of a feed is shown
NEWS_MAX = 20

# Anybody may ask, and often. What is told is at most 20 s old, of things that are late after
# three minutes at the earliest; beside a poll counting takes a third of a second.
_FACTS = Memo[Facts](timedelta(seconds=5), serve=timedelta(seconds=20))


def facts_of(desk: Desk) -> Facts:
    """Return how things stand, or stood some seconds ago."""
    return _FACTS.get(desk, "facts", lambda desk: standing_facts(desk.store, desk.home, desk.now))


def _show(desk: Desk) -> Response:
    facts = facts_of(desk)
    matters = standing(facts, desk.now, desk.lang)
    seen = facts.heartbeat_at
    return render(
        desk,
        "status.html",
        title=desk.t["nav_status"],
        facts=facts,
        matters=matters,
        is_red=must_act(matters),
        has_run=seen is not None or facts.once_at is not None,
        is_alive=seen is not None and desk.now - seen < ALIVE_WITHIN,
        queue={
            desk.t[f"outbox_{state.value}"]: facts.outbox[state]
            for state in OutboxState
            if facts.outbox.get(state)
        },
        news=desk.store.feed_news(desk.now - NEWS_SPAN)[-NEWS_MAX:][::-1],
        digests=desk.home.config.digests,
        versions=_versions(desk),
    )


def _versions(desk: Desk) -> dict[str, str]:
    return {
        "monitor": __version__,
        "Python": platform.python_version(),
        "SQLite": desk.store.sqlite_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _health(desk: Desk) -> Response:
    """Answer a machine: 200 when all is well, 503 when a person must act.

    Who is not logged in learns that and no more.
    """
    matters = standing(facts_of(desk), desk.now)
    is_well = not must_act(matters)
    told: dict[str, object] = {"ok": is_well}
    if desk.user:
        told |= {"version": __version__, "matters": [asdict(matter) for matter in matters]}
    return plain_json(told, 200 if is_well else 503)


routes = [page("/status", _show), page("/health", _health)]
