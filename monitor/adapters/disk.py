"""The disk below the state: what is free, and a ballast that is thrown off when it is full."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

BALLAST_BYTES = 8 * 2**20  # what it takes to note down troubles and send what waits, for days
_BLOCK = b"\0" * 2**16


def free_bytes(folder: Path) -> int | None:
    """Return what this user may still write on the folder's disk, None when not known."""
    try:
        facts = os.statvfs(folder)
    except OSError:
        return None
    return facts.f_bavail * facts.f_frsize


class Ballast:
    """A file of no use but its size: deleted, it leaves room for what must be written."""

    def __init__(self, path: Path, size: int = BALLAST_BYTES) -> None:
        self._path = path
        self._size = size

    @property
    def is_there(self) -> bool:
        try:
            return self._path.stat().st_size >= self._size
        except OSError:
            return False

    def take(self) -> bool:
        """Write the file where it is missing; False when the disk has no room for it.

        Half as much again has to be free: who takes the last room makes the trouble itself.
        """
        if self.is_there:
            return True
        free = free_bytes(self._path.parent)
        if free is not None and free < self._size * 3 // 2:
            return False
        try:
            self._path.touch(mode=0o600)
            with self._path.open("wb") as file:
                for _ in range(0, self._size, len(_BLOCK)):
                    file.write(_BLOCK)  # blocks, not a hole: they have to be there
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self.throw_off()
            return False
        return True

    def throw_off(self) -> bool:
        """Delete the file; False when there was none."""
        try:
            self._path.unlink()
        except OSError:
            with suppress(OSError):  # where nothing may be deleted it may still be cut
                os.truncate(self._path, 0)
            return False
        return True
