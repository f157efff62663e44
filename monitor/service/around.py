"""What every duty is given by the service that it works for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.adapters.home import Home
from monitor.adapters.notify import Supervisor
from monitor.pipeline.watch import Watch


@dataclass(frozen=True, slots=True)
class Around:
    """The service as a duty sees it."""

    home: Callable[[], Home]  # as its files are now
    clock: Callable[[], datetime]
    heartbeat: timedelta
    watch: Watch
    supervisor: Supervisor
    stopped: Callable[[str], bool]  # whether a duty has to come to rest; who asks gets on
    wake: Callable[[str], None]  # a duty, before the next heartbeat
    rest: Callable[[float], object]  # for so many seconds, or until the service ends
