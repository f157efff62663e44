"""What every page says and how: labels in both languages, dates, JSON, errors in words."""

from __future__ import annotations

import re
import string
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.web import people, rendering
from monitor.web.desk import Fields
from monitor.web.rendering import LANGUAGES, as_json, environment, labels, options
from tests.factories import NOON
from tests.pages import PASSWORD, SETTINGS, Pages, served

WEB = Path(rendering.__file__).parent
LABELS = labels("en")


def named(words: str) -> set[str | None]:
    return {field for _, field, _, _ in string.Formatter().parse(words) if field is not None}


def test_every_label_is_said_in_both_languages_of_the_same_things() -> None:
    spanish = labels("es")

    assert LABELS.keys() == spanish.keys()
    assert [name for name in LABELS if named(LABELS[name]) != named(spanish[name])] == []
    assert [name for name, words in (*LABELS.items(), *spanish.items()) if not words.strip()] == []


def test_no_label_hides_what_a_mapping_does() -> None:
    assert [name for name in LABELS if hasattr(dict, name)] == []


def test_every_label_that_a_template_names_is_there() -> None:
    missing = {
        (path.name, name)
        for path in (WEB / "templates").glob("*.html")
        for name in re.findall(r"\bt\.(\w+)", path.read_text(encoding="utf-8"))
        if name not in LABELS
    }

    assert missing == set()


@pytest.mark.parametrize("path", sorted((WEB / "templates").glob("*.html")), ids=lambda p: p.name)
def test_a_template_says_nothing_itself_and_styles_nothing(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    markup = re.sub(r"\{[#%{].*?[#%}]\}|<code>.*?</code>|&\w+;", "", source, flags=re.DOTALL)

    words = re.findall(r"[A-Za-z]{4,}", re.sub(r"<[^>]*>", " ", markup, flags=re.DOTALL))
    assert set(words) <= {"doctype", "seeds", "toml"}  # the last two are of a file's name
    assert not re.search(r"<[^>]*\s(style|on\w+)=", markup)
    assert "| safe" not in source


def said(template: str, lang: str = "en", **values: object) -> str:
    known = {"t": labels(lang), "lang": lang, "now": NOON, "zone": ZoneInfo("America/Mexico_City")}
    return environment().from_string(template).render({**known, **values})


@pytest.mark.parametrize(
    ("seconds", "english", "spanish"),
    [
        (0, "just now", "ahora mismo"),
        (59, "just now", "ahora mismo"),
        (60, "1 min ago", "hace 1 min"),
        (7199, "119 min ago", "hace 119 min"),
        (7200, "2 h ago", "hace 2 h"),
        (2 * 86400, "2 days ago", "hace 2 días"),
        (-30, "in 1 min", "en 1 min"),
        (-3600 * 5, "in 5 h", "en 5 h"),
    ],
)
def test_how_far_a_moment_is_is_said_in_words(seconds: int, english: str, spanish: str) -> None:
    at = NOON - timedelta(seconds=seconds)

    assert said("{{ at | ago }}", at=at) == english
    assert said("{{ at | ago }}", "es", at=at) == spanish


def test_moments_are_of_the_home_s_zone() -> None:
    assert said("{{ at | moment }}", at=NOON) == "2026-07-12 06:00"
    assert said("{{ at | moment }} {{ at | ago }}", "es", at=None) == "nunca nunca"


def test_numbers_and_counts_are_said() -> None:
    template = "{{ n | number }} {{ x | number }} {{ n | counted('entry', 'entries') }}"

    assert said(template, n=3059, x=0.5) == "3,059 0.50 3,059 entries"
    assert said("{{ 1 | counted('entry', 'entries') }}") == "1 entry"


def test_json_cannot_end_the_element_it_stands_in() -> None:
    shown = as_json({"x": "</script><!--&\u2028"})

    assert shown == '{"x": "\\u003c/script\\u003e\\u003c!--\\u0026\\u2028"}'


def test_a_name_that_is_missing_is_a_mistake_and_not_a_blank() -> None:
    with pytest.raises(Exception, match="'nothing' is undefined"):
        said("{{ nothing }}")


def test_fields_are_text_and_the_last_counts() -> None:
    fields = Fields([("a", "1"), ("a", "2"), ("n", "0.5"), ("bad", "inf"), ("worse", "x")])

    assert (fields.text("a"), fields.texts("a"), fields.text("b")) == ("2", ["1", "2"], "")
    assert (fields.number("n"), fields.number("bad"), fields.number("worse")) == (0.5, None, None)
    assert fields.file("a") is None


# ---------------------------------------------------------------- errors


def test_a_mistake_in_the_program_is_told_in_words_and_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object) -> None:
        raise ZeroDivisionError("of a secret kind")

    monkeypatch.setattr(people, "known_readers", fail)
    with served(tmp_path / "home") as pages:
        answer = pages.browser().get("/people")

    assert answer.status == 500
    assert "It was logged; nothing was lost." in answer.words
    assert "secret" not in answer.text
    assert answer.header("content-security-policy") != ""
    assert "ZeroDivisionError" in caplog.text


def test_a_database_that_cannot_be_used_is_told_in_words(tmp_path: Path) -> None:
    with served(tmp_path / "home") as pages:
        (pages.root / "state" / "monitor.db").write_bytes(b"not a database, and long enough" * 99)

        answer = pages.browser().get("/people")

    assert answer.status == 503
    assert "restore" in answer.words.casefold()
    assert "Traceback" not in answer.text


def test_no_page_shows_a_secret(tmp_path: Path) -> None:
    settings = SETTINGS.replace("[mail]", '[mail]\nuser = "ana"\npassword_file = "mail-password"')
    with served(tmp_path / "home", settings=settings, password="a canary of a password") as pages:
        (pages.root / "mail-password").write_text("canary-of-the-mail\n")
        (pages.root / "mail-password").chmod(0o600)
        state = pages.root / "state"
        kept = (state / "web-password").read_text().split()
        secrets = [b"canary", (state / "link-key").read_bytes(), *map(str.encode, kept[2:])]
        owner = pages.logged_in("a canary of a password")
        for path in pages_without_parameters():
            body = owner.get(path).body
            assert [secret for secret in secrets if secret in body] == [], path


def pages_without_parameters() -> list[str]:
    from monitor.web.app import MODULES

    found = {route.path for module in MODULES for route in module.routes if "GET" in route.methods}
    return [*sorted(path for path in found if "{" not in path), "/digests/morning"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_error_pages_speak_the_reader_s_language(open_pages: Pages, lang: str) -> None:
    answer = open_pages.browser().get("/nowhere", **{"Accept-Language": lang})

    assert answer.status == 404
    assert labels(lang)["error_404"] in answer.words


def test_a_stranger_is_not_told_where_the_monitor_s_files_are(tmp_path: Path) -> None:
    with served(tmp_path / "home", password=PASSWORD) as pages:
        link = pages.link("unsubscribe")
        (pages.root / "state" / "monitor.db").write_bytes(b"not a database, and long enough" * 99)

        for path in (link, "/health", "/login", "/people"):
            answer = pages.browser().get(path)
            assert str(tmp_path) not in answer.text
        assert pages.browser().get(link).status == 503


def test_options_are_escaped_and_the_chosen_one_is_marked() -> None:
    plain = options(["A & B", "C"])

    assert plain == "<option>A &amp; B</option><option>C</option>"
    assert options(["A & B", "C"], "A & B") == (
        "<option selected>A &amp; B</option><option>C</option>"
    )
    assert options(["C"], "<x>") == "<option>C</option><option selected>&lt;x&gt;</option>"
