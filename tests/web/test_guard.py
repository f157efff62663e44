"""Who may ask what, by which name, from where: the whole table; a refusal changes nothing."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from monitor.web import app as pages_app
from monitor.web.desk import Route
from monitor.web.guard import GRANTED, HEADERS, PUBLIC
from tests.pages import PASSWORD, Pages, raw, served

WITH_FORM = "/people/one?address=ana%40example.org"  # a page that holds a token
FORM = "application/x-www-form-urlencoded"


def all_routes() -> list[Route]:
    return [route for module in pages_app.MODULES for route in module.routes]


def path_of(route: Route) -> str:
    """Return an address of a route, with something in the place of what it asks for."""
    path = re.sub(r"\{\w+:int\}", "1", route.path)
    path = re.sub(r"\{\w+:path\}", "a/b", path)
    return re.sub(r"\{\w+\}", "trade", path)


PAGES = sorted({path_of(route) for route in all_routes() if "GET" in route.methods})
ACTIONS = sorted({path_of(route) for route in all_routes() if "POST" in route.methods})
OWN_ACTIONS = [path for path in ACTIONS if not path.startswith((*GRANTED, "/login"))]


def is_public(path: str) -> bool:
    return path in PUBLIC or path.startswith((*GRANTED, "/static/"))


# ---------------------------------------------------------------- W2: deny by default


@pytest.mark.parametrize("path", [path for path in PAGES if not is_public(path)])
def test_a_page_is_shown_to_nobody_who_is_not_logged_in(locked_pages: Pages, path: str) -> None:
    answer = locked_pages.browser().get(path)

    assert answer.status == 303
    assert answer.header("location").startswith("/login")
    assert answer.body == b""


@pytest.mark.parametrize("path", OWN_ACTIONS)
def test_nothing_is_done_for_somebody_who_is_not_logged_in(locked_pages: Pages, path: str) -> None:
    before = locked_pages.everything()
    stranger = locked_pages.browser()
    stranger.get("/login")  # which brings a cookie and a token

    answer = stranger.post(path, {"address": "ana@example.org", "sure": "yes"})

    assert answer.status == 401
    assert locked_pages.everything() == before


def test_a_page_nobody_thought_of_needs_a_login_too(locked_pages: Pages) -> None:
    answer = locked_pages.browser().get("/some/page/of/tomorrow")

    assert answer.header("location") == "/login?next=%2Fsome%2Fpage%2Fof%2Ftomorrow"


# ---------------------------------------------------------------- W3: where a POST comes from

SITES = [None, "same-origin", "none", "same-site", "cross-site"]
ORIGINS = [None, "own", "https://evil.example", "null", "http://127.0.0.1:1", "https own"]


def expected(site: str | None, origin: str | None, *, cookie: bool) -> bool:
    """The rule as it is promised: a browser's own word, else the origin, else no browser."""
    if site not in {None, "same-origin", "none"}:
        return False
    if origin in {"https://evil.example", "http://127.0.0.1:1"}:
        return False
    if origin == "null":  # a policy hides it; only the browser's own word is left
        return site is not None
    return site is not None or origin is not None or not cookie


@pytest.mark.parametrize("person", ["owner", "stranger", "nobody"])
@pytest.mark.parametrize(
    ("site", "origin"), list(itertools.product(SITES, ORIGINS)), ids=lambda v: str(v)
)
def test_a_post_is_taken_from_our_own_pages_only(
    locked_pages: Pages, owner_cookie: dict[str, str], person: str, site: str, origin: str
) -> None:
    browser = locked_pages.browser()
    if person == "owner":
        browser.cookies = dict(owner_cookie)
        browser.get("/people")
    elif person == "stranger":
        browser.get("/login")
    own = f"127.0.0.1:{locked_pages.port}"
    names = {"own": f"http://{own}", "https own": f"https://{own}"}
    headers = {"Host": own, "Content-Type": FORM}
    if browser.cookies:
        headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
    if site:
        headers["Sec-Fetch-Site"] = site
    if origin:
        headers["Origin"] = names.get(origin, origin)
    before = locked_pages.everything()

    # Nobody has this address: what is let through finds nothing to forget.
    body = f"csrf={browser.token}&address=nobody%40example.org&sure=yes".encode()
    answer = raw(locked_pages.port, "POST", "/people/forget", headers, body)

    allowed = expected(site, origin, cookie=bool(browser.cookies))
    assert answer.status == {"owner": 404 if allowed else 403}.get(person, 401)
    assert locked_pages.everything() == before


@pytest.fixture(scope="module")
def owner_cookie(locked_pages: Pages) -> dict[str, str]:
    return locked_pages.logged_in().cookies


@pytest.mark.parametrize("path", OWN_ACTIONS)
def test_every_action_refuses_other_sites_and_foreign_tokens(
    locked_pages: Pages, owner_cookie: dict[str, str], path: str
) -> None:
    before = locked_pages.everything()
    owner = locked_pages.browser(cookies=dict(owner_cookie))
    owner.get("/people")
    other = locked_pages.browser()
    other.get("/login")
    fields = {"address": "ana@example.org", "sure": "yes", "verdict": "good"}

    answers = [
        owner.post(path, fields, **{"Sec-Fetch-Site": "cross-site"}),
        owner.post(path, fields, **{"Sec-Fetch-Site": "same-site"}),
        owner.post(path, fields, Origin="https://evil.example"),
        owner.post(path, fields, **{"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
        owner.post(path, {**fields, "csrf": ""}),
        owner.post(path, {**fields, "csrf": other.token}),
        owner.post(path, {**fields, "csrf": owner.token[:-1]}),
        owner.post(path, {**fields, "csrf": "Ñ"}),
    ]

    assert [answer.status for answer in answers] == [403] * 8
    assert locked_pages.everything() == before


def test_a_login_from_another_site_is_refused(tmp_path: Path) -> None:
    with served(tmp_path / "home", password=PASSWORD) as pages:
        browser = pages.browser()
        browser.get("/login")

        forced = browser.post("/login", {"password": PASSWORD}, **{"Sec-Fetch-Site": "cross-site"})
        untold = pages.browser().post("/login", {"password": PASSWORD})

        assert (forced.status, untold.status) == (403, 403)
        assert browser.get("/people").status == 303


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(open_pages: Pages, method: str, path: str) -> None:
    before = open_pages.everything()

    for asked in (path, f"{path}?said=saved&delete=1&do=undo"):
        headers = {"Host": f"127.0.0.1:{open_pages.port}"}
        assert raw(open_pages.port, method, asked, headers).status in {200, 303, 400, 404, 503}

    assert open_pages.everything() == before


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "MKCOL"]
)
@pytest.mark.parametrize("path", ["/people", "/people/forget", "/login", "/static/desk.css", "/x"])
def test_other_methods_are_not_understood(open_pages: Pages, method: str, path: str) -> None:
    before = open_pages.everything()

    answer = raw(open_pages.port, method, path, {"Host": f"127.0.0.1:{open_pages.port}"})

    assert answer.status == 405
    assert open_pages.everything() == before


def test_a_page_is_not_posted_to_and_an_action_not_looked_at(open_pages: Pages) -> None:
    browser = open_pages.browser()
    browser.get(WITH_FORM)

    assert browser.post("/status").status == 405
    assert browser.get("/people/forget").status == 405


# ---------------------------------------------------------------- W5: headers


@pytest.mark.parametrize("path", [*PAGES, "/static/desk.css", "/static/desk.js", "/static/x", "/x"])
def test_every_answer_has_the_headers(open_pages: Pages, path: str) -> None:
    answer = open_pages.browser().get(path)

    assert {name: answer.header(name) for name in HEADERS if name != "Cache-Control"} == {
        name: value for name, value in HEADERS.items() if name != "Cache-Control"
    }
    assert answer.status == 303 or "charset=utf-8" in answer.header("content-type")
    assert answer.header("server") == ""


def test_the_policy_allows_nothing_inline_and_no_frame() -> None:
    policy = HEADERS["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none';")
    assert policy.endswith("frame-ancestors 'none'")


class _Markup(HTMLParser):
    """Collects what a policy would forbid, and every address that a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.inline += [name for name in named if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in named):
            self.inline.append(tag)
        if tag in {"script", "img", "link", "iframe", "source", "form", "object"}:
            self.loaded += [
                named[name] or ""
                for name in ("src", "href", "data", "action", "srcset")
                if name in named
            ]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_nothing_inline_and_loads_from_nobody_else(open_pages: Pages, path: str) -> None:
    found = _Markup()
    found.feed(open_pages.browser().get(path).text)

    assert found.inline == []
    assert [each for each in found.loaded if not each.startswith("/")] in ([], ["data:,"])


# ---------------------------------------------------------------- W4: what is sent is not believed

CANARY = "<img src=x onerror=alert(1)>\"'"


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nowhere"])
def test_nothing_a_person_sends_becomes_markup(open_pages: Pages, path: str) -> None:
    sent = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%22%27"
    browser = open_pages.browser()
    fields = ["next", "said", "q", "address", "profile", "days", "outlet", "language", "url", "x"]

    answers = [
        browser.get(f"{path}?{'&'.join(f'{name}={sent}' for name in fields)}"),
        browser.get(f"{path}/{sent}"),
        browser.get(path, **{"Accept-Language": CANARY, "X-Fragment": CANARY, "Referer": CANARY}),
    ]

    for answer in answers:
        assert b"<img src=x" not in answer.body
        assert b"onerror=alert(1)>" not in answer.body
