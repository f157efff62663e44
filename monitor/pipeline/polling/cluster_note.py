"""Which cluster works for a home, as it was last reached; loads nothing of the cluster."""

from __future__ import annotations

from typing import Final

from monitor.adapters.home import Home

CLUSTER_NOTE: Final = "cluster"  # in the home's state: its address, and where its own pages are
HERE: Final = "local"


def cluster_line(home: Home) -> str:
    """Return where a home's work is done, in a line; "" where that is this machine."""
    workers = home.config.poll.workers
    if workers == HERE:
        return ""
    note = home.state / CLUSTER_NOTE
    address, _, pages = (note.read_text(encoding="utf-8") if note.is_file() else "").partition(" ")
    return f"{workers}; its pages: {pages}" if address == workers else f"{workers}, not yet reached"
