"""Complaints about a TOML file point to the line a person has to look at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.home.tomlfile import KeyPath, TomlFile, key_text, nearest
from monitor.errors import ConfigError

TEXT = """\
# a comment with zone = 1
zone = "UTC"

[digests.morning]   # the first
times = [
    "07:00",
    "bad",
]
"odd key".inner = 1
'single' = 2
table = { weight = 1, from = 2020 }
[[lists]]
a.b.c = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("zone",), 2),
        (("digests",), 4),
        (("digests", "morning"), 4),
        (("digests", "morning", "times"), 5),
        (("digests", "morning", "times", 1), 5),
        (("digests", "morning", "odd key", "inner"), 9),
        (("digests", "morning", "single"), 10),
        (("digests", "morning", "table", "from"), 11),
        (("lists", "a", "b"), 13),
        (("digests", "morning", "absent"), 4),
        (("absent",), None),
        ((), None),
    ],
)
def test_a_key_is_found_on_its_line_or_on_that_of_its_table(path: KeyPath, line: int) -> None:
    assert TomlFile.parse("monitor.toml", TEXT.encode()).line_of(path) == line


def test_an_error_names_file_line_and_key() -> None:
    file = TomlFile.parse("monitor.toml", TEXT.encode())

    assert str(file.error(("zone",), "no")) == "monitor.toml, line 2, zone: no; nothing was started"
    assert str(file.error((), "no")) == "monitor.toml: no; nothing was started"


def test_a_key_is_written_as_in_the_file_and_items_count_from_one() -> None:
    assert key_text(("digests", "morning", "times", 1)) == "digests.morning.times[2]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb", "line 2: this is not TOML: expected '=' after a key"),
        ('a = "x\n', "illegal character '\\n' (column 7); each text has to end with its quote"),
        ("a = 'x\n", 'expected "\'" (seen at the end of the file); each text has to end with'),
        ("a = 1\na = 2", "expected each key and each table once"),
        ("= 1", "line 1: this is not TOML: invalid statement (column 1); expected a line such as"),
        ("a = [1", "this is not TOML: unclosed array (seen at the end of the file)"),
        ("a = ", "line 1: this is not TOML: invalid value"),
    ],
)
def test_what_is_no_toml_is_told_with_line_and_hint(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TomlFile.parse("monitor.toml", text.encode())

    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 100_000, "a = " + "{b=" * 100_000, "[" + "a." * 3000 + "a]"]
)
def test_what_is_nested_too_deep_to_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^monitor\.toml: tables or lists within one another"):
        TomlFile.parse("monitor.toml", text.encode())


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert TomlFile.parse("monitor.toml", b"\xef\xbb\xbfa = 1").data == {"a": 1}


def test_what_was_probably_meant_is_told_and_nothing_far_fetched() -> None:
    assert nearest("Tresholds", ["threshold", "terms"]) == ', did you mean "threshold"?'
    assert nearest("wine", ["threshold", "terms"]) == ""


@given(st.text(max_size=200) | st.text("[]{}='\"\n.,#ab1 ", max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        file = TomlFile.parse("monitor.toml", text.encode("utf-8", "surrogatepass"))
    except ConfigError as error:
        setting = error.setting
    else:
        setting = (
            f"monitor.toml, line {max((file.line_of((k,)) or 1 for k in file.data), default=1)}"
        )
    assert 1 <= int(setting.removeprefix("monitor.toml, line ")) <= text.count("\n") + 1
