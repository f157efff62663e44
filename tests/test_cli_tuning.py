"""Teaching and tuning as a person meets it: feedback, learn, evaluate, profiles try and so on."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.home import create_home, open_home, read_seeds
from monitor.adapters.store import Store
from monitor.cli.door import CouldNotBeDone
from monitor.cli.lines import read_label, read_lines
from monitor.model import PollState
from monitor.pipeline.tuning.profiles import scorer_of
from tests.factories import make_entry, make_placement
from tests.test_cli import ok, refused

HEADLINES = (
    "United States and Mexico agree on tariffs under the USMCA review",
    "Mexico and US settle the screwworm cattle ban",
    "Local team wins the cup",
)
NOW = datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that has polled a few entries."""
    root = tmp_path / "home"
    create_home(root)
    (root / "state").mkdir(exist_ok=True)
    scorer = scorer_of(open_home(root, {}))
    with Store.open(root / "state" / "monitor.db") as store:
        store.sync_feeds(open_home(root, {}).subscriptions[:1], NOW)
        at = NOW - timedelta(hours=1)
        entries = [
            make_entry(str(n), title=title, published_at=at, seen_at=at)
            for n, title in enumerate(HEADLINES)
        ]
        store.save_poll(
            1,
            PollState(),
            [(entry, scorer.score(entry)) for entry in entries],
            [make_placement(entries[0].key), make_placement(entries[1].key)],
            floors={},
            first_poll_cutoff=None,
            now=NOW,
        )
    return root


def number_of(home: Path, word: str) -> str:
    (found,) = json.loads(ok("entries", "--search", word, "--json", home=home))
    return str(found["number"])


def labelled(path: Path, *rows: dict[str, Any]) -> str:
    lines = [json.dumps({"id": n, "title": "Mexico", **row}) for n, row in enumerate(rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


# ---------------------------------------------------------------- feedback


def test_a_verdict_is_kept_changed_and_taken_back(home: Path) -> None:
    number = number_of(home, "screwworm")

    assert ok("feedback", number, "good", home=home) == f"good: {HEADLINES[1]}\n"
    ok("feedback", number, "bad", "--who", "ana", home=home)
    ok("feedback", number, "good", "--profile", "strains", home=home)

    said = json.loads(ok("feedback", "--json", home=home))
    assert [(each["good"], each["profile"]) for each in said] == [(False, None), (True, "strains")]
    assert said[0]["who"] == "ana"
    assert "2 verdicts" in ok("feedback", home=home)

    ok("feedback", number, "undo", "--profile", "strains", home=home)
    assert ok("feedback", number, "undo", home=home) == f"taken back: {HEADLINES[1]}\n"
    assert json.loads(ok("feedback", "--json", home=home)) == []


def test_what_cannot_be_said_is_told(home: Path, tmp_path: Path) -> None:
    number = number_of(home, "screwworm")

    assert "no entry is called" in refused("feedback", "999", "good", home=home)
    assert "Say good, bad or undo" in refused("feedback", number, home=home)
    assert "nothing was said of entry" in refused("feedback", number, "undo", home=home)
    assert 'no profile "x"' in refused("feedback", number, "good", "--profile", "x", home=home)
    assert "'fine' is not one of" in refused("feedback", number, "fine", home=home)
    create_home(tmp_path / "new")
    assert "no entry is called" in refused("feedback", "1", "good", home=tmp_path / "new")
    assert "0 verdicts" in ok("feedback", home=tmp_path / "new")


# ---------------------------------------------------------------- learn, show, adopt, reset


def taught(home: Path, tmp_path: Path) -> str:
    good = [{"title": f"Mexico sends salmon to Texas, {n}", "grade": 2} for n in range(9)]
    bad = [{"title": f"Mexico sends herons to Texas, {n}", "grade": 0} for n in range(9)]
    rows = [*good, *bad, {"title": "marginal", "grade": 1}]
    return ok("learn", "--from", labelled(tmp_path / "l.jsonl", *rows), home=home)


def test_a_labelled_file_teaches_and_stays_among_the_verdicts(home: Path, tmp_path: Path) -> None:
    told = taught(home, tmp_path)

    assert "18 judgements taken up" in told
    assert "salmon +" in told
    found = {each["profile"]: each for each in json.loads(ok("learn", "--json", home=home))}
    assert set(found) == {profile.name for profile in read_seeds(None)[0]}
    assert found["strains"]["words"]["salmon"] > 0 > found["strains"]["words"]["herons"]
    assert (found["strains"]["good"], found["strains"]["bad"]) == (9, 9)


def test_what_was_learned_changes_scores_and_shows_beside_what_was_set(
    home: Path, tmp_path: Path
) -> None:
    line = json.dumps({"id": 1, "title": "Mexico sends salmon to Texas"})
    before = json.loads(ok("score", "-", stdin=line, home=home))
    taught(home, tmp_path)

    after = json.loads(ok("score", "-", stdin=line, home=home))
    shown = ok("profiles", "show", "strains", home=home)

    assert after["score"] > before["score"]
    assert "verdicts: salmon" in [reason["term"] for reason in after["reasons"]]
    assert "hand-set" in shown
    assert "learned with the rest from 18 verdicts" in shown
    beside = json.loads(ok("profiles", "show", "strains", "--json", home=home))["beside"]
    assert beside["words"]["salmon"] > 0
    assert json.loads(ok("profiles", "show", "strains", "--json", home=home))["learned"] == {}


def test_what_was_learned_is_adopted_into_the_file_or_dropped(home: Path, tmp_path: Path) -> None:
    taught(home, tmp_path)
    line = json.dumps({"id": 1, "title": "Mexico sends salmon to Texas"})
    before = json.loads(ok("score", "-", stdin=line, home=home))["scores"]

    told = ok("profiles", "adopt", "strains", home=home)
    reset = ok("profiles", "reset", "economic-dialogue", home=home)

    assert "learned words of strains are in its file now" in told
    assert (home / "seeds" / "strains.toml.bak").exists()
    assert reset == "economic-dialogue is as its file says.\n"
    assert "adopted" in ok("profiles", "show", "strains", home=home)
    after = json.loads(ok("score", "-", stdin=line, home=home))["scores"]
    assert after["strains"] == pytest.approx(before["strains"], abs=1e-3)
    assert after["economic-dialogue"] < before["economic-dialogue"]
    learned = {each["profile"] for each in json.loads(ok("learn", "--json", home=home))}
    assert learned & {"strains", "economic-dialogue"} == set()
    assert "has learned nothing" in refused("profiles", "adopt", "strains", home=home)
    assert "it had learned nothing" in ok("profiles", "reset", "strains", home=home)


def test_without_verdicts_there_is_nothing_to_learn(home: Path) -> None:
    assert ok("learn", home=home) == (
        "there are no verdicts to learn from; see `monitor feedback`\n"
    )
    assert 'no profile "x"' in refused("learn", "--profile", "x", home=home)


# ---------------------------------------------------------------- evaluate


def test_labelled_entries_are_measured_by_stream(home: Path, tmp_path: Path) -> None:
    file = labelled(
        tmp_path / "l.jsonl",
        {"title": HEADLINES[0], "grade": 2, "stream": "wire"},
        {"title": HEADLINES[2], "grade": 0, "stream": "wire", "weight": 2},
        {"title": HEADLINES[1], "label": "good", "stream": "archive"},
        {"title": HEADLINES[2], "label": False, "stream": "archive"},
        {"title": "Mexico", "grade": 1, "stream": "archive"},
    )

    measured = json.loads(ok("evaluate", file, "--json", home=home))
    told = ok("evaluate", file, home=home)

    assert list(measured) == ["all", "archive", "wire"]
    assert [measured[name]["count"] for name in measured] == [5, 3, 2]
    assert [measured[name]["relevant_count"] for name in measured] == [2, 1, 1]
    assert measured["wire"]["average_precision"] == 1.0
    assert measured["wire"]["at_threshold"] == {"threshold": 0.5, "precision": 1.0, "recall": 1.0}
    assert "recall at precision 0.9" in told
    assert "reliability: wire" in told


def test_one_profile_is_measured_by_itself_and_by_its_own_threshold(
    home: Path, tmp_path: Path
) -> None:
    for name, threshold in (("vodka", 0.3), ("wine", 0.6)):
        text = f"threshold = {threshold}\n[terms]\n'{name}' = 3\n"
        (home / "seeds" / f"{name}.toml").write_text(text)
    rows = [{"title": "Wine", "label": 1}, {"title": "Vodka", "label": 0}]
    file = labelled(tmp_path / "l.jsonl", *rows)

    def at_threshold(*options: str) -> dict[str, float]:
        found = json.loads(ok("evaluate", file, "--json", *options, home=home))
        at: dict[str, float] = found["all"]["at_threshold"]
        return at

    # 3 in the title makes about 0.53 of a profile without parties.
    assert at_threshold("--profile", "wine")["recall"] == 0.0
    assert at_threshold("--profile", "vodka")["precision"] == 0.0
    assert 'no profile "x"' in refused("evaluate", file, "--profile", "x", home=home)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": 2, "title"', "line 2: not JSON"),
        ('{"id": 2, "title": "a"}', 'line 2: neither "grade" nor "label"'),
        ('{"id": 2, "title": "a", "grade": 3}', 'line 2: "grade" is 3; expected'),
        ('{"id": 2, "title": "a", "grade": true}', 'line 2: "grade" is True'),
        ('{"id": 2, "title": "a", "grade": [2]}', 'line 2: "grade" is [2]'),
        ('{"id": 2, "title": "a", "label": "maybe"}', "line 2: \"label\" is 'maybe'"),
        ('{"id": 2, "title": "a", "grade": 2, "weight": "2"}', 'line 2: "weight" is no number'),
        ('{"id": 2, "title": "a", "grade": 2, "weight": NaN}', 'line 2: "weight" is no number'),
        ('{"id": 2, "title": "a", "grade": 2, "weight": 0}', 'line 2: "weight" is 0; expected'),
        ('{"id": 2, "title": "a", "grade": 2, "stream": 3}', 'line 2: "stream" is no text'),
    ],
)
def test_a_broken_line_of_a_labelled_file_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "l.jsonl"
    file.write_text('{"id": 1, "title": "a", "grade": 2}\n' + line)

    with pytest.raises(CouldNotBeDone) as caught:
        list(map(read_label, read_lines(file, NOW)))

    assert str(caught.value).startswith(f"{file}, {said}")


@pytest.mark.parametrize("command", [["evaluate"], ["learn", "--from"]], ids=" ".join)
def test_of_a_file_with_a_broken_line_nothing_is_kept(
    home: Path, tmp_path: Path, command: list[str]
) -> None:
    file = labelled(tmp_path / "l.jsonl", {"grade": 2}, {"grade": 3})

    told = refused(*command, file, home=home)

    assert told.startswith(f'monitor: {file}, line 2: "grade" is 3; expected "grade": 0, 1 or 2')
    assert json.loads(ok("feedback", "--json", home=home)) == []


def test_a_file_without_labels_is_told(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")

    told = refused("evaluate", str(tmp_path / "empty.jsonl"), home=home)

    assert "there is no labelled entry in it" in told


def test_the_points_of_a_printed_score_add_up_to_its_log_odds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # no home: as shipped
    text = "\n".join(json.dumps({"id": n, "title": t}) for n, t in enumerate(HEADLINES))

    for line in ok("score", "-", stdin=text).splitlines():
        answer = json.loads(line)
        points = math.fsum(reason["points"] for reason in answer["reasons"])
        odds = math.log(answer["score"] / (1 - answer["score"]))
        assert points == pytest.approx(odds, abs=1e-9)


# ---------------------------------------------------------------- suggest, accept, try


def test_what_may_be_missing_is_suggested_and_accepted(home: Path, tmp_path: Path) -> None:
    rows = [
        {"title": f"{HEADLINES[0]} and heron {n}", "source": f"Outlet {n}", "label": "good"}
        for n in range(4)
    ]
    ok("learn", "--from", labelled(tmp_path / "l.jsonl", *rows), home=home)

    found = json.loads(ok("profiles", "suggest", "--json", home=home))
    assert "heron" in ok("profiles", "suggest", home=home)
    heron = next(each for each in found if each["term"] == "heron")
    assert (heron["good_count"], len(heron["headlines"])) == (4, 2)

    told = ok("profiles", "accept", "heron", home=home)
    assert told.startswith(f'"heron" is a term of {heron["profile"]} now. The previous version: ')
    terms = json.loads(ok("profiles", "show", heron["profile"], "--json", home=home))["terms"]
    assert terms["heron"] == 1.5
    again = json.loads(ok("profiles", "suggest", "--json", home=home))
    assert "heron" not in [each["term"] for each in again]


def test_a_name_is_accepted_into_a_party(home: Path) -> None:
    told = ok("profiles", "accept", "ana ejemplo", "--party", "mexico", home=home)

    assert told == '"ana ejemplo" is a name of Mexico now.\n'
    (answer,) = [json.loads(ok("score", "-", stdin='{"id": 1, "title": "Ana Ejemplo"}', home=home))]
    assert "Mexico: Ana Ejemplo" in [reason["term"] for reason in answer["reasons"]]


def test_what_cannot_be_accepted_is_told(home: Path) -> None:
    def told(*options: str) -> str:
        return refused("profiles", "accept", *options, home=home)

    assert '"zebra" was not suggested; say --profile P or --party X' in told("zebra")
    assert "exclude each other" in told("zebra", "--profile", "strains", "--party", "mexico")
    assert 'no profile "x"' in told("zebra", "--profile", "x")
    assert 'no party "x"' in told("zebra", "--party", "x")
    assert "nearly every text" in told("the", "--profile", "strains")
    assert "this looks like a regular expression" in told("ze.*a", "--party", "mexico")


def test_an_edited_profile_is_tried_and_nothing_is_changed(home: Path, tmp_path: Path) -> None:
    for path in (home / "seeds").glob("*.toml"):
        path.unlink()
    seeds = home / "seeds" / "wine.toml"
    seeds.write_text("threshold = 0.5\n[terms]\n'tariff*' = 3\n")
    draft = tmp_path / "draft.toml"
    draft.write_text("name = 'wine'\nthreshold = 0.5\n[terms]\n'cup' = 3\n")

    told = ok("profiles", "try", str(draft), "--since", "1d", home=home)
    as_json = json.loads(ok("profiles", "try", str(draft), "--json", home=home))

    assert "3 entries of 1d looked at: +1 stories, -1" in told
    assert f"+ {HEADLINES[2]} (Example Times)" in told
    assert f"- {HEADLINES[0]} (Example Times)" in told
    assert "changed: theme: cup (title) +" in told
    assert [moved["title"] for moved in as_json["entered"]] == [HEADLINES[2]]
    assert [moved["changes"][0]["term"] for moved in as_json["left"]] == ["theme: tariff*"]
    assert "tariff" in seeds.read_text()


def test_what_cannot_be_tried_is_told(home: Path, tmp_path: Path) -> None:
    seeds = home / "seeds" / "strains.toml"
    new = tmp_path / "new"
    create_home(new)

    assert "is in force already" in refused("profiles", "try", str(seeds), home=home)
    assert "cannot be read" in refused("profiles", "try", str(tmp_path / "none.toml"), home=home)
    assert "no entry is stored yet" in refused("profiles", "try", str(seeds), home=new)
    bad = refused("profiles", "suggest", "--since", "long", home=home)
    assert 'expected a number with its unit, as "30m"' in bad
    assert "no entry is stored yet" in refused("profiles", "suggest", home=new)


# ---------------------------------------------------------------- explain


def test_an_explanation_names_the_nearest_seed_article(home: Path) -> None:
    told = ok("explain", number_of(home, "tariffs"), home=home)
    other = ok("explain", number_of(home, "cup"), home=home)

    assert 'Nearest by vocabulary: "The Evolving US-Mexico Bilateral Relationship"' in told
    assert "(economic-dialogue), by " in told
    assert "It shares no term with any seed article." in other
