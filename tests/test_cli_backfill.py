"""`monitor backfill` and what else reads archives, as a person runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import monitor

TITLE = "Mexico and the United States sign a trade deal on tariffs"
NOTHING = "The orchestra opens its season with a new conductor"


def run(home: Path | None, *arguments: str | Path) -> Result:
    at = ["--home", str(home)] if home else []
    return CliRunner().invoke(monitor, [*at, *map(str, arguments)])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = tmp_path / "home"
    assert run(None, "init", root).exit_code == 0
    return root


def archive(path: Path, count: int, title: str = TITLE) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for n in range(count):
            said = {"id": f"n{n}", "title": f"{title} {n}", "summary": "", "url": ""}
            file.write(json.dumps({**said, "published": "2025-03-01T10:00:00Z"}) + "\n")
    return path


def test_an_archive_is_scored_into_the_store_once_and_found_by_search(
    home: Path, tmp_path: Path
) -> None:
    file = archive(tmp_path / "a.jsonl", 3)

    first = run(home, "backfill", file, "--processes", "-1")
    again = run(home, "backfill", file, "--processes", "-1")

    assert first.output == "3 entries scored, 3 near a threshold; 3 new in the store\n"
    assert again.output == "all of it was done before; nothing is new\n"
    shown = json.loads(run(home, "entries", "--search", "tariffs", "--json").output)
    assert sorted(each["id"] for each in shown) == ["n0", "n1", "n2"]
    assert {each["background"] for each in shown} == {True}


def test_without_a_home_the_shipped_profiles_score_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file, out = archive(tmp_path / "a.jsonl", 2), tmp_path / "out.jsonl"

    into_store = run(None, "backfill", file, "--processes", "-1")
    into_file = run(None, "backfill", file, "--to", out, "--processes", "-1")

    assert into_store.exit_code == 2
    assert "there is no home to keep entries in" in into_store.output
    assert into_file.exit_code == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["id"] for row in rows] == ["n0", "n1"]
    assert rows[0]["scores"][rows[0]["profile"]] == rows[0]["score"]
    assert rows[0]["reasons"] != []


def test_lines_that_cannot_be_read_are_told_and_end_with_1(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("nonsense\n")

    ran = run(home, "backfill", file, "--processes", "-1")

    assert ran.exit_code == 1
    assert "1 could not be read:\n  a.jsonl, byte 0: not JSON\n" in ran.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.jsonl",), "missing.jsonl: cannot be read"),
        (("a.jsonl", "--to", "out.csv"), "expected store, FILE.jsonl or FILE.parquet"),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: tuple[str, ...],
    words: str,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive(tmp_path / "a.jsonl", 1)
    monkeypatch.chdir(tmp_path)

    ran = run(home, "backfill", *arguments, "--processes", "-1")

    assert ran.exit_code == 2
    assert words in ran.output


@pytest.mark.usefixtures("unmeasured")
def test_killed_again_and_again_it_goes_on_and_writes_nothing_twice(tmp_path: Path) -> None:
    file, out = archive(tmp_path / "a.jsonl", 20_000, NOTHING), tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "monitor", "backfill", str(file), "--to", str(out)]
    command += ["--all", "--processes", "-1"]
    env = {**os.environ, "MONITOR_HOME": ""}
    kills = 0
    for _ in range(2):
        before = out.stat().st_size if out.exists() else 0
        with subprocess.Popen(command, cwd=tmp_path, env=env) as process:
            ends_at = time.monotonic() + 20
            while process.poll() is None and time.monotonic() < ends_at:
                if out.exists() and out.stat().st_size > before:
                    process.send_signal(signal.SIGKILL)
                    kills += 1
                    break
                time.sleep(0.01)
    subprocess.run(command, cwd=tmp_path, env=env, check=True)

    assert kills == 2
    ids = [json.loads(line)["id"] for line in out.read_text().splitlines()]
    assert ids == [f"n{n}" for n in range(20_000)]


def test_a_profile_is_tried_on_an_archive(home: Path, tmp_path: Path) -> None:
    file = archive(tmp_path / "a.jsonl", 1)
    draft = tmp_path / "draft.toml"
    text = (home / "seeds" / "economic-dialogue.toml").read_text(encoding="utf-8")
    lines = [
        "threshold = 0.99" if line.startswith("threshold") else line for line in text.splitlines()
    ]
    draft.write_text("\n".join(lines), encoding="utf-8")

    ran = run(home, "profiles", "try", draft, "--archive", file, "--json")

    said = json.loads(ran.output)
    assert (said["entries"], said["entered"]) == (1, [])
    assert run(home, "entries", "--json").output.strip() in ("[]", "")


@pytest.mark.parametrize("address", ["dask://", "dask://host", "tcp://host:1", "two"])
def test_workers_are_local_or_a_cluster(address: str, home: Path) -> None:
    settings = home / "monitor.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[poll]", f'[poll]\nworkers = "{address}"'), encoding="utf-8")

    ran = run(home, "status")

    assert ran.exit_code == 2
    assert 'expected "local", or "dask://HOST:PORT" for a Dask cluster' in ran.output


def test_the_status_tells_which_cluster_polls_and_where_its_pages_are(home: Path) -> None:
    settings = home / "monitor.toml"
    text = settings.read_text(encoding="utf-8")
    address = "dask://10.0.0.5:8786"
    settings.write_text(text.replace("[poll]", f'[poll]\nworkers = "{address}"'), encoding="utf-8")
    assert f"workers   {address}, not yet reached" in run(home, "status").output

    (home / "state").mkdir(exist_ok=True)
    (home / "state" / "cluster").write_text(f"{address} http://10.0.0.5:8787/status")

    expected = f"workers   {address}; its pages: http://10.0.0.5:8787/status"
    assert expected in run(home, "status").output


def test_a_worker_is_told_which_address_it_takes() -> None:
    ran = run(None, "worker", "10.0.0.5:8786")

    assert ran.exit_code == 2
    assert "expected dask://HOST:PORT" in ran.output
