"""What is shipped to run the service for years: unit, image, dashboard, man page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.adapters.home import create_home
from monitor.cli import monitor
from monitor.cli.manual import manual_page
from monitor.cli.unit import SHARED_HOME, Unit, unit_text
from monitor.stages.health.metrics import metrics
from monitor.stages.health.standing import Facts
from tests.factories import NOON

DEPLOY = Path(__file__).parent.parent / "deploy"
EXPOSURE_MAX = 2.0


# ---------------------------------------------------------------- the unit


def test_the_unit_in_deploy_is_the_one_that_is_installed() -> None:
    written = (DEPLOY / "news-monitor.service").read_text(encoding="utf-8")

    assert written == unit_text(Unit(("/usr/local/bin/monitor",), SHARED_HOME))


@pytest.mark.parametrize("user", [None, "news"])
def test_the_unit_exposes_little_and_is_understood(tmp_path: Path, user: str | None) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: how much the unit exposes is not measured")
    path = tmp_path / "news-monitor.service"
    path.write_text(unit_text(Unit(("/bin/true",), Path("/srv/news"), user)))

    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    level = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    assert level is not None
    assert float(level[1]) <= EXPOSURE_MAX
    assert (verified.returncode, verified.stderr.count(str(path))) == (0, 0)


def test_a_unit_for_one_person_has_no_user_and_what_systemd_grants_them() -> None:
    text = unit_text(Unit(("/usr/bin/monitor",), Path("/home/ana/my news"), None, True))

    assert "User=" not in text
    assert 'ExecStart=/usr/bin/monitor --home "/home/ana/my news" run\n' in text
    assert text.endswith("WantedBy=default.target\n")


@pytest.mark.parametrize(
    ("home", "shown", "protect"),
    [
        ("/srv/news", "/srv/news", "yes"),
        ("/home/ana/news", "/home/ana/news", "read-only"),
        ("/srv/100% news", '"/srv/100%% news"', "yes"),
        ("/srv/$HOME", "/srv/$$HOME", "yes"),
    ],
)
def test_whatever_a_home_is_called_systemd_reads_it_back(
    home: str, shown: str, protect: str
) -> None:
    text = unit_text(Unit(("/usr/bin/monitor",), Path(home), "news"))

    assert f"ExecStart=/usr/bin/monitor --home {shown} run\n" in text
    assert f"\nReadWritePaths={shown}\n" in text
    assert f"\nProtectHome={protect}\n" in text


def test_the_unit_is_printed_for_this_home(tmp_path: Path) -> None:
    create_home(tmp_path / "home")

    def told(*options: str) -> tuple[int, str]:
        arguments = ["--home", str(tmp_path / "home"), "install-service", *options]
        result = CliRunner().invoke(monitor, arguments)
        return result.exit_code, result.output

    assert f"--home {tmp_path}/home run" in told("--print", "--system")[1]
    assert "default.target" in told("--print", "--user")[1]
    assert told("--user", "--system")[0] == 2
    if shutil.which("systemctl") is None:
        assert "there is no systemd here" in told("--user")[1]


# ---------------------------------------------------------------- the image


def dockerfile() -> list[str]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_is_slim_pinned_by_the_lock_and_runs_as_nobody_s_root() -> None:
    lines = dockerfile()
    verbs = [line.split()[0] for line in lines]

    assert "ARG BASE=python:3.13-slim-bookworm" in lines
    assert [line for line in lines if line.startswith("FROM")] == [
        "FROM ${BASE} AS build",
        "FROM ${BASE}",
    ]
    installs = [line for line in lines if "pip install" in line]
    assert ["--requirement requirements.lock" in installs[0], "--no-deps" in installs[1]] == [
        True,
        True,
    ]
    last = dict(zip(verbs, lines, strict=True))
    assert last["USER"] == "USER 10001:10001"
    assert last["ENTRYPOINT"] == 'ENTRYPOINT ["monitor"]'
    assert verbs.index("USER") < verbs.index("ENTRYPOINT")
    assert "HEALTHCHECK" in verbs
    assert not {"ADD", "MAINTAINER"} & set(verbs)
    assert not any(re.search(r"\b(sudo|curl|wget|latest|chmod 777)\b", line) for line in lines)


def test_what_the_image_copies_is_there_and_nothing_else_is_sent() -> None:
    root = DEPLOY.parent
    copied = [
        name
        for line in dockerfile()
        if line.startswith("COPY") and "--from" not in line
        for name in line.split()[1:-1]
    ]
    ignored = (root / ".dockerignore").read_text().splitlines()

    assert all((root / name).exists() for name in copied)
    assert ignored[0] == "*"
    assert sorted(line[1:] for line in ignored if line.startswith("!")) == sorted(copied)


def test_the_compose_file_takes_every_right_away() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")

    for wanted in (
        "read_only: true",
        "cap_drop: [ALL]",
        'security_opt: ["no-new-privileges:true"]',
        'volumes: ["home:/home/monitor"]',
        'ports: ["127.0.0.1:8765:8765"]',
    ):
        assert f"    {wanted}\n" in text


# ---------------------------------------------------------------- what is seen


def test_the_dashboard_shows_figures_that_there_are() -> None:
    panels = json.loads((DEPLOY / "grafana.json").read_text())["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"monitor_\w+", target["expr"])
    }
    facts = Facts(heartbeat_at=NOON, backup_at=NOON, free_bytes=1, issued_at={"morning": NOON})
    told = set(re.findall(r"^# TYPE (\w+)", metrics(facts, (), NOON), re.MULTILINE))

    assert asked <= told
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_the_man_page_is_that_of_the_commands() -> None:
    written = (DEPLOY / "monitor.1").read_text(encoding="utf-8")

    assert written == manual_page(), "run: python -m monitor.cli.manual > deploy/monitor.1"


def test_the_man_page_is_read_without_a_complaint() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed: whether man can read the page is not tried")

    said = subprocess.run(
        ["groff", "-man", "-ww", "-z", "-Tutf8", str(DEPLOY / "monitor.1")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stderr == ""
