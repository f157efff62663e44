"""What stands in front of every page: who may ask, from where, how much. Uses Starlette.

In this order: limits, the name that was asked for (Host), the login, where a POST comes
from, its size, its token. What is refused here has reached no page, and changed nothing.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from contextlib import nullcontext
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.errors import MonitorError
from monitor.web.desk import CSRF_FIELD, OWNER, Desk, Fields, Upload, refuse
from monitor.web.office import Office
from monitor.web.sessions import Visitor, cookie_header, csrf_token, recognise
from monitor.web.visit import Visit, read_visit

logger = logging.getLogger(__name__)

PUBLIC = ("/login", "/static/", "/health")  # no login is asked for; all else needs one
GRANTED = ("/m/", "/u/")  # what is granted by the signed token in the address
URL_MAX = 4096  # characters; a token has at most 2,000
HEADERS_MAX = 100
BODY_MAX = 2**20
UPLOAD_MAX = 6 * 2**20  # a form with a file: an OPML, an article
STRANGER_BODY_MAX = 16 * 2**10
BODY_WITHIN_S = 20.0
TAKEN_WITHIN_S = 30.0  # the browser takes a piece of the answer
FIELDS_MAX = 2000
FILES_MAX = 4
NOT_SERVED = "This name is not served here (web.public_url, web.hosts).\n"
NOT_NOW = (
    "The pages cannot be shown now; nothing was lost. The log on the monitor's machine says why;"
    " so does: monitor status. If it is the password: monitor passwd\n"
)
BUSY = "Too many are asking at once. Try again in a moment.\n"
ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Nobody else learns an address of ours. With no-referrer browsers hide from us, too, which
    # page a form was sent from: "Origin: null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Guard:
    """The application in front of the application."""

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self._app = app
        self._office = office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            # A POST may wait for what a poll is writing: it must not be waited for in turn.
            is_read = scope["method"] in {"GET", "HEAD"}
            with self._office.reading() if is_read else nullcontext():
                await self._serve(scope, receive, _with_headers(send))
        else:  # a websocket: there is none here
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if problem := _limits(scope):
            await PlainTextResponse(problem[1], problem[0])(scope, receive, send)
            return
        try:
            found = await run_in_threadpool(self._look, scope)
        except MonitorError as error:
            logger.error("%s", error)  # in the log only: nobody knows who is asking
            await PlainTextResponse(NOT_NOW, 503)(scope, receive, send)
            return
        if found is None:
            await PlainTextResponse(NOT_SERVED, 421)(scope, receive, send)
            return
        visit, desk, visitor = found
        scope["path"] = desk.url
        if visitor.is_new and not desk.url.startswith(GRANTED):
            send = _with_cookie(send, cookie_header(visitor.token, visit))
        refusal = await self._refusal(scope, receive, desk, visit)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        scope["desk"] = desk
        await self._app(scope, _nothing_more, send)

    def _look(self, scope: Scope) -> tuple[Visit, Desk, Visitor] | None:
        """Return who asks, and the desk of a request; None for a name that is not served."""
        office, home, now = self._office, self._office.home(), self._office.now()
        visit = read_visit(scope, home.config.web)
        if visit is None:
            return None
        headers = Headers(scope=scope)
        visitor = recognise(office, visit, now)
        query = scope["query_string"].decode("latin-1")
        desk = Desk(
            office=office,
            home=home,
            now=now,
            lang=_language(home.config.web.language, headers.get("accept-language", "")),
            user=OWNER if visitor.is_owner else "",
            url=visit.path,
            root=visit.root,
            query=Fields(_pairs(query)),
            fragment=headers.get("x-fragment", "")[:80],
            csrf_token=csrf_token(office, visitor.token),
            is_post=scope["method"] == "POST",
            visit=visit,
            visitor_token=visitor.token,
        )
        return visit, desk, visitor

    async def _refusal(
        self, scope: Scope, receive: Receive, desk: Desk, visit: Visit
    ) -> Response | None:
        """Return the answer to a request that reaches no page, None for one that does."""
        granted = desk.url.startswith(GRANTED)
        if granted:
            desk.user = ""
        elif not desk.user and not _is_public(desk.url):
            return await run_in_threadpool(_to_login, desk, scope)
        if not desk.is_post:
            return None
        body = await _body(receive, _body_max(scope, desk))
        if body is None:
            return await run_in_threadpool(refuse, desk, 413, desk.t["refused_body"])
        form = await _form(scope, body)
        if form is None:
            return await run_in_threadpool(refuse, desk, 400, desk.t["refused_form"])
        desk.form = form
        # A mail provider's POST has no origin, and some web mail's a foreign one: here the
        # token in the address is what counts, and what it grants can be taken back.
        if desk.url.startswith("/u/") and form.text(ONE_CLICK[0]) == ONE_CLICK[1]:
            return None
        if not visit.is_from_here:
            return await run_in_threadpool(refuse, desk, 403, desk.t["refused_origin"])
        if not granted and not hmac.compare_digest(
            form.text(CSRF_FIELD).encode("utf-8", "replace"), desk.csrf_token.encode()
        ):
            return await run_in_threadpool(refuse, desk, 403, desk.t["refused_token"])
        return None


async def say_busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one of too many who ask at once."""
    headers = {**HEADERS, "Retry-After": "5", "Connection": "close"}
    await PlainTextResponse(BUSY, 503, headers)(scope, receive, send)


def _is_public(path: str) -> bool:
    return any(path == each or (each.endswith("/") and path.startswith(each)) for each in PUBLIC)


def _limits(scope: Scope) -> tuple[int, str] | None:
    """Return status and words for a request that is not looked at any closer."""
    if scope["method"] not in {"GET", "HEAD", "POST"}:
        return 405, "Only GET, HEAD and POST are understood here.\n"
    if len(scope["raw_path"]) + len(scope["query_string"]) > URL_MAX:
        return 414, "The address is too long.\n"
    if len(scope["headers"]) > HEADERS_MAX:
        return 431, "There are too many headers.\n"
    if not scope["path"].startswith("/") or _CONTROL.search(scope["path"]):
        return 400, "This is no address of a page.\n"
    return None


_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:  # more fields than any page of ours has
        return []


def _language(setting: str, accepted: str) -> str:
    """Return the language of the pages: the home's, else the first of ours the browser names."""
    if setting:
        return setting
    for part in accepted[:200].casefold().split(","):
        if (name := part.strip()[:2]) in {"en", "es"}:
            return name
    return "en"


def _to_login(desk: Desk, scope: Scope) -> Response:
    if not desk.office.has_password:
        return refuse(desk, 403, desk.t["refused_no_password"])
    if desk.is_post or desk.fragment:
        return refuse(desk, 401, desk.t["refused_session"])
    query = scope["query_string"].decode("latin-1")
    wanted = f"{desk.url}?{query}" if query else desk.url
    there = f"{desk.root}/login" + (f"?next={quote(wanted, safe='')}" if wanted != "/" else "")
    return Response(status_code=303, headers={"Location": there})


# ---------------------------------------------------------------- bodies


def _body_max(scope: Scope, desk: Desk) -> int:
    if not desk.user or desk.url == "/login":
        return STRANGER_BODY_MAX
    kind = Headers(scope=scope).get("content-type", "")
    return UPLOAD_MAX if kind.startswith("multipart/form-data") else BODY_MAX


async def _body(receive: Receive, size_max: int) -> bytes | None:
    """Return the body, None when it is too large, too slow, or never ends."""
    pieces, size = [], 0
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > size_max:
                    return None
                if not message.get("more_body", False):
                    return b"".join(pieces)
    except TimeoutError:
        return None


async def _form(scope: Scope, body: bytes) -> Fields | None:
    """Return the fields and files of a body, None when it is no form."""
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().casefold()
    if not body:
        return Fields()
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return None

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    pairs, files = list[tuple[str, str]](), dict[str, Upload]()
    try:
        async with Request(scope, receive).form(
            max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=UPLOAD_MAX
        ) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = Upload(value.filename or "", await value.read())
                else:
                    pairs.append((name, value))
    except (HTTPException, MultiPartException, UnicodeDecodeError, ValueError):
        return None
    return Fields(pairs, files)


async def _nothing_more() -> Message:
    """What is left to receive once the body was read: word that the browser is gone, one day."""
    await asyncio.Event().wait()
    raise AssertionError


# ---------------------------------------------------------------- answers


def _with_headers(send: Send) -> Send:
    """Give every answer the headers, and the browser a time to take it."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        async with asyncio.timeout(TAKEN_WITHIN_S):
            await send(message)

    return sending


def _with_cookie(send: Send, cookie: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if "set-cookie" not in headers:  # the login gives one of its own
                headers.append("Set-Cookie", cookie)
        await send(message)

    return sending
