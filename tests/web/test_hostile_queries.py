"""Whatever stands in an address or a form, the program makes no mistake and shows no markup."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from monitor.web import app
from monitor.web.desk import Route
from tests.newsroom import newsroom
from tests.pages import Pages

CANARY = "<script>canary</script>"
VALUES = (
    "", CANARY, "'\"><img src=x onerror=canary>", "\x00", "\ud800", "1e308", "-1", "nan", "9" * 400,
    "../..", "a" * 900, "٣", "{{7*7}}", "{t}", "%s", "*", '"', "AND OR NOT NEAR(", "1.1",
    "9223372036854775808.1", "0.5", "good", "on",
)  # fmt: skip
FIELDS = (
    "q", "profile", "outlet", "language", "after", "digest", "more", "threshold", "term", "weight",
    "side", "from", "sort", "find", "merge", "said", "t:tariff*", "verdict", "back", "other",
    "entry", "name", "text", "do", "feed", "title", "times", "length", "recipients", "to",
)  # fmt: skip
IN_PATH = ("trade", "morning", "none", "%2e%2e", "a%00", "x" * 200, "2026-07-12-0700")
NUMBERS = ("1", "3", "999", "0", "9" * 25)
ELSEWHERE = ("/login", "/logout", "/u/", "/m/", "/feeds/find")  # it asks other servers
ROUTES = [
    route
    for module in app.MODULES
    for route in module.routes
    if not route.path.startswith(ELSEWHERE)
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with newsroom(tmp_path_factory.mktemp("hostile") / "home") as pages:
        yield pages


@pytest.mark.parametrize(
    "route", ROUTES, ids=lambda route: f"{sorted(route.methods)[-1]} {route.path}"
)
def test_no_input_makes_a_mistake_or_becomes_markup(pages: Pages, route: Route) -> None:
    dice = random.Random(route.path)
    browser = pages.browser()
    for _ in range(6):
        path = re.sub(r"\{\w+:int\}", lambda _: dice.choice(NUMBERS), route.path)
        path = re.sub(r"\{\w+\}", lambda _: dice.choice(IN_PATH), path)
        pairs = {name: dice.choice(VALUES) for name in dice.sample(FIELDS, 4)}
        sent = {quote(k): quote(v.encode("utf-8", "surrogatepass")) for k, v in pairs.items()}
        query = "&".join(f"{name}={value}" for name, value in sent.items())
        if "GET" in (route.methods or ()):
            answer = browser.get(f"{path}?{query}")
        else:
            browser.get("/profiles/trade?threshold=0.6")
            answer = browser.post(path, {k: v.encode("utf-8", "replace") for k, v in pairs.items()})

        assert answer.status < 500, (path, pairs)
        assert CANARY not in answer.text, (path, pairs)
        assert "<img src=x" not in answer.text, (path, pairs)
