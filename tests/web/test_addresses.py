"""By which name the pages are asked for, where they lead, and who comes in from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.home import open_home
from monitor.web.paths import safe_path
from monitor.web.server import PageServer
from tests.pages import PASSWORD, SETTINGS, Clock, Pages, make_home, raw, served, spoken

# ---------------------------------------------------------------- W10: by which name

SERVED = [
    "localhost", "LOCALHOST", "localhost.", "localhost:{port}", "127.0.0.1", "127.0.0.1:{port}",
    "[::1]", "[::1]:{port}", "news.lan", "News.LAN:80", "news.lan.:8080", "127.0.0.1:1",
]  # fmt: skip
NOT_SERVED = [
    "", "evil.example", "evil.example:{port}", "localhost.evil.example", "127.0.0.1.nip.io",
    "0.0.0.0", "localhost@evil.example", "localhost/", "news.lan:port", "news.lan,evil.example",
    "2130706433", "[::ffff:127.0.0.1]", "localhost evil.example", "xn--lcalhost-9xc",
]  # fmt: skip


@pytest.fixture(scope="module")
def named_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    settings = '[web]\nhosts = ["news.lan"]\n' + SETTINGS.replace("zone =", "#")
    with served(tmp_path_factory.mktemp("named") / "home", settings=settings) as pages:
        yield pages


@pytest.mark.parametrize("path", ["/people", "/static/desk.css", "/u/x"])
@pytest.mark.parametrize("host", SERVED)
def test_the_pages_answer_to_their_names(named_pages: Pages, host: str, path: str) -> None:
    headers = {"Host": host.format(port=named_pages.port)}

    assert raw(named_pages.port, "GET", path, headers).status in {200, 404}


@pytest.mark.parametrize(("method", "path"), [("GET", "/people"), ("GET", "/static/desk.css"),
                                              ("GET", "/u/x"), ("POST", "/login")])  # fmt: skip
@pytest.mark.parametrize("host", NOT_SERVED)
def test_another_name_is_refused_before_anything_else(
    named_pages: Pages, host: str, method: str, path: str
) -> None:
    headers = {"Host": host.format(port=named_pages.port)}

    answer = raw(named_pages.port, method, path, headers, b"" if method == "POST" else None)

    assert answer.status in {400, 421}
    assert "set-cookie" not in {name.lower() for name, _ in answer.headers}


@pytest.mark.parametrize(
    "head",
    [
        "GET /people HTTP/1.1\r\n\r\n",
        "GET /people HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        "GET http://evil.example/people HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET people HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /people HTTP/1.1\r\nHost : localhost\r\n\r\n",
        "GET /\\evil HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_a_request_that_says_two_things_is_refused(named_pages: Pages, head: str) -> None:
    assert spoken(named_pages.port, head).split()[1] in {"400", "421"}


# ---------------------------------------------------------------- W9, W14: where it leads

ESCAPES = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example",
    "https://evil.example", "http:evil.example", "javascript:alert(1)", "data:text/html,x",
    "/%2fevil.example", "/%2Fevil.example", "/%5cevil.example", "/%5Cevil.example", "%2f%2fevil",
    "/\tevil.example", "/\n/evil.example", "/%09/evil.example", "/%0d%0aSet-Cookie:x=1",
    "/%252fevil.example", "evil.example", " /people", "/people#//evil", "", "/\u2215evil.example",
    "/x\x00", "/" + "a" * 3000, "/%2f%2fevil", "/%25%32%66evil",
]  # fmt: skip


@pytest.mark.parametrize("target", ESCAPES)
def test_nobody_is_sent_away_from_here(target: str) -> None:
    assert safe_path(target) == "/"


@pytest.mark.parametrize("target", ["/", "/people", "/feeds?days=7&q=a+b", "/story/1", "/a%20b"])
def test_who_logs_in_gets_on_to_where_they_wanted(target: str) -> None:
    assert safe_path(target) == target


def test_the_login_sends_on_within_the_pages_only(tmp_path: Path) -> None:
    with served(tmp_path / "home", password=PASSWORD) as pages:
        for target, there in [("//evil.example", "/"), ("/people?x=1", "/people?x=1")]:
            browser = pages.browser()
            browser.get("/login")
            answer = browser.post("/login", {"password": PASSWORD, "next": target})
            assert (answer.status, answer.header("location")) == (303, there)


@pytest.mark.parametrize(
    "name",
    [
        "../app.py", "..%2fapp.py", "%2e%2e/app.py", "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "....//app.py", "..\\app.py", "..%5capp.py", "/etc/passwd", "%2fetc%2fpasswd", "desk.css/",
        "./desk.css", "desk.css%00.png", ".", "..", "~root", "desk.css/../../app.py", "DESK.CSS",
    ],
)  # fmt: skip
def test_only_the_files_of_the_pages_are_served(open_pages: Pages, name: str) -> None:
    answer = open_pages.browser().get(f"/static/{name}")

    assert answer.status in {400, 404, 307}
    assert b"import" not in answer.body
    assert b"root:" not in answer.body


def test_the_files_of_the_pages_are_asked_for_once(open_pages: Pages) -> None:
    first = open_pages.browser().get("/static/desk.css")
    again = open_pages.browser().get("/static/desk.css", **{"If-None-Match": first.header("etag")})

    assert (first.status, first.header("content-type")) == (200, "text/css; charset=utf-8")
    assert (again.status, again.body) == (304, b"")


# ---------------------------------------------------------------- W1, W16: from outside


def test_the_pages_are_at_this_machine_only_by_default(tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    web = open_home(tmp_path / "home", {}).config.web

    assert (web.address, web.port) == ("127.0.0.1", 8765)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7"])
def test_another_address_takes_a_password(tmp_path: Path, address: str) -> None:
    make_home(tmp_path / "home")

    with pytest.raises(Exception, match="no password is set; nothing was started"):
        PageServer(lambda: open_home(tmp_path / "home", {}), address=address, port=0)


def test_with_a_password_another_address_is_served(tmp_path: Path) -> None:
    with served(tmp_path / "home", password=PASSWORD) as pages:
        opened = PageServer(
            lambda: open_home(pages.root, {}), clock=Clock(), address="0.0.0.0", port=0
        )
        with opened:
            assert opened.url.startswith("http://0.0.0.0:")


FORWARDED = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via"]


@pytest.mark.parametrize("name", FORWARDED)
def test_without_a_password_nobody_comes_in_through_a_proxy(open_pages: Pages, name: str) -> None:
    assert open_pages.browser().get("/people").status == 200
    assert open_pages.browser().get("/people", **{name: "127.0.0.1"}).status == 403


def test_a_public_address_takes_a_password_but_not_for_the_readers(tmp_path: Path) -> None:
    settings = '[web]\npublic_url = "https://news.example.org"\n' + SETTINGS.replace("zone =", "#")
    with served(tmp_path / "home", settings=settings) as pages:
        for host in ("news.example.org", "127.0.0.1"):
            browser = pages.browser(host=host)
            assert browser.get("/people").status == 403
            assert "monitor passwd" in browser.get("/people").words
            assert browser.get(pages.link("unsubscribe")).status == 200


IDENTITY = """Remote-User X-Remote-User X-Forwarded-User X-WebAuth-User Authorization
    X-Auth-Request-User X-Original-URL X-Rewrite-URL X-HTTP-Method-Override""".split()


@pytest.mark.parametrize("name", IDENTITY)
def test_headers_of_identity_are_not_believed(locked_pages: Pages, name: str) -> None:
    assert locked_pages.browser().get("/people", **{name: "owner"}).status == 303


# ---------------------------------------------------------------- behind a proxy


def test_a_prefix_that_a_proxy_serves_under_is_kept(tmp_path: Path) -> None:
    settings = '[web]\npublic_url = "https://example.org/news"\n' + SETTINGS.replace("zone =", "#")
    with served(tmp_path / "home", settings=settings, password=PASSWORD) as pages:
        for path in ("/news/login", "/login"):  # the proxy strips the prefix, or does not
            browser = pages.browser(host="example.org")
            login = browser.get(path)
            assert 'href="/news/static/desk.css"' in login.text
            answer = browser.post(path, {"password": PASSWORD}, Origin="https://example.org")
            assert answer.header("location") == "/news/"
            assert all("Secure" in cookie for cookie in answer.all("set-cookie"))
            assert browser.get("/news/people").status == 200


def test_a_mistake_in_the_home_is_told_and_the_pages_go_on(tmp_path: Path) -> None:
    with served(tmp_path / "home") as pages:
        (pages.root / "monitor.toml").write_text("zone = 'Nowhere/Land'\n")

        answer = pages.browser().get("/people")

        assert answer.status == 200
        assert "A file of the home has a mistake" in answer.words
        assert "Nowhere/Land" in answer.words
