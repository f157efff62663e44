"""Turns among the threads of one process: who asks first writes first.

SQLite lets waiting connections try again now and then, and whoever writes without a pause
gets in before them each time. Among processes that stays so; among our threads, no more.
"""

from __future__ import annotations

import threading
from collections import deque


class Turn:
    """A lock that is handed on in the order in which it was asked for."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    def take(self, timeout_s: float) -> bool:
        """Wait for the turn; False when it does not come within the time."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout_s):
            return True
        with self._mutex:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it was handed on in the very last moment

    @property
    def is_wanted(self) -> bool:
        """Tell whether somebody waits for it."""
        return bool(self._waiting)

    def give(self) -> None:
        """Hand the turn to who waits longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


_turns: dict[str, Turn] = {}
_making = threading.Lock()


def turn_of(name: str) -> Turn:
    """Return the turn of all who write to the file of this name."""
    with _making:
        return _turns.setdefault(name, Turn())
