"""The place of the database: its folder and file, for their owner alone, and safely on the disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from monitor.errors import StoreError

NO_ROOM_BYTES = 64 * 2**10  # the log's index alone takes half of it
BACKUP_FOLDER = "backups"  # beside the database


def make_private(path: Path) -> None:
    """Make the folder (0700) and an empty file (0600), whatever the umask says."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not is_there(path) and next((path.parent / BACKUP_FOLDER).glob("*.db"), None):
            raise StoreError(
                f"{path}: the database is gone or empty, though there are backups of it. Nothing"
                " was changed and nothing is sent. Restore the newest (`monitor restore FILE`),"
                f" or move {path.parent / BACKUP_FOLDER} away to begin anew."
            )
        if not path.exists():
            path.touch(mode=0o600, exist_ok=True)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except FileExistsError as error:
        raise StoreError(
            f"{path.parent}: this is a file, and the database needs a folder of that name."
            " Nothing was changed. Move the file away."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path}: the database cannot be made or used here ({error.strerror})."
            " Nothing was changed. Make the folder writable for the monitor's user."
        ) from error


def is_there(path: Path) -> bool:
    """Tell whether there is a database; an empty file is the beginning of one."""
    try:
        return path.is_dir() or path.stat().st_size > 0
    except OSError:
        return False


def is_frozen(folder: Path) -> bool:
    """Tell whether a folder is on a disk that may only be read."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def has_no_room(folder: Path) -> bool:
    free = room_bytes(folder)
    return free is not None and free < NO_ROOM_BYTES


def room_bytes(folder: Path) -> int | None:
    """Return what this user may still write on a folder's disk, None when not known."""
    try:
        facts = os.statvfs(folder)
    except OSError:
        return None
    return facts.f_bavail * facts.f_frsize


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"{folder}: this folder cannot be made ({error.strerror}). Nothing was changed."
            " Make its parent writable for the monitor's user."
        ) from error


def flush(path: Path) -> None:
    """Have a file on the disk before anything relies on it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
