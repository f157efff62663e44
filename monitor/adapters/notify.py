"""What is told to whoever supervises the service: ready, alive, stopping; and only when true.

The protocol is systemd's: datagrams to the socket that NOTIFY_SOCKET names. Without one
every word goes nowhere.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

STATUS_MAX_CHARS = 200


class Supervisor:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        name = environ.get("NOTIFY_SOCKET", "")
        # "@" stands for the zero byte of a name that is no file.
        self._address = f"\0{name[1:]}" if name.startswith("@") else name
        self.watchdog_s = _watchdog_s(environ)

    def tell(self, **words: str) -> None:
        """Send READY="1" and the like; a supervisor that is gone is no trouble of ours."""
        if not self._address:
            return
        lines = "\n".join(f"{key}={_line(value)}" for key, value in words.items())
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.settimeout(1.0)
            channel.sendto(lines.encode(), self._address)


def _line(text: str) -> str:
    return " ".join(text.split())[:STATUS_MAX_CHARS]


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    """Return within how many seconds the supervisor wants to hear of us, None: never."""
    try:
        wanted = int(environ.get("WATCHDOG_USEC", "")) / 1e6
        ours = int(environ.get("WATCHDOG_PID", "") or os.getpid()) == os.getpid()
    except ValueError:
        return None
    return wanted if ours and wanted > 0 else None


class Progress:
    """When each part of the service last got on, and which have not for too long."""

    def __init__(self, patience: Mapping[str, float]) -> None:
        self._patience = dict(patience)  # seconds, by part
        self._lock = threading.Lock()
        self._at = dict.fromkeys(self._patience, time.monotonic())

    def made(self, *parts: str) -> None:
        """Note that these parts got on just now; of parts nobody watches nothing is noted."""
        now = time.monotonic()
        with self._lock:
            for part in parts:
                if part in self._at:
                    self._at[part] = now

    def made_by_all(self) -> None:
        self.made(*self._patience)

    def waits_not_for(self, *parts: str) -> None:
        """Note that these are not at work at all: they will never get on."""
        with self._lock:
            for part in parts:
                self._at.pop(part, None)

    def stuck(self) -> list[str]:
        """Return the parts that have not got on for longer than their patience."""
        now = time.monotonic()
        with self._lock:
            return [part for part, at in self._at.items() if now - at > self._patience[part]]
