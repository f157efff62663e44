"""The disk's own errors, injected at every k-th call: the run after it is as if there were none."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.factories import make_item, make_rss
from tests.servers import Reply, Site
from tests.smtp import ScriptedSmtp
from tests.test_service import Place

COUNT = 30  # points of each fault
FAULTS = {"EIO": "fdatasync", "ENOSPC": "pwrite64"}
ROOT = Path(__file__).parents[2]
TABLES = ("entry", "known", "score", "issue", "commitment", "outbox", "issue_story")


def run(seed: int, count: int | None) -> Iterator[str]:
    """Let a call fail in one run of `monitor once`, run again, and compare the memory."""
    if shutil.which("strace") is None:
        yield "strace is not installed: nothing was tried"
        return
    for error, call in FAULTS.items():
        ends = Counter[int]()
        with tempfile.TemporaryDirectory() as folder, Site() as site, ScriptedSmtp() as smtp:
            place = Place(Path(folder) / "home", site, smtp)
            place.set('quiet = "receipt"\n')
            items = (make_item(f"a{n}", title=f"Tariff talks {n}", at=None) for n in range(40))
            site.scripts["/feed"] = Reply(make_rss(*items), headers={"ETag": '"1"'})
            wanted = _facts(_fresh(place, "whole"), None, smtp)
            calls = _count_calls(_fresh(place, "counted"), call)
            points = min(count or COUNT, calls)
            for number in range(points):
                when = 1 + (seed + number * calls // points) % calls
                home = _fresh(place, f"{error}-{when}")
                smtp.mailbox.clear()
                ends[_once(home, f"{call}:error={error}:when={when}")] += 1
                found = _facts(home, when, smtp)
                assert found == wanted, f"{error} at {call} {when}: {found} is not {wanted}"
                shutil.rmtree(home)
        told = ", ".join(f"{n} exited with {status}" for status, n in sorted(ends.items()))
        yield f"{error} at {points} of {calls} {call} calls: {told}; then as without"


def _fresh(place: Place, name: str) -> Path:
    home = place.root.parent / name
    shutil.copytree(place.root, home)
    return home


def _command(home: Path) -> list[str]:
    return [sys.executable, "-m", "monitor", "--home", str(home), "once"]


def _once(home: Path, inject: str) -> int:
    """Run once with a fault injected; return the exit status, which must be one of ours."""
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={inject}", *_command(home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def _count_calls(home: Path, call: str) -> int:
    log = home.parent / "calls"
    subprocess.run(
        ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={call}", *_command(home)],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    return len(re.findall(rf"{call}\(", log.read_text(errors="replace")))


def _facts(home: Path, when: int | None, smtp: ScriptedSmtp) -> tuple[object, ...]:
    """Run once without a fault; return what is remembered and what was mailed."""
    # The feed was polled a moment ago, if it was: what a fault kept away is due all the same.
    done = subprocess.run(_command(home), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (when, done.stderr)
    with closing(sqlite3.connect(home / "state" / "monitor.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        counts = [database.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in TABLES]
    recipients = Counter(mail.recipient for mail in smtp.mailbox)
    assert not recipients or max(recipients.values()) == 1, recipients
    return tuple(counts)
