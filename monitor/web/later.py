"""What is done after an answer has gone out: one job at a time, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from monitor.errors import MonitorError

logger = logging.getLogger(__name__)

END_WITHIN_S = 2.0


class Later:
    """Jobs by name, in the order asked for; one that is waiting already is not done twice."""

    def __init__(self) -> None:
        self._jobs: dict[str, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_over = False

    def do(self, name: str, job: Callable[[], None]) -> None:
        """Have a job done soon; of several under one name that wait, the last."""
        with self._lock:
            if self._is_over:
                return
            self._jobs[name] = job
            if self._thread is None or not self._thread.is_alive():
                # A daemon: what is cut off at the end of the program wrote whole steps only.
                self._thread = threading.Thread(target=self._work, name="later", daemon=True)
                self._thread.start()

    def wait(self, timeout_s: float = END_WITHIN_S) -> bool:
        """Wait until nothing is left to do; False when that takes longer."""
        with self._lock:  # else it may be one that is not started yet
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def end(self) -> None:
        """Begin no job more, and wait a moment for the one under way."""
        with self._lock:
            self._is_over = True
            self._jobs.clear()
        self.wait()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._thread = None  # under the lock: who comes now begins another
                    return
                name = next(iter(self._jobs))
                job = self._jobs.pop(name)
            try:
                job()
            except MonitorError as error:
                logger.warning("%s: %s", name, error)
