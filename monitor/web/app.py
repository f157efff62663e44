"""The pages put together: every module's routes, behind the guard. Uses Starlette."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from types import ModuleType

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.web import (
    digests_page,
    feeds_page,
    from_mail,
    metrics,
    new_profile_page,
    people,
    profiles_page,
    search_page,
    sessions,
    status,
    story_page,
    today,
)
from monitor.web.desk import Desk, refuse
from monitor.web.guard import Guard
from monitor.web.office import Office

# In the order of the navigation; a module without `NAV` is reached by links only.
MODULES: tuple[ModuleType, ...] = (
    today,
    search_page,
    story_page,
    profiles_page,
    new_profile_page,
    feeds_page,
    digests_page,
    people,
    status,
    metrics,
    sessions,
    from_mail,
)

_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


def make_app(office: Office) -> ASGIApp:
    """Return the pages of a home, to be served."""
    office.navigation = tuple(each.NAV for each in MODULES if hasattr(each, "NAV"))
    routes = [route for module in MODULES for route in module.routes]
    pages = Starlette(
        routes=[*routes, Route("/static/{name}", _static)],
        exception_handlers={HTTPException: _refused, Exception: _mistake},
    )
    # It would send on to an address made of headers; one of ours has no slash at its end.
    pages.router.redirect_slashes = False
    return Guard(pages, office)


@cache
def static_files() -> dict[str, tuple[bytes, str, str]]:
    """Return the files that pages load: content, type and tag by name; nothing else is served."""
    found = {}
    for path in _STATIC.iterdir():
        content = path.read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        found[path.name] = content, _TYPES[path.suffix], tag
    return found


def _static(request: Request) -> Response:
    known = static_files().get(request.path_params["name"])
    if known is None:
        return Response("There is no such file.\n", 404, media_type="text/plain; charset=utf-8")
    content, kind, tag = known
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    desk: Desk = request.scope["desk"]
    return refuse(desk, error.status_code, desk.t["refused_address"], headers=error.headers)


def _mistake(request: Request, error: Exception) -> Response:
    """Say that the program failed; Starlette raises the error again, and it is logged."""
    desk: Desk = request.scope["desk"]
    return refuse(desk, 500, desk.t["mistake"])
