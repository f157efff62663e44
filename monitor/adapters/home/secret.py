"""The key that signs the links of this home's mail: made once, never shown."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from monitor.adapters.home.files import make_folder
from monitor.errors import ConfigError

KEY_FILE = "link-key"
KEY_BYTES = 32


def link_key(state: Path) -> bytes:
    """Return the key of the home's links, made at the first call. Raises ConfigError.

    Readable by its owner only. Whoever loses it loses no mail, but every link in the
    mail that was sent before stops working.
    """
    path = state / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        problem = f"the key of the links cannot be read or made ({error.strerror})"
        raise ConfigError(str(path), f"{problem}; nothing was started") from error
    if len(key) != KEY_BYTES:
        problem = (
            f"it holds {len(key)} bytes where the key of the links has {KEY_BYTES}; restore it "
            "from a backup, or delete it: then links in mail sent before stop working"
        )
        raise ConfigError(str(path), problem)
    return key


def _make(path: Path) -> None:
    """Write a new key under its name, whole or not at all, and never over another's."""
    make_folder(path.parent, 0o700)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # A link, not a rename: of two processes that make one at once, the first one's stays.
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def secret_lines(path: Path, setting: str) -> tuple[str, ...]:
    """Return the lines of a file that only its owner may read; empty ones and # are left out.

    Raises ConfigError.
    """
    where = f"monitor.toml, {setting}"
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(where, f"{path} cannot be read ({reason})") from error
    if mode & 0o077:
        raise ConfigError(where, f"other users may read {path}; run: chmod 600 {path}")
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
