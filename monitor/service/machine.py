"""What the machine may refuse at any moment, in words; and which file is which."""

from __future__ import annotations

from pathlib import Path

NO_THREAD = "can't start new thread"  # Python's words for it: it has no error of its own


def is_refusal(error: Exception) -> bool:
    """Tell whether an error is the machine's: no descriptor, no memory, a folder taken away."""
    return isinstance(error, OSError | MemoryError) or str(error) == NO_THREAD


def refused(error: Exception) -> str:
    """Return in words what the machine refused: what was kept, what to do."""
    said = error.strerror if isinstance(error, OSError) else "no memory is left"
    return (
        f"this machine refused something ({said or type(error).__name__}). What was stored is"
        " kept, and the rest is done at the next heartbeat. If it stays so, look at the limits"
        " of open files and memory, and whether the home's folder is there."
    )


def file_number(path: Path) -> int | None:
    """Return what tells a file from another of the same name, None when it is not there."""
    try:
        return path.stat().st_ino
    except OSError:
        return None
