"""The service as a process: signals end it in peace; and one run of it, for cron."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

from monitor.adapters.garbage import share_memory
from monitor.adapters.home import Home
from monitor.adapters.notify import Supervisor
from monitor.service.running import Service


def run_service(home: Home) -> int:
    """Run the service until SIGTERM or Ctrl-C; the second signal ends it at once."""
    share_memory()
    service = Service(home, with_pages=True, supervisor=Supervisor(os.environ))

    def on_signal(number: int, frame: FrameType | None) -> None:
        if service.is_stopping:
            os._exit(1)
        service.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    status = service.run()
    if not service.is_at_rest:
        # Python would wait at its end for what a mail server keeps waiting.
        logging.shutdown()
        sys.stdout.flush()
        os._exit(status)
    return status


def run_once(home: Home) -> list[str]:
    """Do what is due once, without a heartbeat; returns what could not be done."""
    return Service(home).once()
