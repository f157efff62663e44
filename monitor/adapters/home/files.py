"""The files of a home: read whole, written whole or not at all, never overwritten by a copy.

Every function raises ConfigError, naming the path, when the disk does not let it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from monitor.adapters.home.tomlfile import NOTHING_STARTED
from monitor.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Copied:
    """What was written, and what was there before and left alone."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def toml_files(folder: Path) -> list[Path]:
    """Return the TOML files of a folder by name."""
    return [path for path in files_in(folder) if path.suffix == ".toml"]


def files_in(folder: Path) -> list[Path]:
    """Return the files of a folder by name, hidden ones left out; none where it is absent."""
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        # Not passed over: a home that cannot be read is not a home without files.
        raise unusable(folder, "cannot be read", error) from error
    return [path for path in paths if not path.name.startswith(".") and path.is_file()]


def copy_files(
    root: Path, sources: Mapping[str, Path], changes: Mapping[str, Callable[[bytes], bytes]]
) -> Copied:
    """Copy files into a home, by their names there, overwriting nothing; `changes` edit some."""
    written, kept = [], []
    for name, source in sources.items():
        target = root / name
        if target.exists():
            kept.append(target)
            continue
        make_folder(target.parent)
        raw = read_file(source)
        write_file(target, changes[name](raw) if name in changes else raw)
        written.append(target)
    return Copied(tuple(written), tuple(kept))


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder and those around it, where missing."""
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(path, "cannot be made", error) from error


def read_file(path: Path) -> bytes:
    """Return a file's bytes."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise unusable(path, "cannot be read", error) from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a crash leaves the old one."""
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        problem = f"cannot be written ({error.strerror}); what was there before is kept"
        raise ConfigError(str(path), problem) from error


def unusable(path: Path, what: str, error: OSError) -> ConfigError:
    """Return the error that says what could not be done with a path."""
    return ConfigError(str(path), f"{what} ({error.strerror}); {NOTHING_STARTED}")
