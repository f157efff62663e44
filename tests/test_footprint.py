"""What answers at once loads little: by what is loaded, as times depend on the machine.

The figures in milliseconds and megabytes are `bench/footprint.py`'s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.adapters.garbage import LOOK_AT

# What takes long to load, and belongs to polling, rendering, serving, or to an extra.
HEAVY = {
    "apscheduler", "ahocorasick", "css_inline", "dask", "distributed", "feedparser", "jinja2",
    "nh3", "pebble", "pyarrow", "pycurl", "starlette", "tomlkit", "uvicorn", "warcio",
}  # fmt: skip
DIGEST_RUN = "monitor.pipeline.digests.digest_run"
MORE = {"asyncio", "email", "pydantic", "rich", "sqlite3", "sqlite_utils", "urllib.request"}

LOADED = """
import json, sys
from monitor.cli import monitor
try:
    monitor(sys.argv[1:], standalone_mode=False)
except SystemExit:
    pass
print()
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize(
    ("command", "spared"),
    [
        (["--version"], HEAVY | MORE | {"monitor.adapters.store", "monitor.pipeline"}),
        (
            ["status"],
            HEAVY - {"ahocorasick", "nh3"}
            | {"asyncio", "monitor.pipeline.digests.digest_run", "rich", "sqlite_utils"},
        ),
    ],
    ids=["version", "status"],
)
def test_a_command_that_only_looks_loads_nothing_heavy(
    command: list[str], spared: set[str], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    subprocess.run([sys.executable, "-m", "monitor", "init", str(home)], check=True)
    # Measuring which lines are run loads modules, too.
    plain = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}

    ran = subprocess.run(
        [sys.executable, "-c", LOADED, "--home", str(home), *command],
        capture_output=True,
        text=True,
        check=True,
        env=plain,
    )

    assert set(json.loads(ran.stdout.splitlines()[-1])) & spared == set()


def test_a_command_looks_for_garbage_rarely_from_its_start_on() -> None:
    asked = "import gc, monitor.cli; print(gc.get_threshold()[0])"

    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert int(ran.stdout) == LOOK_AT
