"""Every sentence of ours on how a feed is doing is said in Spanish too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.poll.answer import Answer, refusal
from monitor.model import PollState, Problem
from monitor.stages.health import BROKEN_AFTER, health
from monitor.text.feed_words import PIECES, say_of_feed
from tests.factories import NOON

ROOT = Path(__file__).parent.parent / "monitor"
# Where sentences on feeds are made; what they begin with there.
MAKERS = {
    "adapters/poll/answer.py": "",
    "adapters/poll/transfer.py": "",
    "adapters/poll/poller.py": "",
    "adapters/poll/guard.py": "",
    "adapters/home/access.py": "not asked: ",
    "adapters/workers.py": "",
    "stages/parse/__init__.py": "",
    "stages/parse/judge.py": "",
    "stages/health/__init__.py": "",
    "pipeline/polling/poll_state.py": "",
    "text/document.py": "",
}
# What stands in those files and is no sentence on a feed: headers, settings, mistakes of ours,
# names, sizes; and what to do, which has its own tables.
NOT_SAID = re.compile(
    r"^(7( MB| bytes| min| h| days|[ ,] ?7|/7.*)|not UTF-8 text|line 7: 7|7 \(7 inside it\)"
    r"|not asked: 7)$"
    r"|^(news-monitor|application/|[A-Z][a-z]+(-[A-Z][a-z]+)*:|monitor\.toml|a poller makes"
    r"|sent on to another|too many gzip|worker processes end|the worker was not|expected a proxy"
    r"|idna |just a moment|carrier-grade|reserved for|AMT relay|6to4 relay|translated IPv4"
    r"|local NAT64|segment routing)"
    r"|SITE|poll-again|feeds\.opml|^(It|Its|The|A check|Something|There|See|Nothing|Both) "
)
NAMES = re.compile(r"chmod|HTTP/2|HTTP|TLS|CPU|XML|KB|MB|JSON|RSS|Atom|gzip|windows-1252|7+")


def sentences(path: Path) -> Iterator[str]:
    """Yield the texts of a module that hold a blank, with 7 for what is filled in."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {id(part) for node in ast.walk(tree) for part in _below(node)}
    for node in ast.walk(tree):
        if id(node) in parts:
            continue
        if isinstance(node, ast.JoinedStr):
            pieces = (p.value if isinstance(p, ast.Constant) else "7" for p in node.values)
            text = "".join(str(piece) for piece in pieces)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.replace("{}", "7")
        else:
            continue
        if " " in text.strip():
            yield text


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is no text of its own: parts of another, and docstrings."""
    if isinstance(node, ast.JoinedStr):
        yield from (part for part in ast.walk(node) if part is not node)
    if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
        first = node.body[0]
        if isinstance(first, ast.Expr):
            yield first.value


def own_words_left(text: str) -> str:
    """Return what of a sentence is not told in Spanish."""
    patterns = (
        ".+?".join(map(re.escape, piece.split("{}")))
        for piece in sorted(PIECES, key=len, reverse=True)
    )
    rest = re.sub("|".join(patterns), " ", text)
    return " ".join(re.findall(r"[A-Za-z]{2,}", NAMES.sub(" ", rest)))


@pytest.mark.parametrize("maker", MAKERS)
def test_what_is_said_of_a_feed_is_in_the_table(maker: str) -> None:
    said = [text for text in sentences(ROOT / maker) if not NOT_SAID.search(text)]
    told = [MAKERS[maker] + text for text in said]

    assert told
    assert [text for text in told if own_words_left(text)] == []


@pytest.mark.parametrize("status", [301, 304, 401, 403, 404, 410, 418, 429, 451, 500, 503])
def test_a_servers_refusal_is_told_in_spanish_with_its_own_status(status: int) -> None:
    said = refusal(Answer(status, {}, b"", "http://feed.example/"), "http://feed.example/").problem

    told = say_of_feed(said, "es")
    assert told.startswith(f"el servidor contestó {status}")
    assert say_of_feed(said, "en") == said


def test_hosts_numbers_and_foreign_words_stay_where_they_belong() -> None:
    told = {
        "a.example: no complete answer within 30 s": "a.example: sin respuesta completa en 30 s",
        "a.example, by way of the proxy http://p.example:1: no trusted TLS connection (SSL: no)": (
            "a.example, a través del proxy http://p.example:1: no hay conexión TLS de confianza"
            " (SSL: no)"
        ),
        "damaged characters were replaced; not well-formed XML in line 3: mismatched tag": (
            "se reemplazaron caracteres dañados; XML mal formado en la línea 3: mismatched tag"
        ),
        "10.0.0.1 is a private address, which is not polled": (
            "10.0.0.1 es una dirección privada, que no se consulta"
        ),
        "not asked: a.example has just answered 429 to other feeds": (
            "no se consultó: a.example acaba de contestar 429 a otras fuentes"
        ),
        "what nobody of ours ever said": "what nobody of ours ever said",
    }

    assert {text: say_of_feed(text, "es") for text in told} == told


def test_a_silent_feed_is_told_in_days_of_either_language() -> None:
    state = PollState(
        polled_at=NOON, changed_at=NOON - timedelta(days=20), change_gap=timedelta(hours=5)
    )

    matter = health(state, NOON)

    assert matter is not None
    assert matter.words == "nothing new for 20 days, usually every 5 h"
    told = "nada nuevo desde hace 20 días, lo normal es cada 5 h"
    assert say_of_feed(matter.words, "es") == told


def test_a_problem_without_words_has_a_word_of_its_own_on_the_pages() -> None:
    matter = health(PollState(problem=Problem.DNS, failure_count=BROKEN_AFTER), NOON)

    assert matter is not None
    assert (matter.kind, matter.words) == ("dns", "dns")


def test_every_piece_keeps_what_stands_in_it() -> None:
    assert [
        piece for piece, spanish in PIECES.items() if piece.count("{}") != spanish.count("{}")
    ] == []
    assert [piece for piece, spanish in PIECES.items() if piece == spanish] == []
