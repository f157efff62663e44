"""The login: a cookie of random bytes, a password, and patience with who guesses."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.adapters.store import Store
from monitor.web.desk import Desk, Response, action, page, redirect, render
from monitor.web.office import Office
from monitor.web.paths import safe_path
from monitor.web.visit import Visit, is_loopback

SESSION = timedelta(days=30)
FREE_TRIES = 5  # before each try makes the next one wait
TRIES_MAX = 10  # of one address, before it waits for all of `WINDOW`
ALL_TRIES_MAX = 20  # of everybody together who was never logged in
WINDOW = timedelta(minutes=15)
EVERYBODY = "everybody"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN_BYTES = 32
_KNOWN = timedelta(days=400)  # as long as browsers keep a cookie
_trying = threading.BoundedSemaphore(2)  # each takes 32 MB for a moment


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser: by its cookie, which is a session's once it is logged in."""

    token: str
    is_new: bool  # it brought no cookie of ours, and gets this one
    is_owner: bool


def recognise(office: Office, visit: Visit, now: datetime) -> Visitor:
    """Return who asks. Without a password it is the owner, where nobody else can ask."""
    brought = visit.cookies.get(cookie_name(visit), "")
    is_ours = _TOKEN.fullmatch(brought) is not None
    token = brought if is_ours else secrets.token_urlsafe(_TOKEN_BYTES)
    password = office.password()
    if password is None:
        web = office.home().config.web
        # What a proxy brings from outside may look like this machine: then nobody is let in.
        is_owner = not web.public_url and is_loopback(visit.peer) and not visit.was_forwarded
    elif is_ours:
        with office.read_stores.lent() as store:
            is_owner = store.has_session(token, password.mark, now)
    else:
        is_owner = False
    return Visitor(token, not is_ours, is_owner)


def cookie_name(visit: Visit, what: str = "desk") -> str:
    # Browsers take this prefix from https only, for this very host and its whole path only.
    return f"__Host-{what}" if visit.is_secure else what


def cookie_header(
    value: str, visit: Visit, *, what: str = "desk", lasting: timedelta | None = None
) -> str:
    """Return a Set-Cookie; without `lasting` the browser keeps it until it is closed."""
    parts = [f"{cookie_name(visit, what)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if lasting is not None:
        parts.append(f"Max-Age={int(lasting.total_seconds())}")
    if visit.is_secure:
        parts.append("Secure")
    return "; ".join(parts)


def csrf_token(office: Office, token: str) -> str:
    """Return what the forms of a browser hold; another browser's are of no use."""
    return hmac.new(office.key("forms"), token.encode(), hashlib.sha256).hexdigest()


# ---------------------------------------------------------------- the pages


def _show(desk: Desk) -> Response:
    if desk.user:
        return redirect(desk, "/")
    return _form(desk, "", 200)


def _form(desk: Desk, problem: str, status: int) -> Response:
    wanted = safe_path((desk.form if desk.is_post else desk.query).text("next") or "/")
    return render(
        desk, "login.html", code=status, title=desk.t["log_in"], problem=problem, wanted=wanted
    )


def _log_in(desk: Desk) -> Response:
    office, password, visit = desk.office, desk.office.password(), desk.visit
    if password is None:
        return redirect(desk, "/")
    whose = _whose(desk)
    wait = reserve(desk.store, whose, desk.now)
    if wait is not None:
        words = desk.t["login_wait"].format(minutes=max(1, -(-int(wait.total_seconds()) // 60)))
        response = _form(desk, words, 429)
        response.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
        return response
    with _trying:
        is_right = password.matches(desk.form.text("password"))
    if not is_right:
        return _form(desk, desk.t["login_wrong"], 401)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    desk.store.forget_attempts(whose)
    desk.store.open_session(
        token, password.mark, desk.now, lasting=SESSION, instead_of=desk.visitor_token
    )
    response = redirect(desk, safe_path(desk.form.text("next") or "/"))
    response.headers.append("Set-Cookie", cookie_header(token, visit, lasting=SESSION))
    known = cookie_header(_known(office, password.mark), visit, what="known", lasting=_KNOWN)
    response.headers.append("Set-Cookie", known)
    return response


def _log_out(desk: Desk) -> Response:
    desk.store.close_session(desk.visitor_token)
    response = redirect(desk, "/login")
    gone = cookie_header("", desk.visit, lasting=timedelta(0))
    response.headers.append("Set-Cookie", gone)
    return response


# ---------------------------------------------------------------- patience


def _known(office: Office, mark: bytes) -> str:
    """Return what a browser that once knew the password may show later: a name, signed."""
    name = secrets.token_urlsafe(16)
    return f"{name}.{_signed(office, name, mark)}"


def _signed(office: Office, name: str, mark: bytes) -> str:
    said = name.encode() + mark
    return hmac.new(office.key("known browsers"), said, hashlib.sha256).hexdigest()


def _whose(desk: Desk) -> tuple[str, ...]:
    """Return on whose account a try goes.

    A browser that was logged in before has one of its own: strangers who guess, from
    however many addresses, do not lock the owner out.
    """
    password = desk.office.password()
    name, _, signature = desk.visit.cookies.get(cookie_name(desk.visit, "known"), "").partition(".")
    if password is not None and signature:
        expected = _signed(desk.office, name, password.mark)
        if hmac.compare_digest(signature.encode(), expected.encode()):
            return (f"browser {hashlib.sha256(name.encode()).hexdigest()[:16]}",)
    return (f"address {desk.visit.peer}", EVERYBODY)


def reserve(store: Store, whose: tuple[str, ...], now: datetime) -> timedelta | None:
    """Count a try before it is made; return how long to wait instead, None to go on.

    Counted first, so that a thousand tries at one moment are not all made.
    """
    made = store.attempts(whose)
    waits = [
        wait
        for who, (count, last) in made.items()
        if (wait := last + _delay(who, count) - now) > timedelta(0)
    ]
    if waits:
        return max(waits)
    counts = {
        who: made[who][0] if who in made and now - made[who][1] < WINDOW else 0 for who in whose
    }
    if not store.count_attempt(counts, now, kept=WINDOW):
        return timedelta(seconds=1)
    return None


def _delay(who: str, count: int) -> timedelta:
    """Return how long a next try waits after so many wrong ones in a row."""
    if who == EVERYBODY:
        return WINDOW if count >= ALL_TRIES_MAX else timedelta(0)
    if count >= TRIES_MAX:
        return WINDOW
    return timedelta(seconds=2 ** (count - FREE_TRIES + 1)) if count >= FREE_TRIES else timedelta(0)


routes = [page("/login", _show), action("/login", _log_in), action("/logout", _log_out)]
