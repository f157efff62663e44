"""The whole service in real time, as the unit starts it: its watchdog is never left waiting."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from tests.servers import Site
from tests.smtp import ScriptedSmtp
from tests.soak._newsroom import ROOT, Newsroom
from tests.test_service_keeping import Listener

MINUTES, FEEDS = 60, 200
STRICTER = 10  # than the unit: a shorter silence would be seen
UNIT = ROOT / "deploy" / "news-monitor.service"


class _Today(Newsroom):
    """A newsroom by everybody's clock; each feed has an entry more whenever it is asked."""

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)


def run(seed: int, count: int | None) -> Iterator[str]:
    """Let a service run for `count` minutes under the unit's own watchdog, and listen."""
    minutes = count or MINUTES
    found = re.search(r"^WatchdogSec=(\d+)min$", UNIT.read_text(), re.MULTILINE)
    assert found, "the unit names its watchdog in minutes"
    patience = timedelta(minutes=int(found[1])) / STRICTER
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        smtp = stack.enter_context(ScriptedSmtp())
        site = stack.enter_context(Site(host="0.0.0.0"))
        room = _Today(folder / "home", FEEDS, smtp, site, 1.0)
        room.furnish(_free_port())
        listener = Listener(folder / "notify")
        stack.callback(listener.close)
        service = _started(room.root, folder, listener, patience)
        stack.callback(service.kill)
        time.sleep(minutes * 60)
        began = time.monotonic()
        service.send_signal(signal.SIGTERM)
        status = service.wait(30)
        ended = time.monotonic() - began
        said = list(listener.said)
    pings = [when for when, line in said if line == "WATCHDOG=1"]
    ready = next(when for when, line in said if line == "READY=1")
    longest = max(later - before for before, later in pairwise([ready, *pings, began]))
    yield f"{minutes} min, {len(site.asked)} requests, {room.count} entries written,"
    yield f"  {len(smtp.mailbox)} mails; {len(pings)} signs of life; the longest silence was"
    yield f"  {longest:.1f} s of {patience.total_seconds():.0f} s; ended in {ended:.1f} s"
    assert longest < patience.total_seconds()
    assert status == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _started(
    home: Path, folder: Path, listener: Listener, patience: timedelta
) -> subprocess.Popen[bytes]:
    watched = {"WATCHDOG_USEC": str(int(patience.total_seconds() * 1e6))}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", "--home", str(home), "run"],
            cwd=ROOT,
            env=os.environ | listener.environ | watched,
            stderr=log,
        )
