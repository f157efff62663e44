"""What a link in a mail leads to: one page, one button. No login: the token is what counts.

A GET changes nothing, so that a scanner of mail that follows links says nothing in its
reader's name. What a token grants is shown, and nothing besides.
"""

from __future__ import annotations

from dataclasses import replace

from monitor.adapters.publish import issue_page
from monitor.adapters.store import StoredEntry
from monitor.model import Verdict
from monitor.signing import Grant, read_grant
from monitor.web.desk import Desk, Response, action, as_sent, page, refuse, render

_SAYS = {"good": True, "bad": False}


def _grant(desk: Desk, *kinds: str) -> Grant | None:
    """Return what the token in the address grants; the page speaks its reader's language."""
    grant = read_grant(desk.office.link_key(), str(desk.path["token"]))
    if grant is None or grant.kind not in kinds:
        return None
    if digest := desk.home.config.digests.get(grant.digest):
        desk.lang = digest.language
    return grant


def _no_grant(desk: Desk) -> Response:
    return refuse(desk, 404, desk.t["mail_no_grant"])


def _digest_title(desk: Desk, grant: Grant) -> str:
    digest = desk.home.config.digests.get(grant.digest)
    return digest.title if digest else grant.digest


# ---------------------------------------------------------------- a verdict, a story


def _show(desk: Desk) -> Response:
    grant = _grant(desk, "verdict", "story")
    if grant is None:
        return _no_grant(desk)
    if grant.kind == "verdict":
        return _verdict_page(desk, grant, done=False)
    label = grant.subject.removeprefix("issue:")
    if label != grant.subject:
        text = issue_page(desk.home.state / "digests", grant.digest, label)
        return as_sent(text) if text is not None else refuse(desk, 404, desk.t["mail_gone"])
    return _story_page(desk, grant)


def _story_page(desk: Desk, grant: Grant) -> Response:
    found = _entry(desk, grant.subject)
    if found is None:
        return refuse(desk, 404, desk.t["mail_gone"])
    reports = desk.store.reports(found.story) if found.story is not None else [found]
    return render(
        desk,
        "from_mail_story.html",
        title=found.entry.title,
        reports=[report.entry for report in reports],
        scores=found.scores,
        profile_titles={profile.name: profile.title for profile in desk.home.profiles},
    )


def _say(desk: Desk) -> Response:
    grant = _grant(desk, "verdict")
    if grant is None:
        return _no_grant(desk)
    said, _, rest = grant.subject.partition(":")
    number, _, profile = rest.partition(":")
    found = _entry(desk, number)
    if found is None:
        return refuse(desk, 404, desk.t["mail_gone"])
    if desk.form.text("do") == "undo":
        desk.store.take_back(found.entry.key, profile or None, who=grant.recipient)
        return _verdict_page(desk, grant, done=False, undone=True)
    verdict = Verdict(found.entry, _SAYS[said], profile or None, who=grant.recipient)
    desk.store.save_verdicts([verdict], desk.now)
    return _verdict_page(desk, grant, done=True)


def _verdict_page(desk: Desk, grant: Grant, *, done: bool, undone: bool = False) -> Response:
    said, _, rest = grant.subject.partition(":")
    number, _, profile = rest.partition(":")
    found = _entry(desk, number)
    if found is None or said not in _SAYS:
        return refuse(desk, 404, desk.t["mail_gone"])
    titles = {each.name: each.title for each in desk.home.profiles}
    return render(
        desk,
        "from_mail_verdict.html",
        title=desk.t[f"mail_{said}_title"],
        entry=found.entry,
        profile=titles.get(profile, profile),
        good=_SAYS[said],
        done=done,
        undone=undone,
        token=desk.path["token"],
    )


def _entry(desk: Desk, number: str) -> StoredEntry | None:
    found = desk.store.find_entries(f"#{number}") if number.isdecimal() else []
    return replace(found[0], issues=(), omissions=()) if len(found) == 1 else None


# ---------------------------------------------------------------- unsubscribing


def _leaving(desk: Desk) -> Response:
    grant = _grant(desk, "unsubscribe")
    if grant is None:
        return _no_grant(desk)
    return _leaving_page(desk, grant, grant.recipient in desk.store.unsubscribed(grant.digest))


def _leave(desk: Desk) -> Response:
    """Unsubscribe: by the button, or by a mail program's single POST (RFC 8058)."""
    grant = _grant(desk, "unsubscribe")
    if grant is None:
        return _no_grant(desk)
    is_coming_back = desk.form.text("do") == "resubscribe"
    if is_coming_back:
        desk.store.resubscribe(grant.digest, grant.recipient)
    else:
        desk.store.unsubscribe(grant.digest, grant.recipient, desk.now)
    return _leaving_page(desk, grant, not is_coming_back, done=True)


def _leaving_page(desk: Desk, grant: Grant, has_left: bool, *, done: bool = False) -> Response:
    return render(
        desk,
        "from_mail_leave.html",
        title=desk.t["mail_leave_title"],
        digest=_digest_title(desk, grant),
        recipient=grant.recipient,
        has_left=has_left,
        done=done,
        token=desk.path["token"],
    )


routes = [
    page("/m/{token}", _show),
    action("/m/{token}", _say),
    page("/u/{token}", _leaving),
    action("/u/{token}", _leave),
]
