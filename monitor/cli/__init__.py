"""The command line: builds the real adapters, prints results. Sole user of click and rich.

Exit status: 0 done, 1 done with failures worth a look, 2 could not be done.
"""

from __future__ import annotations

import io
import sys

from monitor.adapters.garbage import look_rarely

look_rarely()  # before the others: what it is about is the modules that they bring

from monitor.cli.door import monitor  # noqa: E402


def main() -> None:
    """Run the command line and end the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets a question mark, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    monitor(prog_name="monitor")


__all__ = ["main", "monitor"]
