"""The table of all figures, and what they were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.pairs import Absent, Figure

ROOT = Path(__file__).parent.parent


def render(rows: Sequence[Figure | Absent], how: str, notes: Iterable[str] = ()) -> str:
    """Return the page that `./run bench` writes; `how` says with which options."""
    lines = [
        "# Measured",
        "",
        f"By `./run bench {how}` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit()}.",
        "",
        *(f"- {line}" for line in machine()),
        "",
        "Each row is one run of both by turns: medians of the rounds, times for one piece of work."
        " Polling is wall time, all else processor time of the process that works. *Times as fast*"
        " is the peer's time over ours; what has no peer stands beside a fixed piece of pure Python"
        " (`bench/yardstick.py`, one text), and there the number only serves for comparing runs.",
        "",
        "| issue | what | ours | peer | peer's | times as fast |",
        "|---|---|---|---|---|---|",
        *map(_row, sorted(rows, key=lambda row: row.issue)),
        "",
        *notes,
    ]
    return "\n".join(lines).rstrip() + "\n"


def _row(row: Figure | Absent) -> str:
    if isinstance(row, Absent):
        return f"| {row.issue} | {row.name} | | {row.peer} | {row.missing} is not installed | |"
    ours, peers = _time(row.ours_s), _time(row.peer_s)
    faster = row.peer_s / row.ours_s
    shown = f"{faster:.1f}" if faster >= 0.1 else f"1/{1 / faster:,.0f}"
    return (
        f"| {row.issue} | {row.name}, each {row.unit} | {ours} | {row.peer} | {peers} | {shown} |"
    )


def _time(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def machine() -> list[str]:
    """Return in words what this runs on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return [
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}"
        f" {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        f"load of the last 1, 5 and 15 minutes when it ended: {load}",
    ]


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def commit() -> str:
    """Return the commit that is checked out, and whether files differ from it."""
    try:
        name = _git("rev-parse", "--short", "HEAD")
        return f"{name} with changes" if _git("status", "--porcelain") else name
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*command: str) -> str:
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
