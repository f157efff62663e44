"""Whether the service of the home is alive, for a container's health check: exit status 0 or 1."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.adapters.home import find_home
from monitor.adapters.store import Store
from monitor.errors import MonitorError
from monitor.stages.health.standing import ALIVE_WITHIN


def is_alive(root: Path, now: datetime) -> bool:
    """Tell whether the service noted a heartbeat lately. Raises StoreError if that is not known."""
    with Store.open(root / "state" / "monitor.db", read_only=True) as store:
        last = store.last_heartbeat()
    return last is not None and now - last < ALIVE_WITHIN


def main() -> int:
    try:
        return 0 if is_alive(find_home(None, os.environ, Path.cwd()), datetime.now(UTC)) else 1
    except MonitorError as error:
        click.echo(str(error), err=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
