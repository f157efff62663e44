"""The digests: every issue as it was sent, the outbox, the next issue, settings and recipients."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from monitor.adapters import publish
from monitor.config import DigestSettings
from monitor.model import OutboxMessage, OutboxState
from monitor.pipeline.digests.digest_settings import (
    Value,
    change_digest,
    is_address,
    is_name,
    mark_of,
    new_digest,
)
from monitor.pipeline.digests.plans import plan_of
from monitor.pipeline.digests.preview import preview, send_test
from monitor.stages import due
from monitor.text import clean
from monitor.web.desk import Desk, Response, action, as_sent, chosen, page, redirect, refuse, render
from monitor.web.today import ISSUES

NAV = ("/digests", "nav_digests")
ISSUES_SHOWN = 30
OUTBOX_SHOWN = 40
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
QUIETS = ("skip", "receipt", "weekly")
RECIPIENTS_MAX = 500
BY_HAND = "dropped by hand"
# States in which a person can do something, what may have arrived last.
OPEN = (OutboxState.QUEUED, OutboxState.RETRY)
LOST = (OutboxState.FAILED, OutboxState.UNCERTAIN, OutboxState.DROPPED)
_LABEL = re.compile(r"\d{4}-\d{2}-\d{2}-\d{4,6}")


def _list(desk: Desk) -> Response:
    records = desk.store.issues(limit=ISSUES_SHOWN)
    return render(
        desk,
        "digests.html",
        title=desk.t["nav_digests"],
        digests=desk.home.config.digests,
        next_at={name: _next(desk, name) for name in desk.home.config.digests},
        last_at={
            name: desk.store.last_issued_at(name, desk.now) for name in desk.home.config.digests
        },
        records=records,
        outbox=[(item, _deeds(item)) for item in desk.store.outbox(limit=OUTBOX_SHOWN)],
    )


def _next(desk: Desk, name: str) -> datetime | None:
    settings = desk.home.config.digests[name]
    slot = due.next_slot(settings, settings.zone or desk.home.config.zone, desk.now)
    return slot.due_at if slot else None


def _deeds(item: OutboxMessage) -> tuple[str, ...]:
    if item.state in OPEN:
        return ("drop",)
    return ("again",) if item.state in LOST else ()


def _settings(desk: Desk) -> DigestSettings | None:
    return desk.home.config.digests.get(str(desk.path["name"]))


def _show(desk: Desk) -> Response:
    settings = _settings(desk)
    if settings is None:
        return refuse(desk, 404, desk.t["digests_unknown"])
    name = str(desk.path["name"])
    return render(
        desk,
        "digest.html",
        title=settings.title or name,
        name=name,
        settings=settings,
        seen=mark_of(settings),
        next_at=_next(desk, name),
        records=desk.store.issues(name, limit=ISSUES_SHOWN),
        profiles=desk.home.profiles,
        days=DAYS,
        quiets=QUIETS,
        can_mail=bool(desk.home.config.mail.host),
    )


def _preview(desk: Desk) -> Response:
    if _settings(desk) is None:
        return refuse(desk, 404, desk.t["digests_unknown"])
    rendered = preview(desk.store, plan_of(desk.home, str(desk.path["name"])), desk.now)
    return as_sent(rendered.page_html or rendered.body_html)


def _issue(desk: Desk) -> Response:
    name, label = str(desk.path["name"]), str(desk.path["label"])
    known = is_name(name) or name in desk.home.config.digests
    found = None
    if known and _LABEL.fullmatch(label):
        found = publish.issue_page(desk.home.state / "digests", name, label)
    return as_sent(found) if found is not None else refuse(desk, 404, desk.t["digests_no_issue"])


# ---------------------------------------------------------------- deeds


def _save(desk: Desk) -> Response:
    settings = _settings(desk)
    if settings is None:
        return refuse(desk, 404, desk.t["digests_unknown"])
    name = str(desk.path["name"])
    if desk.form.text("seen") not in ("", mark_of(settings)):
        return refuse(desk, 409, desk.t["changed_meanwhile"])
    if not change_digest(desk.home, name, _values(desk)):
        return redirect(desk, f"/digests/{name}", said="nothing_changed")
    ISSUES.forget(desk.office)
    return redirect(desk, f"/digests/{name}", said="saved")


def _values(desk: Desk) -> Mapping[str, Value]:
    """Return what the form says, as far as it says anything; what is wrong is refused later."""
    form = desk.form
    length, shift = form.number("length"), form.number("threshold_shift")
    names = [profile.name for profile in desk.home.profiles]
    wanted = [name for name in form.texts("profiles") if name in names]
    return {
        "title": clean(form.text("title"))[:200],
        "times": [part for part in re.split(r"[\s,;]+", form.text("times")) if part],
        "days": [day for day in DAYS if day in form.texts("days")],
        "recipients": [
            line for each in form.text("recipients").splitlines() if (line := clean(each))
        ][:RECIPIENTS_MAX],
        "profiles": [] if len(wanted) == len(names) else wanted,
        "language": chosen(form.text("language"), ("en", "es"), "en"),
        "length": int(length)
        if length is not None
        else desk.home.config.digests[str(desk.path["name"])].length,
        "threshold_shift": round(shift, 3) if shift is not None else 0.0,
        "quiet": chosen(form.text("quiet"), QUIETS, "weekly"),
    }


def _new(desk: Desk) -> Response:
    name = clean(desk.form.text("name")).casefold().replace(" ", "-")
    if not is_name(name) or name in desk.home.config.digests:
        return refuse(desk, 400, desk.t["digests_bad_name"])
    new_digest(desk.home, name)
    return redirect(desk, f"/digests/{name}", said="saved")


def _test(desk: Desk) -> Response:
    to = desk.form.text("to").strip()
    if _settings(desk) is None:
        return refuse(desk, 404, desk.t["digests_unknown"])
    if not is_address(to):
        return refuse(desk, 400, desk.t["digests_bad_address"])
    name = str(desk.path["name"])
    send_test(desk.store, desk.home, plan_of(desk.home, name), to, desk.now)
    return redirect(desk, f"/digests/{name}", said="digests_test_sent")


def _outbox(desk: Desk) -> Response:
    item = desk.store.outbox_message(str(desk.path["number"]))
    deed = desk.form.text("do")
    if item is None or deed not in _deeds(item):
        return refuse(desk, 409, desk.t["digests_not_open"])
    if deed == "drop":
        done = desk.store.mark_dropped(item.message.id, BY_HAND)
    else:
        done = desk.store.send_again(item.message.id, desk.now)
    if not done:
        return refuse(desk, 409, desk.t["digests_not_open"])
    return redirect(desk, "/digests", said=f"digests_said_{deed}")


routes = [
    page("/digests", _list),
    action("/digests/new", _new),
    page("/digests/{name}", _show),
    page("/digests/{name}/preview", _preview),
    page("/digests/{name}/issues/{label}", _issue),
    action("/digests/{name}/save", _save),
    action("/digests/{name}/test", _test),
    action("/outbox/{number:int}", _outbox),
]
