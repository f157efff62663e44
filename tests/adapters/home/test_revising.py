"""Files that a person wrote and the program changes: comments and the old version stay."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.adapters.home import create_home, read_seeds
from monitor.adapters.home.revising import add_alias, add_term, adopt_learned, read_draft
from monitor.errors import ConfigError
from monitor.model import Party, TopicProfile

PROFILE = """# what I follow
threshold = 0.5   # strict

[terms]
"wine*" = 2.0     # any wine
[against]
"wine red" = 1.0
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "wine.toml").write_text(PROFILE, encoding="utf-8")
    return tmp_path


def the_profile(root: Path) -> TopicProfile:
    (profile,) = read_seeds(root)[0]
    return profile


def party(root: Path, name: str) -> Party:
    return next(party for party in read_seeds(root)[1] if party.name == name)


def added(old: str, new: str) -> list[str]:
    """Return the lines that a change added; it may take none away."""
    lines = list(difflib.ndiff(old.splitlines(), new.splitlines()))
    assert [line for line in lines if line[:1] == "-"] == []
    return [line[2:] for line in lines if line[:1] == "+" and line[2:]]


def test_what_was_learned_is_written_below_and_nothing_else_changes(root: Path) -> None:
    path = root / "seeds" / "wine.toml"
    words = {"año": 0.25, 'a "b"': -1.5, "nothing": 0.0001}

    kept = adopt_learned(root, replace(the_profile(root), learned=words, offset=-0.2))

    assert kept.read_text(encoding="utf-8") == PROFILE
    assert added(PROFILE, path.read_text(encoding="utf-8")) == [
        "offset = -0.2",
        "[learned] # what verdicts taught: points that a word adds or takes, adopted from the "
        "database",
        '"a \\"b\\"" = -1.5',
        '"año" = 0.25',
    ]
    found = the_profile(root)
    assert (found.learned, found.offset) == ({'a "b"': -1.5, "año": 0.25}, -0.2)


def test_to_adopt_nothing_takes_out_what_was_adopted(root: Path) -> None:
    adopt_learned(root, replace(the_profile(root), learned={"vino": 1.0}, offset=1.0))
    adopt_learned(root, replace(the_profile(root), learned={}, offset=0.0))

    assert added(PROFILE, (root / "seeds" / "wine.toml").read_text(encoding="utf-8")) == []


def test_a_term_is_added_at_the_end_of_its_table(root: Path) -> None:
    add_term(root, "wine", "vino tinto", 1.5)

    text = (root / "seeds" / "wine.toml").read_text(encoding="utf-8")
    assert added(PROFILE, text) == ['"vino tinto" = 1.5']
    assert the_profile(root).terms == {"wine*": 2.0, "vino tinto": 1.5}


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("wine*", "seeds/wine.toml, terms.wine*: this stands there already"),
        ("the", "this stands in nearly every text"),
        ("x", "a single letter"),
        ("vi.*o", "this looks like a regular expression"),
        ("wine red", "this stands under [terms] too"),
    ],
)
def test_a_term_that_cannot_be_is_refused_and_nothing_is_written(
    root: Path, term: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        add_term(root, "wine", term, 1.5)

    assert said in str(caught.value)
    assert [path.name for path in (root / "seeds").iterdir()] == ["wine.toml"]
    assert (root / "seeds" / "wine.toml").read_text(encoding="utf-8") == PROFILE


def test_a_home_without_profiles_gets_all_shipped_ones_before_one_is_changed(
    tmp_path: Path,
) -> None:
    create_home(tmp_path)
    for path in (tmp_path / "seeds").glob("*.toml"):
        path.unlink()
    before = [profile.name for profile in read_seeds(tmp_path)[0]]

    add_term(tmp_path, before[0], "zebra crossing", 1.5)

    after = read_seeds(tmp_path)[0]
    assert [profile.name for profile in after] == before
    assert after[0].terms["zebra crossing"] == 1.5


def test_a_name_goes_to_the_homes_own_list_and_adds_to_the_shipped_one(root: Path) -> None:
    before = party(root, "mexico")

    first = add_alias(root, before, "person", "juana ejemplo", 1.0)
    second = add_alias(root, before, "place", "villa ejemplo", 0.5)

    path = root / "seeds" / "parties" / "mexico.toml"
    assert (first, second) == (None, path.with_name("mexico.toml.bak"))
    found = party(root, "mexico").aliases
    assert {(a.text, a.kind, a.weight) for a in set(found) - set(before.aliases)} == {
        ("juana ejemplo", "person", 1.0),
        ("villa ejemplo", "place", 0.5),
    }


def test_the_bridge_stays_a_bridge(root: Path) -> None:
    add_alias(root, party(root, "bridge"), "law", "ejemplo accord", 1.0)

    assert party(root, "bridge").is_bridge


def test_what_is_no_table_is_told(root: Path) -> None:
    (root / "seeds" / "parties").mkdir()
    (root / "seeds" / "parties" / "mexico.toml").write_text("person = 3\n")

    with pytest.raises(ConfigError, match="person: expected a table"):
        add_alias(root, Party("mexico", "Mexico", ()), "person", "juana ejemplo", 1.0)


def test_a_draft_is_read_from_anywhere_under_the_name_it_says(root: Path) -> None:
    draft = root / "draft.toml"
    draft.write_text(f'name = "wine"\n{PROFILE}', encoding="utf-8")
    other = root / "beer.toml"
    other.write_text(PROFILE, encoding="utf-8")

    assert read_draft(root, draft) == the_profile(root)
    assert read_draft(root, other).name == "beer"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("[learned]\n'...' = 1.0", "learned....: expected a word or a phrase"),
        ("[learned]\nvino = 'much'", "learned.vino: expected a number from -10 to 10"),
        ("[learned]\nvino = -11", "-11.0 is not allowed; expected a number from -10 to 10"),
    ],
)
def test_learned_words_that_cannot_be_are_refused(root: Path, lines: str, said: str) -> None:
    (root / "seeds" / "wine.toml").write_text(f"{PROFILE}{lines}\n", encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        read_seeds(root)

    assert said in str(caught.value)
