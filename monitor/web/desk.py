"""One request as a page sees it, and the answers a page can give. Uses Starlette.

A page module needs nothing but this; its package's docstring shows how it is made.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.errors import MonitorError, StoreError
from monitor.web.office import Office
from monitor.web.rendering import environment, labels
from monitor.web.visit import Visit

__all__ = [
    "Desk",
    "Fields",
    "Response",
    "Route",
    "Upload",
    "action",
    "as_sent",
    "chosen",
    "download",
    "page",
    "plain_json",
    "redirect",
    "refuse",
    "render",
]

logger = logging.getLogger(__name__)

OWNER = "owner"  # who knows the password of the pages
CSRF_FIELD = "csrf"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    name: str
    content: bytes


class Fields:
    """The fields of a form or query, as text; a field that is missing is empty."""

    def __init__(
        self, pairs: Iterable[tuple[str, str]] = (), files: Mapping[str, Upload] | None = None
    ) -> None:
        self._pairs = tuple(pairs)
        self._files = files or {}

    def text(self, name: str) -> str:
        """Return the last value of a field, "" when there is none."""
        return next((value for key, value in reversed(self._pairs) if key == name), "")

    def texts(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]

    def names(self) -> list[str]:
        return [name for name, _ in self._pairs]

    def number(self, name: str) -> float | None:
        """Return a field's value as a finite number, None when it is none."""
        try:
            value = float(self.text(name))
        except ValueError:
            return None
        return value if abs(value) < float("inf") else None

    def file(self, name: str) -> Upload | None:
        """Return an uploaded file, None when none was chosen."""
        return self._files.get(name)


@dataclass(slots=True)
class Desk:
    """A request with all that a page works with; for one thread, and closed after the answer."""

    office: Office
    visit: Visit
    home: Home  # as its files are now; a save of the page itself shows at the next request
    now: datetime
    lang: str
    user: str  # who is logged in: OWNER; "" on pages that need no login
    url: str  # the address's path, without the prefix that a proxy serves us under
    root: str  # that prefix, "" as a rule
    path: Mapping[str, object] = field(default_factory=dict)
    query: Fields = field(default_factory=Fields)
    form: Fields = field(default_factory=Fields)
    fragment: str = ""  # the id of the element that the script will take, "" without it
    csrf_token: str = ""
    is_post: bool = False
    visitor_token: str = ""
    _store: Store | None = None

    @property
    def t(self) -> Mapping[str, str]:
        return labels(self.lang)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.home.config.zone)

    @property
    def store(self) -> Store:
        """Return the database, opened at the first use; in a GET it can only be read."""
        if self._store is None:
            office = self.office
            self._store = office.store() if self.is_post else office.read_stores.take()
        return self._store

    def close(self) -> None:
        store, self._store = self._store, None
        if store is not None and self.is_post:
            store.close()
        elif store is not None:
            self.office.read_stores.give_back(store)
        if self.is_post:
            self.office.look_again()


Show = Callable[[Desk], Response]


def page(path: str, show: Show) -> Route:
    """Return the route of a page: a GET, which changes nothing."""
    return Route(path, _endpoint(show), methods=["GET"])


def action(path: str, act: Show) -> Route:
    """Return the route of what a form does: a POST, checked by the guard."""
    return Route(path, _endpoint(act), methods=["POST"])


def _endpoint(show: Show) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        desk: Desk = request.scope["desk"]
        desk.path = request.path_params
        try:
            return show(desk)
        except MonitorError as error:
            # It names files of this machine, which is nobody's business but the owner's.
            if not desk.user:
                logger.error("%s", error)
            words = str(error) if desk.user else desk.t["not_now"]
            return refuse(desk, 503 if isinstance(error, StoreError) else 409, words)
        finally:
            desk.close()

    return answer


# ---------------------------------------------------------------- answers


def render(desk: Desk, template: str, *, code: int = 200, **values: object) -> Response:
    """Return a page; templates see `values`, `t`, `desk`, `root`, `csrf`, `lang`, `now`."""
    t = desk.t
    said = desk.query.text("said")
    text = (
        environment()
        .get_template(template)
        .render(
            {
                "desk": desk,
                "t": t,
                "lang": desk.lang,
                "now": desk.now,
                "zone": desk.zone,
                "root": desk.root,
                "csrf": _csrf_field(desk.csrf_token),
                "said": t.get(said, ""),
                "trouble": desk.office.trouble if desk.user else "",
                "navigation": desk.office.navigation,
                **values,
            }
        )
    )
    return Response(text, code, media_type="text/html; charset=utf-8")


def _csrf_field(token: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, token)


def redirect(desk: Desk, path: str, *, said: str = "", **query: object) -> Response:
    """Return the way to another page of ours, after a POST; `said` is the label it opens with.

    `path` is of our own making: what a person sent goes through `safe_path` first.
    """
    pairs = {**query, **({"said": said} if said else {})}
    base, _, anchor = path.partition("#")
    if pairs:
        base += ("&" if "?" in base else "?") + urlencode(pairs)
    target = desk.root + base + (f"#{anchor}" if anchor else "")
    return Response(status_code=303, headers={"Location": target})


def refuse(
    desk: Desk, status: int, words: str, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error page: what happened and what to do, in `words`."""
    heading = desk.t.get(f"error_{status}", str(status))
    response = render(desk, "error.html", code=status, title=heading, words=words)
    response.headers.update(headers or {})
    return response


def plain_json(value: object, code: int = 200) -> Response:
    """Return a value for a machine."""
    text = json.dumps(value, ensure_ascii=False, default=str, indent=1) + "\n"
    return Response(text, code, media_type="application/json; charset=utf-8")


def download(content: bytes, name: str, media_type: str) -> Response:
    """Return a file to be kept; `name` is of our own making."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def as_sent(content: str) -> Response:
    """Return the page of an issue as it was sent, without any right: no script, no form."""
    policy = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    headers = {"Content-Security-Policy": policy}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


def chosen(text: str, allowed: Sequence[str], default: str) -> str:
    """Return what a person chose, or the default when that is none of the choices."""
    return text if text in allowed else default
